"""The sessions with which gen bars the tables of a throw-away database to goose: see `locks_stops`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import asyncpg
from asyncpg import exceptions

from generator.database import identifiers
from generator.database.locks_catalog import Relation

FAILURES = (exceptions.PostgresError, exceptions.InterfaceError, OSError)

_END_S = 2.0
_HOLDER_WAITS_MS = 20  # EXPLAIN knows no NOWAIT.
_QUEUE_ATTEMPTS = 3
_QUEUE_LOOKS = 200
_QUEUE_PAUSE_S = 0.0005

# What an administrator may have set for all sessions would end ours, or wait in them.
_PREPARE = """
SELECT pg_catalog.set_config(name, '0', false) FROM pg_catalog.pg_settings
WHERE name IN ('lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout',
               'idle_session_timeout', 'transaction_timeout')
"""
# READ COMMITTED keeps no snapshot between two statements: CREATE INDEX CONCURRENTLY waits for older ones.
_BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
_ONE_BY_ONE = """
DO $do$
DECLARE number oid;
BEGIN
  FOREACH number IN ARRAY '{{{oids}}}'::oid[] LOOP
    BEGIN
      EXECUTE pg_catalog.format('LOCK TABLE ONLY %s IN {mode} MODE NOWAIT', number::pg_catalog.regclass);
    EXCEPTION WHEN OTHERS THEN NULL;
    END;
  END LOOP;
END $do$
"""
_IS_QUEUED = """
SELECT lock.granted, activity.backend_xmin IS NULL FROM pg_catalog.pg_locks AS lock
JOIN pg_catalog.pg_stat_activity AS activity USING (pid)
WHERE lock.pid = $1 AND lock.relation = $2 AND lock.mode = 'ShareRowExclusiveLock'
"""
# Looks up all that LOCK TABLE will, but locks nothing.
_WARM = "SELECT pg_catalog.has_table_privilege({name}, 'UPDATE')"

Tables = Mapping[int, Relation]


class Pool:
    """Sessions that are opened when they are needed, and kept for the next migration."""

    def __init__(self, connect: Callable[[], Awaitable[asyncpg.Connection]]) -> None:
        self._connect = connect
        self._idle: list[asyncpg.Connection] = []
        self._all: list[asyncpg.Connection] = []

    @property
    def pids(self) -> list[int]:
        return [each.get_server_pid() for each in self._all if not each.is_closed()]

    async def fill(self, number: int) -> None:
        """Until so many are idle: opening one takes too long while goose is stopped."""
        while len(self._idle) < number:
            self._idle.append(await self._open())

    async def take(self) -> asyncpg.Connection:
        return self._idle.pop() if self._idle else await self._open()

    def give_back(self, connection: asyncpg.Connection) -> None:
        if not connection.is_closed():
            self._idle.append(connection)

    def terminate(self) -> None:
        for each in self._all:
            each.terminate()
        self._all, self._idle = [], []

    async def _open(self) -> asyncpg.Connection:
        made = await self._connect()
        self._all.append(made)
        await made.execute(_PREPARE)
        return made


@dataclass(slots=True)
class Holder:
    """Has `tables` locked in ROW EXCLUSIVE mode; `is_strong`: with SHARE ROW EXCLUSIVE on top of that, on some of
    them or on all (`is_whole`)."""

    connection: asyncpg.Connection
    tables: Tables = field(default_factory=dict)
    is_strong: bool = False
    is_whole: bool = False

    async def hold(self, tables: Tables, views: Iterable[Relation] = ()) -> None:
        """Never waits: a table that somebody else has in the way is left out."""
        await self.connection.execute(f"{_BEGIN}; SET LOCAL lock_timeout = {_HOLDER_WAITS_MS}")
        self.tables = tables
        await self._lock("ROW EXCLUSIVE")
        for each in views:
            # LOCK TABLE takes no materialized view; ACCESS SHARE stops REFRESH. EXPLAIN needs no rows in it.
            await self._attempt(f"EXPLAIN SELECT 1 FROM {each.name}")
        await self.connection.execute("SAVEPOINT weak")

    async def strengthen(self) -> None:
        if not self.is_whole:
            self.is_strong = True
            self.is_whole = await self._lock("SHARE ROW EXCLUSIVE")

    async def weaken(self) -> None:
        self.is_strong = self.is_whole = False
        await self.connection.execute("ROLLBACK TO SAVEPOINT weak")

    async def release(self) -> None:
        self.tables, self.is_strong, self.is_whole = {}, False, False
        await self.connection.execute("ROLLBACK")

    async def _lock(self, mode: str) -> bool:
        """Whether it has them all now."""
        if not self.tables or await self._attempt(f"{_lock(self.tables.values(), mode)} NOWAIT"):
            return True
        oids = ",".join(map(str, self.tables))
        await self._attempt(_ONE_BY_ONE.format(oids=oids, mode=mode))
        return False

    async def _attempt(self, sql: str) -> bool:
        await self.connection.execute("SAVEPOINT attempt")
        try:
            await self.connection.execute(sql)
        except exceptions.PostgresError:
            await self.connection.execute("ROLLBACK TO SAVEPOINT attempt")
            return False
        await self.connection.execute("RELEASE SAVEPOINT attempt")
        return True


@dataclass(slots=True)
class Gate:
    """Queues for SHARE ROW EXCLUSIVE on `table` behind goose, and keeps it once it has it. Holds nothing else."""

    connection: asyncpg.Connection
    table: Relation
    queueing: asyncio.Task[None] | None = None

    @property
    def oid(self) -> int:
        return self.table.oid

    @property
    def is_shut(self) -> bool:
        return self.queueing is not None and self.queueing.done()

    async def queue(self, observer: asyncpg.Connection) -> bool:
        """Returns when the server has it in the queue, or gave it the lock at once; False if it may not queue.

        What LOCK TABLE reads in the catalog gives the waiting session a snapshot, and CREATE INDEX CONCURRENTLY
        would wait for that: a deadlock. With everything in its caches, LOCK TABLE reads nothing.
        """
        pid = self.connection.get_server_pid()
        for _ in range(_QUEUE_ATTEMPTS):
            await self.connection.execute(_BEGIN)
            with suppress(*FAILURES):
                await self.connection.execute(_WARM.format(name=identifiers.literal(self.table.name)))
            self.queueing = asyncio.create_task(self._lock())
            if await self._is_harmless(observer, pid):
                return True
            await observer.fetchval("SELECT pg_catalog.pg_cancel_backend($1)", pid)
            await self.open()
        return False

    async def _is_harmless(self, observer: asyncpg.Connection, pid: int) -> bool:
        for _ in range(_QUEUE_LOOKS):
            row = await observer.fetchrow(_IS_QUEUED, pid, self.oid)
            if self.is_shut or (row is not None and row[0]):
                return True
            if row is not None:
                return bool(row[1])
            await asyncio.sleep(_QUEUE_PAUSE_S)
        return False

    async def _lock(self) -> None:
        with suppress(*FAILURES):  # When it is our turn, the table may be gone.
            await self.connection.execute(_lock((self.table,), "SHARE ROW EXCLUSIVE"))

    async def open(self) -> bool:
        """Whether the session can be used again. One that still queues gets a moment: goose has ended then."""
        if self.queueing is not None:
            await asyncio.wait((self.queueing,), timeout=_END_S)
            if not self.queueing.done():
                self.connection.terminate()
                await asyncio.wait((self.queueing,))
                return False
        await self.connection.execute("ROLLBACK")
        return True


def _lock(tables: Iterable[Relation], mode: str) -> str:
    return f"LOCK TABLE {', '.join(f'ONLY {each.name}' for each in tables)} IN {mode} MODE"
