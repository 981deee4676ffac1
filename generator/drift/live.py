"""Reads a live database without being in anybody's way: one short read-only transaction, catalogs alone.

The version and the catalogs are of one moment, also while a migration commits. Everything is in one transaction,
its time limits too: a pooler that hands out connections by transaction would lose what stands outside.
A lock that somebody has is not waited for but tried again, with all others given back in between: PostgreSQL ends a
deadlock by an error in the session that waited longest, and that would be the migration.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from asyncpg import exceptions

from generator import model
from generator.database import connection
from generator.database.address import Address
from generator.database.catalog import snapshot
from generator.database.catalog.snapshot import Catalog, Exclusion
from generator.database.identifiers import quoted
from generator.diagnostics import GenError
from generator.status import Recorded, Row
from generator.text import kubernetes_names
from generator.text.problem import shown

APPLICATION = "gen drift"
STATEMENT_S = 30
LOCK_S = 3
_PAUSE_S = 0.1

# Each wait for a lock is far shorter than what another session waits before it looks for deadlocks.
_BEGIN = (
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; "
    f"SET LOCAL statement_timeout = '{STATEMENT_S}s'; "
    f"SET LOCAL idle_in_transaction_session_timeout = '{2 * STATEMENT_S}s'; "
    "SELECT pg_catalog.set_config('lock_timeout', greatest(1, least(100, setting::integer / 10))::text, true) "
    "FROM pg_catalog.pg_settings WHERE name = 'deadlock_timeout'"
)
_LOCKED = (exceptions.LockNotAvailableError, exceptions.DeadlockDetectedError)
# The names of roles are those of the snapshot's `role` (catalog/queries/_shared.sql).
_TABLE = """
SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) AS name, n.nspname::text AS schema,
    CASE WHEN c.relowner = d.datdba THEN 'the database owner' WHEN c.relowner = 10 THEN 'the bootstrap superuser'
        ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(c.relowner)) END AS owner,
    pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(c.relowner)) AS owner_name,
    CASE WHEN d.datdba = 10 THEN 'the bootstrap superuser'
        ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(d.datdba)) END AS database_owner,
    pg_catalog.current_setting('server_version') AS server
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_database d ON d.datname = pg_catalog.current_database()
WHERE c.oid = pg_catalog.to_regclass($1)
"""
_ELSEWHERE = """
SELECT schemaname::text, pg_catalog.has_schema_privilege(schemaname, 'USAGE') AS is_open
FROM pg_catalog.pg_tables WHERE tablename = $1 ORDER BY 2 DESC, 1 LIMIT 5
"""
# Only where the role may look a name up: to_regclass of the snapshot raises an error elsewhere.
_OTHERS = """
SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) AS name
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname || '.' || c.relname = ANY ($1::text[])
    AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND c.relkind = 'r'
"""
_HOLDERS = """
SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) AS name, l.pid,
    coalesce(a.application_name, '') AS application
FROM pg_catalog.pg_locks l
JOIN pg_catalog.pg_class c ON c.oid = l.relation
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_database d ON d.datname = pg_catalog.current_database()
LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
WHERE l.granted AND l.mode = 'AccessExclusiveLock' AND l.database IN (d.oid, 0)
-- Who rewrites a table has its indexes and TOAST tables too.
ORDER BY n.nspname = 'pg_toast', c.relkind IN ('i', 'I'), 1, 2 LIMIT 3
"""


@dataclass(frozen=True, slots=True)
class Live:
    """`migrating` is the role that owns goose's table, as the catalog names it, `migrating_name` its own name;
    `database_owner` is that of whom the catalog calls so. `schema` is the table's."""

    recorded: Recorded
    catalog: Catalog
    migrating: str
    migrating_name: str
    database_owner: str
    schema: str
    server: str


async def read(address: Address, service: model.Service, others: Iterable[str]) -> Live:
    """`others` are the version tables of services that share the database. Raises GenError."""
    if kubernetes_names.postgres_table(service.table) is not None:
        raise ValueError(f"{service.table!r} cannot stand in SQL as it is")
    link = await _connected(address)
    try:
        return await _patiently(link, address, service, tuple(others))
    except _LOCKED as error:
        raise await _waiting(link, address) from error
    except exceptions.QueryCanceledError as error:
        raise GenError(
            f"{address.shown} was not read within {STATEMENT_S} seconds: {connection.reason(error)}",
            help="try again when there is less to do, or on a standby",
        ) from error
    except (exceptions.PostgresError, exceptions.InterfaceError, OSError) as error:
        raise GenError(
            f"{address.shown} cannot be read: {connection.reason(error)}",
            help=f"the role needs CONNECT, USAGE on the schema of `{service.table}` and SELECT on that table; "
            "it needs nothing on any other table",
        ) from error
    finally:
        # What failed may have been the connection: no good-bye that waits for an answer.
        link.terminate()


async def _connected(address: Address) -> Any:
    try:
        return await address.connect(APPLICATION, read_only=True)
    except GenError as refused:
        # PgBouncer: the transaction says the same of itself.
        if "startup parameter" not in str(refused):
            raise
    return await address.connect(APPLICATION)


async def _patiently(link: Any, address: Address, service: model.Service, others: tuple[str, ...]) -> Live:
    began = time.monotonic()
    while True:
        try:
            return await _read(link, address, service, others)
        except _LOCKED:
            await link.execute("ROLLBACK")
            if time.monotonic() - began > LOCK_S:
                raise
        await asyncio.sleep(_PAUSE_S)


async def _read(link: Any, address: Address, service: model.Service, others: tuple[str, ...]) -> Live:
    await link.execute(_BEGIN)
    found = next(iter(await _fetch(link, _TABLE, service.table)), None)
    if found is None:
        elsewhere = await _fetch(link, _ELSEWHERE, service.table.rpartition(".")[2])
        raise _never_migrated(address, service.table, dict(elsewhere))
    rows = await _fetch(
        link, f"SELECT id, version_id, is_applied, tstamp FROM {service.table} ORDER BY id DESC"
    )
    if not rows:
        # goose makes the table with a row for version 0.
        raise GenError(
            f"{address.shown}: this role sees no row of `{service.table}`, where goose has at least one",
            help="if the table has row level security, let a policy show the role all rows; if it was emptied, "
            "bring back its rows",
        )
    same = [each if "." in each else f"{found['schema']}.{each}" for each in others]
    hidden = await _fetch(link, _OTHERS, same) if same else []
    tables = (found["name"], *(each[0] for each in hidden))
    catalog = await snapshot.take(link, Exclusion(tables=tables))
    await link.execute("ROLLBACK")
    recorded = Recorded(tuple(Row(*each) for each in rows))
    return Live(
        recorded=recorded,
        catalog=catalog,
        migrating=found["owner"],
        migrating_name=found["owner_name"],
        database_owner=found["database_owner"],
        schema=found["schema"],
        server=found["server"].split()[0],
    )


async def _fetch(link: Any, sql: str, *parameters: object) -> Any:
    """Without a name for the statement: what a pooled connection keeps, the next client of it meets."""
    return await (await link.prepare(sql, name="")).fetch(*parameters)


def _never_migrated(address: Address, table: str, elsewhere: dict[str, bool]) -> GenError:
    """`elsewhere` are schemas that have such a table, and whether the role may look into them."""
    places = ", ".join(map(shown, elsewhere))
    if elsewhere and not any(elsewhere.values()):
        return GenError(
            f"{address.shown} has a table `{table}` in {places}, where this role may not look",
            help=f"`GRANT USAGE ON SCHEMA {quoted(next(iter(elsewhere)))} TO {quoted(address.user)};`",
        )
    if elsewhere:
        return GenError(
            f"{address.shown} has no table `{table}` where this role looks, but one in {places}",
            help="write `migrations.table: schema.table`, or give the URL `?search_path=…` as the Job's role has it",
        )
    return GenError(
        f"{address.shown} has no table `{table}`: goose never ran there",
        help="check host and database in the URL; for a database that was made otherwise see `gen baseline`",
    )


async def _waiting(link: Any, address: Address) -> GenError:
    """Who is in the way, as far as this role may see it."""
    told = f"{address.shown} was not read: a table is locked, and gen tried for {LOCK_S} seconds"
    try:
        await link.execute(_BEGIN)
        holders = await _fetch(link, _HOLDERS)
    except (exceptions.PostgresError, exceptions.InterfaceError, OSError):
        holders = []
    for each in holders:
        name = f" ({shown(each['application'])})" if each["application"] else ""
        told += f"; process {each['pid']}{name} holds ACCESS EXCLUSIVE on {shown(each['name'])}"
    return GenError(
        told, help="a migration may be running: try again when it is done; pg_stat_activity says what it does"
    )
