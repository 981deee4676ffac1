"""The alerts of a pinned service, and what a pin changes in the others: no migration of it may surprise anybody."""

from __future__ import annotations

from generator import conventions, model
from generator.monitoring import alert
from generator.monitoring.rule import Rule

PINNED = "MigrationPinned"
EXPIRED = "MigrationPinExpired"


def alerts(service: model.Service) -> tuple[Rule, ...]:
    pin = service.pin
    if pin is None:
        return ()
    return (
        (_pinned(service, pin),)
        if pin.expires is None
        else (_pinned(service, pin), _expired(service, pin, pin.expires.isoformat()))
    )


def _pinned(service: model.Service, pin: model.Pin) -> Rule:
    until = "until it is released" if pin.expires is None else f"until {pin.expires}"
    return alert.make(
        service,
        PINNED,
        # For as long as the rule is there.
        "vector(1)",
        severity=model.AlertSeverity.INFO,
        labels={"version": str(pin.version)},
        summary=f"The database of {service.name} is held at version {pin.version}",
        description=(
            f"{held(service, pin)}, {until}. Newer migrations wait, and no new one is applied.\n"
            f"{_reason(pin)}\n"
            f"{_release(service)}"
        ),
    )


def _expired(service: model.Service, pin: model.Pin, day: str) -> Rule:
    assert pin.expires is not None
    return alert.make(
        service,
        EXPIRED,
        alert.begun(pin.expires),
        severity=model.AlertSeverity.WARNING,
        labels={"version": str(pin.version)},
        summary=f"The database of {service.name} is still held at version {pin.version}",
        description=(
            f"{held(service, pin)}. That was to end on {day}, and `gen check` fails since then.\n"
            f"{_reason(pin)}\n"
            f"{_release(service)}\n"
            f"To hold it longer, write a later date to pin.expires of {service.name} in {conventions.INPUT}."
        ),
    )


def held(service: model.Service, pin: model.Pin) -> str:
    return (
        f"{conventions.INPUT} pins the database of {service.name} in the namespace {service.namespace} to"
        f" version {pin.version}, rolled back from {pin.newest}"
    )


def _reason(pin: model.Pin) -> str:
    """On one line: nobody is to take a part of it for a command of ours."""
    shown = "".join(each if each.isprintable() else " " for each in pin.reason)
    return f"Why: {' '.join(shown.split())}"


def _release(service: model.Service) -> str:
    return (
        "When the cause is repaired, this shows what will be applied again and takes the pin away:\n"
        f"{alert.gen('rollback', '--release', service.name)}\n"
        "Then build, commit and sync."
    )


def failed(service: model.Service, pin: model.Pin) -> str:
    """What MigrationFailed says of a rollback."""
    stopped = (
        "The application is deployed already, only its sync counts as failed."
        if service.hook == model.PinPhase.POST_SYNC.value
        else "Argo CD stops the sync there: the application stays as it was."
    )
    return (
        f"It was to roll the database back: {held(service, pin)}. {stopped}\n"
        "Each Down is a transaction of its own unless it is marked NO TRANSACTION: what was undone stays undone, "
        f"so the database may stand anywhere from {pin.newest} down to {pin.version}.\n"
        f"{alert.look(service)}\n"
        f"{alert.found(service)}\n"
        "The container that failed tells the step: assert-before (the database has a migration that this rollback"
        " was not decided for; nothing was changed), down-to (a Down failed), up-to (an Up below the target"
        f" failed), {conventions.container(pin.version)} (the target is not reached, or something above it is"
        f" still applied).\nThe runbook has the order to go on in: {alert.runbook(service)}"
    )
