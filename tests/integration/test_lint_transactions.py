"""What the lint says of transactions and settings, held against a real PostgreSQL and the real goose."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from generator.lint import commands, tokens, transactions
from generator.lint.commands import Command
from generator.lint.places import Place
from generator.migrations.model import Statement
from tests.support import goose, lint, postgres
from tests.support.postgres import Database, Server

REFUSED = """
CREATE INDEX CONCURRENTLY i ON t (a)
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a)
DROP INDEX CONCURRENTLY t_a_idx
REINDEX INDEX CONCURRENTLY t_a_idx
REINDEX (VERBOSE, CONCURRENTLY) TABLE t
REINDEX (CONCURRENTLY ON) TABLE t
REINDEX TABLE CONCURRENTLY t
REINDEX SCHEMA public
REINDEX DATABASE CONCURRENTLY nowhere
VACUUM t
VACUUM (FULL, ANALYZE) t
VACUUM
CLUSTER
CLUSTER VERBOSE
CREATE DATABASE d
DROP DATABASE IF EXISTS d
ALTER DATABASE template0 SET TABLESPACE pg_default
CREATE TABLESPACE s LOCATION '/nowhere'
DROP TABLESPACE IF EXISTS s
ALTER SYSTEM SET work_mem = '8MB'
ALTER SYSTEM RESET ALL
ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY
CREATE SUBSCRIPTION n CONNECTION 'host=127.0.0.1 port=1' PUBLICATION x
ALTER SUBSCRIPTION sub REFRESH PUBLICATION
ALTER SUBSCRIPTION sub SET PUBLICATION y
ALTER SUBSCRIPTION sub ADD PUBLICATION y WITH (copy_data = false)
DROP SUBSCRIPTION sub
COMMIT PREPARED 'x'
ROLLBACK PREPARED 'x'
DISCARD ALL
""".strip().splitlines()

ACCEPTED = """
CREATE INDEX ON t (a)
DROP INDEX t_a_idx
REINDEX TABLE t
REINDEX (CONCURRENTLY FALSE) TABLE t
REINDEX INDEX t_a_idx
ANALYZE t
CLUSTER t USING t_a_idx
CLUSTER VERBOSE t USING t_a_idx
ALTER DATABASE postgres SET work_mem = '8MB'
ALTER TABLE p DETACH PARTITION p1
CREATE SUBSCRIPTION n CONNECTION 'host=127.0.0.1 port=1' PUBLICATION x WITH (connect = false)
ALTER SUBSCRIPTION sub SET PUBLICATION y WITH (refresh = false)
ALTER SUBSCRIPTION sub DISABLE
ALTER TYPE e ADD VALUE 'c'
REFRESH MATERIALIZED VIEW CONCURRENTLY m
DISCARD PLANS
DO $$ BEGIN PERFORM 'COMMIT'; END $$
COMMENT ON TABLE t IS 'VACUUM t'
""".strip().splitlines()

SETUP = """
CREATE TABLE t (a bigint);
CREATE INDEX ON t (a);
CREATE TABLE p (a bigint) PARTITION BY RANGE (a);
CREATE TABLE p1 PARTITION OF p DEFAULT;
CREATE TYPE e AS ENUM ('a');
CREATE MATERIALIZED VIEW m AS SELECT 1 AS a;
CREATE UNIQUE INDEX ON m (a);
CREATE SUBSCRIPTION sub CONNECTION 'host=127.0.0.1 port=1' PUBLICATION x
    WITH (connect = false, slot_name = 'nowhere');
ALTER SUBSCRIPTION sub ENABLE;
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with postgres.server() as started:
        yield started


@pytest.fixture(scope="module")
def admin(server: Server) -> Iterator[Database]:
    with server.database() as made:
        superuser = dataclasses.replace(server.admin, name=made.name)
        superuser.query(f"SET client_min_messages = error; {SETUP}")
        yield superuser
        superuser.query(
            "ALTER SUBSCRIPTION sub DISABLE; ALTER SUBSCRIPTION sub SET (slot_name = NONE); DROP SUBSCRIPTION sub;"
        )


def command(sql: str) -> Command:
    (found,) = commands.split(tokens.read(sql))
    return Command(Place("a.sql", (sql,), Statement(sql, (1,))), found, True)


def state(database: Database, sql: str) -> str:
    """The SQLSTATE inside a transaction that is rolled back; empty if it ran."""
    try:
        database.query(
            f"\\set VERBOSITY sqlstate\nSET client_min_messages = error;\nBEGIN;\n{sql};\nROLLBACK;\n"
        )
    except RuntimeError as error:
        return str(error).rpartition("ERROR:")[2].strip()
    return ""


@pytest.mark.parametrize("sql", REFUSED)
def test_postgresql_refuses_it_too(sql: str, admin: Database) -> None:
    assert transactions.refused(command(sql)) is not None
    assert state(admin, sql) == "25001"


@pytest.mark.parametrize("sql", ACCEPTED)
def test_postgresql_accepts_it_too(sql: str, admin: Database) -> None:
    assert transactions.refused(command(sql)) is None
    assert state(admin, sql) == ""


@pytest.mark.parametrize("end", ["COMMIT", "ROLLBACK", "COMMIT AND CHAIN"])
def test_a_block_that_commits(end: str, admin: Database) -> None:
    sql = f"DO $$ BEGIN IF true THEN {end}; END IF; END $$"
    assert transactions.refused(command(sql)) is not None
    assert state(admin, sql) == "2D000"


def run(database: Database, directory: Path, *texts: str) -> tuple[int, str]:
    for number, text in enumerate(texts, start=1):
        (directory / f"{number}_a.sql").write_text(text)
    ran = goose.run(
        [f"-dir={directory}", "up"],
        {"GOOSE_DRIVER": "postgres", "GOOSE_DBSTRING": database.dsn},
    )
    return ran.returncode, ran.stdout


GOOSE = {
    "a path without its table": (
        "SET LOCAL search_path = pg_catalog;",
        "lint-session-setting",
        "does not exist",
    ),
    "a dump's first line": (
        "SELECT pg_catalog.set_config('search_path', '', false);",
        "lint-session-setting",
        "does not exist",
    ),
    "a path that is put back": ("SET search_path = pg_catalog;\nRESET search_path;", None, ""),
    "a rollback": ("CREATE TABLE b (i bigint);\nROLLBACK;", "lint-transaction-control", ""),
    "a savepoint": ("SAVEPOINT a;\nROLLBACK TO a;", None, ""),
    "a new value": (
        "CREATE TYPE e AS ENUM ('a');\nALTER TYPE e ADD VALUE 'b';\nCREATE TABLE b (c e DEFAULT 'b');",
        "lint-enum-value-used",
        "unsafe use of new value",
    ),
    "a value for later": ("CREATE TYPE e AS ENUM ('a');\nALTER TYPE e ADD VALUE 'b';", None, ""),
    "in goose's transaction": (
        "CREATE TABLE b (i bigint);\nCREATE INDEX CONCURRENTLY ON b (i);",
        "lint-needs-no-transaction",
        "25001",
    ),
}


@pytest.mark.parametrize("name", GOOSE)
def test_goose_agrees(name: str, server: Server, tmp_path: Path) -> None:
    sql, rule, message = GOOSE[name]
    made = lint.up(sql)
    assert {each for each, _, _ in lint.own(made)} == ({rule} if rule else set())
    with server.database() as database:
        code, said = run(database, tmp_path, made.text)
        assert message in said
        assert code == (1 if message else 0)
        if name == "a rollback":
            # Recorded, and nothing is there.
            assert database.query("SELECT max(version_id), to_regclass('b') FROM goose_db_version") == [
                ("1", "")
            ]


def test_commands_on_one_line_share_a_transaction(server: Server, tmp_path: Path) -> None:
    sql = "CREATE TABLE IF NOT EXISTS b (i bigint);\nSELECT 1; CREATE INDEX CONCURRENTLY ON b (i);"
    made = lint.up(sql, no_transaction=True)
    assert lint.own(made) == [("lint-needs-no-transaction", 4, 11)]
    with server.database() as database:
        assert "25001" in run(database, tmp_path, made.text)[1]


def test_a_setting_reaches_the_next_migration(server: Server, tmp_path: Path) -> None:
    first = lint.up("SET lock_timeout = '123ms';")
    assert lint.own(first) == [("lint-session-setting", 2, 5)]
    second = "-- +goose Up\nCREATE TABLE b AS SELECT current_setting('lock_timeout') AS a;\n"
    with server.database() as database:
        assert run(database, tmp_path, first.text, second)[0] == 0
        assert database.query("SELECT a FROM b") == [("123ms",)]
