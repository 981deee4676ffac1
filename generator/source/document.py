"""A YAML file as plain values, with the place in the text of each of them.

Positions are kept as indexes into the text and turned into a `Position` only when somebody asks:
a file of 55,000 lines has 100,000 of them, and diagnostics need a handful.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, Protocol

from generator.diagnostics import Position

# An anchor or a tag in front of a value is not the value.
# White space is YAML's own: a no-break space belongs to the value.
_PROPERTIES = re.compile(
    r"(?:(?:&[^ \t\n,\[\]{}]*|!<[^> \t\n]*>|![^ \t\n,\[\]{}]*)(?:[ \t\n]|(?<=[ \t\n])#[^\n]*)*)+"
)
_TAG = re.compile(r"![^ \t\n,\[\]{}]*")


class Mark(Protocol):
    """Where the parser was, in code points from 0."""

    @property
    def index(self) -> int: ...


class Event(Protocol):
    """What every event of the C parser has."""

    @property
    def start_mark(self) -> Mark: ...
    @property
    def end_mark(self) -> Mark: ...


# Two indexes in one number: begin * 2^32 + end. A dict of numbers is nothing that the garbage
# collector has to look at; a dict of 100,000 events or tuples costs it 0.2 s.
Span = int


def span_of(event: Event) -> Span:
    return event.start_mark.index << 32 | event.end_mark.index


def begin_of(span: Span) -> int:
    return span >> 32


def end_of(span: Span) -> int:
    return span & 0xFFFFFFFF


class Branch:
    """A mapping or a list: where it begins and ends, its keys and its children. A scalar is its span.

    `size` counts the values in it, `height` the levels, aliases expanded in both.
    """

    __slots__ = ("begin", "children", "end", "height", "keys", "size", "value")

    def __init__(self, begin: Span, value: dict[str, Any] | list[Any]) -> None:
        self.begin = begin
        self.end: Span | None = None
        self.value: Any = value
        self.keys: dict[str | int, Span] = {}
        self.children: dict[str | int, Node] = {}
        self.size = 1
        self.height = 1


Node = Branch | Span


class Text:
    """A text and the path to show for it: turns marks into positions."""

    __slots__ = ("_starts", "lines", "path", "text")

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.lines: Sequence[str] = tuple(text.split("\n"))
        self._starts = [0, *accumulate(len(line) + 1 for line in self.lines)]

    def between(self, begin: int, end: int) -> Position:
        """The stretch from one index to another, in code points from 0, the end exclusive."""
        return Position(self.path, *self._place(begin), *self._place(max(begin, end)))

    def of(self, node: Node) -> Position:
        """The stretch of a value, without its anchor and tag, and without the space behind it."""
        if isinstance(node, Branch):
            return self.between(self.begin(node.begin), self._end(node))
        return self.between(self.begin(node), self._scalar_end(node))

    def tag(self, span: Span) -> Position:
        """The stretch of a value's tag."""
        found = _TAG.search(self.text, begin_of(span))
        return self.between(*found.span()) if found else self.of(span)

    def begin(self, span: Span) -> int:
        """Where a value begins, behind its anchor and tag."""
        begin = begin_of(span)
        if self.text[begin : begin + 1] in ("&", "!"):
            found = _PROPERTIES.match(self.text, begin, end_of(span))
            return found.end() if found else begin
        return begin

    def _scalar_end(self, span: Span) -> int:
        begin = self.begin(span)
        return begin + len(self.text[begin : end_of(span)].rstrip(" \t\n"))

    def _end(self, branch: Branch) -> int:
        end = self.begin(branch.begin)
        node: Node = branch
        while isinstance(node, Branch):
            if node.end is None:
                return end
            if end_of(node.end) > begin_of(node.end):
                return end_of(node.end)  # a closing bracket
            last = _written_last(node)
            if last is None:
                return end
            end = max(end, end_of(node.keys.get(last, 0)))
            node = node.children[last]
        # The value may be an alias of one that is written far above.
        return max(end, self._scalar_end(node))

    def _place(self, index: int) -> tuple[int, int]:
        line = bisect_right(self._starts, index, 0, len(self.lines))
        return line, index - self._starts[line - 1] + 1


def _written_last(branch: Branch) -> str | int | None:
    """The key of the last child that stands inside the branch: a merged one is written elsewhere."""
    first, last = begin_of(branch.begin), end_of(branch.end or branch.begin)
    for key in reversed(branch.children):
        if key not in branch.keys or first <= begin_of(branch.keys[key]) <= last:
            return key
    return None


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """One YAML file. `value` is made of dict, list, str, int, float, bool and None only.

    `text` and `lines` have `\\n` as the only line break and no byte order mark; `lines[0]` is line 1.
    An alias or a merge gives the *same* dict or list again: do not change them in place.
    `reported` are the places that already have a diagnostic: another one there helps nobody.
    """

    text: str = field(repr=False)
    value: dict[str, Any] = field(repr=False)
    reported: frozenset[Position]
    _root: Branch = field(repr=False)
    _places: Text = field(repr=False)

    @property
    def path(self) -> str:
        return self._places.path

    @property
    def lines(self) -> Sequence[str]:
        return self.text.split("\n")

    def position(self, *loc: str | int) -> Position:
        """Where the value at `loc` is written, or else its nearest parent that is."""
        return self._places.of(self._walk(loc)[-1][1])

    def key_position(self, *loc: str | int) -> Position:
        """Where the key of the value at `loc` is written, or else its nearest parent's.

        A list's item has no key: its value counts, and so does the whole file's.
        """
        key, node = self._walk(loc)[-1]
        return self._places.of(node if key is None else key)

    def has(self, *loc: str | int) -> bool:
        """Whether the value at `loc` is written at all."""
        return len(self._walk(loc)) == len(loc) + 1

    def _walk(self, loc: tuple[str | int, ...]) -> list[tuple[Span | None, Node]]:
        steps: list[tuple[Span | None, Node]] = [(None, self._root)]
        for step in loc:
            node = steps[-1][1]
            if not isinstance(node, Branch) or step not in node.children:
                break
            steps.append((node.keys.get(step), node.children[step]))
        return steps
