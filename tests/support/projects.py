"""Small projects on disk, built by the real command line."""

from __future__ import annotations

import atexit
import functools
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.support import forked

Files = tuple[tuple[str, bytes], ...]
"""The path of each file of a project, and what is in it."""

UP_DOWN = """-- +goose Up
{up}

-- +goose Down
{down}
"""


def migration(up: str, down: str = "SELECT 1;") -> str:
    return UP_DOWN.format(up=up, down=down)


def write(root: Path, services: str, migrations: Mapping[str, str]) -> Path:
    """A project whose `auth-service` has these migrations. `services` is what stands under that service."""
    indented = "\n".join(f"    {line}" if line else "" for line in services.splitlines())
    (root / "services.yaml").write_text(
        "version: 1\n"
        "defaults:\n"
        "  namespace: auth\n"
        "  runner:\n"
        "    image: registry.example.com/platform/goose:3.27.3\n"
        "services:\n"
        "  auth-service:\n"
        f"{indented}\n",
        encoding="utf-8",
    )
    directory = root / "migrations" / "auth-service"
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in migrations.items():
        (directory / name).write_text(text, encoding="utf-8")
    return root


def build(root: Path) -> Path:
    """`out/` of a project that has to be right. What `write` made, and nothing beside it, is built once, and copied to
    where it is wanted again."""
    if {each.name for each in root.iterdir()} == {"services.yaml", "migrations"}:
        # Not the whole: the root would get the mode of the other one.
        for each in ("out", ".gen"):
            shutil.copytree(_built(files(root)) / each, root / each)
    else:
        said = forked.gen("build", cwd=root)
        assert said.returncode == 0, said.stderr
    return root / "out"


def told(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What a command that prints says of a project. Of one that `write` made it is asked once, in another copy."""
    return forked.gen(*arguments, cwd=root) if (root / ".git").exists() else _told(files(root), arguments)


def files(root: Path) -> Files:
    found = [root / "services.yaml", *sorted((root / "migrations").rglob("*"))]
    return tuple((str(each.relative_to(root)), each.read_bytes()) for each in found if not each.is_dir())


@functools.cache
def _built(made: Files) -> Path:
    root = _elsewhere(made)
    said = forked.gen("build", cwd=root)
    assert said.returncode == 0, said.stderr
    return root


@functools.cache
def _told(made: Files, arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return forked.gen(*arguments, cwd=_elsewhere(made))


def _elsewhere(made: Files) -> Path:
    root = Path(tempfile.mkdtemp(prefix="project-"))
    atexit.register(shutil.rmtree, root)
    for name, content in made:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    return root


def line_of(file: Path, text: str) -> int:
    """The number of the first line that has this text."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)
