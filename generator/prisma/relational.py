"""What Prisma can tell of a PostgreSQL database, as values: the common form of the two sides of a comparison.

One side is what schema.prisma expects (`expected`), the other what the migrations made (`describing`). Names
are plain text, unquoted; order counts only where it means something (columns of keys and indexes, enum values).
`origin` tells where something was written; it never takes part in a comparison.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from generator.prisma.nodes import Span


@dataclass(frozen=True, slots=True)
class Type:
    """A column's type as PostgreSQL prints it without a modifier, in `pg_catalog`'s spelling: `integer`,
    `character varying`, `timestamp without time zone`, or the qualified name of an enum (`public.role`). Any other
    type has its schema only if it is not the default schema's nor an extension's: who writes Unsupported("citext")
    does not say where.

    `modifiers`: length, or precision and scale, as `format_type` has them; `()` for none. `is_array`: any number of
    dimensions, as for Prisma.
    """

    name: str
    modifiers: tuple[int, ...] = ()
    is_array: bool = False


class DefaultKind(StrEnum):
    VALUE = "value"
    NOW = "now"
    SEQUENCE = "sequence"
    EXPRESSION = "expression"


@dataclass(frozen=True, slots=True)
class Default:
    """`text` is a literal's value (lists: each element and a line break), or an expression; in a form that different
    spellings share (see `defaults`). `written` is the SQL as the database prints it or dbgenerated("…") has it.

    `NOW` is CURRENT_TIMESTAMP and now(); `SEQUENCE` is serial, identity and autoincrement().
    """

    kind: DefaultKind
    text: str = ""
    written: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Column:
    """`is_generated`: GENERATED ALWAYS AS (…) STORED, of which Prisma knows nothing: it takes the expression for a
    default, and so does `default`. A domain's column has the type that the domain stands on, as for Prisma.

    `is_nullable` is True for arrays, NOT NULL or not: to Prisma a list is a list. `called` is the field's name in the
    schema, "" for a column of a database. `client_default`: `uuid` of `@default(uuid())`, which the database has not.
    """

    name: str
    type: Type
    is_nullable: bool
    default: Default | None
    is_generated: bool = False
    origin: Span | None = field(default=None, compare=False)
    called: str = field(default="", compare=False)
    client_default: str = field(default="", compare=False)


class Sort(StrEnum):
    ASC = "asc"
    DESC = "desc"


@dataclass(frozen=True, slots=True)
class IndexColumn:
    """`operator_class` is None for the type's default one. `is_nulls_default` is False for an explicit NULLS FIRST
    or LAST that is not the order's own: Prisma cannot say it."""

    name: str
    sort: Sort = Sort.ASC
    operator_class: str | None = None
    is_nulls_default: bool = True


class IndexKind(StrEnum):
    PRIMARY = "primary key"
    UNIQUE = "unique"
    PLAIN = "index"


@dataclass(frozen=True, slots=True)
class Index:
    """`method` is the access method: `btree`, `gin`, … A unique constraint and a unique index are the same to Prisma;
    `is_constraint` tells which it is in the database.

    `unsayable` are the reasons why Prisma cannot say it: `partial`, `expression`, `include`, `nulls`, `collation`.

    `called` is `name: "…"` of the schema, `is_of_field` whether it is written there as `@id` or `@unique` of a field.
    """

    name: str
    kind: IndexKind
    columns: tuple[IndexColumn, ...]
    method: str = "btree"
    is_constraint: bool = field(default=False, compare=False)
    unsayable: tuple[str, ...] = ()
    origin: Span | None = field(default=None, compare=False)
    called: str = field(default="", compare=False)
    is_of_field: bool = field(default=False, compare=False)


class Action(StrEnum):
    NO_ACTION = "NoAction"
    RESTRICT = "Restrict"
    CASCADE = "Cascade"
    SET_NULL = "SetNull"
    SET_DEFAULT = "SetDefault"


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """`columns` refer to `referenced` of `table`, a qualified name as a pair. `called` is the relation's name in the
    schema, "" where it has none. `is_implied`: nobody wrote `onDelete`, so it follows from what can be NULL."""

    name: str
    columns: tuple[str, ...]
    table: tuple[str, str]
    referenced: tuple[str, ...]
    on_delete: Action
    on_update: Action
    origin: Span | None = field(default=None, compare=False)
    called: str = field(default="", compare=False)
    is_implied: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Table:
    """A table, or a view (`is_view`, materialized ones too): columns by name, indexes and foreign keys by name.

    `beside` is what Prisma cannot express, by name: check constraints, exclusion constraints, triggers, row level
    security, partitioning, partial indexes …; `{"users_email_check": "check constraint"}`.

    `is_join_table`: of an implicit many-to-many relation, whose key was a unique index before Prisma 6.
    `is_extension`: an extension made it (`spatial_ref_sys`). `is_unseen`: Prisma's introspection passes it over
    (a materialized view, a foreign table), though a person may write a block for it. `called` is the model's name in
    the schema, "" for a table of a database.
    """

    schema: str
    name: str
    columns: Mapping[str, Column]
    indexes: Mapping[str, Index]
    foreign_keys: Mapping[str, ForeignKey]
    is_view: bool = False
    beside: Mapping[str, str] = field(default_factory=dict, compare=False)
    origin: Span | None = field(default=None, compare=False)
    is_join_table: bool = field(default=False, compare=False)
    is_extension: bool = field(default=False, compare=False)
    is_unseen: bool = field(default=False, compare=False)
    called: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Enum:
    """`called` is the name in the schema, "" for one of a database; `names` those of the values, in their order."""

    schema: str
    name: str
    values: tuple[str, ...]
    origin: Span | None = field(default=None, compare=False)
    called: str = field(default="", compare=False)
    names: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Database:
    """By schema and name. Of what schema.prisma says: `has_views`, it may have views; `has_keys`, its relations are
    foreign keys, as they are unless `relationMode = "prisma"`. `aside` are enums that are excluded: of them only the
    names count."""

    tables: Mapping[tuple[str, str], Table]
    enums: Mapping[tuple[str, str], Enum]
    has_views: bool = field(default=False, compare=False)
    has_keys: bool = field(default=True, compare=False)
    aside: Mapping[tuple[str, str], Enum] = field(default_factory=dict, compare=False)
