"""A snapshot of a database's catalogs: every object by kind and name, with what defines it.

Names, never oids or positions: two databases that were made in another order are equal. Nothing is scanned
but catalogs; PostgreSQL itself takes an ACCESS SHARE lock on a table to print its defaults, conditions and
views, so a snapshot waits behind an ALTER TABLE that is under way (set `lock_timeout` where that matters).
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

import asyncpg

from generator.database.catalog import queries
from generator.diagnostics import GenError

Value = str | int | float | bool | Sequence[str]
Attributes = Mapping[str, Value]

FORMAT = 2

# Whatever of the session would change how the server prints a definition, as pg_dump pins it. pg_temp stands
# last, or a temporary table called pg_class would be read. The others are about speed: a plan for all of
# the catalogs is expensive to make, is compiled by JIT for nothing and must not loop over 1,000 tables.
_SETTINGS = {
    "search_path": "pg_catalog, pg_temp",
    "quote_all_identifiers": "off",
    "datestyle": "ISO, YMD",
    "intervalstyle": "postgres",
    "timezone": "UTC",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "xmlbinary": "base64",
    "lc_monetary": "'C'",
    "plan_cache_mode": "force_generic_plan",
    "enable_nestloop": "off",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
}
_SAVEPOINT = "gen_catalog"


class Identity(NamedTuple):
    """`name` is qualified and quoted as PostgreSQL writes it: `public.users.email`, `users_pkey on public.users`."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Exclusion:
    """What is gen's or goose's, not the migrations': schemas by name, tables as SQL writes them, with a schema.

    A table goes with all that hangs on it (columns, indexes, triggers, sequences).
    """

    schemas: tuple[str, ...] = ("gen_rehearsal",)
    tables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Catalog:
    """The objects of a database. An attribute that an object has not is absent.

    Roles are shown by name, but the database's owner as `the database owner`. `major` is the server's
    version, 0 if unknown.
    """

    objects: Mapping[Identity, Attributes] = field(repr=False)
    major: int = field(default=0, compare=False)

    def to_json(self) -> str:
        """Stable text: sorted, one object per line."""
        lines = (
            json.dumps([*identity, self.objects[identity]], ensure_ascii=False, sort_keys=True)
            for identity in sorted(self.objects)
        )
        head = f'{{"format": {FORMAT}, "postgres": {self.major}, "objects": ['
        return head + "\n" + ",\n".join(lines) + "\n]}\n"

    @classmethod
    def from_json(cls, text: str) -> Catalog:
        """Of `to_json`'s text; anything else is a GenError."""
        try:
            given = json.loads(text)
            if given["format"] != FORMAT:
                raise GenError(
                    f"the catalog snapshot has format {given['format']!r}, this version of gen reads {FORMAT}",
                    help="take the snapshot again with this version of gen",
                )
            objects = {
                Identity(_kind(kind), _text(name)): _attributes(of) for kind, name, of in given["objects"]
            }
            if type(given["postgres"]) is not int:
                raise TypeError(given["postgres"])
            return cls(objects, given["postgres"])
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise GenError("this is no catalog snapshot of gen", help="take the snapshot again") from error


class Reader:
    """Takes snapshots over one connection: the later ones are faster, the server keeps the plan and unchanged
    objects are not decoded again.

    The connection may stand in a transaction; its settings are as before afterwards. It must not be used by
    somebody else at the same time.
    """

    def __init__(self, connection: asyncpg.Connection, exclude: Exclusion, name: str | None = None) -> None:
        """`name` is the statement's on the server, None for one that asyncpg makes up."""
        self._connection = connection
        self._exclude = exclude
        self._name = name
        self._statement: asyncpg.prepared_stmt.PreparedStatement | None = None
        self._known: dict[str, dict[str, tuple[Identity, Attributes]]] = {}

    async def take(self) -> Catalog:
        major = self._connection.get_server_version().major
        if major < queries.OLDEST:
            raise GenError(
                f"PostgreSQL {major} is too old for a catalog snapshot",
                help=f"use PostgreSQL {queries.OLDEST} or later",
            )
        async with _pinned(self._connection):
            if self._statement is None:
                self._statement = await self._connection.prepare(queries.statement(major), name=self._name)
            rows = await self._statement.fetch(list(self._exclude.schemas), list(self._exclude.tables))
        self._known = {kind: _decoded(kind, text, self._known.get(kind, {})) for kind, text in rows if text}
        return Catalog(dict(chain.from_iterable(each.values() for each in self._known.values())), major)


async def take(connection: asyncpg.Connection, exclude: Exclusion) -> Catalog:
    """One snapshot. Who takes several over a connection keeps a `Reader`.

    Its statement has no name: a pooled connection keeps what has one, after an error too, and its next client meets it.
    """
    return await Reader(connection, exclude, name="").take()


@asynccontextmanager
async def _pinned(connection: asyncpg.Connection) -> AsyncIterator[None]:
    """One state of the catalogs, and settings of its own that end with the block."""
    begin, end = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "ROLLBACK"
    if connection.is_in_transaction():
        begin = f"SAVEPOINT {_SAVEPOINT}"
        end = f"ROLLBACK TO SAVEPOINT {_SAVEPOINT}; RELEASE SAVEPOINT {_SAVEPOINT}"
    pins = (f"SET LOCAL {name} = {value}" for name, value in _SETTINGS.items())
    try:
        await connection.execute("; ".join((begin, *pins)))
        yield
    finally:
        if not connection.is_closed():
            await connection.execute(end)


def _decoded(
    kind: str, text: str, known: Mapping[str, tuple[Identity, Attributes]]
) -> dict[str, tuple[Identity, Attributes]]:
    """The objects by their lines of JSON; a known line is not decoded again."""
    return {line: known.get(line) or _object(kind, line) for line in text.split("\n")}


def _object(kind: str, line: str) -> tuple[Identity, Attributes]:
    attributes = json.loads(line)
    name = attributes.pop("name")
    return Identity(kind, name), {key: value for key, value in attributes.items() if value is not None}


def _kind(value: object) -> str:
    """A kind is the name of a file with a query."""
    if value not in queries.KINDS:
        raise ValueError(value)
    return _text(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _attributes(value: object) -> Attributes:
    if not isinstance(value, dict):
        raise TypeError(value)
    return {_text(key): _value(each) for key, each in value.items()}


def _value(value: object) -> Value:
    if isinstance(value, list):
        return [_text(each) for each in value]
    if isinstance(value, str | int | float):
        return value
    raise TypeError(value)
