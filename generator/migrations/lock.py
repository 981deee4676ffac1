"""`migrations.lock`: the checksums of the migrations that are merged, beside them.

The lines are coreutils' own (`sha256sum -c migrations.lock` works in the directory), by version. The second
line is a digest over all below it: two branches that both add a migration always conflict in it, wherever
their entries go, and a merge that keeps both sides without asking (`merge=union`) makes it wrong.

Nothing but gen writes the file, so a line that gen would not write is an error and not kept: to keep a
person's comments through every rewrite would need a place for each.
"""

from __future__ import annotations

import hashlib
import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass, replace

from generator import conventions
from generator.diagnostics import Diagnostic, Position
from generator.migrations import names, quoting
from generator.migrations.model import Lock, LockEntry
from generator.text import conflicts

HEADER = (
    "# The merged migrations. Written by `gen lock`: do not edit. Check with: sha256sum -c migrations.lock"
)
INVALID = "migration-lock-invalid"
CONFLICT = "migration-lock-conflict"
MAX_REASON = 500

# What directory.py says of every file that is none.
_READ_AS_MIGRATION = ", and goose would read it as a migration"
_DIGEST = re.compile(r"# all sha256:([0-9a-f]{64})")
_ENTRY = re.compile(r"([0-9a-f]{64})  ([-._a-zA-Z0-9]+\.sql)")
_AMENDED = "# amended: "


def parse(path: str, data: bytes) -> tuple[Lock, list[Diagnostic]]:
    """One lock file; nothing that it holds raises. At most one diagnostic per kind of mistake."""
    read = _read(path, data.decode("utf-8", "replace"))
    # What else is wrong beside conflict markers comes of them.
    found = [*read.unknown, *read.doubled, *read.mendable] if read.conflict is None else [read.conflict]
    return Lock(path, read.text, () if found else read.entries, is_sound=not found), found


def unreadable(found: Diagnostic) -> Diagnostic:
    """What kept the file from being read, told of the lock and not of a migration."""
    message = found.message.replace(_READ_AS_MIGRATION, "")
    if not message.startswith(f"`{conventions.LOCK}` "):
        message = f"`{conventions.LOCK}`: {message}"
    help = "put a plain file there, as `gen lock` writes it; a merged one comes back with `git checkout`"
    return replace(found, rule=INVALID, message=message, help=help)


def mend(path: str, text: str, is_known: bool = False) -> tuple[tuple[LockEntry, ...], list[Diagnostic]]:
    """The entries of a file that is not in order but loses nothing when it is written anew: conflict markers
    (both sides count), a wrong digest, entries that are out of order or there twice.

    The diagnostics are what nobody but a person can mend. `is_known`: what is merged is known from elsewhere,
    so that two entries which contradict each other are no matter; there are no entries then.
    """
    read = _read(path, text)
    return read.entries, [*read.unknown, *([] if is_known else read.doubled)]


def render(entries: Iterable[LockEntry]) -> str:
    """The whole file. Each version once; in any order."""
    body = _body(entries)
    return f"{HEADER}\n{_digest_line(body)}\n{body}"


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def reason_problem(reason: str) -> str | None:
    """What keeps a text from being the reason of an amendment, None if nothing does."""
    if not reason.strip():
        return "it is empty"
    if reason != reason.strip():
        return "it begins or ends with white space"
    if len(reason) > MAX_REASON:
        return f"it has {len(reason)} characters, and {MAX_REASON} are the most"
    odd = next((each for each in reason if not each.isprintable() or each == "\ufffd"), None)
    return f"it holds {quoting.character(odd)}" if odd is not None else None


@dataclass(frozen=True, slots=True)
class _Reading:
    """`unknown` lines and `doubled` entries are for a person, the rest goes when the file is written anew."""

    text: str
    entries: tuple[LockEntry, ...]
    conflict: Diagnostic | None
    unknown: list[Diagnostic]
    doubled: list[Diagnostic]
    mendable: list[Diagnostic]


@dataclass(slots=True)
class _Lines:
    """What the lines of a file say, one after the other."""

    headers: int
    digests: list[tuple[int, str]]
    entries: list[LockEntry]
    unknown: list[tuple[int, str]]


def _read(path: str, text: str) -> _Reading:
    lines = [each.removesuffix("\r") for each in text.split("\n")]
    sides, marker = conflicts.both_sides(lines)
    said = _said(sides)
    entries, doubled = _united(path, said.entries)
    unknown = [_unknown(path, said.unknown)] if said.unknown else []
    conflict = _conflict(path, marker, lines) if marker is not None else None
    is_clear = not unknown and not doubled and conflict is None
    mendable = _mendable(path, lines, said, entries) if is_clear else []
    return _Reading(text, entries, conflict, unknown, doubled, mendable)


def _said(lines: list[tuple[int, str]]) -> _Lines:
    said = _Lines(0, [], [], [])
    for number, line in lines:
        if not line:
            continue
        if line == HEADER:
            said.headers += 1
        elif of_all := _DIGEST.fullmatch(line):
            said.digests.append((number, of_all[1]))
        elif (entry := _ENTRY.fullmatch(line)) and (version := _version(entry[2])):
            said.entries.append(LockEntry(entry[2], version, entry[1], number))
        elif line.startswith(_AMENDED) and not reason_problem(line[len(_AMENDED) :]) and said.entries:
            last = said.entries[-1]
            said.entries[-1] = replace(last, amendments=(*last.amendments, line[len(_AMENDED) :]))
        else:
            said.unknown.append((number, line))
    return said


def _version(name: str) -> int | None:
    number = names.version(name)
    fits = number is not None and 1 <= number <= names.MAX_VERSION and len(name) <= names.MAX_KEY
    return number if fits else None


def _united(path: str, entries: list[LockEntry]) -> tuple[tuple[LockEntry, ...], list[Diagnostic]]:
    """Each migration once: of two entries, the one that says all that the other says and more."""
    kept: dict[int, LockEntry] = {}
    for each in entries:
        other = kept.get(each.version)
        if other is None or continues(each, other):
            kept[each.version] = each
        elif not continues(other, each):
            message = f"`{quoting.shown(each.name)}` is listed twice, with two checksums or amendments"
            if other.name != each.name:
                message = (
                    f"`{quoting.shown(each.name)}` and `{quoting.shown(other.name)}` are the same version"
                )
            help = (
                f"keep the entry of line {other.line} or that of line {each.line}, with the lines `{_AMENDED}…`"
                " under it; then run `gen lock`"
            )
            return (), [Diagnostic(INVALID, message, help, _at(path, each.line, 0))]
    return tuple(kept[version] for version in sorted(kept)), []


def continues(new: LockEntry, old: LockEntry) -> bool:
    """Whether `new` is `old`, or `old` after further amendments."""
    same = new.name == old.name and new.amendments[: len(old.amendments)] == old.amendments
    return same and (len(new.amendments) > len(old.amendments) or new.digest == old.digest)


def _mendable(path: str, lines: list[str], said: _Lines, entries: tuple[LockEntry, ...]) -> list[Diagnostic]:
    help = (
        "`gen lock` writes it anew if every entry is that of its file;"
        f" what is merged comes back with `git checkout origin/main -- {shlex.quote(path)}`"
    )
    if not said.entries:
        return [Diagnostic(INVALID, "the file lists no migration", help, Position(path))]
    if not said.digests or not said.headers:
        missing = "`# all sha256:…`" if said.headers else "that says what the file is"
        return [Diagnostic(INVALID, f"the file has no line {missing}", help, Position(path))]
    number, written = said.digests[-1]
    where = _at(path, number, len(lines[number - 1]))
    if len(said.digests) > 1 or said.headers > 1:
        message = "two versions of the file were joined into one: it has two lines `# all sha256:…`"
        return [Diagnostic(INVALID, message, help, where)]
    by_version = [(each.name, each.digest, each.amendments) for each in entries]
    if by_version != [(each.name, each.digest, each.amendments) for each in said.entries]:
        message = "the entries are not in the order of their versions, each once"
        return [Diagnostic(INVALID, message, help, _at(path, said.entries[0].line, 0))]
    if written != digest(_body(entries).encode()):
        message = (
            "the entries are not those that `# all sha256:…` was written for: the file was edited or joined"
        )
        return [Diagnostic(INVALID, message, help, where)]
    return []


def _unknown(path: str, unknown: list[tuple[int, str]]) -> Diagnostic:
    number, line = unknown[0]
    more = f", as {len(unknown) - 1} more" if len(unknown) > 1 else ""
    return Diagnostic(
        INVALID,
        f"`{quoting.shown(line)}` is no line that `gen lock` writes{more}",
        "remove it, comments too: notes belong into the migrations themselves. To get the merged file back: "
        f"`git checkout origin/main -- {shlex.quote(path)}`",
        _at(path, number, len(line)),
    )


def _conflict(path: str, number: int, lines: list[str]) -> Diagnostic:
    return Diagnostic(
        CONFLICT,
        "two branches changed the migrations of this service, and the file has conflict markers",
        "run `gen lock --since origin/main` (the branch that yours is to be merged into), which keeps the entries "
        "of both sides and tells if your version has to be higher now. By hand: keep the lines of both sides, "
        "remove the markers, run `gen lock`",
        _at(path, number, len(lines[number - 1])),
    )


def _at(path: str, number: int, length: int) -> Position:
    return Position.at(path, number, 1, length)


def _body(entries: Iterable[LockEntry]) -> str:
    lines: list[str] = []
    for each in sorted(entries, key=lambda entry: entry.version):
        lines.append(f"{each.digest}  {each.name}")
        lines += [f"{_AMENDED}{reason}" for reason in each.amendments]
    return "".join(f"{line}\n" for line in lines)


def _digest_line(body: str) -> str:
    return f"# all sha256:{digest(body.encode())}"
