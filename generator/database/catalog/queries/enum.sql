SELECT format('%s.%I', s.name, t.typname) AS name, s.name AS schema, o.name AS owner, g.grants, d.text AS comment,
    (SELECT array_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid) AS labels
FROM pg_type t
JOIN space s ON s.oid = t.typnamespace
LEFT JOIN role o ON o.oid = t.typowner
LEFT JOIN granted g ON g.class = 'pg_type'::regclass AND g.object = t.oid
LEFT JOIN described d ON d.class = 'pg_type'::regclass AND d.object = t.oid
WHERE t.oid >= 16384 AND t.typtype = 'e'
    AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_type'::regclass AND m.objid = t.oid)
