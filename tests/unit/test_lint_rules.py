"""gen's own lint rules: what each finds, where, and what it leaves alone."""

from __future__ import annotations

import pytest

from generator.lint import commands, levels
from generator.lint.rules import registry
from tests.support import lint, models


def rules_at(sql: str, no_transaction: bool = False) -> list[tuple[str, int, int]]:
    return lint.own(lint.up(sql, no_transaction=no_transaction))


def only(rule: str, sql: str, no_transaction: bool = False) -> list[tuple[int, int]]:
    return [(line, column) for found, line, column in rules_at(sql, no_transaction) if found == rule]


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ("DROP TABLE a, b;", [1]),
        ("drop\ttable/**/if exists a;", [1]),
        ("DROP SEQUENCE s;", [1]),
        ("DROP EXTENSION postgis;", [1]),
        ("DROP SCHEMA s CASCADE;", [1]),
        ("DROP SCHEMA s;", []),
        ("DROP TYPE t;", []),
        ("DROP TYPE t CASCADE;", [1]),
        ("DROP OWNED BY r;", [1]),
        ("DROP VIEW v CASCADE;", []),
        ("DROP INDEX i;", []),
        ("TRUNCATE a;", [1]),
        ("DELETE FROM a;", [1]),
        ("DELETE FROM a WHERE b;", []),
        ("DELETE FROM a USING b WHERE a.x = b.x;", []),
        ("UPDATE a SET b = b;", []),
        ("ALTER TABLE a DROP COLUMN b;", [15]),
        ("ALTER TABLE a DROP b, DROP COLUMN IF EXISTS c CASCADE;", [15, 23]),
        ('ALTER TABLE ONLY s."ä" ADD c int DEFAULT f(1, 2), DROP "größe";', [51]),
        ("ALTER TABLE a DROP CONSTRAINT b;", []),
        ("ALTER TABLE a ALTER COLUMN b DROP NOT NULL, ALTER c DROP DEFAULT;", []),
        ("ALTER TABLE a ALTER COLUMN b DROP IDENTITY;", []),
        ("ALTER TYPE a DROP ATTRIBUTE b;", [14]),
        ("SELECT 'x'; DROP TABLE a;", [13]),
        ("SELECT 'DROP TABLE a' /* ; DROP TABLE b; */ AS \"; DROP TABLE c;\";", []),
        ("CREATE TEMP TABLE a (); DROP TABLE a;", []),
        ("CREATE TABLE a (); TRUNCATE a; DELETE FROM a; ALTER TABLE a DROP b;", []),
        ("CREATE TABLE a (); DROP TABLE a, b;", [20]),
        ("CREATE TABLE archive.a AS SELECT * FROM public.a; DROP TABLE public.a;", [51]),
        ("CREATE TABLE archive.a (); DROP TABLE a;", [28]),
        ("CREATE TABLE public.a (); DROP TABLE a; CREATE TABLE b (); TRUNCATE public.b;", []),
        ("CREATE TEMP TABLE a (); DROP TABLE public.a;", [25]),
        ("SET LOCAL search_path = s; CREATE TABLE a (); DROP TABLE public.a;", [47]),
        ("CREATE TABLE IF NOT EXISTS a (); DROP TABLE a;", [34]),
        ("CREATE TYPE a AS (b int); DROP TABLE a;", [27]),
        ("CREATE TABLE n (); ALTER TABLE a RENAME TO o; ALTER TABLE n RENAME TO a; DROP TABLE o;", [74]),
        ("CREATE TABLE n (); ALTER TABLE n RENAME TO m; DROP TABLE m;", []),
        ("CREATE TABLE n (); DROP TABLE n; ALTER TABLE a RENAME TO n; DROP TABLE n;", [61]),
        ("DELETE FROM a WHERE true;", [1]),
        ("DELETE FROM a WHERE 1 = 1 RETURNING b;", [1]),
        ("DELETE FROM a WHERE true AND b;", []),
        ("DELETE FROM a WHERE 1 = 2;", []),
        ("DELETE FROM a RETURNING (SELECT 1 WHERE true);", [1]),
        ("WITH d AS (DELETE FROM a RETURNING 1) SELECT * FROM d WHERE true;", [12]),
        ("WITH d AS (DELETE FROM a WHERE b RETURNING 1) SELECT * FROM d;", []),
        ("WITH d AS (DELETE FROM a RETURNING *) INSERT INTO c SELECT * FROM d;", []),
        ("WITH d AS (SELECT 1) DELETE FROM a;", [22]),
    ],
)
def test_irreversible(sql: str, columns: list[int]) -> None:
    assert only("lint-irreversible", sql) == [(2, each) for each in columns]


def test_a_down_may_drop() -> None:
    down = "DROP TABLE a; TRUNCATE b; ALTER TABLE c DROP d;"
    assert lint.own(lint.up("CREATE TABLE a (i int);", down)) == []


def test_a_block_and_a_body() -> None:
    text = """-- +goose StatementBegin
CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $body$
BEGIN
    DROP TABLE a;
    COMMIT;
END;
$body$;
-- a comment of the block's
    DROP TABLE ünïcode; TRUNCATE b;
-- +goose StatementEnd"""
    assert rules_at(text) == [("lint-irreversible", 10, 5), ("lint-irreversible", 10, 25)]


def test_an_annotation_inside_a_statement_and_envsub() -> None:
    text = "ALTER TABLE a\n-- +goose ENVSUB ON\n  ADD b int, DROP ${COLUMN:-old};\n-- +goose ENVSUB OFF\nTRUNCATE a;"
    assert rules_at(text) == [("lint-irreversible", 4, 14), ("lint-irreversible", 6, 1)]


@pytest.mark.parametrize(
    ("down", "is_found"),
    [
        ("-- nothing", True),
        ("SELECT 'down SQL query';", True),
        ("SELECT 1;", False),
        ("DO $$ BEGIN RAISE EXCEPTION 'no'; END $$;", False),
    ],
)
def test_down_missing(down: str, is_found: bool) -> None:
    found = lint.own(lint.up("CREATE TABLE a (i int);", down))
    assert found == ([("lint-down-missing", 3, 1)] if is_found else [])


def test_no_down_at_all() -> None:
    made = lint.migration("-- x\n-- +goose Up\nSELECT 1;\n")
    assert lint.own(made) == [("lint-down-missing", 2, 1)]


@pytest.mark.parametrize(
    ("sql", "is_found"),
    [
        ("CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON a (b);", True),
        ("create index\n  concurrently if not exists\n  I on a (b);", True),
        (
            "DROP INDEX CONCURRENTLY IF EXISTS s.I;\nCREATE INDEX CONCURRENTLY IF NOT EXISTS i ON a (b);",
            False,
        ),
        (
            "DROP INDEX CONCURRENTLY IF EXISTS h, i;\nCREATE INDEX CONCURRENTLY IF NOT EXISTS i ON a (b);",
            False,
        ),
        ("DROP INDEX CONCURRENTLY IF EXISTS j;\nCREATE INDEX CONCURRENTLY IF NOT EXISTS i ON a (b);", True),
        ("CREATE INDEX IF NOT EXISTS i ON a (b);", False),
        ("CREATE INDEX CONCURRENTLY i ON a (b);", False),
        ("CREATE TABLE IF NOT EXISTS a (b text DEFAULT 'INDEX CONCURRENTLY IF NOT EXISTS');", False),
    ],
)
def test_concurrently_if_not_exists(sql: str, is_found: bool) -> None:
    assert bool(only("lint-concurrently-if-not-exists", sql, no_transaction=True)) == is_found


@pytest.mark.parametrize(
    ("sql", "rules"),
    [
        # Alone.
        ("CREATE INDEX CONCURRENTLY i ON a (b);", []),
        ("CALL move_rows();", []),
        ("DO $$ BEGIN LOOP UPDATE a SET b = 1; COMMIT; END LOOP; END $$;", []),
        ("ALTER TABLE a ADD b int;", ["unneeded"]),
        ("DO $$ BEGIN PERFORM 'COMMIT'; END $$; -- COMMIT", ["unneeded"]),
        # Followed by another.
        ("ALTER TABLE a ADD b int;\nVACUUM a;", ["mixed"]),
        ("ALTER TABLE a ADD b int;\nALTER TABLE a ADD c int;", ["mixed"]),
        ("ALTER TABLE a ADD IF NOT EXISTS b int;\nVACUUM a;", []),
        ("ALTER TABLE a ADD COLUMN IF NOT EXISTS b int, ADD c int;\nVACUUM a;", ["mixed"]),
        ("ALTER TABLE a ALTER b SET DEFAULT 1, ALTER c DROP NOT NULL, VALIDATE CONSTRAINT x;\nVACUUM a;", []),
        ("ALTER TABLE a ADD CONSTRAINT c CHECK (b) NOT VALID;\nVACUUM a;", ["mixed"]),
        (
            "ALTER TABLE a DROP CONSTRAINT IF EXISTS c;\nALTER TABLE a ADD CONSTRAINT c CHECK (b);\nVACUUM a;",
            [],
        ),
        ("ALTER TABLE a RENAME b TO c;\nVACUUM a;", ["mixed"]),
        ("ALTER TABLE a DROP b;\nVACUUM a;", ["mixed"]),
        ("ALTER TYPE e ADD VALUE 'x';\nVACUUM a;", ["mixed"]),
        ("ALTER TYPE e ADD VALUE IF NOT EXISTS 'x';\nVACUUM a;", []),
        ("CREATE TABLE a (i int);\nVACUUM a;", ["mixed"]),
        ("CREATE OR REPLACE VIEW v AS SELECT 1;\nVACUUM a;", []),
        ("CREATE INDEX CONCURRENTLY i ON a (b);\nCREATE INDEX CONCURRENTLY j ON a (b);", ["mixed"]),
        (
            "DROP INDEX CONCURRENTLY IF EXISTS i;\nCREATE INDEX CONCURRENTLY i ON a (b);\n"
            "DROP INDEX CONCURRENTLY IF EXISTS j;\nCREATE INDEX CONCURRENTLY j ON a (b);",
            [],
        ),
        ("INSERT INTO a VALUES (1);\nVACUUM a;", ["mixed"]),
        ("INSERT INTO a VALUES (1) ON CONFLICT DO NOTHING;\nVACUUM a;", []),
        ("DROP VIEW v;\nVACUUM a;", ["mixed"]),
        ("SET lock_timeout = '1s';\nVACUUM a;", []),
        # Each runs alone: a BEGIN of its own has no effect.
        (
            "VACUUM a;\nBEGIN;\nCREATE TABLE b (i int);\nCREATE TABLE c (i int);\nCOMMIT;",
            ["mixed", "mixed"],
        ),
        ("BEGIN;\nCREATE TABLE b (i int);\nCOMMIT;\nVACUUM b;", ["mixed"]),
    ],
)
def test_no_transaction(sql: str, rules: list[str]) -> None:
    found = [rule for rule, _, _ in rules_at(sql, no_transaction=True)]
    assert [each for each in found if "no-transaction" in each] == [
        f"lint-no-transaction-{each}" for each in rules
    ]


def test_a_down_that_needs_it_needs_it() -> None:
    made = lint.up("CREATE INDEX i ON a (b);", "DROP INDEX CONCURRENTLY i;", no_transaction=True)
    assert lint.own(made) == []


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ("BEGIN; COMMIT;", [1, 8]),
        ("start transaction isolation level serializable;", [1]),
        ("END;", [1]),
        ("ROLLBACK;", [1]),
        ("ABORT WORK;", [1]),
        ("PREPARE TRANSACTION 'x';", [1]),
        ("SAVEPOINT a; ROLLBACK TO SAVEPOINT a; ROLLBACK WORK TO a; RELEASE a;", []),
        ("SELECT 'COMMIT';", []),
        ("DO $$ BEGIN COMMIT; END $$;", []),
        ("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END;", []),
    ],
)
def test_transaction_control(sql: str, columns: list[int]) -> None:
    assert only("lint-transaction-control", sql) == [(2, each) for each in columns]
    # Alone in a statement of goose's it does nothing for the next one.
    alone = [(3, 1)] if len(columns) == 1 else []
    assert only("lint-transaction-control", sql, no_transaction=True) == alone


@pytest.mark.parametrize(
    ("sql", "in_transaction", "without"),
    [
        ("SET search_path = a;", True, True),
        ("SET SESSION search_path TO a, public;", True, True),
        ("SET SCHEMA 'a';", True, True),
        ("SET LOCAL search_path = a;", True, False),
        ('SET LOCAL "search_path" = a;\nRESET search_path;', False, False),
        ("SET search_path = a;\nSET search_path TO DEFAULT;", False, False),
        ("SET search_path = a;\nRESET ALL;", False, False),
        ("SET search_path = a;\nRESET role;", True, True),
        ("SET search_path TO DEFAULT;", False, False),
        ("SELECT pg_catalog.set_config('search_path', '', false);", True, True),
        ("SELECT set_config('search_path', 'a', true);", True, False),
        ("SET lock_timeout = '1s';", True, False),
        ("SET LOCAL lock_timeout = '1s';", False, False),
        ("SELECT set_config('lock_timeout', '1s', true);", False, False),
        ("SET app.user = 'x';", True, False),
        ("SET ROLE owner;", True, True),
        ("SET LOCAL ROLE owner;", False, False),
        ("SET ROLE owner;\nRESET ROLE;", False, False),
        ("SET ROLE owner;\nSET ROLE NONE;", False, False),
        ("SET SESSION AUTHORIZATION owner;", True, True),
        ("SET SESSION AUTHORIZATION owner;\nRESET SESSION AUTHORIZATION;", False, False),
        ("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY;", True, False),
        ("SET CONSTRAINTS ALL DEFERRED;", False, False),
        ("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE;", False, False),
        ("CREATE FUNCTION f() RETURNS int LANGUAGE sql SET search_path = a AS 'SELECT 1';", False, False),
        ("ALTER ROLE r SET search_path = a;", False, False),
    ],
)
def test_session_setting(sql: str, in_transaction: bool, without: bool) -> None:
    assert bool(only("lint-session-setting", sql)) == in_transaction
    assert bool(only("lint-session-setting", sql, no_transaction=True)) == without


def test_a_qualified_table_is_found_under_any_path() -> None:
    made = lint.up("SET LOCAL search_path = a;")
    assert lint.own(made, table="ops.versions") == []
    assert lint.own(lint.up("SET search_path = a;"), table="ops.versions") == [("lint-session-setting", 2, 5)]


@pytest.mark.parametrize(
    ("sql", "places"),
    [
        ("ALTER TYPE e ADD VALUE 'x';\nUPDATE a SET b = 'x';", [(3, 18)]),
        (
            "ALTER TYPE s.e ADD VALUE IF NOT EXISTS 'it''s';\nALTER TABLE a ALTER b SET DEFAULT E'it''s';",
            [(3, 35)],
        ),
        ("UPDATE a SET b = 'x';\nALTER TYPE e ADD VALUE 'x';", []),
        ("ALTER TYPE e ADD VALUE 'x';\nALTER TYPE e ADD VALUE 'y' AFTER 'x';", []),
        ("ALTER TYPE e ADD VALUE 'x';\nCOMMENT ON TYPE e IS 'x';", []),
        ("ALTER TYPE e ADD VALUE 'x';\nUPDATE a SET b = 'y';", []),
    ],
)
def test_enum_value_used(sql: str, places: list[tuple[int, int]]) -> None:
    assert only("lint-enum-value-used", sql) == places
    assert only("lint-enum-value-used", sql, no_transaction=True) == []


def test_every_rule_has_a_level_and_its_modules_name() -> None:
    assert set(registry.RULES) <= set(levels.OWN)
    for rule, module in registry.RULES.items():
        name = getattr(module, "__name__", "").rpartition(".")[2]
        assert rule == f"lint-{name.replace('_', '-')}"


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ("ALTER TABLE a ADD COLUMN s bigserial;", [15]),
        ("ALTER TABLE IF EXISTS ONLY p.a ADD b text, ADD IF NOT EXISTS s serial NOT NULL;", [44]),
        ("ALTER TABLE a ADD COLUMN s smallserial, ADD t serial8;", [15, 41]),
        ("ALTER TABLE a ADD COLUMN s bigint GENERATED BY DEFAULT AS IDENTITY;", [15]),
        ("ALTER TABLE a ADD COLUMN s bigint GENERATED ALWAYS AS (1) STORED;", []),
        ("ALTER TABLE a ADD COLUMN s bigserial PRIMARY KEY;", []),
        ('ALTER TABLE a ADD COLUMN "serial" text;', []),
        ("ALTER TABLE a SET UNLOGGED;", [15]),
        ("ALTER TABLE a SET LOGGED;", [15]),
        ("ALTER TABLE a SET ACCESS METHOD heap;", [15]),
        ("ALTER TABLE a SET TABLESPACE fast;", [15]),
        ("ALTER TABLE ALL IN TABLESPACE slow SET TABLESPACE fast;", [1]),
        ("ALTER TABLE a SET (fillfactor = 70);", []),
        ("ALTER INDEX a SET TABLESPACE fast;", []),
        ("CREATE TABLE a (); ALTER TABLE a ADD s bigserial, SET LOGGED;", []),
        ("CREATE TABLE b.a (); ALTER TABLE a SET LOGGED;", [36]),
        ("CREATE TABLE IF NOT EXISTS a (); ALTER TABLE a SET LOGGED;", [48]),
    ],
)
def test_table_rewrite(sql: str, columns: list[int]) -> None:
    assert only("lint-table-rewrite", sql) == [(2, each) for each in columns]


@pytest.mark.parametrize(
    ("sql", "is_found"),
    [
        ("VACUUM FULL a;", True),
        ("VACUUM FULL;", True),
        ("VACUUM FULL VERBOSE ANALYZE a;", True),
        ("VACUUM (ANALYZE, FULL) a;", True),
        ("VACUUM (FULL false) a;", False),
        ("VACUUM (FULL);", True),
        ("VACUUM ANALYZE a;", False),
        ("CLUSTER a USING i;", True),
        ("CLUSTER (VERBOSE) a;", True),
        ("CLUSTER i ON a;", True),
        ("CLUSTER;", True),
        ("CREATE TABLE a ();\nCLUSTER VERBOSE a USING i;\nVACUUM FULL a;", False),
    ],
)
def test_table_rewrite_without_a_transaction(sql: str, is_found: bool) -> None:
    assert bool(only("lint-table-rewrite", sql, no_transaction=True)) == is_found


@pytest.mark.parametrize(
    ("sql", "is_needed"),
    [
        ("ALTER TYPE st ADD VALUE IF NOT EXISTS 'x';\nUPDATE o SET st = 'x';", True),
        ("ALTER TYPE st ADD VALUE IF NOT EXISTS 'x';", False),
        ("UPDATE o SET a = 1;\nALTER TYPE st ADD VALUE IF NOT EXISTS 'x';", False),
        (
            "ALTER TABLE o ADD CONSTRAINT c CHECK (a > 0) NOT VALID;\nALTER TABLE o VALIDATE CONSTRAINT c;",
            True,
        ),
        (
            "ALTER TABLE o ADD CONSTRAINT c CHECK (a > 0) NOT VALID;\nALTER TABLE o VALIDATE CONSTRAINT d;",
            False,
        ),
        ("ALTER TABLE o VALIDATE CONSTRAINT c;", False),
    ],
)
def test_two_that_must_not_share_a_transaction(sql: str, is_needed: bool) -> None:
    made = lint.up(sql, no_transaction=True)
    said = [
        f"{each.message} {each.help}"
        for each in registry.check(models.service(), commands.read(made))
        if each.rule in ("lint-no-transaction-mixed", "lint-no-transaction-unneeded")
    ]
    assert any("of this file needs" in each for each in said) is not is_needed
