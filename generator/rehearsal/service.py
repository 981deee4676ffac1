"""One service: its migrations in throw-away databases, one by one and all at once.

Many migrations are divided into stretches that are walked side by side, each in a database of its own that
was brought to where the stretch begins.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from generator import model
from generator.database import goose, scratch
from generator.database.address import Address
from generator.database.catalog import comparison, snapshot
from generator.database.catalog.snapshot import Catalog
from generator.diagnostics import Diagnostic
from generator.migrations import names
from generator.migrations.model import Migration
from generator.rehearsal import failure, findings, migrated, verdicts, walk
from generator.rehearsal.result import ServiceResult, Step

_LEFT = frozenset({"rehearsal-down-leftover", "rehearsal-again-differs", "rehearsal-down-failed"})
# Below this, another database costs more than it saves.
SHORTEST_STRETCH = 40


@dataclass(frozen=True, slots=True)
class Equipment:
    """What all services share. `slots` limits how many databases are at work; `progress` is called after each
    migration."""

    root: Path
    scratch: scratch.Scratch
    program: goose.Goose
    workers: int
    slots: asyncio.Semaphore
    progress: Callable[[], None]


@dataclass(frozen=True, slots=True)
class _Part:
    """What one database showed: `catalog` is None where a migration could not be applied."""

    steps: tuple[Step, ...] = ()
    catalog: Catalog | None = None
    found: tuple[Diagnostic, ...] = ()
    seconds: float | None = None


async def rehearse(
    service: model.Service, equipment: Equipment, older: Mapping[str, str] | None
) -> ServiceResult:
    """`older` are the migrations at the Git reference, by file name; None to rehearse everything."""
    with migrated.files(migrated.texts(service.migrations)) as directory:
        one = _Service(service, equipment, directory)
        try:
            parts, whole = await (one.all() if older is None else one.only_new(older))
        except migrated.Unprepared as reason:
            parts, whole = [_Part(found=(reason.found,))], None
    steps, found, catalog = _joined(parts)
    seconds = None
    if whole is not None and catalog is not None:
        found += whole.found
        seconds = whole.seconds
        # A Down that failed or left something shows in the end of the walk too.
        if whole.catalog is not None and not any(each.rule in _LEFT for each in found):
            differences = comparison.compare(catalog, whole.catalog)
            found += findings.differs_whole(service.migrations[-1], differences)
    return ServiceResult(
        service=service.name,
        goose=equipment.program.version or "of unknown version",
        steps=tuple(steps),
        known=len(older or ()),
        whole=seconds,
        diagnostics=verdicts.judged(service, found, steps, counts_rows=older is not None),
    )


def _joined(parts: Sequence[_Part]) -> tuple[list[Step], list[Diagnostic], Catalog | None]:
    """What the stretches showed, up to the first that could not be walked to its end."""
    steps: list[Step] = []
    found: list[Diagnostic] = []
    for each in parts:
        steps += each.steps
        found += each.found
        if each.catalog is None:
            return steps, found, None
    return steps, found, parts[-1].catalog if parts else None


@dataclass(frozen=True, slots=True)
class _Service:
    service: model.Service
    equipment: Equipment
    directory: Path

    async def all(self) -> tuple[list[_Part], _Part | None]:
        stretches = _stretches(self.service.migrations, self.equipment.workers)
        async with tasks() as group:
            parts = [group.create_task(self._stretch(start, each)) for start, each in stretches]
            whole = group.create_task(self._at_once())
        return [each.result() for each in parts], whole.result()

    async def only_new(self, older: Mapping[str, str]) -> tuple[list[_Part], _Part | None]:
        versions = {names.version(each) for each in older}
        new = [each for each in self.service.migrations if each.version not in versions]
        known = [each for each in self.service.migrations if each.version in versions]
        async with self._database() as address:
            if older:
                with migrated.files(older) as directory:
                    await self._bring(address, ["up"], directory, "rehearsal-from-failed")
            seed = self.service.rehearsal.seed
            # A service that is new since then has nothing to put rows into.
            if seed is not None and older:
                where = self.service.where("rehearsal.seed")
                await migrated.run_script(self.equipment.root, seed, where, address)
            return [await self._walk(address, known, new, counts_rows=True)], None

    async def _stretch(self, known: Sequence[Migration], new: Sequence[Migration]) -> _Part:
        async with self._database() as address:
            if known:
                command = ["up-to", str(known[-1].version)]
                ended = await walk.run(self.equipment.program, command, self.service, address, self.directory)
                if ended.exit_code != 0:  # The stretch before this one tells of it.
                    return _Part()
            return await self._walk(address, known, new, counts_rows=False)

    async def _walk(
        self, address: Address, known: Sequence[Migration], new: Sequence[Migration], counts_rows: bool
    ) -> _Part:
        # goose makes its table on the first occasion.
        await self._bring(address, ["version"], self.directory, "rehearsal-up-failed")
        connection = await address.connect("gen-rehearsal")
        reader = snapshot.Reader(connection, walk.exclusion(self.service))
        try:
            going = walk.Walk(
                service=self.service,
                program=self.equipment.program,
                address=address,
                connection=connection,
                reader=reader,
                directory=self.directory,
                counts_rows=counts_rows,
                progress=self.equipment.progress,
                applied=list(known),
            )
            steps = await going.steps(new)
            is_whole = len(going.applied) == len(known) + len(new)
            return _Part(tuple(steps), await reader.take() if is_whole else None, tuple(going.found))
        finally:
            # A migration may have ended it.
            connection.terminate()

    async def _at_once(self) -> _Part:
        """As the Job does it: what one migration leaves in the session, the next one meets."""
        async with self._database() as address:
            seconds, wrong = await migrated.migrate(
                self.equipment.program, self.service, address, self.directory
            )
            if wrong is not None:
                return _Part(found=(wrong,))
            connection = await address.connect("gen-rehearsal")
            try:
                taken = await snapshot.take(connection, walk.exclusion(self.service))
            finally:
                await connection.close()
            return _Part(catalog=taken, seconds=seconds)

    @asynccontextmanager
    async def _database(self) -> AsyncIterator[Address]:
        equipment = self.equipment
        async with (
            equipment.slots,
            migrated.prepared(equipment.root, equipment.scratch, self.service) as address,
        ):
            yield address

    async def _bring(self, address: Address, command: list[str], directory: Path, rule: str) -> None:
        ended = await walk.run(self.equipment.program, command, self.service, address, directory)
        if ended.exit_code != 0:
            raise migrated.Unprepared(
                Diagnostic(
                    rule,
                    f"the migrations at the Git reference fail: {failure.last_line(ended.output)}",
                    "rehearse without `--from`, or give a reference whose migrations run",
                    self.service.where("migrations.directory"),
                )
            )


@asynccontextmanager
async def tasks() -> AsyncIterator[asyncio.TaskGroup]:
    """All end before the block does. The first that fails ends the others, and is raised as it is."""
    try:
        async with asyncio.TaskGroup() as group:
            yield group
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None


def _stretches(
    migrations: Sequence[Migration], workers: int
) -> Iterator[tuple[Sequence[Migration], Sequence[Migration]]]:
    """What is there already and what is walked, for each stretch."""
    number = max(1, min(workers, len(migrations) // SHORTEST_STRETCH))
    ends = [len(migrations) * each // number for each in range(number + 1)]
    for start, end in itertools.pairwise(ends):
        yield migrations[:start], migrations[start:end]
