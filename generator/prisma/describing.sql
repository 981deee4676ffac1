-- $1: schemas; $2, $3: schemas and names of tables to leave out; $4: the default schema. Rows of (kind, lines of JSON).
-- Catalogs only. The session's search_path is pg_catalog and the default schema, so expressions print as Prisma sees them.
WITH space AS MATERIALIZED (
    SELECT oid, nspname FROM pg_namespace WHERE nspname = ANY ($1::text[])
),
member AS MATERIALIZED (
    SELECT classid, objid FROM pg_depend WHERE deptype = 'e' AND refclassid = 'pg_extension'::regclass
),
relation AS MATERIALIZED (
    SELECT c.oid, s.nspname AS schema, c.relname AS name, c.relkind AS kind, c.relrowsecurity AS security
    FROM pg_class c JOIN space s ON s.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND NOT c.relispartition
        AND NOT EXISTS (
            SELECT FROM unnest($2::text[], $3::text[]) hidden (schema, name)
            WHERE hidden.schema = s.nspname AND hidden.name = c.relname)
),
-- As for Prisma, a domain is what it stands on.
domain AS MATERIALIZED (
    WITH RECURSIVE step AS (
        SELECT oid, typbasetype AS base, typtypmod AS modifier, typnotnull AS is_required
        FROM pg_type WHERE typtype = 'd'
        UNION ALL
        SELECT s.oid, t.typbasetype, CASE WHEN s.modifier = -1 THEN t.typtypmod ELSE s.modifier END,
            s.is_required OR t.typnotnull
        FROM step s JOIN pg_type t ON t.oid = s.base AND t.typtype = 'd'
    )
    SELECT s.* FROM step s JOIN pg_type t ON t.oid = s.base AND t.typtype <> 'd'
),
kind AS MATERIALIZED (
    -- An array type is the one that its element names; int2vector is none.
    SELECT t.oid, coalesce(e.oid, coalesce(d.base, t.oid)) AS element, e.oid IS NOT NULL AS is_array,
        t.typcollation, d.modifier, coalesce(d.is_required, false) AS is_required,
        CASE WHEN d.oid IS NOT NULL THEN t.typname END AS domain
    FROM pg_type t
    LEFT JOIN domain d ON d.oid = t.oid
    LEFT JOIN pg_type b ON b.oid = coalesce(d.base, t.oid)
    LEFT JOIN pg_type e ON e.oid = b.typelem AND e.typarray = b.oid
),
types AS MATERIALIZED (
    SELECT k.oid, k.element, k.is_array, t.typname AS name, k.typcollation, k.modifier, k.is_required, k.domain, CASE
        WHEN t.typtype = 'e' THEN 'enum'
        WHEN n.nspname = 'pg_catalog' THEN 'system'
        WHEN n.nspname = $4 THEN 'default'
        WHEN EXISTS (SELECT FROM member m WHERE m.classid = 'pg_type'::regclass AND m.objid = t.oid) THEN 'extension'
        ELSE 'other'
    END AS class, n.nspname AS schema
    FROM kind k JOIN pg_type t ON t.oid = k.element JOIN pg_namespace n ON n.oid = t.typnamespace
),
keys AS MATERIALIZED (
    SELECT i.indexrelid, json_agg(json_build_array(
        CASE WHEN i.indkey[key.place - 1] = 0 THEN pg_get_indexdef(i.indexrelid, key.place::int, true)
            ELSE a.attname END,
        i.indkey[key.place - 1] = 0,
        CASE WHEN NOT o.opcdefault THEN o.opcname END,
        (i.indoption[key.place - 1] & 1) = 1,
        (i.indoption[key.place - 1] & 2) = 2,
        a.attnum IS NOT NULL AND i.indcollation[key.place - 1] NOT IN (0, a.attcollation)
    ) ORDER BY key.place) AS keys
    FROM pg_index i JOIN relation r ON r.oid = i.indrelid
    CROSS JOIN LATERAL generate_series(1, i.indnkeyatts) key (place)
    JOIN pg_opclass o ON o.oid = i.indclass[key.place - 1]
    LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[key.place - 1]
    WHERE NOT i.indisexclusion
    GROUP BY i.indexrelid
),
columns AS (
    SELECT r.schema, r.name AS table, a.attname AS name, t.class, t.schema AS type_schema, t.name AS type_name,
        format_type(t.element, coalesce(t.modifier, a.atttypmod)) AS type, t.is_array, t.domain,
        NOT (a.attnotnull OR a.attidentity <> '' OR t.is_required) AS is_nullable, a.attidentity <> '' AS is_identity,
        a.attgenerated <> '' AS is_generated,
        pg_get_expr(d.adbin, d.adrelid) AS default,
        CASE WHEN a.attcollation NOT IN (0, t.typcollation) THEN c.collname END AS collation
    FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN types t ON t.oid = a.atttypid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    LEFT JOIN pg_collation c ON c.oid = a.attcollation
    ORDER BY r.schema, r.name, a.attnum
),
indexes AS (
    SELECT r.schema, r.name AS table, ic.relname AS name, am.amname AS method, i.indisprimary AS is_primary,
        i.indisunique AS is_unique, con.oid IS NOT NULL AS is_constraint, i.indpred IS NOT NULL AS is_partial,
        i.indnatts > i.indnkeyatts AS is_including,
        coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false) AS is_nulls_not_distinct, -- PostgreSQL 15
        coalesce(con.condeferrable, false) AS is_deferrable, NOT i.indisvalid AS is_invalid,
        -- Each: name, expression, operator class, descending, nulls first, collation.
        k.keys
    FROM relation r JOIN pg_index i ON i.indrelid = r.oid AND NOT i.indisexclusion
    JOIN keys k ON k.indexrelid = i.indexrelid
    JOIN pg_class ic ON ic.oid = i.indexrelid JOIN pg_am am ON am.oid = ic.relam
    LEFT JOIN pg_constraint con ON con.conindid = i.indexrelid AND con.contype IN ('p', 'u')
        AND con.conrelid = i.indrelid
    ORDER BY r.schema, r.name, ic.relname
),
foreign_keys AS (
    SELECT r.schema, r.name AS table, con.conname AS name, fn.nspname AS other_schema, fc.relname AS other_table,
        (SELECT json_agg(a.attname ORDER BY at) FROM unnest(con.conkey) WITH ORDINALITY k (num, at)
            JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = k.num) AS columns,
        (SELECT json_agg(a.attname ORDER BY at) FROM unnest(con.confkey) WITH ORDINALITY k (num, at)
            JOIN pg_attribute a ON a.attrelid = con.confrelid AND a.attnum = k.num) AS referenced,
        con.confdeltype AS on_delete, con.confupdtype AS on_update, con.condeferrable AS is_deferrable,
        con.confmatchtype = 'f' AS is_full, NOT con.convalidated AS is_unvalidated,
        to_jsonb(con) ->> 'confdelsetcols' IS NOT NULL AS is_of_columns -- PostgreSQL 15
    FROM relation r JOIN pg_constraint con ON con.conrelid = r.oid AND con.contype = 'f' AND con.conparentid = 0
    JOIN pg_class fc ON fc.oid = con.confrelid JOIN pg_namespace fn ON fn.oid = fc.relnamespace
    ORDER BY r.schema, r.name, con.conname
),
beside AS (
    SELECT r.schema, r.name AS table, con.conname::text AS name,
        CASE con.contype WHEN 'c' THEN 'check constraint' ELSE 'exclusion constraint' END AS what
    FROM relation r JOIN pg_constraint con ON con.conrelid = r.oid AND con.contype IN ('c', 'x')
    UNION ALL
    SELECT r.schema, r.name, t.tgname, 'trigger'
    FROM relation r JOIN pg_trigger t ON t.tgrelid = r.oid AND NOT t.tgisinternal
    UNION ALL
    SELECT r.schema, r.name, p.polname, 'policy' FROM relation r JOIN pg_policy p ON p.polrelid = r.oid
    UNION ALL
    SELECT r.schema, r.name, w.rulename, 'rule'
    FROM relation r JOIN pg_rewrite w ON w.ev_class = r.oid AND w.rulename <> '_RETURN'
    UNION ALL
    SELECT r.schema, r.name, 'row level security', 'enabled' FROM relation r WHERE r.security
    UNION ALL
    SELECT r.schema, r.name, 'partitioning', pg_get_partkeydef(r.oid) FROM relation r WHERE r.kind = 'p'
    UNION ALL
    SELECT r.schema, r.name, 'foreign table', 'of a foreign server' FROM relation r WHERE r.kind = 'f'
    UNION ALL
    SELECT r.schema, r.name, 'inheritance', string_agg(i.inhparent::regclass::text, ', ' ORDER BY i.inhseqno)
    FROM relation r JOIN pg_inherits i ON i.inhrelid = r.oid GROUP BY 1, 2
),
enums AS (
    SELECT s.nspname AS schema, t.typname AS name,
        (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid) AS values
    FROM pg_type t JOIN space s ON s.oid = t.typnamespace
    WHERE t.typtype = 'e'
        AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_type'::regclass AND m.objid = t.oid)
    ORDER BY 1, 2
),
tables AS (
    SELECT r.schema, r.name, r.kind IN ('v', 'm') AS is_view, r.kind IN ('m', 'f') AS is_unseen,
        EXISTS (SELECT FROM member m WHERE m.classid = 'pg_class'::regclass AND m.objid = r.oid) AS is_extension
    FROM relation r ORDER BY 1, 2
)
SELECT 'tables', string_agg(row_to_json(q)::text, E'\n') FROM tables q
UNION ALL SELECT 'columns', string_agg(row_to_json(q)::text, E'\n') FROM columns q
UNION ALL SELECT 'indexes', string_agg(row_to_json(q)::text, E'\n') FROM indexes q
UNION ALL SELECT 'foreign_keys', string_agg(row_to_json(q)::text, E'\n') FROM foreign_keys q
UNION ALL SELECT 'beside', string_agg(row_to_json(q)::text, E'\n') FROM beside q
UNION ALL SELECT 'enums', string_agg(row_to_json(q)::text, E'\n') FROM enums q
