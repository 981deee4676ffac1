"""Which models item 6 is about: all, or those that new migrations name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from generator.migrations import mentions
from generator.migrations.model import Migration
from generator.prisma.nodes import Block, Kind, Schema
from generator.prisma.relational import Database, Table

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
_OF_AN_INDEX = re.compile(r"(?:alter|drop)\s+index\b", re.IGNORECASE)
_ESCAPED = re.compile(r"\bu&[\"']", re.IGNORECASE)
# These may run functions of the service's own. The second alone speaks of functions, and runs none.
_CALLING = frozenset({"insert", "update", "delete", "create", "alter"})
_OF_FUNCTIONS = re.compile(
    r"(?:create|alter)\s+(?:or\s+replace\s+)?(?:constraint\s+)?(?:function|procedure|routine|trigger|event|aggregate|"
    r"operator|cast)\b",
    re.IGNORECASE,
)
_MADE = re.compile(
    r"\bcreate\s+(?:or\s+replace\s+)?(?:function|procedure)\s+(?:(?:\"[^\"]*\"|[\w$]+)\s*\.\s*)?(?:\"([^\"]*)\"|([\w$]+))",
    re.IGNORECASE,
)
_CALLED = re.compile(r"(?:\"([^\"]*)\"|([\w$]+))\s*\(")


@dataclass(frozen=True, slots=True)
class Concerned:
    """The models to be used, and why these; without a reason there is none that could be."""

    models: tuple[Block, ...]
    why: str


def models(
    schema: Schema, said: Database, new: Sequence[Migration] | None, every: Sequence[Migration]
) -> Concerned:
    """`said` is what the schema says but for what is excluded, `new` the new migrations of `every` one, None for no
    such question."""
    blocks = {each.name.span: each for each in schema.of(Kind.MODEL) if not _is_ignored(each)}
    tables = {
        blocks[each.origin]: each
        for each in said.tables.values()
        if each.origin in blocks and not each.is_join_table
    }
    found = tuple(each for each in blocks.values() if each in tables)
    if not found:
        return Concerned((), "")
    all_of_them = Concerned(
        found,
        f"all {len(found)} models were looked for" if len(found) > 1 else "the one model was looked for",
    )
    if new is None:
        return all_of_them
    hidden = next(_hidden(new, _functions(every)), None)
    if hidden is not None:
        return Concerned(found, f"{all_of_them.why}, for what {hidden} changes is not in its text alone")
    named = tuple(each for each in found if _is_named(tables[each], said, new))
    if not named:
        return Concerned((), "the new migrations name no table of a model, nor an enum of its fields")
    return Concerned(
        named, f"{len(named)} of {len(found)} models were looked for: those of the new migrations"
    )


def _is_ignored(block: Block) -> bool:
    return any(each.name.text == "ignore" for each in block.attributes)


def _is_named(table: Table, said: Database, new: Sequence[Migration]) -> bool:
    types = {each.type.name for each in table.columns.values()}
    enums = [name for schema, name in said.enums if f"{schema}.{name}" in types]
    return any(mentions.last((), [each], new) is not None for each in (table.name, *enums))


def _functions(migrations: Iterable[Migration]) -> frozenset[str]:
    """Those that the service's migrations make, in lower case."""
    texts = (_COMMENT.sub(" ", each.text) for migration in migrations for each in migration.up)
    return frozenset((quoted or plain).lower() for text in texts for quoted, plain in _MADE.findall(text))


def _hidden(new: Iterable[Migration], functions: frozenset[str]) -> Iterator[str]:
    """The places of statements that may change what they do not name."""
    for migration in new:
        for statement in migration.up:
            if _is_hidden(_COMMENT.sub(" ", statement.text).strip(), functions):
                yield f"{migration.path}:{statement.line}"


def _is_hidden(text: str, functions: frozenset[str]) -> bool:
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
