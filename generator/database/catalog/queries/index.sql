-- In parts, because pg_get_indexdef takes 30 microseconds and names no part.
SELECT format('%s.%I', c.space, x.relname) AS name, c.name AS "table",
    m.amname AS method,
    k.keys, k.included,
    pg_get_expr(i.indpred, i.indrelid) AS predicate,
    i.indisunique AS "unique",
    i.indnullsnotdistinct AS "nulls not distinct", -- since 15
    i.indisprimary AS "primary", i.indisvalid AS valid, i.indisready AS ready, i.indisclustered AS clustered,
    x.reloptions AS options,
    p.spcname AS tablespace,
    k.targets AS "statistics target",
    b.constraint_name AS "constraint",
    h.parent,
    d.text AS comment
FROM pg_index i
JOIN relation c ON c.oid = i.indrelid
JOIN pg_class x ON x.oid = i.indexrelid
JOIN pg_am m ON m.oid = x.relam
LEFT JOIN (
    -- Sorted before it is grouped: an ORDER BY inside of each array_agg costs a sort for each index.
    SELECT u.indexrelid,
        array_agg(u.key) FILTER (WHERE u.attnum <= u.indnkeyatts) AS keys,
        array_agg(u.key) FILTER (WHERE u.attnum > u.indnkeyatts) AS included,
        array_agg(u.attnum || ': ' || u.attstattarget) FILTER (WHERE u.attstattarget >= 0) AS targets
    FROM (
        SELECT i.indexrelid, i.indnkeyatts, a.attnum, a.attstattarget, concat(
            coalesce(t.name, pg_get_indexdef(i.indexrelid, a.attnum, false)),
            ' COLLATE ' || CASE WHEN i.indcollation[a.attnum - 1] NOT IN (0, coalesce(t.attcollation, 100))
                THEN i.indcollation[a.attnum - 1]::regcollation END,
            -- As pg_get_indexdef: where it is not the one that the column's type would get anyway.
            CASE WHEN NOT o.opcdefault OR e.oid <> o.oid THEN format(' %I.%I', n.nspname, o.opcname) END,
            ' (' || array_to_string(a.attoptions, ', ') || ')',
            CASE i.indoption[a.attnum - 1]
                WHEN 1 THEN ' DESC NULLS LAST' WHEN 2 THEN ' NULLS FIRST' WHEN 3 THEN ' DESC' END
        ) AS key
        FROM pg_index i
        JOIN relation c ON c.oid = i.indrelid
        JOIN pg_attribute a ON a.attrelid = i.indexrelid AND a.attrelid >= 16384
        LEFT JOIN attribute t ON t.attrelid = i.indrelid AND t.attnum = i.indkey[a.attnum - 1]
        LEFT JOIN pg_opclass o ON o.oid = i.indclass[a.attnum - 1]
        LEFT JOIN pg_opclass e ON e.opcmethod = o.opcmethod AND e.opcintype = t.atttypid AND e.opcdefault
        LEFT JOIN pg_namespace n ON n.oid = o.opcnamespace
        ORDER BY i.indexrelid, a.attnum
    ) u
    GROUP BY u.indexrelid
) k ON k.indexrelid = i.indexrelid
LEFT JOIN (
    SELECT conindid, format('%I on %s', k.conname, c.name) AS constraint_name
    FROM pg_constraint k JOIN relation c ON c.oid = k.conrelid WHERE contype IN ('p', 'u', 'x')
) b ON b.conindid = i.indexrelid
LEFT JOIN (
    SELECT inhrelid, min(inhparent::regclass::text) AS parent FROM pg_inherits GROUP BY inhrelid
) h ON h.inhrelid = i.indexrelid
LEFT JOIN pg_tablespace p ON p.oid = x.reltablespace
LEFT JOIN described d ON d.class = 'pg_class'::regclass AND d.object = i.indexrelid AND d.part = 0
