"""What each migration's Down would undo, and which data goes with it: what a rollback is decided by."""

from __future__ import annotations

from collections.abc import Iterator

from generator import model
from generator.migrations.model import Statement
from generator.rollback import path
from generator.rollback.path import Step
from generator.runbook import markdown
from generator.runbook.markdown import Section

TITLE = "Migrations"

# What a person can take in at night; the file itself is beside it.
SHOWN = 20
FURTHER = 3
STATEMENTS = 20
LINES = 15
WIDTH = 200


def newest(service: model.Service) -> tuple[Step, ...]:
    """The last migrations, newest first: as many as are shown, and those that a rollback below a pin takes back."""
    versions = sorted((each.version for each in service.migrations), reverse=True)
    number = max(SHOWN, sum(each > service.version for each in versions) + FURTHER)
    floor = versions[number] if number < len(versions) else 0
    return path.steps(service, floor, service.newest)


def section(service: model.Service, steps: tuple[Step, ...]) -> Section:
    return Section(TITLE, tuple(_blocks(service, steps)))


def _blocks(service: model.Service, steps: tuple[Step, ...]) -> Iterator[str]:
    yield (
        "Newest first, as a rollback takes them back, where they are applied. Each statement of a Down as goose sends"
        " it: for reading. Run by hand, it would leave the version table wrong."
    )
    waiting = {each.version for each in path.waiting(service, service.pin)} if service.pin else set()
    for step in steps[:SHOWN]:
        yield from _step(service, step, waiting)
    older = len(service.migrations) - len(steps[:SHOWN])
    if older:
        yield f"And {markdown.count(older, 'older migration')}: `gen status {service.name}` lists them."


def _step(service: model.Service, step: Step, waiting: set[int]) -> Iterator[str]:
    migration = step.migration
    yield f"### {migration.version}"
    how = "" if not migration.no_transaction else ", outside a transaction (NO TRANSACTION)"
    yield f"{markdown.code(migration.path)}{how}.{_state(service, migration.version, waiting)}"
    if step.is_missing:
        yield (
            "**It has no Down: no rollback passes it.** goose would forget the version and keep what it made; the next"
            " `up` would fail on that."
        )
        return
    yield f"The Down, {markdown.count(len(step.statements), 'statement')}:"
    for each in step.statements[:STATEMENTS]:
        yield markdown.fence(_shortened(each))
    if len(step.statements) > STATEMENTS:
        yield f"… and {markdown.count(len(step.statements) - STATEMENTS, 'statement')} more in the file."
    yield losses(step)


def _state(service: model.Service, version: int, waiting: set[int]) -> str:
    if service.pin is None:
        return ""
    if version in waiting:
        return " **Waits behind the pin.**"
    return " **Undone by the pin.**" if version > service.pin.version else ""


def losses(step: Step) -> str:
    if not step.losses:
        return "It loses no data, as far as the text tells."
    lost = markdown.bullets(markdown.code(each.what[:WIDTH]) for each in step.losses)
    return f"**It loses data** (`--accept-data-loss {step.migration.version}`):\n\n{lost}"


def _shortened(statement: Statement) -> str:
    lines = statement.text.strip().split("\n")
    shown = [each if len(each) <= WIDTH else f"{each[: WIDTH - 1]}…" for each in lines[:LINES]]
    if len(lines) > LINES:
        shown.append(f"… and more, to line {statement.last_line} of the file")
    return "\n".join(shown)
