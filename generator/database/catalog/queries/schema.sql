SELECT s.name, o.name AS owner, g.grants, d.text AS comment
FROM space s
LEFT JOIN role o ON o.oid = s.nspowner
LEFT JOIN granted g ON g.class = 'pg_namespace'::regclass AND g.object = s.oid
LEFT JOIN described d ON d.class = 'pg_namespace'::regclass AND d.object = s.oid
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_namespace'::regclass AND m.objid = s.oid)
