"""What a person can get wrong, as values: where it is, what is wrong, what to do about it.

Every part of gen that finds a mistake returns a `Diagnostic`; only the command line prints them
and chooses an exit code.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad it is: an error fails the command, a warning is only shown."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A stretch of text in a file.

    Lines and columns count from 1, columns in characters (code points). The end is exclusive:
    `end_column` is the column after the last character. A position of a whole file, or of a
    directory, is 1:1-1:1.
    """

    path: str
    line: int = 1
    column: int = 1
    end_line: int = 1
    end_column: int = 1

    @classmethod
    def at(cls, path: str, line: int, column: int, length: int = 0) -> Position:
        """A stretch of `length` characters inside one line."""
        return cls(path, line, column, line, column + length)

    @classmethod
    def within(cls, path: str, text: str, index: int, length: int = 0) -> Position:
        """A stretch of `length` characters from `index` of a text, counted from 0; lines end at LF alone, as
        for goose and for editors that show other breaks."""
        line = text.count("\n", 0, index) + 1
        return cls.at(path, line, index - text.rfind("\n", 0, index), length)


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One mistake: the rule's id, what is wrong, what to do."""

    rule: str
    message: str
    help: str
    position: Position
    severity: Severity = Severity.ERROR

    @property
    def sort_key(self) -> tuple[Position, str, str]:
        return (self.position, self.rule, self.message)


def ordered(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The diagnostics without repeats, by file, line, column and rule."""
    return tuple(sorted(set(found), key=lambda each: each.sort_key))


def has_errors(found: Iterable[Diagnostic]) -> bool:
    return any(each.severity is Severity.ERROR for each in found)


class GenError(Exception):
    """Something that is nobody's typing mistake: a missing tool, a lock that is held, a failing disk.

    The message is shown as it stands, with `help` under it, and the exit code is 2.
    """

    def __init__(self, message: str, help: str = "") -> None:
        super().__init__(message)
        self.help = help
