"""The database that Prisma's migration engine would make of a schema.prisma, without making it.

After the engine's own `sql_schema_calculator`; tests hold this against what the engine itself makes. What cannot be
understood is a diagnostic, and everything else is there all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from generator.diagnostics import Diagnostic
from generator.prisma import attributes, indexes, literals, nodes, relations, types
from generator.prisma.attributes import Attribute, Found
from generator.prisma.models import Model, ScalarField
from generator.prisma.relational import Column, Database, Enum, Index, Table, Type
from generator.text import nearest
from generator.text.problem import shown

DEFAULT_SCHEMA = "public"
_PROVIDERS = ("postgresql", "postgres")


@dataclass(frozen=True, slots=True)
class _Enum:
    node: nodes.Block
    enum: Enum
    values: Mapping[str, str]


def read(schema: nodes.Schema, default_schema: str = DEFAULT_SCHEMA) -> tuple[Database, list[Diagnostic]]:
    """`default_schema` is where models without `@@schema` are."""
    reader = _Reader(schema, default_schema)
    return reader.database(), reader.found.diagnostics


def schemas(schema: nodes.Schema, default_schema: str = DEFAULT_SCHEMA) -> tuple[str, ...]:
    """The database schemas that it is about: `schemas = […]` of the datasource, or the default one."""
    value = _property(schema, "schemas")
    values = value.values if isinstance(value, nodes.List) else ()
    named = [each.value for each in values if isinstance(each, nodes.Text)]
    return tuple(dict.fromkeys(named)) or (default_schema,)


def _property(schema: nodes.Schema, *names: str) -> nodes.Expression | None:
    properties = [each for block in schema.of(nodes.Kind.DATASOURCE) for each in block.properties]
    return next((each.value for each in properties if each.name.text in names), None)


def _has_views(schema: nodes.Schema) -> bool:
    """Without the preview feature Prisma refuses a `view`, and pulls none."""
    features = [
        each.value
        for block in schema.of(nodes.Kind.GENERATOR)
        for each in block.properties
        if each.name.text == "previewFeatures" and isinstance(each.value, nodes.List)
    ]
    named = [each.value for one in features for each in one.values if isinstance(each, nodes.Text)]
    return "views" in named or bool(schema.of(nodes.Kind.VIEW))


class _Reader:
    def __init__(self, schema: nodes.Schema, default_schema: str) -> None:
        self.found = Found(schema)
        self._schema = schema
        self._default_schema = default_schema
        self._blocks = (*schema.of(nodes.Kind.MODEL), *schema.of(nodes.Kind.VIEW))
        self._names = {each.name.text for each in self._blocks}
        self._natives = [each.name.text for each in schema.of(nodes.Kind.DATASOURCE)] or ["db"]
        self._enums = {each.name.text: self._enum(each) for each in schema.of(nodes.Kind.ENUM)}

    def database(self) -> Database:
        self._provider()
        models = {each.name.text: self._model(each) for each in self._blocks}
        tables: dict[tuple[str, str], Table] = {}
        for model in models.values():
            self._add(tables, self._table(model))
        mode = _property(self._schema, "relationMode", "referentialIntegrity")
        has_keys = not (isinstance(mode, nodes.Text) and mode.value == "prisma")
        linked = relations.read(models, self.found)
        for model, key in linked.foreign_keys if has_keys else ():
            table = tables[model.key]
            tables[model.key] = replace(table, foreign_keys={**table.foreign_keys, key.name: key})
        for table in linked.join_tables:
            self._add(tables, table if has_keys else replace(table, foreign_keys={}))
        self._one_name(tables.values())
        enums = [each.enum for each in self._enums.values()]
        return Database(
            tables,
            {(each.schema, each.name): each for each in enums},
            has_views=_has_views(self._schema),
            has_keys=has_keys,
        )

    def _provider(self) -> None:
        value = _property(self._schema, "provider")
        if isinstance(value, nodes.Text) and value.value not in _PROVIDERS:
            self.found.add(
                "prisma-provider",
                f"the provider {shown(value.value)} is not PostgreSQL",
                'write `provider = "postgresql"`: gen knows no other database',
                value.span,
            )

    def _add(self, tables: dict[tuple[str, str], Table], table: Table) -> None:
        key = (table.schema, table.name)
        if key in tables and table.origin is not None:
            self.found.add(
                "prisma-same-name",
                f"there are two of the table {shown('.'.join(key))}",
                "give one of them another name with @@map, or remove it",
                table.origin,
            )
        else:
            tables[key] = table

    def _one_name(self, tables: Iterable[Table]) -> None:
        """Indexes have their names in the schema, not in the table."""
        known: dict[tuple[str, str], str] = {}
        for table in tables:
            for index in table.indexes.values():
                other = known.setdefault((table.schema, index.name), table.name)
                if other != table.name and index.origin is not None:
                    self.found.add(
                        "prisma-same-name",
                        f"the table {shown(other)} has an index {shown(index.name)} too",
                        "give one of them another name with `map:`",
                        index.origin,
                    )

    def _enum(self, block: nodes.Block) -> _Enum:
        given = attributes.read(block.attributes, attributes.ENUM, self.found, "@@")
        values = {}
        for each in block.values:
            own = attributes.read(each.attributes, attributes.ENUM_VALUE, self.found)
            values[each.name.text] = _mapped(own, each.name.text)
        enum = Enum(
            self._of_schema(given),
            _mapped(given, block.name.text),
            tuple(values.values()),
            block.name.span,
            called=block.name.text,
            names=tuple(values),
        )
        return _Enum(block, enum, values)

    def _of_schema(self, given: Iterable[tuple[str, Attribute]]) -> str:
        attribute = attributes.one(given, "schema")
        return (attribute.text("map") if attribute else None) or self._default_schema

    def _model(self, block: nodes.Block) -> Model:
        given = attributes.read(block.attributes, attributes.BLOCK, self.found, "@@")
        fields: dict[str, ScalarField] = {}
        linking: dict[str, tuple[nodes.Field, Attribute | None]] = {}
        for each in block.fields:
            own = attributes.read(each.attributes, attributes.FIELD, self.found, others=self._natives)
            if each.type.name in self._names:
                linking[each.name.text] = (each, attributes.one(own, "relation"))
            elif (column := self._column(each, own)) is not None:
                fields[each.name.text] = ScalarField(each, column, tuple(own))
        return Model(
            block, self._of_schema(given), _mapped(given, block.name.text), fields, linking, tuple(given)
        )

    def _table(self, model: Model) -> Table:
        columns: dict[str, Column] = {}
        for each in model.fields.values():
            if each.column.name in columns:
                self.found.add(
                    "prisma-same-name",
                    f"there are two of the column {shown(each.column.name)}",
                    "give one of them another name with @map, or remove it",
                    each.node.span,
                )
            columns.setdefault(each.column.name, each.column)
        found: Mapping[str, Index] = {} if model.is_view else indexes.read(model, self.found)
        return Table(
            *model.key,
            columns=columns,
            indexes=found,
            foreign_keys={},
            is_view=model.is_view,
            origin=model.node.name.span,
            called=model.node.name.text,
        )

    def _column(self, node: nodes.Field, given: list[tuple[str, Attribute]]) -> Column | None:
        scalar, type, values = self._type(node)
        if type is None:
            return None
        natives = [
            each
            for each in node.attributes
            if each.name.text.partition(".")[0] in self._natives and "." in each.name.text
        ]
        for each in natives:
            # "" is no scalar type: no native type is for it.
            native = literals.native(scalar or "one without native types", each, self.found)
            type = native or type
        is_list = node.type.arity is nodes.Arity.LIST
        type = replace(type, is_array=is_list or type.is_array)
        attribute = attributes.one(given, "default")
        value = attribute.values.get("value") if attribute else None
        return Column(
            _mapped(given, node.name.text),
            type,
            is_nullable=type.is_array or node.type.arity is nodes.Arity.OPTIONAL,
            default=None if value is None else literals.default(value, scalar, type, values, self.found),
            origin=node.span,
            called=node.name.text,
            client_default=literals.of_client(value),
        )

    def _type(self, node: nodes.Field) -> tuple[str | None, Type | None, Mapping[str, str] | None]:
        """The scalar type's name, the type without arity, and an enum's values."""
        name = node.type.name
        if name is None:
            return None, types.parse(node.type.unsupported or "", self._default_schema), None
        if name in types.SCALAR:
            return name, types.SCALAR[name], None
        if name in self._enums:
            enum = self._enums[name]
            return None, Type(f"{enum.enum.schema}.{enum.enum.name}"), enum.values
        composite = {each.name.text for each in self._schema.of(nodes.Kind.TYPE)}
        guess = nearest.nearest(name, {*types.SCALAR, *self._enums, *self._names})
        if name in composite:
            message = f"the composite type {shown(name)} can't be a column"
            help = "Prisma has composite types for MongoDB only: write Json, or a model of its own"
        else:
            message = f"there is no type, model or enum {shown(name)}"
            help = f"did you mean {guess}?" if guess else "declare it, or correct the name"
        self.found.add("prisma-unknown-type", message, help, node.type.span)
        return None, None, None


def _mapped(given: Iterable[tuple[str, Attribute]], name: str) -> str:
    attribute = attributes.one(given, "map")
    return (attribute.text("name") if attribute else None) or name
