SELECT quote_ident(x.extname) AS name, o.name AS owner, d.text AS comment,
    x.extversion AS version,
    quote_ident(n.nspname) AS "in schema"
FROM pg_extension x
JOIN pg_namespace n ON n.oid = x.extnamespace
LEFT JOIN role o ON o.oid = x.extowner
LEFT JOIN described d ON d.class = 'pg_extension'::regclass AND d.object = x.oid
