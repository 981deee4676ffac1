"""From untrusted bytes to text that is safe to parse, to show and to write into a manifest.

Everything here is about single characters, before YAML's grammar comes in: the C parser stops at the
first of them, so they are found, named all together, and replaced one for one. Columns stay right.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from itertools import islice

from generator.diagnostics import Diagnostic, Position
from generator.source.document import Text

MAX_BYTES = 10 * 1024 * 1024
_SHOWN = 20

# What a YAML file may not hold (https://yaml.org/spec/1.2.2/#51-character-set), what breaks a line for
# some tools and not for others, non-characters, and what reorders text for the eye (CVE-2021-42574).
UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
    + "]"
)
_BOM = b"\xef\xbb\xbf"
_TAB_INDENT = re.compile(r" *\t\s*")
_BLOCK_SCALAR = re.compile(
    r"(?:^|[:?-])[ \t]+(?:[&!]\S*[ \t]+)*[|>][0-9+-]{0,2}[ \t]*(?:[ \t]#.*)?$|^[|>][0-9+-]{0,2}$"
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """`text` is what the file says, `parsable` the same with harmless characters in unsafe places."""

    text: str
    parsable: str
    found: tuple[Diagnostic, ...]


def decode(data: bytes, shown: str) -> Decoded | Diagnostic:
    """The text of a file, or the one reason why it has none."""
    if len(data) > MAX_BYTES:
        return Diagnostic(
            "yaml-size",
            "the file is larger than 10 MiB and was not read",
            "split it: one services.yaml per group of services",
            Position(shown),
        )
    if utf16 := _utf16(data, shown):
        return utf16
    found: list[Diagnostic] = []
    if data.startswith(_BOM):
        data = data[len(_BOM) :]
        found.append(
            Diagnostic(
                "yaml-bom",
                "the file begins with a byte order mark (EF BB BF)",
                "save it as \"UTF-8\" without BOM, or run: sed -i '1s/^\\xEF\\xBB\\xBF//' " + shown,
                Position(shown),
            )
        )
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _bad_byte(data, error.start, shown)
    if "\r" in text:
        found.append(_line_endings(text, shown))
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    places = Text(shown, text)
    found += _tabs(places)
    found += _unsafe(places)
    return Decoded(text, text if _harmless(text) else UNSAFE.sub("\ufffd", text), tuple(found))


def name(character: str) -> str:
    """A character as a person can look it up."""
    return f"U+{ord(character):04X}"


def _utf16(data: bytes, shown: str) -> Diagnostic | None:
    # Without a mark, UTF-16 and UTF-32 show by the zero byte of the first ASCII character.
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or (len(data) > 1 and (data[0] == 0) != (data[1] == 0)):
        return Diagnostic(
            "yaml-encoding",
            "the file is UTF-16 or UTF-32, not UTF-8",
            f"save it as UTF-8, or run: iconv -f UTF-16 -t UTF-8 {shlex.quote(shown)}",
            Position(shown),
        )
    return None


def _bad_byte(data: bytes, index: int, shown: str) -> Diagnostic:
    before = data[:index].decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return Diagnostic(
        "yaml-encoding",
        f"byte 0x{data[index]:02X} is not UTF-8",
        f"save the file as UTF-8; if it is Latin-1, run: iconv -f ISO-8859-1 -t UTF-8 {shlex.quote(shown)}",
        Position.at(shown, line, column, 1),
    )


def _line_endings(text: str, shown: str) -> Diagnostic:
    index = text.index("\r")
    windows = text.startswith("\r\n", index)
    lines = text.count("\r")
    kind = "CRLF (Windows)" if windows else "a bare carriage return"
    return Diagnostic(
        "yaml-line-endings",
        f"the line ends in {kind}, the first of {lines} that do" if lines > 1 else f"the line ends in {kind}",
        "save the file with LF line endings; keep them with `*.yaml text eol=lf` in .gitattributes",
        Position.within(shown, text, index),
    )


def _tabs(places: Text) -> list[Diagnostic]:
    if not re.search(r"^ *\t", places.text, re.MULTILINE):
        return []
    found: list[Position] = []
    block: int | None = None
    for number, line in enumerate(places.lines, start=1):
        spaces = len(line) - len(line.lstrip(" "))
        if block is not None and (spaces > block or not line.strip()):
            continue
        block = spaces if _BLOCK_SCALAR.search(line) else None
        indent = _TAB_INDENT.match(line)
        if indent:
            first = line.index("\t") + 1
            found.append(Position.at(places.path, number, first, indent.end() - first + 1))
    return _first([tab(position) for position in found[:_SHOWN]], len(found))


def _first(found: list[Diagnostic], number: int) -> list[Diagnostic]:
    """The first of many: a file that is wrong from end to end needs one hint, not a million."""
    if number > len(found):
        last = found.pop()
        message = f"{last.message}, and {number - len(found) - 1} more follow"
        found.append(Diagnostic(last.rule, message, last.help, last.position))
    return found


def tab(position: Position) -> Diagnostic:
    return Diagnostic(
        "yaml-tab",
        "a tab is used as indentation",
        "indent with spaces: YAML does not say how wide a tab is",
        position,
    )


def _harmless(text: str) -> bool:
    # Twenty times as fast as the expression, and right for every file of plain letters.
    return text.replace("\n", "").replace("\t", "").isprintable()


def _unsafe(places: Text) -> list[Diagnostic]:
    if _harmless(places.text):
        return []
    matches = UNSAFE.finditer(places.text)
    shown = [unsafe(match.group(), places.between(*match.span())) for match in islice(matches, _SHOWN)]
    return _first(shown, len(shown) + sum(1 for _ in matches))


def unsafe(character: str, position: Position, escaped: bool = False) -> Diagnostic:
    """A character that has no place in a manifest, whether it is written as itself or as an escape."""
    return Diagnostic(
        "yaml-control-character",
        f"the character {name(character)} is invisible and not allowed",
        "delete the escape" if escaped else "delete it, and type the text again rather than paste it",
        position,
    )
