SELECT quote_ident(x.evtname) AS name, o.name AS owner, d.text AS comment,
    x.evtevent AS event,
    x.evttags AS tags,
    x.evtfoid::regprocedure::text AS function,
    CASE x.evtenabled WHEN 'O' THEN 'origin' WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' ELSE 'always' END
        AS enabled
FROM pg_event_trigger x
LEFT JOIN role o ON o.oid = x.evtowner
LEFT JOIN described d ON d.class = 'pg_event_trigger'::regclass AND d.object = x.oid
WHERE NOT EXISTS (SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE p.oid = x.evtfoid AND n.nspname = ANY ($1::text[]))
    AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_event_trigger'::regclass AND m.objid = x.oid)
