"""What a migration has made itself so far: nobody uses it yet, so no query waits for it and no data in it is lost.

Names are compared as written, with their schema; `public.x` and `x` are the same, unless the file sets a
search_path. What IF NOT EXISTS makes may have been there before, so it does not count.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from generator.lint.commands import Command, Cursor, Name

_TEMPORARY = ("TEMP", "TEMPORARY")
_BEFORE_KIND = ("UNLOGGED", "GLOBAL", "LOCAL", "RECURSIVE", "MATERIALIZED", "FOREIGN")
_SPACES = {
    "TABLE": "relation",
    "VIEW": "relation",
    "SEQUENCE": "relation",
    "TYPE": "type",
    "DOMAIN": "type",
    "SCHEMA": "schema",
    "DATABASE": "database",
    "EXTENSION": "extension",
}


@dataclass(slots=True)
class Made:
    """Filled by `note`, command by command; `has` tells what holds before the next."""

    is_public: bool = True
    names: set[tuple[str, Name]] = field(default_factory=set)

    @classmethod
    def by(cls, commands: Iterable[Command]) -> Made:
        """Empty, for these commands."""
        return cls(not any(_sets_path(each) for each in commands))

    def has(self, name: Name | None, kind: str = "TABLE") -> bool:
        if name is None:
            return False
        return not self.names.isdisjoint(self._both(name, kind))

    def has_all(self, names: Iterable[Name], kind: str = "TABLE") -> bool:
        return all([self.has(each, kind) for each in names])

    def note(self, command: Command) -> None:
        cursor = command.cursor()
        if cursor.take("CREATE"):
            self._note_create(cursor)
        elif cursor.take("ALTER"):
            self._note_alter(cursor)
        elif cursor.take("DROP"):
            kind = _kind(cursor)
            if kind:
                self.names.difference_update(
                    each for name in cursor.qualified_names() for each in self._both(name, kind)
                )

    def _note_create(self, cursor: Cursor) -> None:
        is_temporary = False
        while cursor.take_any(*_BEFORE_KIND, *_TEMPORARY):
            is_temporary |= cursor.tokens[cursor.at - 1].key in _TEMPORARY
        kind = _kind(cursor)
        if not kind or cursor.take("IF", "NOT", "EXISTS"):
            return
        name = cursor.qualified()
        if name is not None:
            self.names.add(self._both(name, kind)[is_temporary])

    def _note_alter(self, cursor: Cursor) -> None:
        cursor.take_any("MATERIALIZED", "FOREIGN")
        kind = _kind(cursor)
        if not kind:
            return
        name = cursor.altered()
        if name is None:
            return
        if cursor.take("RENAME", "TO"):
            last = cursor.qualified()
            target = (*name[:-1], *last) if last is not None else None
        elif cursor.take("SET", "SCHEMA"):
            schema = cursor.qualified()
            target = (*schema, name[-1]) if schema is not None else None
        else:
            return
        if target is None:
            return
        is_made = self.has(name, kind)
        self.names.difference_update(self._both(name, kind))
        self.names.difference_update(self._both(target, kind))
        if is_made:
            self.names.add(self._both(target, kind)[0])

    def _both(self, name: Name, kind: str) -> tuple[tuple[str, Name], ...]:
        """Its own, and that of a temporary table with this name."""
        space = _SPACES[kind]
        return (space, key(name, self.is_public)), (space, _temporary(name))


def key(name: Name, is_public: bool = True) -> Name:
    """By what a name is compared: without a database, and without the schema public."""
    last = name[-2:]
    return last[1:] if is_public and len(last) > 1 and last[0] == "public" else last


def _temporary(name: Name) -> Name:
    return ("pg_temp", name[-1]) if len(name) == 1 else name


def _kind(cursor: Cursor) -> str:
    cursor.take("MATERIALIZED")
    return next((kind for kind in _SPACES if cursor.take(kind)), "")


def _sets_path(command: Command) -> bool:
    if command.starts("SET"):
        return command.has("SEARCH_PATH") or command.has("SCHEMA")
    return command.starts("SELECT") and any(
        each.key == "'" and each.value.lower() == "search_path" for each in command.tokens[:8]
    )
