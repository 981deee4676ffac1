"""One use case: what the migrations of some services make on a real PostgreSQL, held against their Prisma schemas."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from generator import diagnostics, model
from generator.database import goose, identifiers, scratch
from generator.diagnostics import Diagnostic, Severity
from generator.insync import findings
from generator.insync.excluding import Excluding
from generator.insync.findings import Finding
from generator.migrations.model import Migration
from generator.prisma import comparing, describing, expected, files, nodes
from generator.prisma.relational import Database
from generator.rehearsal import migrated, service

if TYPE_CHECKING:
    import asyncpg

    from generator.database.address import Address

APPLICATION = "gen-prisma"
NOTHING = Database({}, {})
# What there is for Prisma in schemas that the Prisma schema does not name.
_ELSEWHERE = """
SELECT n.nspname::text AS schema, (count(*) FILTER (WHERE o.is_table))::int AS tables,
    (count(*) FILTER (WHERE NOT o.is_table))::int AS enums
FROM (
    SELECT 'pg_class'::regclass AS catalog, oid, relnamespace AS space, relname AS name, true AS is_table
    FROM pg_catalog.pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition
    UNION ALL
    SELECT 'pg_type'::regclass, oid, typnamespace, typname, false FROM pg_catalog.pg_type WHERE typtype = 'e'
) o JOIN pg_catalog.pg_namespace n ON n.oid = o.space
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND NOT n.nspname = ANY ($1::text[])
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
        WHERE d.classid = o.catalog AND d.objid = o.oid AND d.deptype = 'e')
    AND NOT (o.is_table AND n.nspname || '.' || o.name = $2)
GROUP BY 1 ORDER BY 1
"""


_SCHEMAS = "SELECT nspname::text AS name FROM pg_catalog.pg_namespace WHERE nspname = ANY ($1::text[])"


@dataclass(frozen=True, slots=True)
class Request:
    """`services` all have a Prisma schema; `database_url` is a server for throw-away databases, None for one of our
    own."""

    root: Path
    tools: Path
    services: tuple[model.Service, ...]
    database_url: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Made:
    """What the migrations made, as Prisma sees it; `elsewhere` are lines on schemas that were not looked at."""

    database: Database
    elsewhere: tuple[str, ...]
    warnings: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """One service. `made` is None where the two could not be compared: then `problems` say why.

    `said` is all that the schema says; `expected` and `found` are the two sides as they were compared, without what
    is excluded. `beside` is what Prisma cannot express, a line for each table.
    """

    service: model.Service
    schema: nodes.Schema
    problems: tuple[Diagnostic, ...]
    said: Database = NOTHING
    made: Made | None = None
    expected: Database = NOTHING
    found: Database = NOTHING
    findings: tuple[Finding, ...] = ()
    beside: tuple[str, ...] = ()

    @property
    def schema_path(self) -> str:
        """As services.yaml has it."""
        return "" if self.service.prisma is None else self.service.prisma.schema

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        return (*self.problems, *(each.diagnostic for each in self.findings))

    @property
    def is_in_step(self) -> bool:
        return self.made is not None and not diagnostics.has_errors(self.diagnostics)


@dataclass(frozen=True, slots=True)
class Result:
    """`server` is None where no schema could be read, so that none was asked."""

    server: str | None
    services: tuple[Checked, ...]


def read(root: Path, of: model.Service) -> Checked:
    """The schema alone; it is held against nothing yet."""
    assert of.prisma is not None
    schema, problems = files.read(root, of.prisma.schema, of.where("prisma.schema"))
    said = NOTHING
    if not diagnostics.has_errors(problems):
        said, wrong = expected.read(schema, of.prisma.default_schema)
        problems = [*problems, *wrong]
    return Checked(of, schema, diagnostics.ordered(problems), said)


def check(request: Request) -> Result:
    """Everything made on the way is gone at the end, whatever ends it. Raises GenError."""
    found = [read(request.root, each) for each in request.services]
    sound = [each.service for each in found if not diagnostics.has_errors(each.problems)]
    if not sound:
        return Result(None, tuple(found))
    with migrated.on_server(sound, request.database_url) as (admin, where):
        made = asyncio.run(_made(request, sound, found, admin))
    done = [_with(each, made[each.service.name]) if each.service.name in made else each for each in found]
    return Result(where, tuple(done))


def compared(checked: Checked, schema: nodes.Schema) -> Checked:
    """The same database against another text of the schema; the text has no mistakes."""
    made = checked.made
    settings = checked.service.prisma
    assert made is not None
    assert settings is not None
    excluding = Excluding(settings.exclude, checked.service.table)
    said = checked.said
    if schema is not checked.schema:
        said, _ = expected.read(schema, settings.default_schema)
    mine, theirs = excluding.without(schema, said, made.database)
    differences = comparing.compare(mine, theirs, settings.default_schema)
    return replace(
        checked,
        schema=schema,
        said=said,
        problems=(*made.warnings, *_unused(excluding, checked.service)),
        expected=mine,
        found=theirs,
        findings=findings.find(
            differences, schema, theirs, migrations(checked.service), settings.default_schema
        ),
        beside=(*comparing.beside(theirs, settings.default_schema, mine), *made.elsewhere),
    )


def expects(checked: Checked, schema: nodes.Schema) -> Database:
    """What another text of the schema says, without what is excluded."""
    settings = checked.service.prisma
    assert settings is not None
    excluding = Excluding(settings.exclude, checked.service.table)
    said, _ = expected.read(schema, settings.default_schema)
    return excluding.without(schema, said, checked.found)[0]


def migrations(of: model.Service) -> tuple[Migration, ...]:
    """Those that the database is to have: of a pinned service up to its version."""
    return tuple(each for each in of.migrations if each.version <= of.version) if of.migrations else ()


def _with(checked: Checked, made: Made | Diagnostic) -> Checked:
    if isinstance(made, Diagnostic):
        return replace(checked, problems=(*checked.problems, made))
    before = checked.problems
    done = compared(replace(checked, made=made), checked.schema)
    return replace(done, problems=(*before, *done.problems))


async def _made(
    request: Request, sound: Sequence[model.Service], read: Sequence[Checked], admin: Address
) -> dict[str, Made | Diagnostic]:
    schemas = {each.service.name: each.schema for each in read}
    patience = scratch.PATIENCE_S if request.database_url is not None else 0
    slots = asyncio.Semaphore(os.cpu_count() or 1)
    async with scratch.opened(admin, patience) as throw_away, service.tasks() as group:
        running = {
            each.name: group.create_task(_one(request, each, schemas[each.name], throw_away, slots))
            for each in sound
        }
    return {name: task.result() for name, task in running.items()}


async def _one(
    request: Request,
    of: model.Service,
    schema: nodes.Schema,
    throw_away: scratch.Scratch,
    slots: asyncio.Semaphore,
) -> Made | Diagnostic:
    assert of.prisma is not None
    program = goose.find(request.tools, goose.wanted_version(of.runner.image))
    wanted = replace(of, migrations=migrations(of))
    try:
        async with slots, migrated.prepared(request.root, throw_away, of) as address:
            at = _at(address, of.prisma.default_schema)
            if wanted.migrations:
                with migrated.files(migrated.texts(wanted.migrations)) as directory:
                    _, wrong = await migrated.migrate(program, wanted, at, directory)
                if wrong is not None:
                    return wrong
            link = await at.connect(APPLICATION)
            try:
                return await _described(of, schema, link, program, throw_away.major)
            finally:
                link.terminate()
    except migrated.Unprepared as reason:
        return reason.found


def _at(address: Address, default_schema: str) -> Address:
    """What a migration names without a schema is made where Prisma looks for it, if that is there."""
    if default_schema == describing.DEFAULT_SCHEMA:
        return address
    path = f"{identifiers.quoted(default_schema)}, {describing.DEFAULT_SCHEMA}"
    parameters = {**dict(address.parameters), "search_path": path}
    return replace(address, parameters=tuple(sorted(parameters.items())))


async def _described(
    of: model.Service, schema: nodes.Schema, link: asyncpg.Connection, program: goose.Goose, major: int
) -> Made:
    assert of.prisma is not None
    default = of.prisma.default_schema
    schemas = expected.schemas(schema, default)
    own = of.table if "." in of.table else f"public.{of.table}"
    others = await link.fetch(_ELSEWHERE, list(schemas), own)
    if schema.is_blank:
        schemas, others = (*schemas, *(each["schema"] for each in others)), []
    hidden = Excluding((), of.table).tables(schemas)
    database = await describing.read(link, schemas, hidden, default)
    there = {each["name"] for each in await link.fetch(_SCHEMAS, list(schemas))}
    elsewhere = [f"{each}: the migrations make no such schema" for each in schemas if each not in there]
    return Made(
        database,
        (*elsewhere, *(_elsewhere(each["schema"], each["tables"], each["enums"]) for each in others)),
        tuple(migrated.other_versions(of, program, major)),
    )


def _elsewhere(schema: str, tables: int, enums: int) -> str:
    counts = (("table", tables), ("enum", enums))
    what = " and ".join(f"{count} {thing}{'' if count == 1 else 's'}" for thing, count in counts if count)
    return f"{schema}: {what} in a schema that `schemas` of the datasource does not name"


def _unused(excluding: Excluding, of: model.Service) -> Iterator[Diagnostic]:
    for each in excluding.unused:
        number = excluding.patterns.index(each)
        yield Diagnostic(
            "prisma-exclude-unused",
            f"`prisma.exclude` names `{each}`, and nothing is called so",
            "remove it, or write the table's name as the database has it; `*` stands for any text",
            of.where(f"prisma.exclude.{number}"),
            Severity.WARNING,
        )
