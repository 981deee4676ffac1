"""Puts lock files in place, each whole, and none where one of them cannot be written.

The directories are somebody else's: no step to a file goes through a link out of the repository, and a
file that changed since it was read is left alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from generator import conventions
from generator.diagnostics import GenError
from generator.locking.plans import Change, Plan
from generator.output import disk, state

_TEMPORARY = (f".{conventions.LOCK}.", ".tmp")


def write(plan: Plan, root: Path) -> None:
    """GenError, and nothing written, where a file is no plain file or not what the plan was made for."""
    if plan.is_refused:
        raise ValueError("a plan with errors must not be written")
    if not plan.changes:
        return
    with state.locked(root / conventions.STATE):
        for each in plan.changes:
            with _opened(root, each) as at:
                _demand_unchanged(each, at)
        for each in plan.changes:
            with _opened(root, each) as at, disk.telling(f"cannot write {each.path}"):
                _remove_leftovers(at)
                temporary = f"{_TEMPORARY[0]}{os.getpid()}{_TEMPORARY[1]}"
                disk.replace(conventions.LOCK, each.after.encode(), at, temporary)


@contextmanager
def _opened(root: Path, change: Change) -> Iterator[int]:
    """The directory, reached step by step: a link inside the repository was followed before, no new one is."""
    with ExitStack() as opened:
        with disk.telling(f"cannot open the directory of {change.path}"):
            base = Path(os.path.realpath(root, strict=True))
            folder = Path(os.path.realpath(base / change.directory, strict=True))
            if not folder.is_relative_to(base):
                raise GenError(f"the directory of {change.path} became a link out of the repository")
            at = opened.enter_context(disk.directory(base))
            for step in folder.relative_to(base).parts:
                at = opened.enter_context(disk.directory(step, at))
        yield at


def _demand_unchanged(change: Change, at: int) -> None:
    with disk.telling(f"cannot read {change.path}"):
        kind = disk.kind(conventions.LOCK, at)
        if kind not in {None, disk.Kind.FILE}:
            raise GenError(f"{change.path} is not a plain file", "remove it, then run the same command again")
        content = disk.read(conventions.LOCK, at) if kind is not None else None
    read = None if content is None else content.decode("utf-8", "replace")
    if read != change.before:
        raise GenError(
            f"{change.path} changed while it was looked at, so nothing was written",
            "run the same command again",
        )


def _remove_leftovers(at: int) -> None:
    """Of a run that was killed: they would keep `gen build` from its short cut."""
    for name in disk.entries(at):
        if name.startswith(_TEMPORARY[0]) and name.endswith(_TEMPORARY[1]):
            disk.remove(name, at)
