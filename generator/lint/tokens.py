"""SQL → its tokens, so that no rule takes a word in a string, a comment or a function's body for a command.

The lexical part of PostgreSQL (src/backend/parser/scan.l) as far as telling words, quotes and comments
apart needs it, with standard_conforming_strings on, its default. Nothing raises and the time is linear in
the text, whatever it holds; what is still open at the text's end goes up to there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import NamedTuple

# As in migrations/lexer.py: every character above 0x7f is a letter, the classes name ASCII alone, and only
# single characters are possessive (cpython#106052).
_LETTER = r"[^\x00-@\[-^`{-\x7f]"
_LETTER_OR_DIGIT = r"[^\x00-/:-@\[-^`{-\x7f]"
_IN_A_NAME = r"[^\x00-#%-/:-@\[-^`{-\x7f]"
_NEXT = re.compile(
    "[ \t\n\r\f\v]*+(?:"
    r"(?P<escape>[eE]'(?:[^'\\]++|\\.|'')*(?:'|\\?\Z))"
    f"|(?P<word>{_LETTER}{_IN_A_NAME}*+)"
    r"|(?P<line>--[^\n\r]*+)"
    r"|(?P<block>/\*)"
    r"|(?P<string>'(?:[^']++|'')*(?:'|\Z))"
    r'|(?P<name>"(?:[^"]++|"")*(?:"|\Z))'
    rf"|(?P<dollar>\$(?:{_LETTER}{_LETTER_OR_DIGIT}*+)?\$)"
    r"|(?P<number>[0-9]++)"
    r"|(?P<symbol>.)"
    ")",
    re.DOTALL,
)
_COMMENT_MARK = re.compile(r"/\*|\*/")
# An escape string goes on behind a line break, and is still one there (scan.l, quotecontinue).
_CONTINUATION = re.compile(
    r"(?:[ \t\f\v]|--[^\n\r]*+)*[\n\r](?:[ \t\n\r\f\v]|--[^\n\r]*+[\n\r])*'(?:[^'\\]++|\\.|'')*(?:'|\\?\Z)",
    re.DOTALL,
)


class Kind(Enum):
    WORD = auto()
    NAME = auto()
    STRING = auto()
    DOLLAR = auto()
    NUMBER = auto()
    SYMBOL = auto()
    COMMENT = auto()


_KINDS = {
    "word": Kind.WORD,
    "name": Kind.NAME,
    "string": Kind.STRING,
    "escape": Kind.STRING,
    "dollar": Kind.DOLLAR,
    "number": Kind.NUMBER,
    "symbol": Kind.SYMBOL,
    "line": Kind.COMMENT,
    "block": Kind.COMMENT,
}


_KEYS = {"name": '"', "string": "'", "escape": "'", "dollar": "$$", "number": "0"}


class Token(NamedTuple):
    """`value` is upper case for a word, without its quotes for a name or a string, else as written.

    `key` is what a token is compared by: a word in upper case, a symbol itself, one sign for any other.
    """

    kind: Kind
    value: str
    start: int
    end: int
    key: str


def read(text: str) -> Iterator[Token]:
    """Every token but white space, in order."""
    at = 0
    while (found := _NEXT.match(text, at)) is not None:
        group = found.lastgroup or ""
        start, end = found.span(group)
        if group == "word":
            value = found[group]
            if value.isascii():  # PostgreSQL folds no other letters in a multi-byte encoding.
                value = value.upper()
            yield Token(Kind.WORD, value, start, end, value)
            at = end
            continue
        if group == "block":
            end = _end_of_comment(text, end)
        elif group == "dollar":
            closing = text.find(found[group], end)
            end = len(text) if closing < 0 else closing + len(found[group])
        elif group == "escape":
            while (more := _CONTINUATION.match(text, end)) is not None:
                end = more.end()
        value = _value(text[start:end], group, found[group])
        yield Token(_KINDS[group], value, start, end, _KEYS.get(group, value))
        at = end


def _end_of_comment(text: str, at: int) -> int:
    depth = 1
    for mark in _COMMENT_MARK.finditer(text, at):
        depth += 1 if mark[0] == "/*" else -1
        if depth == 0:
            return mark.end()
    return len(text)


def _value(written: str, group: str, opening: str) -> str:
    match group:
        case "name":
            return written[1:].removesuffix('"').replace('""', '"')
        case "string":
            return written[1:].removesuffix("'").replace("''", "'")
        case "escape":
            return written[2:].removesuffix("'").replace("''", "'")
        case "dollar":
            return written[len(opening) :].removesuffix(opening)
        case _:
            return written


def folded(token: Token) -> str:
    """The name that a word or a quoted name stands for."""
    return token.value.lower() if token.kind is Kind.WORD and token.value.isascii() else token.value
