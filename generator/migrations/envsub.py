"""What goose's ENVSUB makes of one line, and where it would spoil SQL.

A port of the grammar of github.com/mfridman/interpolate, which goose v3.27.3 calls for each line of a
statement between `ENVSUB ON` and `ENVSUB OFF`. It expands with every variable unset: the values are
known only in the pod.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from generator.migrations import markers

MAX_DEPTH = 50
_NUMBER = re.compile(r"[+-]?[0-9]+")
_LARGEST = 2**63 - 1  # of strconv.Atoi
_MAX_DIGITS = 19
_CONNECTION = ("GOOSE_", "PG")


@dataclass(frozen=True, slots=True)
class Problem:
    """`offset` and `length` count characters from the line's start. goose itself stops at a `fatal` one."""

    offset: int
    length: int
    message: str
    help: str
    fatal: bool = False


@dataclass(frozen=True, slots=True)
class Expanded:
    text: str
    problems: tuple[Problem, ...]


class _Unreadable(Exception):
    def __init__(self, offset: int, message: str) -> None:
        super().__init__(message)
        self.offset = offset


def expand(line: str) -> Expanded:
    """The line with all variables unset; the line itself where goose cannot read it."""
    parser = _Parser(line)
    try:
        text = parser.expression(stop="", depth=0)
    except _Unreadable as problem:
        start = max(0, min(problem.offset, len(line)))
        unreadable = Problem(
            start,
            max(0, min(2, len(line) - start)),
            f"goose cannot read this substitution: {problem}",
            "write `${NAME}` or `${NAME:-default}`, and `\\$` for a dollar sign",
            fatal=True,
        )
        return Expanded(line, (*parser.problems, unreadable))
    return Expanded(text, tuple(parser.problems))


@dataclass(slots=True)
class _Parser:
    line: str
    at: int = 0
    tagged: bool = False
    problems: list[Problem] = field(default_factory=list)

    def peek(self) -> str:
        return self.line[self.at : self.at + 1]

    def next(self) -> str:
        found = self.peek()
        self.at += len(found)
        return found

    def expression(self, stop: str, depth: int) -> str:
        if depth > MAX_DEPTH:
            raise _Unreadable(self.at, f"it is nested deeper than {MAX_DEPTH} levels")
        parts: list[str] = []
        while (found := self.peek()) and found not in stop:
            if self.line.startswith("\\\\", self.at):
                parts.append("\\\\")
                self.at += 2
            elif self.line.startswith(("\\$", "$$"), self.at):
                if found == "$":
                    self._note_body(self.at, "under ENVSUB, goose turns `$$` into `$`")
                parts.append("$")
                self.at += 2
            elif self.line.startswith("$(", self.at):
                parts.append("$(")
                self.at += 2
            elif found == "$" and self.at < len(self.line) - 1:
                parts.append(self.expansion(depth))
            else:
                parts.append(self.next() + self.until("$\\" + stop))
        return "".join(parts)

    def expansion(self, depth: int) -> str:
        start = self.at
        self.at += 1
        if self.peek() == "{":
            self.at += 1
            return self.braces(start, depth)
        name = self.identifier(start)
        if self.peek() == "$":
            self._note_body(start, f"under ENVSUB, goose takes `${name[:40]}$` for a variable")
        return ""

    def braces(self, start: int, depth: int) -> str:
        self.identifier(start)
        operator = self.next()
        if operator == "}":
            return ""
        value = ""
        if operator == ":" and self.peek() != "-":
            self.substring(start)
        elif operator in (":", "?", "-"):
            if operator == ":":
                self.at += 1
            content = self.expression("}", depth + 1)
            value = "" if operator == "?" else content
        else:
            raise _Unreadable(start, "behind the name stands neither `}`, `:`, `-` nor `?`")
        if self.next() != "}":
            raise _Unreadable(start, "the closing `}` is missing on this line")
        return value

    def substring(self, start: int) -> None:
        self.number(self.until(":}"), start)
        if self.peek() != "}":
            self.next()
            self.number(self.until("}"), start)

    def number(self, text: str, start: int) -> None:
        digits = text.strip(markers.SPACE)
        size = digits.lstrip("+-").lstrip("0") or "0"
        if not _NUMBER.fullmatch(digits) or len(size) > _MAX_DIGITS or int(size) > _LARGEST:
            raise _Unreadable(start, "an offset and a length have to be numbers")

    def identifier(self, start: int) -> str:
        first = self.at
        if not self.peek().isalpha():
            raise _Unreadable(start, "a variable's name begins with a letter")
        while (found := self.peek()) and (found == "_" or _is_letter_or_number(found)):
            self.at += 1
        name = self.line[first : self.at]
        if name.startswith(_CONNECTION):
            self._note(start, f"under ENVSUB, goose writes the connection's `{name[:40]}` into SQL", _RENAME)
        return name

    def until(self, stop: str) -> str:
        start = self.at
        # U+FFFD ends a run in the original too: Go cannot tell it from a broken byte.
        found = re.compile(f"[{re.escape(stop)}\ufffd]").search(self.line, start)
        self.at = found.start() if found else len(self.line)
        return self.line[start : self.at]

    def _note_body(self, start: int, message: str) -> None:
        """Once per line: a body on one line holds its tag twice, and what is between looks like a tag too."""
        if not self.tagged:
            self.tagged = True
            self._note(start, message, _SWITCH_OFF)

    def _note(self, start: int, message: str, help: str) -> None:
        self.problems.append(Problem(start, max(self.at - start, 2), message, help))


_SWITCH_OFF = "put `-- +goose ENVSUB OFF` before the body, or write `\\$` where a dollar sign is meant"
_RENAME = "pass the value in a variable of its own (`env` in services.yaml), never the connection"


def _is_letter_or_number(found: str) -> bool:
    return unicodedata.category(found)[0] in "LN"
