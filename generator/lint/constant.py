"""Which DEFAULT expressions PostgreSQL computes once for a new column, instead of writing the whole table anew.

Those without a volatile function (ALTER TABLE, Notes; ATExecAddColumn). squawk knows only the plainest of them.
Known here are literals with signs, brackets and casts, and a short list of stable functions; of everything
else the text does not tell, and squawk's finding stays.
"""

from __future__ import annotations

from generator.lint.commands import Cursor
from generator.lint.tokens import Kind

_VALUES = (
    "TRUE", "FALSE", "NULL",
    "CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP", "LOCALTIME", "LOCALTIMESTAMP",
    "CURRENT_USER", "SESSION_USER", "USER", "CURRENT_ROLE", "CURRENT_CATALOG", "CURRENT_SCHEMA",
)  # fmt: skip
_FUNCTIONS = (
    "NOW", "TRANSACTION_TIMESTAMP", "STATEMENT_TIMESTAMP", "TIMEZONE", "DATE_TRUNC", "DATE_PART", "CURRENT_SETTING",
)  # fmt: skip
_TYPED = ("DATE", "TIME", "TIMESTAMP", "TIMESTAMPTZ", "INTERVAL")
_ENDS = (
    "NOT", "NULL", "CHECK", "UNIQUE", "PRIMARY", "REFERENCES", "CONSTRAINT", "COLLATE", "DEFERRABLE", "INITIALLY",
)  # fmt: skip
# Nobody writes deeper ones by hand, and Python's stack has an end.
_DEEPEST = 20


def is_kept_once(cursor: Cursor) -> bool:
    """Whether the cursor is at such an expression, up to the end of the column or its next constraint."""
    if not _expression(cursor, 0):
        return False
    return cursor.at == len(cursor.tokens) or cursor.tokens[cursor.at].key in (",", *_ENDS)


def _expression(cursor: Cursor, depth: int) -> bool:
    if depth > _DEEPEST:
        return False
    while True:
        while cursor.take_any("+", "-"):
            pass
        if not _primary(cursor, depth):
            return False
        while cursor.take(":", ":"):
            if not _type(cursor):
                return False
        while cursor.take("AT", "TIME", "ZONE"):
            if not _primary(cursor, depth):
                return False
        if not (cursor.take_any("+", "-", "*", "/") or cursor.take("|", "|")):
            return True


def _primary(cursor: Cursor, depth: int) -> bool:
    if cursor.take("("):
        return _expression(cursor, depth + 1) and cursor.take(")")
    if cursor.take_any(*_VALUES):
        _precision(cursor)
        return True
    return _literal(cursor) or _special(cursor, depth) or _call(cursor, depth)


def _literal(cursor: Cursor) -> bool:
    if cursor.take("0"):
        if cursor.take("."):
            cursor.take("0")
        return True
    start = cursor.at
    cursor.take_any(*_TYPED)
    if cursor.take_any("'", "$$") or cursor.take(".", "0"):
        return True
    cursor.at = start
    return False


def _special(cursor: Cursor, depth: int) -> bool:
    """What has a syntax of its own."""
    if cursor.take("ARRAY", "["):
        return cursor.take("]") or (_list(cursor, depth) and cursor.take("]"))
    if cursor.take("EXTRACT", "("):
        cursor.at += 1
        return cursor.take("FROM") and _expression(cursor, depth + 1) and cursor.take(")")
    if cursor.take("CAST", "("):
        return _expression(cursor, depth + 1) and cursor.take("AS") and _type(cursor) and cursor.take(")")
    return False


def _call(cursor: Cursor, depth: int) -> bool:
    cursor.take("PG_CATALOG", ".")
    if not (cursor.take_any(*_FUNCTIONS) and cursor.take("(")):
        return False
    return cursor.take(")") or (_list(cursor, depth) and cursor.take(")"))


def _list(cursor: Cursor, depth: int) -> bool:
    while _expression(cursor, depth + 1):
        if not cursor.take(","):
            return True
    return False


def _type(cursor: Cursor) -> bool:
    if cursor.at < len(cursor.tokens) and cursor.tokens[cursor.at].kind not in (Kind.WORD, Kind.NAME):
        return False
    if cursor.qualified() is None:
        return False
    cursor.take_any("PRECISION", "VARYING")
    _precision(cursor)
    if not cursor.take("WITH", "TIME", "ZONE"):
        cursor.take("WITHOUT", "TIME", "ZONE")
    while cursor.take("["):
        cursor.take("0")
        if not cursor.take("]"):
            return False
    return True


def _precision(cursor: Cursor) -> None:
    start = cursor.at
    if not (cursor.take("(", "0") and (cursor.take(")") or cursor.take(",", "0", ")"))):
        cursor.at = start
