"""What there is of each service's migrations: the files, the lock, and what a database says of them.

The database is asked as goose asks it (migrate.go, status.go, up.go of v3.27.3), and never written to. It
is only told about: whoever reads this decides what to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generator import diagnostics, model, source
from generator.diagnostics import Diagnostic, GenError
from generator.migrations import lock, names, partition
from generator.migrations.model import Lock, Migration
from generator.text import kubernetes_names

if TYPE_CHECKING:
    from generator.database.address import Address

APPLICATION = "gen status"


class LockState(StrEnum):
    """What migrations.lock says of a file. `unknown`: it is not in order itself."""

    LOCKED = "locked"
    AMENDED = "amended"
    EDITED = "edited"
    NOT_LOCKED = "not locked"
    REMOVED = "removed"
    UNKNOWN = "unknown"


class State(StrEnum):
    """What a database says of a version, compared with the files.

    `out of order`: not applied, though a higher one is; goose refuses to go on. `rolled back`: an old goose
    left a row that says so; `goose status` calls it pending, but `goose up` skips it. `file missing`: applied
    from a file that is not here.
    """

    APPLIED = "applied"
    PENDING = "pending"
    OUT_OF_ORDER = "out of order"
    ROLLED_BACK = "rolled back"
    FILE_MISSING = "file missing"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the version table. `when` has no zone: it is in that of the session that wrote it."""

    id: int
    version: int
    is_applied: bool
    when: datetime | None


@dataclass(frozen=True, slots=True)
class Recorded:
    """The version table. `rows` are newest first, as goose reads them, and None where there is no such table;
    `elsewhere` are then the schemas that have one of its name."""

    rows: tuple[Row, ...] | None
    elsewhere: tuple[str, ...] = ()

    @property
    def current(self) -> int:
        """The database's version as `goose version` says it: the newest row of a version that is applied."""
        seen: set[int] = set()
        for each in self.rows or ():
            if each.version not in seen and each.is_applied:
                return each.version
            seen.add(each.version)
        return 0

    @property
    def last(self) -> Mapping[int, Row]:
        """By version above 0 the row that `goose status` goes by: that of the latest time."""
        found: dict[int, Row] = {}
        for each in reversed(self.rows or ()):
            if each.version <= 0:
                continue
            before = found.get(each.version)
            if before is None or each.when is None or before.when is None or each.when >= before.when:
                found[each.version] = each
        return found


@dataclass(frozen=True, slots=True)
class Entry:
    """One version: its file, unless that is missing, and what the database says, if one was asked.

    `migration` is None for a file that could not be read, and for one that is missing (`name` is None then).
    """

    version: int
    name: str | None
    migration: Migration | None
    lock: LockState | None
    state: State | None = None
    when: datetime | None = None

    @property
    def size(self) -> int | None:
        """Bytes of the file."""
        return len(self.migration.text.encode()) if self.migration else None


@dataclass(frozen=True, slots=True)
class Status:
    """One service. `parts` is the number of ConfigMaps for its migrations, None where its image holds them."""

    service: model.Service
    entries: tuple[Entry, ...]
    parts: int | None
    recorded: Recorded | None = None

    @property
    def size(self) -> int:
        return sum(each.size or 0 for each in self.entries)

    @property
    def newest(self) -> int:
        """The newest version that has a file, 0 without any."""
        return max((each.version for each in self.entries if each.name is not None), default=0)

    @property
    def expected(self) -> int:
        """What the database is to have: the newest version, or the one that the service is pinned to."""
        return self.newest if self.service.pin is None else self.service.pin.version

    def having(self, state: State) -> tuple[Entry, ...]:
        return tuple(each for each in self.entries if each.state is state)


@dataclass(frozen=True, slots=True)
class Read:
    """`project` is None where services.yaml itself has errors: its settings can't be relied on then."""

    project: model.Project | None
    diagnostics: tuple[Diagnostic, ...]


def read(file: Path) -> Read:
    """The services and their migrations, with no rule asked but those of the files' own syntax."""
    from generator import resolve  # noqa: PLC0415 - 0.2 s, mostly pydantic
    from generator.spec import errors  # noqa: PLC0415

    document, found = source.load(file, file.name or str(file))
    if document is None:
        return Read(None, diagnostics.ordered(found))
    reading = errors.read(document)
    resolved = resolve.project(document, reading, file.parent)
    ordered = diagnostics.ordered([*found, *reading.diagnostics, *resolved.diagnostics])
    # A service whose directory is missing or empty has something to show too: that there is nothing.
    own = [each for each in ordered if not each.rule.startswith("migration-directory-")]
    if diagnostics.has_errors(each for each in own if each.position.path == document.path):
        return Read(None, ordered)
    return Read(resolved.project, ordered)


def local(service: model.Service, found: Iterable[Diagnostic]) -> Status:
    """What the files say. `found` are the diagnostics of the project: they name the files that can't be read."""
    readable = {each.name for each in service.migrations}
    entries = [
        Entry(each.version, each.name, each, _locked(each, service.lock)) for each in service.migrations
    ]
    for name in sorted(_broken(service, found) - readable):
        entries.append(Entry(names.version(name) or 0, name, None, LockState.UNKNOWN))
    present = {each.name for each in entries}
    for locked in service.lock.entries:
        if locked.name not in present and locked.name not in service.lock.present:
            entries.append(Entry(names.version(locked.name) or 0, None, None, LockState.REMOVED))
    is_in_image = service.source is model.MigrationSource.IMAGE
    parts = None if is_in_image else len(partition.split(service.migrations))
    return Status(service, _ordered(entries), parts if service.migrations else None)


def _broken(service: model.Service, found: Iterable[Diagnostic]) -> set[str]:
    """The names of the service's files that have errors."""
    # As directory.py shows it: normalised.
    folder = service.lock.path.rpartition("/")[0]
    broken = set()
    for each in found:
        place, _, name = each.position.path.rpartition("/")
        if each.severity is diagnostics.Severity.ERROR and place == folder and name.endswith(".sql"):
            broken.add(name)
    return broken


def _locked(migration: Migration, held: Lock) -> LockState:
    if not held.is_sound:
        return LockState.UNKNOWN
    for each in held.entries:
        if each.name == migration.name:
            if each.digest != lock.digest(migration.text.encode()):
                return LockState.EDITED
            return LockState.AMENDED if each.amendments else LockState.LOCKED
    return LockState.NOT_LOCKED


def compared(local: Status, recorded: Recorded) -> Status:
    """With what a database recorded."""
    rows = recorded.last
    # goose counts every row here, whatever it says (listAllDBVersions, up.go).
    highest = max(rows, default=0)
    entries = []
    for each in local.entries:
        row = rows.get(each.version)
        entries.append(
            Entry(
                each.version,
                each.name,
                each.migration,
                each.lock,
                _state(each, row, highest),
                row.when if row is not None and row.is_applied else None,
            )
        )
    known = {each.version for each in local.entries}
    for version, row in rows.items():
        if version not in known and row.is_applied:
            entries.append(Entry(version, None, None, None, State.FILE_MISSING, row.when))
    return Status(local.service, _ordered(entries), local.parts, recorded)


def _state(entry: Entry, row: Row | None, highest: int) -> State | None:
    if entry.name is None:
        return State.FILE_MISSING if row is not None and row.is_applied else None
    if row is not None:
        return State.APPLIED if row.is_applied else State.ROLLED_BACK
    return State.OUT_OF_ORDER if entry.version < highest else State.PENDING


def _ordered(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(entries, key=lambda each: (each.version, each.name or "")))


def recorded(address: Address, table: str) -> Recorded:
    """What the version table of a database holds. The session is read-only and has a time limit."""
    import asyncio  # noqa: PLC0415 - with asyncpg 0.1 s, for this alone

    return asyncio.run(_recorded(address, table))


async def _recorded(address: Address, table: str) -> Recorded:
    from asyncpg import exceptions  # noqa: PLC0415

    from generator.database import connection  # noqa: PLC0415

    if kubernetes_names.postgres_table(table) is not None:
        raise ValueError(f"{table!r} cannot stand in SQL as it is")
    connected: Any = await address.connect(APPLICATION, read_only=True)
    try:
        return await _query(connected, table)
    except (exceptions.PostgresError, exceptions.InterfaceError, OSError) as error:
        raise GenError(
            f"{address.shown} does not say what is in `{table}`: {connection.reason(error)}",
            help=f"the role needs USAGE on the schema and SELECT on `{table}`, and the table has to be goose's",
        ) from error
    finally:
        # What failed may have been the connection: no good-bye that waits for an answer.
        connected.terminate()


async def _query(connected: Any, table: str) -> Recorded:
    # Like goose's own SELECT, this follows search_path.
    if await connected.fetchval("SELECT pg_catalog.to_regclass($1)::oid", table) is None:
        schemas = await connected.fetch(
            "SELECT schemaname::text FROM pg_catalog.pg_tables WHERE tablename = $1 ORDER BY 1",
            table.rpartition(".")[2],
        )
        return Recorded(None, tuple(each[0] for each in schemas))
    rows = await connected.fetch(f"SELECT id, version_id, is_applied, tstamp FROM {table} ORDER BY id DESC")
    return Recorded(tuple(Row(*each) for each in rows))
