SELECT format('%s.%I', s.name, x.stxname) AS name, s.name AS schema, o.name AS owner, d.text AS comment,
    c.name AS "table",
    pg_get_statisticsobjdef(x.oid) AS definition,
    nullif(x.stxstattarget, -1) AS "statistics target"
FROM pg_statistic_ext x
JOIN space s ON s.oid = x.stxnamespace
JOIN relation c ON c.oid = x.stxrelid
LEFT JOIN role o ON o.oid = x.stxowner
LEFT JOIN described d ON d.class = 'pg_statistic_ext'::regclass AND d.object = x.oid
