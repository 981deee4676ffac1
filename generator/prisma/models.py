"""A model or view of a schema.prisma with its names in the database, between the tree and the relational form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from generator.prisma import nodes
from generator.prisma.attributes import Attribute
from generator.prisma.relational import Column


@dataclass(frozen=True, slots=True)
class ScalarField:
    """A field that is a column."""

    node: nodes.Field
    column: Column
    attributes: tuple[tuple[str, Attribute], ...]


@dataclass(frozen=True, slots=True)
class Model:
    """`fields` are those that are columns, `relations` the others with their `@relation`; by name in the schema."""

    node: nodes.Block
    schema: str
    table: str
    fields: Mapping[str, ScalarField]
    relations: Mapping[str, tuple[nodes.Field, Attribute | None]]
    attributes: tuple[tuple[str, Attribute], ...]

    @property
    def name(self) -> str:
        return self.node.name.text

    @property
    def key(self) -> tuple[str, str]:
        return (self.schema, self.table)

    @property
    def is_view(self) -> bool:
        return self.node.kind is nodes.Kind.VIEW

    def primary_key(self) -> tuple[str, ...]:
        """The fields of `@id` or `@@id`, as far as there are such."""
        for name, field in self.fields.items():
            if any(each == "id" for each, _ in field.attributes):
                return (name,)
        for each, attribute in self.attributes:
            if each == "id":
                values = attribute.list("fields")
                names = [value.value for value in values if isinstance(value, nodes.Constant)]
                return tuple(name for name in names if name in self.fields)
        return ()
