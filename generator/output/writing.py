"""Do a plan, so that a kill at any moment leaves no half-written file and no tree that passes for whole.

The order, over all services: the journal; the files, each replaced or removed whole; then every
SHA256SUMS. Whoever runs `sha256sum -c` in each directory is told of a torn tree: the first step in a
directory makes its old SHA256SUMS fail for good (a listed file gets other bytes or goes), and where
no step would (a build that only adds files) the old SHA256SUMS itself goes first.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from generator import conventions, diagnostics
from generator.diagnostics import GenError
from generator.output import disk, planning, sums
from generator.output.journal import Journal, temporary
from generator.output.plans import Change, Directory, Plan, Tree, is_sums
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
        if _surprises(now, plan):
            raise GenError(
                f"{plan.request.shown} changed while this build was running, so nothing was written",
                "run the same command again",
            )
        if now.is_empty:
            return
        _do(now, state, proven)


def _surprises(now: Plan, told: Plan) -> bool:
    """Whether `now` would overwrite or remove what the person was not told of."""
    return (
        diagnostics.has_errors(now.diagnostics)
        or not set(now.edited) <= set(told.edited)
        or not set(now.removed_services) <= set(told.removed_services)
    )


def _do(plan: Plan, state: Path, proven: Journal) -> None:
    out, shown = plan.request.out, plan.request.shown
    token = os.urandom(4).hex()
    todo = [each for each in plan.directories if not each.is_empty]
    wanted = plan.request.wanted
    journal = proven.with_({each.service: _provable(each, wanted) for each in todo}, token)
    journal.save(state, out)
    with disk.telling(f"cannot write {shown}"):
        out.parent.mkdir(parents=True, exist_ok=True)
        with disk.directory(out.parent.resolve()) as above:
            disk.ensure_directory(out.name, above)
    with disk.telling(f"cannot write {shown}"), disk.directory(out) as at:
        for each in todo:
            with disk.telling(f"cannot write {shown}/{each.service}"):
                _files(each, token, at)
        for each in todo:
            with disk.telling(f"cannot write {shown}/{each.service}"):
                _close(each, wanted, token, at)
    journal.only_outside(plan.request.services).save(state, out)


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


def _close(directory: Directory, wanted: Tree, token: str, at: int) -> None:
    """The directory's SHA256SUMS: put in place, or gone, and the directory with it."""
    name = conventions.SUMS
    with disk.directory(directory.service, at) as inside:
        if not directory.wanted:
            for each in filter(is_sums, directory.changes):
                _step(each, token, inside)
        elif directory.changes:
            content = sums.render(wanted[directory.service])
            if disk.kind(name, inside) is None or any(map(is_sums, directory.changes)):
                disk.replace(name, content, inside, temporary(name, token))
    if directory.goes:
        disk.remove_directory(directory.service, at)


def _step(change: Change, token: str, inside: int) -> None:
    if change.new is None:
        disk.remove(change.name, inside)
    else:
        disk.replace(change.name, change.new, inside, temporary(change.name, token))


def _breaks(change: Change, listed: Mapping[str, frozenset[str]] | None) -> bool:
    """Whether the SHA256SUMS on disk fails from this change on, until it is replaced."""
    digests = (listed or {}).get(change.name, frozenset())
    return bool(digests - ({sums.digest(change.new)} if change.new is not None else set()))


def _provable(directory: Directory, wanted: Tree) -> dict[str, frozenset[str]]:
    """What is ours now and what is ours once written, by file name."""
    found = {name: {digest} for name, digest in directory.owned.items()}
    if directory.wanted:
        files = wanted[directory.service]
        for name, content in {**files, conventions.SUMS: sums.render(files)}.items():
            found.setdefault(name, set()).add(sums.digest(content))
    return {name: frozenset(digests) for name, digests in found.items()}
