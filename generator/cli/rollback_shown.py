"""How `gen rollback` says what it does: a tired person reads this before the database loses something."""

from __future__ import annotations

from pathlib import Path

from generator import pinning
from generator.cli import shown
from generator.migrations.model import Migration
from generator.model import PinPhase
from generator.report import text
from generator.rollback.path import Step

_INDENT = "    "


def undone(report: shown.Report, planned: pinning.Plan) -> None:
    """What goes, in the order in which it goes."""
    service, target = planned.service, planned.wished.version
    report.result(
        service=service.name,
        version=target,
        newest=planned.wished.newest,
        refused=planned.is_refused,
        undone=[_values(each) for each in planned.undone],
    )
    report.say(f"{service.name}: {planned.before} -> {target}")
    report.say("Undone, in this order, where it is applied:")
    for step in planned.undone:
        _say(report, step)


def _say(report: shown.Report, step: Step) -> None:
    migration = step.migration
    report.say("")
    if step.is_missing:
        report.say(f"  {migration.path}: it has no Down")
        return
    report.say(f"  {migration.path}:{migration.down_line}")
    for statement in step.statements:
        for line in statement.text.strip("\n").split("\n"):
            report.say(f"{_INDENT}{text.visible(line)}".rstrip())
        for loss in step.losses:
            if loss.statement is statement:
                report.say(f"{_INDENT}^ data loss: {text.visible(loss.what)}")


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
            "put the application's previous version into the same commit: the Job runs when it is healthy",
            "gen build, commit, sync the whole application",
        ]
    else:
        steps = [
            "stop the application (or put its stop into an earlier commit): the Job runs before it is deployed",
            "gen build, commit with the application's previous version, sync the whole application",
        ]
    steps.append(f"later, with the mended migration: gen rollback --release {service.name}")
    for number, each in enumerate(steps, start=1):
        report.say(f"  {number}. {each}")


def job(report: shown.Report, planned: pinning.Plan, command: str) -> None:
    """The Job for kubectl, and nothing else on standard output."""
    manifests = pinning.manifests(planned, command)
    report.say_exactly(manifests)
    report.result(
        service=planned.service.name,
        version=planned.wished.version,
        undone=[_values(each) for each in planned.undone],
        manifests=manifests,
    )
    report.add(planned.found)
    report.finish()


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
    report.say(f"Released in {file.as_posix()}. Now: gen build, commit, sync the whole application.")
    report.finish()


def _new(migration: Migration, newest: int) -> str:
    return "new since the pin, " if migration.version > newest else ""
