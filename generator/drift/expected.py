"""The schema as the migrations make it: the real goose in a throw-away database, with exactly the versions applied."""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from generator import model
from generator.database import binaries, goose, scratch, server
from generator.database.address import Address
from generator.database.catalog import snapshot
from generator.database.catalog.snapshot import Exclusion
from generator.database.identifiers import quoted
from generator.diagnostics import Diagnostic, GenError, Severity
from generator.drift import versions
from generator.drift.result import Expectation
from generator.migrations.model import Migration
from generator.rehearsal import failure, scripts, walk

PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Rehearsing:
    """`migrations` are in the order in which they were applied. `major` is the wanted version of PostgreSQL, None for
    any; `url` is a server to do it on, None for one of our own. `schema` is the one in which goose's table stands."""

    root: Path
    tools: Path
    service: model.Service
    migrations: tuple[Migration, ...]
    schema: str
    major: int | None
    url: str | None = field(repr=False)


def rehearsed(wanted: Rehearsing) -> Expectation:
    """Everything made on the way is gone at the end, whatever ends it. Raises GenError."""
    with _server(wanted) as (admin, where):
        return asyncio.run(_rehearsed(wanted, admin, where))


def schema_of(service: model.Service) -> str:
    """Where goose's table is in a database that says nothing else."""
    schema, dot, _ = service.table.partition(".")
    return schema if dot else PUBLIC


@contextmanager
def _server(wanted: Rehearsing) -> Iterator[tuple[Address, str]]:
    if wanted.url is not None:
        try:
            given = Address.parse(wanted.url)
        except GenError as error:
            raise GenError(f"--rehearsal-url (GEN_REHEARSAL_URL): {error}", help=error.help) from error
        yield given, given.shown
        return
    with server.ephemeral(binaries.find(wanted.major)) as started:
        yield started.admin, started.where


async def _rehearsed(wanted: Rehearsing, admin: Address, where: str) -> Expectation:
    service = wanted.service
    program = goose.find(wanted.tools, goose.wanted_version(service.runner.image))
    patience = scratch.PATIENCE_S if wanted.url is not None else 0
    async with (
        scratch.opened(admin, patience) as throw_away,
        throw_away.database(f"drift {service.name}", service.rehearsal) as bare,
    ):
        address = await _prepared(wanted, bare)
        link = await address.connect("gen-drift")
        table = f"{quoted(wanted.schema)}.{service.table.rpartition('.')[2]}"
        reader = snapshot.Reader(link, Exclusion(tables=(table,)))
        try:
            before = await reader.take()
            await _migrate(wanted, program, address)
            after = await reader.take()
        finally:
            # A migration may have ended it.
            link.terminate()
        applied = tuple(sorted(each.version for each in wanted.migrations))
        source = where if wanted.url is None else f"PostgreSQL {throw_away.major} at {where}"
        return Expectation(after, before, applied, wanted.schema, source, tuple(_warnings(wanted, program)))


async def _prepared(wanted: Rehearsing, bare: Address) -> Address:
    """With the schema that the Job's role has first in its search_path, and the set-up SQL run."""
    address = bare
    if "." not in wanted.service.table and wanted.schema != PUBLIC:
        link = await bare.connect("gen-drift")
        try:
            await link.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(wanted.schema)}")
        finally:
            await link.close()
        path = f"{quoted(wanted.schema)}, {PUBLIC}"
        parameters = {**dict(bare.parameters), "search_path": path}
        address = dataclasses.replace(bare, parameters=tuple(sorted(parameters.items())))
    setup = wanted.service.rehearsal.setup
    if setup is not None:
        wrong = await scripts.run(wanted.root, setup, wanted.service.where("rehearsal.setup"), address)
        if wrong is not None:
            raise GenError(f"`rehearsal.setup` does not run: {wrong.message}", help=wrong.help)
    return address


async def _migrate(wanted: Rehearsing, program: goose.Goose, address: Address) -> None:
    """In the order of the live database: what was applied late is applied late here too."""
    with tempfile.TemporaryDirectory(prefix="gen-drift-") as name:
        for number, ascending in enumerate(_ascending(wanted.migrations)):
            for each in ascending:
                (Path(name) / each.name).write_bytes(each.text.encode())
            command = ["-allow-missing", "up"] if number else ["up"]
            ended = await walk.run(program, command, wanted.service, address, Path(name))
            if ended.exit_code != 0:
                told = goose.failure(ended.output)
                file = f" ({told.file})" if told is not None and told.file else ""
                reason = told.message if told is not None else failure.last_line(ended.output)
                wrong = f"do not run in a database of their own{file}: {' '.join(reason.split())}"
                raise _cannot_run(wanted, wrong)


def _cannot_run(wanted: Rehearsing, wrong: str) -> GenError:
    service = wanted.service
    skipped = versions.skipped(service, wanted.migrations)
    if skipped:
        named = ", ".join(each.path for each in skipped)
        return GenError(
            f"the migrations that `{service.table}` of the database has {wrong}",
            help=f"it has no row for {named}, and for later ones: where they did run, put their rows back",
        )
    return GenError(
        f"the migrations {wrong}",
        help=f"`gen test {service.name}` shows where; `rehearsal` in services.yaml names what has to be there before",
    )


def _ascending(migrations: Sequence[Migration]) -> Iterator[list[Migration]]:
    """Stretches in which the versions grow: one, unless something was applied out of order."""
    stretch: list[Migration] = []
    for before, each in itertools.pairwise((None, *migrations)):
        assert each is not None
        if before is not None and each.version < before.version:
            yield stretch
            stretch = []
        stretch.append(each)
    if stretch:
        yield stretch


def _warnings(wanted: Rehearsing, program: goose.Goose) -> Iterator[Diagnostic]:
    if program.differs:
        yield Diagnostic(
            "rehearsal-goose-version",
            f"rehearsed with goose {program.version or 'of unknown version'}, and the image has goose {program.wanted}",
            f"run `gen tools install goose@{program.wanted}`",
            wanted.service.where("runner.image"),
            Severity.WARNING,
        )
