SELECT format('%s.%I using %I', s.name, x.opfname, a.amname) AS name, s.name AS schema, o.name AS owner, d.text AS comment,
    (SELECT array_agg(each ORDER BY each COLLATE "C") FROM (
        SELECT format('OPERATOR %s %s%s', p.amopstrategy, p.amopopr::regoperator,
            CASE p.amoppurpose WHEN 'o' THEN ' FOR ORDER BY' ELSE '' END)
        FROM pg_amop p WHERE p.amopfamily = x.oid
        UNION ALL
        SELECT format('FUNCTION %s (%s, %s) %s', p.amprocnum, format_type(p.amproclefttype, NULL),
            format_type(p.amprocrighttype, NULL), p.amproc::oid::regprocedure)
        FROM pg_amproc p WHERE p.amprocfamily = x.oid
    ) member (each)) AS members
FROM pg_opfamily x
JOIN space s ON s.oid = x.opfnamespace
JOIN pg_am a ON a.oid = x.opfmethod
LEFT JOIN role o ON o.oid = x.opfowner
LEFT JOIN described d ON d.class = 'pg_opfamily'::regclass AND d.object = x.oid
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_opfamily'::regclass AND m.objid = x.oid)
