"""Which statement of the migrations speaks of something: found by names in the text.

Only for a person's eyes: a name that SQL composes is not found.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from generator.diagnostics import Position
from generator.migrations.model import Migration

_COMMENT = re.compile(r"--[^\n]*")
_HEAD = 300
_FIRST_WORDS = 6


def last(
    heads: Collection[str], words: Sequence[str], applied: Sequence[Migration], subject: str | None = None
) -> tuple[Migration, Position] | None:
    """The last statement of an Up with all of the words, at the first of them; if there are `heads`, one that creates
    or alters with one of them among its first words (`create index …`), or begins with one (`grant`). A `subject` has
    to stand before the first parenthesis, where a table that is only referred to does not."""
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


def _word(text: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w$]){re.escape(text)}(?![\w$])", re.IGNORECASE)


def _head(text: str) -> str:
    return _COMMENT.sub("", text).lstrip()[:_HEAD].partition("(")[0]


def _begins(text: str, heads: Collection[str]) -> bool:
    words = re.findall(r"\w+", _head(text).lower())[:_FIRST_WORDS]
    return words[:1] in (["create"], ["alter"], *([each] for each in heads)) and not set(heads).isdisjoint(
        words
    )
