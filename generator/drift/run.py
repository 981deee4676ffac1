"""One use case: a live database of one service, held against what its migrations make."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from generator import model, status
from generator.database.address import Address
from generator.diagnostics import Diagnostic, GenError, Severity
from generator.drift import expected, findings, live, relative, snapshots, versions
from generator.drift.expected import Rehearsing
from generator.drift.ignoring import Ignoring
from generator.drift.live import Live
from generator.drift.result import Drift, Expectation
from generator.migrations.model import Migration
from generator.status import State, Status

DATABASE_OWNER = "the database owner"  # As catalog/queries/_shared.sql calls it.


@dataclass(frozen=True, slots=True)
class Request:
    """`url` is the live database, `rehearsal_url` a server for throw-away databases (None: one of our own),
    `snapshot` a file to compare with instead of that. `local` is what the files say."""

    root: Path
    tools: Path
    project: model.Project
    local: Status
    url: str = field(repr=False)
    rehearsal_url: str | None = field(repr=False)
    snapshot: Path | None


def find(request: Request) -> Drift:
    """Raises GenError where the two cannot be compared."""
    service = request.local.service
    address = Address.parse(request.url)
    seen = asyncio.run(live.read(address, service, _others(request.project, service)))
    told = status.compared(request.local, seen.recorded)
    applied = _applied(told)
    expectation = _expectation(request, applied, seen)
    if expectation.schema != seen.schema:
        raise GenError(
            f"goose's table is in the schema {seen.schema}, and the snapshot has it in {expectation.schema}",
            help="compare without `--snapshot`",
        )
    made, there = expectation.catalog.major, seen.catalog.major
    # Migrations may name the migrating role, too: in the rehearsal that is one more role.
    ours = {DATABASE_OWNER: relative.MIGRATING, seen.migrating_name: relative.MIGRATING}
    theirs = {DATABASE_OWNER: seen.database_owner, seen.migrating: relative.MIGRATING}
    sides = findings.Sides(
        relative.catalog(expectation.catalog, ours, there),
        relative.catalog(expectation.before, ours, there),
        relative.catalog(seen.catalog, theirs, made),
    )
    ignoring = Ignoring(service.drift.ignore, (sides.expected, sides.found))
    found, ignored = findings.find(sides, service, applied, ignoring)
    problems = [*versions.problems(told), *_warnings(expectation, seen, service), *_unused(ignoring, service)]
    return Drift(
        status=told,
        database=address.shown,
        server=seen.server,
        source=expectation.source,
        findings=found,
        problems=tuple(problems),
        ignored=ignored,
    )


def taken(root: Path, tools: Path, local: Status, rehearsal_url: str | None) -> tuple[str, Expectation]:
    """The text of a snapshot at the target version."""
    service = local.service
    migrations = tuple(each for each in service.migrations if each.version <= local.expected)
    schema = expected.schema_of(service)
    made = expected.rehearsed(
        Rehearsing(root, tools, service, migrations, schema, service.postgres, rehearsal_url)
    )
    return snapshots.text(made, root, service, migrations), made


def _expectation(request: Request, applied: tuple[Migration, ...], seen: Live) -> Expectation:
    service = request.local.service
    if request.snapshot is not None:
        return snapshots.read(request.snapshot, request.root, service, applied)
    return expected.rehearsed(
        Rehearsing(
            request.root,
            request.tools,
            service,
            applied,
            seen.schema,
            seen.catalog.major,
            request.rehearsal_url,
        )
    )


def _applied(told: Status) -> tuple[Migration, ...]:
    """In the order in which the database got them: by the first row since the last that took the version back."""
    assert told.recorded is not None
    last = told.recorded.last
    first: dict[int, int] = {}
    for row in reversed(told.recorded.rows or ()):
        if row.is_applied:
            first.setdefault(row.version, row.id)
        else:
            first.pop(row.version, None)
    known = [each.migration for each in told.having(State.APPLIED) if each.migration is not None]
    return tuple(sorted(known, key=lambda each: first.get(each.version, last[each.version].id)))


def _others(project: model.Project, service: model.Service) -> Iterable[str]:
    """The version tables of services that are given the same database."""
    return sorted(
        {
            each.table
            for each in project.services
            if each.name != service.name
            and each.namespace == service.namespace
            and each.database.secret.name == service.database.secret.name
        }
    )


def _warnings(expectation: Expectation, seen: Live, service: model.Service) -> Iterator[Diagnostic]:
    yield from expectation.warnings
    made, there = expectation.catalog.major, seen.catalog.major
    if made != there:
        yield Diagnostic(
            "drift-postgres-version",
            f"the database is PostgreSQL {there}, and was compared with what PostgreSQL {made} makes of the migrations",
            f"install PostgreSQL {there} here, or give a server of it with `--rehearsal-url`",
            service.where("postgres"),
            Severity.WARNING,
        )


def _unused(ignoring: Ignoring, service: model.Service) -> Iterator[Diagnostic]:
    for pattern in ignoring.unused:
        number = service.drift.ignore.index(pattern)
        yield Diagnostic(
            "drift-ignore-unused",
            f"`drift.ignore` names `{pattern}`, and nothing that differs is called so",
            "remove it, or write it as the findings do: kind and qualified name, `*` for any text",
            service.where(f"drift.ignore.{number}"),
            Severity.WARNING,
        )
