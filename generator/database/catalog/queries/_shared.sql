-- What several kinds need. $1: names of schemas to leave out; $2: tables to leave out, as SQL writes them.
-- Oids below 16384 (FirstNormalObjectId) are what initdb made; 2200 is the schema public, 10 its superuser.
WITH space AS MATERIALIZED (
    SELECT oid, quote_ident(nspname) AS name, nspowner, nspacl
    FROM pg_namespace
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' AND nspname <> ALL ($1::text[])
),
role AS MATERIALIZED (
    -- The first two have another name in a throw-away database. No quoted identifier looks like these.
    SELECT r.oid, CASE
        WHEN r.oid = d.datdba THEN 'the database owner'
        WHEN r.oid = 10 THEN 'the bootstrap superuser'
        ELSE quote_ident(r.rolname)
    END AS name
    FROM pg_roles r, pg_database d WHERE d.datname = current_database()
    UNION ALL SELECT 0, 'PUBLIC'
),
-- Extension members ('e'), and what a range type brings along: constructors, its multirange and their cast ('i').
member AS MATERIALIZED (
    SELECT classid, objid FROM pg_depend
    WHERE deptype = 'e' AND refclassid = 'pg_extension'::regclass
        OR deptype = 'i' AND refclassid = 'pg_type'::regclass
            AND classid IN ('pg_proc'::regclass, 'pg_type'::regclass, 'pg_cast'::regclass)
),
hidden AS MATERIALIZED (
    SELECT to_regclass(each)::oid AS oid FROM unnest($2::text[]) each
),
relation AS MATERIALIZED (
    SELECT c.oid, format('%s.%I', s.name, c.relname) AS name, s.name AS space, c.relkind, c.relowner, c.relacl,
        c.relpersistence, c.relispopulated, c.relrowsecurity, c.relforcerowsecurity, c.relreplident,
        c.reloptions, c.reltablespace, c.reltoastrelid, c.relam, c.reloftype, c.relpartbound
    FROM pg_class c JOIN space s ON s.oid = c.relnamespace
    WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S', 'c')
        AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_class'::regclass AND m.objid = c.oid)
        AND NOT EXISTS (SELECT FROM hidden h WHERE h.oid = c.oid)
        AND NOT EXISTS (
            SELECT FROM pg_depend d JOIN hidden h ON h.oid = d.refobjid
            WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i')
                AND d.refclassid = 'pg_class'::regclass AND c.relkind = 'S'
        )
),
attribute AS MATERIALIZED (
    SELECT a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attcollation, a.attnotnull, a.atthasdef,
        a.attidentity, a.attgenerated, a.attstorage, a.attstattarget, a.attoptions, a.attfdwoptions, a.attacl,
        a.attinhcount,
        a.attcompression, -- since 14
        c.name AS relation_name, c.relkind, quote_ident(a.attname) AS name
    FROM pg_attribute a JOIN relation c ON c.oid = a.attrelid
    WHERE a.attrelid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind <> 'S'
),
column_order AS MATERIALIZED (
    SELECT attrelid, array_agg(name) AS names
    FROM (SELECT attrelid, name FROM attribute ORDER BY attrelid, attnum) sorted GROUP BY attrelid
),
described AS MATERIALIZED (
    SELECT classoid AS class, objoid AS object, objsubid AS part, description AS text
    FROM pg_description WHERE objoid >= 16384 OR objoid = 2200 OR classoid = 'pg_extension'::regclass
),
acl AS MATERIALIZED (
    SELECT 'pg_class'::regclass AS class, oid AS object, 0 AS part, relacl AS given,
        acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner) AS built_in
    FROM relation WHERE relacl IS NOT NULL
    UNION ALL
    SELECT 'pg_class'::regclass, attrelid, attnum, attacl, NULL FROM attribute WHERE attacl IS NOT NULL
    UNION ALL
    SELECT 'pg_namespace'::regclass, oid, 0, nspacl, acldefault('n', nspowner)
    FROM space WHERE nspacl IS NOT NULL
    UNION ALL
    SELECT 'pg_proc'::regclass, oid, 0, proacl, acldefault('f', proowner)
    FROM pg_proc WHERE oid >= 16384 AND proacl IS NOT NULL AND pronamespace IN (SELECT oid FROM space)
    UNION ALL
    SELECT 'pg_type'::regclass, oid, 0, typacl, acldefault('T', typowner)
    FROM pg_type WHERE oid >= 16384 AND typacl IS NOT NULL AND typnamespace IN (SELECT oid FROM space)
    UNION ALL
    SELECT 'pg_language'::regclass, oid, 0, lanacl, acldefault('l', lanowner)
    FROM pg_language WHERE lanacl IS NOT NULL
    UNION ALL
    SELECT 'pg_foreign_data_wrapper'::regclass, oid, 0, fdwacl, acldefault('F', fdwowner)
    FROM pg_foreign_data_wrapper WHERE fdwacl IS NOT NULL
    UNION ALL
    SELECT 'pg_foreign_server'::regclass, oid, 0, srvacl, acldefault('S', srvowner)
    FROM pg_foreign_server WHERE srvacl IS NOT NULL
    UNION ALL
    -- An entry without a schema replaces the built-in default, one for a schema adds to it.
    SELECT 'pg_default_acl'::regclass, oid, 0, defaclacl, CASE WHEN defaclnamespace = 0
        THEN acldefault(CASE defaclobjtype WHEN 'S' THEN 's' ELSE defaclobjtype END, defaclrole) END
    FROM pg_default_acl
),
-- The grantor is left out: who granted is an accident of who ran the migration.
listed AS MATERIALIZED (
    SELECT class, object, part, side, array_agg(line ORDER BY line COLLATE "C") AS lines
    FROM (
        SELECT a.class, a.object, a.part, v.side,
            format('%s TO %s%s', x.privilege_type, coalesce(r.name, x.grantee::text),
                CASE WHEN bool_or(x.is_grantable) THEN ' WITH GRANT OPTION' ELSE '' END) AS line
        FROM acl a
        CROSS JOIN LATERAL (VALUES ('given', a.given), ('built-in', a.built_in)) v (side, items)
        CROSS JOIN LATERAL aclexplode(v.items) x
        LEFT JOIN role r ON r.oid = x.grantee
        GROUP BY a.class, a.object, a.part, v.side, x.privilege_type, x.grantee, r.name
    ) line
    GROUP BY class, object, part, side
),
-- NULL where the grants are the built-in ones, whether or not the catalog spells them out.
granted AS MATERIALIZED (
    SELECT a.class, a.object, a.part, coalesce(g.lines, '{}') AS grants
    FROM acl a
    LEFT JOIN listed g ON g.class = a.class AND g.object = a.object AND g.part = a.part AND g.side = 'given'
    LEFT JOIN listed b ON b.class = a.class AND b.object = a.object AND b.part = a.part AND b.side = 'built-in'
    WHERE g.lines IS DISTINCT FROM b.lines
),
routine AS MATERIALIZED (
    SELECT p.oid, p.prokind, p.oid::regprocedure::text AS name, s.name AS schema,
        o.name AS owner, g.grants, d.text AS comment,
        pg_get_function_arguments(p.oid) AS arguments,
        pg_get_function_result(p.oid) AS returns,
        l.lanname AS language,
        -- The text between the quotes, or since PostgreSQL 14 an SQL body in the standard's form.
        p.prosrc AS body, -- before 14
        coalesce(pg_get_function_sqlbody(p.oid), p.prosrc) AS body, -- since 14
        p.probin AS library,
        CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END AS volatility,
        CASE p.proparallel WHEN 's' THEN 'safe' WHEN 'r' THEN 'restricted' ELSE 'unsafe' END AS parallel,
        p.prosecdef AS "security definer",
        p.proisstrict AS strict,
        p.proleakproof AS leakproof,
        p.procost AS cost,
        CASE WHEN p.proretset THEN p.prorows END AS rows,
        CASE WHEN p.prosupport <> 0 THEN p.prosupport::regprocedure::text END AS "support function",
        (SELECT array_agg(format_type(each, NULL)) FROM unnest(p.protrftypes) each) AS transforms,
        p.proconfig AS configuration
    FROM pg_proc p
    JOIN space s ON s.oid = p.pronamespace
    JOIN pg_language l ON l.oid = p.prolang
    LEFT JOIN role o ON o.oid = p.proowner
    LEFT JOIN granted g ON g.class = 'pg_proc'::regclass AND g.object = p.oid
    LEFT JOIN described d ON d.class = 'pg_proc'::regclass AND d.object = p.oid
    WHERE p.oid >= 16384
        AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_proc'::regclass AND m.objid = p.oid)
)
