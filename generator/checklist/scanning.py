"""JavaScript and TypeScript, as far as it takes to tell code from comments, strings and patterns.

No parser: a tokenizer that never fails, in time proportional to the text. A `/` is told from a regular expression by
what stands before it, as the language's own grammar cannot be without parsing; after `)` and `}` it is taken for a
division. The text of JSX is read as code; a string in it ends with its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple

# No repeated group and no possessive one: the former take memory for each round, and the latter are broken in Python
# 3.11.0 to 3.11.4 (gh-106052).
_TOKEN = re.compile(r"(?P<space>\s+)|(?P<comment>//[^\n]*|/\*)|(?P<word>[\w$\#]+)|(?P<mark>.)", re.DOTALL)
_TEMPLATE_STOP = re.compile(r"[`\\]|\$\{")
_STRING_STOPS = {"'": re.compile(r"['\\\n]"), '"': re.compile(r'["\\\n]')}
_PATTERN_STOP = re.compile(r"[/\\\[\n]")
_CLASS_STOP = re.compile(r"[\]\\\n]")
_FLAGS = re.compile(r"\w*")
_HASHBANG = re.compile(r"#![^\n]*")
_LONGEST_PATTERN = 2000
# What looks like the beginning of a pattern and is none is read up to its line's end: no more often than this.
_MOST_UNCLOSED = 5
# Marks and words behind which a value begins. Not `<`: `</b>` is JSX.
_BEFORE_VALUE = frozenset("(,=:[!&|?{;+-*%>~^")
# fmt: off
_WORDS_BEFORE_VALUE = frozenset(
    {
        "return", "typeof", "instanceof", "in", "of", "new", "delete", "void", "throw", "case", "do",
        "else", "await", "yield", "default", "extends",
    }
)
# fmt: on


class Kind(Enum):
    WORD = auto()
    STRING = auto()
    MARK = auto()


class Token(NamedTuple):  # a frozen dataclass takes three times as long to make
    """`text` of a string is what is between its quotes, of a template literal with `${` nothing; `at` is where it
    begins."""

    kind: Kind
    text: str
    at: int


def tokens(text: str) -> Iterator[Token]:
    """Without comments, patterns and the text of template literals; what is in `${…}` is code."""
    begin = _HASHBANG.match(text)
    index = begin.end() if begin else 0
    braces: list[int] = []  # for each open `${`, how many `{` are open in it
    patterns = _Patterns(text)
    earlier: Token | None = None
    before: Token | None = None
    while index < len(text):
        found = _TOKEN.match(text, index)
        assert found is not None
        kind, said, at = found.lastgroup, found[0], index
        index = found.end()
        if kind == "comment" and said == "/*":
            closed = text.find("*/", index)
            index = closed + 2 if closed >= 0 else len(text)
        if kind in ("space", "comment"):
            continue
        end = patterns.end(at) if said == "/" and _may_begin(earlier, before) else None
        if end is not None:
            index, each = end, Token(Kind.STRING, "", at)
        elif said in _STRING_STOPS:
            index, inside = _string(text, index, said)
            each = Token(Kind.STRING, inside, at)
        elif said == "`" or (said == "}" and braces and not braces[-1]):
            if said == "}":
                braces.pop()
            index, inside = _template(text, index, braces)
            each = Token(Kind.STRING, inside if said == "`" else "", at)
        else:
            if braces and said in ("{", "}"):
                braces[-1] += 1 if said == "{" else -1
            each = Token(Kind.WORD if kind == "word" else Kind.MARK, said, at)
        yield each
        earlier, before = before, each


def _string(text: str, index: int, quote: str) -> tuple[int, str]:
    """Where the string that begins before `index` ends, at the latest with its line, and what is in it if it is
    closed."""
    stop, begin = _STRING_STOPS[quote], index
    while found := stop.search(text, index):
        if found[0] == quote:
            return found.end(), text[begin : found.start()]
        if found[0] == "\n":
            return found.start(), ""
        index = found.end() + 1
    return len(text), ""


def _template(text: str, index: int, braces: list[int]) -> tuple[int, str]:
    """Where the text of a template literal ends: behind its end, or behind a `${`, which is noted."""
    begin = index
    while found := _TEMPLATE_STOP.search(text, index):
        if found[0] == "`":
            return found.end(), text[begin : found.start()]
        if found[0] == "${":
            braces.append(0)
            return found.end(), ""
        index = found.end() + 1
    return len(text), ""


@dataclass(slots=True)
class _Patterns:
    """Regular expressions. How many on a line were not closed is remembered, else a line of them takes forever."""

    text: str
    _line_end: int = -1
    _unclosed: int = 0

    def end(self, at: int) -> int | None:
        """Behind the pattern whose `/` is `at`, None where none ends on this line."""
        if at >= self._line_end:
            end = self.text.find("\n", at)
            self._line_end = end if end >= 0 else len(self.text)
            self._unclosed = 0
        if self._unclosed >= _MOST_UNCLOSED:
            return None
        found = _pattern(self.text, at, min(self._line_end, at + _LONGEST_PATTERN))
        if found is None:
            self._unclosed += 1
        return found


def _pattern(text: str, at: int, most: int) -> int | None:
    index, stop = at + 1, _PATTERN_STOP
    while found := stop.search(text, index, most):
        index = found.end()
        match found[0]:
            case "\\":
                index += 1
            case "[":
                stop = _CLASS_STOP
            case "]":
                stop = _PATTERN_STOP
            case "/" if found.start() > at + 1:
                flags = _FLAGS.match(text, index)
                return flags.end() if flags else index
            case _:
                return None
    return None


def _may_begin(earlier: Token | None, before: Token | None) -> bool:
    """Whether a value, and so a regular expression, may stand behind these two."""
    if before is None:
        return True
    if before.kind is Kind.WORD:
        is_member = earlier is not None and earlier.kind is Kind.MARK and earlier.text == "."
        return before.text in _WORDS_BEFORE_VALUE and not is_member
    if before.kind is Kind.STRING or before.text not in _BEFORE_VALUE:
        return False
    return not _is_postfix(earlier, before)


def _is_postfix(earlier: Token | None, before: Token) -> bool:
    """Whether `i++`, `i--` or TypeScript's `x!` ends with these two."""
    if earlier is None or earlier.at + len(earlier.text) != before.at:
        return False
    if before.text in ("+", "-"):
        return earlier.text == before.text
    if before.text != "!":
        return False
    if earlier.kind is Kind.WORD:
        return earlier.text not in _WORDS_BEFORE_VALUE
    return earlier.kind is Kind.MARK and earlier.text in (")", "]")
