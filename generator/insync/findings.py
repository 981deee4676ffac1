"""A difference as a person gets it: at its line in schema.prisma, with the migration that made the other side."""

from __future__ import annotations

from collections.abc import Collection, Sequence
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
) -> tuple[Finding, ...]:
    """`found` is the database."""
    enums = {name for key in found.enums for name in (key[1], ".".join(key))}
    return tuple(
        _finding(each, schema, () if each.table is None and each.object not in enums else migrations)
        for each in differences
    )


def _finding(each: Difference, schema: nodes.Schema, migrations: Sequence[Migration]) -> Finding:
    where = schema.position(each.origin) if each.origin is not None else _end(schema)
    migration = _migration(each, migrations)
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


def _migration(each: Difference, migrations: Sequence[Migration]) -> Position | None:
    table = each.table[1] if each.table is not None else ""
    own = each.object.rpartition(".")[2]
    tables = mentions.names(table, migrations) if table else [("", migrations)]
    attempts: list[tuple[Collection[str], Sequence[str], str, Sequence[Migration]]] = [
        (_HEADS.get(each.rule, ()), [own], own, migrations),
        *((("table",), [own, name], name, among) for name, among in tables),
        *(((), [own] if own == name else [own, name], "", among) for name, among in tables),
        *((("create table",), [name], name, among) for name, among in tables),
        (("table",), [table], table, migrations),
        ((), [table], "", migrations),
    ]
    first, last = 0 if each.rule in _HEADS else 1, 1 + len(tables) if each.rule in _EXTRA else len(attempts)
    for heads, words, subject, among in attempts[first:last]:
        found = mentions.last(heads, words, among, subject)
        if found is not None:
            return found[1]
    return None
