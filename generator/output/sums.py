"""SHA256SUMS, in coreutils' format: the proof in `out/` itself of which files are gen's.

A SHA256SUMS is ours when its first line is our header, which `sha256sum -c` skips as a comment. One
with Git's conflict markers counts as the union of both sides, so a file may have several digests;
the common ancestor that the diff3 style shows belongs to no side.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from generator import conventions
from generator.diagnostics import Diagnostic, Position
from generator.text import conflicts

# Names that gen writes: plain, so that coreutils never escapes one, and never hidden.
PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")

_ENTRY = re.compile(r"([0-9a-f]{64})  (.*)")


@dataclass(frozen=True, slots=True)
class Sums:
    """The digests of each listed file, and what is wrong with the listing."""

    digests: Mapping[str, frozenset[str]]
    diagnostics: tuple[Diagnostic, ...]


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def is_plain(name: str) -> bool:
    return PLAIN_NAME.fullmatch(name) is not None and name != conventions.SUMS


def render(files: Mapping[str, bytes]) -> bytes:
    return render_digests({name: digest(content) for name, content in files.items()})


def render_digests(digests: Mapping[str, str]) -> bytes:
    lines = (f"{digests[name]}  {name}" for name in sorted(digests))
    return "\n".join((conventions.SUMS_HEADER, *lines, "")).encode()


def parse(content: bytes, path: str) -> Sums | None:
    """What a SHA256SUMS lists; None when it is not ours. `path` is for the diagnostics."""
    lines = content.decode("utf-8", "backslashreplace").split("\n")
    sides, _ = conflicts.both_sides(lines)
    if not sides or sides[0][1] != conventions.SUMS_HEADER:
        return None
    digests: dict[str, frozenset[str]] = {}
    wrong: list[Diagnostic] = []
    for number, line in sides:
        if not line or line.startswith("#"):
            continue
        entry = _ENTRY.fullmatch(line)
        if entry is None or not is_plain(entry[2]):
            wrong.append(_wrong(path, number, line, entry))
            continue
        digests[entry[2]] = digests.get(entry[2], frozenset()) | {entry[1]}
    return Sums(digests, tuple(wrong))


def _wrong(path: str, number: int, line: str, entry: re.Match[str] | None) -> Diagnostic:
    name = None if entry is None else entry[2]
    text = line if name is None else name
    shown = ascii(text if len(text) <= 60 else f"{text[:60]}…")
    problem = "is not a line of the form `<sha256>  <name>`" if name is None else "is no name that gen writes"
    return Diagnostic(
        "output-sums",
        f"{shown} {problem}, so nothing that it says is trusted",
        f"restore the file (git checkout -- {path}), or delete it together with the files that it lists; "
        "then run `gen build`",
        Position.at(path, number, 1, len(line)),
    )
