"""Adds an entry to a mapping of services.yaml, or takes one away, and leaves every other byte as it is.

A YAML library that loads and dumps the file would change its quotes, its spacing or its line breaks
somewhere: the reviewer of a rollback at night has to see the rollback alone. So the text itself is cut,
at places that the parser named, and the result is read again: it must say what the old file said and
nothing but the one change, or nothing is given back.

Everything takes and gives the bytes of a file: a `Document` has lost its line endings and its mark.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generator import conventions
from generator.diagnostics import GenError
from generator.source import layout, reader, rendering

Value = rendering.Value

_BOM = b"\xef\xbb\xbf"
# These are mistakes as well, but the text behind them is read without doubt.
_HARMLESS = frozenset({"yaml-bom", "yaml-line-endings"})


def insert(data: bytes, path: tuple[str, ...], key: str, value: Mapping[str, Value]) -> bytes:
    """The file with `key: value` as the first entry of the mapping at `path`.

    In a block the entry stands right below the parent's key, above comments: those belong to the entry that
    followed them before, and still does. `remove` of the result gives the same bytes back.
    """
    by_hand = f"write it by hand, as the first entry of `{'.'.join(path)}`:\n{_shown(key, value)}"
    place = _Place.find(_File.read(data), path, key, by_hand)
    if key in place.value:
        raise GenError(f"`{place}` is there already", "change that one")
    after = place.file.splice(_insertion(place, value))
    new = _demand(place, after, {key: rendering.read_back(value)})
    if new.splice(_removal(_Place.find(new, path, key, by_hand))) != data:
        raise GenError(f"`{place}` could not be taken away again without a trace", by_hand)
    return after


def remove(data: bytes, path: tuple[str, ...], key: str) -> bytes:
    """The file without the entry `key` of the mapping at `path`, wherever it stands and however it is written.

    What is on the entry's own lines goes with it. Comments above and below it stay, for nobody can tell
    whose they are.
    """
    place = _Place.find(_File.read(data), path, key, f"take `{key}` away from `{'.'.join(path)}` by hand")
    cut = _removal(place)
    after = place.file.splice(cut)
    try:
        _demand(place, after, {})
    except GenError:
        wider = _with_comments(place, cut)
        if wider == cut:
            raise
        after = place.file.splice(wider)
        _demand(place, after, {})
    return after


def replace(data: bytes, path: tuple[str, ...], key: str, value: Mapping[str, Value]) -> bytes:
    """The file with another value for the entry `key` of the mapping at `path`, in the same place."""
    by_hand = f"write it by hand into `{'.'.join(path)}`, instead of the old one:\n{_shown(key, value)}"
    place = _Place.find(_File.read(data), path, key, by_hand)
    after = place.file.splice(_replacement(place, value))
    _demand(place, after, {key: rendering.read_back(value)})
    return after


def _shown(key: str, value: Mapping[str, Value]) -> str:
    return rendering.block(key, value, 0, rendering.DEFAULT_STEP, "\n").rstrip("\n")


@dataclass(frozen=True, slots=True)
class _Cut:
    """What is put in place of a stretch of the text."""

    begin: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class _File:
    """`text` has LF alone, as all indexes do; `raw` is what the bytes say."""

    text: str
    raw: str
    mark: bytes
    value: dict[str, Any]
    windows: tuple[int, ...]
    """Where in `text` the line breaks are that take two characters in `raw`."""

    @classmethod
    def read(cls, data: bytes) -> _File:
        document, found = reader.parse(data, conventions.INPUT)
        bad = [each for each in found if each.rule not in _HARMLESS]
        if document is None or bad:
            first = bad[0]
            raise GenError(
                f"line {first.position.line} of {conventions.INPUT} is wrong: {first.message}",
                first.help,
            )
        mark = _BOM if data.startswith(_BOM) else b""
        raw = data[len(mark) :].decode("utf-8")
        pairs = (found.start() for found in re.finditer("\r\n", raw))
        windows = tuple(index - number for number, index in enumerate(pairs))
        return cls(document.text, raw, mark, document.value, windows)

    def line(self, index: int) -> int:
        """Where the line of an index begins."""
        return self.text.rfind("\n", 0, index) + 1

    def line_end(self, index: int) -> int:
        """Behind the line break that ends the line of an index, or the end of the file."""
        found = self.text.find("\n", index)
        return len(self.text) if found < 0 else found + 1

    def is_first(self, index: int) -> bool:
        """Whether only spaces stand before it in its line."""
        return not self.text[self.line(index) : index].strip(" ")

    def line_break(self, index: int) -> str:
        """How the line above the one that begins here ends."""
        end = self._raw(index)
        if self.raw[:end].endswith("\r\n"):
            return "\r\n"
        return "\r" if self.raw[:end].endswith("\r") else "\n"

    def splice(self, cut: _Cut) -> bytes:
        text = self.raw[: self._raw(cut.begin)] + cut.text + self.raw[self._raw(cut.end) :]
        return self.mark + text.encode("utf-8")

    def _raw(self, index: int) -> int:
        return index + bisect_left(self.windows, index)


@dataclass(frozen=True, slots=True)
class _Place:
    """The entry that is asked for. `by_hand` is what a person can do where gen can't."""

    file: _File
    mapping: layout.Mapping
    path: tuple[str, ...]
    key: str
    by_hand: str

    @classmethod
    def find(cls, file: _File, path: tuple[str, ...], key: str, by_hand: str) -> _Place:
        try:
            return cls(file, layout.find(file.text, path), path, key, by_hand)
        except layout.Obstacle as obstacle:
            help = (
                "write its settings out below its name, without `*` and `<<`, then run the same command again"
            )
            raise GenError(f"{obstacle}, so it cannot be edited", help) from None

    def __str__(self) -> str:
        return ".".join((*self.path, self.key))

    @property
    def parent(self) -> str:
        return ".".join(self.path)

    @property
    def value(self) -> dict[str, Any]:
        """Of the mapping, with what is merged into it."""
        value: Any = self.file.value
        for step in self.path:
            value = value[step]
        return dict(value)

    @property
    def entry(self) -> layout.Entry:
        found = self.mapping.entry(self.key)
        if found is None:
            why = "it comes from a merge (`<<`)" if self.key in self.value else "it is missing"
            raise GenError(f"`{self}` is not written there: {why}", self.by_hand)
        return found


def _insertion(place: _Place, value: Mapping[str, Value]) -> _Cut:
    file, mapping = place.file, place.mapping
    if not mapping.entries:
        raise GenError(f"`{place.parent}` is empty, so it cannot be edited", place.by_hand)
    first = mapping.entries[0].begin
    below = file.line_end(mapping.head)
    if below <= first and file.is_first(first):
        column, line_break = first - file.line(first), file.line_break(below)
        if mapping.is_flow:
            text = " " * column + rendering.flow(place.key, value) + "," + line_break
        else:
            text = rendering.block(place.key, value, column, mapping.step, line_break)
        return _Cut(below, below, text)
    if mapping.is_flow and layout.gap(file.text, mapping.head) == first:
        return _Cut(first, first, rendering.flow(place.key, value) + ", ")
    raise GenError(
        f"the first key of `{place.parent}` is written as `? key`, or behind something else in its line, "
        "so nothing can be put before it",
        place.by_hand,
    )


def _removal(place: _Place) -> _Cut:
    entry = place.entry
    if len(place.mapping.entries) == 1:
        raise GenError(
            f"`{place.key}` is all that `{place.parent}` has: nothing would be left", place.by_hand
        )
    return _out_of_braces(place, entry) if place.mapping.is_flow else _own_lines(place, entry)


def _replacement(place: _Place, value: Mapping[str, Value]) -> _Cut:
    file, entry = place.file, place.entry
    if place.mapping.is_flow:
        return _Cut(entry.begin, entry.end, rendering.flow(place.key, value))
    old = _own_lines(place, entry)
    column = entry.begin - old.begin
    text = rendering.block(place.key, value, column, place.mapping.step, file.line_break(old.begin))
    # The last line of a file may have no end, and keeps having none.
    return _Cut(old.begin, old.end, text if file.text[old.end - 1] == "\n" else text.rstrip("\r\n"))


def _own_lines(place: _Place, entry: layout.Entry) -> _Cut:
    """All lines of a block entry."""
    file = place.file
    if not file.is_first(entry.begin):
        raise GenError(
            f"`{place}` is written as `? key`, or behind something else in its line", place.by_hand
        )
    return _Cut(file.line(entry.begin), file.line_end(entry.end), "")


def _with_comments(place: _Place, cut: _Cut) -> _Cut:
    """A cut with the blank lines and the deeper comments below it: behind a block scalar they would become
    a part of its text."""
    text, end = place.file.text, cut.end
    column = place.entry.begin - place.file.line(place.entry.begin)
    below = re.compile(rf"(?:[ ]*\n|[ ]{{{column + 1},}}#[^\n]*(?:\n|\Z))*")
    found = None if place.mapping.is_flow else below.match(text, end)
    return _Cut(cut.begin, found.end() if found else end, cut.text)


def _out_of_braces(place: _Place, entry: layout.Entry) -> _Cut:
    """With its comma, and its line if nothing else is in it."""
    file, text, end = place.file, place.file.text, entry.end
    before = max((each.end for each in place.mapping.entries if each.end < entry.begin), default=None)
    begin = layout.gap(text, place.mapping.head if before is None else before)
    if text[begin] == ",":
        begin = layout.gap(text, begin + 1)
    if begin != entry.begin:
        raise GenError(f"`{place}` is written as `? key`", place.by_hand)
    comma = layout.gap(text, end)
    if text[comma : comma + 1] == ",":
        end = comma + 1
    line_end = file.line_end(end)
    if file.is_first(entry.begin) and layout.gap(text, end) >= line_end:
        # Of the last entry the comma before it stays: YAML allows one there.
        return _Cut(file.line(entry.begin), line_end, "")
    if end > entry.end:
        return _Cut(entry.begin, end + 1 if text[end : end + 1] == " " else end, "")
    if before is not None and re.fullmatch(" *, *", text[before : entry.begin]):
        return _Cut(before, end, "")
    return _Cut(entry.begin, end, "")


def _demand(place: _Place, after: bytes, wanted: dict[str, Any]) -> _File:
    """GenError unless the new bytes say what the old ones did, but for the one entry."""
    try:
        new = _File.read(after)
    except GenError as error:
        raise GenError(f"`{place}` cannot be edited without harm: then {error}", place.by_hand) from None
    expected = _changed(place.file.value, place.path, place.key, wanted)
    if new.value != expected:
        other = ".".join(_difference(expected, new.value))
        raise GenError(
            f"`{place}` cannot be edited alone: `{other}` would change too, by an alias or a merge (`<<`)",
            "write the settings out in both places, without `&`, `*` and `<<`, then run the same command again",
        )
    return new


def _changed(value: Any, path: tuple[str, ...], key: str, wanted: dict[str, Any]) -> Any:
    if path:
        return {**value, path[0]: _changed(value[path[0]], path[1:], key, wanted)}
    return {**{each: value[each] for each in value if each != key}, **wanted}


def _difference(old: Any, new: Any) -> tuple[str, ...]:
    """The way to the first value that is not the same in both."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return ()
    for key in {**old, **new}:
        if key not in old or key not in new or old[key] != new[key]:
            return (key, *_difference(old.get(key), new.get(key)))
    return ()
