"""A migration without a way back.

goose's `down` through such a migration prints EMPTY, removes its row from the version table and keeps what it
made; the next `up` then fails on it, or applies it twice.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.diagnostics import Diagnostic, Position
from generator.lint.commands import Command, Script
from generator.model import Service

_ID = "lint-down-missing"
_HELP = (
    "write the statements that undo the Up; if nothing can or need, say so before `-- +goose Up`: "
    "`-- gen:allow lint-down-missing: <reason>`"
)


def check(service: Service, script: Script) -> Iterator[Diagnostic]:
    migration = script.migration
    if not script.up:
        return
    if migration.down_line is None:
        where = Position.at(migration.path, migration.up_line, 1, len("-- +goose Up"))
        message = "the migration has no `-- +goose Down`: a rollback forgets it and keeps what it made"
    elif is_missing(script):
        where = Position.at(migration.path, migration.down_line, 1, len("-- +goose Down"))
        what = "does nothing" if script.down else "has no statement"
        message = f"the Down {what}: a rollback forgets the migration and keeps what it made"
    else:
        return
    yield Diagnostic(_ID, message, _HELP, where)


def is_missing(script: Script) -> bool:
    """Whether what the Up makes stays there behind a rollback."""
    return bool(script.up) and not any(_does_something(each) for each in script.down)


def _does_something(command: Command) -> bool:
    """`goose create` writes `SELECT 'down SQL query';`. A `SELECT 1;` is somebody's own, deliberate nothing."""
    return not (command.starts("SELECT", "'") and command.tokens[1].value == "down SQL query")
