"""Where a character of a statement, as goose sends it, stands in the file.

Statement.position counts lines from the statement's start each time, which is quadratic where one statement
has thousands of findings; and under ENVSUB what goose sends is not what stands in the file.
"""

from __future__ import annotations

import bisect
import functools
from collections.abc import Sequence
from dataclasses import dataclass

from generator.diagnostics import Position
from generator.migrations import markers
from generator.migrations.markers import Annotation
from generator.migrations.model import Migration, Statement


@dataclass(frozen=True)
class Place:
    """One statement in its file; `source` are the file's lines."""

    path: str
    source: Sequence[str]
    statement: Statement

    @functools.cached_property
    def lines(self) -> list[str]:
        return self.statement.text.split("\n")

    @functools.cached_property
    def starts(self) -> list[int]:
        found, at = [], 0
        for line in self.lines:
            found.append(at)
            at += len(line) + 1
        return found

    def position(self, offset: int, length: int = 0) -> Position:
        """Of a stretch of the statement's text, cut at the end of its first line."""
        index = bisect.bisect_right(self.starts, offset) - 1
        return self.in_line(index, offset - self.starts[index], length)

    def in_line(self, index: int, column: int, length: int) -> Position:
        """Of a stretch of one line, both counted from 0. In a line that ENVSUB changed, the rest of the line
        where the end cannot be told, and the whole line where neither can."""
        sent, number = self.lines[index], self.statement.numbers[index]
        source = self.source[number - 1]
        length = max(0, min(length, len(sent) - column))
        if source != sent and not source.startswith(sent[: column + length]):
            if source.endswith(sent[column:]):
                column += len(source) - len(sent)
            elif source.startswith(sent[:column]):
                length = len(source.rstrip()) - column
            else:
                column = len(source) - len(source.lstrip())
                length = len(source.strip())
        return Position.at(self.path, number, column + 1, length)

    @property
    def is_as_written(self) -> bool:
        """Whether ENVSUB left the statement as it stands in the file."""
        return all(
            self.source[number - 1] == sent
            for number, sent in zip(self.statement.numbers, self.lines, strict=True)
        )


def no_transaction(migration: Migration, source: Sequence[str]) -> Position:
    """Of the annotation."""
    for number, line in enumerate(source, start=1):
        if markers.is_annotation(line) and markers.read(line) is Annotation.NO_TRANSACTION:
            return Position.at(migration.path, number, 1, len(line.rstrip()))
    return Position(migration.path)
