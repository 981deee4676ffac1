"""The migrations against `migrations.lock`: what was merged and is now edited, gone or renamed, what is new
and not locked, and what is new and comes too late.

goose knows a migration by its version alone and runs each once: an edit never reaches a database that has
it, and databases made before and after differ for good. The exception is a migration that failed wherever
it ran: goose stops at it, so nothing but an edit of that file gets past it.
"""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterable, Iterator, Mapping

from generator import conventions, model
from generator.diagnostics import Diagnostic, Position, Severity
from generator.migrations import lock, quoting
from generator.migrations.model import Lock, LockEntry, Migration

EDITED = "migration-locked-edited"
REMOVED = "migration-locked-removed"
RENAMED = "migration-locked-renamed"
UNLOCKED = "migration-unlocked"
ORDER = "migration-version-order"


def check(project: model.Project) -> Iterator[Diagnostic]:
    for service in project.services:
        held = service.lock
        if held.text is not None and held.is_sound:
            followers = successors(held.entries, held.entries, service.migrations, held.present)
            yield from changed(held, held.entries, service.migrations, held.present, followers)
            yield from _new(held, service.migrations, {each.name for each in followers.values()})


def changed(
    held: Lock,
    entries: Iterable[LockEntry],
    migrations: Iterable[Migration],
    present: Collection[str],
    followers: Mapping[str, Migration],
) -> Iterator[Diagnostic]:
    """The merged `entries` that are not what their files are. Files that are `present` without being
    migrations have been complained about."""
    by_name = {each.name: each for each in migrations}
    for entry in entries:
        found = by_name.get(entry.name)
        if found is not None:
            if digest(found) != entry.digest:
                yield edited(held, entry, found)
        elif entry.name not in present:
            yield gone(held, entry, followers.get(entry.name))


def successors(
    entries: Iterable[LockEntry],
    listed: Iterable[LockEntry],
    migrations: Iterable[Migration],
    present: Collection[str],
) -> dict[str, Migration]:
    """The migrations that the missing among `entries` became, by their old names: each of the same content,
    else of the same version, and not `listed` itself."""
    names = {each.name for each in listed}
    others = [each for each in migrations if each.name not in names]
    missing = [each for each in entries if each.name not in present]
    if not (others and missing):
        return {}
    by_content = {digest(each): each for each in others}
    by_version = {each.version: each for each in others}
    found = {each.name: by_content.get(each.digest) or by_version.get(each.version) for each in missing}
    return {name: other for name, other in found.items() if other is not None}


def digest(migration: Migration) -> str:
    """Of the file's bytes: they are UTF-8 and nothing else, or there would be no Migration."""
    return lock.digest(migration.text.encode())


def edited(held: Lock, entry: LockEntry, migration: Migration) -> Diagnostic:
    line_ends = _line_ends(entry, migration)
    message = f"`{entry.name}` is no longer what was merged, by its checksum in `{held.path}`"
    help = remedy(held, entry, migration.path)
    if line_ends is not None:
        message += f": the line ends are {line_ends}"
        help = (
            "Git changes them (core.autocrlf): write `*.sql -text` into .gitattributes and restore the file: "
            f"`rm {shlex.quote(migration.path)} && {restore(held, entry, migration.path)}`"
        )
    return Diagnostic(EDITED, message, help, Position(migration.path))


def gone(held: Lock, entry: LockEntry, other: Migration | None) -> Diagnostic:
    """A merged file that is not there: removed, or now `other`."""
    old = f"{held.path.removesuffix(conventions.LOCK)}{entry.name}"
    back = f"restore it: `{restore(held, entry, old)}`"
    not_merged = "if it was never merged: `gen lock --since origin/main`"
    where = Position.at(held.path, entry.line, 1, len(entry.digest) + 2 + len(entry.name))
    if other is None:
        message = f"`{entry.name}` was merged and is gone: a new database would lack what it makes"
        help = f"{back}; to undo what it does, write a new migration; {not_merged}"
        return Diagnostic(REMOVED, message, help, where)
    message = f"`{entry.name}` was merged and is now named `{quoting.shown(other.name)}`"
    if other.version != entry.version:
        message += ": goose would run it once more"
    help = f"name it as it was: `git mv {shlex.quote(other.path)} {shlex.quote(old)}`; {not_merged}"
    if digest(other) != entry.digest:
        help = f"remove `{other.path}` and {back}; {not_merged}"
    return Diagnostic(RENAMED, message, help, where)


def remedy(held: Lock, entry: LockEntry, path: str) -> str:
    """What to do about an edit, which depends on what only a person knows."""
    return (
        f"applied in any database: restore it (`{restore(held, entry, path)}`) and write a new migration; "
        "failed in every database that it ran in: "
        f"`gen lock --amend {entry.version} --reason TEXT`, in the middle of a merge with `--since origin/main`; "
        "not merged yet: `gen lock --since origin/main`"
    )


def restore(held: Lock, entry: LockEntry, path: str) -> str:
    """The command that brings the locked file back, from the commit that locked it, else from the index."""
    found = f"$(git log -1 --format=%h -S{entry.digest[:16]} -- {shlex.quote(held.path)})"
    return f"git checkout {found} -- {shlex.quote(path)}"


def too_low(migration: Migration, newest: int, where: str, highest: int = 0) -> Diagnostic:
    """A new migration at or below the `newest` version that is merged; `where` says what knows of it, `highest`
    is that of the directory."""
    relation = "below" if migration.version < newest else "the same as"
    digits = len(migration.name.partition("_")[0])
    better = f"{max(newest, highest) + 1:0{digits}d}_{migration.name.partition('_')[2]}"
    return Diagnostic(
        ORDER,
        f"version {migration.version} is new and {relation} {newest}, the newest {where}:"
        " goose fails where that one has run",
        f"give it a version above all others, such as `{quoting.shown(better)}`",
        Position(migration.path),
    )


def _new(held: Lock, migrations: Iterable[Migration], followers: Collection[str]) -> Iterator[Diagnostic]:
    # A second file of a locked version has been told of, as renamed or as a duplicate.
    listed = {each.version for each in held.entries}
    every = tuple(migrations)
    for each in every:
        if each.version in listed or each.name in followers:
            continue
        if each.version < held.newest:
            highest = max(one.version for one in every)
            yield too_low(each, held.newest, f"in `{held.path}`", highest)
        else:
            yield Diagnostic(
                UNLOCKED,
                f"`{each.name}` is not in `{held.path}`: a later edit of it would go unnoticed",
                "run `gen lock` and commit what it writes together with the migration",
                Position(each.path),
                Severity.WARNING,
            )


def _line_ends(entry: LockEntry, migration: Migration) -> str | None:
    plain = migration.text.replace("\r\n", "\n")
    if lock.digest(plain.encode()) == entry.digest:
        return "CRLF, and were LF"
    if lock.digest(plain.replace("\n", "\r\n").encode()) == entry.digest:
        return "LF, and were CRLF"
    return None
