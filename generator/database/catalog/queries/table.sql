SELECT c.name, c.space AS schema, o.name AS owner, g.grants, d.text AS comment,
    CASE c.relpersistence WHEN 'u' THEN 'unlogged' ELSE 'permanent' END AS persistence,
    CASE c.relkind WHEN 'p' THEN pg_get_partkeydef(c.oid) END AS "partition key",
    pg_get_expr(c.relpartbound, c.oid) AS "partition bound",
    i.parents,
    i.detaching AS "detach pending", -- since 14
    t.names AS "column order",
    c.relrowsecurity AS "row security",
    c.relforcerowsecurity AS "forced row security",
    CASE c.relreplident WHEN 'd' THEN 'default' WHEN 'f' THEN 'full' WHEN 'n' THEN 'nothing' ELSE coalesce(
        (SELECT 'index ' || x.indexrelid::regclass FROM pg_index x WHERE x.indrelid = c.oid AND x.indisreplident),
        'a missing index'
    ) END AS "replica identity",
    CASE WHEN coalesce(c.reloptions, l.reloptions) IS NOT NULL THEN (
        SELECT array_agg(each ORDER BY each COLLATE "C") FROM (
            SELECT unnest(c.reloptions) UNION ALL SELECT 'toast.' || unnest(l.reloptions)
        ) option (each)
    ) END AS options,
    p.spcname AS tablespace,
    m.amname AS "access method",
    CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END AS "row type"
FROM relation c
LEFT JOIN role o ON o.oid = c.relowner
LEFT JOIN granted g ON g.class = 'pg_class'::regclass AND g.object = c.oid AND g.part = 0
LEFT JOIN described d ON d.class = 'pg_class'::regclass AND d.object = c.oid AND d.part = 0
LEFT JOIN column_order t ON t.attrelid = c.oid
LEFT JOIN (
    SELECT inhrelid,
        bool_or(inhdetachpending) AS detaching, -- since 14
        array_agg(inhparent::regclass::text ORDER BY inhseqno) AS parents
    FROM pg_inherits GROUP BY inhrelid
) i ON i.inhrelid = c.oid
LEFT JOIN pg_class l ON l.oid = c.reltoastrelid AND l.reloptions IS NOT NULL
LEFT JOIN pg_tablespace p ON p.oid = c.reltablespace
LEFT JOIN pg_am m ON m.oid = c.relam
WHERE c.relkind IN ('r', 'p')
