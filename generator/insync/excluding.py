"""`prisma.exclude`: tables, views, enums and models that are none of Prisma's, and goose's own table always."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
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
        the Prisma schema. What is there for excluded tables alone goes with them: join tables, foreign keys, enums."""
        models = _models(schema, (*expected.tables.values(), *expected.enums.values()))
        never = set(self.tables({each for each, _ in expected.tables}))
        both = (expected, found)
        out = {key for of in both for key in of.tables if key not in never and self._meets(key, models)}
        out |= {key for of in both for key, each in of.tables.items() if _joins(each, out)}
        types = [
            (key in out, each) for of in both for key, table in of.tables.items() for each in _types(table)
        ]
        alone = {each for is_out, each in types if is_out} - {each for is_out, each in types if not is_out}
        enums = {key for of in both for key in of.enums if self._meets(key, models) or ".".join(key) in alone}
        mine, theirs = (_rest(of, out | never, enums) for of in both)
        return mine, theirs

    def _meets(self, key: _Key, models: Mapping[_Key, str]) -> bool:
        names = {key[1], ".".join(key), models.get(key, key[1])}
        met = {each for each in self.patterns if any(patterns.matches(each, name) for name in names)}
        self.used |= met
        return bool(met)


def _rest(of: Database, tables: set[_Key], enums: set[_Key]) -> Database:
    kept = {key: each for key, each in of.tables.items() if key not in tables}
    return replace(
        of,
        tables={key: _without_keys(each, kept, of) for key, each in kept.items()},
        enums={key: each for key, each in of.enums.items() if key not in enums},
        aside={key: each for key, each in of.enums.items() if key in enums},
    )


def _joins(table: Table, out: Collection[_Key]) -> bool:
    """Whether this is the table of an implicit many-to-many relation with one of these."""
    is_join = table.is_join_table or (table.name.startswith("_") and table.columns.keys() == {"A", "B"})
    return is_join and any(each.table in out for each in table.foreign_keys.values())


def _types(table: Table) -> set[str]:
    return {each.type.name for each in table.columns.values()}


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
