"""A schema.prisma as a tree: what was written, with the place of everything, and nothing understood yet.

Prisma's own syntax tree (schema-ast of prisma-engines) is the model. Spans are offsets into the text of one
file, in code points from 0, the end exclusive: `sync` edits the text by them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from generator.diagnostics import Position


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the text of the file at `path`, as shown to a person."""

    path: str
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Name:
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Text:
    """A string literal: its value, escapes resolved."""

    value: str
    span: Span


@dataclass(frozen=True, slots=True)
class Number:
    """As it was written: `10`, `-1.5`."""

    value: str
    span: Span


@dataclass(frozen=True, slots=True)
class Constant:
    """A bare word: `true`, `ADMIN`, `Cascade`, a field's name in a list; with dots where there are any."""

    value: str
    span: Span


@dataclass(frozen=True, slots=True)
class Call:
    """`now()`, `dbgenerated("…")`, `raw("jsonb_path_ops")`, `title(sort: Desc)`."""

    name: str
    arguments: tuple[Argument, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class List:
    values: tuple[Expression, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Object:
    """`{ deletedAt: null }`, a partial index's condition since Prisma 7.4: every member has a name."""

    members: tuple[Argument, ...]
    span: Span


Expression = Text | Number | Constant | Call | List | Object


@dataclass(frozen=True, slots=True)
class Argument:
    """`name` is None for one without."""

    name: Name | None
    value: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class Attribute:
    """`@id`, `@db.VarChar(10)`, `@@index([a, b])`: `name` is `id`, `db.VarChar`, `index`; no `@`."""

    name: Name
    arguments: tuple[Argument, ...]
    span: Span


class Arity(StrEnum):
    REQUIRED = "required"
    OPTIONAL = "optional"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class FieldType:
    """`name` is the type's, or None for `Unsupported("…")`, whose text is `unsupported`."""

    name: str | None
    unsupported: str | None
    arity: Arity
    span: Span


@dataclass(frozen=True, slots=True)
class Field:
    """`span` is from the name to the last attribute, without a comment behind it. `documentation` is of `///`."""

    name: Name
    type: FieldType
    attributes: tuple[Attribute, ...]
    documentation: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class EnumValue:
    name: Name
    attributes: tuple[Attribute, ...]
    documentation: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class Property:
    """`provider = "postgresql"` of a datasource or a generator."""

    name: Name
    value: Expression
    span: Span


class Kind(StrEnum):
    MODEL = "model"
    VIEW = "view"
    TYPE = "type"
    ENUM = "enum"
    DATASOURCE = "datasource"
    GENERATOR = "generator"


@dataclass(frozen=True, slots=True)
class Block:
    """A top-level block from its keyword to its closing brace.

    A model, view or type has `fields`, an enum `values`, a datasource or generator `properties`; `attributes` are
    the `@@` ones. `close` is the offset of the closing brace, or of where it is missing.
    """

    kind: Kind
    name: Name
    fields: tuple[Field, ...]
    values: tuple[EnumValue, ...]
    properties: tuple[Property, ...]
    attributes: tuple[Attribute, ...]
    documentation: str | None
    span: Span
    close: int


@dataclass(frozen=True, slots=True)
class File:
    """One file: its text as read (line breaks as they are), and its blocks in their order."""

    path: str
    text: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Schema:
    """All files of a service's schema, by path. Names are unique over all of them."""

    files: tuple[File, ...]

    def of(self, kind: Kind) -> tuple[Block, ...]:
        return tuple(block for file in self.files for block in file.blocks if block.kind is kind)

    @property
    def is_blank(self) -> bool:
        """Whether nothing is in it but what Prisma generates: it is about the whole database, then."""
        return all(block.kind is Kind.GENERATOR for file in self.files for block in file.blocks)

    def position(self, span: Span) -> Position:
        (file,) = [each for each in self.files if each.path == span.path]
        return Position.within(span.path, file.text, span.begin, span.end - span.begin)
