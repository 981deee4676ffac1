"""A PostgreSQL server of gen's own: started in a second, thrown away with everything in it.

Loopback TCP only, a free port, a random password, no durability. A supervisor process ends it with gen,
whatever ends gen.
"""

from __future__ import annotations

import json
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from generator.database import supervisor
from generator.database.address import Address
from generator.database.binaries import Binaries
from generator.diagnostics import GenError

HOST = "127.0.0.1"
SUPERUSER = "postgres"
UNPRIVILEGED = "nobody"
START_S = 60
START_ATTEMPTS = 5
MEMORY = Path("/dev/shm")
# A fresh server takes 40 MiB. A container's /dev/shm has 64 MiB.
ENOUGH_MEMORY = 4 << 30

SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        "listen_addresses": HOST,
        "unix_socket_directories": "",  # Temporary directories outgrow the 107 bytes of a socket's path.
        "fsync": "off",
        "full_page_writes": "off",
        "synchronous_commit": "off",
        "max_wal_size": "256MB",  # It may be memory.
        "shared_buffers": "32MB",
        "max_connections": "100",
        # A migration may touch every partition of a big table in one transaction.
        "max_locks_per_transaction": "256",
        "shared_preload_libraries": "",
        "jit": "off",
        "lc_messages": "C",
        "timezone": "UTC",
    }
)
# A server needs no secret of gen's environment, and its locale is given.
_KEPT_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "TMPDIR")


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its superuser in the database `postgres`, its major version, what to call it."""

    admin: Address
    major: int
    where: str


@dataclass(frozen=True, slots=True)
class _Identity:
    """Who runs the server: PostgreSQL refuses root. None for who we are."""

    user: int | None
    group: int | None

    @classmethod
    def unprivileged(cls) -> _Identity:
        if os.geteuid() != 0:
            return cls(None, None)
        try:
            entry = pwd.getpwnam(UNPRIVILEGED)
        except KeyError as error:
            raise GenError(
                f"PostgreSQL does not run as root, and there is no user `{UNPRIVILEGED}` to run it as",
                help="run gen as another user, or give a server with --database-url or GEN_DATABASE_URL",
            ) from error
        return cls(entry.pw_uid, entry.pw_gid)

    @property
    def arguments(self) -> tuple[str, str]:
        return ("-" if self.user is None else str(self.user), "-" if self.group is None else str(self.group))

    def runs(self, program: Path, directory: Path) -> str | None:
        """None if the program runs, else why it does not."""
        try:
            answer = subprocess.run(
                [str(program), "--version"],
                cwd=directory,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
                user=self.user,
                group=self.group,
                extra_groups=None if self.user is None else (),
            )
        except OSError as error:
            return str(error)
        return None if answer.returncode == 0 else answer.stderr.strip() or f"exit code {answer.returncode}"

    def own(self, path: Path) -> None:
        if self.user is not None and self.group is not None:
            os.chown(path, self.user, self.group)


@contextmanager
def ephemeral(binaries: Binaries) -> Iterator[Server]:
    """A running server; it ends with this block, or with this process if that comes first."""
    identity = _Identity.unprivileged()
    password = secrets.token_hex(16)
    for attempt in range(1, START_ATTEMPTS + 1):
        port = _free_port()
        with _directory() as directory, _supervised(directory, identity) as process:
            identity.own(directory)
            usable = _reachable(binaries, directory, identity)
            _send(process, _commands(usable, directory, identity, port, password))
            if _wait_until_ready(process, directory):
                parameters = (("connect_timeout", "10"), ("sslmode", "disable"))
                admin = Address(HOST, port, "postgres", SUPERUSER, password, parameters)
                yield Server(admin, binaries.major, binaries.shown)
                return
            log = _log(directory)
        if "could not bind" not in log or attempt == START_ATTEMPTS:
            raise GenError(
                f"{binaries.shown} did not start: {_last_words(log)}",
                help="give another server with --database-url or GEN_DATABASE_URL, or mend this one",
            )


@contextmanager
def _directory() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="gen-postgres-", dir=_place())).resolve()
    try:
        yield path
    finally:
        # The supervisor removes it, unless the server ended by itself.
        shutil.rmtree(path, ignore_errors=True)


def _place() -> Path | None:
    """Memory where there is enough, for a disk takes twice as long. None for the temporary directory: also where
    TMPDIR says which one."""
    if any(os.environ.get(each) for each in ("TMPDIR", "TEMP", "TMP")):
        return None
    try:
        memory = os.statvfs(MEMORY)
    except OSError:
        return None
    # The programs are copied there if the server's user cannot reach them.
    is_usable = not memory.f_flag & os.ST_NOEXEC and os.access(MEMORY, os.W_OK)
    return MEMORY if is_usable and memory.f_bavail * memory.f_frsize >= ENOUGH_MEMORY else None


@contextmanager
def _supervised(directory: Path, identity: _Identity) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-I", supervisor.__file__, str(directory), *identity.arguments],
        env=_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # Ctrl-C must not stop the server under what is still to be cleaned up.
        start_new_session=True,
    )
    try:
        yield process
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait()


def _send(process: subprocess.Popen[bytes], commands: list[list[str]]) -> None:
    assert process.stdin is not None
    try:
        process.stdin.write(json.dumps(commands).encode() + b"\n")
        process.stdin.flush()
    except BrokenPipeError:
        pass  # It ended: whoever waits for the server finds out.


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return kept | {"LC_ALL": "C"}


def _reachable(binaries: Binaries, directory: Path, identity: _Identity) -> Path:
    """The programs where the server's user can run them: a checkout in root's home is closed to others."""
    if identity.runs(binaries.directory / "postgres", directory) is None:
        return binaries.directory
    copy = directory / "programs"
    installed = binaries.directory.parent
    # The Python package keeps the shared libraries in a directory of their own, found by a relative path.
    libraries = (installed.parent.with_name(f"{installed.parent.name}.libs"), installed.parent / ".dylibs")
    root = installed.parent.parent
    for source in (installed, *(each for each in libraries if each.is_dir())):
        shutil.copytree(source, copy / source.relative_to(root), symlinks=True)
    usable = copy / binaries.directory.relative_to(root)
    wrong = identity.runs(usable / "postgres", directory)
    if wrong is not None:
        raise GenError(
            f"{binaries.shown} does not run: {' '.join(wrong.split())}",
            help="give a server with --database-url or GEN_DATABASE_URL, or mend this installation",
        )
    return usable


def _commands(
    binaries: Path, directory: Path, identity: _Identity, port: int, password: str
) -> list[list[str]]:
    secret = directory / "password"
    secret.touch(mode=0o600)
    secret.write_text(password + "\n")
    identity.own(secret)
    initdb = [
        str(binaries / "initdb"),
        f"--pgdata={directory / 'data'}",
        f"--username={SUPERUSER}",
        f"--pwfile={secret}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        "--no-sync",
    ]
    settings = [f"-c{name}={value}" for name, value in {**SETTINGS, "port": str(port)}.items()]
    return [initdb, [str(binaries / "postgres"), f"-D{directory / 'data'}", *settings]]


def _wait_until_ready(process: subprocess.Popen[bytes], directory: Path) -> bool:
    """False when the server ended instead. Its pid file says `ready` in line 8, which pg_ctl reads too."""
    state = directory / "data" / "postmaster.pid"
    end = time.monotonic() + START_S
    while process.poll() is None and time.monotonic() < end:
        try:
            lines = state.read_text().splitlines()
        except OSError:
            lines = []
        if len(lines) >= 8 and lines[7].strip() == "ready":
            return True
        time.sleep(0.02)
    return False


def _log(directory: Path) -> str:
    try:
        return (directory / "log").read_text(errors="replace")
    except OSError:
        return ""


def _last_words(log: str) -> str:
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    return "; ".join(lines[-5:])[-1000:] or f"no answer within {START_S} seconds"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
