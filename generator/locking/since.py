"""A project against a Git reference: what no look at the files alone can tell.

Somebody who edits a merged migration and its entry in the lock together leaves a sound lock behind, and a
new migration's version is too low only in comparison with what others have merged.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from generator import model
from generator.diagnostics import Diagnostic, Position
from generator.locking import references
from generator.locking.references import Reference
from generator.migrations import lock
from generator.migrations.model import LockEntry, Migration
from generator.rules import migration_lock

REWRITTEN = "migration-lock-rewritten"


def check(
    project: model.Project, root: Path, ref: str, told: Iterable[Diagnostic] = ()
) -> tuple[Diagnostic, ...]:
    """What the project does to what is merged at `ref`, without what has been `told` of the same place.

    GenError where Git cannot say what is at `ref`.
    """
    services = {each.lock.path: each for each in project.services}
    merged = references.read(root, ref, (each.migrations_directory for each in services.values()))
    known = {(each.rule, each.position) for each in told}
    found = [
        each
        for service in services.values()
        for each in _service(service, merged[service.migrations_directory], root)
    ]
    return tuple(each for each in found if (each.rule, each.position) not in known)


def too_low(
    migrations: Iterable[Migration], at: Reference, skipped: Iterable[str] = ()
) -> Iterator[Diagnostic]:
    """New migrations whose version is not above all that are merged; `skipped` are old ones under new names."""
    passed = frozenset(skipped)
    every = tuple(migrations)
    highest = max((each.version for each in every), default=0)
    for each in every:
        if each.version <= at.tip.newest and at.is_new(each.name) and each.name not in passed:
            yield migration_lock.too_low(each, at.tip.newest, f"at `{at.name}`", highest)


@dataclass(frozen=True, slots=True)
class _Compared:
    """One service beside what is merged. `present` are all files of its directory, `followers` the new
    migrations that merged ones became, by their old names."""

    service: model.Service
    at: Reference
    present: frozenset[str]
    followers: Mapping[str, Migration]


def _service(service: model.Service, at: Reference, root: Path) -> Iterator[Diagnostic]:
    held = service.lock
    present = _present(root / service.migrations_directory)
    both = [tip for tip, base in at.merged if tip is not None and base is not None]
    became = migration_lock.successors(both, both, service.migrations, present)
    followers = {old: new for old, new in became.items() if at.is_new(new.name)}
    yield from too_low(service.migrations, at, (each.name for each in followers.values()))
    if not held.is_sound:
        return  # told, and to be mended first
    compared = _Compared(service, at, present, followers)
    entries = {each.name: each for each in held.entries}
    if held.text is None and at.tip.has_lock and at.base.has_lock:
        yield _lock_gone(service, at)
    for tip, base in at.merged:
        merged = tip or base
        assert merged is not None
        now = entries.get(merged.name)
        if now is not None:
            # Whether the file is the entry's is looked at without Git.
            if not any(each is not None and lock.continues(now, each) for each in (tip, base)):
                yield _entry_changed(service, now, merged, at)
        elif held.text is not None and at.tip.has_lock and at.is_locked(merged.name):
            # Else merged in the meantime, or taken out there.
            if tip is not None and base is not None:
                yield _entry_gone(service, merged, at)
        else:
            yield from _file(compared, tip, base)


def _present(directory: Path) -> frozenset[str]:
    try:
        return frozenset(each.name for each in directory.iterdir())
    except (OSError, ValueError):
        return frozenset()  # told


def _file(compared: _Compared, tip: LockEntry | None, base: LockEntry | None) -> Iterator[Diagnostic]:
    """A merged migration that no lock here lists."""
    service, at = compared.service, compared.at
    entries = [each for each in (tip, base) if each is not None]
    name = entries[0].name
    found = next((each for each in service.migrations if each.name == name), None)
    if found is not None:
        if all(migration_lock.digest(found) != each.digest for each in entries):
            yield _file_edited(found, at)
    # A file that is no good migration any more has been complained about.
    elif len(entries) == 2 and name not in compared.present:
        path = Path(service.lock.path).with_name(name).as_posix()
        yield _file_gone(service, path, compared.followers.get(name), at)


def _lock_gone(service: model.Service, at: Reference) -> Diagnostic:
    path = service.lock.path
    return Diagnostic(
        REWRITTEN,
        f"`{path}` is gone, and `{at.name}` has it",
        f"restore it: `git checkout {shlex.quote(at.name)} -- {shlex.quote(path)}`",
        Position(path),
    )


def _entry_gone(service: model.Service, merged: LockEntry, at: Reference) -> Diagnostic:
    path = service.lock.path
    return Diagnostic(
        REWRITTEN,
        f"`{merged.name}` is locked at `{at.name}` and not in `{path}`",
        f"restore the migration and its entry: {_restore(service, merged, at)}",
        Position(path),
    )


def _entry_changed(service: model.Service, now: LockEntry, merged: LockEntry, at: Reference) -> Diagnostic:
    what = "another checksum" if now.digest != merged.digest else "other amendments"
    return Diagnostic(
        REWRITTEN,
        f"`{now.name}` has {what} in `{service.lock.path}` than at `{at.name}`, and no amendment that says why",
        f"if the migration was applied in any database, restore both: {_restore(service, merged, at)}; if it "
        f"failed in every database that it ran in: `gen lock --since {shlex.quote(at.name)} --amend {now.version} "
        "--reason TEXT`",
        Position.at(service.lock.path, now.line, 1, 64),
    )


def _restore(service: model.Service, merged: LockEntry, at: Reference) -> str:
    path = service.lock.path
    both = shlex.join([path, Path(path).with_name(merged.name).as_posix()])
    return f"`git checkout {shlex.quote(at.name)} -- {both}`, then `gen lock`"


def _file_edited(found: Migration, at: Reference) -> Diagnostic:
    return Diagnostic(
        migration_lock.EDITED,
        f"`{found.name}` is merged, and no longer what it is at `{at.name}`",
        "applied in any database: restore it "
        f"(`git checkout {shlex.quote(at.name)} -- {shlex.quote(found.path)}`) and write a new migration; failed in "
        f"every database that it ran in: `gen lock --since {shlex.quote(at.name)} --amend {found.version} --reason "
        "TEXT`",
        Position(found.path),
    )


def _file_gone(service: model.Service, path: str, other: Migration | None, at: Reference) -> Diagnostic:
    rule = migration_lock.REMOVED if other is None else migration_lock.RENAMED
    became = "gone" if other is None else f"now named `{other.name}`"
    where = service.where("migrations.directory") if other is None else Position(other.path)
    return Diagnostic(
        rule,
        f"`{Path(path).name}` is merged at `{at.name}` and {became}",
        f"restore it: `git checkout {shlex.quote(at.name)} -- {shlex.quote(path)}`"
        + ("; to undo what it does, write a new migration" if other is None else ", and remove the other"),
        where,
    )
