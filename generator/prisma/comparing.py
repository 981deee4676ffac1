"""What schema.prisma says and the database does not, or the other way round: one difference for each cause.

A table without a model is one difference, not one more for each of its columns; an index on a column that the
schema does not have is not told again. What Prisma cannot say is never a difference: `beside` lists it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from generator.prisma import columns, constraints, join_tables, matching, naming, nodes, wording
from generator.prisma.relational import Column, Database, Enum, ForeignKey, Index, Table
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
        self._style = naming.style(expected)
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
        for told in columns.differences(mine, theirs, self._enums, self._moved, is_view):
            if told.rule == "prisma-type":
                self._told |= {mine.type.name, theirs.type.name}
            message, help = f"{name} {told.message}", f"{told.help} in a migration"
            yield self._of(table, told.rule, message, help, mine.origin, theirs.name)

    def _missing_column(self, column: Column, mine: Table, theirs: Table) -> Difference:
        message = f"the column {wording.code(f'{self._table_name(theirs)}.{column.name}')} has no field in the schema"
        called = naming.field(self._style, column.name, {each.called for each in mine.columns.values()})
        line = wording.field(column, called, self._enums, theirs.is_view)
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
        if join_tables.is_one(table):
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


def _named(
    pairs: Sequence[tuple[Enum, Enum]], extra: Sequence[Enum], missing: Sequence[Enum]
) -> Iterator[tuple[_Key, wording.Named]]:
    for mine, theirs in pairs:
        named = wording.named(mine, theirs)
        yield (mine.schema, mine.name), named
        yield (theirs.schema, theirs.name), named
    yield from (((each.schema, each.name), wording.named(each, None)) for each in extra)
    yield from (((each.schema, each.name), wording.named(None, each)) for each in missing)
