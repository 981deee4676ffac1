"""A sound project with its `out/`, to break one thing of, and what gen must never do about it.

No test may hang: each run has a time limit that only a program that waits, or reads without end, reaches.
"""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support import cli, forked

BASE = Path(__file__).parents[1] / "cases" / "build" / "base"
HEAD = re.compile(r"^(\S[^:\n]*):(\d+):(\d+): (error|warning)\[([a-z0-9-]+)\]: ", re.MULTILINE)
SECONDS = 60
SERVICE = "auth-service"

Snapshot = Mapping[str, tuple[int, bytes]]


@dataclass(frozen=True)
class Project:
    root: Path

    @property
    def spec(self) -> Path:
        return self.root / "services.yaml"

    @property
    def out(self) -> Path:
        return self.root / "out"

    @property
    def files(self) -> Path:
        """`out/auth-service/`"""
        return self.out / SERVICE

    @property
    def migrations(self) -> Path:
        return self.root / "migrations" / SERVICE

    def add(self, text: str) -> None:
        """More lines for the end of services.yaml, indented for the service."""
        self.spec.write_text(self.spec.read_text("utf-8") + text, "utf-8")

    def gen(
        self, *arguments: str | Path, before: Callable[[], None] | None = None, **env: str
    ) -> subprocess.CompletedProcess[str]:
        """`before` is done by the new process, where there is something to do before gen starts."""
        if before is None:
            return forked.gen(*arguments, cwd=self.root, env=env, timeout=SECONDS)
        return subprocess.run(
            [str(cli.GEN), *map(str, arguments)],
            cwd=self.root,
            env={**os.environ, **env},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=SECONDS,
            check=False,
            preexec_fn=before,
        )

    def snapshot(self, name: str = "out") -> Snapshot:
        """Names, times and contents; links are not followed."""
        top = self.root / name
        found = [top, *sorted(top.rglob("*"))] if top.is_dir() and not top.is_symlink() else [top]
        return {
            each.relative_to(self.root).as_posix(): (
                each.lstat().st_mtime_ns,
                each.read_bytes() if each.is_file() and not each.is_symlink() else b"",
            )
            for each in found
            if each.exists() or each.is_symlink()
        }


def build(root: Path) -> Project:
    """The base project, built by the real command."""
    shutil.copytree(BASE, root, dirs_exist_ok=True)
    project = Project(root)
    said = project.gen("build")
    assert said.returncode == 0, said.stderr
    return project


def told(said: subprocess.CompletedProcess[str]) -> list[tuple[str, str]]:
    """The place and the rule of each finding, in order."""
    assert "Traceback" not in said.stdout + said.stderr
    return [(f"{match[1]}:{match[2]}:{match[3]}", match[5]) for match in HEAD.finditer(said.stderr)]


def refused(project: Project, rule: str, place: str, *arguments: str | Path) -> str:
    """Runs the build, which has to find exactly this and to leave `out/` alone. Gives what it said."""
    before = project.snapshot()
    said = project.gen("build", *arguments)
    assert told(said) == [(place, rule)], said.stderr
    assert said.returncode == 1
    assert said.stdout == ""
    assert project.snapshot() == before
    return said.stderr


def without_privileges() -> None:
    """For the child: root, too, has to ask before it reads and writes (capabilities(7))."""
    bounding_set_drop, dac_override, dac_read_search = 24, 1, 2
    library = ctypes.CDLL(None, use_errno=True)
    for capability in (dac_override, dac_read_search):
        if library.prctl(bounding_set_drop, capability, 0, 0, 0) and os.geteuid() == 0:
            raise OSError(ctypes.get_errno(), "prctl")
