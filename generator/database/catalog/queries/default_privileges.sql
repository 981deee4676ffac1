SELECT format('of %s%s on %s', r.name, ' in schema ' || s.name, CASE x.defaclobjtype WHEN 'r' THEN 'tables'
        WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions' WHEN 'T' THEN 'types' WHEN 'n' THEN 'schemas'
        ELSE 'large objects' END) AS name,
    s.name AS schema,
    g.grants
FROM pg_default_acl x
JOIN role r ON r.oid = x.defaclrole
LEFT JOIN space s ON s.oid = x.defaclnamespace
JOIN granted g ON g.class = 'pg_default_acl'::regclass AND g.object = x.oid
WHERE x.defaclnamespace = 0 OR s.oid IS NOT NULL
