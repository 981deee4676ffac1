"""JavaScript and TypeScript, as far as it takes to tell code from comments, strings and patterns.

No parser: a tokenizer that never fails. A `/` is told from a regular expression by what stands before it, as the
language's own grammar cannot be without parsing; after `)` and `}` it is taken for a division. The text of JSX is
read as code; a string in it ends with its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import NamedTuple

_TOKEN = re.compile(
    r"""
    (?P<space>\s++)
    |(?P<comment>//[^\n]*+|/\*(?:[^*]|\*(?!/))*+(?:\*/)?)
    |(?P<word>[\w$\#]++)
    |(?P<string>"(?:[^"\\\n]|\\.)*+"?|'(?:[^'\\\n]|\\.)*+'?)
    |(?P<mark>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_TEMPLATE = re.compile(r"(?:[^`\\$]|\\.|\$(?!\{))*+", re.DOTALL)
_PATTERN = re.compile(r"/(?:[^/\\\[\n]|\\[^\n]|\[(?:[^\]\\\n]|\\[^\n])*+\])++/\w*+")
_HASHBANG = re.compile(r"#![^\n]*")
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
    """`text` of a string is what is between its quotes, of a template literal nothing; `at` is where it begins."""

    kind: Kind
    text: str
    at: int


def tokens(text: str) -> Iterator[Token]:
    """Without comments, patterns and the text of template literals; what is in `${…}` is code."""
    begin = _HASHBANG.match(text)
    index = begin.end() if begin else 0
    braces: list[int] = []  # for each open `${`, how many `{` are open in it
    before: Token | None = None
    while index < len(text):
        found = _TOKEN.match(text, index)
        assert found is not None
        kind, said, at = found.lastgroup, found[0], index
        index = found.end()
        if kind in ("space", "comment"):
            continue
        if said == "/" and _may_begin(before):
            pattern = _PATTERN.match(text, at)
            if pattern is not None:
                index, before = pattern.end(), Token(Kind.STRING, "", at)
                yield before
                continue
        if said == "`" or (said == "}" and braces and not braces[-1]):
            if said == "}":
                braces.pop()
            index = _template(text, index, braces)
            before = Token(Kind.STRING, "", at)
        else:
            if braces and said in "{}":
                braces[-1] += 1 if said == "{" else -1
            before = _token(kind, said, at)
        yield before


def _template(text: str, index: int, braces: list[int]) -> int:
    """Where the text of a template literal ends: behind its end, or behind a `${`, which is noted."""
    index = _TEMPLATE.match(text, index).end()  # type: ignore[union-attr]  # matches nothing, too
    if text.startswith("${", index):
        braces.append(0)
        return index + 2
    return index + 1


def _token(kind: str | None, said: str, at: int) -> Token:
    if kind == "word":
        return Token(Kind.WORD, said, at)
    if kind == "string":
        return Token(Kind.STRING, said[1:-1] if len(said) > 1 and said[-1] == said[0] else "", at)
    return Token(Kind.MARK, said, at)


def _may_begin(before: Token | None) -> bool:
    """Whether a value, and so a regular expression, may stand behind this."""
    if before is None:
        return True
    if before.kind is Kind.WORD:
        return before.text in _WORDS_BEFORE_VALUE
    return before.kind is Kind.MARK and before.text in _BEFORE_VALUE
