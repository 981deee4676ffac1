SELECT format('%s.%I', s.name, t.typname) AS name, s.name AS schema, o.name AS owner, g.grants, d.text AS comment,
    concat_ws(', ',
        CASE t.typtype WHEN 'p' THEN 'SHELL' END,
        'INPUT = ' || nullif(t.typinput, 0)::regprocedure,
        'OUTPUT = ' || nullif(t.typoutput, 0)::regprocedure,
        'RECEIVE = ' || nullif(t.typreceive, 0)::regprocedure,
        'SEND = ' || nullif(t.typsend, 0)::regprocedure,
        'TYPMOD_IN = ' || nullif(t.typmodin, 0)::regprocedure,
        'TYPMOD_OUT = ' || nullif(t.typmodout, 0)::regprocedure,
        'INTERNALLENGTH = ' || t.typlen,
        'PASSEDBYVALUE = ' || t.typbyval,
        'ALIGNMENT = ' || t.typalign::text,
        'STORAGE = ' || t.typstorage::text,
        'CATEGORY = ' || t.typcategory::text,
        'PREFERRED = ' || t.typispreferred,
        'DELIMITER = ' || t.typdelim::text,
        'COLLATABLE = ' || (t.typcollation <> 0),
        'ELEMENT = ' || format_type(nullif(t.typelem, 0), NULL),
        'DEFAULT = ' || quote_literal(t.typdefault)
    ) AS definition
FROM pg_type t
JOIN space s ON s.oid = t.typnamespace
LEFT JOIN role o ON o.oid = t.typowner
LEFT JOIN granted g ON g.class = 'pg_type'::regclass AND g.object = t.oid
LEFT JOIN described d ON d.class = 'pg_type'::regclass AND d.object = t.oid
WHERE t.oid >= 16384 AND t.typtype IN ('b', 'p')
    AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_type'::regclass AND m.objid = t.oid)
