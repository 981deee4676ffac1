"""How `gen rollback` says what it does: a tired person reads this before the database loses something."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from generator import model, pinning
from generator.cli import shown
from generator.migrations.model import Migration
from generator.model import PinPhase
from generator.report import text
from generator.rollback.path import Step

_INDENT = "    "


def undone(report: shown.Report, planned: pinning.Plan, is_aside: bool) -> None:
    """What goes, in the order in which it goes; aside where a manifest is the result."""
    service, target = planned.service, planned.wished.version
    say = report.warn if is_aside else report.say
    report.result(
        service=service.name,
        version=target,
        newest=planned.wished.newest,
        refused=planned.is_refused,
        undone=[_values(each) for each in planned.undone],
        again=[each.path for each in planned.again],
    )
    say(f"{service.name}: {planned.before.version} -> {target}")
    if planned.before.pin is not None and not is_aside:
        say(f"This replaces the pin to {_pin(planned.before.pin)}.")
    if planned.again:
        say("Applied again, where it is not applied:")
        for migration in planned.again:
            say(f"  {migration.path} ({shown.count(len(migration.up), 'statement')})")
    if planned.undone:
        say("Undone, in this order, where it is applied:")
    for step in planned.undone:
        _say(say, step)


def _pin(pin: model.Pin) -> str:
    end = "" if pin.expires is None else f", until {pin.expires.isoformat()}"
    return f"{pin.version} ({pin.phase.value}{end})"


def _say(say: Callable[[str], None], step: Step) -> None:
    migration = step.migration
    say("")
    if step.is_missing:
        say(f"  {migration.path}: it has no Down")
        return
    say(f"  {migration.path}:{migration.down_line}")
    for statement in step.statements:
        for line in statement.text.strip("\n").split("\n"):
            say(f"{_INDENT}{text.visible(line)}".rstrip())
        for loss in step.losses:
            if loss.statement is statement:
                say(f"{_INDENT}^ data loss: {text.visible(loss.what)}")


def _values(step: Step) -> dict[str, object]:
    return {
        "version": step.migration.version,
        "path": step.migration.path,
        "statements": [each.text.strip() for each in step.statements],
        "losses": [each.what for each in step.losses],
        "noDown": step.is_missing,
    }


def pinned(report: shown.Report, planned: pinning.Plan, file: Path) -> None:
    """What is left to do, in its order."""
    service, wished = planned.service, planned.wished
    report.result(written=[file.as_posix()])
    report.say("")
    report.say(f"Pinned {service.name} to {wished.version} in {file.as_posix()}. What is left to do:")
    if wished.phase is PinPhase.POST_SYNC:
        steps = [
            f"put the application for {wished.version} into the same commit: the Job runs when it is healthy",
            "gen build, commit, sync the whole application",
        ]
    else:
        steps = [
            "stop the application (or put its stop into an earlier commit): the Job runs before it is deployed",
            f"gen build, commit with the application for {wished.version}, sync the whole application",
        ]
    steps.append(f"later, with the mended migration: gen rollback --release {service.name}")
    for number, each in enumerate(steps, start=1):
        report.say(f"  {number}. {each}")


def job(report: shown.Report, planned: pinning.Plan, command: str) -> None:
    """The Job for kubectl, and nothing else on standard output."""
    manifests = pinning.manifests(planned, command)
    report.say_exactly(manifests)
    report.result(manifests=manifests)
    # That `suspend` keeps the Job of the tree from running is nothing to this one.
    report.add(each for each in planned.found if each.rule != "pin-suspended")


def released(report: shown.Report, release: pinning.Release, file: Path) -> None:
    """What the database gets again."""
    service, taken = release.service, release.taken
    report.result(
        service=service.name,
        released=taken.version,
        again=[each.path for each in release.again],
        written=[file.as_posix()],
    )
    report.say(f"{service.name}: {taken.version} -> {service.newest}. Applied again by the next sync:")
    for each in release.again:
        report.say(f"  {each.path} ({_new(each, taken.newest)}{shown.count(len(each.up), 'statement')})")
    report.say("")
    if service.suspend:
        report.say("The service is suspended: it is applied once `suspend` is gone.")
    report.say(f"Released in {file.as_posix()}. Now: gen build, commit, sync the whole application.")
    report.finish()


def _new(migration: Migration, newest: int) -> str:
    return "new since the pin, " if migration.version > newest else ""
