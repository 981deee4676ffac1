"""Where in a migration something a rehearsal found is to be shown."""

from __future__ import annotations

import re
from collections.abc import Iterable

from generator.diagnostics import Position
from generator.migrations.model import Migration, Statement


def up(migration: Migration) -> Position:
    return Position.at(migration.path, migration.up_line, 1, len("-- +goose Up"))


def down(migration: Migration) -> Position:
    if migration.down_line is None:
        return up(migration)
    return Position.at(migration.path, migration.down_line, 1, len("-- +goose Down"))


def mention(
    migration: Migration,
    statements: Iterable[Statement],
    name: str,
    otherwise: Position,
    attribute: str | None = None,
) -> Position:
    """The first place in the statements that names the object, if there is one in a statement that has the
    attribute's name too; `name` is as PostgreSQL qualifies and quotes it.

    Only for a person's eyes: a text is searched, so a name that SQL composes is not found.
    """
    last = _last_part(name)
    if not last:
        return otherwise
    pattern = re.compile(rf"(?<![\w$]){re.escape(last)}(?![\w$])", re.IGNORECASE)
    both = ((each, pattern.search(each.text)) for each in statements)
    places = [(each, found) for each, found in both if found is not None]
    word = (attribute or "").removesuffix("s").lower()
    for statement, found in sorted(places, key=lambda place: word not in place[0].text.lower()):
        return statement.position(migration.path, found.start(), len(found[0]))
    return otherwise


def _last_part(name: str) -> str:
    """`email` of `public.users.email`, `users_pkey` of `public.users_pkey on public.users`."""
    whole = name.split(" on ", 1)[0].split("(", 1)[0]
    parts: list[str] = re.findall(r'"(?:[^"]|"")+"|[^."]+', whole)
    return parts[-1].strip('"').replace('""', '"') if parts else ""
