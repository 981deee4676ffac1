"""The migrations of a service run by goose in a throw-away database, where there is no schema to compare it with."""

from __future__ import annotations

import asyncio
import dataclasses
from dataclasses import dataclass
from pathlib import Path

from generator import model
from generator.database import goose, scratch
from generator.database.address import Address
from generator.diagnostics import Diagnostic
from generator.insync import run
from generator.rehearsal import migrated


@dataclass(frozen=True, slots=True)
class Ran:
    """`server` is where it was; `wrong` is why not everything was applied. `warnings` speak of versions."""

    server: str
    wrong: Diagnostic | None
    warnings: tuple[Diagnostic, ...] = ()


def apply(root: Path, tools: Path, service: model.Service, database_url: str | None) -> Ran:
    """Everything made on the way is gone at the end, whatever ends it. Raises GenError."""
    patience = scratch.PATIENCE_S if database_url is not None else 0
    with migrated.on_server([service], database_url) as (admin, where):
        wrong, warnings = asyncio.run(_apply(root, tools, service, admin, patience))
    return Ran(where, wrong, warnings)


async def _apply(
    root: Path, tools: Path, of: model.Service, admin: Address, patience: float
) -> tuple[Diagnostic | None, tuple[Diagnostic, ...]]:
    program = goose.find(tools, goose.wanted_version(of.runner.image))
    wanted = dataclasses.replace(of, migrations=run.migrations(of))
    async with scratch.opened(admin, patience) as throw_away:
        warnings = tuple(migrated.other_versions(of, program, throw_away.major))
        if not wanted.migrations:
            return None, warnings
        try:
            async with migrated.prepared(root, throw_away, of) as address:
                with migrated.files(migrated.texts(wanted.migrations)) as directory:
                    _, wrong = await migrated.migrate(program, wanted, address, directory)
        except migrated.Unprepared as reason:
            wrong = reason.found
    return wrong, warnings
