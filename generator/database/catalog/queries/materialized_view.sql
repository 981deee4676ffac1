SELECT c.name, c.space AS schema, o.name AS owner, g.grants, d.text AS comment,
    pg_get_viewdef(c.oid) AS definition,
    c.relispopulated AS populated,
    (SELECT array_agg(each ORDER BY each COLLATE "C") FROM unnest(c.reloptions) each) AS options,
    p.spcname AS tablespace,
    m.amname AS "access method"
FROM relation c
LEFT JOIN role o ON o.oid = c.relowner
LEFT JOIN granted g ON g.class = 'pg_class'::regclass AND g.object = c.oid AND g.part = 0
LEFT JOIN described d ON d.class = 'pg_class'::regclass AND d.object = c.oid AND d.part = 0
LEFT JOIN pg_tablespace p ON p.oid = c.reltablespace
LEFT JOIN pg_am m ON m.oid = c.relam
WHERE c.relkind = 'm'
