-- In parts; not-null constraints are attributes of their column.
SELECT format('%I on %s', k.conname, coalesce(c.name, 'domain ' || y.name)) AS name,
    c.name AS "table", y.name AS domain,
    CASE k.contype WHEN 'c' THEN 'check' WHEN 'f' THEN 'foreign key' WHEN 'p' THEN 'primary key'
        WHEN 'u' THEN 'unique' ELSE 'exclusion' END AS type,
    u.columns,
    pg_get_expr(k.conbin, k.conrelid) AS expression,
    -- Without what the attributes below say; pg_get_constraintdef_worker appends it in this order.
    CASE k.contype WHEN 'x' THEN regexp_replace(pg_get_constraintdef(k.oid),
        '( DEFERRABLE)?( INITIALLY DEFERRED)?( NOT VALID| NOT ENFORCED)?$', '') END AS exclusion,
    CASE k.contype WHEN 'f' THEN k.confrelid::regclass::text END AS "references",
    CASE k.contype WHEN 'f' THEN u.referenced END AS "referenced columns",
    CASE k.contype WHEN 'f' THEN CASE k.confmatchtype WHEN 'f' THEN 'full' WHEN 'p' THEN 'partial'
        ELSE 'simple' END END AS match,
    CASE k.contype WHEN 'f' THEN CASE k.confupdtype WHEN 'r' THEN 'restrict' WHEN 'c' THEN 'cascade'
        WHEN 'n' THEN 'set null' WHEN 'd' THEN 'set default' ELSE 'no action' END END AS "on update",
    CASE k.contype WHEN 'f' THEN CASE k.confdeltype WHEN 'r' THEN 'restrict' WHEN 'c' THEN 'cascade'
        WHEN 'n' THEN 'set null' WHEN 'd' THEN 'set default' ELSE 'no action' END END AS "on delete",
    CASE WHEN k.confdelsetcols <> '{}' THEN ( -- since 15
        SELECT array_agg(a.name ORDER BY a.attnum) FROM attribute a -- since 15
        WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.confdelsetcols) -- since 15
    ) END AS "columns set on delete", -- since 15
    k.conperiod AS period, -- since 18
    k.connoinherit AND k.contype = 'c' AS "no inherit",
    k.condeferrable AS "deferrable", k.condeferred AS "initially deferred", k.convalidated AS validated,
    k.conenforced AS enforced, -- since 18
    -- DISABLE TRIGGER ALL: a foreign key or a deferrable constraint that nothing looks after any more.
    k.oid IN (SELECT tgconstraint FROM pg_trigger WHERE tgenabled IN ('D', 'R')) AS "triggers disabled",
    CASE WHEN k.conparentid <> 0 THEN format('%I on %s', p.conname, p.conrelid::regclass)
        WHEN k.coninhcount > 0 AND k.contype = 'c' THEN (
            SELECT format('%I on %s', q.conname, q.conrelid::regclass)
            FROM pg_inherits i JOIN pg_constraint q ON q.conrelid = i.inhparent
            WHERE i.inhrelid = k.conrelid AND q.conname = k.conname AND q.contype = 'c'
            ORDER BY i.inhseqno LIMIT 1
        ) END AS parent,
    d.text AS comment
FROM pg_constraint k
LEFT JOIN relation c ON c.oid = k.conrelid
LEFT JOIN (
    SELECT t.oid, format('%s.%I', s.name, t.typname) AS name
    FROM pg_type t JOIN space s ON s.oid = t.typnamespace
    WHERE t.typtype = 'd'
        AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_type'::regclass AND m.objid = t.oid)
) y ON y.oid = k.contypid
LEFT JOIN (
    -- One column, the usual case, without the cost of an aggregate; in the order of the key.
    SELECT k.oid, ARRAY[a.name] AS columns, ARRAY[r.name] AS referenced
    FROM pg_constraint k
    JOIN attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
    LEFT JOIN attribute r ON r.attrelid = k.confrelid AND r.attnum = k.confkey[1]
    WHERE k.contype IN ('c', 'f', 'p', 'u') AND cardinality(k.conkey) = 1
    UNION ALL
    SELECT u.oid, array_agg(a.name ORDER BY u.position) AS columns,
        array_agg(r.name ORDER BY u.position) AS referenced
    FROM (
        SELECT k.oid, k.conrelid, k.confrelid, u.*
        FROM pg_constraint k
        CROSS JOIN LATERAL unnest(k.conkey, k.confkey) WITH ORDINALITY u (attnum, referenced, position)
        WHERE k.contype IN ('c', 'f', 'p', 'u') AND k.conrelid >= 16384 AND cardinality(k.conkey) > 1
        OFFSET 0 -- Or the planner joins inside of the loop.
    ) u
    JOIN attribute a ON a.attrelid = u.conrelid AND a.attnum = u.attnum
    LEFT JOIN attribute r ON r.attrelid = u.confrelid AND r.attnum = u.referenced
    GROUP BY u.oid
) u ON u.oid = k.oid
LEFT JOIN pg_constraint p ON p.oid = k.conparentid
LEFT JOIN described d ON d.class = 'pg_constraint'::regclass AND d.object = k.oid
WHERE k.oid >= 16384 AND k.contype IN ('c', 'f', 'p', 'u', 'x') AND coalesce(c.oid, y.oid) IS NOT NULL
    -- A foreign key to a partitioned table has a hidden copy for each partition of that table.
    AND (p.oid IS NULL OR p.conrelid <> k.conrelid)
