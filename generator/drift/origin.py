"""Which migration says something of an object: found by its names in the text of the statements.

Only for a person's eyes. A name that SQL composes, or that PostgreSQL gave, is found through its table's.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from generator.database.catalog.snapshot import Attributes, Identity, Value
from generator.diagnostics import Position
from generator.migrations import mentions
from generator.migrations.model import Migration

# By whose CREATE or ALTER an object is made, where that is not the last word of its kind.
_MAKING: Mapping[str, tuple[str, ...]] = {
    "column": ("table",),
    "constraint": ("table", "domain"),
    "enum": ("type",),
    "default privileges": ("privileges",),
    "foreign-data wrapper": ("wrapper",),
    "user mapping": ("mapping",),
}
_PRIVILEGES = re.compile(r'(?: in schema "?(.+?)"?)? on (\w+)$')
_GRANTING = frozenset({"grant", "revoke"})
_ANYTHING: frozenset[str] = frozenset()
_PART = re.compile(r'"(?:[^"]|"")+"|[^."]+')


def find(
    identity: Identity, attributes: Attributes, changed: Collection[str], applied: Sequence[Migration]
) -> tuple[Migration, Position] | None:
    """The last statement that makes or changes it; where none does, the last that names it, or its table; the
    former names of a table count.

    `changed` are the attributes that differ.
    """
    whole = attributes.get("table") or attributes.get("domain")
    schema = _schema(str(whole) if whole is not None else identity.name)
    # What is named without a schema is in public, or made behind a `SET search_path`.
    for is_bare in (True,) if schema in ("", "public") else (False, True):
        for each in _attempts(identity, attributes, changed, applied):
            of: dict[str, re.Pattern[str]] = {}
            if schema and each.relation:
                of[each.relation] = mentions.relation(each.relation, schema, is_bare=is_bare)
            words, subject = [of.get(word, word) for word in each.words], of.get(each.subject, each.subject)
            found = mentions.last(each.heads, words, each.among, subject)
            if found is not None:
                return found
    return None


class _Attempt(NamedTuple):
    """As of `mentions.last`; `relation` is the one of the words that may stand behind its schema."""

    heads: Collection[str]
    words: Sequence[str]
    subject: str
    relation: str
    among: Sequence[Migration]


def _attempts(
    identity: Identity, attributes: Attributes, changed: Collection[str], applied: Sequence[Migration]
) -> Iterator[_Attempt]:
    own = last_part(identity.name)
    whole = attributes.get("table") or attributes.get("domain")
    is_part = whole is not None
    table = last_part(str(whole)) if is_part else ""
    columns = [last_part(each) for each in _texts(attributes.get("columns") or attributes.get("keys"))]
    if "owned by" in attributes:
        table, *columns = [_plain(each) for each in _PART.findall(str(attributes["owned by"]))[-2:]]
    names = mentions.names(table, applied) if table else [("", applied)]
    making = frozenset(_MAKING.get(identity.kind, identity.kind.split()[-1:]))
    if identity.kind == "default privileges":
        found = _PRIVILEGES.search(identity.name)
        yield _Attempt(making, [*filter(None, found.groups())] if found else [], "", "", applied)
        return
    if identity.kind == "index":
        yield from (_Attempt(making, [own, name], own, name, among) for name, among in names)
        yield _Attempt(making, [own], own, "", applied)  # `ALTER INDEX a RENAME TO b` names no table.
    for heads in (*([_GRANTING] if "grants" in changed else []), making, _ANYTHING):
        for name, among in names:
            of = name if is_part else own
            subject = of if "table" in making else own
            yield _Attempt(
                heads, [own, name if is_part else ""], subject if heads is making else "", of, among
            )
    if table:
        # What has no name in the text is made with its table, or added to it.
        for heads, others in ((making | {"table"}, columns), (_ANYTHING, columns), (_ANYTHING, [])):
            for name, among in names:
                yield _Attempt(heads, [name, *others], name if heads else "", name, among)


def _schema(name: str) -> str:
    """`app` of `app.users`, and of `app.users(integer)`; empty where there is none."""
    parts = _PART.findall(name.split("(", 1)[0])
    return _plain(parts[0]) if len(parts) == 2 else ""


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
