"""What is merged at a Git reference, and what was when the branch left it.

A branch that is behind lacks what was merged since, which is no mistake: what it changed is told against
the newest common commit (`base`), what is merged now, for the order of versions, by the reference (`tip`).
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from generator import conventions, git
from generator.diagnostics import has_errors
from generator.migrations import lock, names
from generator.migrations.model import LockEntry


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One migrations directory in one commit.

    `merged` are by name the entries of its lock, and one for each file that is not in it, which are `unlocked`;
    `versions` the names by version of all files and entries.
    """

    has_lock: bool
    merged: Mapping[str, LockEntry]
    unlocked: frozenset[str]
    versions: Mapping[int, str]

    @property
    def newest(self) -> int:
        return max(self.versions, default=0)


@dataclass(frozen=True, slots=True)
class Reference:
    """One migrations directory; `name` is the reference as a person wrote it."""

    name: str
    tip: Snapshot
    base: Snapshot

    @property
    def merged(self) -> Iterator[tuple[LockEntry | None, LockEntry | None]]:
        """Each migration that is merged, in the tip and in the base."""
        for each in sorted({*self.tip.merged, *self.base.merged}):
            yield self.tip.merged.get(each), self.base.merged.get(each)

    def is_locked(self, name: str) -> bool:
        """Whether a lock lists it, there or where the branch began."""
        return any(name in each.merged and name not in each.unlocked for each in (self.tip, self.base))

    def is_new(self, name: str) -> bool:
        return all(name not in each.versions.values() for each in (self.tip, self.base))


def read(root: Path, name: str, directories: Iterable[str]) -> dict[str, Reference]:
    """The reference's state of each directory, which count from `root`. GenError as of `git`."""
    wanted = sorted(set(directories))
    tip, base = git.commit(root, name), git.merge_base(root, name)
    at = {commit: _snapshots(root, commit, wanted) for commit in {tip, base}}
    return {each: Reference(name, at[tip][each], at[base][each]) for each in wanted}


def _snapshots(root: Path, commit: str, directories: Iterable[str]) -> dict[str, Snapshot]:
    with git.opened(root, commit) as tree:
        return {each: _snapshot(tree, posixpath.normpath(each)) for each in directories}


def _snapshot(tree: git.Tree, directory: str) -> Snapshot:
    files = tree.files(directory, lambda name: _version(name) is not None)
    held = tree.file(posixpath.join(directory, conventions.LOCK))
    entries: tuple[LockEntry, ...] = ()
    if held is not None:
        entries, found = lock.mend(conventions.LOCK, held.decode("utf-8", "replace"))
        # A lock that nobody can read says nothing: then the files do.
        if has_errors(found):
            held, entries = None, ()
    versions = {version: name for name in files if (version := _version(name)) is not None}
    listed = {each.version for each in entries}
    unlocked = [
        LockEntry(name, version, lock.digest(files[name]), 1)
        for version, name in versions.items()
        if version not in listed
    ]
    return Snapshot(
        held is not None,
        {each.name: each for each in (*entries, *unlocked)},
        frozenset(each.name for each in unlocked),
        versions | {each.version: each.name for each in entries},
    )


def _version(name: str) -> int | None:
    number = names.version(name) if name.endswith(".sql") else None
    return number if number is not None and 1 <= number <= names.MAX_VERSION else None
