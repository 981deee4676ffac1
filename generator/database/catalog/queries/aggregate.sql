-- pg_get_functiondef refuses aggregates.
SELECT r.name, r.schema, r.owner, r.grants, r.comment, r.arguments, r.returns, r.parallel,
    concat_ws(', ',
        CASE a.aggkind WHEN 'h' THEN 'HYPOTHETICAL' WHEN 'o' THEN 'ORDERED SET' END,
        'SFUNC = ' || a.aggtransfn::oid::regprocedure,
        'STYPE = ' || format_type(a.aggtranstype, NULL),
        'SSPACE = ' || nullif(a.aggtransspace, 0),
        'FINALFUNC = ' || nullif(a.aggfinalfn::oid, 0)::regprocedure,
        'FINALFUNC_EXTRA = ' || nullif(a.aggfinalextra, false),
        'FINALFUNC_MODIFY = ' || a.aggfinalmodify::text,
        'COMBINEFUNC = ' || nullif(a.aggcombinefn::oid, 0)::regprocedure,
        'SERIALFUNC = ' || nullif(a.aggserialfn::oid, 0)::regprocedure,
        'DESERIALFUNC = ' || nullif(a.aggdeserialfn::oid, 0)::regprocedure,
        'INITCOND = ' || quote_literal(a.agginitval),
        'MSFUNC = ' || nullif(a.aggmtransfn::oid, 0)::regprocedure,
        'MINVFUNC = ' || nullif(a.aggminvtransfn::oid, 0)::regprocedure,
        'MSTYPE = ' || format_type(nullif(a.aggmtranstype, 0), NULL),
        'MSSPACE = ' || nullif(a.aggmtransspace, 0),
        'MFINALFUNC = ' || nullif(a.aggmfinalfn::oid, 0)::regprocedure,
        'MFINALFUNC_EXTRA = ' || nullif(a.aggmfinalextra, false),
        'MFINALFUNC_MODIFY = ' || a.aggmfinalmodify::text,
        'MINITCOND = ' || quote_literal(a.aggminitval),
        'SORTOP = ' || nullif(a.aggsortop, 0)::regoperator
    ) AS definition
FROM routine r
JOIN pg_aggregate a ON a.aggfnoid = r.oid
