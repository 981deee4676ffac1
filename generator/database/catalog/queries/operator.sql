SELECT x.oid::regoperator::text AS name, s.name AS schema, o.name AS owner, d.text AS comment,
    concat_ws(', ',
        'FUNCTION = ' || nullif(x.oprcode::oid, 0)::regprocedure,
        'RETURNS = ' || format_type(nullif(x.oprresult, 0), NULL),
        'COMMUTATOR = ' || nullif(x.oprcom, 0)::regoperator,
        'NEGATOR = ' || nullif(x.oprnegate, 0)::regoperator,
        'RESTRICT = ' || nullif(x.oprrest::oid, 0)::regprocedure,
        'JOIN = ' || nullif(x.oprjoin::oid, 0)::regprocedure,
        CASE WHEN x.oprcanhash THEN 'HASHES' END,
        CASE WHEN x.oprcanmerge THEN 'MERGES' END
    ) AS definition
FROM pg_operator x
JOIN space s ON s.oid = x.oprnamespace
LEFT JOIN role o ON o.oid = x.oprowner
LEFT JOIN described d ON d.class = 'pg_operator'::regclass AND d.object = x.oid
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_operator'::regclass AND m.objid = x.oid)
