"""Models, views and enums that the schema lacks, and fields, indexes and values that those lack which it has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from generator.prisma import naming, wording
from generator.prisma.adding import edits, fields, keys, plan
from generator.prisma.adding.plan import Draft, Line, Plan, Row
from generator.prisma.adding.present import Key, Model, Named, Present
from generator.prisma.comparing import Difference
from generator.prisma.nodes import Kind
from generator.prisma.relational import Column, Database, Enum, Index, Table

# Of Prisma's own introspection, word by word.
_IGNORED = (
    "/// The underlying table does not contain a valid unique identifier and can therefore currently not be handled "
    "by Prisma Client."
)


class Writer:
    """Writes everything but relations into a plan. `schemas` are those that the datasource lists, or will."""

    def __init__(
        self,
        of: Present,
        found: Database,
        style: naming.Style,
        to: Plan,
        default_schema: str,
        schemas: Sequence[str] | None,
    ) -> None:
        self._of = of
        self._found = found
        self._style = style
        self._plan = to
        self._default = default_schema
        self._schemas = schemas
        self._names = of.names
        self._enums = {f"{schema}.{name}": self._enum((schema, name)) for schema, name in found.enums}
        known = {f"{schema}.{name}" for schema, name in of.enums}
        self._enum_types = known | self._enums.keys()

    def _enum(self, key: Key) -> Named | None:
        """As the schema has it; one that is in another schema there is told as such, and taken for it."""
        free = [
            each
            for other, each in self._of.enums.items()
            if other[1] == key[1] and other not in self._found.enums
        ]
        return self._of.enums.get(key) or (free[0] if len(free) == 1 else None)

    def _is_place(self, schema: str) -> bool:
        """Whether a model can be in this schema of the database."""
        return schema in ((self._default,) if self._schemas is None else self._schemas)

    def _shown(self, key: Key) -> str:
        return key[1] if key[0] == self._default else ".".join(key)

    def _model(self, each: Difference) -> Model | None:
        """The model that a difference is about, if lines can be put into it."""
        model = None if each.origin is None else self._of.at.get(each.origin)
        if model is None or model.key != each.table:
            return None
        (file,) = [each for each in self._of.schema.files if each.path == model.block.span.path]
        return model if edits.can_insert(file, model.block) else None

    def enums(self, missing: Sequence[Difference]) -> None:
        """Those that are missing, and those that something missing needs."""
        new: set[Key] = set()
        for each in missing:
            match each.missing:
                case Enum() as enum if each.origin is not None:
                    self._values(each, enum)
                case Enum() as enum:
                    new.add((enum.schema, enum.name))
                case Table() as table:
                    new |= set(self._used(table.columns.values()))
                case Column() as column:
                    new |= set(self._used([column]))
        for key in sorted(new, key=lambda key: (key[0] != self._default, key)):
            if (
                self._enums[".".join(key)] is None
                and self._is_place(key[0])
                and self._found.enums[key].values
            ):
                self._new_enum(self._found.enums[key])

    def _used(self, columns: Iterable[Column]) -> Iterator[Key]:
        types = {each.type.name for each in columns}
        return (key for key in self._found.enums if ".".join(key) in types)

    def _values(self, each: Difference, enum: Enum) -> None:
        found = None if each.origin is None else self._of.enum_blocks.get(each.origin)
        if found is None:
            return
        block, present = found
        names = {value: own.name.text for value, own in zip(present.values, block.values, strict=False)}
        before = ""
        rows = []
        for value in enum.values:
            if value and value not in names:
                row = _value(value, names.values())
                names[value] = row.name
                rows.append((before, row))
                self._plan.added.append(
                    f"value {block.name.text}.{row.name} ({self._shown((enum.schema, enum.name))})"
                )
            elif value:
                before = names[value]
        self._plan.values(block.name.text, rows)

    def _new_enum(self, enum: Enum) -> None:
        key = (enum.schema, enum.name)
        values: dict[str, Row] = {}
        for each in filter(None, enum.values):  # Prisma has no way to spell an empty one.
            values[each] = _value(each, {row.name for row in values.values()})
        if not values:
            return
        name = self._name(key, "Enum")
        self._enums[".".join(key)] = Named(name, {each: row.name for each, row in values.items()})
        lines = self._mapped(name, key)
        self._plan.draft(Draft(Kind.ENUM, name, list(values.values()), lines))
        self._plan.added.append(f"enum {name} ({self._shown(key)})")

    def _name(self, key: Key, kind: str) -> str:
        schema = None if key[0] == self._default else key[0]
        name = naming.block(self._style, key[1], schema, self._names, kind)
        self._names.add(name)
        return name

    def _mapped(self, name: str, key: Key) -> list[Line]:
        lines = [] if name == key[1] else [Line(plan.MAP, f"@@map({wording.string(key[1])})")]
        if self._schemas is not None:
            lines.append(Line(plan.SCHEMA, f"@@schema({wording.string(key[0])})"))
        return lines

    def tables(self, missing: Iterable[Table]) -> None:
        """The default schema's first: theirs are the names without the schema's."""
        for each in sorted(missing, key=lambda each: (each.schema != self._default, each.schema, each.name)):
            self._table(each)

    def _table(self, table: Table) -> None:
        columns = [
            each for each in table.columns.values() if self._enums.get(each.type.name, True) is not None
        ]
        key = (table.schema, table.name)
        if not columns or not self._is_place(table.schema):
            return
        names: dict[str, str] = {}
        for each in columns:
            names[each.name] = naming.field(self._style, each.name, set(names.values()))
        kind = Kind.VIEW if table.is_view else Kind.MODEL
        name = self._name(key, kind.capitalize() if table.is_view else "Table")
        lines = self._mapped(name, key)
        found = keys.of_table(table, names, self._taken(table.schema), self._enum_types)
        rows = [
            fields.row(
                each,
                names[each.name],
                self._enums,
                self._of.source,
                keys=found.inline.get(each.name, ""),
                is_view=table.is_view,
            )
            for each in columns
        ]
        draft = Draft(kind, name, [each for each in rows if each is not None], [*found.lines, *lines])
        if not table.is_view and not found.is_unique:
            draft.lines.append(Line(plan.IGNORE, "@@ignore"))
            draft.comment = _IGNORED
        self._plan.draft(draft)
        self._plan.added.append(f"{kind} {name} ({'view' if table.is_view else 'table'} {self._shown(key)})")

    def _taken(self, schema: str) -> set[str]:
        """Names of indexes, which a schema of the database has only once."""
        tables = self._of.expected.tables.values()
        return {name for each in tables if each.schema == schema for name in each.indexes}

    def columns(self, missing: Sequence[Difference]) -> None:
        taken: dict[str, set[str]] = {}
        for each in missing:
            model = self._model(each) if isinstance(each.missing, Column) else None
            if model is None or not isinstance(each.missing, Column):
                continue
            names = taken.setdefault(model.name, {field.name.text for field in model.block.fields})
            name = naming.field(self._style, each.missing.name, names)
            row = fields.row(each.missing, name, self._enums, self._of.source, is_view=model.table.is_view)
            if row is not None:
                names.add(name)
                self._plan.rows(model.name, [row])
                self._plan.added.append(f"field {model.name}.{name} ({each.object})")

    def indexes(self, missing: Sequence[Difference]) -> None:
        for each in missing:
            model = self._model(each) if isinstance(each.missing, Index) else None
            if model is None or not isinstance(each.missing, Index):
                continue
            names = {column: field.name.text for column, field in model.fields.items()}
            is_taken = each.missing.name in self._taken(model.table.schema)
            if not is_taken and keys.is_sayable(each.missing, model.table.columns, names, self._enum_types):
                line = keys.line(each.missing, model.table.name, names)
                self._plan.lines(model.name, [line])
                self._plan.added.append(f"{line.text} on {model.name}")


def _value(text: str, taken: Iterable[str]) -> Row:
    name = naming.value(text, set(taken))
    return Row(name, "", "" if name == text else f"@map({wording.string(text)})")
