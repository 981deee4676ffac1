"""A goose migration file, as far as gen works with it, and the lock beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from generator.diagnostics import Position


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement as goose sends it, comments inside it included.

    `text` has one line of the file per line, `numbers` are their line numbers in the file: a `range`, unless
    an annotation stands inside the statement.
    """

    text: str
    numbers: Sequence[int]

    @property
    def line(self) -> int:
        """The first line, from 1."""
        return self.numbers[0]

    @property
    def last_line(self) -> int:
        return self.numbers[-1]

    def position(self, path: str, offset: int = 0, length: int = 0) -> Position:
        """Of a character of `text`, counted from 0; the end is cut at the end of its line."""
        before = self.text[:offset]
        start = before.rfind("\n") + 1
        line = self.numbers[min(before.count("\n"), len(self.numbers) - 1)]
        end = self.text.find("\n", offset)
        room = (len(self.text) if end < 0 else end) - offset
        return Position.at(path, line, offset - start + 1, max(0, min(length, room)))


@dataclass(frozen=True, slots=True)
class Migration:
    """One goose SQL file.

    `path` is as shown to a person (from the directory of services.yaml, with `/`), `name` the file's
    name and the ConfigMap's key, `version` goose's int64 id, `text` the whole file. `up` and `down` are
    the statements of the two directions, `down_line` the line of `-- +goose Down`, None without one.
    """

    path: str
    name: str
    version: int
    text: str
    has_down: bool
    no_transaction: bool
    up: tuple[Statement, ...] = field(default=(), compare=False, repr=False)
    down: tuple[Statement, ...] = field(default=(), compare=False, repr=False)
    up_line: int = field(default=1, compare=False)
    down_line: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class LockEntry:
    """One merged migration: the SHA-256 of its bytes in hexadecimal, and the line of the lock file.

    `amendments` are the reasons for which the checksum was replaced, oldest first.
    """

    name: str
    version: int
    digest: str
    line: int
    amendments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lock:
    """`migrations.lock` of one directory: `text` is None, and `entries` are empty, where there is no such file.

    `path` is as shown to a person. `entries` are by version, and empty too where the file `is_sound` not.
    `present` are the names of all files in the directory, those that are no good migrations included.
    """

    path: str
    text: str | None
    entries: tuple[LockEntry, ...]
    is_sound: bool = True
    present: frozenset[str] = frozenset()

    @property
    def newest(self) -> int:
        """The highest locked version, 0 without any."""
        return max((each.version for each in self.entries), default=0)
