"""An Up that loses data without a word on why that is right.

Only what is certain: DROP of what holds data, TRUNCATE, DELETE of all rows. Whether an ALTER COLUMN TYPE or an
UPDATE loses something is not to be seen in the text. What a Down drops is what the Up made.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.diagnostics import Diagnostic
from generator.lint import tokens
from generator.lint.commands import Command, Cursor, Script
from generator.lint.made import Made
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
        if kind in _LOST and (kind not in _WITH_CASCADE or command.has("CASCADE")):
            cursor.take(kind)
            if not made.has_all(cursor.qualified_names(), kind):
                yield _found(command, f"`DROP {kind}` loses {_LOST[kind]}, and no reason is given")
        return
    is_altered = cursor.take("ALTER", "TABLE") or cursor.take("ALTER", "TYPE")
    if is_altered and not made.has(cursor.altered(), command.tokens[1].key):
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


def _emptied(command: Command, made: Made) -> Iterator[Diagnostic]:
    cursor = command.cursor()
    if cursor.take("TRUNCATE"):
        cursor.take("TABLE")
        cursor.take("ONLY")
        if not made.has_all(cursor.qualified_names()):
            yield _found(command, "`TRUNCATE` loses every row, and no reason is given")
    elif command.tokens[0].key in ("DELETE", "WITH"):
        for index in _deletes(command):
            cursor = command.cursor(index + 2)
            cursor.take("ONLY")
            if not made.has(cursor.qualified()) and _takes_all(command, cursor.at, index > 0):
                message = "`DELETE` without WHERE loses every row, and no reason is given"
                yield _found(command, message, index, index + 1 if index else None)


def _deletes(command: Command) -> Iterator[int]:
    at = command.find("DELETE", "FROM")
    while at is not None:
        yield at
        at = command.find("DELETE", "FROM", start=at + 2)


def _takes_all(command: Command, start: int, is_inner: bool) -> bool:
    """Whether a DELETE has no condition of its own. Rows that it hands to an INSERT are not lost."""
    depth = 0
    for index in range(start, len(command.tokens)):
        token = command.tokens[index]
        depth += {"(": 1, ")": -1}.get(token.key, 0)
        if depth < 0:
            return True
        if depth or token.kind is not Kind.WORD:
            continue
        if token.value == "USING":
            return False
        if token.value == "WHERE":
            return _is_always(command, index + 1)
        if token.value == "RETURNING":
            return not (is_inner and command.has("INSERT", "INTO"))
    return True


def _is_always(command: Command, at: int) -> bool:
    """`true`, or a number that equals itself, and nothing else."""
    cursor = command.cursor(at)
    if cursor.take("0", "=", "0"):
        if command.tokens[at].value != command.tokens[at + 2].value:
            return False
    elif not cursor.take("TRUE"):
        return False
    return cursor.at == len(command.tokens) or cursor.take_any("RETURNING", ")")


def _found(command: Command, message: str, first: int = 0, last: int | None = None) -> Diagnostic:
    where = command.verb if last is None else command.position(first, last)
    return Diagnostic(_ID, message, _HELP, where)
