"""Reads tests/cases/migrations: small directories of migrations, each in one text file.

`ok` is what goose and gen accept, `bad` what both refuse, `stricter` what gen refuses though goose accepts
it; the comment at the top says why. `sql` is what only PostgreSQL or the lint rules can judge: the verdicts on
all of them are in verdicts.md (`tests.support.verdicts`). `gen:` lines are all that gen has to say, `=== name`
begins a file of the directory. In an `escaped` file `\\xNN` is a byte; an `unterminated` one loses its last
line break.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1] / "cases" / "migrations"
KINDS = ("ok", "bad", "stricter")
SQL = "sql"
DIRECTORY = "db"
_HEAD = re.compile(r"=== (?P<name>.*?\.\w+)(?: \((?P<flags>[a-z, ]+)\))?")


@dataclass(frozen=True, slots=True)
class Case:
    kind: str
    name: str
    reason: str
    goose_accepts: bool
    expected: tuple[str, ...]
    files: tuple[tuple[str, bytes], ...]

    def write(self, root: Path) -> Path:
        directory = root / DIRECTORY
        directory.mkdir()
        for name, data in self.files:
            (directory / name).write_bytes(data)
        return directory


def all_cases(kinds: tuple[str, ...] = KINDS) -> list[Case]:
    return [_read(kind, path) for kind in kinds for path in sorted((ROOT / kind).glob("*.txt"))]


def _read(kind: str, path: Path) -> Case:
    reason, goose, *rest = path.read_text(encoding="utf-8").split("\n")
    files: list[tuple[str, bytes]] = []
    expected: list[str] = []
    while rest and rest[0].startswith("gen: "):
        expected.append(rest.pop(0).removeprefix("gen: "))
    while rest and (head := _HEAD.fullmatch(rest.pop(0))):
        length = next((i for i, line in enumerate(rest) if line.startswith("=== ")), len(rest) - 1)
        body = "".join(f"{line}\n" for line in rest[:length])
        files.append((head["name"], _bytes(body, head["flags"] or "")))
        del rest[:length]
    if rest not in ([], [""]) and any(rest):
        raise ValueError(f"{path}: cannot read {rest[0]!r}")
    if goose not in ("goose: accepts", "goose: refuses") or not files:
        raise ValueError(f"{path}: no verdict or no file")
    return Case(
        kind, path.stem, reason.removeprefix("# "), goose == "goose: accepts", tuple(expected), tuple(files)
    )


def _bytes(body: str, flags: str) -> bytes:
    data = body.encode()
    if "escaped" in flags:
        data = re.sub(rb"\\x([0-9a-f]{2})", lambda found: bytes([int(found[1], 16)]), data)
    return data.removesuffix(b"\n") if "unterminated" in flags else data
