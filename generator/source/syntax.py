"""The C parser's complaints in the words of somebody who has to mend the file.

libyaml names what it wanted to see next in its grammar; a person needs to know which character is
wrong and what to type. A message that is not in the table is passed on as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from generator.diagnostics import Diagnostic, Position
from generator.source import decoding
from generator.source.document import Text


@dataclass(frozen=True, slots=True)
class Plain:
    """`opening` points at where the construct began instead of where the parser gave up."""

    message: str
    help: str
    opening: bool = False
    rule: str = "yaml-syntax"


_QUOTE_COLON = (
    "put the value in quotes if the colon belongs to it; otherwise check this line's indentation, and the `:` of"
    " the line above"
)
_INDENT = "line it up with the entries above; text behind a closing quote or bracket is not allowed"
_PLAIN: dict[str, Plain] = {
    "mapping values are not allowed in this context": Plain("a `: ` is not allowed here", _QUOTE_COLON),
    "did not find expected key": Plain("expected `key: value` here", _INDENT),
    "did not find expected '-' indicator": Plain("expected a list item `- …` here", _INDENT),
    "did not find expected ',' or ']'": Plain(
        "the list that opens here has no `]`, or lacks a comma",
        "close it with `]`, and put commas between the items",
        True,
    ),
    "did not find expected ',' or '}'": Plain(
        "the mapping that opens here has no `}`, or lacks a comma",
        "close it with `}`, and put commas between the entries",
        True,
    ),
    "did not find expected node content": Plain(
        "expected a value here", "write the value, or delete the stray character"
    ),
    "found character that cannot start any token": Plain(
        "a value cannot begin with this character", "put the value in quotes"
    ),
    "block sequence entries are not allowed in this context": Plain(
        "a list item cannot begin here", "begin the list on a line of its own"
    ),
    "could not find expected ':'": Plain(
        "this line is not `key: value`", "add the colon and the value", True
    ),
    "found unexpected end of stream": Plain("the quote that opens here is never closed", "close it", True),
    "found unexpected document indicator": Plain(
        "the quote that opens here is never closed", "close it", True
    ),
    # YAML 1.2 allows it, libyaml does not.
    "found unexpected ':'": Plain(
        "inside `[…]` and `{…}`, a text with a `:` needs quotes",
        "put the text in quotes, or write one `- item` or `key: value` per line",
    ),
    "found unknown escape character": Plain(
        "this backslash escape does not exist", "write `\\\\` for a backslash, or use single quotes"
    ),
    "found invalid Unicode character escape code": Plain(
        "this escape is not a character", "write the character itself; a surrogate pair is two halves of one"
    ),
    "did not find expected hexdecimal number": Plain(
        "this escape lacks digits", "write \\xNN, \\uNNNN or \\UNNNNNNNN"
    ),
    "did not find expected alphabetic or numeric character": Plain(
        "`&` and `*` need a name behind them", "put the value in quotes if it begins with the character", True
    ),
    "did not find expected comment or line break": Plain(
        "only a comment may follow `|` or `>`", "begin the text on the next line"
    ),
    "found undefined tag handle": Plain("this tag is not known", "delete the tag", True, "yaml-tag"),
    "did not find expected <document start>": Plain(
        "the document ended, and more text follows", "keep one mapping of `key: value` in the file"
    ),
    "found incompatible YAML document": Plain("this YAML version is not known", "delete the line `%YAML …`"),
    "found unknown directive name": Plain("this directive is not known", "delete the line", True),
}
_TABS = frozenset(
    {
        "found a tab character that violates indentation",
        "found a tab character where an indentation space is expected",
    }
)


def explain(error: Any, places: Text) -> Diagnostic:
    """One diagnostic for a YAMLError of the C parser; its marks may be missing or behind the end."""
    problem = str(getattr(error, "problem", None) or error).split("\n", 1)[0]
    mark = getattr(error, "problem_mark", None)
    position = _at(mark, places)
    at_tab = places.text[mark.index : mark.index + 1] == "\t" if mark else False
    if problem in _TABS or (at_tab and problem in ("found character that cannot start any token",)):
        return decoding.tab(position)
    known = _PLAIN.get(problem)
    if known is None:
        return Diagnostic(
            "yaml-syntax", problem, "check the quotes, brackets and indentation around it", position
        )
    opening = getattr(error, "context_mark", None)
    if known.opening and opening is not None:
        position = _at(opening, places)
    return Diagnostic(known.rule, known.message, known.help, position)


def _at(mark: Any, places: Text) -> Position:
    if mark is None:
        return Position(places.path)
    index = mark.index
    end = len(places.text.rstrip())
    return places.between(index, index + 1) if index < end else places.between(end, end)
