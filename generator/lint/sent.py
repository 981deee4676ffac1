"""What squawk sees of a migration, and where in the file its findings are.

Each statement of the Up stands on its own lines, as goose sends it; all else is blank, comments too:
`squawk-ignore` gives no reason, and other comments of squawk's change what it assumes.
"""

from __future__ import annotations

import bisect
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from generator.diagnostics import Position
from generator.lint import tokens
from generator.lint.places import Place
from generator.lint.squawk import Finding
from generator.lint.tokens import Kind
from generator.migrations import lines
from generator.migrations.model import Migration, Statement

# squawk finds nothing in these, and takes seconds for a large one.
_DATA = frozenset({"INSERT", "UPDATE", "DELETE", "SELECT", "WITH", "VALUES", "MERGE", "COPY"})
_MOST_DATA = 32 * 1024


@dataclass(frozen=True, slots=True)
class Sent:
    """`texts` are the lines of each statement as they are sent; `source` the file's."""

    migration: Migration
    source: Sequence[str]
    places: tuple[Place, ...]
    texts: tuple[tuple[str, ...], ...]

    def text(self, without: Collection[int] = ()) -> str:
        """The file for squawk, `without` these statements (by index)."""
        whole = [""] * len(self.source)
        for index, (place, sent) in enumerate(zip(self.places, self.texts, strict=True)):
            if index not in without:
                for number, line in zip(place.statement.numbers, sent, strict=True):
                    whole[number - 1] = line
        return "\n".join(whole) + "\n"

    def statement(self, finding: Finding) -> int:
        """The index of the statement that it is about: of a place between two, the one before."""
        firsts = [each.statement.line for each in self.places]
        return max(0, bisect.bisect_right(firsts, finding.line + 1) - 1)

    def position(self, finding: Finding) -> Position:
        """Its first line; squawk counts bytes."""
        index = self.statement(finding)
        place, sent = self.places[index], self.texts[index]
        numbers = place.statement.numbers
        row = bisect.bisect_right(numbers, finding.line + 1) - 1
        if row < 0 or numbers[row] != finding.line + 1:
            return place.in_line(len(sent) - 1, len(sent[-1]), 0)
        data = sent[row].encode()
        start = _characters(data, finding.column)
        ends_here = finding.end_line == finding.line
        end = _characters(data, finding.end_column) if ends_here else len(sent[row])
        return place.in_line(row, start, max(0, end - start))


def of(migration: Migration) -> Sent:
    source = lines.split(migration.text)
    return Sent(
        migration,
        source,
        tuple(Place(migration.path, source, each) for each in migration.up),
        tuple(_sent(each) for each in migration.up),
    )


def _sent(statement: Statement) -> tuple[str, ...]:
    text = statement.text
    if len(text) > _MOST_DATA and _is_data(text):
        return ("",) * len(statement.numbers)
    if "--" in text or "/*" in text:
        text = without_comments(text)
    return tuple(text.split("\n"))


def _is_data(text: str) -> bool:
    first = next((each for each in tokens.read(text) if each.kind is not Kind.COMMENT), None)
    return first is not None and first.kind is Kind.WORD and first.value in _DATA


def without_comments(text: str) -> str:
    """Each character of a comment a space, line breaks kept."""
    parts: list[str] = []
    at = 0
    for token in tokens.read(text):
        if token.kind is Kind.COMMENT:
            blank = "\n".join(" " * len(line) for line in token.value.split("\n"))
            parts += [text[at : token.start], blank]
            at = token.end
    return "".join([*parts, text[at:]])


def _characters(data: bytes, count: int) -> int:
    return len(data[:count].decode("utf-8", "ignore"))
