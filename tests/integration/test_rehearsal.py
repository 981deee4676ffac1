"""`gen test` on a real PostgreSQL with the real goose: what it says, where, and what it leaves behind.

Each case is a project; `expected.txt` is the whole output with the times taken out. `make regen` writes it.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from generator import pages
from tests.support import cli, forked, postgres, programs, waiting

CASES = Path(__file__).parents[1] / "cases" / "rehearsal"
NAMES = sorted(each.name for each in CASES.iterdir() if each.name != "base")
REGENERATE = bool(os.environ.get("GEN_REGEN"))
TOOLS = {"GEN_TOOLS_DIR": str(programs.path("goose").parent)}
TIME = re.compile(r" *\b\d+(?:\.\d+)? m?s\b")


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    """PostgreSQL 18, which the Python package has: what a server says differs from version to version."""
    with postgres.server(postgres.of_major(18)) as started:
        yield started


def project(name: str, place: Path) -> Path:
    shutil.copytree(CASES / "base", place, dirs_exist_ok=True)
    shutil.copytree(CASES / name, place, dirs_exist_ok=True, ignore=shutil.ignore_patterns("expected.txt"))
    return place


def rehearse(server: postgres.Server, place: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return forked.gen("test", *arguments, cwd=place, env={**TOOLS, "GEN_DATABASE_URL": server.admin.dsn})


def plain(text: str) -> str:
    """Without what differs from run to run and from server to server."""
    text = TIME.sub(" TIME", text)
    text = re.sub(r"PostgreSQL (?:\d|at )[^\n]*", "PostgreSQL VERSION", text)
    text = re.sub(r"(?<=was cut off: )[^\n]*", "REASON", text)
    text = re.sub(r"gen_rehearsal_\w+", "OWNER", text)
    return re.sub(r"(?<=migration) +up +down", " up down", text)


@pytest.mark.parametrize("name", NAMES)
def test_the_whole_output(name: str, tmp_path: Path, server: postgres.Server) -> None:
    said = rehearse(server, project(name, tmp_path))
    told = plain(f"{said.stdout}{said.stderr}exit code {said.returncode}\n")
    expected = CASES / name / "expected.txt"
    if REGENERATE:
        expected.write_text(told, encoding="utf-8")
    assert told == expected.read_text(encoding="utf-8")
    rule = name.partition("--")[0]
    if rule in pages.names() and not name.endswith("--allowed"):
        assert f"[{rule}]" in told
    assert server.admin.query("SELECT datname FROM pg_database WHERE datname ~ '^gen_'") == []
    assert server.admin.query("SELECT rolname FROM pg_roles WHERE rolname ~ '^gen_'") == []


def told(said: subprocess.CompletedProcess[str]) -> list[str]:
    """The rules of what was found."""
    return re.findall(r"(?:error|warning)\[([a-z-]+)\]: ", said.stderr)


def git(*arguments: str, cwd: Path) -> None:
    identity = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.com"}
    identity |= {
        "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@example.com",
        "GIT_CONFIG_GLOBAL": os.devnull,
    }
    subprocess.run(
        ["git", *arguments], cwd=cwd, env={**os.environ, **identity}, check=True, capture_output=True
    )


SEEDED = """\
version: 1
defaults:
  namespace: auth
  runner: {image: 'registry.example.com/platform/goose:3.27.3'}
services:
  auth-service:
    database:
      secret: {name: auth-service-db, key: url}
    rehearsal: {seed: seed.sql}
"""
TABLE = "CREATE TABLE users (id bigint PRIMARY KEY, email text, phone text);"
USERS = f"""\
-- +goose Up
{TABLE}

-- +goose Down
DROP TABLE users;
"""


def branch(place: Path, new: str) -> Path:
    """A repository in which one migration is merged and `new` is not; two rows are there."""
    migrations = place / "migrations" / "auth-service"
    migrations.mkdir(parents=True)
    (place / "services.yaml").write_text(SEEDED)
    (place / "seed.sql").write_text("INSERT INTO users VALUES (1, 'a', '1'), (2, NULL, '2');\n")
    (migrations / "00001_users.sql").write_text(USERS)
    git("init", "-q", "-b", "main", cwd=place)
    git("add", "-A", cwd=place)
    git("commit", "-qm", "merged", cwd=place)
    (migrations / "00002_new.sql").write_text(new)
    return place


@pytest.mark.parametrize(
    ("new", "message", "rules"),
    [
        pytest.param(
            "-- +goose Up\nALTER TABLE users ADD COLUMN name text;\n"
            "-- +goose Down\nALTER TABLE users DROP COLUMN name;\n",
            "",
            [],
            id="rows survive",
        ),
        pytest.param(
            "-- +goose Up\nALTER TABLE users ALTER COLUMN email SET NOT NULL;\n"
            "-- +goose Down\nALTER TABLE users ALTER COLUMN email DROP NOT NULL;\n",
            '00002_new.sql:2:1: error[rehearsal-up-failed]: the Up failed: column "email" of relation "users" '
            "contains null values (SQLSTATE 23502)",
            ["rehearsal-up-failed"],
            id="a row that does not fit",
        ),
        pytest.param(
            "-- +goose Up\nDELETE FROM users WHERE id = 1;\n-- +goose Down\nSELECT 1;\n",
            "00002_new.sql:2:13: error[rehearsal-rows-lost]: the Up loses data: 1 row of public.users lost",
            ["rehearsal-rows-lost"],
            id="a row deleted",
        ),
        pytest.param(
            "-- +goose Up\nALTER TABLE users DROP COLUMN phone;\n"
            "-- +goose Down\nALTER TABLE users ADD COLUMN phone text;\n",
            "00002_new.sql:4:30: error[rehearsal-rows-lost]: Up and Down together lose data: "
            "column phone of public.users does not hold what it held",
            ["rehearsal-rows-lost"],
            id="values lost by a rollback",
        ),
        pytest.param(
            "-- gen:allow rehearsal-rows-lost: nobody calls any more\n-- +goose Up\n"
            "ALTER TABLE users DROP COLUMN phone;\n-- +goose Down\nALTER TABLE users ADD COLUMN phone text;\n",
            "",
            [],
            id="values lost for a reason",
        ),
        pytest.param(
            "-- +goose Up\nALTER TABLE users RENAME TO people;\n"
            "-- +goose Down\nALTER TABLE people RENAME TO users;\n",
            "",
            [],
            id="a table renamed",
        ),
        pytest.param(
            "-- +goose Up\nCREATE SCHEMA s;\nALTER TABLE users SET SCHEMA s;\n"
            "-- +goose Down\nALTER TABLE s.users SET SCHEMA public;\nDROP SCHEMA s;\n",
            "",
            [],
            id="a table moved",
        ),
        pytest.param(
            "-- gen:allow rehearsal-rows-lost: test\n-- +goose Up\nDROP TABLE users;\n"
            f"-- +goose Down\n{TABLE}\n",
            "",
            [],
            id="a table dropped for a reason",
        ),
        pytest.param(
            f"-- +goose Up\nDROP TABLE users;\n-- +goose Down\n{TABLE}\n",
            "00002_new.sql:2:12: error[rehearsal-rows-lost]: the Up loses data: 2 rows of public.users lost",
            ["rehearsal-rows-lost"],
            id="a table dropped and made again",
        ),
        pytest.param(
            "-- +goose Up\nUPDATE users SET email = 'x' || email;\n-- +goose Down\nSELECT 1;\n",
            "00002_new.sql:3:1: error[rehearsal-rows-lost]: Up and Down together lose data: column email",
            ["rehearsal-rows-lost"],
            id="values changed and not changed back",
        ),
    ],
)
def test_from_a_reference(
    new: str, message: str, rules: list[str], tmp_path: Path, server: postgres.Server
) -> None:
    place = branch(tmp_path, new)
    said = rehearse(server, place, "--from", "main")
    assert message in said.stderr
    assert (told(said), said.returncode) == (rules, 1 if rules else 0)
    assert "1 migration with goose 3.27.3, 1 there before" in said.stdout


def test_a_merged_migration_that_was_edited_is_not_what_the_old_state_is_made_of(
    tmp_path: Path, server: postgres.Server
) -> None:
    place = branch(
        tmp_path,
        "-- +goose Up\nALTER TABLE users ADD COLUMN x int;\n-- +goose Down\nALTER TABLE users DROP COLUMN x;\n",
    )
    (place / "migrations/auth-service/00001_users.sql").write_text(USERS.replace("users", "people"))
    said = rehearse(server, place, "--from", "main")
    assert said.returncode == 0, said.stderr


def test_a_reference_whose_migrations_fail(tmp_path: Path, server: postgres.Server) -> None:
    place = branch(tmp_path, USERS.replace("users", "more"))
    git(
        "mv", "migrations/auth-service/00001_users.sql", "migrations/auth-service/00001_people.sql", cwd=place
    )
    (place / "migrations/auth-service/00001_people.sql").write_text(USERS.replace("bigint", "bigger"))
    git("commit", "-qam", "broken", cwd=place)
    (place / "migrations/auth-service/00001_people.sql").write_text(USERS)
    said = rehearse(server, place, "--from", "main")
    assert said.returncode == 1
    assert told(said) == ["rehearsal-from-failed"]
    assert 'type "bigger" does not exist' in said.stderr


def test_an_unknown_reference(tmp_path: Path, server: postgres.Server) -> None:
    place = branch(tmp_path, USERS.replace("users", "more"))
    said = rehearse(server, place, "--from", "nowhere")
    assert (said.returncode, said.stdout) == (2, "")
    assert "nowhere" in said.stderr


@pytest.fixture
def scratch() -> Iterator[Path]:
    """A temporary directory that an unprivileged server can reach: pytest's own belong to one user alone."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


SLEEP = "-- +goose Up\nCREATE TABLE slow (id int);\nSELECT pg_sleep(600);\n-- +goose Down\nDROP TABLE slow;\n"


def processes(word: str) -> list[str]:
    """The command lines that hold the word."""
    found = []
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            line = each.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            if word in line:
                found.append(line)
    return found


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
@pytest.mark.parametrize("is_given", [True, False], ids=["a given server", "a server of its own"])
def test_an_interrupt_leaves_nothing(
    sent: signal.Signals, is_given: bool, tmp_path: Path, scratch: Path, server: postgres.Server
) -> None:
    place = tmp_path / "project"
    project("sound", place)
    (place / "migrations/auth-service/20270101000000_slow.sql").write_text(SLEEP)
    environment = {**os.environ, **TOOLS, "TMPDIR": str(scratch)}
    environment.pop("GEN_DATABASE_URL", None)
    if is_given:
        environment["GEN_DATABASE_URL"] = server.admin.dsn
    running = subprocess.Popen(
        [cli.GEN, "test"],
        cwd=place,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        # goose is at work when its directory of migrations is named in its command line.
        assert waiting.until(lambda: any("goose" in each for each in processes(str(scratch))))
        time.sleep(1.0)
        running.send_signal(sent)
        output, _ = running.communicate(timeout=60)
    finally:
        running.kill()
        running.communicate()
    if sent is not signal.SIGKILL:
        assert (running.returncode, output) == (2, "\ngen: stopped\n")
    assert waiting.until(lambda: processes(str(scratch)) == [])
    assert waiting.until(
        lambda: server.admin.query("SELECT datname FROM pg_database WHERE datname ~ '^gen_'") == []
    )
    assert waiting.until(
        lambda: server.admin.query("SELECT rolname FROM pg_roles WHERE rolname ~ '^gen_'") == []
    )
    assert (
        server.admin.query(
            "SELECT pid FROM pg_stat_activity WHERE query ~ 'pg_sleep' AND pid <> pg_backend_pid()"
        )
        == []
    )
    if sent is not signal.SIGKILL:
        assert list(scratch.iterdir()) == []
