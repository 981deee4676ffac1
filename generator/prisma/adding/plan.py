"""What is to be written, before it is text: blocks of our own, and lines for blocks that are there.

Everything is laid out anew from the first text after each round, so that a block of our own which gets one more field
is as well formed as if it had had it from the beginning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from generator.prisma.nodes import Kind


@dataclass(frozen=True, slots=True)
class Row:
    """A field, or an enum's value, which has no type. `attributes` are as they are written, `@map("x") @db.Text`."""

    name: str
    type: str = ""
    attributes: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a block with `@@`. `rank` is its place among others as Prisma's formatter sorts them."""

    rank: int
    text: str


ID, UNIQUE, INDEX, MAP, IGNORE, SCHEMA = range(6)


@dataclass(slots=True)
class Draft:
    """A block of our own."""

    kind: Kind
    name: str
    rows: list[Row] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    comment: str = ""


@dataclass(slots=True)
class Insertion:
    """For a block that is there. `values` are an enum's, each with the name of the value before it, "" for none."""

    rows: list[Row] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    values: list[tuple[str, Row]] = field(default_factory=list)


@dataclass(slots=True)
class Plan:
    """By the names of the blocks, which are unique in a schema. `added` is a line for each thing."""

    drafts: dict[str, Draft] = field(default_factory=dict)
    insertions: dict[str, Insertion] = field(default_factory=dict)
    added: list[str] = field(default_factory=list)

    def draft(self, of: Draft) -> None:
        self.drafts[of.name] = of

    def rows(self, block: str, rows: Sequence[Row]) -> None:
        self._of(block).rows.extend(rows)

    def lines(self, block: str, lines: Sequence[Line]) -> None:
        self._of(block).lines.extend(lines)

    def values(self, block: str, values: Sequence[tuple[str, Row]]) -> None:
        """Of an enum that is there: all that it lacks at once."""
        self.insertions.setdefault(block, Insertion()).values.extend(values)

    def _of(self, block: str) -> Draft | Insertion:
        return self.drafts.get(block) or self.insertions.setdefault(block, Insertion())
