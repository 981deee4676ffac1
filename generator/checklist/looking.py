"""The files of `prisma.tests`, gone through for calls of Prisma Client: first those that are tests, then what lies
beside them, only to say where else a model is used."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from generator.checklist import accessors, trees
from generator.checklist.accessors import Found

ENDINGS = frozenset(
    {".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"},
)
MAX_BYTES = 2 * 1024 * 1024
MAX_TOTAL = 64 * 1024 * 1024
# The last word of a folder's name: `integration-tests`.
_FOLDER = re.compile(r"(?:\A|[-_.])(?:tests?|e2e|specs?|integration|__tests__)\Z")
_NAME = re.compile(r"\.(?:test|spec|e2e)\.|-spec\.|_test\.")
_PACKAGE = "@prisma/client"


@dataclass(frozen=True, slots=True)
class Use:
    """The first call of a model, as it is written. `is_clients`: the file names Prisma Client."""

    path: str
    line: int
    said: str
    is_clients: bool


@dataclass(slots=True)
class Looked:
    """By accessor, where it is used in a test, where in one that is skipped, and where in what is no test; `files` is
    how many tests were read, `others` how many files are none, `wrong` which of the paths cannot be looked at, by
    number, and why."""

    uses: dict[str, Use] = field(default_factory=dict)
    skipped: dict[str, Use] = field(default_factory=dict)
    beside: dict[str, Use] = field(default_factory=dict)
    files: int = 0
    others: int = 0
    unread: list[str] = field(default_factory=list)
    wrong: dict[int, str] = field(default_factory=dict)


def look(root: Path, paths: Sequence[str], wanted: Collection[str], clients: Collection[str]) -> Looked:
    """`paths` and `clients`, the folders of generated clients, count from `root`."""
    walk = trees.Walk(root, ENDINGS)
    found = Looked(unread=walk.unread)
    tests: list[tuple[str, Path]] = []
    others: list[tuple[str, Path]] = []
    named = {trees.shown(each) for each in paths}
    for number, path in enumerate(paths):
        try:
            for shown, file in sorted(walk.files(path)):
                (tests if shown in named or is_test(shown) else others).append((shown, file))
        except trees.Unreadable as reason:
            found.wrong[number] = str(reason)
    found.files = _read(walk, tests, wanted, found.uses, found.skipped, clients)
    found.others = len(others)
    # What cannot be read there would be no test.
    beside = trees.Walk(root, ENDINGS)
    _read(beside, others, wanted - found.uses.keys(), found.beside, {}, clients)
    return found


def is_test(path: str) -> bool:
    """Whether a file below a folder of `prisma.tests` is a test: application code lies beside it, too."""
    *folders, name = path.split("/")
    return any(map(_FOLDER.search, folders)) or _NAME.search(name) is not None


def _read(
    walk: trees.Walk,
    files: Sequence[tuple[str, Path]],
    wanted: Collection[str],
    uses: dict[str, Use],
    skipped: dict[str, Use],
    clients: Collection[str],
) -> int:
    """Fills `uses` and `skipped`; how many files were read."""
    total = number = 0
    for shown, file in files:
        pending = frozenset(wanted) - uses.keys()
        if not pending:
            break
        if total > MAX_TOTAL:
            walk.unread.append(f"{shown} and what follows: more than {MAX_TOTAL} bytes")
            break
        text = walk.text(file, shown, MAX_BYTES)
        if text is None:
            continue
        number += 1
        total += len(text)
        found = accessors.calls(text, pending)
        for calls, into in ((found.calls, uses), (found.skipped, skipped)):
            for each in calls:
                if each.name not in into:
                    line = text.count("\n", 0, each.at) + 1
                    said = f".{each.name}.{each.method}("
                    into[each.name] = Use(shown, line, said, _names_client(found, shown, clients))
    return number


def _names_client(found: Found, path: str, clients: Collection[str]) -> bool:
    """Whether a file with calls imports a generated client, by its package or by its folder."""
    if "PrismaClient" in found.words:
        return True
    for each in found.strings:
        if each == _PACKAGE or each.startswith(f"{_PACKAGE}/"):
            return True
        if each.startswith("."):
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), each))
            if any(target == one or target.startswith(f"{one}/") for one in clients):
                return True
    return False
