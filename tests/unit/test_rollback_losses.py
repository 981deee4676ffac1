"""Which statements of a Down lose data, and what is said of each."""

from __future__ import annotations

import pytest

from generator.lint import commands
from generator.rollback import losses
from tests.support import lint

CODE = "runs code that gen can't judge"
CUT = "values that the new type can't hold are rounded, cut or refused"


def lost(down: str) -> list[str]:
    made = lint.up("SELECT 1;", f"-- +goose StatementBegin\n{down}\n-- +goose StatementEnd")
    return [each.what for each in losses.of(commands.read(made))]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("DROP TABLE users", ["DROP TABLE users: every row of it"]),
        (
            'drop\ttable/**/if exists auth.a, "B c" cascade',
            [
                "DROP TABLE auth.a: every row of it, and what depends on it",
                'DROP TABLE "B c": every row of it, and what depends on it',
            ],
        ),
        ("DROP SEQUENCE s", ["DROP SEQUENCE s: its value"]),
        ("DROP EXTENSION IF EXISTS postgis", ["DROP EXTENSION postgis: its own tables, and what they hold"]),
        ("DROP DATABASE d", ["DROP DATABASE d: everything in it"]),
        ("DROP OWNED BY a, b", [f"DROP OWNED BY {x}: whatever the role owns, with its rows" for x in "ab"]),
        (
            "DROP SCHEMA s CASCADE",
            ["DROP SCHEMA s: every table in it, with its rows, and what depends on it"],
        ),
        ("DROP TYPE mood CASCADE", ["DROP TYPE mood: every column that has it, and what depends on it"]),
        ("DROP DOMAIN d CASCADE", ["DROP DOMAIN d: every column that has it, and what depends on it"]),
        ("DROP COLLATION c CASCADE", ["DROP COLLATION c: every column that has it, and what depends on it"]),
        (
            "DROP ACCESS METHOD h CASCADE",
            ["DROP ACCESS METHOD h: every table that has it, with its rows, and what depends on it"],
        ),
        ("TRUNCATE a", ["TRUNCATE a: every row of it"]),
        (
            "TRUNCATE TABLE a *, ONLY b RESTART IDENTITY CASCADE",
            [f"TRUNCATE {x}: every row of it, and of the tables that refer to it" for x in "ab"],
        ),
        ("ALTER TABLE users DROP COLUMN phone", ["DROP COLUMN phone of users: what is in it"]),
        (
            "ALTER TABLE IF EXISTS ONLY s.a ADD c int, DROP IF EXISTS b, DROP CONSTRAINT d",
            ["DROP COLUMN b of s.a: what is in it"],
        ),
        ("ALTER TYPE t DROP ATTRIBUTE a", ["DROP ATTRIBUTE a of t: what is in it"]),
        ("ALTER TABLE a ALTER b TYPE numeric(10, 2), ALTER COLUMN c SET DATA TYPE int USING c::int",
         [f"ALTER COLUMN {x} of a TYPE: {CUT}" for x in "bc"]),
        ("ALTER TABLE a ALTER b TYPE varchar(3)", [f"ALTER COLUMN b of a TYPE: {CUT}"]),
        ("ALTER TABLE a ALTER b TYPE text USING left(b, 3)", [f"ALTER COLUMN b of a TYPE: {CUT}"]),
        ("ALTER TABLE a ALTER b TYPE text[]", [f"ALTER COLUMN b of a TYPE: {CUT}"]),
        ("ALTER TYPE t ALTER ATTRIBUTE a TYPE int", [f"ALTER ATTRIBUTE a of t TYPE: {CUT}"]),
        ("ALTER TABLE a ALTER i DROP IDENTITY", ["DROP IDENTITY of i of a: the value of its sequence"]),
        ("ALTER TABLE a ALTER i RESTART WITH 1", ["RESTART of i of a: the value of its sequence"]),
        ("ALTER SEQUENCE s START 1 RESTART", ["ALTER SEQUENCE s RESTART: its value"]),
        ("ALTER EXTENSION x UPDATE TO '1'", [f"ALTER EXTENSION x UPDATE: {CODE}"]),
        ("DELETE FROM ONLY a", ["DELETE FROM a: every row of it"]),
        ("DELETE FROM a * AS x WHERE true", ["DELETE FROM a: every row of it"]),
        ("DELETE FROM a WHERE b = 1", ["DELETE FROM a: the rows that match"]),
        ("DELETE FROM a USING b WHERE a.x = b.x", ["DELETE FROM a: the rows that match"]),
        ("UPDATE a SET b = (SELECT 1 WHERE true)", ["UPDATE a: overwrites values of every row"]),
        ("UPDATE ONLY s.a AS x SET b = 1 WHERE c", ["UPDATE s.a: overwrites values of the rows that match"]),
        ("UPDATE ONLY (a) x SET (b) = ROW(1)", ["UPDATE a: overwrites values of every row"]),
        (
            "WITH d AS (DELETE FROM a WHERE b RETURNING *), u AS (UPDATE c SET d = 1) SELECT count(*) FROM d",
            ["DELETE FROM a: the rows that match", "UPDATE c: overwrites values of every row"],
        ),
        (
            "WITH d AS (DELETE FROM a RETURNING *) INSERT INTO b SELECT * FROM d",
            ["DELETE FROM a: every row of it that the INSERT does not keep"],
        ),
        ("CREATE TABLE b AS WITH d AS (DELETE FROM a RETURNING *) SELECT * FROM d",
         ["DELETE FROM a: every row of it"]),
        ("COPY (DELETE FROM a RETURNING *) TO STDOUT", ["DELETE FROM a: every row of it"]),
        ("COPY a TO PROGRAM 'rm -rf /'", [f"COPY: {CODE}"]),
        ("EXPLAIN (ANALYZE) DELETE FROM a", [f"EXPLAIN: {CODE}"]),
        (
            "INSERT INTO a VALUES (1) ON CONFLICT (b) DO UPDATE SET c = 2",
            ["INSERT INTO a … ON CONFLICT DO UPDATE: overwrites values of the rows that are there"],
        ),
        (
            "MERGE INTO a USING b ON a.i = b.i WHEN MATCHED AND x THEN DELETE WHEN MATCHED THEN UPDATE SET c = 1",
            ["MERGE INTO a: overwrites values of and deletes the rows that match"],
        ),
        ("DO $$ BEGIN PERFORM 1; END $$", [f"DO: {CODE}"]),
        ("CALL archive(1)", [f"CALL: {CODE}"]),
        ("EXECUTE p", [f"EXECUTE: {CODE}"]),
        ("LOAD 'x'", [f"LOAD: {CODE}"]),
        ("SOMETHING new", [f"SOMETHING: {CODE}"]),
        ("SELECT archive_users(), app.f(1), archive_users()",
         [f"SELECT archive_users(…): {CODE}", f"SELECT app.f(…): {CODE}"]),
        ("(SELECT app.count(*))", [f"SELECT app.count(…): {CODE}"]),
        ("SELECT setval('s', 1)", [f"SELECT setval(…): {CODE}"]),
        ('SELECT "count"(*), "in"(1)', [f'SELECT "in"(…): {CODE}'.replace('"', "")]),
        ("VALUES (f(1))", [f"VALUES f(…): {CODE}"]),
        ("CREATE TABLE log (a, b) AS SELECT purge()", [f"CREATE … purge(…): {CODE}"]),
        ("CREATE TEMP TABLE IF NOT EXISTS k ON COMMIT DROP AS VALUES (app.f(1))", [f"CREATE … app.f(…): {CODE}"]),
        ("CREATE MATERIALIZED VIEW v (a) AS SELECT * FROM purge()", [f"CREATE … purge(…): {CODE}"]),
        ("CREATE TABLE k AS EXECUTE p", [f"CREATE: {CODE}"]),
        ("COPY (SELECT purge()) TO STDOUT (FORMAT csv)", [f"COPY … purge(…): {CODE}"]),
        ("COPY a (b) FROM '/a' (FORMAT csv) WHERE f(b)", [f"COPY … f(…): {CODE}"]),
        ("INSERT INTO s.a (b) SELECT f(b) FROM c ON CONFLICT (b) DO NOTHING", [f"INSERT … f(…): {CODE}"]),
        ("INSERT INTO a VALUES (purge())", [f"INSERT … purge(…): {CODE}"]),
        ("ALTER TABLE a ADD b int DEFAULT 1 + purge() NOT NULL CHECK (f(b))", [f"ALTER … purge(…): {CODE}"]),
        ("DECLARE c CURSOR FOR SELECT purge()", [f"DECLARE … purge(…): {CODE}"]),
        ("DELETE FROM a WHERE f(b)", ["DELETE FROM a: the rows that match", f"DELETE … f(…): {CODE}"]),
        ("SELECT set(1), conflict(2), insert(3)",
         [f"SELECT {x}(…): {CODE}" for x in ("set", "conflict", "insert")]),
        ("SELECT 1; DROP TABLE a; SELECT 2", ["DROP TABLE a: every row of it"]),
        ('DROP TABLE "a\xad: nothing"', ['DROP TABLE "a\\xad: nothing": every row of it']),
    ],
)  # fmt: skip
def test_a_loss_is_told_with_its_object(sql: str, expected: list[str]) -> None:
    assert lost(f"{sql};") == expected


@pytest.mark.parametrize(
    "sql",
    [
        "DROP INDEX CONCURRENTLY i",
        "DROP VIEW v CASCADE",
        "DROP MATERIALIZED VIEW v",
        "DROP FOREIGN TABLE t",
        "DROP FUNCTION f(int) CASCADE",
        "DROP TRIGGER t ON a",
        "DROP SCHEMA s",
        "DROP TYPE t",
        "DROP ROLE r",
        "ALTER TABLE a DROP CONSTRAINT b, ALTER c DROP NOT NULL, ALTER d DROP DEFAULT, ALTER e DROP EXPRESSION",
        "ALTER TABLE a ALTER b TYPE text, ALTER c SET DATA TYPE varchar COLLATE x, ALTER d TYPE character varying",
        "ALTER TABLE a ALTER type SET DEFAULT 'restart'",
        "ALTER TABLE a DETACH PARTITION b",
        "ALTER TABLE a ADD COLUMN drop_me text DEFAULT 'DROP COLUMN b'",
        "ALTER TABLE a RENAME TO b",
        "ALTER SEQUENCE s OWNED BY NONE",
        "ALTER EXTENSION x SET SCHEMA s",
        "ALTER FOREIGN TABLE a DROP COLUMN b",
        "CREATE TABLE a (b int REFERENCES c ON DELETE CASCADE ON UPDATE CASCADE)",
        "CREATE OR REPLACE FUNCTION f() RETURNS void LANGUAGE sql BEGIN ATOMIC DELETE FROM a; END",
        "CREATE RULE r AS ON UPDATE TO a DO INSTEAD (DELETE FROM b; UPDATE c SET d = 1)",
        "CREATE CONSTRAINT TRIGGER t AFTER UPDATE ON a EXECUTE FUNCTION f()",
        "CREATE OR REPLACE TEMP VIEW v AS SELECT f()",
        "CREATE TABLE b AS SELECT * FROM a",
        "PREPARE p AS DELETE FROM a",
        "EXPLAIN DELETE FROM a WHERE false",
        "INSERT INTO a AS x (b) SELECT lower(b) FROM ONLY (c) ON CONFLICT (b) DO NOTHING",
        "CREATE TABLE a (b int DEFAULT f(), c int GENERATED ALWAYS AS (f(b)) STORED, CHECK (f(b)))",
        "CREATE UNLOGGED TABLE a (b, c) WITH (fillfactor = 70) AS SELECT nextval('s'), now() FROM b",
        "CREATE MATERIALIZED VIEW v AS SELECT f() WITH NO DATA",
        "ALTER TABLE a ADD b varchar(3) DEFAULT 'x' CHECK (f(b)), ADD CHECK (f(c)), ALTER d SET DEFAULT f()",
        "COPY a (b, c) FROM STDIN (FORMAT csv)",
        "MERGE INTO a USING b ON a.i = b.i WHEN NOT MATCHED THEN INSERT VALUES (1)",
        "SELECT 'DROP TABLE a' /* ; DROP TABLE b; */ AS \"; DROP TABLE c;\" -- DROP TABLE d",
        "SELECT update FROM a FOR NO KEY UPDATE OF a",
        "SELECT count(*), pg_catalog.set_config('a.b', '', true), (1), x::numeric(10, 2) FROM a WHERE b IN (1)",
        "WITH RECURSIVE x (a, b) AS NOT MATERIALIZED (SELECT 1), y (c) AS (SELECT 3) SELECT * FROM x, unnest(z) u (v)",
        "GRANT DELETE, UPDATE ON a TO b",
        "COMMENT ON TABLE a IS 'DELETE FROM a'",
        "REFRESH MATERIALIZED VIEW v",
        "LOCK TABLE a",
    ],
)  # fmt: skip
def test_no_loss(sql: str) -> None:
    assert lost(f"{sql};") == []


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE a (); INSERT INTO a SELECT 1; UPDATE a SET b = 1; DELETE FROM a; TRUNCATE a; DROP TABLE a;",
        "CREATE TEMP TABLE k AS SELECT 1; ALTER TABLE k DROP COLUMN b, ALTER c TYPE int; DROP TABLE k CASCADE;",
        "CREATE SEQUENCE s; ALTER SEQUENCE s RESTART; DROP SEQUENCE s;",
        "CREATE TABLE a (); MERGE INTO a USING b ON true WHEN MATCHED THEN DELETE;",
        "CREATE TABLE a (); INSERT INTO a VALUES (1) ON CONFLICT (b) DO UPDATE SET c = 1;",
        "CREATE TABLE public.a (); DROP TABLE public.a;",
        "SAVEPOINT s; CREATE TABLE a (); RELEASE s; DROP TABLE a;",
        "CREATE TABLE n (); ALTER TABLE n RENAME TO a; DROP TABLE a;",
        "CREATE SCHEMA s; CREATE TABLE a (); ALTER TABLE a SET SCHEMA s; DROP TABLE s.a; DROP SCHEMA s CASCADE;",
        "CREATE TABLE p (); CREATE TABLE q (); ALTER TABLE p ATTACH PARTITION q DEFAULT; DROP TABLE p;",
    ],
)
def test_what_the_same_down_made_is_no_loss(sql: str) -> None:
    assert lost(sql) == []


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("DROP TABLE a; CREATE TABLE a ();", ["a"]),
        ("CREATE TABLE a (); DROP TABLE a, b;", ["b"]),
        ("CREATE TABLE IF NOT EXISTS a (); DROP TABLE a;", ["a"]),
        ("CREATE TABLE n (); ALTER TABLE a RENAME TO o; ALTER TABLE n RENAME TO a; DROP TABLE o;", ["o"]),
    ],
)
def test_what_was_there_before_is_one(sql: str, expected: list[str]) -> None:
    assert lost(sql) == [f"DROP TABLE {each}: every row of it" for each in expected]


@pytest.mark.parametrize(
    ("before", "last"),
    [
        # A role with search_path = app.
        ("CREATE TABLE a ()", "DROP TABLE public.a"),
        ("CREATE TABLE public.a ()", "DROP TABLE a"),
        ("CREATE TABLE a (); SET search_path = app", "DROP TABLE a"),
        (
            "CREATE TABLE a (); WITH x AS (SELECT set_config('search_path', 'app', true)) SELECT 1",
            "DROP TABLE a",
        ),
        ("CREATE TABLE a (); RESET ALL", "DROP TABLE a"),
        ("CREATE TABLE a (); SET ROLE other", "DROP TABLE a"),
        (
            "CREATE TABLE a (); ALTER TABLE app.a RENAME TO b; ALTER TABLE public.a SET SCHEMA app",
            "DROP TABLE a",
        ),
        (
            "CREATE SCHEMA s; CREATE TABLE s.a (); ALTER SCHEMA s RENAME TO t; ALTER SCHEMA u RENAME TO s",
            "DROP TABLE s.a",
        ),
        # What was made is gone again.
        ("SAVEPOINT s; CREATE TABLE a (); ROLLBACK TO s", "DROP TABLE a"),
        ("CREATE TABLE a (); ROLLBACK", "TRUNCATE a"),
        ("CREATE TEMP TABLE a () ON COMMIT DROP; COMMIT", "DELETE FROM a"),
        ("CREATE TEMP TABLE a (); DISCARD TEMP", "UPDATE a SET b = 1"),
        # What was there before is a part of what was made.
        ("CREATE TABLE p (); ALTER TABLE p ATTACH PARTITION a DEFAULT", "DROP TABLE p"),
        ("CREATE TABLE p (); ALTER TABLE a ADD b int, INHERIT p", "DELETE FROM p"),
        ("CREATE SCHEMA s; ALTER TABLE a SET SCHEMA s", "DROP SCHEMA s CASCADE"),
        ("CREATE TABLE p (); ALTER SEQUENCE a OWNED BY p.b", "DROP TABLE p"),
        ("CREATE EXTENSION e; ALTER EXTENSION e ADD TABLE a", "DROP EXTENSION e"),
        ("CREATE TEMP VIEW v AS SELECT * FROM a", "DELETE FROM v"),
        ("CREATE FOREIGN TABLE f (a int) SERVER s", "DELETE FROM f"),
    ],
)
def test_what_may_be_another_one_counts(before: str, last: str) -> None:
    (what,) = lost(f"{before}; {last};")
    assert what.startswith(" ".join(last.removesuffix(" CASCADE").removesuffix(" SET b = 1").split(" ")))


def test_each_is_told_once_and_in_the_order_of_the_statements() -> None:
    made = lint.up(
        "SELECT 1;", "DELETE FROM a;\n-- why\nDROP TABLE b;\nDELETE FROM a;\nDELETE FROM a; DELETE FROM a;"
    )
    found = losses.of(commands.read(made))
    assert [(each.statement.line, each.what.partition(":")[0]) for each in found] == [
        (4, "DELETE FROM a"),
        (6, "DROP TABLE b"),
        (7, "DELETE FROM a"),
        (8, "DELETE FROM a"),
    ]


def test_what_envsub_fills_in_cannot_be_judged() -> None:
    made = lint.up(
        "SELECT 1;",
        "-- +goose ENVSUB ON\nREVOKE ALL ON a FROM ${ROLE:-app};\nDROP TABLE ${TABLE:-users};\n"
        "DROP INDEX ${INDEX:-i};\n${MORE:-}\n;\n-- +goose ENVSUB OFF\nDROP INDEX j;",
    )
    found = losses.of(commands.read(made))
    unknown = "ENVSUB: what it makes of this statement is known only in the pod"
    assert [(each.statement.line, each.what) for each in found] == [
        (6, "DROP TABLE users: every row of it"),
        (7, unknown),
        (8, unknown),
    ]


def test_a_name_that_cannot_be_read_is_a_loss_all_the_same() -> None:
    assert lost("DROP TABLE $1;") == ["DROP TABLE (a name that gen can't read): every row of it"]
    assert lost('CREATE TABLE u (); DROP TABLE U&"d\\0061t";') == ["DROP TABLE u: every row of it"]


def test_long_statements_take_no_longer_than_they_are_long() -> None:
    count = 20_000
    assert len(lost("SELECT " + "".join(f"f{each}(" for each in range(count)) + ")" * count + ";")) == count
    text = "INSERT INTO a " * count + "ON CONFLICT DO UPDATE SET b = 1;"
    assert len(lost(text)) == 1


def test_a_statement_with_an_annotation_inside() -> None:
    made = lint.up("SELECT 1;", "DROP TABLE\n-- +goose ENVSUB ON\na,\n${B:-b};\n-- +goose ENVSUB OFF")
    found = losses.of(commands.read(made))
    assert [each.what for each in found] == ["DROP TABLE a: every row of it", "DROP TABLE b: every row of it"]
