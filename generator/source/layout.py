"""How one mapping is written, down to the character: what an edit in place has to know.

A `Document` says where values are, and hides how they got there: aliases, merges and `? keys` look like
plain entries in it. So the parser's events are read once more, for one mapping only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

_GAP = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_PROPERTY = re.compile(r"[&!][^ \t\n]*")
_NO_KEY: Final = object()


class Obstacle(Exception):
    """The mapping is not there as text of its own. The message names it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """`begin` is where the key begins, anchor and tag included; `end` is behind the last character of the
    value. All numbers are code points from 0. `key` is None where it is no plain text."""

    key: str | None
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Mapping:
    """`head` is behind what announces the mapping: `{`, or in block style the parent's colon and an anchor.

    `step` is by how much the file indents what stands below its first level; no use in flow style.
    """

    is_flow: bool
    head: int
    step: int
    entries: tuple[Entry, ...]

    def entry(self, key: str) -> Entry | None:
        return next((each for each in self.entries if each.key == key), None)


@dataclass(slots=True)
class _Level:
    """An open collection. `matched` is how much of the path leads to it, -1 for a way off."""

    is_mapping: bool
    matched: int
    key: Any = _NO_KEY
    key_begin: int = 0
    key_end: int = 0
    entries: list[Entry] = field(default_factory=list)


def find(text: str, path: tuple[str, ...]) -> Mapping:
    """The mapping at a path that is not empty. The text has to be YAML without a mistake, so that a key is a
    scalar or its alias; Obstacle where the mapping is an alias, is merged from elsewhere, or is none."""
    return _Walk(text, path).run()


def gap(text: str, index: int) -> int:
    """Behind the white space, line breaks and comments that begin here."""
    found = _GAP.match(text, index)
    return found.end() if found else index


class _Walk:
    def __init__(self, text: str, path: tuple[str, ...]) -> None:
        if not path:
            raise ValueError("the whole file is no entry of anything")
        self._text = text
        self._path = path
        self._levels: list[_Level] = []
        self._columns: list[int] = []
        self._head = 0
        self._is_flow = False
        self._end = 0

    def run(self) -> Mapping:
        for name, event in _events(self._text):
            found = self._take(name, event)
            if found is not None:
                return found
        raise Obstacle(f"`{'.'.join(self._path)}` is not written there: it comes from a merge or an alias")

    def _take(self, name: str, event: Any) -> Mapping | None:
        if name in {"ScalarEvent", "AliasEvent"}:
            self._leaf(name, event)
        elif name in {"MappingStartEvent", "SequenceStartEvent"}:
            self._open(event, name == "MappingStartEvent")
        elif name in {"MappingEndEvent", "SequenceEndEvent"}:
            return self._close(event)
        return None

    def _leaf(self, name: str, event: Any) -> None:
        begin, end = event.start_mark.index, event.end_mark.index
        # A block scalar ends where the next token begins, behind blank lines.
        self._end = begin + len(self._text[begin:end].rstrip(" \t\n"))
        if self._matching() > 0:
            why = (
                "is an alias of another mapping" if name == "AliasEvent" else "is no mapping, or an empty one"
            )
            raise Obstacle(f"`{'.'.join(self._path[: self._matching()])}` {why}")
        level = self._levels[-1]
        if level.is_mapping and level.key is _NO_KEY:
            level.key = event.value if name == "ScalarEvent" else None
            level.key_begin, level.key_end = begin, self._end
        else:
            self._finish()

    def _open(self, event: Any, is_mapping: bool) -> None:
        begin, end = event.start_mark.index, event.end_mark.index
        matched = self._matching() if self._levels else 0
        if matched > 0 and not is_mapping:
            raise Obstacle(f"`{'.'.join(self._path[:matched])}` is a list, no mapping")
        if is_mapping and matched >= 0:
            self._columns.append(end - self._text.rfind("\n", 0, end) - 1)
        if matched == len(self._path):
            self._is_flow = bool(event.flow_style)
            self._head = end if self._is_flow else self._announced(begin, end, self._levels[-1].key_end)
        self._levels.append(_Level(is_mapping, matched if is_mapping else -1))

    def _announced(self, begin: int, end: int, key_end: int) -> int:
        """Behind the colon, or behind the last anchor or tag, before a block mapping's first key."""
        head = self._text.index(":", gap(self._text, key_end)) + 1
        index = begin
        while index < end and (found := _PROPERTY.match(self._text, index)):
            head = found.end()
            index = gap(self._text, head)
        return head

    def _close(self, event: Any) -> Mapping | None:
        closed = self._levels.pop()
        if event.end_mark.index > event.start_mark.index:  # a bracket; a block ends with what is in it
            self._end = event.end_mark.index
        if closed.matched == len(self._path):
            step = self._columns[1] - self._columns[0]
            return Mapping(self._is_flow, self._head, step, tuple(closed.entries))
        if self._levels:
            self._finish()
        return None

    def _matching(self) -> int:
        """How much of the path leads to the value that comes next; -1 where it is not on the way."""
        level = self._levels[-1]
        if level.matched < 0 or level.matched == len(self._path) or level.key is _NO_KEY:
            return -1
        return level.matched + 1 if level.key == self._path[level.matched] else -1

    def _finish(self) -> None:
        """A node is complete: an entry's value, or something else of no interest."""
        level = self._levels[-1]
        if not level.is_mapping:
            return
        if level.matched == len(self._path):
            level.entries.append(Entry(level.key, level.key_begin, self._end))
        level.key = _NO_KEY


def _events(text: str) -> Iterator[tuple[str, Any]]:
    # Not at the top: the import takes 50 ms, which `gen --help` must not pay.
    from ruamel.yaml.cyaml import CParser  # type: ignore[attr-defined]  # noqa: PLC0415

    parser: Any = CParser(text)
    while True:
        event = parser.get_event()
        name = type(event).__name__
        if name == "StreamEndEvent":
            return
        yield name, event
