SELECT format('(%s AS %s)', format_type(x.castsource, NULL), format_type(x.casttarget, NULL)) AS name, d.text AS comment,
    CASE x.castmethod WHEN 'f' THEN 'WITH FUNCTION ' || x.castfunc::regprocedure WHEN 'i' THEN 'WITH INOUT'
        ELSE 'WITHOUT FUNCTION' END AS definition,
    CASE x.castcontext WHEN 'i' THEN 'implicit' WHEN 'a' THEN 'assignment' ELSE 'explicit' END AS context
FROM pg_cast x
LEFT JOIN described d ON d.class = 'pg_cast'::regclass AND d.object = x.oid
WHERE x.oid >= 16384
    AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_cast'::regclass AND m.objid = x.oid)
