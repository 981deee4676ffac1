"""An amendment: the one way in which the checksum of a merged migration changes.

It is for a migration that failed wherever it ran. Where it was applied, the database has what the old text
made, and a fresh one would get what the new text makes.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from generator import model
from generator.diagnostics import Diagnostic, GenError, Position
from generator.migrations.model import Migration
from generator.rules import migration_lock

_APPLICATION = "gen lock"


@dataclass(frozen=True, slots=True)
class Amendment:
    """`service` is the name of the one whose migration `version` is amended."""

    service: str
    version: int
    reason: str


def targets(project: model.Project, services: Collection[str], version: int) -> list[str]:
    """The services, of those named or of all, that have a migration of this version: one for each directory."""
    found = {
        each.lock.path: each.name
        for each in reversed(project.services)
        if (not services or each.name in services)
        and any(migration.version == version for migration in each.migrations)
    }
    return sorted(found.values())


def refused(service: model.Service, version: int, database: str) -> Diagnostic | None:
    """Why the migration may not be amended: it is applied in the database at this address.

    GenError where that cannot be told.
    """
    import asyncio  # noqa: PLC0415 - 30 ms that only this question need pay

    if not asyncio.run(_is_applied(service.table, version, database)):
        return None
    migration = _migration(service, version)
    return Diagnostic(
        migration_lock.EDITED,
        f"version {version} is applied in this database, so its migration cannot be amended",
        f"restore it (`git checkout origin/main -- {migration.path}`) and write a new migration",
        Position(migration.path),
    )


def _migration(service: model.Service, version: int) -> Migration:
    return next(each for each in service.migrations if each.version == version)


async def _is_applied(table: str, version: int, database: str) -> bool:
    from asyncpg import exceptions  # noqa: PLC0415 - 70 ms

    from generator.database import address  # noqa: PLC0415

    connection: Any = await address.Address.parse(database).connect(_APPLICATION, read_only=True)
    try:
        # As goose writes it, unquoted, and the newest row counts, as goose counts (dialect/postgres.go).
        # The name is letters, digits and `_` with at most one dot: rule name-table.
        row = await connection.fetchrow(
            f"SELECT is_applied FROM {table} WHERE version_id = $1 ORDER BY id DESC LIMIT 1", version
        )
    except (exceptions.UndefinedTableError, exceptions.InvalidSchemaNameError) as error:
        raise GenError(
            f"the database has no table `{table}`: goose never ran in it, so it says nothing of version {version}",
            "name the service's own database; its user's search_path must be that of the migrations",
        ) from error
    except exceptions.PostgresError as error:
        raise GenError(
            f"`{table}` cannot be read: {error.args[0] if error.args else type(error).__name__}",
            "connect as a user that may read goose's table",
        ) from error
    finally:
        await connection.close()
    return row is not None and bool(row["is_applied"])
