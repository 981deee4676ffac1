"""Compare `out/` with what it should be, and tell ours from what somebody else put there.

A file is ours when a SHA256SUMS with our header lists it with the digest that it has, or when the
journal of a killed build has that digest. Ours is replaced and removed; a listed file with another
digest was edited by hand: it is named, and overwritten only when it is wanted; all else is foreign:
named and kept. Nothing here writes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from generator import conventions
from generator.diagnostics import Diagnostic
from generator.output import disk, findings, sums
from generator.output.disk import Kind
from generator.output.journal import Journal
from generator.output.plans import Change, Directory, Plan, Request, Tree


def plan(
    out: Path,
    wanted: Tree,
    services: Collection[str] | None = None,
    proven: Journal | None = None,
    unchanged: Collection[str] = (),
    shown: str = conventions.OUTPUT,
) -> Plan:
    """What has to change in `out`.

    `services`: look at these only (`--service`). `unchanged`: known to be right, for instance by the
    cache; they need not be in `wanted`. `shown`: how a person calls `out`.
    """
    only = None if services is None else frozenset(services)
    return again(Request(out, wanted, only, frozenset(unchanged), shown), proven or Journal())


def again(request: Request, proven: Journal) -> Plan:
    """The plan for the same request as things are now."""
    _demand_sense(request)
    with disk.telling(f"cannot read {request.shown}"):
        there = disk.kind(request.out)
    if there is None:
        directories = (_new(service, request.wanted[service]) for service in _wanted(request))
        return Plan(request, tuple(directories), (), ())
    if there is not Kind.DIRECTORY:
        return Plan(request, (), (), (findings.in_the_way(request.shown, there),))
    with disk.telling(f"cannot read {request.shown}"), disk.directory(request.out) as at:
        return _compare(request, proven, at)


def _compare(request: Request, proven: Journal, at: int) -> Plan:
    directories: list[Directory] = []
    others: list[str] = []
    problems: list[Diagnostic] = []
    there = disk.entries(at)
    for service in sorted(there.keys() | request.wanted.keys()):
        kind = there.get(service)
        if not request.covers(service):
            continue
        if service in request.wanted:
            directories.append(_wanted_directory(request, service, kind, proven, at))
        elif kind is Kind.DIRECTORY:
            found = _unwanted_directory(request, service, proven, at)
            if found is None:
                others.append(f"{service}/")
                problems += _orphans(request, service, at)
            else:
                directories.append(found)
        else:
            others.append(service)
    return Plan(request, tuple(directories), tuple(others), tuple(problems))


def _orphans(request: Request, service: str, at: int) -> Iterator[Diagnostic]:
    """Tells of a directory that is not ours and holds manifests: perhaps a service that left, with its
    SHA256SUMS lost or its files edited."""
    path = f"{request.shown}/{service}"
    with disk.telling(f"cannot read {path}"), suppress(FileNotFoundError):
        with disk.directory(service, at) as inside:
            names = sorted(disk.entries(inside))
        yield from findings.orphans(path, names)


def _wanted_directory(
    request: Request, service: str, kind: Kind | None, proven: Journal, at: int
) -> Directory:
    files = request.wanted[service]
    if kind is None:
        return _new(service, files)
    path = f"{request.shown}/{service}"
    if kind is not Kind.DIRECTORY:
        return Directory(service, wanted=True, diagnostics=(findings.in_the_way(path, kind),))
    with disk.telling(f"cannot read {path}"):
        try:
            with disk.directory(service, at) as inside:
                return _Comparison(path, service, _whole(files), proven, inside).result(wanted=True)
        except FileNotFoundError:
            return _new(service, files)


def _unwanted_directory(request: Request, service: str, proven: Journal, at: int) -> Directory | None:
    """A directory whose service left the input; None when it is not ours."""
    path = f"{request.shown}/{service}"
    with disk.telling(f"cannot read {path}"):
        try:
            with disk.directory(service, at) as inside:
                comparison = _Comparison(path, service, {}, proven, inside)
                is_ours = comparison.listing is not None or service in proven.services
                return comparison.result(wanted=False) if is_ours else None
        except FileNotFoundError:
            # Another build removed it a moment ago.
            return Directory(service, wanted=False)


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What is to be done about one name. `owned`: the digest of a file of ours."""

    name: str
    change: Change | None = None
    owned: str | None = None
    is_leftover: bool = False
    is_edited: bool = False
    is_foreign: bool = False
    diagnostics: tuple[Diagnostic, ...] = ()


class _Comparison:
    """One directory: what is in it against what should be (nothing, when `target` is empty)."""

    def __init__(
        self, path: str, service: str, target: Mapping[str, bytes], proven: Journal, inside: int
    ) -> None:
        self._path = path
        self._service = service
        self._target = target
        self._proven = proven
        self._inside = inside
        self._kinds = disk.entries(inside)
        content = self._read(conventions.SUMS)
        self.listing = None if content is None else sums.parse(content, f"{path}/{conventions.SUMS}")
        self._listed = {} if self.listing is None else dict(self.listing.digests)

    def result(self, *, wanted: bool) -> Directory:
        found = [self._verdict(name) for name in sorted(self._kinds.keys() | self._target.keys())]
        doubts = () if self.listing is None else self.listing.diagnostics
        return Directory(
            service=self._service,
            wanted=wanted,
            listed=None if self.listing is None else self._listed,
            owned={each.name: each.owned for each in found if each.owned is not None},
            changes=tuple(each.change for each in found if each.change is not None),
            leftovers=tuple(each.name for each in found if each.is_leftover),
            edited=tuple(each.name for each in found if each.is_edited),
            foreign=tuple(each.name for each in found if each.is_foreign),
            goes=not wanted and not any(each.is_foreign for each in found),
            diagnostics=(*doubts, *(diagnostic for each in found for diagnostic in each.diagnostics)),
        )

    def _verdict(self, name: str) -> _Verdict:
        path, new, kind = f"{self._path}/{name}", self._target.get(name), self._kinds.get(name)
        if kind is Kind.LINK or (kind not in (None, Kind.FILE) and new is not None):
            return _Verdict(name, diagnostics=(findings.in_the_way(path, kind),))
        if kind is Kind.FILE and self._proven.is_leftover(self._service, name):
            return _Verdict(name, is_leftover=True)
        old = self._read(name) if new is not None or self._is_claimed(name) else None
        if old is None:
            return self._absent_or_unread(name, path)
        if self._is_ours(name, old):
            change = None if old == new else Change(self._service, name, old, new)
            return _Verdict(name, change, owned=sums.digest(old))
        if old == new:
            return _Verdict(name)
        is_edited = name in self._listed
        change = None if new is None else Change(self._service, name, old, new)
        found = [findings.edited(path, kept=new is None)] if is_edited else []
        if new is None:
            found.extend(findings.manifest(path, name))
        elif not is_edited:
            found.append(findings.foreign(path, name))
        return _Verdict(name, change, is_edited=is_edited, is_foreign=new is None, diagnostics=tuple(found))

    def _absent_or_unread(self, name: str, path: str) -> _Verdict:
        """A file that is still to be made, or something that nobody claims for gen."""
        new = self._target.get(name)
        if new is not None:
            return _Verdict(name, Change(self._service, name, None, new))
        is_file = self._kinds.get(name) is Kind.FILE
        return _Verdict(
            name, is_foreign=True, diagnostics=tuple(findings.manifest(path, name)) if is_file else ()
        )

    def _read(self, name: str) -> bytes | None:
        return disk.read(name, self._inside) if self._kinds.get(name) is Kind.FILE else None

    def _is_claimed(self, name: str) -> bool:
        return name == conventions.SUMS or name in self._listed or name in self._proven.names(self._service)

    def _is_ours(self, name: str, content: bytes) -> bool:
        if name == conventions.SUMS and self.listing is not None:
            return True
        digest = sums.digest(content)
        return digest in self._listed.get(name, ()) or self._proven.proves(self._service, name, digest)


def _new(service: str, files: Mapping[str, bytes]) -> Directory:
    whole = _whole(files)
    changes = tuple(Change(service, name, None, whole[name]) for name in sorted(whole))
    return Directory(service, wanted=True, changes=changes)


def _whole(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {**files, conventions.SUMS: sums.render(files)}


def _wanted(request: Request) -> Iterator[str]:
    return (service for service in sorted(request.wanted) if request.covers(service))


def _demand_sense(request: Request) -> None:
    """An empty or odd tree is a broken invariant of the caller: it would prune or escape `out/`."""
    if not request.wanted and not request.unchanged and request.services is None:
        raise ValueError("a tree without any service would empty the output directory")
    for service, files in request.wanted.items():
        if not files:
            raise ValueError(f"service {service!r} has no files")
        for name in (service, *files):
            if not sums.is_plain(name):
                raise ValueError(f"not a plain name: {name!r}")
