"""An Up that loses data without a word on why that is right.

Only what is certain: DROP of what holds data, TRUNCATE, DELETE of all rows. Whether an ALTER COLUMN TYPE or an
UPDATE loses something is not to be seen in the text. What a Down drops is what the Up made.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.diagnostics import Diagnostic
from generator.lint import tokens
from generator.lint.commands import Command, Cursor, Script
from generator.lint.tokens import Kind
from generator.migrations import quoting
from generator.model import Service

_ID = "lint-irreversible"
_HELP = (
    "if the data may go, say why on the line before: `-- gen:allow lint-irreversible: <reason>`; "
    "else keep it, renamed or moved, until nobody needs it"
)
_LOST = {
    "TABLE": "every row",
    "SEQUENCE": "its value",
    "EXTENSION": "its own tables",
    "DATABASE": "everything in it",
    "SCHEMA": "everything in it",
    "TYPE": "the columns that have it",
    "DOMAIN": "the columns that have it",
}
# Without it PostgreSQL refuses to drop one of these that still has data.
_WITH_CASCADE = ("SCHEMA", "TYPE", "DOMAIN")
_OTHER_PARTS = frozenset({"CONSTRAINT", "DEFAULT", "NOT", "IDENTITY", "EXPRESSION"})


def check(service: Service, script: Script) -> Iterator[Diagnostic]:
    made: set[str] = set()
    for command in script.up:
        if command.starts("CREATE"):
            made.add(_created(command.cursor()) or "")
        yield from _dropped(command, made)
        yield from _emptied(command, made)


def _created(cursor: Cursor) -> str | None:
    cursor.take("CREATE")
    while cursor.take_any("TEMP", "TEMPORARY", "UNLOGGED", "GLOBAL", "LOCAL"):
        pass
    if not cursor.take_any(*_LOST):
        return None
    cursor.take("IF", "NOT", "EXISTS")
    return cursor.name()


def _dropped(command: Command, made: set[str]) -> Iterator[Diagnostic]:
    cursor = command.cursor()
    if cursor.take("DROP"):
        if cursor.take("OWNED"):
            yield _found(command, "`DROP OWNED` removes whatever the role owns, with its rows")
            return
        kind = command.tokens[cursor.at].key if cursor.at < len(command.tokens) else ""
        if kind in _LOST and (kind not in _WITH_CASCADE or command.has("CASCADE")):
            cursor.take(kind)
            if not made.issuperset(cursor.names()):
                yield _found(command, f"`DROP {kind}` loses {_LOST[kind]}, and no reason is given")
    elif cursor.take("ALTER", "TABLE") or cursor.take("ALTER", "TYPE"):
        cursor.take("IF", "EXISTS")
        cursor.take("ONLY")
        if cursor.name() not in made:
            yield from _dropped_parts(command, cursor)


def _dropped_parts(command: Command, cursor: Cursor) -> Iterator[Diagnostic]:
    """`DROP [COLUMN] name` and `DROP ATTRIBUTE name`, at the start of each action."""
    is_type = command.starts("ALTER", "TYPE")
    depth = 0
    is_start = True
    for index in range(cursor.at, len(command.tokens)):
        token = command.tokens[index]
        if is_start and token.key == "DROP" and index + 1 < len(command.tokens):
            column = command.cursor(index + 1)
            taken = column.take("ATTRIBUTE") if is_type else column.take("COLUMN")
            follows = command.tokens[index + 1]
            other = follows.kind is Kind.WORD and follows.value in _OTHER_PARTS
            if taken or not (is_type or other):
                column.take("IF", "EXISTS")
                name = tokens.folded(command.tokens[min(column.at, len(command.tokens) - 1)])
                yield _found(
                    command,
                    f"dropping the {'attribute' if is_type else 'column'} `{quoting.shown(name)}` loses what is in it, "
                    "and no reason is given",
                    index,
                    column.at,
                )
        depth += {"(": 1, ")": -1}.get(token.key, 0)
        is_start = token.key == "," and depth == 0


def _emptied(command: Command, made: set[str]) -> Iterator[Diagnostic]:
    cursor = command.cursor()
    if cursor.take("TRUNCATE"):
        cursor.take("TABLE")
        cursor.take("ONLY")
        if not made.issuperset(cursor.names()):
            yield _found(command, "`TRUNCATE` loses every row, and no reason is given")
    elif cursor.take("DELETE", "FROM"):
        cursor.take("ONLY")
        if cursor.name() not in made and not (command.has("WHERE") or command.has("USING")):
            yield _found(command, "`DELETE` without WHERE loses every row, and no reason is given")


def _found(command: Command, message: str, first: int = 0, last: int | None = None) -> Diagnostic:
    where = command.verb if last is None else command.position(first, last)
    return Diagnostic(_ID, message, _HELP, where)
