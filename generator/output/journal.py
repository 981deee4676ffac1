"""What a build is about to write, noted in `.gen/` before it touches `out/`.

After a kill some files are not listed in any SHA256SUMS yet, or differ from the digest that is. The
journal proves them ours, so that the next build, perhaps from other input, mends them and calls them
neither foreign nor edited by hand. It goes when the build ends, so one that is found was left by a
build that did not; a second kill adds to it. A damaged one proves nothing and is no error.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from generator.output import disk, state

NAME = "journal.json"
_VERSION = 1

Files = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Journal:
    """By service and file name, the digests that gen wrote or was about to write.

    `tokens` are in the temporary names of the builds that left this journal.
    """

    services: Mapping[str, Files] = field(default_factory=dict)
    tokens: frozenset[str] = frozenset()

    @classmethod
    def load(cls, directory: Path, out: Path) -> Journal:
        """The journal of the output directory `out` in the state directory, empty when there is none."""
        found = _trees(directory).get(_key(directory, out))
        return found if found is not None else cls()

    def save(self, directory: Path, out: Path) -> None:
        """Write it, or remove what there is of it when it holds nothing. Needs the lock."""
        trees = dict(_trees(directory))
        if self.services:
            trees[_key(directory, out)] = self
        else:
            trees.pop(_key(directory, out), None)
        with disk.telling(f"cannot write {directory.name}/{NAME}"):
            if trees:
                state.write(directory, NAME, _dump(trees))
            else:
                state.remove(directory, NAME)

    def names(self, service: str) -> frozenset[str]:
        return frozenset(self.services.get(service, ()))

    def proves(self, service: str, name: str, digest: str) -> bool:
        return digest in self.services.get(service, {}).get(name, frozenset())

    def is_leftover(self, service: str, name: str) -> bool:
        """Whether it is the temporary file of a killed build."""
        return any(name == temporary(file, token) for file in self.names(service) for token in self.tokens)

    def with_(self, services: Mapping[str, Files], token: str) -> Journal:
        """This and what a further build is about to write."""
        joined: dict[str, Files] = dict(self.services)
        for service, files in services.items():
            known = joined.get(service, {})
            joined[service] = {
                name: known.get(name, frozenset()) | files.get(name, frozenset())
                for name in known.keys() | files.keys()
            }
        return Journal(joined, self.tokens | {token})

    def only_outside(self, services: frozenset[str] | None) -> Journal:
        """What is left to prove once these services (None: all) are whole."""
        left = {} if services is None else {k: v for k, v in self.services.items() if k not in services}
        return Journal(left, self.tokens if left else frozenset())


def temporary(name: str, token: str) -> str:
    return f".{name}.{token}.tmp"


def _key(directory: Path, out: Path) -> str:
    return os.path.relpath(out.absolute(), directory.absolute())


def _trees(directory: Path) -> dict[str, Journal]:
    content = state.read(directory, NAME)
    if content is None:
        return {}
    try:
        raw = json.loads(content)
        if raw["version"] != _VERSION:
            return {}
        return {str(out): _parse(each) for out, each in raw["trees"].items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _parse(raw: Mapping[str, Mapping[str, Mapping[str, list[str]]]]) -> Journal:
    services = {
        service: {name: frozenset(map(str, digests)) for name, digests in files.items()}
        for service, files in raw["services"].items()
    }
    return Journal(services, frozenset(map(str, raw["tokens"])))


def _dump(trees: Mapping[str, Journal]) -> bytes:
    raw = {
        out: {
            "services": {
                service: {name: sorted(digests) for name, digests in files.items()}
                for service, files in each.services.items()
            },
            "tokens": sorted(each.tokens),
        }
        for out, each in trees.items()
    }
    return json.dumps({"version": _VERSION, "trees": raw}, sort_keys=True).encode()
