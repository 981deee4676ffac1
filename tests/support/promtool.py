"""Prometheus' own promtool: the judge of alert rules in the tests.

`python -m tests.support.promtool` makes sure that there is one: on PATH, else from the Debian package
if this machine has apt (seconds), else built from Go modules whose checksums requirements/promtool
pins (minutes). Debian's, unpacked and not installed, needs no root.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from generator import installing, tools
from generator.diagnostics import GenError
from tests.support import debian
from tests.support.programs import ROOT

# 2.42 is what Debian 12 has; all that the tests use is in it.
MINIMUM = (2, 42)
MODULE = ROOT / "requirements" / "promtool"
PACKAGE = "github.com/prometheus/prometheus/cmd/promtool"


@cache
def path() -> Path:
    """The promtool of the tool directory or of PATH."""
    found = _usable()
    if found is None:
        wanted = ".".join(map(str, MINIMUM))
        raise RuntimeError(f"the tests need promtool {wanted} or later: run `make test`")
    return found


def check(rules: Path) -> subprocess.CompletedProcess[str]:
    """`promtool check rules`; `rules` is a plain rule file (`groups:` at its top)."""
    return _run("check", "rules", "--lint=all", "--lint-fatal", str(rules))


def test(cases: Path) -> subprocess.CompletedProcess[str]:
    """`promtool test rules`; paths in the file count from its own directory."""
    return _run("test", "rules", str(cases))


test.__test__ = False  # type: ignore[attr-defined]  # pytest would collect it where it is imported by name.


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(path()), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        timeout=120,
        check=False,
    )


def _usable() -> Path | None:
    directory = tools.directory(ROOT).resolve()
    found = shutil.which("promtool", path=str(directory)) or shutil.which("promtool")
    return Path(found) if found and _version(Path(found)) >= MINIMUM else None


def _version(program: Path) -> tuple[int, ...]:
    """(0,) for a program that does not work. A build from modules tells no version: it is the pinned one."""
    answer = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=False)
    told = answer.stdout + answer.stderr  # promtool 2 answers on stderr.
    if answer.returncode != 0:
        return (0,)
    found = re.search(r"promtool, version (\d+)\.(\d+)", told)
    return (int(found[1]), int(found[2])) if found else _pinned()


def _pinned() -> tuple[int, int]:
    """Prometheus 3.N is the Go module's v0.(300+N)."""
    found = re.search(r"github.com/prometheus/prometheus v0\.3(\d\d)\.", (MODULE / "go.mod").read_text())
    assert found is not None
    return 3, int(found[1])


def ensure() -> Path:
    """The promtool that is there already, else a new one in the tool directory."""
    found = _usable()
    if found is not None:
        return found
    directory = tools.directory(ROOT).resolve()
    if not _from_debian(directory):
        _from_modules(directory)
    found = _usable()
    if found is None:
        raise GenError(f"the promtool in {directory} does not work or is too old")
    return found


def _from_debian(directory: Path) -> bool:
    """False where there is no apt, or where its archive does not answer or has an older version."""
    with debian.unpacked(["prometheus"]) as roots:
        program = roots.get("prometheus", directory) / "usr" / "bin" / "promtool"
        if not program.is_file() or _version(program) < MINIMUM:
            return False
        debian.put(program, directory, "promtool")
    return True


def _from_modules(directory: Path) -> None:
    compiler = installing.go()
    print(f"building promtool with {compiler}: this takes some minutes, once", flush=True)
    # Without the service discovery of every cloud it needs half the time.
    arguments = ["install", "-tags=remove_all_sd", "-ldflags=-s -w", PACKAGE]
    installing.build(compiler, arguments, "promtool", directory, source=MODULE)


if __name__ == "__main__":
    try:
        print(ensure())
    except GenError as error:
        sys.exit(f"{error}\n{error.help}")
