SELECT format('%s.%I', s.name, t.typname) AS name, s.name AS schema, o.name AS owner, g.grants, d.text AS comment,
    format_type(r.rngsubtype, NULL) AS subtype,
    concat_ws(', ',
        'SUBTYPE_OPCLASS = ' || quote_ident(n.nspname) || '.' || quote_ident(p.opcname),
        'COLLATION = ' || nullif(r.rngcollation, 0)::regcollation,
        'CANONICAL = ' || nullif(r.rngcanonical, 0)::regprocedure,
        'SUBTYPE_DIFF = ' || nullif(r.rngsubdiff, 0)::regprocedure,
        'MULTIRANGE_TYPE_NAME = ' || format_type(r.rngmultitypid, NULL), -- since 14
        NULL
    ) AS definition
FROM pg_type t
JOIN space s ON s.oid = t.typnamespace
JOIN pg_range r ON r.rngtypid = t.oid
JOIN pg_opclass p ON p.oid = r.rngsubopc
JOIN pg_namespace n ON n.oid = p.opcnamespace
LEFT JOIN role o ON o.oid = t.typowner
LEFT JOIN granted g ON g.class = 'pg_type'::regclass AND g.object = t.oid
LEFT JOIN described d ON d.class = 'pg_type'::regclass AND d.object = t.oid
WHERE t.oid >= 16384 AND t.typtype = 'r'
    AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_type'::regclass AND m.objid = t.oid)
