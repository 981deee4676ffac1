"""Which commands lose data for certain, as far as their text tells: what a rule finds in an Up, and what a rollback
undoes in a Down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from generator.lint import tokens
from generator.lint.commands import Command
from generator.lint.tokens import Kind

# By what DROP names.
DROPPED: Mapping[str, str] = MappingProxyType(
    {
        "TABLE": "every row",
        "SEQUENCE": "its value",
        "EXTENSION": "its own tables",
        "DATABASE": "everything in it",
        "SCHEMA": "everything in it",
        "TYPE": "the columns that have it",
        "DOMAIN": "the columns that have it",
    }
)
# Without it PostgreSQL refuses to drop one of these that still has data.
WITH_CASCADE = ("SCHEMA", "TYPE", "DOMAIN")
_OTHER_PARTS = frozenset({"CONSTRAINT", "DEFAULT", "NOT", "IDENTITY", "EXPRESSION"})


@dataclass(frozen=True, slots=True)
class Part:
    """A column, or an attribute, that an ALTER drops; `first` and `last` are the tokens from DROP to its name."""

    name: str
    is_attribute: bool
    first: int
    last: int


def dropped_parts(command: Command, start: int) -> Iterator[Part]:
    """`DROP [COLUMN] name` and `DROP ATTRIBUTE name`, at the start of each action from the token `start` on."""
    is_type = command.starts("ALTER", "TYPE")
    depth = 0
    is_start = True
    for index in range(start, len(command.tokens)):
        token = command.tokens[index]
        if is_start and token.key == "DROP" and index + 1 < len(command.tokens):
            column = command.cursor(index + 1)
            taken = column.take("ATTRIBUTE") if is_type else column.take("COLUMN")
            follows = command.tokens[index + 1]
            other = follows.kind is Kind.WORD and follows.value in _OTHER_PARTS
            if taken or not (is_type or other):
                column.take("IF", "EXISTS")
                name = tokens.folded(command.tokens[min(column.at, len(command.tokens) - 1)])
                yield Part(name, is_type, index, column.at)
        depth += {"(": 1, ")": -1}.get(token.key, 0)
        is_start = token.key == "," and depth == 0


def deletes(command: Command) -> Iterator[int]:
    """Where each `DELETE FROM` begins."""
    at = command.find("DELETE", "FROM")
    while at is not None:
        yield at
        at = command.find("DELETE", "FROM", start=at + 2)


def takes_all(command: Command, start: int, is_inner: bool) -> bool:
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
