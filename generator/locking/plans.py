"""What `gen lock` would write, and everything that forbids it: all services are looked at before any file is.

An entry that is merged never changes but by an amendment. Without a Git reference every entry counts as
merged; with one, those that it has.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from generator import diagnostics, model
from generator.diagnostics import Diagnostic, Position
from generator.locking import amending, references, since
from generator.locking.amending import Amendment
from generator.locking.references import Reference
from generator.migrations import lock
from generator.migrations.model import LockEntry, Migration
from generator.rules import migration_lock

# Looked at anew, since what they mean depends on what is asked for.
_OWN = frozenset(
    {
        lock.CONFLICT,
        lock.INVALID,
        migration_lock.EDITED,
        migration_lock.REMOVED,
        migration_lock.RENAMED,
        migration_lock.UNLOCKED,
        migration_lock.ORDER,
    }
)


@dataclass(frozen=True, slots=True)
class Change:
    """One lock file. The names are of migrations: `rewritten` and `dropped` are entries that are not merged.

    `path` is as shown, `directory` as in services.yaml; `before` is None where there is no file.
    """

    path: str
    directory: str
    before: str | None
    after: str
    locked: tuple[str, ...]
    amended: tuple[str, ...]
    rewritten: tuple[str, ...]
    dropped: tuple[str, ...]

    @property
    def is_needed(self) -> bool:
        """Line ends are Git's affair (core.autocrlf)."""
        return self.before is None or self.before.replace("\r\n", "\n") != self.after


@dataclass(frozen=True, slots=True)
class Plan:
    """`changes` are those that are needed, none where the diagnostics have errors."""

    diagnostics: tuple[Diagnostic, ...]
    changes: tuple[Change, ...]

    @property
    def is_refused(self) -> bool:
        return diagnostics.has_errors(self.diagnostics)


def plan(
    project: model.Project,
    root: Path,
    told: Iterable[Diagnostic],
    only: Collection[str] = (),
    ref: str | None = None,
    amendment: Amendment | None = None,
) -> Plan:
    """`told` is what the check found, `only` the names of services, `ref` a Git reference.

    GenError where Git cannot say what is at `ref`.
    """
    wanted = {amendment.service} if amendment is not None else only
    # Of services that share a directory, the first: that one is an amendment's target.
    all_of_them = reversed(project.services)
    chosen = {each.lock.path: each for each in all_of_them if not wanted or each.name in wanted}
    others = [each.lock.path for each in project.services if each.lock.path not in chosen]
    found = [each for each in told if _concerns(each, chosen, others)]
    directories = [each.migrations_directory for each in chosen.values()]
    merged = references.read(root, ref, directories) if ref is not None else {}
    changes = []
    for service in chosen.values():
        if not service.migrations or (service.lock.text is None and not service.lock.is_sound):
            continue  # told
        draft = _Draft(service, merged.get(service.migrations_directory), amendment)
        problems, change = draft.made()
        found += problems
        changes.append(change)
    found = [*diagnostics.ordered(found)]
    refused = diagnostics.has_errors(found)
    needed = sorted((each for each in changes if each.is_needed), key=lambda each: each.path)
    return Plan(tuple(found), () if refused else tuple(needed))


def verified(plan: Plan, project: model.Project, amendment: Amendment, database: str) -> Plan:
    """The plan, refused where the amended version is applied in the database at this address.

    GenError where that cannot be told.
    """
    service = next(each for each in project.services if each.name == amendment.service)
    problem = amending.refused(service, amendment.version, database)
    return plan if problem is None else Plan((*plan.diagnostics, problem), ())


def _concerns(found: Diagnostic, chosen: Mapping[str, model.Service], others: Iterable[str]) -> bool:
    """Not what is said of another service's migrations, nor what is looked at anew."""
    folder, _, name = found.position.path.rpartition("/")
    if any(each.rpartition("/")[0] == folder and each != found.position.path for each in others) and name:
        return False
    if found.rule not in _OWN:
        return True
    # A lock that cannot be opened: nothing here can look at it anew.
    service = chosen.get(found.position.path)
    return service is not None and service.lock.text is None


@dataclass(frozen=True, slots=True)
class _Draft:
    """The new lock of one directory; `at` is what is merged, None for all that is locked."""

    service: model.Service
    at: Reference | None
    amendment: Amendment | None

    def made(self) -> tuple[list[Diagnostic], Change]:
        held, migrations = self.service.lock, self.service.migrations
        written, found = held.entries, list[Diagnostic]()
        if held.text is not None and not held.is_sound:
            written, found = lock.mend(held.path, held.text, is_known=self.at is not None)
        fixed = self._fixed(written)
        known = {each.name: each for each in fixed}
        present = held.present or frozenset(each.name for each in migrations)
        followers = migration_lock.successors(fixed, fixed, migrations, present)
        if not diagnostics.has_errors(found):
            amended = self._amended(known, found)
            checked = [each for each in fixed if each.name != amended]
            found += migration_lock.changed(held, checked, migrations, present, followers)
            found += self._order(fixed, followers)
        return found, self._change(written, known)

    def _fixed(self, written: Iterable[LockEntry]) -> list[LockEntry]:
        """The entries that are merged, as they are to stay."""
        if self.at is None:
            return list(written)
        now = {each.name: each for each in written}
        digests = {each.name: migration_lock.digest(each) for each in self.service.migrations}
        fixed = []
        for tip, base in self.at.merged:
            merged = [each for each in (tip, base) if each is not None]
            name = merged[0].name
            own = now.get(name)
            if name not in digests and len(merged) == 1:
                continue  # merged in the meantime, or taken out there
            if own is not None and any(lock.continues(own, each) for each in merged):
                # It may be an amendment of this branch.
                merged.insert(0, own)
            line = own.line if own is not None else 1
            best = next((each for each in merged if each.digest == digests.get(name)), merged[0])
            fixed.append(replace(best, line=line))
        return fixed

    def _amended(self, known: dict[str, LockEntry], found: list[Diagnostic]) -> str | None:
        """Puts the amendment into the entries; the name of its migration."""
        if self.amendment is None:
            return None
        version = self.amendment.version
        migration = next(each for each in self.service.migrations if each.version == version)
        digest = migration_lock.digest(migration)
        old = known.get(migration.name) or LockEntry(migration.name, version, "", 1)
        if old.digest == digest:
            found.append(_nothing_to_amend(migration, old, self.service.lock.path))
        elif self.at is not None and migration.name not in known:
            found.append(_not_merged(migration, self.at))
        else:
            reasons = (*old.amendments, self.amendment.reason)
            known[migration.name] = replace(old, digest=digest, amendments=reasons)
        return migration.name

    def _order(self, fixed: Iterable[LockEntry], followers: Mapping[str, Migration]) -> list[Diagnostic]:
        migrations = self.service.migrations
        passed = {each.name for each in followers.values()}
        if self.at is not None:
            return list(since.too_low(migrations, self.at, passed))
        versions = {each.version for each in fixed}
        newest = max(versions, default=0)
        where = f"in `{self.service.lock.path}`"
        new = [each for each in migrations if each.version not in versions and each.name not in passed]
        highest = max((each.version for each in migrations), default=0)
        return [migration_lock.too_low(each, newest, where, highest) for each in new if each.version < newest]

    def _change(self, written: Iterable[LockEntry], known: Mapping[str, LockEntry]) -> Change:
        held = self.service.lock
        was = {each.name: each for each in written}
        entries = [known.get(each.name) or _entry(each, was) for each in self.service.migrations]
        reworded = [each for each in entries if each.name in was and not _same(was[each.name], each)]
        amended = {self.amendment.version} if self.amendment is not None else set()
        return Change(
            path=held.path,
            directory=self.service.migrations_directory,
            before=held.text,
            after=lock.render(entries),
            locked=tuple(
                each.name for each in entries if each.name not in was and each.version not in amended
            ),
            amended=tuple(each.name for each in entries if each.version in amended),
            rewritten=tuple(each.name for each in reworded if each.version not in amended),
            dropped=tuple(sorted(set(was) - {each.name for each in entries})),
        )


def _entry(migration: Migration, was: Mapping[str, LockEntry]) -> LockEntry:
    """Of a migration that is not merged. Amendments stay, whatever they were for."""
    old = was.get(migration.name)
    reasons = old.amendments if old is not None else ()
    return LockEntry(migration.name, migration.version, migration_lock.digest(migration), 1, reasons)


def _same(one: LockEntry, other: LockEntry) -> bool:
    return (one.digest, one.amendments) == (other.digest, other.amendments)


def _not_merged(migration: Migration, at: Reference) -> Diagnostic:
    return Diagnostic(
        migration_lock.EDITED,
        f"there is nothing to amend: `{migration.name}` is not merged at `{at.name}`",
        f"run `gen lock --since {at.name}`, which takes it as it is",
        Position(migration.path),
    )


def _nothing_to_amend(migration: Migration, entry: LockEntry, path: str) -> Diagnostic:
    return Diagnostic(
        migration_lock.EDITED,
        f"there is nothing to amend: `{migration.name}` is what `{path}` says",
        "edit the migration first, then run the same command again",
        Position.at(path, entry.line, 1),
    )
