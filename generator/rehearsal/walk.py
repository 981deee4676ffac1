"""Migrations one by one in a database of their own: up, down and up again, with a look at the catalog, the
locks and the rows between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
from asyncpg import exceptions

from generator import model
from generator.database import goose, locks, rows
from generator.database.address import Address
from generator.database.catalog import comparison, snapshot
from generator.database.catalog.snapshot import Catalog, Exclusion
from generator.diagnostics import Diagnostic, GenError
from generator.migrations.model import Migration
from generator.rehearsal import failure, findings
from generator.rehearsal.failure import Direction
from generator.rehearsal.result import Step

_DISTURBED = (
    exceptions.PostgresError,
    exceptions.InterfaceError,
    exceptions.InternalClientError,
    GenError,
)


@dataclass(slots=True)
class Walk:
    """`directory` holds the files, `applied` is what the database has. `counts_rows`: somebody put rows in."""

    service: model.Service
    program: goose.Goose
    address: Address
    connection: asyncpg.Connection
    reader: snapshot.Reader
    directory: Path
    counts_rows: bool
    progress: Callable[[], None]
    applied: list[Migration] = field(default_factory=list)
    found: list[Diagnostic] = field(default_factory=list)

    async def steps(self, migrations: Iterable[Migration]) -> list[Step]:
        """Each migration in turn, until one cannot be applied."""
        done: list[Step] = []
        waiting = list(migrations)
        try:
            async with locks.Observer(self.connection, self.service.table, self._connect) as observer:
                before = await self.reader.take()
                while waiting:
                    step, after = await self._step(waiting[0], observer, before)
                    done.append(step)
                    self.progress()
                    if after is None:
                        break
                    self.applied.append(waiting.pop(0))
                    before = after
        except _DISTURBED as error:
            self.found.append(failure.disturbed(waiting[0] if waiting else self.applied[-1], str(error)))
        return done

    async def _connect(self) -> asyncpg.Connection:
        return await self.address.connect("gen-rehearsal")

    async def _step(
        self, migration: Migration, observer: locks.Observer, before: Catalog
    ) -> tuple[Step, Catalog | None]:
        """The step, and the catalog behind it; None where there is no going on."""
        old_rows = await self._rows()
        await observer.before(migration)
        ended = await run(self.program, ["up-by-one"], self.service, self.address, self.directory)
        observation = await observer.after()
        up = await self._seconds(ended, migration, failure.UP)
        if up is None:
            return Step(migration, None, None, None, None), None
        after = await self.reader.take()
        self.found += findings.observed(migration, observation)
        lost = tuple(rows.lost_by_up(old_rows, await self._rows()))
        self.found += findings.lost_rows(migration, lost, True)
        if not migration.has_down:
            return Step(migration, up, None, None, observation), after
        down = await self._goose("down", migration, failure.DOWN)
        if down is None:
            # What a Down in a transaction did is rolled back: the next migration finds what it expects.
            is_unharmed = not migration.no_transaction and await self.reader.take() == after
            return Step(migration, up, None, None, observation), after if is_unharmed else None
        undone = await self.reader.take()
        self.found += findings.left_by_down(migration, comparison.compare(before, undone))
        told = {each.table for each in lost}
        both = rows.lost_by_both(old_rows, await self._rows())
        self.found += findings.lost_rows(migration, (each for each in both if each.table not in told), False)
        again = await self._goose("up-by-one", migration, failure.AGAIN)
        if again is None:
            return Step(migration, up, down, None, observation), None
        repeated = await self.reader.take()
        self.found += findings.differs_again(migration, comparison.compare(after, repeated))
        return Step(migration, up, down, again, observation), repeated

    async def _rows(self) -> rows.Contents:
        if not self.counts_rows:
            return {}
        return await rows.contents(self.connection, *exclusion(self.service).tables)

    async def _goose(self, command: str, migration: Migration, direction: Direction) -> float | None:
        """Seconds, or None and a diagnostic."""
        ended = await run(self.program, [command], self.service, self.address, self.directory)
        return await self._seconds(ended, migration, direction)

    async def _seconds(self, ended: goose.Result, migration: Migration, direction: Direction) -> float | None:
        if ended.exit_code == 0:
            return ended.migrating
        self.found.append(
            await failure.explain(self.service, self.address, migration, direction, ended, self.applied)
        )
        return None


def exclusion(service: model.Service) -> Exclusion:
    """goose's own table is no part of the schema."""
    return Exclusion(tables=(service.table if "." in service.table else f"public.{service.table}",))


async def run(
    program: goose.Goose, command: list[str], service: model.Service, address: Address, directory: Path
) -> goose.Result:
    """As the Job does: with its time limit and its plain variables."""
    return await program.run(
        command,
        dsn=address.dsn,
        directory=directory,
        table=service.table,
        timeout=service.limits.timeout,
        variables={each.name: each.value for each in service.runner.env if each.value is not None},
    )
