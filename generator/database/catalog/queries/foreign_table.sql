SELECT c.name, c.space AS schema, o.name AS owner, g.grants, d.text AS comment,
    quote_ident(s.srvname) AS server,
    f.ftoptions AS options,
    pg_get_expr(c.relpartbound, c.oid) AS "partition bound",
    (SELECT array_agg(i.inhparent::regclass::text ORDER BY i.inhseqno)
     FROM pg_inherits i WHERE i.inhrelid = c.oid) AS parents,
    (SELECT bool_or(i.inhdetachpending) FROM pg_inherits i WHERE i.inhrelid = c.oid) AS "detach pending", -- since 14
    t.names AS "column order"
FROM relation c
JOIN pg_foreign_table f ON f.ftrelid = c.oid
JOIN pg_foreign_server s ON s.oid = f.ftserver
LEFT JOIN role o ON o.oid = c.relowner
LEFT JOIN granted g ON g.class = 'pg_class'::regclass AND g.object = c.oid AND g.part = 0
LEFT JOIN described d ON d.class = 'pg_class'::regclass AND d.object = c.oid AND d.part = 0
LEFT JOIN column_order t ON t.attrelid = c.oid
