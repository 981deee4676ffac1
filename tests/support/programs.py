"""Where the tests' external programs are. One that is missing or of another version fails the test."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from generator import tools

ROOT = Path(__file__).resolve().parents[2]


@cache
def path(name: str) -> Path:
    """One of gen's own tools (`goose`, `kubeconform`) at exactly the pinned version."""
    found = tools.find(name, tools.directory(ROOT))
    if found.path is None or not found.matches:
        state = f"{found.path} is version {found.version}" if found.path else "it is nowhere"
        raise RuntimeError(f"the tests need {name} {found.pinned}, but {state}: run `gen tools install`")
    return found.path
