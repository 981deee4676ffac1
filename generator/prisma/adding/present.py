"""What the schema has by now, by the names of the database: models with their fields, enums, and what it lets us write.

The places that `expected` keeps of everything lead from the relational form back to the tree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from generator.diagnostics import Diagnostic
from generator.prisma import expected, nodes
from generator.prisma.relational import Database, Enum, IndexKind, Table

Key = tuple[str, str]
_NO_DATASOURCE = "db"


@dataclass(frozen=True, slots=True)
class Model:
    """A model or view. `table` is what Prisma would make of it; `fields` are those that are columns, by column."""

    block: nodes.Block
    table: Table
    fields: Mapping[str, nodes.Field]

    @property
    def name(self) -> str:
        return self.block.name.text

    @property
    def key(self) -> Key:
        return (self.table.schema, self.table.name)

    @property
    def is_ignored(self) -> bool:
        return any(each.name.text == "ignore" for each in self.block.attributes)

    def has_unique(self, columns: tuple[str, ...], *, in_order: bool) -> bool:
        """Whether a key of these columns stands in the schema, for all rows."""
        keys = [
            tuple(column.name for column in each.columns)
            for each in self.table.indexes.values()
            if each.kind is not IndexKind.PLAIN and not each.unsayable
        ]
        return columns in keys if in_order else sorted(columns) in [sorted(each) for each in keys]


@dataclass(frozen=True, slots=True)
class Named:
    """An enum as fields name it, and its values in the schema by those in the database."""

    name: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Present:
    """`at` has the models by the place of their names. `enums` are those of the schema, by key; `schemas` are those
    that the datasource lists, None without such a list. `source` is the datasource's name, which `@db.…` begins with.
    """

    schema: nodes.Schema
    expected: Database
    models: Mapping[Key, Model]
    at: Mapping[nodes.Span, Model]
    enums: Mapping[Key, Named]
    enum_blocks: Mapping[nodes.Span, tuple[nodes.Block, Enum]] = field(repr=False)
    problems: tuple[Diagnostic, ...]

    @property
    def names(self) -> set[str]:
        configuration = (nodes.Kind.DATASOURCE, nodes.Kind.GENERATOR)
        return {
            block.name.text
            for file in self.schema.files
            for block in file.blocks
            if block.kind not in configuration
        }

    @property
    def has_source(self) -> bool:
        return bool(self.schema.of(nodes.Kind.DATASOURCE))

    @property
    def source(self) -> str:
        return next((each.name.text for each in self.schema.of(nodes.Kind.DATASOURCE)), _NO_DATASOURCE)

    @property
    def schemas(self) -> tuple[str, ...] | None:
        found = self._property("schemas")
        values = found.values if isinstance(found, nodes.List) else ()
        return tuple(each.value for each in values if isinstance(each, nodes.Text)) or None

    @property
    def has_keys(self) -> bool:
        """Whether relations are foreign keys: not with `relationMode = "prisma"`."""
        mode = self._property("relationMode") or self._property("referentialIntegrity")
        return not (isinstance(mode, nodes.Text) and mode.value == "prisma")

    def _property(self, name: str) -> nodes.Expression | None:
        properties = [each for block in self.schema.of(nodes.Kind.DATASOURCE) for each in block.properties]
        return next((each.value for each in properties if each.name.text == name), None)


def read(schema: nodes.Schema, default_schema: str) -> Present:
    database, problems = expected.read(schema, default_schema)
    tables = {each.origin: each for each in database.tables.values() if not each.is_join_table}
    at = {}
    for block in (*schema.of(nodes.Kind.MODEL), *schema.of(nodes.Kind.VIEW)):
        table = tables.get(block.name.span)
        if table is not None:
            nodes_at = {each.span: each for each in block.fields}
            columns = table.columns.values()
            of = {each.name: nodes_at[each.origin] for each in columns if each.origin in nodes_at}
            at[block.name.span] = Model(block, table, of)
    enums, blocks = {}, {}
    by_place = {each.origin: each for each in database.enums.values()}
    for block in schema.of(nodes.Kind.ENUM):
        enum = by_place.get(block.name.span)
        if enum is not None:
            names = [each.name.text for each in block.values]
            enums[enum.schema, enum.name] = Named(
                block.name.text, dict(zip(enum.values, names, strict=False))
            )
            blocks[block.name.span] = (block, enum)
    by_key = {each.key: each for each in at.values()}
    return Present(schema, database, by_key, at, enums, blocks, tuple(problems))
