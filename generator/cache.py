"""Which services need not be rendered again: by service, a digest of the input and what it gave.

Untracked (`.gen/cache.json`) and never trusted for content: a service is fresh only when the files on
disk have exactly the recorded digests, nothing more and nothing less. A damaged or foreign cache is
an empty one.

After a build of everything that found nothing at all it also holds a digest of the raw input: the next
build with nothing to do is told from that, and needs no YAML, no models and no cdk8s.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import generator
from generator import conventions
from generator.output import disk, state, sums

NAME = "cache.json"
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Entry:
    key: str
    digests: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Settled:
    """The raw input that the entries, all of them, were made from: its digest, and where it is.

    `directories`: of the migrations, by service, as services.yaml names them.
    """

    digest: str
    directories: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Cache:
    """`path` is `.gen/cache.json`; `loaded` is what it holds on disk, so that `save` can tell a change."""

    path: Path
    entries: Mapping[str, Entry]
    settled: Settled | None
    loaded: tuple[Mapping[str, Entry], Settled | None] | None = field(repr=False)

    @classmethod
    def load(cls, path: Path) -> Cache:
        found = _parse(state.read(path.parent, path.name))
        return cls(path, *(found or ({}, None)), found)

    def is_whole(self, out: Path) -> bool:
        """Whether `out` holds exactly what is recorded for the settled input, and nothing else."""
        if self.settled is None or self.settled.directories.keys() != self.entries.keys():
            return False
        try:
            with disk.directory(out) as at:
                there = disk.entries(at).keys()
        except OSError:
            return False
        return there == self.entries.keys() and all(
            self.fresh(service, each.key, out) for service, each in self.entries.items()
        )

    def fresh(self, service: str, key: str, out: Path) -> bool:
        """Whether rendering `service` would give exactly what is in `out/<service>` now."""
        entry = self.entries.get(service)
        if entry is None or entry.key != key:
            return False
        try:
            with disk.directory(out) as at, disk.directory(service, at) as inside:
                return _is_exactly(entry.digests, inside)
        except OSError:
            return False

    def with_(self, service: str, key: str, files: Mapping[str, bytes]) -> Cache:
        entry = Entry(key, {name: sums.digest(content) for name, content in files.items()})
        return replace(self, entries={**self.entries, service: entry})

    def only(self, services: Collection[str]) -> Cache:
        """Without the services that left the input."""
        return replace(self, entries={name: each for name, each in self.entries.items() if name in services})

    def settle(self, settled: Settled | None) -> Cache:
        return replace(self, settled=settled)

    def save(self) -> None:
        """Nothing is written when nothing changed."""
        if (self.entries, self.settled) == self.loaded:
            return
        raw = {
            "version": _VERSION,
            "services": {
                service: {"key": each.key, "files": dict(each.digests)}
                for service, each in self.entries.items()
            },
            "settled": self.settled
            and {"digest": self.settled.digest, "directories": dict(self.settled.directories)},
        }
        content = json.dumps(raw, sort_keys=True).encode()
        with disk.telling(f"cannot write {self.path.parent.name}/{self.path.name}"):
            state.write(self.path.parent, self.path.name, content)


def key(*parts: bytes | str) -> str:
    """A digest over the parts and their borders."""
    whole = hashlib.sha256()
    for part in parts:
        content = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        whole.update(b"%c%d:" % (b"s" if isinstance(part, str) else b"b", len(content)))
        whole.update(content)
    return whole.hexdigest()


def code_digest() -> str:
    """A digest of what turns input into bytes: gen's own source and the versions beside its libraries.

    Read anew each time (about 6 ms): sizes and times of files say nothing after a checkout or an
    upgrade. The names of the `.dist-info` directories beside cdk8s give the versions without an import.
    """
    root = Path(generator.__file__).parent
    parts: list[bytes | str] = []
    for directory, names, files in os.walk(root):
        names[:] = sorted(name for name in names if name != "__pycache__")
        for name in sorted(files):
            if name.endswith((".py", ".sh")):
                path = Path(directory, name)
                parts += [path.relative_to(root).as_posix(), path.read_bytes()]
    return key(*parts, *_distributions())


def _distributions() -> list[str]:
    found = importlib.util.find_spec("cdk8s")
    if found is None or found.origin is None:
        return []
    beside = Path(found.origin).parent.parent
    return sorted(each.name for each in beside.glob("*.dist-info"))


def _is_exactly(digests: Mapping[str, str], inside: int) -> bool:
    there = disk.entries(inside)
    if there.keys() != {*digests, conventions.SUMS} or any(
        kind is not disk.Kind.FILE for kind in there.values()
    ):
        return False
    if disk.read(conventions.SUMS, inside) != sums.render_digests(digests):
        return False
    return all(_digest(name, inside) == digest for name, digest in digests.items())


def _digest(name: str, inside: int) -> str | None:
    content = disk.read(name, inside)
    return None if content is None else sums.digest(content)


def _parse(content: bytes | None) -> tuple[dict[str, Entry], Settled | None] | None:
    """What was saved; None for a cache that says nothing."""
    try:
        raw = json.loads(content or b"")
        if raw["version"] != _VERSION:
            return None
        entries = {
            service: Entry(_text(each["key"]), _texts(each["files"]))
            for service, each in raw["services"].items()
        }
        settled = raw["settled"]
        if settled is not None:
            settled = Settled(_text(settled["digest"]), _texts(settled["directories"]))
        return entries, settled
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _texts(value: Mapping[str, object]) -> dict[str, str]:
    return {key: _text(each) for key, each in value.items()}


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
