"""A whole table written anew under ACCESS EXCLUSIVE, of which squawk says nothing.

Reads and writes wait until every row is copied. What squawk does find (a volatile DEFAULT, a change of type,
a serial primary key) is its own rules' affair.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.diagnostics import Diagnostic
from generator.lint.commands import Command, Script
from generator.lint.made import Made
from generator.model import Service

_SERIAL = ("BIGSERIAL", "SERIAL", "SMALLSERIAL", "SERIAL2", "SERIAL4", "SERIAL8")
_IDENTITY = (("GENERATED", "ALWAYS", "AS", "IDENTITY"), ("GENERATED", "BY", "DEFAULT", "AS", "IDENTITY"))
_SETTINGS: tuple[tuple[str, ...], ...] = (("UNLOGGED",), ("LOGGED",), ("ACCESS", "METHOD"), ("TABLESPACE",))
_WINDOW = "do it in a maintenance window, and say so: `-- gen:allow lint-table-rewrite: <reason>`"
_COLUMN = (
    "add a bigint column without a default, SET DEFAULT nextval(…) on it, and fill the old rows in batches"
)
# From there on squawk finds them, as lint-prefer-repack.
_REPACK = 19
_OPTIONS = ("FULL", "FREEZE", "VERBOSE", "ANALYZE", "ANALYSE")


def check(service: Service, script: Script) -> Iterator[Diagnostic]:
    made = Made.by(script.up)
    has_repack = service.postgres is not None and service.postgres >= _REPACK
    for command in script.up:
        yield from _altered(command, made)
        if not has_repack:
            yield from _vacuumed(command, made)
            yield from _clustered(command, made)
        made.note(command)


def _altered(command: Command, made: Made) -> Iterator[Diagnostic]:
    cursor = command.cursor()
    if not cursor.take("ALTER", "TABLE"):
        return
    if cursor.take("ALL", "IN", "TABLESPACE"):
        yield _found(command, "SET TABLESPACE", _WINDOW, 0, 4)
        return
    if made.has(cursor.altered()):
        return
    for first, end in command.actions(cursor.at):
        name, last = _action(command, first, end)
        if name is not None:
            yield _found(command, name, _COLUMN if name.startswith("ADD") else _WINDOW, first, last)


def _action(command: Command, first: int, end: int) -> tuple[str | None, int]:
    """What rewrites the table, and the last token to point at."""
    cursor = command.cursor(first)
    if cursor.take("SET"):
        for words in _SETTINGS:
            if cursor.take(*words):
                return f"SET {' '.join(words)}", cursor.at - 1
    elif cursor.take("ADD"):
        cursor.take("COLUMN")
        cursor.take("IF", "NOT", "EXISTS")
        if cursor.name() is not None and command.find("PRIMARY", "KEY", start=cursor.at, end=end) is None:
            return _column(command, cursor.at, end)
    return None, first


def _column(command: Command, first: int, end: int) -> tuple[str | None, int]:
    """A type or a clause whose value comes out of a sequence, for each row another."""
    if command.tokens[min(first, len(command.tokens) - 1)].key in _SERIAL:
        return f"ADD COLUMN … {command.tokens[first].value.lower()}", first
    for words in _IDENTITY:
        at = command.find(*words, start=first, end=end)
        if at is not None:
            return "ADD COLUMN … AS IDENTITY", at + len(words) - 1
    return None, first


def _vacuumed(command: Command, made: Made) -> Iterator[Diagnostic]:
    cursor = command.cursor()
    if not cursor.take("VACUUM"):
        return
    if command.starts("VACUUM", "("):
        is_full = cursor.option("FULL")
    else:
        is_full = cursor.take("FULL")
        while cursor.take_any(*_OPTIONS):
            pass
    names = cursor.qualified_names()
    if is_full and not (names and made.has_all(names)):
        yield _found(command, "VACUUM FULL", _WINDOW)


def _clustered(command: Command, made: Made) -> Iterator[Diagnostic]:
    cursor = command.cursor()
    if not cursor.take("CLUSTER"):
        return
    cursor.brackets()
    cursor.take("VERBOSE")
    name = cursor.qualified()
    if cursor.take("ON"):
        name = cursor.qualified()
    if not made.has(name):
        yield _found(command, "CLUSTER", _WINDOW)


def _found(command: Command, what: str, help: str, first: int = 0, last: int | None = None) -> Diagnostic:
    return Diagnostic(
        "lint-table-rewrite",
        f"`{what}` writes the whole table anew, and no other session can read or write it meanwhile",
        help,
        command.verb if last is None else command.position(first, last),
    )
