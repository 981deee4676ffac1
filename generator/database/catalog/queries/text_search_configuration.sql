SELECT x.oid::regconfig::text AS name, s.name AS schema, o.name AS owner, d.text AS comment,
    format('%I.%I', n.nspname, p.prsname) AS parser,
    (SELECT array_agg(each ORDER BY each COLLATE "C") FROM (
        SELECT k.alias || ': ' || string_agg(m.mapdict::regdictionary::text, ', ' ORDER BY m.mapseqno)
        FROM pg_ts_config_map m JOIN ts_token_type(x.cfgparser) k ON k.tokid = m.maptokentype
        WHERE m.mapcfg = x.oid GROUP BY k.alias
    ) mapping (each)) AS mappings
FROM pg_ts_config x
JOIN space s ON s.oid = x.cfgnamespace
JOIN pg_ts_parser p ON p.oid = x.cfgparser
JOIN pg_namespace n ON n.oid = p.prsnamespace
LEFT JOIN role o ON o.oid = x.cfgowner
LEFT JOIN described d ON d.class = 'pg_ts_config'::regclass AND d.object = x.oid
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_ts_config'::regclass AND m.objid = x.oid)
