SELECT c.name, c.space AS schema, o.name AS owner, g.grants, d.text AS comment,
    format_type(q.seqtypid, NULL) AS type,
    q.seqstart AS start, q.seqmin AS minimum, q.seqmax AS maximum, q.seqincrement AS increment,
    q.seqcycle AS cycle, q.seqcache AS cache,
    CASE c.relpersistence WHEN 'u' THEN 'unlogged' ELSE 'permanent' END AS persistence,
    u."column" AS "owned by",
    coalesce(u.identity, false) AS identity
FROM relation c
JOIN pg_sequence q ON q.seqrelid = c.oid
LEFT JOIN role o ON o.oid = c.relowner
LEFT JOIN granted g ON g.class = 'pg_class'::regclass AND g.object = c.oid AND g.part = 0
LEFT JOIN described d ON d.class = 'pg_class'::regclass AND d.object = c.oid AND d.part = 0
LEFT JOIN (
    SELECT w.objid, a.relation_name || '.' || a.name AS "column", w.deptype = 'i' AS identity
    FROM pg_depend w JOIN attribute a ON a.attrelid = w.refobjid AND a.attnum = w.refobjsubid
    WHERE w.classid = 'pg_class'::regclass AND w.refclassid = 'pg_class'::regclass AND w.deptype IN ('a', 'i')
) u ON u.objid = c.oid
