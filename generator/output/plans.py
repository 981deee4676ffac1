"""What a build would do to `out/`, as values: compared by `--check`, shown by `--diff`, done by `apply`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from generator import conventions
from generator.diagnostics import Diagnostic, ordered

Tree = Mapping[str, Mapping[str, bytes]]


@dataclass(frozen=True, slots=True)
class Request:
    """What `out/` should be.

    `services`: look at these only; None for all. `unchanged`: services that are known to be right on
    disk and need not be in `wanted`. `shown`: how a person calls `out`.
    """

    out: Path
    wanted: Tree
    services: frozenset[str] | None
    unchanged: frozenset[str]
    shown: str

    def covers(self, service: str) -> bool:
        return service not in self.unchanged and (self.services is None or service in self.services)


@dataclass(frozen=True, slots=True)
class Change:
    """One file: `old` is None when it is not there, `new` is None when it goes."""

    service: str
    name: str
    old: bytes | None
    new: bytes | None

    @property
    def path(self) -> str:
        """Seen from `out/`."""
        return f"{self.service}/{self.name}"


@dataclass(frozen=True, slots=True)
class Directory:
    """One `out/<service>/`.

    `listed`: what its SHA256SUMS says now, None without one of ours. `owned`: digests of files that are
    on disk and ours. `leftovers`, `edited`, `foreign`: names; `foreign` are kept. `goes`: the directory
    itself is removed, for nothing stays in it.
    """

    service: str
    wanted: bool
    listed: Mapping[str, frozenset[str]] | None = None
    owned: Mapping[str, str] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    leftovers: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    goes: bool = False
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.changes or self.leftovers or self.goes)


@dataclass(frozen=True, slots=True)
class Plan:
    """All paths are seen from `out/`, sorted. A plan with errors among its diagnostics is never applied."""

    request: Request
    directories: tuple[Directory, ...]
    others: tuple[str, ...]
    problems: tuple[Diagnostic, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do. Look at `diagnostics` first: an error may hide work."""
        return all(each.is_empty for each in self.directories)

    @property
    def changes(self) -> tuple[Change, ...]:
        found = (change for each in self.directories for change in each.changes)
        return tuple(sorted(found, key=lambda change: change.path))

    @property
    def writes(self) -> tuple[Change, ...]:
        return tuple(each for each in self.changes if each.new is not None)

    @property
    def deletes(self) -> tuple[Change, ...]:
        return tuple(each for each in self.changes if each.new is None)

    @property
    def leftovers(self) -> tuple[str, ...]:
        """Temporary files of a killed build."""
        return self._paths({each.service: each.leftovers for each in self.directories})

    @property
    def edited(self) -> tuple[str, ...]:
        """Listed files whose bytes are not what gen wrote: overwritten when wanted, kept when not."""
        return self._paths({each.service: each.edited for each in self.directories})

    @property
    def foreign(self) -> tuple[str, ...]:
        """Files and directories that are not gen's and stay; a directory ends with `/`."""
        inside = self._paths({each.service: each.foreign for each in self.directories})
        return tuple(sorted((*inside, *self.others)))

    @property
    def removed_services(self) -> tuple[str, ...]:
        """Services that left the input and whose files go now."""
        return tuple(sorted(each.service for each in self.directories if not (each.wanted or each.is_empty)))

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        inside = (found for each in self.directories for found in each.diagnostics)
        return ordered((*self.problems, *inside))

    @staticmethod
    def _paths(names: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
        return tuple(sorted(f"{service}/{name}" for service, found in names.items() for name in found))


def is_sums(change: Change) -> bool:
    return change.name == conventions.SUMS
