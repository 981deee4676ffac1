SELECT format('%s.%I', s.name, x.conname) AS name, s.name AS schema, o.name AS owner, d.text AS comment,
    format('FOR %s TO %s FROM %s', pg_encoding_to_char(x.conforencoding), pg_encoding_to_char(x.contoencoding),
        x.conproc::oid::regprocedure) AS definition,
    x.condefault AS "default"
FROM pg_conversion x
JOIN space s ON s.oid = x.connamespace
LEFT JOIN role o ON o.oid = x.conowner
LEFT JOIN described d ON d.class = 'pg_conversion'::regclass AND d.object = x.oid
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_conversion'::regclass AND m.objid = x.oid)
