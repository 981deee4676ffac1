"""A difference as a person gets it: at its line in schema.prisma, with the migration that made the other side."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from generator.diagnostics import Diagnostic, Position
from generator.migrations import mentions
from generator.migrations.model import Migration
from generator.prisma import nodes
from generator.prisma.comparing import Difference
from generator.prisma.relational import Database

# The first words of the statements that make what a rule is about; of anything else, its table's.
_HEADS = {
    "prisma-index": ("index",),
    "prisma-unique": ("index",),
    "prisma-enum": ("type",),
    "prisma-view": ("view",),
}
# What these are about, no migration made; one may have taken it away.
_EXTRA = frozenset({"prisma-field-extra", "prisma-model-extra"})


@dataclass(frozen=True, slots=True)
class Finding:
    """`migration` is the statement that speaks of the object, None where none was found."""

    difference: Difference
    diagnostic: Diagnostic
    migration: Position | None


def find(
    differences: Sequence[Difference],
    schema: nodes.Schema,
    found: Database,
    migrations: Sequence[Migration],
    default_schema: str,
) -> tuple[Finding, ...]:
    """`found` is the database."""
    enums = {name for key in found.enums for name in (key[1], ".".join(key))}
    return tuple(
        _finding(
            each,
            schema,
            () if each.table is None and each.object not in enums else migrations,
            default_schema,
        )
        for each in differences
    )


def _finding(
    each: Difference, schema: nodes.Schema, migrations: Sequence[Migration], default_schema: str
) -> Finding:
    where = schema.position(each.origin) if each.origin is not None else _end(schema)
    migration = _migration(each, migrations, default_schema)
    help = each.help
    if migration is not None:
        help += f"\nin the migrations: {migration.path}:{migration.line}"
    return Finding(each, Diagnostic(each.rule, each.message, help, where), migration)


def _end(schema: nodes.Schema) -> Position:
    """Where `sync` writes what has no place yet."""
    file = main(schema)
    end = len(file.text.rstrip())
    return Position.within(file.path, file.text, max(end - 1, 0), 1)


def main(schema: nodes.Schema) -> nodes.File:
    """The file that holds the datasource, else the first."""
    sources = {each.span.path for each in schema.of(nodes.Kind.DATASOURCE)}
    return next((each for each in schema.files if each.path in sources), schema.files[0])


def _migration(each: Difference, migrations: Sequence[Migration], default_schema: str) -> Position | None:
    before, _, own = each.object.rpartition(".")
    schema, table = each.table if each.table is not None else (before or default_schema, "")
    # What is named without a schema is the default one's, or made behind a `SET search_path`.
    for is_bare in (True,) if schema == default_schema else (False, True):
        for heads, words, subject, among in _attempts(each.rule, own, table, migrations):
            of = {name: mentions.relation(name, schema, is_bare=is_bare) for name in words[-1:] if name}
            found = mentions.last(
                heads, [of.get(name, name) for name in words], among, of.get(subject, subject)
            )
            if found is not None:
                return found[1]
    return None


def _attempts(
    rule: str, own: str, table: str, migrations: Sequence[Migration]
) -> Iterator[tuple[Collection[str], Sequence[str], str, Sequence[Migration]]]:
    """The last of the words is the name of a table, a type or a view."""
    tables = mentions.names(table, migrations) if table else [("", migrations)]
    if rule in _HEADS:
        yield from ((_HEADS[rule], [own, name], own, among) for name, among in tables if name)
        yield _HEADS[rule], [own], own, migrations
    yield from ((("table",), [own, name], name, among) for name, among in tables)
    if rule in _EXTRA:
        return
    yield from (((), [own] if own == name else [own, name], "", among) for name, among in tables)
    yield from ((("create table",), [name], name, among) for name, among in tables)
    yield ("table",), [table], table, migrations
    yield (), [table], "", migrations
