SELECT quote_ident(x.lanname) AS name, o.name AS owner, g.grants, d.text AS comment,
    x.lanpltrusted AS trusted,
    concat_ws(', ',
        'HANDLER = ' || nullif(x.lanplcallfoid, 0)::regprocedure,
        'INLINE = ' || nullif(x.laninline, 0)::regprocedure,
        'VALIDATOR = ' || nullif(x.lanvalidator, 0)::regprocedure
    ) AS definition
FROM pg_language x
LEFT JOIN role o ON o.oid = x.lanowner
LEFT JOIN granted g ON g.class = 'pg_language'::regclass AND g.object = x.oid
LEFT JOIN described d ON d.class = 'pg_language'::regclass AND d.object = x.oid
WHERE x.oid >= 16384
    AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_language'::regclass AND m.objid = x.oid)
