"""Stops the statements of a NO TRANSACTION file one by one, to see the locks that each of them takes.

Each statement is a transaction of its own, and its locks are gone when it ends. So a session of ours, the
holder, has every table locked: whoever wants a mode that matters waits for it, visibly. What it has and what it
waits for is noted, the way is cleared, and barred again for the next statement:

- The holder has ROW EXCLUSIVE on every table, which stops all modes that block writes or reads, and on top of
  it SHARE ROW EXCLUSIVE, which also stops UPDATE, VACUUM or CREATE INDEX CONCURRENTLY. A statement that only
  the latter stopped is let through by going back to a savepoint.
- For the others a second holder takes ROW EXCLUSIVE, which does not conflict with itself, on all tables but
  those that the statement has or wants, before the first lets go. A further table is thus a further stop.
- On those that it has or wants a gate queues for SHARE ROW EXCLUSIVE: the server hands it over in the moment
  in which the statement ends, so the next statement cannot slip through.

CREATE and DROP INDEX CONCURRENTLY and their like wait for whoever has a lock without asking for one; that is
seen as their wait for our virtual transaction, and treated alike.

So what blocks writes or reads of a table cannot be missed. Weaker modes can, where a statement follows another
on the same tables at once; nor can a materialized view or a view be barred like a table: there, a lock that is
held for less than a millisecond or two may be missed.

Nothing here waits for goose while goose waits for it, so there is no deadlock: holders lock with NOWAIT, a
gate has nothing while it queues. What is stopped goes on within milliseconds. Where even that might fail a
sound migration (NOWAIT, a tiny lock_timeout), nothing is stopped and pg_locks is only looked at.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence, Set
from dataclasses import dataclass

import asyncpg

from generator.database.locks_catalog import Relations
from generator.database.locks_modes import LockMode
from generator.database.locks_sessions import FAILURES, Gate, Holder, Pool
from generator.migrations.model import Statement

# Every lock has a place in the server's shared memory, of which goose needs some too.
_MOST_TABLES = 1000
# One statement may be stopped at many tables; beyond these, the rest is only looked at.
_MOST_STOPS = 2000
_MOST_SECONDS = 60.0
_MOST_GATES = 12
# So many times in a row at the same place: goose waits for something of ours that is not understood.
_MOST_REPEATS = 100
_SHORTEST_TIMEOUT_MS = 1000
_PAUSE_S = 0.001
_LONGEST_PAUSE_S = 0.01
_END_S = 10.0

_FAILS_WHEN_STOPPED = re.compile(r"\b(?:nowait|skip_locked)\b", re.IGNORECASE)
_TIMEOUT_NAME = re.compile(r"\b(?:lock|statement|transaction)_timeout\b", re.IGNORECASE)
_TIMEOUT = re.compile(
    r"\b(?:lock|statement|transaction)_timeout\b['\"]?\s*(?:=|,|to\b)\s*'?\s*(\d+)\s*(us|ms|s|min|h|d)?\b",
    re.IGNORECASE,
)
_MILLISECONDS = {"us": 0.001, "ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}
_SESSION_TIMEOUTS = """
SELECT coalesce(min(setting::pg_catalog.int8) FILTER (WHERE setting <> '0'), 0) FROM (
  SELECT coalesce(reset_val, setting) AS setting FROM pg_catalog.pg_settings
  WHERE name IN ('lock_timeout', 'statement_timeout', 'transaction_timeout')) AS timeouts
"""

# $1 are our own backends. Autovacuum is nobody's migration.
_LOOK = """
SELECT lock.relation, lock.mode, lock.granted, lock.pid, activity.query_start, activity.query,
       NOT lock.granted AND pg_catalog.pg_blocking_pids(lock.pid) && $1::pg_catalog.int4[] AS is_stopped
FROM pg_catalog.pg_locks AS lock LEFT JOIN pg_catalog.pg_stat_activity AS activity USING (pid)
WHERE lock.pid <> ALL ($1::pg_catalog.int4[])
  AND activity.backend_type IS DISTINCT FROM 'autovacuum worker'
  AND activity.datname = pg_catalog.current_database()
  AND (lock.locktype = 'relation' AND lock.relation >= 16384
       OR lock.locktype = 'virtualxid' AND NOT lock.granted)
"""


@dataclass(frozen=True, slots=True)
class _Look:
    """What goose's session has and wants: `statement` tells one statement from the next.

    `wanted` is the relation that it waits for because of us, with the mode. `is_stopped` without it: it waits
    for our transaction to end.
    """

    locks: tuple[tuple[int, LockMode], ...]
    statement: tuple[int, object] | None
    query: str
    is_stopped: bool
    wanted: tuple[int, LockMode] | None


class Stops:
    """`begin()`, one run of goose, `end()`. `seen` has the locks by the line of their statement, None where the
    line can't be told; `is_complete` is False where some may be missing."""

    def __init__(
        self, pool: Pool, relations: Relations, version_table: int, statements: Sequence[Statement]
    ) -> None:
        self._pool = pool
        self._tables = {each.oid: each for each in relations.tables if each.oid != version_table}
        self._views = relations.materialized_views
        self._statements = statements
        self._place = 0
        self._holder: Holder | None = None
        self._gates: list[Gate] = []
        self._task: asyncio.Task[None] | None = None
        self._is_ending = False
        self._stops = 0
        self._repeats = 0
        self._last: _Look | None = None
        self._deadline = 0.0
        self.is_complete = may_stop(statements) and len(self._tables) <= _MOST_TABLES
        self.seen: dict[int | None, set[tuple[int, LockMode]]] = {}

    async def begin(self) -> None:
        await self._pool.fill(4)
        observer = await self._pool.take()
        timeout = await observer.fetchval(_SESSION_TIMEOUTS)
        if 0 < timeout < _SHORTEST_TIMEOUT_MS:
            self.is_complete = False
        if self.is_complete:
            self._holder = Holder(await self._pool.take())
            try:
                await self._holder.hold(self._tables, self._views)
                await self._holder.strengthen()
            except FAILURES:
                await self._give_up()
        self._task = asyncio.create_task(self._watch(observer))

    async def end(self) -> None:
        """Lets everything go. Goose has ended; may be called again."""
        self._is_ending = True
        task, self._task = self._task, None
        if task is None:
            return
        if not (await asyncio.wait((task,), timeout=_END_S))[0]:
            self._pool.terminate()
        await task

    async def _watch(self, observer: asyncpg.Connection) -> None:
        pause = _PAUSE_S
        statement = None
        try:
            while not self._is_ending:
                look = await self._look(observer)
                self._note(look)
                if look.is_stopped and self._holder is not None:
                    await self._let_through(look, observer)
                    pause = _PAUSE_S
                elif look.statement != statement:
                    statement, pause = look.statement, _PAUSE_S
                    if self._holder is not None:
                        await self._holder.strengthen()
                else:
                    pause = min(pause * 1.2, _LONGEST_PAUSE_S)
                if not look.is_stopped:
                    await asyncio.sleep(pause)
        except FAILURES:
            self.is_complete = False
        finally:
            await self._let_go()
            self._pool.give_back(observer)

    async def _look(self, observer: asyncpg.Connection) -> _Look:
        """The server reads what runs and who has what one after the other, and between the two another statement may
        begin. One that is stopped stands still: what is seen of it then is of one moment."""
        look = _look(await observer.fetch(_LOOK, self._pool.pids))
        return _look(await observer.fetch(_LOOK, self._pool.pids)) if look.is_stopped else look

    def _note(self, look: _Look) -> None:
        if look.locks:
            self.seen.setdefault(self._line(look.query), set()).update(look.locks)

    def _line(self, query: str) -> int | None:
        """pg_stat_activity has the beginning of the text, as goose sent it. Statements go in order."""
        start = query.strip()
        for place in range(self._place, len(self._statements)):
            if start and self._statements[place].text.strip().startswith(start):
                self._place = place
                return _first_line(self._statements[place])
        return None

    async def _let_through(self, look: _Look, observer: asyncpg.Connection) -> None:
        if self._is_too_much(look):
            await self._give_up()
            return
        assert self._holder is not None
        shut = [each for each in self._gates if each.is_shut and look.wanted and each.oid == look.wanted[0]]
        if shut:
            await self._queue({shut[0].oid}, observer)
            await self._open(shut[0])
            return
        if self._holder.is_strong:
            await self._holder.weaken()
            if look.wanted is not None and look.wanted[1] < LockMode.SHARE:
                return
        await self._change_holder(look, observer)

    def _is_too_much(self, look: _Look) -> bool:
        self._stops += 1
        self._repeats = self._repeats + 1 if look == self._last else 0
        self._last = look
        self._deadline = self._deadline or time.monotonic() + _MOST_SECONDS
        return (
            self._stops > _MOST_STOPS
            or self._repeats > _MOST_REPEATS
            or time.monotonic() > self._deadline
            or len(self._gates) > _MOST_GATES
        )

    async def _change_holder(self, look: _Look, observer: asyncpg.Connection) -> None:
        """The holder stops goose, so nothing can slip through before all this is done."""
        old, new = self._holder, Holder(await self._pool.take())
        assert old is not None
        for each in [each for each in self._gates if each.is_shut]:
            await self._open(each)
        taken = {oid for oid, mode in look.locks if mode > LockMode.ROW_EXCLUSIVE}
        tables = {oid: each for oid, each in self._tables.items() if oid not in taken}
        await new.hold(tables, [each for each in self._views if each.oid not in taken])
        await self._queue(taken & self._tables.keys() - {each.oid for each in self._gates}, observer)
        self._holder = new
        await old.release()
        self._pool.give_back(old.connection)

    async def _queue(self, oids: Set[int], observer: asyncpg.Connection) -> None:
        for oid in sorted(oids):
            gate = Gate(await self._pool.take(), self._tables[oid])
            if await gate.queue(observer):
                self._gates.append(gate)
            else:
                self._pool.give_back(gate.connection)
                self.is_complete = False

    async def _open(self, gate: Gate) -> None:
        self._gates.remove(gate)
        if await gate.open():
            self._pool.give_back(gate.connection)

    async def _give_up(self) -> None:
        """From here on goose runs free, and what it locks is only looked at."""
        self.is_complete = False
        await self._let_go()

    async def _let_go(self) -> None:
        holder, self._holder = self._holder, None
        gates, self._gates = self._gates, []
        try:
            if holder is not None:
                await holder.release()
                self._pool.give_back(holder.connection)
            for each in sorted(gates, key=lambda gate: not gate.is_shut):
                if await each.open():
                    self._pool.give_back(each.connection)
        except FAILURES:
            self.is_complete = False
            self._pool.terminate()


def _look(rows: Sequence[asyncpg.Record]) -> _Look:
    locks = tuple((row["relation"], LockMode.named(row["mode"])) for row in rows if row["relation"])
    first = next((row for row in rows if row["is_stopped"]), rows[0] if rows else None)
    wanted = None
    if first is not None and first["is_stopped"] and first["relation"]:
        wanted = (first["relation"], LockMode.named(first["mode"]))
    return _Look(
        locks,
        (first["pid"], first["query_start"]) if first is not None else None,
        (first["query"] or "") if first is not None else "",
        first is not None and first["is_stopped"],
        wanted,
    )


def may_stop(statements: Sequence[Statement]) -> bool:
    """Whether a wait of some milliseconds can't change what these do, as far as their text tells."""
    for text in (each.text for each in statements):
        if _FAILS_WHEN_STOPPED.search(text):
            return False
        if len(_TIMEOUT.findall(text)) != len(_TIMEOUT_NAME.findall(text)):
            return False  # A timeout that is computed, in a variable, or reset.
        for number, unit in _TIMEOUT.findall(text):
            if 0 < int(number) * _MILLISECONDS[unit.lower() or "ms"] < _SHORTEST_TIMEOUT_MS:
                return False
    return True


def _first_line(statement: Statement) -> int:
    """The line where the SQL begins, behind comments and empty lines."""
    lines = statement.text.split("\n")
    for place, line in enumerate(lines[: len(statement.numbers)]):
        if line.strip() and not line.lstrip().startswith("--"):
            return statement.numbers[place]
    return statement.line
