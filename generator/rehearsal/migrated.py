"""A throw-away database with what services.yaml says has to be there, and the migrations applied as the Job does it."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from generator import model
from generator.database import binaries, goose, scratch, server
from generator.database.address import Address
from generator.diagnostics import Diagnostic, Position, Severity
from generator.migrations.model import Migration
from generator.rehearsal import failure, scripts, walk


class Unprepared(Exception):
    """The database could not be brought to where it is wanted, for a reason that a person can mend."""

    def __init__(self, found: Diagnostic) -> None:
        super().__init__(found.message)
        self.found = found


@contextmanager
def on_server(services: Sequence[model.Service], database_url: str | None) -> Iterator[tuple[Address, str]]:
    """The administrator of the given server, or of one of our own of the version that most services name; and where
    it is."""
    if database_url is not None:
        given = Address.parse(database_url)
        yield given, f"PostgreSQL at {given.shown}"
        return
    wanted = [each.postgres for each in services if each.postgres is not None]
    with server.ephemeral(binaries.find(max(wanted, key=wanted.count) if wanted else None)) as started:
        yield started.admin, started.where


@asynccontextmanager
async def prepared(root: Path, throw_away: scratch.Scratch, service: model.Service) -> AsyncIterator[Address]:
    """Before the first migration. Raises Unprepared."""
    rehearsal = service.rehearsal
    try:
        async with throw_away.database(service.name, rehearsal) as address:
            if rehearsal.setup is not None:
                await run_script(root, rehearsal.setup, service.where("rehearsal.setup"), address)
            yield address
    except scratch.MissingExtension as missing:
        where = service.where("rehearsal.extensions")
        raise Unprepared(failure.missing_extension(missing.name, where)) from missing
    except scratch.RoleExists as there:
        where = service.where("rehearsal.memberOf")
        raise Unprepared(failure.role_exists(there.name, where)) from there


async def run_script(root: Path, path: str, where: Position, address: Address) -> None:
    """Raises Unprepared."""
    wrong = await scripts.run(root, path, where, address)
    if wrong is not None:
        raise Unprepared(wrong)


async def migrate(
    program: goose.Goose, service: model.Service, address: Address, directory: Path
) -> tuple[float | None, Diagnostic | None]:
    """All of the service's migrations in one run; the seconds, or what failed. `directory` holds the files."""
    ended = await walk.run(program, ["up"], service, address, directory)
    if ended.exit_code == 0:
        return ended.migrating, None
    told = goose.failure(ended.output)
    migrations = service.migrations
    number = next(
        (place for place, each in enumerate(migrations) if told is not None and each.name == told.file),
        len(migrations) - 1,
    )
    found = await failure.explain(
        service, address, migrations[number], failure.WHOLE, ended, migrations[:number]
    )
    return None, found


@contextmanager
def files(contents: Mapping[str, str]) -> Iterator[Path]:
    """A directory with exactly the migrations that were read, as the Job mounts them."""
    with tempfile.TemporaryDirectory(prefix="gen-rehearsal-") as name:
        for file, text in contents.items():
            (Path(name) / file).write_bytes(text.encode())
        yield Path(name)


def texts(migrations: Sequence[Migration]) -> Mapping[str, str]:
    return {each.name: each.text for each in migrations}


def other_versions(service: model.Service, program: goose.Goose, major: int) -> Iterator[Diagnostic]:
    """Warnings where that was not done with the versions in use."""
    if service.postgres is not None and service.postgres != major:
        yield Diagnostic(
            "rehearsal-postgres-version",
            f"rehearsed on PostgreSQL {major}, and PostgreSQL {service.postgres} is in use",
            f"install PostgreSQL {service.postgres} here, or give `--database-url` of a server that is one",
            service.where("postgres"),
            Severity.WARNING,
        )
    if program.differs:
        yield Diagnostic(
            "rehearsal-goose-version",
            f"rehearsed with goose {program.version or 'of unknown version'}, and the image has goose {program.wanted}",
            f"run `gen tools install goose@{program.wanted}`",
            service.where("runner.image"),
            Severity.WARNING,
        )
