"""The real goose as the rehearsal runs it, and what it says when it fails."""

from __future__ import annotations

import asyncio
import os
import time
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from generator import installing, tools
from generator.database import goose
from generator.database.goose import Failure
from generator.diagnostics import GenError
from tests.support import postgres, programs

TABLE = "goose_db_version"
WRITTEN = "-- +goose Up\n{}\n-- +goose Down\nSELECT 1;\n"


@pytest.fixture
def real() -> goose.Goose:
    return goose.Goose(programs.path("goose"), tools.PINS["goose"].version)


def program(directory: Path, name: str, body: str) -> Path:
    """A program of a few shell lines."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def write(directory: Path, name: str, up: str, head: str = "") -> None:
    (directory / name).write_text(head + WRITTEN.format(up))


def up(real: goose.Goose, database: postgres.Database, directory: Path, dsn: str = "") -> goose.Result:
    return asyncio.run(
        real.run(["up"], dsn=dsn or database.dsn, directory=directory, table=TABLE, timeout=60)
    )


def test_run(real: goose.Goose, database: postgres.Database, tmp_path: Path) -> None:
    write(tmp_path, "1_a.sql", "CREATE TABLE a (id int);")
    ran = up(real, database, tmp_path)
    assert ran.exit_code == 0
    assert "OK   1_a.sql" in ran.output
    assert ran.seconds > 0
    assert goose.failure(ran.output) is None


def test_nothing_of_the_callers_surroundings_reaches_goose(
    real: goose.Goose, database: postgres.Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "GOOSE_TABLE": "other",
        "GOOSE_DBSTRING": "postgres://nobody@127.0.0.1:1/nothing",
        "GOOSE_MIGRATION_DIR": "/nowhere",
        "PGOPTIONS": "-c search_path=nowhere",
        "PGSERVICE": "nothing",
        "PGDATABASE": "nothing",
    }.items():
        monkeypatch.setenv(name, value)
    directory = tmp_path / "migrations"
    directory.mkdir()
    (tmp_path / ".env").write_text("GOOSE_TABLE=other\n")
    (directory / ".env").write_text("GOOSE_TABLE=other\n")
    monkeypatch.chdir(tmp_path)
    write(directory, "1_a.sql", "CREATE TABLE a AS SELECT current_setting('application_name') AS name;")
    ran = up(real, database, Path("migrations"))
    assert ran.exit_code == 0, ran.output
    assert database.query("SELECT name FROM a") == [("gen-goose",)]
    assert database.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1") == [
        ("a",),
        (TABLE,),
    ]


def test_password_is_not_in_argv(tmp_path: Path) -> None:
    shown = program(tmp_path, "goose", 'echo "$@"; env')
    ran = asyncio.run(
        goose.Goose(shown, None).run(
            ["up"], dsn="postgres://u:hidden@h/d", directory=tmp_path, table="s.t", timeout=10
        )
    )
    arguments, _, environment = ran.output.partition("\n")
    assert arguments == f"-dir={tmp_path} -table=s.t up"
    names = {line.partition("=")[0] for line in environment.splitlines()}
    assert names - {"PWD", "SHLVL", "_", "OLDPWD"} == {
        "GOOSE_DRIVER", "GOOSE_DBSTRING", "PGAPPNAME", "HOME", "NO_COLOR", "TZ",
    }  # fmt: skip


def gone(pid: int) -> bool:
    """A process that has not been reaped is still there."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.parametrize("body", ["exec sleep 60", "trap '' TERM; while :; do sleep 0.05; done"])
def test_timeout_ends_goose_and_keeps_what_it_said(tmp_path: Path, body: str) -> None:
    slow = program(tmp_path, "goose", f"echo $$; {body}")
    ran = asyncio.run(
        goose.Goose(slow, None).run(["up"], dsn="", directory=tmp_path, table=TABLE, timeout=0.5)
    )
    assert ran.exit_code is None
    assert gone(int(ran.output))


@pytest.mark.parametrize("body", ["exec sleep 60", "trap '' TERM; while :; do sleep 0.05; done"])
def test_cancelled_run_leaves_no_process(tmp_path: Path, body: str) -> None:
    slow = program(
        tmp_path, "goose", f"echo $$ > {tmp_path}/pid.new; mv {tmp_path}/pid.new {tmp_path}/pid; {body}"
    )

    async def cancelled() -> None:
        task = asyncio.create_task(
            goose.Goose(slow, None).run(["up"], dsn="", directory=tmp_path, table=TABLE, timeout=60)
        )
        while not (tmp_path / "pid").exists():
            await asyncio.sleep(0.01)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancelled())
    assert gone(int((tmp_path / "pid").read_text()))


def test_program_that_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(GenError, match="does not start: No such file"):
        asyncio.run(
            goose.Goose(tmp_path / "none", None).run(
                ["up"], dsn="", directory=tmp_path, table=TABLE, timeout=1
            )
        )


FAILURES = {
    "syntax": ("SELEC 1;", Failure("2_b.sql", 'syntax error at or near "SELEC"', "42601", "SELEC 1;")),
    "missing relation": (
        "INSERT INTO nothing VALUES ('x: y');",
        Failure(
            "2_b.sql", 'relation "nothing" does not exist', "42P01", "INSERT INTO nothing VALUES ('x: y');"
        ),
    ),
    "comments and quotes": (
        '-- why\nSELECT "é\t\\"\n\n  -- inside\n  FROM a;',
        Failure(
            "2_b.sql", 'column "é\t\\" does not exist', "42703", 'SELECT "é\t\\"\n  -- inside\n  FROM a;'
        ),
    ),
    "own message": (
        "-- +goose StatementBegin\nDO $$ BEGIN RAISE 'a: b; ERROR: c\nd (SQLSTATE)'; END $$;\n-- +goose StatementEnd",
        Failure(
            "2_b.sql",
            "a: b; ERROR: c\nd (SQLSTATE)",
            "P0001",
            "DO $$ BEGIN RAISE 'a: b; ERROR: c\nd (SQLSTATE)'; END $$;",
        ),
    ),
    "statement timeout": (
        "SET statement_timeout = 50;\nSELECT pg_sleep(20);",
        Failure("2_b.sql", "canceling statement due to statement timeout", "57014", "SELECT pg_sleep(20);"),
    ),
    "at the commit": (
        "INSERT INTO late VALUES (1), (1);",
        Failure("2_b.sql", 'duplicate key value violates unique constraint "late_id_key"', "23505", None),
    ),
    "connection lost": (
        "SELECT pg_terminate_backend(pg_backend_pid());",
        Failure(
            "2_b.sql",
            "terminating connection due to administrator command",
            "57P01",
            "SELECT pg_terminate_backend(pg_backend_pid());",
        ),
    ),
}


@pytest.mark.parametrize("name", FAILURES)
def test_failing_migration(real: goose.Goose, database: postgres.Database, tmp_path: Path, name: str) -> None:
    sql, expected = FAILURES[name]
    write(
        tmp_path,
        "1_a.sql",
        "CREATE TABLE a (id int);\nCREATE TABLE late (id int UNIQUE DEFERRABLE INITIALLY DEFERRED);",
    )
    write(tmp_path, "2_b.sql", sql)
    ran = up(real, database, tmp_path)
    assert ran.exit_code == 1
    assert goose.failure(ran.output) == expected


def test_lock_timeout(real: goose.Goose, database: postgres.Database, tmp_path: Path) -> None:
    database.query("CREATE TABLE a (id int)")
    write(tmp_path, "1_a.sql", "ALTER TABLE a ADD b int;")

    async def blocked() -> goose.Result:
        connection = await asyncpg.connect(database.dsn)
        try:
            async with connection.transaction():
                await connection.execute("LOCK TABLE a")
                dsn = f"{database.dsn}&lock_timeout=50"
                return await real.run(["up"], dsn=dsn, directory=tmp_path, table=TABLE, timeout=60)
        finally:
            await connection.close()

    found = goose.failure(asyncio.run(blocked()).output)
    assert found == Failure(
        "1_a.sql", "canceling statement due to lock timeout", "55P03", "ALTER TABLE a ADD b int;"
    )


def test_duplicate_version(real: goose.Goose, database: postgres.Database, tmp_path: Path) -> None:
    write(tmp_path, "1_a.sql", "SELECT 1;")
    write(tmp_path, "01_b.sql", "SELECT 1;")
    ran = up(real, database, tmp_path)
    assert ran.exit_code == 2
    found = goose.failure(ran.output)
    assert found is not None
    assert found.message.startswith("duplicate version 1 detected:\n")
    assert "1_a.sql" in found.message
    assert "01_b.sql" in found.message
    assert "goroutine" not in found.message
    assert (found.file, found.sqlstate, found.query) == (None, None, None)


def test_missing_migration(real: goose.Goose, database: postgres.Database, tmp_path: Path) -> None:
    write(tmp_path, "2_b.sql", "SELECT 1;")
    assert up(real, database, tmp_path).exit_code == 0
    write(tmp_path, "1_a.sql", "SELECT 1;")
    ran = up(real, database, tmp_path)
    assert ran.exit_code == 1
    assert goose.failure(ran.output) == Failure(
        None,
        f"error: found 1 missing migrations before current version 2:\n\tversion 1: {tmp_path}/1_a.sql",
        None,
        None,
    )


def test_file_that_goose_does_not_understand(
    real: goose.Goose, database: postgres.Database, tmp_path: Path
) -> None:
    (tmp_path / "1_a.sql").write_text("SELECT 1;\n")
    found = goose.failure(up(real, database, tmp_path).output)
    assert found is not None
    assert found.file == "1_a.sql"
    assert found.sqlstate is None
    assert found.message.startswith("failed to parse migration: unexpected state 0 on line")


def test_wrong_password(real: goose.Goose, database: postgres.Database, tmp_path: Path) -> None:
    write(tmp_path, "1_a.sql", "SELECT 1;")
    ran = up(real, database, tmp_path, replace(database, password="guessed-wrong").dsn)
    found = goose.failure(ran.output)
    assert found == Failure(None, f'password authentication failed for user "{database.user}"', "28P01", None)
    assert "guessed-wrong" not in ran.output


def test_server_that_is_not_there(real: goose.Goose, database: postgres.Database, tmp_path: Path) -> None:
    write(tmp_path, "1_a.sql", "SELECT 1;")
    found = goose.failure(up(real, database, tmp_path, replace(database, port=1).dsn).output)
    assert found is not None
    assert "connection refused" in found.message
    assert (found.file, found.sqlstate, found.query) == (None, None, None)


def test_table_in_a_schema_that_is_not_there(
    real: goose.Goose, database: postgres.Database, tmp_path: Path
) -> None:
    """goose tries to read the table, then to make it, and tells of both."""
    write(tmp_path, "1_a.sql", "SELECT 1;")
    ran = asyncio.run(
        real.run(["up"], dsn=database.dsn, directory=tmp_path, table="nowhere.versions", timeout=60)
    )
    assert goose.failure(ran.output) == Failure(None, 'schema "nowhere" does not exist', "3F000", None)


@pytest.mark.parametrize(
    ("image", "version"),
    [
        ("example.com/goose:3.27.3", "3.27.3"),
        ("example.com:5000/team/goose-docker:v3.24.1", "3.24.1"),
        ("example.com/goose:3.27.3-alpine", "3.27.3"),
        (f"example.com/goose:3.27.3@sha256:{'a' * 64}", "3.27.3"),
        ("example.com/team/migrations:1.0-goose3.26.0", "3.26.0"),
        ("example.com/team/migrations:3.27.3", None),
        ("example.com/goose/migrations:3.27.3", None),
        ("example.com/goose:3.27", None),
        (f"example.com/goose@sha256:{'a' * 64}", None),
        ("Not An Image", None),
    ],
)
def test_wanted_version(image: str, version: str | None) -> None:
    assert goose.wanted_version(image) == version


def test_find_prefers_the_wanted_version(tmp_path: Path) -> None:
    own = program(tmp_path, "goose", "echo goose version: v3.27.3")
    exact = program(tmp_path, "goose-3.26.0", "echo goose version: v3.26.0")
    program(tmp_path, "goose-3.25.0", "echo goose version: v3.1.0")
    assert goose.find(tmp_path, "3.26.0") == goose.Goose(exact, "3.26.0", "3.26.0")
    assert goose.find(tmp_path, "3.27.3") == goose.Goose(own, "3.27.3", "3.27.3")
    assert goose.find(tmp_path, None) == goose.Goose(own, "3.27.3", None)
    assert [goose.find(tmp_path, each).differs for each in ("3.26.0", "3.27.3", None)] == [False] * 3
    other = goose.find(tmp_path, "3.25.0")
    assert other == goose.Goose(own, "3.27.3", "3.25.0")
    assert other.differs


def test_find_without_any_goose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GenError, match="neither in the tool directory nor on PATH") as caught:
        goose.find(tmp_path / "tools", "3.26.0")
    assert caught.value.help == "run `gen tools install goose@3.26.0`"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("goose@", "'' is no version"),
        ("goose@latest", "'latest' is no version"),
        ("goose@3.26", "'3.26' is no version"),
        ("goose@3.26.0/../../x", "is no version"),
        ("goose@3.26.0 -x", "is no version"),
        ("goose@3.16.0", "needs `-timeout`"),
        ("goose@2.7.0", "needs `-timeout`"),
        ("kubeconform@0.7.0", "works with kubeconform .* only"),
        ("gosse@3.26.0", "there is no tool 'gosse'"),
    ],
)
def test_install_refuses(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(GenError, match=message) as caught:
        installing.install([name], tmp_path / "tools")
    assert caught.value.help
    assert not (tmp_path / "tools").exists()


def test_install_leaves_a_version_that_is_there_alone(tmp_path: Path) -> None:
    there = program(tmp_path, "goose-3.26.0", "echo goose version: v3.26.0")
    for name in ("goose@3.26.0", "goose@v3.26.0"):
        (found,) = installing.install([name], tmp_path)
        assert found == tools.Tool("goose", there, "3.26.0", "3.26.0")
    assert list(tmp_path.iterdir()) == [there]


def test_install_of_a_version_that_cannot_be_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOPROXY", "off")
    monkeypatch.setenv("GOMODCACHE", str(tmp_path / "cache"))
    told: list[str] = []
    with pytest.raises(GenError, match="module lookup disabled"):
        installing.install(["goose@3.26.0"], tmp_path / "tools", told.append)
    assert told[0].startswith("building goose 3.26.0 ")
    assert list((tmp_path / "tools").iterdir()) == []


def test_slow_server_does_not_make_goose_an_orphan(
    real: goose.Goose, database: postgres.Database, tmp_path: Path
) -> None:
    """Cancelled in the middle of a statement, the real goose is gone, and its session soon after."""
    write(tmp_path, "1_a.sql", "SELECT pg_sleep(2);")
    asking = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'gen-goose'"

    async def cancelled() -> None:
        async with asyncio.timeout(0.7):
            await real.run(["up"], dsn=database.dsn, directory=tmp_path, table=TABLE, timeout=60)

    with pytest.raises(TimeoutError):
        asyncio.run(cancelled())
    for _ in range(200):
        if database.query(asking) == [("0",)]:
            return
        time.sleep(0.05)
    raise AssertionError("the session of goose is still there")
