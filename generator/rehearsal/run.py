"""All services side by side on one PostgreSQL server."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from generator import diagnostics, git, model
from generator.database import goose, scratch
from generator.database.address import Address
from generator.diagnostics import Diagnostic, Severity
from generator.migrations import names
from generator.rehearsal import migrated, service
from generator.rehearsal.result import Rehearsed, ServiceResult


@dataclass(frozen=True, slots=True)
class Request:
    """`database_url` is None for a server of our own; `reference` is a Git reference, None to rehearse everything.

    `workers` is how many databases are at work at once.
    """

    root: Path
    services: tuple[model.Service, ...]
    tools: Path
    database_url: str | None
    reference: str | None
    workers: int


def hinders(found: Diagnostic, others: Collection[str]) -> bool:
    """Whether nothing can be rehearsed before this is mended: not what lint or the lock say of a file that can
    be run, and not what is said of the migrations in the directories of `others`."""
    is_elsewhere = any(found.position.path.startswith(f"{each}/") for each in others)
    is_about_sound = found.rule.startswith(("lint-", "migration-lock"))
    return found.severity is Severity.ERROR and not is_elsewhere and not is_about_sound


def rehearse(request: Request, progress: Callable[[int], None]) -> Rehearsed:
    """Everything, in throw-away databases that are gone at the end, whatever ends it.

    `progress` is called after each migration, with the number of all.
    """
    older = _older(request)
    with migrated.on_server(request.services, request.database_url) as (admin, where):
        return asyncio.run(_rehearse(request, admin, where, older, progress))


def _older(request: Request) -> Mapping[str, Mapping[str, str] | None]:
    """The migrations at the Git reference, by service and file name; None where everything is rehearsed."""
    if request.reference is None:
        return {each.name: None for each in request.services}
    with git.opened(request.root, git.commit(request.root, request.reference)) as tree:
        found = {
            each.name: tree.files(each.migrations_directory, lambda name: name.endswith(".sql"))
            for each in request.services
        }
    return {
        name: {file: data.decode("utf-8", "replace") for file, data in files.items()}
        for name, files in found.items()
    }


async def _rehearse(
    request: Request,
    admin: Address,
    where: str,
    older: Mapping[str, Mapping[str, str] | None],
    progress: Callable[[int], None],
) -> Rehearsed:
    total = sum(_number(each, older[each.name]) for each in request.services)
    # Our own server ends with us: nobody has to wait for it after kill -9.
    patience = scratch.PATIENCE_S if request.database_url is not None else 0
    async with scratch.opened(admin, patience) as throw_away:
        slots = asyncio.Semaphore(request.workers)

        def equipment(of: model.Service) -> service.Equipment:
            program = goose.find(request.tools, goose.wanted_version(of.runner.image))
            return service.Equipment(
                request.root, throw_away, program, request.workers, slots, lambda: progress(total)
            )

        equipped = [(each, equipment(each)) for each in request.services]
        async with service.tasks() as group:
            running = [
                group.create_task(service.rehearse(each, given, older[each.name])) for each, given in equipped
            ]
        done = [
            _with(task.result(), migrated.other_versions(each, given.program, throw_away.major))
            for (each, given), task in zip(equipped, running, strict=True)
        ]
        return Rehearsed(where, throw_away.major, tuple(done))


def _number(of: model.Service, older: Mapping[str, str] | None) -> int:
    versions = {names.version(each) for each in older or ()}
    return sum(each.version not in versions for each in of.migrations)


def _with(result: ServiceResult, warnings: Iterable[Diagnostic]) -> ServiceResult:
    return dataclasses.replace(result, diagnostics=diagnostics.ordered([*result.diagnostics, *warnings]))
