SELECT format('for %s language %I', format_type(x.trftype, NULL), l.lanname) AS name, d.text AS comment,
    concat_ws(', ',
        'FROM SQL = ' || nullif(x.trffromsql::oid, 0)::regprocedure,
        'TO SQL = ' || nullif(x.trftosql::oid, 0)::regprocedure
    ) AS definition
FROM pg_transform x
JOIN pg_language l ON l.oid = x.trflang
LEFT JOIN described d ON d.class = 'pg_transform'::regclass AND d.object = x.oid
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_transform'::regclass AND m.objid = x.oid)
