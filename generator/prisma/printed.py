"""The text of a DEFAULT, as PostgreSQL prints it or a person writes it, taken apart as far as it is a literal.

Only what Prisma's engine understands too: literals with casts, arrays of them, and a few functions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<string>[eE]?'(?:[^']|'')*')
      | (?P<quoted>"(?:[^"]|"")*")
      | (?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
      | (?P<word>[^\W\d][\w$]*)
      | (?P<sign>::|[-()\[\],.])
      | (?P<other>\S)
    )""",
    re.VERBOSE,
)
# What Prisma takes for its now(): no other function that gives the same, no precision, and no cast of it.
NOW = frozenset({"now", "current_timestamp"})
_LONGEST = 20_000
_DEEPEST = 50


class NotALiteral(Exception):
    """An expression."""


@dataclass(frozen=True, slots=True)
class Call:
    name: str


@dataclass(frozen=True, slots=True)
class Null:
    pass


Parsed = str | list[str] | Call | Null


def parse(text: str) -> Parsed:
    """A literal's value as text, an array's as a list; anything else is NotALiteral."""
    return _Reader(text).whole()


class _Reader:
    """A literal with casts, ARRAY[…] of such, or the call of a function without arguments that matter."""

    def __init__(self, text: str) -> None:
        if len(text) > _LONGEST:
            raise NotALiteral
        found = list(_TOKEN.finditer(text.rstrip()))
        self._tokens = [(str(each.lastgroup), each[str(each.lastgroup)]) for each in found]
        self._at = 0

    def whole(self) -> Parsed:
        parsed = self._value(0)
        if self._at < len(self._tokens):
            raise NotALiteral
        return parsed

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "")

    def _next(self) -> tuple[str, str]:
        token = self._peek()
        self._at += 1
        return token

    def _take(self, sign: str) -> bool:
        if self._peek() != ("sign", sign):
            return False
        self._at += 1
        return True

    def _value(self, depth: int) -> Parsed:
        if depth > _DEEPEST:
            raise NotALiteral
        kind, text = self._next()
        parsed: Parsed
        match kind, text:
            case "sign", "(":
                parsed = self._value(depth + 1)
                if not self._take(")"):
                    raise NotALiteral
                if isinstance(parsed, Call) and parsed.name in NOW and self._peek() == ("sign", "::"):
                    raise NotALiteral
            case "sign", "-" if self._peek()[0] == "number":
                parsed = "-" + self._next()[1]
            case "string", _:
                parsed = _string(text)
            case "number", _:
                parsed = text
            case "word", _:
                parsed = self._word(text.lower(), depth)
            case _:
                raise NotALiteral
        while self._take("::"):
            self._cast()
        return parsed

    def _word(self, word: str, depth: int) -> Parsed:
        if word in ("true", "false"):
            return word
        if word == "null":
            return Null()
        if word == "array" and self._take("["):
            return self._elements(depth)
        if self._take("."):
            if word != "pg_catalog":
                raise NotALiteral
            word = self._next()[1].lower()
        if word == "nextval" and self._take("("):
            self._value(depth + 1)
            if self._take(")"):
                return Call(word)
        if word in NOW:
            if (self._take("(") and not self._take(")")) or self._peek() == ("sign", "::"):
                raise NotALiteral
            return Call(word)
        raise NotALiteral

    def _elements(self, depth: int) -> list[str]:
        found: list[str] = []
        while not self._take("]"):
            if found and not self._take(","):
                raise NotALiteral
            element = self._value(depth + 1)
            if not isinstance(element, str):
                raise NotALiteral
            found.append(element)
        return found

    def _cast(self) -> None:
        """A type's name, which may have several words, a modifier in the middle and brackets."""
        if self._next()[0] not in ("word", "quoted"):
            raise NotALiteral
        while self._peek()[0] in ("word", "quoted") or self._peek() == ("sign", "."):
            self._at += 1
        if self._take("("):
            while self._next() not in (("sign", ")"), ("end", "")):
                pass
            while self._peek()[0] == "word":
                self._at += 1
        if self._take("[") and not self._take("]"):
            raise NotALiteral


def _string(literal: str) -> str:
    if literal[0] == "'":
        return literal[1:-1].replace("''", "'")
    if "\\" in literal.replace("\\\\", ""):
        raise NotALiteral  # Other escapes: PostgreSQL prints none.
    return literal[2:-1].replace("''", "'").replace("\\\\", "\\")
