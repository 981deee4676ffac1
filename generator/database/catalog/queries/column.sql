SELECT a.relation_name || '.' || a.name AS name, a.relation_name AS "table",
    format_type(a.atttypid, a.atttypmod) AS type,
    CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END AS collation,
    NOT a.attnotnull AS nullable,
    n.definition AS "not null constraint", -- since 18
    CASE WHEN a.attgenerated = '' THEN pg_get_expr(e.adbin, e.adrelid) END AS "default",
    CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END AS identity,
    CASE a.attgenerated WHEN 's' THEN 'stored' WHEN 'v' THEN 'virtual' END AS generated,
    CASE WHEN a.attgenerated <> '' THEN pg_get_expr(e.adbin, e.adrelid) END AS "generation expression",
    CASE WHEN a.attstorage <> t.typstorage AND a.relkind <> 'v' THEN CASE a.attstorage
        WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external' WHEN 'm' THEN 'main' ELSE 'extended' END END AS storage,
    CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END AS compression, -- since 14
    nullif(a.attstattarget, -1) AS "statistics target",
    a.attoptions AS options,
    a.attfdwoptions AS "foreign options",
    g.grants, d.text AS comment,
    -- The column of the table that it is inherited from; its changes arrive here by themselves.
    CASE WHEN a.attinhcount > 0 THEN (
        SELECT i.inhparent::regclass::text || '.' || a.name FROM pg_inherits i
        WHERE i.inhrelid = a.attrelid AND EXISTS (
            SELECT FROM pg_attribute p
            WHERE p.attrelid = i.inhparent AND p.attname = a.attname AND NOT p.attisdropped
        ) ORDER BY i.inhseqno LIMIT 1
    ) END AS parent
FROM attribute a
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef e ON e.adrelid = a.attrelid AND e.adnum = a.attnum AND a.atthasdef
LEFT JOIN granted g ON g.class = 'pg_class'::regclass AND g.object = a.attrelid AND g.part = a.attnum
LEFT JOIN described d ON d.class = 'pg_class'::regclass AND d.object = a.attrelid AND d.part = a.attnum
LEFT JOIN ( -- since 18
    SELECT conrelid, conkey[1] AS attnum, quote_ident(conname) -- since 18
        || CASE WHEN connoinherit THEN ' NO INHERIT' ELSE '' END -- since 18
        || CASE WHEN convalidated THEN '' ELSE ' NOT VALID' END AS definition -- since 18
    FROM pg_constraint WHERE contype = 'n' AND conrelid <> 0 -- since 18
) n ON n.conrelid = a.attrelid AND n.attnum = a.attnum -- since 18
