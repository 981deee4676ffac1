"""Findings of the real squawk that do not hold, and beside each one that does."""

from __future__ import annotations

import pytest

from generator import lint as lint_engine
from tests.support import lint
from tests.support.postgres import Server

DEFAULT = "lint-adding-field-with-default"
INDEX = "lint-require-concurrent-index-creation"
CONSTRAINT = "lint-ban-drop-constraint"
VIEW = "lint-ban-drop-view"
FUNCTION = "lint-ban-drop-function"
TABLES = {
    INDEX,
    DEFAULT,
    "lint-adding-not-nullable-field",
    "lint-changing-column-type",
    "lint-constraint-missing-not-valid",
    "lint-disallowed-unique-constraint",
    "lint-renaming-table",
}


def rules(sql: str, no_transaction: bool = False) -> list[str]:
    return [
        each.rule for each in lint_engine.check(lint.project(lint.up(sql, no_transaction=no_transaction)))
    ]


DEFAULTS = [
    ("-1", False),
    ("-1.5", False),
    ("(1)", False),
    ("(0)::smallint NOT NULL", False),
    ("CURRENT_DATE", False),
    ("CURRENT_TIMESTAMP(3)", False),
    ("current_user", False),
    ("pg_catalog.now()", False),
    ("(now() AT TIME ZONE 'utc')", False),
    ("extract(epoch from now())", False),
    ("current_setting('app.tenant', true)", False),
    ("timezone('utc', now())", False),
    ("now() + interval '1 day'", False),
    ("CAST('{}' AS jsonb)", False),
    ("ARRAY[1, 2]::int[]", False),
    ("'x'::character varying(10) COLLATE \"C\"", False),
    ("(random())", True),
    ("clock_timestamp()", True),
    ("-1 * random()", True),
    ("(1 + random())::int", True),
    ("gen_random_uuid()", True),
    ("mine.now()", True),
    ("timezone('utc', clock_timestamp())", True),
]


@pytest.mark.parametrize(("default", "is_found"), DEFAULTS)
def test_a_default_that_is_computed_once(default: str, is_found: bool) -> None:
    sql = f"ALTER TABLE a ADD COLUMN z text, ADD COLUMN b text DEFAULT {default}, ADD COLUMN c text;"
    assert rules(sql).count(DEFAULT) == int(is_found)


def test_postgresql_writes_the_table_anew_for_the_others_alone(postgres_server: Server) -> None:
    """What it says of each DEFAULT: whether the table has another file then."""
    with postgres_server.database() as database:
        database.query("CREATE SCHEMA mine")
        database.query(
            "CREATE FUNCTION mine.now() RETURNS timestamptz LANGUAGE sql VOLATILE AS 'SELECT clock_timestamp()'"
        )
        for default, is_found in DEFAULTS:
            name, _, constraint = default.partition(" NOT NULL")
            kept = name.removesuffix(' COLLATE "C"')
            (found,) = database.query(f"SELECT pg_typeof({kept})::text")
            kind = "text" if name != kept else found[0]
            database.query("CREATE TABLE a (z text)")
            database.query("INSERT INTO a VALUES ('x')")
            before = database.query("SELECT pg_relation_filenode('a')")
            suffix = " NOT NULL" if "NOT NULL" in default else constraint
            database.query(f"ALTER TABLE a ADD COLUMN b {kind} DEFAULT {name}{suffix}")
            assert (database.query("SELECT pg_relation_filenode('a')") != before) == is_found, default
            database.query("DROP TABLE a")


REWRITES = [
    "ALTER TABLE a ADD COLUMN s bigserial",
    "ALTER TABLE a ADD COLUMN s smallserial",
    "ALTER TABLE a ADD COLUMN s bigint GENERATED ALWAYS AS IDENTITY",
    "ALTER TABLE a SET UNLOGGED",
    "VACUUM FULL a",
    "CLUSTER a USING i",
]


@pytest.mark.parametrize("sql", REWRITES)
def test_what_writes_the_table_anew(sql: str, postgres_server: Server) -> None:
    assert "lint-table-rewrite" in rules(f"{sql};", no_transaction=True)
    with postgres_server.database() as database:
        for each in ("CREATE TABLE a (z text)", "CREATE INDEX i ON a (z)", "INSERT INTO a VALUES ('x')"):
            database.query(each)
        before = database.query("SELECT pg_relation_filenode('a')")
        database.query(sql)
        assert database.query("SELECT pg_relation_filenode('a')") != before


def test_a_stored_column_is_no_default() -> None:
    assert DEFAULT in rules("ALTER TABLE a ADD COLUMN b int GENERATED ALWAYS AS (1) STORED;")


@pytest.mark.parametrize("no_transaction", [False, True])
@pytest.mark.parametrize(
    ("sql", "is_found"),
    [
        ("CREATE INDEX ip ON ONLY parted (a);", False),
        ("CREATE INDEX ip ON parted (a);", True),
        ("CREATE MATERIALIZED VIEW m AS SELECT 1 AS a;\nCREATE UNIQUE INDEX ON m (a);", False),
        ("CREATE MATERIALIZED VIEW m AS SELECT 1 AS a;\nCREATE UNIQUE INDEX i ON s.m (a);", True),
        ("CREATE TABLE q (a text);\nALTER TABLE q ALTER a SET NOT NULL, ALTER a TYPE int USING 1;", False),
        ("CREATE TABLE q (a text);\nALTER TABLE public.q ADD b uuid DEFAULT gen_random_uuid();", False),
        ("CREATE TABLE q (a text);\nALTER TABLE q ADD CONSTRAINT u UNIQUE (a);", False),
        ("CREATE TABLE s.q (a text);\nALTER TABLE q ALTER a SET NOT NULL;", True),
        ("CREATE TABLE IF NOT EXISTS q (a text);\nALTER TABLE q ALTER a SET NOT NULL;", True),
        ("CREATE TABLE n2 (a text);\nALTER TABLE n2 RENAME TO n3;\nCREATE INDEX i ON n3 (a);", False),
        ("CREATE TABLE n2 (a text); ALTER TABLE n2 SET SCHEMA s; CREATE INDEX i ON s.n2 (a);", False),
        ("ALTER TABLE n2 RENAME TO n3;", True),
    ],
)
def test_on_what_the_file_made(sql: str, is_found: bool, no_transaction: bool) -> None:
    assert bool(TABLES.intersection(rules(sql, no_transaction))) == is_found


@pytest.mark.parametrize(
    ("sql", "rule", "is_found"),
    [
        ("DROP VIEW v; CREATE VIEW v AS SELECT 1;", VIEW, False),
        ("DROP VIEW IF EXISTS public.v;\nCREATE OR REPLACE VIEW v AS SELECT 1;", VIEW, False),
        ("DROP VIEW v, w; CREATE VIEW v AS SELECT 1;", VIEW, True),
        ("DROP VIEW v CASCADE; CREATE VIEW v AS SELECT 1;", VIEW, True),
        ("CREATE OR REPLACE VIEW v AS SELECT 1; DROP VIEW v;", VIEW, True),
        ("DROP FUNCTION f(int, text), g; CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT 1';\n"
         "CREATE FUNCTION f(bigint) RETURNS int LANGUAGE sql AS 'SELECT 1';", FUNCTION, False),
        ("DROP FUNCTION f(int);", FUNCTION, True),
        ("ALTER TABLE a DROP CONSTRAINT ck, ADD CONSTRAINT ck CHECK (b > 0) NOT VALID;", CONSTRAINT, False),
        ("ALTER TABLE a DROP CONSTRAINT ck;\nALTER TABLE a ADD CONSTRAINT ck CHECK (b > 0) NOT VALID;",
         CONSTRAINT, False),
        ("ALTER TABLE a DROP CONSTRAINT ck;\nALTER TABLE c ADD CONSTRAINT ck CHECK (b > 0) NOT VALID;",
         CONSTRAINT, True),
        ("ALTER TABLE a VALIDATE CONSTRAINT ck;\nALTER TABLE a ALTER b SET NOT NULL;\n"
         "ALTER TABLE a DROP CONSTRAINT ck;", CONSTRAINT, False),
        ("ALTER TABLE a VALIDATE CONSTRAINT other;\nALTER TABLE a ALTER b SET NOT NULL;\n"
         "ALTER TABLE a DROP CONSTRAINT ck;", CONSTRAINT, True),
    ],
)  # fmt: skip
def test_what_is_made_again(sql: str, rule: str, is_found: bool) -> None:
    assert (rule in rules(sql)) == is_found
