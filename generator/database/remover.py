"""The child process of `keeper`: drops rehearsal databases and roles, and nothing that it was not told of."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
from asyncpg import exceptions

from generator.database import connection
from generator.database.address import Address
from generator.database.identifiers import quoted
from generator.database.keeper import Kept
from generator.diagnostics import GenError

APPLICATION = "gen-cleanup"
# The comment on a role that gen made: it is dropped by the last rehearsal that uses it.
MARK = "made by gen for its rehearsals: dropped with the last database of theirs that uses it"
WAIT_S = 10
ATTEMPTS = 6
# DROP DATABASE waits for a checkpoint.
STATEMENT_TIMEOUT_S = 300
# A connection that a firewall forgot does not answer at all.
CLIENT_TIMEOUT_S = STATEMENT_TIMEOUT_S + 10

_DEPENDENT = "2BP01"
# A session that came back, an autovacuum worker (before 16.1 only a superuser could stop one), somebody else
# who drops the same role, a lock.
_PASSING = {"55006", "42501", "XX000", "40001", "40P01", "55P03", "57014"}
_UNREACHABLE = ("08", "53300", "57P01", "57P02", "57P03")

_SETTINGS = {
    "search_path": "pg_catalog",
    "statement_timeout": f"{STATEMENT_TIMEOUT_S}s",
    "lock_timeout": "30s",
    "client_min_messages": "error",
}


def main() -> int:
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # It ends with gen, not before.
        signal.signal(each, lambda *_: None)
    try:
        return asyncio.run(_serve())
    except BrokenPipeError:
        return 0


async def _serve() -> int:
    first = json.loads(sys.stdin.readline() or "null")
    if first is None:
        return 0
    parameters = tuple((key, value) for key, value in first["admin"].pop("parameters"))
    remover = Remover(Address(**first["admin"], parameters=parameters), first["patience"])
    try:
        await remover.connect()
    except GenError as error:
        _answer({"error": str(error), "help": error.help})
        return 1
    _answer({"ok": None})
    kept: dict[str, Kept] = {}
    # A closed pipe at the other end must not keep us from the rest.
    for line in sys.stdin:
        await _obey(json.loads(line), kept, remover)
    await remover.end_watched()
    left = []
    for each in reversed(kept.values()):
        try:
            await remover.remove(each)
        except GenError as error:
            left.append(f"{each.name}: {error}")
    _answer({"ok": "; ".join(left)})
    return 0


async def _obey(message: dict[str, Any], kept: dict[str, Kept], remover: Remover) -> None:
    if "keep" in message:
        told = message["keep"]
        kept[told["name"]] = Kept(told["name"], told["owns_role"], tuple(told["roles"]))
    elif "watch" in message:
        remover.watched.append(message["watch"])
    else:
        each = kept[message["drop"]]
        if message["after"]:
            await remover.end_watched()
        try:
            await remover.remove(each)
        except GenError as error:
            _answer({"error": str(error), "help": error.help})
        else:
            del kept[each.name]
            _answer({"ok": None})


def _answer(answer: dict[str, str | None]) -> None:
    # Where gen is gone, nobody reads it.
    with contextlib.suppress(OSError):
        print(json.dumps(answer), flush=True)


class Remover:
    """One connection as the administrator, made again where it breaks, for at most `patience` seconds."""

    def __init__(self, admin: Address, patience: float) -> None:
        self._admin = admin
        self._patience = patience
        self._connection: asyncpg.Connection | None = None
        self.watched: list[tuple[int, str]] = []

    async def connect(self) -> asyncpg.Connection:
        if self._connection is None or self._connection.is_closed():
            self._connection = await self._admin.connect(APPLICATION, settings=_SETTINGS)
        return self._connection

    async def remove(self, kept: Kept) -> None:
        """Raises GenError where something is still there."""
        try:
            await self._execute(f"DROP DATABASE IF EXISTS {quoted(kept.name)} WITH (FORCE)")
            if kept.owns_role:
                await self._remove_owner(kept.name)
            for role in kept.roles:
                await self._remove_shared(role)
        except exceptions.PostgresError as error:
            raise GenError(
                f"the rehearsal database {kept.name} could not be removed: {connection.reason(error)}",
                help=f"as an administrator: DROP DATABASE IF EXISTS {quoted(kept.name)} WITH (FORCE); "
                f"DROP ROLE IF EXISTS {quoted(kept.name)}",
            ) from error

    async def end_watched(self) -> None:
        """Ends what gen was doing on the server: a database whose making goes on cannot be dropped yet."""
        query = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid = $1 AND extract(epoch FROM backend_start)::text = $2"
        )
        end = time.monotonic() + WAIT_S
        with contextlib.suppress(GenError, exceptions.PostgresError):
            for pid, started in self.watched:
                while await self._fetch(query, pid, started) and time.monotonic() < end:
                    await asyncio.sleep(0.05)

    async def _remove_owner(self, name: str) -> None:
        drop = f"DROP ROLE IF EXISTS {quoted(name)}"
        try:
            await self._execute(drop)
        except exceptions.PostgresError as error:
            if connection.sqlstate(error) != _DEPENDENT:
                raise
            await self._execute(f"DROP OWNED BY {quoted(name)}")
            await self._execute(drop)

    async def _remove_shared(self, name: str) -> None:
        """A role that another rehearsal's database refers to stays: the last one removes it."""
        query = "SELECT 1 FROM pg_roles WHERE rolname = $1 AND shobj_description(oid, 'pg_authid') = $2"
        if not await self._fetch(query, name, MARK):
            return
        try:
            await self._execute(f"DROP ROLE IF EXISTS {quoted(name)}")
        except exceptions.PostgresError as error:
            if connection.sqlstate(error) != _DEPENDENT:
                raise

    async def _execute(self, sql: str) -> None:
        await self._lasting(lambda link: link.execute(sql, timeout=CLIENT_TIMEOUT_S))

    async def _fetch(self, sql: str, *arguments: object) -> Any:
        return await self._lasting(lambda link: link.fetch(sql, *arguments, timeout=CLIENT_TIMEOUT_S))

    async def _lasting(self, work: Callable[[asyncpg.Connection], Awaitable[Any]]) -> Any:
        """Does it again where the server was away or the reason may pass."""
        end = time.monotonic() + self._patience
        for attempt in range(1, ATTEMPTS + 1):
            wait = 0.1 * 2**attempt
            try:
                return await work(await self._connected(end))
            except exceptions.PostgresError as error:
                state = connection.sqlstate(error)
                if attempt == ATTEMPTS or not (state in _PASSING or state.startswith(_UNREACHABLE)):
                    raise
            except (OSError, exceptions.InterfaceError) as error:
                self._forget()
                if attempt == ATTEMPTS or time.monotonic() >= end:
                    raise GenError(f"the server went away: {error}") from error
            await asyncio.sleep(wait)
        return None

    def _forget(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None

    async def _connected(self, end: float) -> asyncpg.Connection:
        wait = 0.1
        while True:
            try:
                return await self.connect()
            except GenError:
                if time.monotonic() >= end:
                    self._patience = 0  # For what else there is to remove: enough time has passed.
                    raise
            await asyncio.sleep(wait)
            wait = min(2 * wait, 5)
