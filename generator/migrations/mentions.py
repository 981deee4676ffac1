"""Which statement of the migrations speaks of something: found by names in the text.

Only for a person's eyes: a name that SQL composes is not found.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from generator.diagnostics import Position
from generator.migrations.model import Migration

_COMMENT = re.compile(r"--[^\n]*")
_RENAMING = re.compile(
    r"alter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?(?P<old>(?:\"[^\"]*\"|[\w$]+)(?:\s*\.\s*(?:\"[^\"]*\"|[\w$]+))?)"
    r"\s+rename\s+to\s+(?P<new>\"[^\"]*\"|[\w$]+)",
    re.IGNORECASE,
)
_HEAD = 300
_FIRST_WORDS = 6


def relation(name: str, schema: str, *, is_bare: bool) -> re.Pattern[str]:
    """A table or type as SQL names it: with its schema, or without any if that `is_bare`; not one of another schema."""
    qualified = rf'(?<![\w$."])"?{re.escape(schema)}"?\s*\.\s*"?'
    before = rf'(?:{qualified}|(?<![\w$.])(?<!\.")(?<!\.\s))' if is_bare else qualified
    return re.compile(rf"{before}{re.escape(name)}(?![\w$])", re.IGNORECASE)


def last(
    heads: Collection[str],
    words: Sequence[str | re.Pattern[str]],
    applied: Sequence[Migration],
    subject: str | re.Pattern[str] | None = None,
) -> tuple[Migration, Position] | None:
    """The last statement of an Up with all of the words, at the first of them; if there are `heads`, one that creates
    or alters with one of them among its first words (`create index …`), or begins with one (`grant`); `create table`
    is one that creates. A `subject` has to stand before the first parenthesis, where a table that is only referred to
    does not."""
    patterns = [_word(each) for each in words if each]
    if not patterns:
        return None
    for migration in reversed(applied):
        for statement in reversed(migration.up):
            if heads and not _begins(statement.text, heads):
                continue
            if subject and not _word(subject).search(_head(statement.text)):
                continue
            found = [each.search(statement.text) for each in patterns]
            first = found[0]
            if first is not None and None not in found:
                return migration, statement.position(migration.path, first.start(), len(first[0]))
    return None


def names(table: str, applied: Sequence[Migration]) -> list[tuple[str, Sequence[Migration]]]:
    """What the table is called, and what it was called before, the latest first: each with the statements in which
    the name is this table's, as `ALTER TABLE … RENAME TO` tells."""
    found: list[tuple[str, Sequence[Migration]]] = []
    name, own = table, list[Migration]()
    for migration in reversed(applied):
        end = len(migration.up)
        for number, statement in reversed(list(enumerate(migration.up))):
            old, new = _renamed(statement.text)
            if new == name.lower():
                found.append((name, [replace(migration, up=migration.up[number:end]), *own]))
                name, own, end = old, [], number + 1
            elif old == name.lower():  # What it was called so until then is another table.
                return [*found, (name, [replace(migration, up=migration.up[number + 1 : end]), *own])]
        own.insert(0, replace(migration, up=migration.up[:end]))
    return [*found, (name, own)]


def _renamed(statement: str) -> tuple[str, str]:
    """The names before and after, in lower case; empty where it renames no table."""
    if "rename" not in statement.lower():
        return "", ""
    found = _RENAMING.match(_COMMENT.sub("", statement).lstrip()[:_HEAD])
    return (_unquoted(found["old"]), _unquoted(found["new"])) if found else ("", "")


def _unquoted(name: str) -> str:
    return name.rpartition(".")[2].strip().strip('"').lower()


def _word(text: str | re.Pattern[str]) -> re.Pattern[str]:
    if isinstance(text, re.Pattern):
        return text
    return re.compile(rf"(?<![\w$]){re.escape(text)}(?![\w$])", re.IGNORECASE)


def _head(text: str) -> str:
    return _COMMENT.sub("", text).lstrip()[:_HEAD].partition("(")[0]


def _begins(text: str, heads: Collection[str]) -> bool:
    words = re.findall(r"\w+", _head(text).lower())[:_FIRST_WORDS]
    for head in heads:
        verb, _, thing = head.rpartition(" ")
        # ALTER DEFAULT PRIVILEGES IN SCHEMA alters no schema.
        if words[1:2] == ["default"] and thing != "privileges":
            continue
        if thing in words and words[0] in ({verb} if verb else {"create", "alter", thing}):
            return True
    return False
