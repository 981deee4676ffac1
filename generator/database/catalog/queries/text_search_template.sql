SELECT format('%s.%I', s.name, x.tmplname) AS name, s.name AS schema, d.text AS comment,
    concat_ws(', ',
        'INIT = ' || nullif(x.tmplinit::oid, 0)::regprocedure,
        'LEXIZE = ' || x.tmpllexize::oid::regprocedure
    ) AS definition
FROM pg_ts_template x
JOIN space s ON s.oid = x.tmplnamespace
LEFT JOIN described d ON d.class = 'pg_ts_template'::regclass AND d.object = x.oid
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_ts_template'::regclass AND m.objid = x.oid)
