SELECT x.oid::regcollation::text AS name, s.name AS schema, o.name AS owner, d.text AS comment,
    CASE x.collprovider WHEN 'c' THEN 'libc' WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'default' END
        AS provider,
    concat_ws(', ',
        'LC_COLLATE = ' || quote_literal(x.collcollate),
        'LC_CTYPE = ' || quote_literal(x.collctype),
        'LOCALE = ' || quote_literal(x.colliculocale), -- since 15 -- before 17
        'LOCALE = ' || quote_literal(x.colllocale), -- since 17
        'RULES = ' || quote_literal(x.collicurules), -- since 16
        'DETERMINISTIC = ' || x.collisdeterministic
    ) AS definition
FROM pg_collation x
JOIN space s ON s.oid = x.collnamespace
LEFT JOIN role o ON o.oid = x.collowner
LEFT JOIN described d ON d.class = 'pg_collation'::regclass AND d.object = x.oid
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_collation'::regclass AND m.objid = x.oid)
