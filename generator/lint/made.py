"""What a migration has made itself so far: nobody uses it yet, so no query waits for it and no data in it is lost.

Names are compared as written, with their schema; `public.x` and `x` are the same, unless the file sets a
search_path. What IF NOT EXISTS makes may have been there before, so it does not count.

Where data is at stake the comparison is strict: it counts nothing that could be another object of that name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
    """Filled by `note`, command by command; `has` tells what holds before the next.

    `names` are by their space and their last part.
    """

    is_public: bool = True
    is_strict: bool = False
    names: dict[tuple[str, str], set[Name]] = field(default_factory=dict)

    @classmethod
    def by(cls, commands: Iterable[Command]) -> Made:
        """Empty, for these commands."""
        return cls(not any(_sets_path(each) for each in commands))

    @classmethod
    def strictly(cls) -> Made:
        """Empty; `x` is another than `public.x`, for nobody knows the role's own search_path."""
        return cls(is_public=False, is_strict=True)

    def has(self, name: Name | None, kind: str = "TABLE") -> bool:
        if name is None:
            return False
        return not self._like(name, kind).isdisjoint(self._both(name))

    def has_all(self, names: Iterable[Name], kind: str = "TABLE") -> bool:
        return all([self.has(each, kind) for each in names])

    def note(self, command: Command) -> None:
        if self.is_strict:
            if _is_unsettling(command):
                self.names.clear()
            if _is_fleeting(command):
                return
            self._note_joined(command)
        cursor = command.cursor()
        if cursor.take("CREATE"):
            self._note_create(cursor)
        elif cursor.take("ALTER"):
            self._note_alter(cursor)
        elif cursor.take("DROP"):
            kind = _kind(cursor)
            if kind:
                for name in cursor.qualified_names():
                    self._forget(name, kind)

    def _note_create(self, cursor: Cursor) -> None:
        is_temporary = False
        while cursor.take_any(*_BEFORE_KIND, *_TEMPORARY):
            is_temporary |= cursor.tokens[cursor.at - 1].key in _TEMPORARY
        kind = _kind(cursor)
        if not kind or cursor.take("IF", "NOT", "EXISTS"):
            return
        name = cursor.qualified()
        if name is not None:
            self._add(self._both(name)[is_temporary], kind)

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
        self._forget(name, kind)
        self._forget(target, kind)
        if is_made:
            self._add(self._both(target)[0], kind)

    def _note_joined(self, command: Command) -> None:
        """What happens to the whole happens to its parts, and one may be older."""
        for part, part_kind, whole, kind in _joined(command):
            if not self.has(part, part_kind):
                self._forget(whole, kind)

    def _add(self, name: Name, kind: str) -> None:
        self.names.setdefault((_SPACES[kind], name[-1]), set()).add(name)

    def _forget(self, name: Name, kind: str) -> None:
        """Strictly, whatever could be meant."""
        like = self._like(name, kind)
        like.difference_update(set(like) if self.is_strict else self._both(name))

    def _like(self, name: Name, kind: str) -> set[Name]:
        return self.names.get((_SPACES[kind], name[-1] if name else ""), set())

    def _both(self, name: Name) -> tuple[Name, Name]:
        """Its own, and that of a temporary table with this name."""
        return key(name, self.is_public), _temporary(name)


def key(name: Name, is_public: bool = True) -> Name:
    """By what a name is compared: without a database, and without the schema public."""
    last = name[-2:]
    return last[1:] if is_public and len(last) > 1 and last[0] == "public" else last


def _temporary(name: Name) -> Name:
    return ("pg_temp", name[-1]) if len(name) == 1 else name


def _kind(cursor: Cursor) -> str:
    cursor.take("MATERIALIZED")
    return next((kind for kind in _SPACES if cursor.take(kind)), "")


def _is_unsettling(command: Command) -> bool:
    """Whether a name may mean another object after it: it takes back what was made, or moves where names are looked
    up."""
    first = command.tokens[0].key
    if command.starts("ALTER", "SCHEMA"):
        return command.has("RENAME")
    return (
        first in ("ROLLBACK", "ABORT", "DISCARD", "RESET")
        or _sets_path(command)
        or (first == "SET" and (command.has("ROLE") or command.has("AUTHORIZATION")))
        or any(each.key == "'" and each.value.lower() == "search_path" for each in command.tokens)
    )


def _is_fleeting(command: Command) -> bool:
    """Whether the rows of what it makes are another table's, or it is gone again at a COMMIT."""
    cursor = command.cursor()
    if not cursor.take("CREATE"):
        return False
    while cursor.take_any("OR", "REPLACE", *_BEFORE_KIND, *_TEMPORARY):
        pass
    return cursor.take("VIEW") or command.starts("CREATE", "FOREIGN") or command.has("ON", "COMMIT", "DROP")


def _joined(command: Command) -> Iterator[tuple[Name | None, str, Name, str]]:
    """What becomes a part of something, and that: a partition, a child, an owned sequence, a schema's table."""
    cursor = command.cursor()
    is_altered = cursor.take("ALTER")
    cursor.take_any("FOREIGN")
    kind = _kind(cursor) if is_altered else ""
    name = cursor.altered() if kind else None
    if name is None:
        return
    for start, _ in command.actions(cursor.at):
        action = command.cursor(start)
        if action.take("ATTACH", "PARTITION"):
            yield action.qualified(), "TABLE", name, "TABLE"
        elif action.take("INHERIT"):
            yield name, kind, action.qualified() or (), "TABLE"
        elif action.take("OWNED", "BY"):
            yield name, kind, (action.qualified() or ())[:-1], "TABLE"
        elif action.take("SET", "SCHEMA"):
            yield name, kind, action.qualified() or (), "SCHEMA"
        elif kind == "EXTENSION" and action.take("ADD"):
            yield None, kind, name, kind


def _sets_path(command: Command) -> bool:
    if command.starts("SET"):
        return command.has("SEARCH_PATH") or command.has("SCHEMA")
    return command.starts("SELECT") and any(
        each.key == "'" and each.value.lower() == "search_path" for each in command.tokens[:8]
    )
