"""Whatever ends gen, nothing of it stays: no process, no directory, no database, no role."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from generator.database import server as product
from tests.support import postgres
from tests.support.programs import ROOT

PATIENCE_S = 60
SIGNALS = [signal.SIGKILL, signal.SIGTERM, signal.SIGINT]

# Holds a database, on the server of the first argument or on one of its own.
DRIVER = """
import asyncio, contextlib, sys
from generator.database import binaries, scratch, server
from generator.database.address import Address
from generator.model import Rehearsal

async def hold(admin, patience):
    async with scratch.opened(admin, patience) as opened:
        async with opened.database("held", Rehearsal(("held_reader",), ("held_owner",), (), None, None)) as made:
            connection = await made.connect("gen-test")
            await connection.execute("BEGIN; CREATE TABLE t ()")
            print(made.database, flush=True)
            await asyncio.sleep(600)

with contextlib.ExitStack() as stack:
    admin = Address.parse(sys.stdin.readline(), {}) if sys.argv[1:] else None
    patience = 60 if admin else 0
    if admin is None:
        admin = stack.enter_context(server.ephemeral(binaries.find())).admin
    asyncio.run(hold(admin, patience))
"""


@pytest.fixture
def place() -> Iterator[Path]:
    """The server's user cannot come through pytest's own directories."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def processes() -> dict[int, int]:
    """The parent of each process that is no zombie."""
    told = subprocess.run(
        ["ps", "-eo", "pid=,ppid=,stat="], capture_output=True, text=True, check=True
    ).stdout
    rows = (line.split() for line in told.splitlines())
    return {int(pid): int(parent) for pid, parent, state in rows if not state.startswith("Z")}


def descendants(pid: int) -> set[int]:
    parents = processes()
    found = {pid}
    while more := {each for each, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def wait_for(condition: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)


@contextmanager
def driver(directory: Path, admin: postgres.Database | None = None) -> Iterator[subprocess.Popen[str]]:
    """The driver in a session of its own, with its temporary files in `directory`."""
    environment = os.environ | {
        "TMPDIR": str(directory),
        "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]),
    }
    with subprocess.Popen(
        [sys.executable, "-c", DRIVER, *(["given"] if admin else [])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
    ) as process:
        try:
            assert process.stdin is not None
            process.stdin.write(admin.dsn + "\n" if admin else "\n")
            process.stdin.flush()
            yield process
        finally:
            process.kill()


def held(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    name = process.stdout.readline().strip()
    assert name.startswith("gen_rehearsal_held_")
    return name


def remains(admin: postgres.Database) -> list[tuple[str, ...]]:
    return admin.query(
        "SELECT datname FROM pg_database WHERE datname LIKE 'gen%' "
        "UNION SELECT rolname FROM pg_roles WHERE rolname ~ '^(gen|held)_' "
        "UNION SELECT application_name FROM pg_stat_activity WHERE application_name LIKE 'gen-%'"
    )


@pytest.mark.parametrize("sent", SIGNALS)
def test_own_server_goes(place: Path, sent: signal.Signals) -> None:
    with driver(place) as process:
        held(process)
        (directory,) = place.glob("gen-postgres-*")
        started = descendants(process.pid)
        names = {(Path("/proc") / str(each) / "comm").read_text().strip() for each in started}
        assert "postgres" in names
        # As Ctrl-C in a terminal: to the whole foreground group.
        os.killpg(process.pid, sent)
        process.wait()
        wait_for(lambda: not started & processes().keys())
        wait_for(lambda: not directory.exists())
    assert list(place.iterdir()) == []


def test_own_server_goes_in_the_middle_of_its_making(place: Path) -> None:
    with driver(place) as process:
        wait_for(lambda: list(place.glob("gen-postgres-*/data/base/1")))
        started = descendants(process.pid)
        process.kill()
        process.wait()
        wait_for(lambda: not started & processes().keys())
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("sent", SIGNALS)
def test_database_and_roles_go_from_a_given_server(
    place: Path, postgres_server: postgres.Server, sent: signal.Signals
) -> None:
    admin = postgres_server.admin
    with driver(place, admin) as process:
        name = held(process)
        assert {name, "held_owner", "held_reader", "gen-cleanup"} <= {each for (each,) in remains(admin)}
        started = descendants(process.pid)
        assert started
        os.killpg(process.pid, sent)
        process.wait()
        wait_for(lambda: not started & processes().keys())
    assert remains(admin) == []


def test_database_that_was_still_being_made_goes_too(place: Path, postgres_server: postgres.Server) -> None:
    """The server goes on with a CREATE DATABASE whose client is dead: it must not come after the clean-up."""
    admin = postgres_server.admin

    async def main() -> None:
        blocker = await admin.address.connect("blocker")
        await blocker.execute("BEGIN; COMMENT ON DATABASE template0 IS 'blocked'")
        with driver(place, admin) as process:
            waiting = (
                "SELECT pid FROM pg_stat_activity "
                "WHERE wait_event_type = 'Lock' AND query LIKE 'CREATE DATABASE%'"
            )
            wait_for(lambda: admin.query(waiting))
            started = descendants(process.pid)
            process.kill()
            process.wait()
            wait_for(lambda: not started & processes().keys())
        assert admin.query(waiting) == []
        await blocker.execute("ROLLBACK")
        await blocker.close()

    asyncio.run(main())
    assert remains(admin) == []


def test_clean_up_waits_for_a_server_that_is_away(place: Path, postgres_server: postgres.Server) -> None:
    """Here it lets nobody in at the moment that gen is killed."""
    admin = postgres_server.admin
    with driver(place, admin) as process:
        name = held(process)
        started = descendants(process.pid)
        other = postgres.Database(admin.binaries, admin.port, "template1", admin.user, admin.password)
        other.query(
            "ALTER DATABASE postgres ALLOW_CONNECTIONS false;"
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'gen-cleanup'"
        )
        process.kill()
        process.wait()
        time.sleep(1)
        assert name in {each for (each,) in remains(other)}
        other.query("ALTER DATABASE postgres ALLOW_CONNECTIONS true")
        wait_for(lambda: not started & processes().keys())
    assert remains(admin) == []


def test_supervisor_and_keeper_do_not_end_before_gen(place: Path, postgres_server: postgres.Server) -> None:
    with driver(place) as process:
        held(process)
        children = {each for each, parent in processes().items() if parent == process.pid}
        assert len(children) == 2
        for each in children:
            for sent in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                os.kill(each, sent)
        time.sleep(0.3)
        assert children <= processes().keys()
        assert process.poll() is None
        process.kill()
        process.wait()
        wait_for(lambda: not children & processes().keys())


def test_secrets_are_not_in_any_command_line(place: Path, postgres_server: postgres.Server) -> None:
    admin = postgres_server.admin
    with driver(place, admin) as process:
        held(process)
        for each in descendants(process.pid):
            for what in ("cmdline", "environ"):
                told = (Path("/proc") / str(each) / what).read_bytes()
                assert admin.password.encode() not in told
        process.send_signal(signal.SIGINT)
        process.wait()
    assert remains(admin) == []


def test_settings_of_the_server_do_not_leak_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEN_DATABASE_URL", "postgres://u:hunter2@db/app")
    assert "hunter2" not in str(product._environment())
