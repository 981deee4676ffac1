SELECT format('%s.%I', s.name, t.typname) AS name, s.name AS schema, o.name AS owner, g.grants, d.text AS comment,
    format_type(t.typbasetype, t.typtypmod) AS type,
    CASE WHEN t.typcollation <> b.typcollation THEN t.typcollation::regcollation::text END AS collation,
    NOT t.typnotnull AS nullable,
    pg_get_expr(t.typdefaultbin, 0) AS "default"
FROM pg_type t
JOIN space s ON s.oid = t.typnamespace
JOIN pg_type b ON b.oid = t.typbasetype
LEFT JOIN role o ON o.oid = t.typowner
LEFT JOIN granted g ON g.class = 'pg_type'::regclass AND g.object = t.oid
LEFT JOIN described d ON d.class = 'pg_type'::regclass AND d.object = t.oid
WHERE t.oid >= 16384 AND t.typtype = 'd'
    AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_type'::regclass AND m.objid = t.oid)
