"""`prisma.exclude`: tables, views, enums and models that are none of Prisma's, and goose's own table always."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from generator.prisma import nodes
from generator.prisma.relational import Database, Enum, Table
from generator.text import patterns

PRISMA_TABLE = "_prisma_migrations"
_Key = tuple[str, str]


@dataclass(slots=True)
class Excluding:
    """`patterns` are those of services.yaml, `used` those that met something; `goose` is the version table, with its
    schema if somebody wrote one."""

    patterns: tuple[str, ...]
    goose: str
    used: set[str] = field(default_factory=set)

    @property
    def unused(self) -> tuple[str, ...]:
        return tuple(each for each in self.patterns if each not in self.used)

    def tables(self, schemas: Iterable[str]) -> list[_Key]:
        """What is never looked at."""
        schema, dot, name = self.goose.rpartition(".")
        return [(each, PRISMA_TABLE) for each in schemas] + (
            [(schema, name)] if dot else [(each, name) for each in schemas]
        )

    def without(self, schema: nodes.Schema, expected: Database, found: Database) -> tuple[Database, Database]:
        """The two without what is excluded by its name in the database, with or without its schema, or by its name in
        the Prisma schema."""
        models = _models(schema, (*expected.tables.values(), *expected.enums.values()))
        never = set(self.tables({each for each, _ in expected.tables}))
        return self._rest(expected, models, never), self._rest(found, models, never)

    def _rest(self, of: Database, models: Mapping[_Key, str], never: set[_Key]) -> Database:
        tables = {
            key: each for key, each in of.tables.items() if key not in never and not self._meets(key, models)
        }
        enums = {key: each for key, each in of.enums.items() if not self._meets(key, models)}
        kept = {key: _without_keys(each, tables, of) for key, each in tables.items()}
        return replace(of, tables=kept, enums=enums)

    def _meets(self, key: _Key, models: Mapping[_Key, str]) -> bool:
        names = {key[1], ".".join(key), models.get(key, key[1])}
        met = {each for each in self.patterns if any(patterns.matches(each, name) for name in names)}
        self.used |= met
        return bool(met)


def _without_keys(table: Table, kept: Mapping[_Key, Table], of: Database) -> Table:
    """Without the foreign keys to tables that are left out."""
    keys = {
        name: each
        for name, each in table.foreign_keys.items()
        if each.table in kept or each.table not in of.tables
    }
    return replace(table, foreign_keys=keys)


def _models(schema: nodes.Schema, known: Iterable[Table | Enum]) -> Mapping[_Key, str]:
    """What the schema calls each."""
    texts = {each.path: each.text for each in schema.files}
    return {
        (each.schema, each.name): texts[each.origin.path][each.origin.begin : each.origin.end]
        for each in known
        if each.origin is not None
    }
