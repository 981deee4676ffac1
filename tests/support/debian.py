"""The programs that only Debian's archive has ready to run: what the rules, the routing and the Job's script meet.

`python -m tests.support.debian` makes sure of them: in the tool directory, else on PATH, else from their
packages, which are unpacked and not installed: that needs no root.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from generator import tools
from generator.diagnostics import GenError
from tests.support.programs import ROOT


@dataclass(frozen=True, slots=True)
class Program:
    """`file` is where its package has it, `check` are arguments with which one that works exits with 0. `data` is a
    directory of the package whose place Debian compiles into the program."""

    package: str
    file: str
    check: tuple[str, ...] = ("--version",)
    data: str | None = None

    @property
    def names(self) -> set[str]:
        """What it may be called on PATH: Debian's name beside its own."""
        return {Path(self.file).name}


PROGRAMS: Mapping[str, Program] = MappingProxyType(
    {
        "prometheus": Program("prometheus", "usr/bin/prometheus"),
        "alertmanager": Program(
            "prometheus-alertmanager",
            "usr/bin/prometheus-alertmanager",
            data="usr/share/prometheus/alertmanager",
        ),
        "amtool": Program("prometheus-alertmanager", "usr/bin/amtool"),
        "pushgateway": Program("prometheus-pushgateway", "usr/bin/prometheus-pushgateway"),
        # Some builds lack the applet that the Job's script needs.
        "busybox": Program("busybox-static", "bin/busybox", ("wget", "--help")),
        "shellcheck": Program("shellcheck", "usr/bin/shellcheck"),
    }
)


@cache
def path(name: str) -> Path:
    """One of `PROGRAMS`."""
    found = _usable(name)
    if found is None:
        raise RuntimeError(f"the tests need {name}: run `make test`")
    return found


def ensure() -> tuple[Path, ...]:
    """Every program; what is nowhere is put into the tool directory."""
    missing = [name for name in PROGRAMS if _usable(name) is None]
    if missing:
        directory = tools.directory(ROOT).resolve()
        with unpacked({PROGRAMS[name].package for name in missing}) as roots:
            for name in missing:
                _place(name, roots, directory)
    return tuple(path(name) for name in PROGRAMS)


@contextmanager
def unpacked(packages: Collection[str]) -> Iterator[Mapping[str, Path]]:
    """What each package would put below `/`. A package that the archive does not give is not in the answer, and
    none is where there is no apt."""
    with tempfile.TemporaryDirectory(prefix="debian-") as name:
        scratch = Path(name)
        roots: dict[str, Path] = {}
        (scratch / "root").mkdir()
        for package, archive in _downloaded(packages, scratch).items():
            roots[package] = scratch / "root" / package
            subprocess.run(["dpkg-deb", "-x", str(archive), str(roots[package])], check=True)
        yield roots


def put(program: Path, directory: Path, name: str) -> None:
    """Copies a program: whoever looks for it finds all of it, or nothing."""
    directory.mkdir(parents=True, exist_ok=True)
    new = directory / f".{name}-{os.getpid()}"
    shutil.copy2(program, new)
    new.replace(directory / name)


def works(program: Path, arguments: Iterable[str], environment: Mapping[str, str] = os.environ) -> bool:
    try:
        answer = subprocess.run(
            [str(program), *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=tools.VERSION_TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0


def _usable(name: str) -> Path | None:
    program = PROGRAMS[name]
    directory = str(tools.directory(ROOT).resolve())
    found = [shutil.which(name, path=directory), *(shutil.which(each) for each in (name, *program.names))]
    return next((Path(each) for each in found if each and _is_complete(Path(each), program)), None)


def _is_complete(found: Path, program: Program) -> bool:
    if program.data is not None and not _is_installed(program.data):
        # The project's own build carries its data in itself.
        return f"/{program.data}".encode() not in found.read_bytes() and works(found, program.check)
    return works(found, program.check)


def _is_installed(data: str) -> bool:
    return Path("/", data).is_dir()


def _place(name: str, roots: Mapping[str, Path], directory: Path) -> None:
    program = PROGRAMS[name]
    root = roots.get(program.package)
    if root is None:
        raise GenError(
            f"{name} is nowhere on this machine, and apt does not give {program.package}",
            help=f"put {name} on PATH, or into {directory}",
        )
    file = root / program.file
    if program.data is not None and not _is_installed(program.data):
        _place_with_data(name, root, directory)
    elif works(file, program.check):
        put(file, directory, name)
    else:
        _place_with_libraries(name, file, directory)
    if _usable(name) is None:
        raise GenError(f"the {name} of Debian's package {program.package} does not work here")


def _place_with_libraries(name: str, file: Path, directory: Path) -> None:
    """In a directory of its own with the libraries that this machine lacks."""
    home = directory.parent / "debian" / name
    lists = subprocess.run(["ldd", str(file)], capture_output=True, text=True, check=False).stdout
    lacking = re.findall(r"^\s*(lib[a-z]+)\.so\.(\d+) => not found", lists, re.MULTILINE)
    with unpacked([f"{library}{version}" for library, version in lacking]) as roots:
        for root in roots.values():
            for each in root.glob("usr/lib/*/lib*.so*"):
                put(each, home, each.name)
    put(file, home, name)
    _place_script(f'LD_LIBRARY_PATH="{home}" exec "{home}/{name}" "$@"', home, directory, name)


def _place_with_data(name: str, root: Path, directory: Path) -> None:
    """In a directory of its own with its data. The compiled path becomes one of the same length that means the
    working directory: so relative paths in its arguments count from there."""
    home = directory.parent / "debian" / name
    program = PROGRAMS[name]
    assert program.data is not None
    file, compiled = root / program.file, f"/{program.data}".encode()
    here = (b"./" * len(compiled))[: len(compiled)]
    shutil.copytree(root / program.data, home, dirs_exist_ok=True)
    file.write_bytes(file.read_bytes().replace(compiled, here))
    put(file, home, name)
    _place_script(f'cd "{home}" && exec "{home}/{name}" "$@"', home, directory, name)


def _place_script(text: str, home: Path, directory: Path, name: str) -> None:
    script = home / f"{name}.sh"
    script.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    script.chmod(0o755)
    put(script, directory, name)


def _downloaded(packages: Collection[str], scratch: Path) -> dict[str, Path]:
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        return {}
    # The machine's package lists may be absent (containers) or out of date, and belong to root.
    for part in ("lists/partial", "cache/archives/partial"):
        (scratch / part).mkdir(parents=True)
    own = [f"-oDir::State::Lists={scratch / 'lists'}", f"-oDir::Cache={scratch / 'cache'}"]
    if not _apt(scratch, "download", *packages):
        _apt(scratch, *own, "update")
        for package in packages:
            _apt(scratch, *own, "download", package)
    found = {package: sorted(scratch.glob(f"{package}_*.deb")) for package in packages}
    return {package: archives[0] for package, archives in found.items() if archives}


def _apt(scratch: Path, *arguments: str) -> bool:
    # As root, apt would change to a user who cannot write here, and warn.
    command = ["apt-get", "-qq", "-oAPT::Sandbox::User=root", "-oAcquire::Retries=2", *arguments]
    return subprocess.run(command, cwd=scratch, capture_output=True, check=False).returncode == 0


if __name__ == "__main__":
    try:
        for each in ensure():
            print(each)
    except GenError as error:
        sys.exit(f"{error}\n{error.help}")
