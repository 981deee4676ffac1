SELECT format('%s.%I using %I', s.name, x.opcname, a.amname) AS name, s.name AS schema, o.name AS owner, d.text AS comment,
    concat_ws(' ',
        CASE WHEN x.opcdefault THEN 'DEFAULT' END,
        'FOR TYPE ' || format_type(x.opcintype, NULL),
        'FAMILY ' || quote_ident(n.nspname) || '.' || quote_ident(f.opfname),
        'STORAGE ' || format_type(nullif(x.opckeytype, 0), NULL)
    ) AS definition
FROM pg_opclass x
JOIN space s ON s.oid = x.opcnamespace
JOIN pg_am a ON a.oid = x.opcmethod
JOIN pg_opfamily f ON f.oid = x.opcfamily
JOIN pg_namespace n ON n.oid = f.opfnamespace
LEFT JOIN role o ON o.oid = x.opcowner
LEFT JOIN described d ON d.class = 'pg_opclass'::regclass AND d.object = x.oid
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_opclass'::regclass AND m.objid = x.oid)
