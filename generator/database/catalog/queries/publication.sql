SELECT quote_ident(x.pubname) AS name, o.name AS owner, d.text AS comment,
    x.puballtables AS "all tables",
    array_remove(ARRAY[
        CASE WHEN x.pubinsert THEN 'insert' END, CASE WHEN x.pubupdate THEN 'update' END,
        CASE WHEN x.pubdelete THEN 'delete' END, CASE WHEN x.pubtruncate THEN 'truncate' END
    ], NULL) AS operations,
    x.pubviaroot AS "via partition root",
    (SELECT array_agg(quote_ident(n.nspname) ORDER BY n.nspname) -- since 15
     FROM pg_publication_namespace m JOIN pg_namespace n ON n.oid = m.pnnspid -- since 15
     WHERE m.pnpubid = x.oid) AS schemas, -- since 15
    (SELECT array_agg(concat_ws(' ', c.name
        , (SELECT '(' || string_agg(a.name, ', ' ORDER BY a.attnum) || ')' -- since 15
           FROM attribute a WHERE a.attrelid = c.oid AND a.attnum = ANY (m.prattrs)) -- since 15
        , 'WHERE ' || pg_get_expr(m.prqual, c.oid) -- since 15
     ) ORDER BY c.name COLLATE "C") FROM pg_publication_rel m JOIN relation c ON c.oid = m.prrelid
     WHERE m.prpubid = x.oid) AS tables
FROM pg_publication x
LEFT JOIN role o ON o.oid = x.pubowner
LEFT JOIN described d ON d.class = 'pg_publication'::regclass AND d.object = x.oid
