SELECT quote_ident(x.amname) AS name, d.text AS comment,
    CASE x.amtype WHEN 'i' THEN 'index' ELSE 'table' END || ' ' || x.amhandler::oid::regprocedure AS definition
FROM pg_am x
LEFT JOIN described d ON d.class = 'pg_am'::regclass AND d.object = x.oid
WHERE x.oid >= 16384
    AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_am'::regclass AND m.objid = x.oid)
