"""The bytes of one goose SQL file → a Migration, or everything that keeps it from being one.

Besides goose's own grammar this refuses what is lost or changed on the way to goose: bytes that are no
text, characters that YAML cannot carry, and Argo CD's marker that makes it skip a whole file.
"""

from __future__ import annotations

import codecs
import re

from generator import conventions
from generator.diagnostics import Diagnostic, Position, has_errors
from generator.migrations import names, quoting, statements
from generator.migrations.model import Migration

# goose reads a line into a buffer of this size, and a ConfigMap holds a quarter of it.
MAX_BYTES = 4 * 1024 * 1024
_BOM = "\ufeff"
_OTHER_ENCODINGS = {
    "UTF-32": (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE),
    "UTF-16": (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE),
}
# Not printable in YAML 1.1 or 1.2, or a line break in one of them (U+0085, U+2028, U+2029, a lone CR).
_UNSAFE = re.compile("\r(?!\n)|[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def parse(path: str, name: str, data: bytes) -> tuple[Migration | None, list[Diagnostic]]:
    """One file. `path` is as shown to a person, `name` the file's name; the migration is None on errors.

    Every problem of the file is found, warnings included. Nothing that `data` or `name` holds raises.
    """
    version, found = names.check(path, name)
    text = _decoded(path, data, found)
    if text is None:
        return None, found
    _check_characters(path, text, found)
    _check_marker(path, text, found)
    parsed = statements.read(path, text)
    found.extend(parsed.found)
    found.sort(key=lambda each: each.sort_key)
    if version is None or has_errors(found):
        return None, found
    migration = Migration(
        path,
        name,
        version,
        text,
        has_down=bool(parsed.down),
        no_transaction=parsed.no_transaction,
        up=parsed.up,
        down=parsed.down,
        up_line=parsed.up_line,
        down_line=parsed.down_line,
    )
    return migration, found


def too_large(path: str, size: int) -> Diagnostic:
    return Diagnostic(
        "migration-too-large",
        f"the file has {size} bytes, goose and gen read at most {MAX_BYTES}",
        "load bulk data by another way than a migration, or split the file",
        Position(path),
    )


def _decoded(path: str, data: bytes, found: list[Diagnostic]) -> str | None:
    """The text; bytes that are no UTF-8 are reported and replaced, so that the rest is still checked."""
    if len(data) > MAX_BYTES:
        found.append(too_large(path, len(data)))
        return None
    if not data.strip():
        found.append(
            Diagnostic(
                "migration-empty",
                "the file is empty",
                "write `-- +goose Up` and the statements, or remove the file",
                Position(path),
            )
        )
        return None
    for encoding, marks in _OTHER_ENCODINGS.items():
        if data.startswith(marks):
            found.append(_not_utf8(f"the file is {encoding}, not UTF-8", Position(path)))
            return None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        text = data.decode("utf-8", "replace")
        before = data[: error.start].decode("utf-8")
        where = Position.within(path, before, len(before), 1)
        found.append(_not_utf8(f"the byte 0x{data[error.start]:02x} here is not UTF-8", where))
    if text.startswith(_BOM):
        found.append(
            _not_utf8("the file begins with a byte order mark, which goose takes for SQL", Position(path))
        )
        return text[1:]
    return text


def _not_utf8(message: str, where: Position) -> Diagnostic:
    return Diagnostic(
        "migration-encoding", message, "save the file as UTF-8 without a byte order mark", where
    )


def _check_characters(path: str, text: str, found: list[Diagnostic]) -> None:
    nul = text.find("\0")
    if nul >= 0:
        found.append(
            Diagnostic(
                "migration-nul",
                f"the file holds the character NUL{_times(text.count(chr(0)))}",
                "remove it; PostgreSQL and YAML both refuse it",
                Position.within(path, text, nul, 1),
            )
        )
    seen: dict[str, tuple[int, int]] = {}
    for each in _UNSAFE.finditer(text):
        first, count = seen.get(each[0], (each.start(), 0))
        seen[each[0]] = (first, count + 1)
    for character, (first, count) in seen.items():
        found.append(
            Diagnostic(
                "migration-control-character",
                f"the file holds {quoting.character(character)}{_times(count)}, which YAML cannot carry",
                f"remove it; in a string, write the escape `{_escape(character)}`",
                Position.within(path, text, first, 1),
            )
        )


def _check_marker(path: str, text: str, found: list[Diagnostic]) -> None:
    marker = conventions.SKIP_MARKER
    start = text.find(marker)
    if start >= 0:
        found.append(
            Diagnostic(
                "migration-skip-marker",
                f"`{marker}`{_times(text.count(marker))} makes Argo CD skip the ConfigMap with this file",
                "remove or reword it",
                Position.within(path, text, start, len(marker)),
            )
        )


def _escape(character: str) -> str:
    return f"E'\\u{ord(character):04x}'"


def _times(count: int) -> str:
    return f" {count} times" if count > 1 else ""
