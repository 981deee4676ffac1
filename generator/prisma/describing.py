"""A live database as Prisma sees it: one query over the catalogs, and what it means.

The catalog snapshot (`generator.database.catalog`) tells everything about a database by PostgreSQL's own words; this
tells only what a schema.prisma can say, in values that compare, and names the rest.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generator.prisma import defaults, types
from generator.prisma.relational import (
    Action,
    Column,
    Database,
    Default,
    Enum,
    ForeignKey,
    Index,
    IndexColumn,
    IndexKind,
    Sort,
    Table,
    Type,
)

if TYPE_CHECKING:
    import asyncpg

DEFAULT_SCHEMA = "public"

_QUERY = Path(__file__).parent / "describing.sql"
# What of a session changes how PostgreSQL prints an expression, and what slows a query over catalogs.
_SETTINGS = {
    "quote_all_identifiers": "off",
    "datestyle": "'ISO, YMD'",
    "intervalstyle": "postgres",
    "timezone": "UTC",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "lc_monetary": "'C'",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
}
_SAVEPOINT = "gen_prisma"
_ACTIONS = {
    "a": Action.NO_ACTION,
    "r": Action.RESTRICT,
    "c": Action.CASCADE,
    "n": Action.SET_NULL,
    "d": Action.SET_DEFAULT,
}
_MODIFIERS = re.compile(r"\(([^()]*)\)$")

Row = Mapping[str, Any]
_Key = tuple[str, str]


async def read(
    connection: asyncpg.Connection,
    schemas: Sequence[str],
    exclude: Collection[tuple[str, str]],
    default_schema: str = DEFAULT_SCHEMA,
) -> Database:
    """All tables, views and enums of these schemas but for the tables of `exclude`, pairs of schema and name.

    Reads catalogs only, in a transaction that cannot write (or the caller's own); PostgreSQL takes an ACCESS SHARE
    lock on a table to print its expressions, so set `lock_timeout` where that matters.
    """
    hidden = sorted(exclude)
    async with _pinned(connection, default_schema):
        rows = await connection.fetch(
            _QUERY.read_text(encoding="utf-8"),
            list(schemas),
            [schema for schema, _ in hidden],
            [name for _, name in hidden],
            default_schema,
        )
    found = {kind: [json.loads(line) for line in (text or "").split("\n") if line] for kind, text in rows}
    return _database(found)


@asynccontextmanager
async def _pinned(connection: asyncpg.Connection, default_schema: str) -> AsyncIterator[None]:
    quoted = '"' + default_schema.replace('"', '""') + '"'
    begin, end = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "ROLLBACK"
    if connection.is_in_transaction():
        begin = f"SAVEPOINT {_SAVEPOINT}"
        end = f"ROLLBACK TO SAVEPOINT {_SAVEPOINT}; RELEASE SAVEPOINT {_SAVEPOINT}"
    # pg_catalog first and pg_temp last: no other object can pass for one of the system's.
    pins = [f"SET LOCAL search_path = pg_catalog, {quoted}, pg_temp"]
    pins += [f"SET LOCAL {name} = {value}" for name, value in _SETTINGS.items()]
    try:
        await connection.execute("; ".join((begin, *pins)))
        yield
    finally:
        if not connection.is_closed():
            await connection.execute(end)


def _database(found: Mapping[str, Sequence[Row]]) -> Database:
    columns, indexes, foreign_keys, beside = (
        _by_table(found[kind]) for kind in ("columns", "indexes", "foreign_keys", "beside")
    )
    tables = {}
    reader = _Columns()
    for row in found["tables"]:
        key = (row["schema"], row["name"])
        tables[key] = Table(
            *key,
            columns={each["name"]: reader.column(each) for each in columns[key]},
            indexes={each["name"]: _index(each) for each in indexes[key]},
            foreign_keys={each["name"]: _foreign_key(each) for each in foreign_keys[key]},
            is_view=row["is_view"],
            beside=dict(_beside(columns[key], indexes[key], foreign_keys[key], beside[key])),
            is_extension=row["is_extension"],
            is_unseen=row["is_unseen"],
        )
    enums = [Enum(each["schema"], each["name"], tuple(each["values"] or ())) for each in found["enums"]]
    return Database(tables, {(each.schema, each.name): each for each in enums})


def _by_table(rows: Iterable[Row]) -> Mapping[_Key, list[Row]]:
    found: dict[_Key, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["schema"], row["table"]].append(row)
    return found


class _Columns:
    """Makes columns; the same type and the same default are read only once."""

    def __init__(self) -> None:
        self._types: dict[tuple[object, ...], Type] = {}
        self._defaults: dict[tuple[str, Type], Default | None] = {}

    def column(self, row: Row) -> Column:
        key = tuple(row[each] for each in ("class", "type_schema", "type_name", "type", "is_array"))
        if key not in self._types:
            self._types[key] = _type(row)
        type = self._types[key]
        return Column(
            row["name"],
            type,
            is_nullable=row["is_nullable"] or type.is_array,
            default=self._default(row, type),
            is_generated=row["is_generated"],
        )

    def _default(self, row: Row, type: Type) -> Default | None:
        if row["is_identity"]:
            return defaults.SEQUENCE
        text = row["default"]
        if text is None:
            return None
        if (text, type) not in self._defaults:
            self._defaults[text, type] = defaults.of_sql(text, type)
        return self._defaults[text, type]


def _type(row: Row) -> Type:
    if row["class"] == "enum":
        return Type(f"{row['type_schema']}.{row['type_name']}", is_array=row["is_array"])
    if row["class"] == "system":
        found = types.parse(row["type"], "pg_catalog")
        return Type(found.name, found.modifiers, row["is_array"])
    name = row["type_name"] if row["class"] != "other" else f"{row['type_schema']}.{row['type_name']}"
    # An extension's type may have modifiers, and not all of them are numbers: geometry(Point,4326).
    matched = _MODIFIERS.search(row["type"])
    inside = matched[1] if matched else ""
    if re.fullmatch(r"-?\d{1,9}(,-?\d{1,9})*", inside):
        return Type(name, tuple(int(each) for each in inside.split(",")), row["is_array"])
    return Type(name + (f"({inside})" if inside else ""), (), row["is_array"])


def _index(row: Row) -> Index:
    unsayable = {
        "partial": row["is_partial"],
        "expression": any(is_expression for _, is_expression, *_ in row["keys"]),
        "include": row["is_including"],
        "nulls": row["is_nulls_not_distinct"],
        "collation": any(is_collated for *_, is_collated in row["keys"]),
    }
    kind = IndexKind.UNIQUE if row["is_unique"] else IndexKind.PLAIN
    return Index(
        row["name"],
        IndexKind.PRIMARY if row["is_primary"] else kind,
        tuple(
            IndexColumn(
                name,
                Sort.DESC if is_descending else Sort.ASC,
                operator_class,
                is_nulls_first == is_descending,
            )
            for name, _, operator_class, is_descending, is_nulls_first, _ in row["keys"]
        ),
        row["method"],
        is_constraint=row["is_constraint"],
        unsayable=tuple(reason for reason, is_so in unsayable.items() if is_so),
    )


def _foreign_key(row: Row) -> ForeignKey:
    return ForeignKey(
        row["name"],
        tuple(row["columns"]),
        (row["other_schema"], row["other_table"]),
        tuple(row["referenced"]),
        _ACTIONS[row["on_delete"]],
        _ACTIONS[row["on_update"]],
    )


def _beside(
    columns: Iterable[Row], indexes: Iterable[Row], foreign_keys: Iterable[Row], others: Iterable[Row]
) -> Iterable[tuple[str, str]]:
    """By name, in the order of the names; a property of a column stands behind the column's name."""
    found = {(row["name"], row["what"]) for row in others}
    for row in columns:
        if row["domain"] is not None:
            found.add((f"{row['name']} domain", row["domain"]))
        if row["collation"] is not None:
            found.add((f"{row['name']} collation", row["collation"]))
    for row in indexes:
        marks = {"deferrable constraint": row["is_deferrable"], "invalid index": row["is_invalid"]}
        found |= {(row["name"], what) for what, is_so in marks.items() if is_so}
    for row in foreign_keys:
        marks = {
            "deferrable foreign key": row["is_deferrable"],
            "foreign key with MATCH FULL": row["is_full"],
            "foreign key that is not validated": row["is_unvalidated"],
            "foreign key that sets only some columns": row["is_of_columns"],
        }
        for what in (what for what, is_so in marks.items() if is_so):
            found.add((row["name"], what))
    joined: dict[str, list[str]] = defaultdict(list)
    for name, what in sorted(found):
        joined[name].append(what)
    return ((name, ", ".join(what)) for name, what in joined.items())
