SELECT format('%s.%I', s.name, x.prsname) AS name, s.name AS schema, d.text AS comment,
    concat_ws(', ',
        'START = ' || x.prsstart::oid::regprocedure,
        'GETTOKEN = ' || x.prstoken::oid::regprocedure,
        'END = ' || x.prsend::oid::regprocedure,
        'HEADLINE = ' || nullif(x.prsheadline::oid, 0)::regprocedure,
        'LEXTYPES = ' || x.prslextype::oid::regprocedure
    ) AS definition
FROM pg_ts_parser x
JOIN space s ON s.oid = x.prsnamespace
LEFT JOIN described d ON d.class = 'pg_ts_parser'::regclass AND d.object = x.oid
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_ts_parser'::regclass AND m.objid = x.oid)
