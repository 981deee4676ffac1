"""What is told of a way back, held against what the real goose and PostgreSQL do on it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from generator import model
from generator.lint import commands
from generator.migrations import directory
from generator.rollback import calls, losses, path
from tests.support import goose, lint, models, postgres

DONE = re.compile(r" (OK|EMPTY) +(\S+) \(")
# Not in the order of their names, which is the order of the directory.
VERSIONS = (2, 3, 9, 10, 11, 100, 20260117000001)


def write(root: Path, files: dict[str, str]) -> model.Service:
    for name, text in files.items():
        (root / name).write_text(text, encoding="utf-8")
    where = models.service().where("")
    migrations, found = directory.read(root.parent, root.name, where)
    assert not found
    return models.service(migrations=migrations)


def run(root: Path, database: postgres.Database, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {"GOOSE_DRIVER": "postgres", "GOOSE_DBSTRING": database.dsn}
    return goose.run([f"-dir={root}", *command], environment)


def did(ran: subprocess.CompletedProcess[str]) -> list[tuple[str, str]]:
    return DONE.findall(ran.stdout)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = tmp_path / "migrations"
    made.mkdir()
    return made


def test_goose_takes_back_and_applies_again_what_is_told(root: Path, database: postgres.Database) -> None:
    files = {
        f"{each}_a.sql": f"-- +goose Up\nCREATE TABLE t{each} ();\n-- +goose Down\nDROP TABLE t{each};\n"
        for each in VERSIONS
    }
    service = write(root, files)
    for target in (100, 0, 11, 3, 9, 2, 10):
        assert run(root, database, "up").returncode == 0
        back = run(root, database, "down-to", str(target))
        assert back.returncode == 0, back.stdout
        steps = path.steps(service, target, service.newest)
        assert did(back) == [("OK", each.migration.name) for each in steps]
        left = {name for (name,) in database.query(r"SELECT relname FROM pg_class WHERE relname ~ '^t\d+$'")}
        assert left == {f"t{each}" for each in VERSIONS if each <= target}
        forward = run(root, database, "up")
        assert did(forward) == [("OK", each.name) for each in path.again(service, target)]


def test_goose_forgets_what_has_no_down(root: Path, database: postgres.Database) -> None:
    """Of a Down with nothing but a `/* */` comment it says OK, and does as little."""
    service = write(
        root,
        {
            "1_none.sql": "-- +goose Up\nCREATE TABLE a ();\n",
            "2_empty.sql": "-- +goose Up\nCREATE TABLE b ();\n-- +goose Down\n-- nothing\n",
            "3_comment.sql": "-- +goose Up\nCREATE TABLE c ();\n-- +goose Down\n/* nothing */;\n",
            "4_template.sql": "-- +goose Up\nCREATE TABLE d ();\n-- +goose Down\nSELECT 'down SQL query';\n",
            "5_on_purpose.sql": "-- +goose Up\nANALYZE;\n-- +goose Down\nSELECT 1;\n",
        },
    )
    assert run(root, database, "up").returncode == 0
    back = run(root, database, "down-to", "0")
    assert [name for name, _ in did(back)] == ["OK", "OK", "OK", "EMPTY", "EMPTY"]
    assert database.query("SELECT count(*) FROM pg_class WHERE relname IN ('a', 'b', 'c', 'd')") == [("4",)]
    again = run(root, database, "up")
    assert again.returncode == 1
    assert 'relation "a" already exists' in again.stdout
    assert [each.is_missing for each in path.steps(service, 0, 5)] == [False, True, True, True, True]


def test_a_down_outside_of_a_transaction_stops_half_way_and_starts_anew(
    root: Path, database: postgres.Database
) -> None:
    """Its row stays, so the next attempt runs the whole Down again: each statement has to bear that."""
    head = "-- +goose NO TRANSACTION\n-- +goose Up\nCREATE TABLE a ();\nCREATE TABLE b ();\n-- +goose Down\n"
    write(root, {"1_a.sql": f"{head}DROP TABLE a;\nDROP TABLE b, missing;\n"})
    assert run(root, database, "up").returncode == 0
    assert 'table "missing" does not exist' in run(root, database, "down-to", "0").stdout
    second = run(root, database, "down-to", "0")
    assert second.returncode == 1
    assert 'table "a" does not exist' in second.stdout
    write(root, {"1_a.sql": f"{head}DROP TABLE IF EXISTS a;\nDROP TABLE IF EXISTS b, missing;\n"})
    assert run(root, database, "down-to", "0").returncode == 0


def test_an_up_that_stopped_half_way_is_not_taken_back(root: Path, database: postgres.Database) -> None:
    """It is not recorded: a rollback past it leaves what it made, and says nothing."""
    write(
        root,
        {
            "1_a.sql": "-- +goose Up\nCREATE TABLE a ();\n-- +goose Down\nDROP TABLE a;\n",
            "2_b.sql": "-- +goose NO TRANSACTION\n-- +goose Up\nCREATE TABLE b ();\nSELECT 1 / 0;\n"
            "-- +goose Down\nDROP TABLE b;\n",
        },
    )
    assert run(root, database, "up").returncode == 1
    back = run(root, database, "down-to", "0")
    assert (back.returncode, did(back)) == (0, [("OK", "1_a.sql")])
    assert database.query("SELECT to_regclass('a'), to_regclass('b')") == [("", "b")]


# A statement, and a question that has another answer when it lost something of `users`.
LOSSES = [
    ("DROP TABLE users CASCADE", "SELECT to_regclass('users')"),
    ("DROP SCHEMA app CASCADE", "SELECT to_regclass('app.t')"),
    ("DROP TYPE mood CASCADE", "SELECT to_jsonb(u) FROM users u"),
    ("DROP DOMAIN code CASCADE", "SELECT to_jsonb(u) FROM users u"),
    ("DROP COLLATION other CASCADE", "SELECT to_jsonb(u) FROM users u"),
    ("ALTER TABLE users DROP COLUMN price", "SELECT to_jsonb(u) FROM users u"),
    ("ALTER TYPE pair DROP ATTRIBUTE b", "SELECT to_jsonb(u) FROM users u"),
    ("ALTER TABLE users ALTER price TYPE numeric(10, 1)", "SELECT price FROM users"),
    ("ALTER TABLE users ALTER at TYPE date", "SELECT at FROM users"),
    ("ALTER TABLE users ALTER name TYPE text USING left(name, 1)", "SELECT name FROM users"),
    ("TRUNCATE users", "SELECT count(*) FROM users"),
    ("DELETE FROM users", "SELECT count(*) FROM users"),
    ("WITH d AS (DELETE FROM users RETURNING *) SELECT * FROM d", "SELECT count(*) FROM users"),
    (
        "CREATE TABLE k AS WITH d AS (DELETE FROM users RETURNING id) SELECT * FROM d",
        "SELECT count(*) FROM users",
    ),
    ("COPY (DELETE FROM users RETURNING id) TO STDOUT", "SELECT count(*) FROM users"),
    ("EXPLAIN ANALYZE DELETE FROM users", "SELECT count(*) FROM users"),
    ("UPDATE users SET name = ''", "SELECT name FROM users"),
    ("INSERT INTO users (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET name = ''", "SELECT name FROM users"),
    ("DO $$ BEGIN DELETE FROM users; END $$", "SELECT count(*) FROM users"),
    ("SELECT forget()", "SELECT count(*) FROM users"),
    ("SELECT 1 FROM app.forget()", "SELECT count(*) FROM users"),
    ("VALUES (forget())", "SELECT count(*) FROM users"),
    ("(SELECT forget())", "SELECT count(*) FROM users"),
    ("CREATE TABLE kept AS SELECT forget()", "SELECT count(*) FROM users"),
    ("CREATE MATERIALIZED VIEW kept AS SELECT * FROM forget()", "SELECT count(*) FROM users"),
    ("PREPARE p AS SELECT forget(); CREATE TABLE kept AS EXECUTE p", "SELECT count(*) FROM users"),
    ("COPY (SELECT forget()) TO STDOUT", "SELECT count(*) FROM users"),
    ("INSERT INTO log SELECT forget()", "SELECT count(*) FROM users"),
    ("INSERT INTO log VALUES (forget())", "SELECT count(*) FROM users"),
    ("ALTER TABLE one ADD COLUMN b int DEFAULT 1 + forget()", "SELECT count(*) FROM users"),
    ("BEGIN; DECLARE c CURSOR FOR SELECT forget(); FETCH c; COMMIT", "SELECT count(*) FROM users"),
    ("SET search_path = app, public; CREATE TABLE users (); RESET search_path; DROP TABLE users CASCADE",
     "SELECT to_regclass('public.users')"),
    ("BEGIN; SAVEPOINT a; ALTER TABLE users RENAME TO old; CREATE TABLE users (); ROLLBACK TO a;"
     "DROP TABLE users CASCADE; COMMIT", "SELECT to_regclass('public.users')"),
    ("CREATE TABLE p (LIKE part) PARTITION BY LIST (id); ALTER TABLE p ATTACH PARTITION part DEFAULT; DROP TABLE p",
     "SELECT to_regclass('part')"),
    ("CREATE TABLE p (id int); ALTER TABLE part INHERIT p; DELETE FROM p", "SELECT count(*) FROM part"),
    ("CREATE SCHEMA s; ALTER TABLE part SET SCHEMA s; DROP SCHEMA s CASCADE", "SELECT to_regclass('part')"),
    ("CREATE TABLE p (id int); ALTER SEQUENCE counter OWNED BY p.id; DROP TABLE p", "SELECT to_regclass('counter')"),
    ("CREATE VIEW v AS SELECT * FROM part; DELETE FROM v", "SELECT count(*) FROM part"),
    ("ALTER SEQUENCE counter RESTART", "SELECT last_value FROM counter"),
    ("SELECT setval('counter', 1)", "SELECT last_value FROM counter"),
]  # fmt: skip
# What PostgreSQL refuses while something is there.
REFUSED = ["DROP SCHEMA app", "DROP TYPE mood", "DROP DOMAIN code", "DROP COLLATION other"]
KEPT = [
    "DROP INDEX users_name",
    "DROP VIEW seen CASCADE",
    "DROP FUNCTION forget",
    "ALTER TABLE users DROP CONSTRAINT users_pkey",
    "ALTER TABLE users ALTER price TYPE text, ALTER at TYPE text, ALTER id TYPE varchar",
    "PREPARE p AS DELETE FROM users",
    "EXPLAIN DELETE FROM users",
    "CREATE RULE r AS ON UPDATE TO users DO INSTEAD (DELETE FROM users; UPDATE users SET name = '')",
    "CREATE MATERIALIZED VIEW m AS SELECT app.forget() WITH NO DATA",
    "CREATE TABLE d (id int DEFAULT app.forget(), CHECK (app.forget() > 0))",
    "ALTER TABLE one ALTER id SET DEFAULT app.forget()",
    "SELECT id, now(), pg_catalog.set_config('a.b', 'c', true) FROM users AS x (id, b) FOR UPDATE OF x",
]
SETUP = """
CREATE TYPE mood AS ENUM ('fine');
CREATE DOMAIN code AS text;
CREATE COLLATION other (LOCALE = 'C');
CREATE TYPE pair AS (a int, b int);
CREATE SEQUENCE counter;
CREATE SCHEMA app;
CREATE TABLE app.t ();
CREATE TABLE users (
    id int PRIMARY KEY, name text, price numeric, at timestamp, feels mood, zip code, town text COLLATE other, pair pair
);
CREATE INDEX users_name ON users (name);
CREATE FUNCTION forget() RETURNS int LANGUAGE sql AS 'DELETE FROM users RETURNING 1';
CREATE FUNCTION app.forget() RETURNS int LANGUAGE sql AS 'DELETE FROM users RETURNING 1';
CREATE TABLE log (a int);
CREATE TABLE one (id int);
INSERT INTO one VALUES (1);
CREATE TABLE part (id int);
INSERT INTO part VALUES (1);
INSERT INTO users VALUES (1, 'Ada', 1.23, '2026-01-17 09:30', 'fine', '8000', 'Bern', ROW(1, 2));
SELECT nextval('counter'), nextval('counter');
"""


def lost(sql: str) -> bool:
    made = lint.up("SELECT 1;", f"-- +goose StatementBegin\n{sql};\n-- +goose StatementEnd")
    return bool(losses.of(commands.read(made)))


def fill(database: postgres.Database, extra: str = "") -> None:
    database.query(SETUP + extra)


@pytest.mark.parametrize(("sql", "question"), LOSSES)
def test_what_loses_data_on_postgresql_is_told(sql: str, question: str, database: postgres.Database) -> None:
    fill(database)
    before = database.query(question)
    database.query(sql)
    assert database.query(question) != before
    assert lost(sql)


@pytest.mark.parametrize("sql", REFUSED)
def test_what_postgresql_refuses_is_not_told(sql: str, database: postgres.Database) -> None:
    fill(database)
    with pytest.raises(RuntimeError, match="other objects depend on it"):
        database.query(sql)
    assert not lost(sql)


def test_what_keeps_every_value_on_postgresql_is_not_told(database: postgres.Database) -> None:
    fill(database, "CREATE VIEW seen AS SELECT 1;")
    question = "SELECT id::text, name, price::text, at::text, feels, zip, town, pair::text FROM users"
    before = database.query(question)
    for sql in KEPT:
        database.query(sql)
        assert not lost(sql), sql
    assert database.query(question) == before


def test_what_is_taken_for_harmless_is_known_to_postgresql_and_changes_nothing(
    database: postgres.Database,
) -> None:
    """PostgreSQL itself tells which of its functions may change something: of those, these only wait, tell, lock, or
    go on in a sequence."""
    rows = database.query(
        "SELECT proname, bool_or(provolatile = 'v') FROM pg_proc"
        " WHERE pronamespace = 'pg_catalog'::regnamespace GROUP BY proname"
    )
    known = {name.upper(): volatile == "t" for name, volatile in rows}
    grammar = "COALESCE CURRENT_SCHEMA CURRENT_USER EXISTS GREATEST LEAST NULLIF SESSION_USER"
    assert calls.HARMLESS - known.keys() <= {*grammar.split()}
    volatile = (
        "CLOCK_TIMESTAMP CURRVAL GEN_RANDOM_UUID LASTVAL NEXTVAL PG_ADVISORY_LOCK PG_ADVISORY_UNLOCK"
        " PG_ADVISORY_XACT_LOCK PG_IS_IN_RECOVERY PG_NOTIFY PG_RELATION_SIZE PG_SLEEP PG_TABLE_SIZE"
        " PG_TOTAL_RELATION_SIZE PG_TRY_ADVISORY_LOCK PG_TRY_ADVISORY_XACT_LOCK RANDOM SET_CONFIG"
    )
    assert {each for each in calls.HARMLESS if known.get(each)} <= {*volatile.split()}
