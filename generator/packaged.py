"""Where the files are that come with gen but are not code: beside the sources, or inside the wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def directory(name: str) -> Path:
    """The directory of `docs/rules` or `schemas`."""
    wheel = _PACKAGE / "_data" / Path(name).name
    return wheel if wheel.is_dir() else _PACKAGE.parent / name
