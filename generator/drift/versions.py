"""What is wrong with the version of a database itself, before anybody looks at its objects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from generator import model
from generator.diagnostics import Diagnostic, Position, Severity
from generator.migrations.model import Migration
from generator.status import Entry, State, Status

_MOST = 3


def skipped(service: model.Service, applied: Sequence[Migration]) -> list[Migration]:
    """The migrations below the newest applied one that are not applied."""
    newest = max((each.version for each in applied), default=0)
    return [each for each in service.migrations if each.version < newest and each not in applied]


def problems(status: Status) -> Iterator[Diagnostic]:
    """Of a database that goose has run on."""
    yield from _missing(status)
    yield from _out_of_order(status)
    yield from _ahead(status)
    yield from _behind(status)


def _missing(status: Status) -> Iterator[Diagnostic]:
    for each in status.having(State.FILE_MISSING):
        yield Diagnostic(
            "drift-file-missing",
            f"version {each.version} is applied, and there is no such migration here",
            "compare with the commit that was deployed; what this migration did shows below as drift",
            status.service.where("migrations.directory"),
        )


def _out_of_order(status: Status) -> Iterator[Diagnostic]:
    highest = max((each.version for each in status.entries if each.state is State.APPLIED), default=0)
    for each in (*status.having(State.OUT_OF_ORDER), *status.having(State.ROLLED_BACK)):
        if each.version > status.expected:
            continue
        if each.state is State.ROLLED_BACK:
            why, help = (
                "an old goose left a row that says so, and goose up skips it",
                f"delete that row of `{status.service.table}`, then sync",
            )
        else:
            why, help = (
                f"version {highest} is: goose refuses to go on",
                "give it a version above all others, if it was applied nowhere",
            )
        yield Diagnostic(
            "drift-out-of-order",
            f"version {each.version} is not applied, though {why}",
            help,
            _where(each, status),
        )


def _ahead(status: Status) -> Iterator[Diagnostic]:
    pin = status.service.pin
    above = [each for each in status.having(State.APPLIED) if each.version > status.expected]
    if pin is not None and above:
        yield Diagnostic(
            "drift-version-ahead",
            f"{_versions(above)} applied, though the service is pinned to {pin.version}",
            "sync the application: its Job takes them back",
            status.service.where("pin.version"),
        )


def _behind(status: Status) -> Iterator[Diagnostic]:
    waiting = [each for each in status.having(State.PENDING) if each.version <= status.expected]
    if waiting:
        yield Diagnostic(
            "drift-version-behind",
            f"the database is behind: {_versions(waiting)} not applied yet",
            "sync the application, or look at its Job; what is applied was compared all the same",
            _where(waiting[0], status),
            Severity.WARNING,
        )


def _versions(entries: Iterable[Entry]) -> str:
    numbers = [str(each.version) for each in entries]
    if len(numbers) == 1:
        return f"version {numbers[0]} is"
    more = f" and {len(numbers) - _MOST} more" if len(numbers) > _MOST else ""
    return f"versions {', '.join(numbers[:_MOST])}{more} are"


def _where(entry: Entry, status: Status) -> Position:
    migration: Migration | None = entry.migration
    return Position(migration.path) if migration is not None else status.service.where("migrations.directory")
