SELECT x.oid::regdictionary::text AS name, s.name AS schema, o.name AS owner, d.text AS comment,
    format('%I.%I', n.nspname, t.tmplname) AS template,
    x.dictinitoption AS options
FROM pg_ts_dict x
JOIN space s ON s.oid = x.dictnamespace
JOIN pg_ts_template t ON t.oid = x.dicttemplate
JOIN pg_namespace n ON n.oid = t.tmplnamespace
LEFT JOIN role o ON o.oid = x.dictowner
LEFT JOIN described d ON d.class = 'pg_ts_dict'::regclass AND d.object = x.oid
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_ts_dict'::regclass AND m.objid = x.oid)
