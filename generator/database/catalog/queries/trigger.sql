SELECT format('%I on %s', t.tgname, c.name) AS name, c.name AS "table",
    pg_get_triggerdef(t.oid) AS definition,
    t.tgfoid::regprocedure::text AS function,
    CASE t.tgenabled WHEN 'O' THEN 'origin' WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' ELSE 'always' END
        AS enabled,
    CASE WHEN t.tgparentid <> 0 THEN format('%I on %s', p.tgname, p.tgrelid::regclass) END AS parent,
    d.text AS comment
FROM pg_trigger t
JOIN relation c ON c.oid = t.tgrelid
LEFT JOIN pg_trigger p ON p.oid = t.tgparentid
LEFT JOIN described d ON d.class = 'pg_trigger'::regclass AND d.object = t.oid
WHERE (NOT t.tgisinternal OR t.tgparentid <> 0 AND NOT p.tgisinternal)
    AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_trigger'::regclass AND m.objid = t.oid)
