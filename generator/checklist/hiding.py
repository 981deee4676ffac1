"""Whether a new migration may change tables that its text does not name: then item 6 is about every model."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from generator.migrations.model import Migration
from generator.prisma.relational import Database

_COMMENT = re.compile(r"--[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
_WORD = re.compile(r"\w+")
# Statements that change nothing but what they name. What any other does is not in its text alone.
# fmt: off
_LITERAL = frozenset(
    {
        "create", "alter", "drop", "comment", "grant", "revoke", "insert", "update", "delete", "truncate",
        "set", "reset", "lock", "reindex", "analyze",
    }
)
# fmt: on
_RUNS = re.compile(r"\b(?:execute|perform|call|select)\b", re.IGNORECASE)
_OF_AN_INDEX = re.compile(r"(?:alter|drop|reindex(?:\s*\([^)]*\))?)\s+index\b", re.IGNORECASE)
# These change what belongs to a table, where they do not name it: rows of a partition or through a view, a column's
# domain or sequence, all that is in a schema.
_OF_A_PART = re.compile(
    r"(?:insert|update|delete|truncate|reindex)\b|alter\s+(?:foreign\s+)?(?:table|domain|sequence|schema)\b|"
    r"drop\s+(?!(?:materialized\s+)?view\b)",
    re.IGNORECASE,
)
_NAME = r"(?:(?:\"[^\"]*\"|[\w$]+)\s*\.\s*)?(?:\"([^\"]*)\"|([\w$]+))"
_NEW_TABLE = re.compile(
    rf"\bcreate\s+(?:(?:global|local)\s+)?(?:temp(?:orary)?\s+|unlogged\s+)?table\s+(?:if\s+not\s+exists\s+)?{_NAME}"
    rf"|\Aalter\s+table\b.*?\brename\s+to\s+{_NAME}",
    re.IGNORECASE | re.DOTALL,
)
_PARTS = re.compile(r"\b(?:partition\s+of|inherits?)\b", re.IGNORECASE)
_ATTACHED = re.compile(rf"\battach\s+partition\s+{_NAME}", re.IGNORECASE)
_ESCAPED = re.compile(r"\bu&[\"']", re.IGNORECASE)
# These may run functions of the service's own. The second alone speaks of functions, and runs none.
_CALLING = frozenset({"insert", "update", "delete", "create", "alter"})
_OF_FUNCTIONS = re.compile(
    r"(?:create|alter)\s+(?:or\s+replace\s+)?(?:constraint\s+)?(?:function|procedure|routine|trigger|event|aggregate|"
    r"operator|cast)\b",
    re.IGNORECASE,
)
_MADE = re.compile(rf"\bcreate\s+(?:or\s+replace\s+)?(?:function|procedure)\s+{_NAME}", re.IGNORECASE)
_NAMES = re.compile(r"\"([^\"]*)\"|([\w$]+)")
_CALLED = re.compile(r"(?:\"([^\"]*)\"|([\w$]+))\s*\(")


def places(new: Iterable[Migration], every: Iterable[Migration], said: Database) -> Iterator[str]:
    """Those of statements that may change what they do not name. `said` is what the schema says but for what is
    excluded, `every` all migrations of the service."""
    texts = [_COMMENT.sub(" ", each.text).strip() for migration in every for each in migration.up]
    functions = _found(_MADE, texts)
    # A table that is part of another is known by the other's name alone.
    tables = _found(_NEW_TABLE, (each for each in texts if not _PARTS.search(each))) - _found(
        _ATTACHED, texts
    )
    tables |= {each.name.lower() for each in said.tables.values()} | {name.lower() for _, name in said.enums}
    for migration in new:
        for statement in migration.up:
            text = _COMMENT.sub(" ", statement.text).strip()
            if _is_hidden(text, functions) or _is_of_a_part(text, tables):
                yield f"{migration.path}:{statement.line}"


def _found(pattern: re.Pattern[str], texts: Iterable[str]) -> set[str]:
    """The names that it finds, in lower case."""
    return {"".join(each).lower() for text in texts for each in pattern.findall(text)}


def _is_of_a_part(text: str, tables: Collection[str]) -> bool:
    """Whether this changes something, and names no table: neither one of a model nor one that has none."""
    return _OF_A_PART.match(text) is not None and not any(
        (quoted or plain).lower() in tables for quoted, plain in _NAMES.findall(text)
    )


def _is_hidden(text: str, functions: Collection[str]) -> bool:
    """An index is named without its table, and `U&"…"` names with escapes."""
    word = _WORD.search(text)
    head = word[0].lower() if word else ""
    if head not in _LITERAL and (head != "do" or _RUNS.search(text)):
        return True
    if _OF_AN_INDEX.match(text) or _ESCAPED.search(text):
        return True
    if head not in _CALLING or _OF_FUNCTIONS.match(text):
        return False
    return any((quoted or plain).lower() in functions for quoted, plain in _CALLED.findall(text))
