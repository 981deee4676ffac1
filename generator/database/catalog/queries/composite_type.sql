SELECT format('%s.%I', s.name, t.typname) AS name, s.name AS schema, o.name AS owner, g.grants, d.text AS comment,
    c.names AS "column order"
FROM pg_type t
JOIN space s ON s.oid = t.typnamespace
JOIN relation r ON r.oid = t.typrelid AND r.relkind = 'c'
LEFT JOIN column_order c ON c.attrelid = t.typrelid
LEFT JOIN role o ON o.oid = t.typowner
LEFT JOIN granted g ON g.class = 'pg_type'::regclass AND g.object = t.oid
LEFT JOIN described d ON d.class = 'pg_type'::regclass AND d.object = t.oid
WHERE t.oid >= 16384 AND t.typtype = 'c'
    AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_type'::regclass AND m.objid = t.oid)
