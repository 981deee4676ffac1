"""What schema.prisma says and the database does not, or the other way round: one difference for each cause.

A table without a model is one difference, not one more for each of its columns; an index on a column that the
schema does not have is not told again. What Prisma cannot say is never a difference: `beside` lists it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from generator.prisma import constraints, matching, nodes, types, wording
from generator.prisma.relational import Column, Database, DefaultKind, Enum, ForeignKey, Index, Table, Type
from generator.text import nearest

_Key = tuple[str, str]
Missing = Table | Column | Index | ForeignKey | Enum


@dataclass(frozen=True, slots=True)
class Difference:
    """`origin` is the nearest thing in the schema, None where there is none; `table` is None for an enum. `object`
    is the name in the database: `users.email`, with the schema in front where that is not the default one.

    `missing` is what the database has and the schema has not, for `sync` to write; None where that is not all.
    """

    rule: str
    message: str
    help: str
    origin: nodes.Span | None
    table: _Key | None
    object: str
    missing: Missing | None = None


def compare(expected: Database, found: Database, default_schema: str = "public") -> tuple[Difference, ...]:
    """`expected` is what schema.prisma says, `found` the database; by table, the enums last."""
    return tuple(_Comparison(expected, found, default_schema).differences())


def beside(
    found: Database, default_schema: str = "public", expected: Database | None = None
) -> tuple[str, ...]:
    """What Prisma cannot express, one line for each table that has such things; text of the database is escaped.
    With views that it does not read, if `expected` says which it does."""
    lines = []
    for key, table in sorted(found.tables.items()):
        things = {**table.beside}
        if table.is_view and expected and key not in expected.tables and _is_unread(table, expected):
            things["materialized view" if table.is_unseen else "view"] = "not in the schema"
        for index in table.indexes.values():
            what = ", ".join(filter(None, (things.get(index.name), *constraints.unsayable(index))))
            if what:
                things[index.name] = what
        if things and not table.is_extension:
            listed = ", ".join(f"{wording.code(name)} ({what})" for name, what in sorted(things.items()))
            lines.append(f"{wording.code(_name(key, default_schema))}: {listed}")
    return tuple(lines)


def _name(key: _Key, default_schema: str) -> str:
    schema, name = key
    return name if schema == default_schema else f"{schema}.{name}"


def _is_unread(table: Table, expected: Database) -> bool:
    """Whether Prisma's own `db pull` would not write it."""
    return table.is_unseen or (table.is_view and not expected.has_views)


def _core(name: str) -> str | None:
    """What stays the same where a person forgot `@map`: `createdAt` and `created_at`."""
    return "".join(each for each in name.casefold() if each.isalnum()) or None


class _Comparison:
    def __init__(self, expected: Database, found: Database, default_schema: str) -> None:
        self._expected = expected
        self._found = found
        self._default_schema = default_schema
        self._enums: dict[_Key, wording.Named] = {}
        self._told: set[str] = set()  # Enums that a difference of a field's type names.
        self._moved: dict[str, str] = {}

    def differences(self) -> Iterator[Difference]:
        enums = matching.matched(
            self._expected.enums.values(),
            self._found.enums.values(),
            lambda each: (each.schema, each.name),
            lambda each: each.name,
            lambda each: (each.schema, _core(each.name)),
            lambda each: (each.schema, each.values),
        )
        self._enums = dict(_named(*enums)) | self._aside()
        self._moved = {f"{a.schema}.{a.name}": f"{b.schema}.{b.name}" for a, b in enums[0]}
        tables: list[Difference] = []
        pairs, extra, missing = matching.matched(
            self._expected.tables.values(),
            (each for key, each in self._found.tables.items() if self._counts(key, each)),
            lambda each: (each.schema, each.name),
            lambda each: None if each.is_join_table else each.name,
            lambda each: None if each.is_join_table else (each.schema, _core(each.name)),
        )
        for mine, theirs in pairs:
            tables += self._tables(mine, theirs)
        free = [each.name for each in missing]
        tables += [self._extra_model(each, free) for each in extra]
        tables += [self._missing_model(each) for each in missing]
        yield from sorted(tables, key=lambda each: each.table or ("", ""))
        yield from self._of_enums(*enums)

    def _aside(self) -> dict[_Key, wording.Named]:
        mine, theirs = self._expected.aside, self._found.aside
        return {key: wording.named(mine.get(key), theirs.get(key)) for key in {**mine, **theirs}}

    def _counts(self, key: _Key, table: Table) -> bool:
        is_unread = table.is_extension or _is_unread(table, self._expected)
        return not is_unread or key in self._expected.tables

    def _tables(self, mine: Table, theirs: Table) -> Iterator[Difference]:
        name = self._table_name(theirs)
        if mine.schema != theirs.schema:
            message, help = _moved(mine, theirs, "table")
            yield self._of(theirs, "prisma-other-schema", message, help, mine.origin)
        elif mine.name != theirs.name:
            yield self._of(theirs, "prisma-map", *_renamed(mine, theirs, "table"), mine.origin)
        else:
            if mine.is_view != theirs.is_view:
                block, what = ("view", "table") if mine.is_view else ("model", "view")
                right = "model" if mine.is_view else "view"
                message = f"{wording.code(name)} is a {block} in the schema, and a {what} in the database"
                yield self._of(
                    theirs, "prisma-view", message, f"write `{right}` instead of `{block}`", mine.origin
                )
            yield from self._inside(mine, theirs)

    def _inside(self, mine: Table, theirs: Table) -> Iterator[Difference]:
        is_view = mine.is_view or theirs.is_view
        pairs, extra, missing = matching.matched(
            mine.columns.values(),
            theirs.columns.values(),
            lambda each: each.name,
            lambda each: None if mine.is_join_table else _core(each.name),
        )
        for one, other in pairs:
            for each in self._columns(one, other, theirs, is_view):
                yield replace(each, help=constraints.OF_JOIN_TABLE) if mine.is_join_table else each
        free = [each.name for each in missing]
        yield from (self._extra_field(each, theirs, free) for each in extra)
        yield from (self._missing_column(each, mine, theirs) for each in missing)
        if is_view:
            return
        name = self._table_name(theirs)
        for told in (
            *constraints.indexes(mine, theirs),
            *constraints.relations(mine, theirs, self._expected, self._found),
        ):
            object = f"{name}.{told.name}"
            message = f"{told.what} {wording.code(object)} {told.message}"
            help = constraints.OF_JOIN_TABLE if mine.is_join_table else told.help
            told_of = self._of(theirs, told.rule, message, help, told.origin or mine.origin, told.name)
            yield replace(told_of, missing=told.missing)

    def _columns(self, mine: Column, theirs: Column, table: Table, is_view: bool) -> Iterator[Difference]:
        name = wording.code(f"{self._table_name(table)}.{theirs.name}")

        def told(rule: str, message: str, help: str) -> Difference:
            return self._of(
                table, rule, f"{name} {message}", f"{help} in a migration", mine.origin, theirs.name
            )

        if mine.name != theirs.name:
            call = wording.code(f"@map({wording.string(theirs.name)})")
            message = f"has no field; the schema has {wording.code(mine.name)}, which is not in the database"
            yield told("prisma-map", message, f"write {call}, or rename the column")
            return
        type = replace(mine.type, name=self._moved.get(mine.type.name, mine.type.name))
        is_same_type = type == theirs.type or self._is_pulled(type, theirs.type)
        if not is_same_type:
            self._told |= {mine.type.name, theirs.type.name}
            yield told("prisma-type", *self._types(mine, theirs, is_view))
        if is_view:
            return
        if mine.is_nullable != theirs.is_nullable and mine.type.is_array == theirs.type.is_array:
            here, there = ("optional", "NOT NULL") if mine.is_nullable else ("required", "can be NULL")
            right = wording.type(theirs.type, self._enums, theirs.is_nullable)
            message = f"is {here} in the schema, and {there} in the database"
            yield told("prisma-nullability", message, f"write {wording.code(right)}, or change the column")
        if not _is_same_default(mine, theirs, is_same_type):
            here_, there_ = (wording.default(each.default, each.type, self._enums) for each in (mine, theirs))
            said = _quoted(here_)
            if mine.client_default and not here_:
                said = f"{wording.code(f'{mine.client_default}()')}, which the client fills in,"
            message = f"has {said} in the schema, and {_quoted(there_)} in the database"
            line = f"write {wording.code(there_)}" if there_ else "remove the `@default`"
            help = f"{line}, or change the column's default"
            if theirs.is_generated and there_:
                message = f"has {said} in the schema, and is a generated column in the database"
                help = f"Prisma keeps its expression as a default: {line}, or change the column"
            yield told("prisma-default-differs", message, help)

    def _is_pulled(self, mine: Type, theirs: Type) -> bool:
        """Whether this is Unsupported("…") as Prisma's introspection writes it: with less than there is."""
        is_enum = any(wording.enum(each, self._enums) is not None for each in (mine, theirs))
        return not is_enum and types.written(mine) is None and mine == types.pulled(theirs)

    def _types(self, mine: Column, theirs: Column, is_view: bool) -> tuple[str, str]:
        """With `?`, so that the line can be copied. All columns of a view can be NULL, and no model says so."""
        can_be_null = mine.is_nullable if is_view else theirs.is_nullable
        here = wording.type(mine.type, self._enums, mine.is_nullable)
        there = wording.type(theirs.type, self._enums, can_be_null)
        help = f"write {wording.code(there)}, or change the column's type"
        if wording.type(mine.type, self._enums) == wording.type(theirs.type, self._enums):
            here, there = mine.type.name, theirs.type.name  # Two enums of one name, in two schemas.
        return f"is {wording.code(here)} in the schema, and {wording.code(there)} in the database", help

    def _missing_column(self, column: Column, mine: Table, theirs: Table) -> Difference:
        message = f"the column {wording.code(f'{self._table_name(theirs)}.{column.name}')} has no field in the schema"
        line = wording.field(column, self._enums, theirs.is_view)
        help = f"write {wording.code(line)}, or run `gen prisma sync`"
        if mine.is_join_table:
            help = constraints.OF_JOIN_TABLE
        found = self._of(theirs, "prisma-column-missing", message, help, mine.origin, column.name)
        return replace(found, missing=column)

    def _extra_field(self, column: Column, theirs: Table, free: Sequence[str]) -> Difference:
        name = f"{self._table_name(theirs)}.{column.name}"
        message = f"the field's column {wording.code(name)} is not in the database"
        guess = nearest.nearest(column.name, free)
        help = "add the column in a migration, or remove the field"
        if guess:
            help += f", or write {wording.code(f'@map({wording.string(guess)})')}"
        return self._of(theirs, "prisma-field-extra", message, help, column.origin, column.name)

    def _missing_model(self, table: Table) -> Difference:
        name = self._table_name(table)
        if table.is_view:
            message = f"the view {wording.code(name)} is not in the schema"
            help = f"run `gen prisma sync`, or exclude {wording.code(table.name)} in services.yaml"
            return replace(self._of(table, "prisma-view", message, help, None), missing=table)
        help = f"run `gen prisma sync`, or exclude {wording.code(table.name)} in services.yaml"
        if table.name.startswith("_") and table.columns.keys() == {"A", "B"}:
            help = (
                "write a list field of the other model on both sides, "
                f"with {wording.code(f'@relation({wording.string(table.name[1:])})')}"
            )
        message = f"the table {wording.code(name)} has no model in the schema"
        return replace(self._of(table, "prisma-table-missing", message, help, None), missing=table)

    def _extra_model(self, table: Table, free: Sequence[str]) -> Difference:
        name = self._table_name(table)
        rule, what, block = "prisma-model-extra", "the model's table", "model"
        if table.is_view:
            rule, what, block = "prisma-view", "the view", "view"
        elif table.is_join_table:
            what, block = "the table of the relation, ", "two lists"
        help = f"create it in a migration, or remove the {block}"
        guess = None if table.is_join_table else nearest.nearest(table.name, free)
        if guess:
            help += f", or write {wording.code(f'@@map({wording.string(guess)})')}"
        message = f"{what} {wording.code(name)} is not in the database"
        return self._of(table, rule, message.replace(",  ", ", "), help, table.origin)

    def _of_enums(
        self, pairs: Sequence[tuple[Enum, Enum]], extra: Sequence[Enum], missing: Sequence[Enum]
    ) -> Iterator[Difference]:
        for mine, theirs in pairs:
            if mine.schema != theirs.schema:
                yield self._of_enum(theirs, "prisma-other-schema", *_moved(mine, theirs, "enum"), mine)
            elif mine.name != theirs.name:
                yield self._of_enum(theirs, "prisma-map", *_renamed(mine, theirs, "type"), mine)
            elif mine.values != theirs.values:
                differs = self._of_enum(theirs, "prisma-enum", *self._values(mine, theirs), mine)
                # In another order, or with values that the database lacks, more would not be all.
                is_less = mine.values == tuple(each for each in theirs.values if each in mine.values)
                yield replace(differs, missing=theirs if is_less else None)
        for each in extra:
            if f"{each.schema}.{each.name}" not in self._told:
                message = f"the enum {wording.code(self._enum_name(each))} is not in the database"
                help = "create the type in a migration, or remove the enum"
                yield self._of_enum(each, "prisma-enum", message, help, each)
        for each in missing:
            if f"{each.schema}.{each.name}" not in self._told:
                message = (
                    f"the enum {wording.code(self._enum_name(each))} of the database is not in the schema"
                )
                values = wording.lines(each.values, self._enums[each.schema, each.name])
                help = f"run `gen prisma sync`, or write an enum of {values}"
                yield replace(self._of_enum(each, "prisma-enum", message, help, None), missing=each)

    def _values(self, mine: Enum, theirs: Enum) -> tuple[str, str]:
        name = wording.code(self._enum_name(theirs))
        lacking = [each for each in theirs.values if each not in mine.values]
        extra = [each for each in mine.values if each not in theirs.values]
        parts = []
        if lacking:
            parts.append(f"lacks {wording.value(', '.join(lacking))} of the database")
        if extra:
            parts.append(f"has {wording.value(', '.join(extra))}, which the database lacks")
        lines = wording.lines(theirs.values, self._enums[theirs.schema, theirs.name])
        if not parts:
            return (
                f"the enum {name} has its values in another order in the database",
                f"write them as {lines}",
            )
        help = f"write the values {lines}, or change the type in a migration"
        return f"the enum {name} {' and '.join(parts)}", help

    def _table_name(self, table: Table) -> str:
        return _name((table.schema, table.name), self._default_schema)

    def _enum_name(self, enum: Enum) -> str:
        return _name((enum.schema, enum.name), self._default_schema)

    def _of(
        self,
        table: Table,
        rule: str,
        message: str,
        help: str,
        origin: nodes.Span | None,
        part: str | None = None,
    ) -> Difference:
        object = self._table_name(table) + ("" if part is None else f".{part}")
        return Difference(rule, message, help, origin, (table.schema, table.name), object)

    def _of_enum(self, enum: Enum, rule: str, message: str, help: str, mine: Enum | None) -> Difference:
        return Difference(rule, message, help, mine.origin if mine else None, None, self._enum_name(enum))


def _moved(mine: Table | Enum, theirs: Table | Enum, what: str) -> tuple[str, str]:
    here, there = wording.code(mine.schema), wording.code(theirs.schema)
    call = wording.code(f"@@schema({wording.string(theirs.schema)})")
    name = wording.code(theirs.name)
    message = f"the {what} {name} is in {here} in the Prisma schema, and in {there} in the database"
    return message, f"write {call}, or move the {what} in a migration"


def _renamed(mine: Table | Enum, theirs: Table | Enum, what: str) -> tuple[str, str]:
    call = wording.code(f"@@map({wording.string(theirs.name)})")
    message = f"{wording.code(mine.name)} is not in the database, where there is {wording.code(theirs.name)}"
    return message, f"write {call}, or rename the {what} in a migration"


def _quoted(text: str | None) -> str:
    return wording.value(text) if text else "no default"


def _named(
    pairs: Sequence[tuple[Enum, Enum]], extra: Sequence[Enum], missing: Sequence[Enum]
) -> Iterator[tuple[_Key, wording.Named]]:
    for mine, theirs in pairs:
        named = wording.named(mine, theirs)
        yield (mine.schema, mine.name), named
        yield (theirs.schema, theirs.name), named
    yield from (((each.schema, each.name), wording.named(each, None)) for each in extra)
    yield from (((each.schema, each.name), wording.named(None, each)) for each in missing)


def _is_same_default(mine: Column, theirs: Column, is_same_type: bool) -> bool:
    if mine.default == theirs.default:
        return True
    # dbgenerated() is whatever there is, or nothing: as for Prisma.
    if mine.default is not None and mine.default.kind is DefaultKind.EXPRESSION and not mine.default.text:
        return True
    # Another type writes the same value in another way.
    return mine.default is not None and theirs.default is not None and not is_same_type
