"""Watches one migration, run by the real goose, from inside PostgreSQL: its locks, rewrites, invalid indexes.

No text match can say what a DO block, a function or a trigger locks, so the server is asked. A file in a
transaction still holds all its locks when goose writes its version: a trigger on the version table reads
pg_locks for its own backend there, and sends what it found with NOTIFY, which comes with the commit and leaves
nothing behind. A NO TRANSACTION file holds nothing by then: `locks_stops` stops its statements one by one.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import asyncpg

from generator.database import locks_catalog, locks_sessions, locks_stops
from generator.database.locks_catalog import Relations
from generator.database.locks_modes import LockMode
from generator.migrations.model import Migration

_NAME = "gen_locks"

# In pg_temp it is in no snapshot and no dump, and gone with this connection, trigger included, even if gen is
# killed. SECURITY DEFINER and the search_path: a migration may leave any role and path behind. A payload holds
# fewer than 8,000 bytes. What goes wrong here must not fail the migration.
# `{channel}` is filled in: nobody else knows it.
_FUNCTION = """
CREATE OR REPLACE FUNCTION pg_temp.gen_locks() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
DECLARE
  found text;
BEGIN
  SELECT string_agg(DISTINCT relation || ':' || mode, ',') INTO found
  FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation' AND relation >= 16384;
  FOR part IN 0 .. length(found) / 7000 LOOP
    PERFORM pg_notify('{channel}', part || ' ' || substr(found, part * 7000 + 1, 7000));
  END LOOP;
  RETURN NULL;
EXCEPTION WHEN OTHERS THEN
  RETURN NULL;
END
$function$
"""

# ALWAYS: `SET session_replication_role = replica` switches off every other trigger.
_TRIGGER = """
CREATE TRIGGER {name} AFTER INSERT OR DELETE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION pg_temp.{name}();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}
"""

_MOMENT = "SELECT pg_catalog.txid_snapshot_xmax(pg_catalog.txid_current_snapshot())"
_TABLE = """
SELECT class.oid, pg_catalog.format('%I.%I', namespace.nspname, class.relname)
FROM pg_catalog.pg_class AS class JOIN pg_catalog.pg_namespace AS namespace ON namespace.oid = relnamespace
WHERE class.oid = pg_catalog.to_regclass($1)
"""


@dataclass(frozen=True, slots=True)
class RelationLock:
    """A table (`"schema".name`, quoted where it must be) and the strongest mode that was held on it.

    `line` is that of the statement that took it; None in a transaction, or where it can't be told.
    """

    relation: str
    mode: LockMode
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """What one run of one migration did to the relations that were there before.

    `locks` has each of them once, the strongest mode first. `steps` has them once per statement, in order,
    for a NO TRANSACTION file. `rewritten` are tables, materialized views and indexes with a new file; TRUNCATE
    makes one too. `invalid_indexes` are those that were not before. `is_complete` is False where locks may be
    missing, so that no lock means nothing: the migration failed, or could not be stopped safely.
    """

    locks: tuple[RelationLock, ...]
    steps: tuple[RelationLock, ...]
    rewritten: tuple[str, ...]
    invalid_indexes: tuple[str, ...]
    is_complete: bool

    @property
    def strongest(self) -> LockMode | None:
        return max((each.mode for each in self.locks), default=None)


class Observer:
    """`before()`, one run of goose, `after()`; as often as needed.

    `connection` is to the database that goose works on, as the table's owner or a superuser. It is not used
    between the two calls, nor may anybody else then. `table` is goose's version table as goose is told it: it
    exists already (`goose version` makes it). `connect` opens a further session of the same kind, for NO
    TRANSACTION files.
    """

    def __init__(
        self,
        connection: asyncpg.Connection,
        table: str,
        connect: Callable[[], Awaitable[asyncpg.Connection]],
    ) -> None:
        self._connection = connection
        self._table = table
        self._pool = locks_sessions.Pool(connect)
        self._catalog = locks_catalog.Catalog(connection)
        self._known: Relations | None = None
        self._moment: int | None = None
        self._version_table = 0
        self._version_name = ""
        self._channel = f"gen_locks_{secrets.token_hex(8)}"
        self._parts: list[str] = []
        self._stops: locks_stops.Stops | None = None

    async def __aenter__(self) -> Self:
        found = await self._connection.fetchrow(_TABLE, self._table)
        if found is None:
            raise LookupError(f"there is no table {self._table}")
        self._version_table, self._version_name = found
        await self._connection.execute(_FUNCTION.format(channel=self._channel))
        await self._connection.add_listener(self._channel, self._hear)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stops is not None:
            stops, self._stops = self._stops, None
            await stops.end()
        self._pool.terminate()
        if not self._connection.is_closed():
            await self._connection.remove_listener(self._channel, self._hear)
            await self._connection.execute(f"DROP FUNCTION pg_temp.{_NAME}() CASCADE")

    async def before(self, migration: Migration, *, is_down: bool = False) -> None:
        """Right before goose starts, with `up-by-one` or `down`."""
        self._parts = []
        if self._known is None or await self._connection.fetchval(_MOMENT) != self._moment:
            self._known = await self._catalog.read()
        if not migration.no_transaction:
            await self._connection.execute(_TRIGGER.format(name=_NAME, table=self._version_name))
            return
        statements = migration.down if is_down else migration.up
        self._stops = locks_stops.Stops(self._pool, self._known, self._version_table, statements)
        await self._stops.begin()

    async def after(self) -> Observation:
        """Right after goose has ended."""
        before = self._known
        if before is None:
            raise RuntimeError("after() without before()")
        stops, self._stops = self._stops, None
        steps: tuple[RelationLock, ...] = ()
        if stops is not None:
            await stops.end()
            steps = _steps(stops, before, self._version_table)
            is_complete = stops.is_complete
        else:
            # A NOTIFY of a transaction that has ended comes before the answer to this.
            await self._connection.execute(f"DROP TRIGGER IF EXISTS {_NAME} ON {self._version_name}")
            await asyncio.sleep(0)
            is_complete = bool(self._parts)
            steps = _transaction(self._parts, before, self._version_table)
        after = self._known = await self._catalog.read()
        self._moment = await self._connection.fetchval(_MOMENT)
        return Observation(
            locks=_strongest(steps),
            steps=steps if stops is not None else (),
            rewritten=locks_catalog.rewrites(before, after, self._version_table),
            invalid_indexes=locks_catalog.invalid_indexes(before, after),
            is_complete=is_complete,
        )

    def _hear(self, connection: object, pid: int, channel: str, payload: object) -> None:
        self._parts.append(str(payload))


def _transaction(parts: Sequence[str], before: Relations, skip: int) -> tuple[RelationLock, ...]:
    """`parts` are `number text`, from 0 for each firing of the trigger: a migration may write to goose's table
    itself."""
    firings: list[str] = []
    for each in parts:
        number, _, text = each.partition(" ")
        if number == "0" or not firings:
            firings.append("")
        firings[-1] += text
    pairs = (each.split(":") for firing in firings for each in firing.split(",") if each)
    locks = ((int(oid), LockMode.named(mode)) for oid, mode in pairs)
    found = locks_catalog.strongest(locks, before, skip, alone=False)
    return tuple(RelationLock(name, mode) for name, mode in found.items())


def _steps(stops: locks_stops.Stops, before: Relations, skip: int) -> tuple[RelationLock, ...]:
    return tuple(
        RelationLock(name, mode, line)
        for line, locks in stops.seen.items()
        for name, mode in locks_catalog.strongest(locks, before, skip, alone=True).items()
    )


def _strongest(locks: Sequence[RelationLock]) -> tuple[RelationLock, ...]:
    found: dict[str, RelationLock] = {}
    for each in locks:
        if each.relation not in found or found[each.relation].mode < each.mode:
            found[each.relation] = each
    return tuple(sorted(found.values(), key=lambda each: (-each.mode, each.relation)))
