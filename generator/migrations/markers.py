"""One line of SQL → the goose annotation on it, decided exactly as goose decides it.

A port of `extractAnnotation` and of the test in front of it (goose v3.27.3,
internal/sqlparser/parser.go), down to its oddities: `-- Up +goose` is an annotation, `-- +GOOSE Up`
is a comment. What goose takes for a comment though a person meant an annotation is told apart here
too: after a mistyped Down, the statements of the Down run as part of the Up.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from enum import StrEnum

from generator.migrations import quoting

# unicode.IsSpace of Go, which strings.TrimSpace and bufio.ScanWords use. str.strip() without an argument
# also removes U+001C to U+001F.
SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
_LONGEST_LOOKALIKE = 80
_LOOKALIKE = re.compile(
    r"(?:[-\u2010-\u2015\u2212]+\s*\+?|/\*\s*\+|\+)\s*goose\s*:?\s*"
    r"(?P<name>up|down|statement\s*begin|statement\s*end|no\s*transaction|envsub\s*on|envsub\s*off)"
    r"\s*(?:;|\*/)?",
    re.IGNORECASE,
)


class Annotation(StrEnum):
    UP = "Up"
    DOWN = "Down"
    STATEMENT_BEGIN = "StatementBegin"
    STATEMENT_END = "StatementEnd"
    NO_TRANSACTION = "NO TRANSACTION"
    ENVSUB_ON = "ENVSUB ON"
    ENVSUB_OFF = "ENVSUB OFF"

    @property
    def line(self) -> str:
        return f"-- +goose {self.value}"


@dataclass(frozen=True, slots=True)
class Malformed:
    """Why goose refuses a line as an annotation, and what to write."""

    message: str
    help: str


def is_annotation(line: str) -> bool:
    """Whether goose reads the line as an annotation, well-formed or not."""
    return "+goose" in line and line.strip(SPACE).startswith("--")


def read(line: str) -> Annotation | Malformed:
    """The annotation on a line for which `is_annotation` holds."""
    if line.startswith((" ", "\t")):
        return Malformed("white space stands before a goose annotation", "start the line with `-- +goose`")
    command = line.replace("--", "").replace("+goose", "", 1)
    if "+goose" in command:
        return Malformed("`+goose` stands twice on this line", "write one annotation per line")
    command = command.strip(SPACE)
    if not command:
        return Malformed(
            "`-- +goose` without an annotation behind it", f"write one of {_names()}, or remove the line"
        )
    for each in Annotation:
        # Equal lengths make full case folding the same as the simple one of Go's strings.EqualFold.
        if len(command) == len(each.value) and command.casefold() == each.value.casefold():
            return each
    return Malformed(f"`{quoting.shown(command)}` is not a goose annotation", _advice(command))


def lookalike(line: str) -> Annotation | None:
    """The annotation that a person meant where goose sees a comment or SQL."""
    text = line.strip(SPACE)
    if len(text) > _LONGEST_LOOKALIKE:
        return None
    found = _LOOKALIKE.fullmatch(text)
    if found is None:
        return None
    wanted = _squeezed(found["name"])
    return next(each for each in Annotation if _squeezed(each.value) == wanted)


def _advice(command: str) -> str:
    for each in Annotation:
        if command.casefold().startswith(f"{each.value.casefold()} "):
            return f"write `{each.line}` with nothing behind it, and the comment on a line of its own"
    names = {_squeezed(each.value): each for each in Annotation}
    near = difflib.get_close_matches(_squeezed(command[:_LONGEST_LOOKALIKE]), names, n=1)
    if near:
        return f"write `{names[near[0]].line}`"
    return f"goose knows {_names()}; in an ordinary comment, write goose without the `+`"


def _names() -> str:
    return ", ".join(each.value for each in Annotation)


def _squeezed(name: str) -> str:
    return "".join(name.split()).casefold()
