"""Diagnostics for a person at a terminal or in a CI log: place, problem, the line with a caret, help.

The files shown are untrusted. Whatever a terminal would obey instead of print (escape codes, line
breaks, marks that reorder text) is written as an escape such as `\\x1b`. A line on which a rule found
a secret is not shown at all: CI logs are kept, and read by more people than the repository.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable

from generator import diagnostics
from generator.diagnostics import Diagnostic, Position, Severity

_WIDTH = 100
_BEFORE = 40
_TAB = 4
# A net under the rules that look for secrets: they do not run on a file that cannot be parsed.
_SECRET = re.compile(
    r"(?<=://)[^/\s@]*:[^\s@]*(?=@)|(?<=password ')[^']*|(?<=[?&;]password=)[^&;\s\"']*|(?<=sslpassword=)[^&;\s\"']*",
    re.IGNORECASE,
)

# Addresses as Prisma has them: what is behind the scheme may be a key, with or without an `@`.
_ADDRESS = re.compile(r'("(?:postgres(?:ql)?|prisma(?:\+postgres)?)://)([^"\n]+)', re.IGNORECASE)

_RED, _YELLOW, _CYAN, _BOLD, _DIM = "31;1", "33;1", "36", "1", "2"


def render(found: Iterable[Diagnostic], sources: Callable[[str], str | None], color: bool) -> str:
    """All diagnostics in order, and a last line with their number. Nothing at all gives "".

    `sources` gives the text of a file by the path of a position, or None to show no source line.
    """
    ordered = diagnostics.ordered(found)
    if not ordered:
        return ""
    paint = _Paint(color)
    secret = _secret_lines(ordered)
    lines: dict[str, list[str]] = {}
    blocks = []
    for each in ordered:
        path, number = each.position.path, each.position.line
        if path not in lines:
            lines[path] = _split(sources(path))
        block = _head(each, paint)
        if (path, number) not in secret:
            block += _excerpt(each.position, lines[path], paint)
        block += _help(each.help, paint)
        blocks.append("\n".join(block) + "\n")
    return "\n".join([*blocks, count(ordered) + "\n"])


def count(found: Iterable[Diagnostic]) -> str:
    """`2 errors, 1 warning`."""
    severities = [each.severity for each in found]
    parts = []
    for severity in Severity:
        number = severities.count(severity)
        if number:
            parts.append(f"{number} {severity}{'s' if number > 1 else ''}")
    return ", ".join(parts) or "no problems"


def visible(text: str) -> str:
    """The text with everything that a terminal does not simply print as an escape."""
    return text if text.isprintable() else "".join(map(_shown, text))


def masked(text: str) -> str:
    """The text with every password of an address as so many stars."""
    text = _ADDRESS.sub(lambda match: match[1] + "*" * len(match[2]), text)
    return _SECRET.sub(lambda match: "*" * len(match.group()), text)


class _Paint:
    def __init__(self, color: bool) -> None:
        self._color = color

    def __call__(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._color and text else text


def _head(each: Diagnostic, paint: _Paint) -> list[str]:
    color = _RED if each.severity is Severity.ERROR else _YELLOW
    place = f"{visible(each.position.path)}:{each.position.line}:{each.position.column}:"
    kind = f"{each.severity}[{visible(each.rule)}]:"
    return [f"{paint(place, _BOLD)} {paint(kind, color)} {visible(each.message)}"]


def _help(help: str, paint: _Paint) -> list[str]:
    first, *more = help.split("\n") if help else [""]
    if not first:
        return []
    return [f"  {paint('help:', _CYAN)} {visible(first)}", *(f"        {visible(line)}" for line in more)]


def _secret_lines(found: Iterable[Diagnostic]) -> set[tuple[str, int]]:
    return {
        (each.position.path, line)
        for each in found
        if each.rule.startswith("secret-")
        for line in range(each.position.line, each.position.end_line + 1)
    }


def _split(text: str | None) -> list[str]:
    if text is None:
        return []
    return text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")


def _excerpt(position: Position, lines: list[str], paint: _Paint) -> list[str]:
    """The source line and the marks under it; nothing for a whole file."""
    if position == Position(position.path) or position.line > len(lines):
        return []
    line = lines[position.line - 1]
    begin = min(position.column - 1, len(line))
    end = min(position.end_column - 1, len(line)) if position.end_line == position.line else len(line)
    shown, indent, width = _window(line, begin, end)
    number = str(position.line)
    gutter = " " * len(number)
    marks = " " * indent + paint("^" * max(width, 1), _RED)
    return [f"  {paint(f'{number} |', _DIM)} {shown}", f"  {paint(f'{gutter} |', _DIM)} {marks}"]


def _window(line: str, begin: int, end: int) -> tuple[str, int, int]:
    """The part of a line to show, the columns before the marks, and the columns to mark."""
    left = max(0, begin - _BEFORE) if len(line) > _WIDTH else 0
    # Only a piece: the line may be the whole file. What is before `left` is context for the mask.
    cut = max(0, left - 10 * _WIDTH)
    line = masked(line[cut : left + 10 * _WIDTH])
    begin, end, left = begin - cut, end - cut, left - cut
    shown = "…" if left + cut else ""
    used = len(shown)
    indent, width = used, 0
    for index in range(left, len(line)):
        character = line[index]
        text = " " * (_TAB - used % _TAB) if character == "\t" else _shown(character)
        cells = _cells(text)
        if used + cells > _WIDTH:
            shown += "…"
            break
        if index < begin:
            indent += cells
        elif index < end:
            width += cells
        shown += text
        used += cells
    return shown, indent, width


def _shown(character: str) -> str:
    if character.isprintable():
        return character
    code = ord(character)
    if code <= 0xFF:
        return {"\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(character, f"\\x{code:02x}")
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _cells(text: str) -> int:
    return len(text) if text.isascii() else sum(map(_cell, text))


def _cell(character: str) -> int:
    # Hangul vowels and final consonants join the syllable before them.
    if unicodedata.category(character) in ("Mn", "Me") or "\u1160" <= character <= "\u11ff":
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
