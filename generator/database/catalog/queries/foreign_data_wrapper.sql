SELECT quote_ident(x.fdwname) AS name, o.name AS owner, g.grants, d.text AS comment,
    CASE WHEN x.fdwhandler <> 0 THEN x.fdwhandler::regprocedure::text END AS handler,
    CASE WHEN x.fdwvalidator <> 0 THEN x.fdwvalidator::regprocedure::text END AS validator,
    x.fdwoptions AS options
FROM pg_foreign_data_wrapper x
LEFT JOIN role o ON o.oid = x.fdwowner
LEFT JOIN granted g ON g.class = 'pg_foreign_data_wrapper'::regclass AND g.object = x.oid
LEFT JOIN described d ON d.class = 'pg_foreign_data_wrapper'::regclass AND d.object = x.oid
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_foreign_data_wrapper'::regclass AND m.objid = x.oid)
