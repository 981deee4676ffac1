"""Runs the real goose for a rehearsal, and understands why it stopped.

Nothing of the caller's environment reaches it: a `GOOSE_TABLE`, `PGSERVICE` or `.env` of a developer would make
the rehearsal another one than the Job. The DSN is in the environment, where other users can't read it.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from generator import tools
from generator.diagnostics import GenError
from generator.text import images

# A program that ignores SIGTERM is killed after this.
_TERMINATION_S = 2.0

# migration.go and migration_sql.go (v3.17 to v3.27): `ERROR <file>: failed to run SQL migration: failed to execute
# SQL query <%q>: <error>`. The log's time stands before the first line only.
_STAMP = re.compile(r"^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d ", re.MULTILINE)
_RUN = re.compile(r"^goose run: ", re.MULTILINE)
_FILE = re.compile(
    r"ERROR (?P<file>[^\n/]+?\.(?:sql|go)): (?:failed to (?:run|parse|open) \w+ migration(?: file)?: )?"
)
_QUERY = re.compile(r'failed to execute SQL query ("[^"\\]*(?:\\.[^"\\]*)*"): ')
# pgconn's PgError: the severity is in the server's language. Older ones put it into parentheses.
_SERVER = re.compile(
    r"(?:^|: |; |\()[^\s:;()]+: (?P<message>(?:(?!\(SQLSTATE ).)*) \(SQLSTATE (?P<state>[0-9A-Z]{5})\)",
    re.DOTALL,
)
# `OK   00001_users.sql (4.52ms)`: a duration as Go prints it.
_DONE = re.compile(r"^(?:\S+ \S+ )?(?:OK|EMPTY) +\S+ \(([0-9.a-zµ]+)\)$", re.MULTILINE)
_DURATION = re.compile(r"([0-9.]+)(ns|µs|us|ms|s|m|h)")
_UNITS = MappingProxyType({"ns": 1e-9, "µs": 1e-6, "us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0})
_PANIC = re.compile(r"^panic: (?:goose: )?(?P<message>.*?)(?:\n\n|\Z)", re.MULTILINE | re.DOTALL)
_ESCAPE = re.compile(r"\\(?:([abfnrtv\\\"'])|x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8}))")
_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


@dataclass(frozen=True, slots=True)
class Result:
    """How goose ended. `exit_code` is None where it was ended after `timeout`; `seconds` are of the clock."""

    exit_code: int | None
    output: str
    seconds: float

    @property
    def migrating(self) -> float:
        """The seconds that goose itself counts for its migrations, without its start and its connection."""
        found = [_seconds(each[1]) for each in _DONE.finditer(self.output)]
        return sum(found) if found else self.seconds


@dataclass(frozen=True, slots=True)
class Failure:
    """Why goose stopped: `message` is the server's where it has a SQLSTATE, else goose's own.

    `file` is the migration's name, `query` the statement without its comment lines and empty lines (goose's
    clearStatement). Each is None where goose does not tell it.
    """

    file: str | None
    message: str
    sqlstate: str | None
    query: str | None


@dataclass(frozen=True, slots=True)
class Goose:
    """The program and its version, without `v`; None for one that does not tell it.

    `wanted` is what was looked for, None for any.
    """

    path: Path
    version: str | None
    wanted: str | None = None

    @property
    def differs(self) -> bool:
        return self.wanted is not None and self.version != self.wanted

    async def run(
        self,
        arguments: Sequence[str],
        *,
        dsn: str,
        directory: Path,
        table: str,
        timeout: float,
        application_name: str = "gen-goose",
        variables: Mapping[str, str] = MappingProxyType({}),
    ) -> Result:
        """Runs it to its end, or for `timeout` seconds. Cancelled, it ends goose before it goes on.

        `variables` are for ENVSUB in the migrations; none of them is about the connection.

        The server may go on with the statement of a goose that was ended, until it looks for its client.
        """
        # goose loads a `.env` from its working directory, and pgx looks for files in the home directory.
        with tempfile.TemporaryDirectory(prefix="gen-goose-") as empty:
            command = [str(self.path), f"-dir={directory.absolute()}", f"-table={table}", *arguments]
            start = time.monotonic()
            try:
                process = await asyncio.create_subprocess_exec(
                    *command,
                    cwd=empty,
                    env={**variables, **_environment(dsn, application_name, empty)},
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.STDOUT,
                )
            except OSError as error:
                raise GenError(
                    f"{self.path} does not start: {error.strerror}", help="run `gen tools install goose`"
                ) from error
            output, exit_code = await _finish(process, timeout)
            return Result(exit_code, output.decode("utf-8", "replace"), time.monotonic() - start)


def _environment(dsn: str, application_name: str, home: str) -> Mapping[str, str]:
    return {
        "GOOSE_DRIVER": "postgres",
        "GOOSE_DBSTRING": dsn,
        "PGAPPNAME": application_name,
        "HOME": home,
        "NO_COLOR": "true",
        "TZ": "UTC",
    }


async def _finish(process: asyncio.subprocess.Process, timeout: float) -> tuple[bytes, int | None]:
    """What it said and its exit code; whatever happens, the process is gone and reaped then."""
    # Not communicate() under wait_for(): what was read before the time is up would be lost.
    assert process.stdout is not None
    output = bytearray()
    try:
        async with asyncio.timeout(timeout):
            while chunk := await process.stdout.read(1 << 16):
                output += chunk
            return bytes(output), await process.wait()
    except TimeoutError:
        return bytes(output), None
    finally:
        await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(_TERMINATION_S):
            await process.wait()
    except TimeoutError:
        pass
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def wanted_version(image: str) -> str | None:
    """The whole version (`3.27.3`) of the goose in an image, where its reference tells it."""
    parts = images.parse(image)
    version = parts.goose_version if parts is not None else None
    return ".".join(map(str, version)) if version is not None and len(version) == 3 else None


def find(directory: Path, wanted: str | None) -> Goose:
    """`goose-<wanted>` of the tool directory, else goose there or on PATH, whichever version it is."""
    if wanted is not None:
        exact = tools.version_path("goose", wanted, directory)
        if tools.version_of(exact, tools.PINS["goose"].version_flag) == wanted:
            return Goose(exact, wanted, wanted)
    found = tools.find("goose", directory)
    if found.path is None:
        raise GenError(
            "goose was found neither in the tool directory nor on PATH",
            help=f"run `gen tools install goose{f'@{wanted}' if wanted else ''}`",
        )
    return Goose(found.path, found.version, wanted)


def failure(output: str) -> Failure | None:
    """What a goose that failed says; None if it does not say that it failed."""
    text = _STAMP.sub("", output)
    if panic := _PANIC.search(text):
        return Failure(None, panic["message"].strip(), None, None)
    start = _RUN.search(text)
    if start is None:
        return None
    said = text[start.end() :].strip()
    file, query = None, None
    if found := _FILE.match(said):
        file, said = found["file"], said[found.end() :]
    if found := _QUERY.match(said):
        query, said = _unquoted(found[1]), said[found.end() :]
    # Of several (goose tries to read its table, then to make it), the last is why it stopped.
    servers = list(_SERVER.finditer(said))
    if servers:
        return Failure(file, servers[-1]["message"].strip(), servers[-1]["state"], query)
    return Failure(file, said, None, query)


def _seconds(duration: str) -> float:
    return sum(float(number) * _UNITS[unit] for number, unit in _DURATION.findall(duration))


def _unquoted(text: str) -> str:
    """The inverse of Go's strconv.Quote. Bytes that are no UTF-8 become U+FFFD, as everywhere in the output."""

    def character(match: re.Match[str]) -> str:
        simple, byte, short, long = match.groups()
        if simple:
            return _ESCAPES.get(simple, simple)
        if byte:
            return chr(int(byte, 16)) if int(byte, 16) < 0x80 else "\ufffd"
        return chr(int(short or long, 16))

    return _ESCAPE.sub(character, text[1:-1])
