-- Its name and its owner belong to the place, not to the schema, and so do its grants.
SELECT 'of this connection' AS name,
    shobj_description(b.oid, 'pg_database') AS comment,
    (SELECT array_agg(each ORDER BY each COLLATE "C") FROM (
        SELECT concat_ws(': ', CASE WHEN c.setrole <> 0 THEN r.name END, unnest(c.setconfig))
        FROM pg_db_role_setting c LEFT JOIN role r ON r.oid = c.setrole WHERE c.setdatabase = b.oid
    ) setting (each)) AS settings
FROM pg_database b WHERE b.datname = current_database()
