SELECT format('%I on %s', p.polname, c.name) AS name, c.name AS "table",
    CASE p.polcmd WHEN 'r' THEN 'select' WHEN 'a' THEN 'insert' WHEN 'w' THEN 'update' WHEN 'd' THEN 'delete'
        ELSE 'all' END AS command,
    p.polpermissive AS permissive,
    (SELECT array_agg(r.name ORDER BY r.name COLLATE "C")
     FROM unnest(p.polroles) u (oid) JOIN role r ON r.oid = u.oid) AS roles,
    pg_get_expr(p.polqual, p.polrelid) AS "using",
    pg_get_expr(p.polwithcheck, p.polrelid) AS "check",
    d.text AS comment
FROM pg_policy p
JOIN relation c ON c.oid = p.polrelid
LEFT JOIN described d ON d.class = 'pg_policy'::regclass AND d.object = p.oid
