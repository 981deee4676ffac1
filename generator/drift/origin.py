"""Which migration says something of an object: found by its names in the text of the statements.

Only for a person's eyes. A name that SQL composes, or that PostgreSQL gave, is found through its table's.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from generator.database.catalog.snapshot import Attributes, Identity, Value
from generator.diagnostics import Position
from generator.migrations import mentions
from generator.migrations.model import Migration

# By whose CREATE or ALTER an object is made, where that is not the last word of its kind.
_MAKING: Mapping[str, tuple[str, ...]] = {
    "column": ("table",),
    "constraint": ("table",),
    "enum": ("type",),
    "default privileges": ("privileges",),
    "foreign-data wrapper": ("wrapper",),
    "user mapping": ("mapping",),
}
_PART = re.compile(r'"(?:[^"]|"")+"|[^."]+')


def find(
    identity: Identity, attributes: Attributes, changed: Collection[str], applied: Sequence[Migration]
) -> tuple[Migration, Position] | None:
    """The last statement that makes or changes it; where none does, the last that names it, or its table; the
    former names of a table count.

    `changed` are the attributes that differ.
    """
    own = last_part(identity.name)
    table = attributes.get("table")
    of_table = last_part(str(table)) if table is not None else ""
    columns = [last_part(each) for each in _texts(attributes.get("columns") or attributes.get("keys"))]
    tables = [of_table, *mentions.former(of_table, applied)] if of_table else [""]
    both = [[own, each] for each in tables]
    making = frozenset(_MAKING.get(identity.kind, identity.kind.split()[-1:]))
    anything: frozenset[str] = frozenset()
    attempts = [(heads, words, "") for heads in (making, anything) for words in both]
    if "grants" in changed:
        attempts = [(frozenset({"grant", "revoke"}), words, "") for words in both] + attempts
    parts = [of_table, *columns]
    if "owned by" in attributes:
        parts = [_plain(each) for each in _PART.findall(str(attributes["owned by"]))[-2:]]
    if parts[0]:
        # What has no name in the text is made with its table, or added to it.
        attempts += [(making | {"table"}, parts, parts[0]), (anything, parts, ""), (anything, parts[:1], "")]
    for heads, words, subject in attempts:
        found = mentions.last(heads, words, applied, subject)
        if found is not None:
            return found
    return None


def last_part(name: str) -> str:
    """`email` of `public.users.email`, `users_pkey` of `users_pkey on public.users`, `touch` of `public.touch()`."""
    text = name
    if not text.startswith('"'):
        text = text.split(" on ", 1)[0].split("(", 1)[0]
    parts = _PART.findall(text)
    return _plain(parts[-1]) if parts else ""


def _plain(part: str) -> str:
    return part.strip('"').replace('""', '"')


def _texts(value: Value | None) -> Iterable[str]:
    return value if isinstance(value, list | tuple) else ()
