SELECT quote_ident(x.srvname) AS name, o.name AS owner, g.grants, d.text AS comment,
    quote_ident(f.fdwname) AS "foreign-data wrapper",
    x.srvtype AS type, x.srvversion AS version, x.srvoptions AS options
FROM pg_foreign_server x
JOIN pg_foreign_data_wrapper f ON f.oid = x.srvfdw
LEFT JOIN role o ON o.oid = x.srvowner
LEFT JOIN granted g ON g.class = 'pg_foreign_server'::regclass AND g.object = x.oid
LEFT JOIN described d ON d.class = 'pg_foreign_server'::regclass AND d.object = x.oid
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_foreign_server'::regclass AND m.objid = x.oid)
