"""Small projects on disk, built by the real command line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.support import forked

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
    """`out/` of a project that has to be right."""
    said = forked.gen("build", cwd=root)
    assert said.returncode == 0, said.stderr
    return root / "out"


def line_of(file: Path, text: str) -> int:
    """The number of the first line that has this text."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)
