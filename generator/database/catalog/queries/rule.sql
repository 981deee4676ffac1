SELECT format('%I on %s', r.rulename, c.name) AS name, c.name AS "table",
    pg_get_ruledef(r.oid) AS definition,
    CASE r.ev_enabled WHEN 'O' THEN 'origin' WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' ELSE 'always' END
        AS enabled,
    d.text AS comment
FROM pg_rewrite r
JOIN relation c ON c.oid = r.ev_class
LEFT JOIN described d ON d.class = 'pg_rewrite'::regclass AND d.object = r.oid
WHERE NOT (r.rulename = '_RETURN' AND c.relkind IN ('v', 'm'))
