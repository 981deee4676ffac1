"""`gen status`: the files and the lock, and a real database that the real goose has worked on."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from generator.migrations import lock
from generator.migrations.model import LockEntry
from tests.support import forked, goose, postgres, projects

DSN = "database:\n  secret: {name: auth-service-db, key: url}\n"
ROOT = Path(__file__).parents[2]
SQL = {
    "00001_a.sql": projects.migration("CREATE TABLE a (id int);", "DROP TABLE a;"),
    "00002_b.sql": projects.migration(
        "CREATE TABLE b (id int);\nCREATE TABLE c (id int);", "DROP TABLE c, b;"
    ),
    "00003_c.sql": "-- +goose NO TRANSACTION\n-- +goose Up\nCREATE INDEX CONCURRENTLY a_idx ON a (id);\n",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return projects.write(tmp_path, DSN, SQL)


@pytest.fixture
def folder(project: Path) -> Path:
    return project / "migrations" / "auth-service"


def goose_runs(folder: Path, database: postgres.Database, *arguments: str) -> str:
    environment = {"GOOSE_DRIVER": "postgres", "GOOSE_DBSTRING": database.dsn}
    said = goose.run([f"-dir={folder}", *arguments], environment)
    assert said.returncode == 0, said.stdout
    return said.stdout


def asked(project: Path, database: postgres.Database | None = None) -> dict[str, Any]:
    """The JSON of the only service."""
    env = {"GEN_DATABASE_URL": database.dsn} if database else {}
    said = forked.gen("status", "--format", "json", cwd=project, env=env)
    assert (said.returncode, said.stderr) == (0, ""), said.stdout
    (service,) = json.loads(said.stdout)["services"]
    return dict(service)


def of(service: dict[str, Any], key: str) -> list[Any]:
    return [each[key] for each in service["migrations"]]


# Files and lock.


def test_the_files(project: Path) -> None:
    service = asked(project)
    assert (service["expectedVersion"], service["configMaps"]) == (3, 1)
    assert service["bytes"] == sum(len(each) for each in SQL.values())
    assert of(service, "file") == list(SQL)
    assert of(service, "upStatements") == [1, 2, 1]
    assert of(service, "reversible") == [True, True, False]
    assert of(service, "transaction") == [True, True, False]
    assert of(service, "lock") == ["not locked"] * 3
    assert "database" not in service
    assert "state" not in service["migrations"][0]


def test_the_lock(project: Path, folder: Path) -> None:
    entries = [
        LockEntry(name, number, hashlib.sha256(SQL[name].encode()).hexdigest(), 1)
        for number, name in enumerate(SQL, start=1)
    ]
    amended = LockEntry("00002_b.sql", 2, entries[1].digest, 1, ("failed everywhere",))
    gone = LockEntry("00004_gone.sql", 4, "0" * 64, 1)
    text = lock.render([entries[0], amended, gone])
    (folder / "migrations.lock").write_text(text, "utf-8")
    (folder / "00001_a.sql").write_text(SQL["00001_a.sql"] + "-- edited\n", "utf-8")
    assert of(asked(project), "lock") == ["edited", "amended", "not locked", "removed"]
    (folder / "00001_a.sql").write_text(SQL["00001_a.sql"], "utf-8")
    assert of(asked(project), "lock")[0] == "locked"


def test_a_lock_that_is_not_in_order_says_nothing(project: Path, folder: Path) -> None:
    (folder / "migrations.lock").write_text("<<<<<<< HEAD\n", "utf-8")
    said = forked.gen("status", cwd=project)
    assert said.returncode == 1
    assert said.stdout.count("unknown") == 3
    assert "migrations.lock" in said.stderr


def test_the_number_of_config_maps(project: Path, folder: Path) -> None:
    filling = "-- " + "x" * 99 + "\n"
    (folder / "00004_d.sql").write_text(filling * 2000 + projects.migration("SELECT 1;"), "utf-8")
    (folder / "00005_e.sql").write_text(filling * 2000 + projects.migration("SELECT 1;"), "utf-8")
    assert asked(project)["configMaps"] == 2
    assert "in 2 ConfigMaps" in forked.gen("status", cwd=project).stdout


def test_a_file_with_errors_is_shown_with_the_rest(project: Path, folder: Path) -> None:
    (folder / "00002_b.sql").write_text("CREATE TABLE b (id int)", "utf-8")
    said = forked.gen("status", cwd=project)
    assert said.returncode == 1
    assert re.search(r"^  00001 .* not locked$", said.stdout, re.MULTILINE)
    assert re.search(r"^  00002 .* has errors$", said.stdout, re.MULTILINE)
    assert "error[migration-up-missing]" in said.stderr


def test_a_service_without_migrations(project: Path, folder: Path) -> None:
    for each in folder.iterdir():
        each.unlink()
    said = forked.gen("status", "auth-service", cwd=project)
    assert said.returncode == 1
    assert said.stdout == "auth-service: no migrations in migrations/auth-service\n"
    assert "error[migration-directory-empty]" in said.stderr


def test_nothing_is_said_on_settings_that_are_wrong(project: Path) -> None:
    (project / "services.yaml").write_text("version: 9\n", "utf-8")
    said = forked.gen("status", cwd=project)
    assert (said.returncode, said.stdout) == (1, "")
    assert "error[spec-version]" in said.stderr


def test_the_table_fits(tmp_path: Path, database: postgres.Database) -> None:
    name = f"20260117000001_{'long_name_' * 20}.sql"
    projects.write(tmp_path, DSN, {name: projects.migration("CREATE TABLE a (id int);", "DROP TABLE a;")})
    env = {"GEN_DATABASE_URL": database.dsn}
    for options in ({}, env):
        said = forked.gen("status", cwd=tmp_path, env=options)
        assert said.returncode == 0, said.stderr
        lines = said.stdout.splitlines()
        assert max(map(len, lines)) <= 100
        assert "…" in said.stdout


def test_this_repository(tmp_path: Path) -> None:
    said = forked.gen("status", cwd=ROOT)
    assert said.returncode == 0, said.stderr
    assert said.stdout.count("expected version") == 3
    assert max(map(len, said.stdout.splitlines())) <= 100
    one = forked.gen("status", "billing-service", cwd=ROOT)
    assert one.stdout in said.stdout


# Against a database.


def test_never_migrated(project: Path, database: postgres.Database) -> None:
    service = asked(project, database)
    assert service["database"] == {"table": "goose_db_version", "migrated": False, "version": None}
    assert of(service, "state") == ["pending"] * 3
    assert (
        "was never migrated"
        in forked.gen("status", cwd=project, env={"GEN_DATABASE_URL": database.dsn}).stdout
    )
    # goose's own `status` would have created it.
    assert database.query("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [("0",)]


def test_what_is_applied_and_what_is_pending(
    project: Path, folder: Path, database: postgres.Database
) -> None:
    goose_runs(folder, database, "up-to", "2")
    service = asked(project, database)
    assert of(service, "state") == ["applied", "applied", "pending"]
    assert service["database"]["version"] == 2
    times = [
        each.replace(" ", "T") for (each,) in database.query("SELECT tstamp FROM goose_db_version OFFSET 1")
    ]
    assert of(service, "appliedAt")[2] is None
    assert [each.rstrip("0") for each in of(service, "appliedAt")[:2]] == [each.rstrip("0") for each in times]
    said = forked.gen("status", cwd=project, env={"GEN_DATABASE_URL": database.dsn})
    assert "Database: version 2, expected 3." in said.stdout
    assert "goose up would apply 1 migration." in said.stdout
    # As goose says it.
    pending = [each for each in goose_runs(folder, database, "status").splitlines() if "Pending" in each]
    assert [each.rpartition(" ")[2] for each in pending] == ["00003_c.sql"]
    goose_runs(folder, database, "up")
    said = forked.gen("status", cwd=project, env={"GEN_DATABASE_URL": database.dsn})
    assert "Database: version 3, expected 3.\n  Nothing is pending." in said.stdout


def test_out_of_order_and_a_missing_file(project: Path, folder: Path, database: postgres.Database) -> None:
    (folder / "00002_b.sql").unlink()
    (folder / "00009_z.sql").write_text(
        projects.migration("CREATE TABLE z (id int);", "DROP TABLE z;"), "utf-8"
    )
    goose_runs(folder, database, "up")
    (folder / "00009_z.sql").unlink()
    (folder / "00002_b.sql").write_text(SQL["00002_b.sql"], "utf-8")
    service = asked(project, database)
    assert list(zip(of(service, "version"), of(service, "state"), strict=True)) == [
        (1, "applied"),
        (2, "out of order"),
        (3, "applied"),
        (9, "file missing"),
    ]
    assert (service["expectedVersion"], service["database"]["version"]) == (3, 9)
    said = forked.gen("status", cwd=project, env={"GEN_DATABASE_URL": database.dsn})
    assert "goose up would refuse: 2 is not applied" in said.stdout
    assert "1 version applied from files that are not here" in said.stdout
    refused = goose.run(
        [f"-dir={folder}", "up"], {"GOOSE_DRIVER": "postgres", "GOOSE_DBSTRING": database.dsn}
    )
    assert refused.returncode == 1
    assert "found 1 missing migrations" in refused.stdout


def test_the_version_is_that_of_goose(project: Path, folder: Path, database: postgres.Database) -> None:
    """With versions applied out of order it is the newest row's, not the highest."""
    (folder / "00002_b.sql").unlink()
    goose_runs(folder, database, "up")
    (folder / "00002_b.sql").write_text(SQL["00002_b.sql"], "utf-8")
    goose_runs(folder, database, "-allow-missing", "up")
    assert "version 2" in goose_runs(folder, database, "version")
    service = asked(project, database)
    assert service["database"]["version"] == 2
    assert of(service, "state") == ["applied"] * 3


def test_the_row_of_an_old_goose(project: Path, folder: Path, database: postgres.Database) -> None:
    """`goose status` calls it pending, `goose up` goes past it."""
    goose_runs(folder, database, "up")
    database.query("INSERT INTO goose_db_version (version_id, is_applied) VALUES (3, false);")
    assert re.search(r"Pending +-- 00003_c.sql", goose_runs(folder, database, "status"))
    assert "no migrations to run. current version: 2" in goose_runs(folder, database, "up")
    service = asked(project, database)
    assert of(service, "state") == ["applied", "applied", "rolled back"]
    assert service["database"]["version"] == 2


def test_a_table_in_a_schema(tmp_path: Path, database: postgres.Database) -> None:
    database.query("CREATE SCHEMA ops;")
    projects.write(tmp_path, f"{DSN}migrations: {{table: ops.done}}\n", SQL)
    goose_runs(tmp_path / "migrations" / "auth-service", database, "-table=ops.done", "up-to", "1")
    assert of(asked(tmp_path, database), "state") == ["applied", "pending", "pending"]


def test_a_table_that_is_elsewhere(project: Path, database: postgres.Database) -> None:
    database.query("CREATE SCHEMA ops; CREATE TABLE ops.goose_db_version (id int);")
    said = forked.gen("status", cwd=project, env={"GEN_DATABASE_URL": database.dsn})
    assert "was never migrated" in said.stdout
    assert "There is one of that name in: ops." in said.stdout


def test_a_table_that_is_not_of_goose(project: Path, database: postgres.Database) -> None:
    database.query("CREATE TABLE goose_db_version (name text);")
    said = forked.gen("status", cwd=project, env={"GEN_DATABASE_URL": database.dsn})
    assert (said.returncode, said.stdout) == (2, "")
    assert "does not say what is in `goose_db_version`: column" in said.stderr
    assert database.password not in said.stderr


def test_nobody_waits_for_a_locked_table(project: Path, folder: Path, database: postgres.Database) -> None:
    goose_runs(folder, database, "up-to", "1")
    holder = subprocess.Popen(
        [str(database.binaries / "psql"), "-X", "-q"],
        env=database.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdin is not None
        assert holder.stdout is not None
        holder.stdin.write("BEGIN; LOCK TABLE goose_db_version; \\echo held\n")
        holder.stdin.flush()
        assert holder.stdout.readline() == "held\n"
        said = forked.gen("status", cwd=project, env={"GEN_DATABASE_URL": database.dsn}, timeout=60)
    finally:
        holder.kill()
        holder.communicate()
    assert said.returncode == 2
    assert "lock timeout" in said.stderr


@pytest.mark.parametrize("as_option", [True, False])
def test_a_database_is_of_one_service(as_option: bool, database: postgres.Database) -> None:
    arguments = ["--database-url", database.dsn] if as_option else []
    said = forked.gen(
        "status", *arguments, cwd=ROOT, env={} if as_option else {"GEN_DATABASE_URL": database.dsn}
    )
    assert said.returncode == (2 if as_option else 0)
    assert "a database belongs to one service: name it" in said.stderr.lower()
    assert database.password not in said.stderr
    named = forked.gen("status", "billing-service", *arguments, "--database-url", database.dsn, cwd=ROOT)
    assert named.returncode == 0, named.stderr
    assert "never migrated" in named.stdout


def test_a_server_that_is_not_there(project: Path) -> None:
    url = "postgres://someone:hidden@127.0.0.1:1/nothing"
    said = forked.gen("status", "--database-url", url, cwd=project)
    assert (said.returncode, said.stdout) == (2, "")
    assert "could not connect" in said.stderr
    assert "hidden" not in said.stderr


def test_an_unknown_service(project: Path) -> None:
    said = forked.gen("status", "auth-servise", cwd=project)
    assert said.returncode == 2
    assert "did you mean `auth-service`?" in said.stderr
