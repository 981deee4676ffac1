"""What of a piece of SQL is still open at its end: a string, a quoted name, a dollar quote or a comment.

The lexical part of PostgreSQL 15 (src/backend/parser/scan.l) as far as quotes need it, with
standard_conforming_strings on, its default. Linear in the text, whatever it holds: each character is part
of one match, or of one look behind a string's end.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from enum import Enum, auto

# scan.l takes every byte above 0x7f for a letter. The classes name ASCII alone: a range up to U+10FFFF
# takes 30 ms to compile.
_LETTER = r"[^\x00-@\[-^`{-\x7f]"
_LETTER_OR_DIGIT = r"[^\x00-/:-@\[-^`{-\x7f]"
_IN_A_NAME = r"[^\x00-#%-/:-@\[-^`{-\x7f]"
_NEITHER_LETTER_NOR_MARK = r"[\x00-!#%&(-,.0-@\[-^`{-\x7f]"
_TAG = rf"\$(?:{_LETTER}{_LETTER_OR_DIGIT}*+)?\$"
# Names are passed over whole: `a$b$` is one, and in `name'x'` no escape string begins. No two alternatives
# begin alike, so that giving one up never finds an opening inside it, and only single characters are
# possessive: before Python 3.11.5 a possessive group matches wrongly (cpython#106052).
_OPENING = re.compile(
    "(?:"
    f"(?![eE]'){_LETTER}{_IN_A_NAME}*+"
    f"|{_NEITHER_LETTER_NOR_MARK}++"
    rf"|(?!{_TAG})\$"
    r"|/(?!\*)"
    r"|--[^\n\r]*+"
    r"|-(?!-)"
    ")*"
    f"(?:(?P<escape>[eE]')|(?P<string>')|(?P<name>\")|(?P<dollar>{_TAG})|(?P<comment>/\\*))"
)
_TO_END_OF_STRING = re.compile(r"(?:[^']++|'')*'(?!')")
_TO_END_OF_ESCAPES = re.compile(r"(?:[^'\\]++|\\.|'')*'(?!')", re.DOTALL)
_TO_END_OF_NAME = re.compile(r'(?:[^"]++|"")*"(?!")')
_COMMENT_MARK = re.compile(r"/\*|\*/")
# A string goes on behind a line break, and an escape string is still one there (scan.l, quotecontinue).
_CONTINUATION = re.compile(r"(?:[ \t\f]|--[^\n\r]*+)*[\n\r](?:[ \t\n\r\f]|--[^\n\r]*+[\n\r])*'")


class Kind(Enum):
    STRING = auto()
    ESCAPE = auto()
    NAME = auto()
    DOLLAR = auto()
    COMMENT = auto()


_KINDS = {each.name.lower(): each for each in Kind}


@dataclass(frozen=True, slots=True)
class Open:
    """What is open: `offset` counts from the text's start, None if it was open there already.

    `opening` is as written (`'`, `E'`, `"`, `$body$`, `/*`), `depth` the number of nested comments.
    """

    kind: Kind
    opening: str
    offset: int | None
    depth: int = 1


def unclosed(text: str, before: Open | None = None) -> Open | None:
    """What is open at the text's end; `before` is what is open at its start."""
    now = None if before is None else dataclasses.replace(before, offset=None)
    at = 0
    while True:
        if now is not None:
            end, depth = _end(text, at, now)
            if end is None:
                return dataclasses.replace(now, depth=depth)
            at, now = end, None
        found = _OPENING.match(text, at)
        if found is None:
            return None
        kind = found.lastgroup or ""
        now = Open(_KINDS[kind], found[kind], found.start(kind))
        at = found.end()


def _end(text: str, at: int, now: Open) -> tuple[int | None, int]:
    """The offset behind the end of what is open, None if it has none; and the comments open then."""
    if now.kind is Kind.COMMENT:
        return _end_of_comment(text, at, now.depth)
    if now.kind is Kind.DOLLAR:
        closing = text.find(now.opening, at)
        return (None if closing < 0 else closing + len(now.opening)), 1
    if now.kind is Kind.ESCAPE:
        return _end_of_escapes(text, at), 1
    pattern = _TO_END_OF_NAME if now.kind is Kind.NAME else _TO_END_OF_STRING
    found = pattern.match(text, at)
    return (found and found.end()), 1


def _end_of_comment(text: str, at: int, depth: int) -> tuple[int | None, int]:
    for mark in _COMMENT_MARK.finditer(text, at):
        depth += 1 if mark[0] == "/*" else -1
        if depth == 0:
            return mark.end(), 0
    return None, depth


def _end_of_escapes(text: str, at: int) -> int | None:
    while (found := _TO_END_OF_ESCAPES.match(text, at)) is not None:
        more = _CONTINUATION.match(text, found.end())
        if more is None:
            return found.end()
        at = more.end()
    return None
