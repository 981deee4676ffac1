"""Which commands of a NO TRANSACTION file can run again after a later one failed."""

from __future__ import annotations

from collections.abc import Iterator

from generator.lint.commands import Command, Cursor, Script
from generator.lint.tokens import Kind

_KINDS = (
    ("MATERIALIZED", "VIEW"),
    ("FOREIGN", "TABLE"),
    ("INDEX",),
    ("TABLE",),
    ("VIEW",),
    ("SEQUENCE",),
    ("SCHEMA",),
    ("TYPE",),
    ("DOMAIN",),
    ("FUNCTION",),
    ("PROCEDURE",),
    ("TRIGGER",),
    ("POLICY",),
    ("EXTENSION",),
    ("PUBLICATION",),
    ("SUBSCRIPTION",),
    ("STATISTICS",),
    ("ROLE",),
)
_BEFORE_KIND = ("UNIQUE", "TEMP", "TEMPORARY", "UNLOGGED", "RECURSIVE", "CONSTRAINT")


def unrepeatable(script: Script) -> Iterator[Command]:
    """Commands of the Up before its last statement that fail, or do their work twice, when run again.

    UPDATE, DELETE, DO and CALL are trusted: whether they can be repeated is not to be seen in the text.
    """
    dropped: set[tuple[str, str]] = set()
    last = script.up[-1].statement if script.up else None
    for command in script.up:
        if command.statement is not last and not _is_repeatable(command, dropped):
            yield command
        _note_drop(command, dropped)


def dropped_index(command: Command) -> list[str]:
    """The indexes that a DROP INDEX IF EXISTS removes, CONCURRENTLY or not."""
    cursor = command.cursor()
    if not cursor.take("DROP", "INDEX"):
        return []
    cursor.take("CONCURRENTLY")
    return cursor.names() if command.has("IF", "EXISTS") else []


def _is_repeatable(command: Command, dropped: set[tuple[str, str]]) -> bool:
    cursor = command.cursor()
    if cursor.take("INSERT"):
        return command.has("ON", "CONFLICT") or command.has("NOT", "EXISTS")
    if cursor.take("DROP"):
        return command.has("IF", "EXISTS")
    if cursor.take("ALTER"):
        return _is_repeatable_alter(command, dropped)
    if cursor.take("CREATE"):
        if command.has("IF", "NOT", "EXISTS") or cursor.take("OR", "REPLACE"):
            return True
        return _created(cursor) in dropped
    return True


def _is_repeatable_alter(command: Command, dropped: set[tuple[str, str]]) -> bool:
    depth = 0
    for index, token in enumerate(command.tokens):
        depth += {"(": 1, ")": -1}.get(token.value if token.kind is Kind.SYMBOL else "", 0)
        if depth or token.kind is not Kind.WORD:
            continue
        cursor = command.cursor(index)
        if cursor.take("RENAME") or cursor.take("ATTACH", "PARTITION") or cursor.take("DETACH", "PARTITION"):
            return False
        if cursor.take("ADD") and index > 2:
            constraint = cursor.take("CONSTRAINT")
            if constraint and ("CONSTRAINT", cursor.name() or "") in dropped:
                continue
            cursor.take_any("COLUMN", "VALUE", "ATTRIBUTE")
            if not cursor.take("IF", "NOT", "EXISTS"):
                return False
        cursor = command.cursor(index)
        if cursor.take("DROP") and index > 2:
            if cursor.take_any("DEFAULT", "NOT"):
                continue
            cursor.take_any("COLUMN", "CONSTRAINT", "ATTRIBUTE", "IDENTITY", "EXPRESSION")
            if not cursor.take("IF", "EXISTS"):
                return False
    return True


def _note_drop(command: Command, dropped: set[tuple[str, str]]) -> None:
    cursor = command.cursor()
    if cursor.take("DROP"):
        kind = _kind(cursor)
        cursor.take("CONCURRENTLY")
        if kind and cursor.take("IF", "EXISTS"):
            dropped.update((kind, name) for name in cursor.names())
    elif cursor.take("ALTER"):
        at = command.find("DROP", "CONSTRAINT", "IF", "EXISTS")
        if at is not None:
            dropped.add(("CONSTRAINT", command.cursor(at + 4).name() or ""))


def _created(cursor: Cursor) -> tuple[str, str]:
    while cursor.take_any(*_BEFORE_KIND):
        pass
    kind = _kind(cursor)
    cursor.take("CONCURRENTLY")
    return kind, cursor.name() or ""


def _kind(cursor: Cursor) -> str:
    return next((" ".join(words) for words in _KINDS if cursor.take(*words)), "")
