"""One use case: the checklist of a new migration for one service, each item verified as far as gen can."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from generator import diagnostics, model
from generator.checklist import applied, clients, compared, items, migrating, testing
from generator.checklist.applied import Ran
from generator.checklist.items import Item, Outcome, State
from generator.checklist.migrating import New
from generator.diagnostics import Diagnostic
from generator.insync import run as insync
from generator.insync.run import Checked
from generator.rehearsal import run as rehearsal


@dataclass(frozen=True, slots=True)
class Request:
    """`found` is what `gen check` tells of the whole project; `reference` is a Git reference that says which migrations
    are new, None for no such question."""

    root: Path
    tools: Path
    project: model.Project
    found: tuple[Diagnostic, ...]
    service: model.Service
    reference: str | None
    database_url: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Checklist:
    """All six items, in their order. `server` is None where no database was asked."""

    service: model.Service
    server: str | None
    outcomes: tuple[Outcome, ...]

    @property
    def is_passed(self) -> bool:
        return all(each.state is State.PASSED for each in self.outcomes)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        return diagnostics.ordered(each for outcome in self.outcomes for each in outcome.diagnostics)


def hindering(
    found: Iterable[Diagnostic], project: model.Project, service: model.Service
) -> tuple[Diagnostic, ...]:
    """What has to be mended before anything can be said of the service: not what is wrong with its migrations, which
    fails the first item, nor with those of others."""
    others = {each.migrations_directory for each in project.services} - {service.migrations_directory}
    return tuple(
        each for each in found if rehearsal.hinders(each, others) and not migrating.is_own(each, service)
    )


def check(request: Request) -> Checklist:
    """Everything made on the way is gone at the end, whatever ends it. Raises GenError."""
    service = request.service
    own = [each for each in request.found if migrating.is_own(each, service)]
    new = _new(request, own)
    is_runnable = not any(rehearsal.hinders(each, ()) for each in own)
    checked = None if service.prisma is None else insync.read(request.root, service)
    ran: Ran | None = None
    if is_runnable and checked is not None and not diagnostics.has_errors(checked.problems):
        checked, ran = _compared(request)
    elif is_runnable:
        ran = applied.apply(request.root, request.tools, service, request.database_url)
    server = None if ran is None else ran.server
    outcomes = [
        migrating.verify(service, own, new, ran),
        *(_without_schema(service) if checked is None else _with_schema(request, checked, server, new)),
    ]
    return Checklist(service, server, tuple(outcomes))


def _new(request: Request, own: Iterable[Diagnostic]) -> New | None:
    if request.reference is None:
        return None
    return migrating.since(request.root, request.project, request.service, request.reference, own)


def _compared(request: Request) -> tuple[Checked, Ran]:
    wanted = insync.Request(request.root, request.tools, (request.service,), request.database_url)
    done = insync.check(wanted)
    (checked,) = done.services
    others = [each for each in checked.problems if not each.rule.startswith("prisma-")]
    wrong = next((each for each in others if diagnostics.has_errors([each])), None)
    warnings = tuple(each for each in others if each is not wrong)
    return checked, Ran(done.server or "", wrong, warnings)


def _with_schema(
    request: Request, checked: Checked, server: str | None, new: New | None
) -> Iterator[Outcome]:
    compared_ones = list(compared.verify(checked, server))
    yield from compared_ones
    problems = [each for each in checked.problems if each.rule.startswith("prisma-")]
    if diagnostics.has_errors(problems):
        for item in (Item.GENERATE, Item.TESTS):
            yield items.not_verified(item, "the schema has mistakes", "mend item 2 first")
        return
    models = next(each.state for each in compared_ones if each.item is Item.MODEL)
    yield clients.verify(request.root, request.service, checked.schema)
    yield testing.verify(request.root, request.service, checked.schema, checked.said, new, models)


def _without_schema(service: model.Service) -> Iterator[Outcome]:
    for item in Item:
        if item is not Item.MIGRATION:
            yield items.not_verified(
                item,
                f"services.yaml names no Prisma schema for `{service.name}`",
                "write `prisma: {schema: path/to/schema.prisma}` under the service",
            )
