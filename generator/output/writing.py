"""Do a plan, so that a kill at any moment leaves no half-written file and no tree that passes for whole.

The order, over all services: the journal; the files, each replaced or removed whole; then every
SHA256SUMS. Whoever runs `sha256sum -c` in each directory is told of a torn tree: the first step in a
directory makes its old SHA256SUMS fail for good (a listed file gets other bytes or goes), and where
no step would (a build that only adds files) the old SHA256SUMS itself goes first.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path

from generator import conventions, diagnostics
from generator.diagnostics import GenError
from generator.output import disk, planning, sums
from generator.output.journal import Journal, temporary
from generator.output.plans import Change, Directory, Plan, is_sums
from generator.output.state import locked


def apply(plan: Plan, state: Path) -> None:
    """Bring `out/` to what the plan says; `state` is `.gen/`. Nothing is written for an empty plan.

    GenError when another build holds the lock, when `out/` is no longer what was planned for, or when
    the disk refuses; then the next build mends what is half done.
    """
    if diagnostics.has_errors(plan.diagnostics):
        raise ValueError("a plan with errors must not be applied")
    if plan.is_empty:
        return
    with locked(state):
        proven = Journal.load(state, plan.request.out)
        now = planning.again(plan.request, proven)
        if now.is_empty and not diagnostics.has_errors(now.diagnostics):
            return
        if now != plan:
            raise GenError(
                f"{plan.request.shown} changed while this build was running, so nothing was written",
                "run the same command again",
            )
        _do(now, state, proven)


def _do(plan: Plan, state: Path, proven: Journal) -> None:
    out, shown = plan.request.out, plan.request.shown
    token = secrets.token_hex(4)
    todo = [each for each in plan.directories if not each.is_empty]
    journal = proven.with_({each.service: _provable(each) for each in todo}, token)
    journal.save(state, out)
    with disk.telling(f"cannot write {shown}"):
        out.parent.mkdir(parents=True, exist_ok=True)
        with disk.directory(out.parent) as above:
            disk.ensure_directory(out.name, above)
    with disk.telling(f"cannot write {shown}"), disk.directory(out) as at:
        for each in todo:
            with disk.telling(f"cannot write {shown}/{each.service}"):
                _files(each, token, at)
        for each in todo:
            with disk.telling(f"cannot write {shown}/{each.service}"):
                _close(each, token, at)
    whole = (service for service in journal.services if plan.request.covers(service))
    journal.without(frozenset(whole)).save(state, out)


def _files(directory: Directory, token: str, at: int) -> None:
    if directory.wanted:
        disk.ensure_directory(directory.service, at)
    steps = sorted(
        (each for each in directory.changes if not is_sums(each)),
        key=lambda each: (not _breaks(each, directory.listed), each.name),
    )
    with disk.directory(directory.service, at) as inside:
        for name in directory.leftovers:
            disk.remove(name, inside)
        if steps and not _breaks(steps[0], directory.listed):
            disk.remove(conventions.SUMS, inside)
        for each in steps:
            _step(each, token, inside)


def _close(directory: Directory, token: str, at: int) -> None:
    """The directory's SHA256SUMS: back in place, or gone with the directory."""
    with disk.directory(directory.service, at) as inside:
        if directory.wanted and directory.changes:
            content = _sums(directory)
            if disk.read(conventions.SUMS, inside) != content:
                disk.replace(conventions.SUMS, content, inside, temporary(conventions.SUMS, token))
        elif not directory.wanted:
            for each in filter(is_sums, directory.changes):
                _step(each, token, inside)
    if directory.goes:
        disk.remove_directory(directory.service, at)
