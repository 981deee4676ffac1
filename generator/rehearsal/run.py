"""All services side by side on one PostgreSQL server."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from generator import diagnostics, git, model
from generator.database import binaries, goose, scratch, server
from generator.database.address import Address
from generator.diagnostics import Diagnostic, Severity
from generator.migrations import names
from generator.rehearsal import service
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
    with _server(request) as (admin, where):
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


@contextmanager
def _server(request: Request) -> Iterator[tuple[Address, str]]:
    """Its administrator, and where it is."""
    if request.database_url is not None:
        given = Address.parse(request.database_url)
        yield given, f"PostgreSQL at {given.shown}"
        return
    wanted = [each.postgres for each in request.services if each.postgres is not None]
    with server.ephemeral(binaries.find(max(wanted, key=wanted.count) if wanted else None)) as started:
        yield started.admin, started.where


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
            _with_versions(each, task.result(), given.program, throw_away.major)
            for (each, given), task in zip(equipped, running, strict=True)
        ]
        return Rehearsed(where, throw_away.major, tuple(done))


def _number(of: model.Service, older: Mapping[str, str] | None) -> int:
    versions = {names.version(each) for each in older or ()}
    return sum(each.version not in versions for each in of.migrations)


def _with_versions(
    of: model.Service, result: ServiceResult, program: goose.Goose, major: int
) -> ServiceResult:
    """A warning where the rehearsal was not with the versions in use."""
    warnings = []
    if of.postgres is not None and of.postgres != major:
        warnings.append(
            Diagnostic(
                "rehearsal-postgres-version",
                f"rehearsed on PostgreSQL {major}, and PostgreSQL {of.postgres} is in use",
                f"install PostgreSQL {of.postgres} here, or give `--database-url` of a server that is one",
                of.where("postgres"),
                Severity.WARNING,
            )
        )
    if program.differs:
        warnings.append(
            Diagnostic(
                "rehearsal-goose-version",
                f"rehearsed with goose {result.goose}, and the image has goose {program.wanted}",
                f"run `gen tools install goose@{program.wanted}`",
                of.where("runner.image"),
                Severity.WARNING,
            )
        )
    return dataclasses.replace(result, diagnostics=diagnostics.ordered([*result.diagnostics, *warnings]))
