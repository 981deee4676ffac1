"""An Up that loses data without a word on why that is right.

Only what is certain: DROP of what holds data, TRUNCATE, DELETE of all rows. Whether an ALTER COLUMN TYPE or an
UPDATE loses something is not to be seen in the text. What a Down drops is what the Up made.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.diagnostics import Diagnostic
from generator.lint import losing
from generator.lint.commands import Command, Script
from generator.lint.made import Made
from generator.migrations import quoting
from generator.model import Service

_ID = "lint-irreversible"
_HELP = (
    "if the data may go, say why on the line before: `-- gen:allow lint-irreversible: <reason>`; "
    "else keep it, renamed or moved, until nobody needs it"
)


def check(service: Service, script: Script) -> Iterator[Diagnostic]:
    made = Made.by(script.up)
    for command in script.up:
        yield from _dropped(command, made)
        yield from _emptied(command, made)
        made.note(command)


def _dropped(command: Command, made: Made) -> Iterator[Diagnostic]:
    cursor = command.cursor()
    if cursor.take("DROP"):
        if cursor.take("OWNED"):
            yield _found(command, "`DROP OWNED` removes whatever the role owns, with its rows")
            return
        kind = command.tokens[cursor.at].key if cursor.at < len(command.tokens) else ""
        if kind in losing.DROPPED and (kind not in losing.WITH_CASCADE or command.has("CASCADE")):
            cursor.take(kind)
            if not made.has_all(cursor.qualified_names(), kind):
                yield _found(command, f"`DROP {kind}` loses {losing.DROPPED[kind]}, and no reason is given")
        return
    is_altered = cursor.take("ALTER", "TABLE") or cursor.take("ALTER", "TYPE")
    if is_altered and not made.has(cursor.altered(), command.tokens[1].key):
        for part in losing.dropped_parts(command, cursor.at):
            what = "attribute" if part.is_attribute else "column"
            yield _found(
                command,
                f"dropping the {what} `{quoting.shown(part.name)}` loses what is in it, and no reason is given",
                part.first,
                part.last,
            )


def _emptied(command: Command, made: Made) -> Iterator[Diagnostic]:
    cursor = command.cursor()
    if cursor.take("TRUNCATE"):
        cursor.take("TABLE")
        cursor.take("ONLY")
        if not made.has_all(cursor.qualified_names()):
            yield _found(command, "`TRUNCATE` loses every row, and no reason is given")
    elif command.tokens[0].key in ("DELETE", "WITH"):
        for index in losing.deletes(command):
            cursor = command.cursor(index + 2)
            cursor.take("ONLY")
            if not made.has(cursor.qualified()) and losing.takes_all(command, cursor.at, index > 0):
                message = "`DELETE` without WHERE loses every row, and no reason is given"
                yield _found(command, message, index, index + 1 if index else None)


def _found(command: Command, message: str, first: int = 0, last: int | None = None) -> Diagnostic:
    where = command.verb if last is None else command.position(first, last)
    return Diagnostic(_ID, message, _HELP, where)
