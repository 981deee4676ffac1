"""What is wrong with a pin, told before anything is built: nobody looks closely in the night in which it is written.

In the pod it would be goose that finds out, half way down.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from generator import model
from generator.diagnostics import Diagnostic, Severity
from generator.migrations import quoting
from generator.migrations.model import Migration
from generator.rollback import path
from generator.rollback.path import Step
from generator.text import nearest

_MOST_SHOWN = 5


def check(project: model.Project) -> Iterator[Diagnostic]:
    """Of every pinned service; whether a pin is expired depends on the day: see `expired`.

    Only for services whose pin and migrations could be read.
    """
    for service in project.services:
        if service.pin is None:
            continue
        if service.suspend:
            yield _suspended(service, service.pin)
        wrong = list(_unknown(service, service.pin))
        yield from wrong
        if not wrong:
            steps = path.steps(service, service.pin.version, service.pin.newest)
            yield from _missing(service, service.pin, steps)
            yield from _lossy(service, service.pin, steps)
            yield from _needless(service, service.pin, steps)
            yield from _waiting(service, service.pin)


def expired(project: model.Project, today: date) -> Iterator[Diagnostic]:
    """The pins whose day has come, in UTC as `today` is."""
    for service in project.services:
        pin = service.pin
        if pin is not None and pin.expires is not None and pin.expires <= today:
            yield Diagnostic(
                "pin-expired",
                f"the pin of `{service.name}` to {pin.version} expired on {pin.expires.isoformat()}",
                f"take it away with `gen rollback --release {service.name}`, or give it a later day at `expires`",
                service.where("pin.expires"),
            )


def _suspended(service: model.Service, pin: model.Pin) -> Diagnostic:
    return Diagnostic(
        "pin-suspended",
        f"`{service.name}` is pinned to {pin.version} and suspended: nothing rolls its database back",
        "take `suspend` away to have the rollback run; if it has run already, as soon as the emergency is over",
        service.where("suspend"),
        Severity.WARNING,
    )


def _unknown(service: model.Service, pin: model.Pin) -> Iterator[Diagnostic]:
    """A version without a migration, or two in the wrong order."""
    known = sorted(each.version for each in service.migrations)
    if pin.version not in (0, *known):
        yield Diagnostic(
            "pin-version",
            f"`{service.name}` has no migration {pin.version} to be rolled back to",
            _known(pin.version, [0, *known]),
            service.where("pin.version"),
        )
    elif pin.newest not in known:
        yield Diagnostic(
            "pin-version",
            f"`{service.name}` has no migration {pin.newest}, which the pin takes for the newest one of its time",
            _known(pin.newest, [each for each in known if each >= pin.version]),
            service.where("pin.from"),
        )
    elif pin.newest < pin.version:
        yield Diagnostic(
            "pin-version",
            f"the pin goes from {pin.newest} up to {pin.version}: a rollback goes down",
            "write the newest migration that a database may have at `from`, and the one to go back to at `version`",
            service.where("pin.version"),
        )


def _known(wrong: int, known: Sequence[int]) -> str:
    """The one that was probably meant, and some around it."""
    guess = nearest.nearest(str(wrong), [str(each) for each in known])
    below = [each for each in known if each < wrong][-2:]
    above = [each for each in known if each > wrong][:2]
    around = ", ".join(str(each) for each in (*below, *above))
    write = f"write the version of one, such as {around}"
    return f"did you mean {guess}? Else {write}" if guess else write


def _missing(service: model.Service, pin: model.Pin, steps: Sequence[Step]) -> Iterator[Diagnostic]:
    missing = [each.migration for each in steps if each.is_missing]
    if not missing:
        return
    files = _some([_place(each) for each in missing])
    yield Diagnostic(
        "pin-down-missing",
        f"the way back to {pin.version} passes what has no Down that undoes it: {files}; "
        "goose would forget it and keep what it made",
        f"{_stay(missing[0].version, pin)}write the Down (`SELECT 1;` where nothing is to be undone), "
        "and record it with `gen lock --amend` where the file is locked",
        service.where("pin.version"),
    )


def _stay(version: int, pin: model.Pin) -> str:
    return "" if version == pin.newest else f"pin {version} or a later version; or "


def _lossy(service: model.Service, pin: model.Pin, steps: Sequence[Step]) -> Iterator[Diagnostic]:
    lossy = [each for each in steps if each.losses]
    open_ones = [each for each in lossy if each.migration.version not in pin.accepted]
    if not open_ones:
        return
    told = [
        f"{_place(each.migration, loss.statement.line)} {loss.what}"
        for each in open_ones
        for loss in each.losses
    ]
    versions = [str(each.migration.version) for each in reversed(lossy)]
    flags = " ".join(f"--accept-data-loss {each}" for each in versions)
    yield Diagnostic(
        "pin-data-loss",
        f"the way back to {pin.version} loses data, and nobody has agreed to that: {_some(told, '; ')}",
        f"if it may go, write `acceptDataLoss: [{', '.join(versions)}]`, which is `{flags}` for `gen rollback`",
        service.where("pin.acceptDataLoss") if pin.accepted else service.where("pin.version"),
    )


def _needless(service: model.Service, pin: model.Pin, steps: Sequence[Step]) -> Iterator[Diagnostic]:
    passed = {each.migration.version for each in steps}
    for index, version in enumerate(pin.accepted):
        if version not in passed:
            yield Diagnostic(
                "pin-data-loss",
                f"the loss of what {version} holds is agreed to, and the way back to {pin.version} does not pass it",
                "take it out of the list, or correct it",
                service.where(f"pin.acceptDataLoss.{index}"),
                Severity.WARNING,
            )


def _waiting(service: model.Service, pin: model.Pin) -> Iterator[Diagnostic]:
    waiting = path.waiting(service, pin)
    if waiting:
        count = f"{len(waiting)} newer migrations wait" if len(waiting) > 1 else "a newer migration waits"
        files = _some([quoting.shown(each.name) for each in waiting])
        yield Diagnostic(
            "pin-waiting",
            f"`{service.name}` is pinned to {pin.version}, and {count} behind the pin: {files}",
            f"nothing applies them before `gen rollback --release {service.name}`",
            service.where("pin.version"),
            Severity.WARNING,
        )


def _place(migration: Migration, line: int | None = None) -> str:
    return f"{migration.path}:{line or migration.down_line or migration.up_line}"


def _some(found: Sequence[str], separator: str = ", ") -> str:
    """As many as a person reads, and how many more there are."""
    more = len(found) - _MOST_SHOWN
    return separator.join(found if more <= 0 else [*found[:_MOST_SHOWN], f"and {more} more"])
