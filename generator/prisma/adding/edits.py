"""Lines put into a file's text: between lines that are there, each of which stays as it is, byte for byte.

A new line looks like its neighbours: their indentation, their columns where it fits, their kind of line break.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from generator.prisma.adding import layout
from generator.prisma.adding.plan import Insertion, Row
from generator.prisma.lexer import Cursor
from generator.prisma.nodes import Block, EnumValue, Field, File

_BREAK = re.compile(r"\r\n|\n|\r")
_INDENT = "  "
_Member = Field | EnumValue


def inserted(file: File, insertions: Mapping[str, Insertion], below: Sequence[str] = ()) -> str:
    """The text with what is inserted into its blocks, and with the lines `below` at its end."""
    pieces: defaultdict[int, list[str]] = defaultdict(list)
    for block in file.blocks:
        if block.name.text in insertions:
            _Block(file, block, pieces).insert(insertions[block.name.text])
    text, done = [], 0
    for at in sorted(pieces):
        text += [file.text[done:at], *pieces[at]]
        done = at
    return _appended("".join([*text, file.text[done:]]), below)


def can_insert(file: File, block: Block) -> bool:
    """Whether it has lines of its own: not so if it is all on one."""
    return _BREAK.search(file.text, block.name.span.end, block.close) is not None


def _appended(text: str, lines: Sequence[str]) -> str:
    if not lines:
        return text
    end = line_break(text)
    if text.strip():
        if _BREAK.search(text[-1]) is None:
            text += end
        *_, last = _BREAK.split(text)[:-1]
        text += end if last.strip() else ""
    return text + "".join(each + end for each in lines)


def line_break(text: str) -> str:
    """The one that most lines have."""
    found = _BREAK.findall(text)
    return max(("\n", "\r\n", "\r"), key=found.count)


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where the neighbours have types and attributes, from their names on; 0 where they agree on nothing."""

    indent: str
    type: int
    attributes: int
    is_tabbed: bool

    def line(self, row: Row) -> str:
        if self.is_tabbed:
            return self.indent + "\t".join(filter(None, (row.name, row.type, row.attributes)))
        return self.indent + layout.row(row, self.type, self.attributes)


class _Block:
    def __init__(self, file: File, block: Block, pieces: defaultdict[int, list[str]]) -> None:
        self._file = file
        self._text = file.text
        self._block = block
        self._pieces = pieces
        self._end = line_break(file.text[block.span.begin : block.span.end])

    def insert(self, of: Insertion) -> None:
        if not can_insert(self._file, self._block):
            return
        if of.rows:
            self._rows(of.rows)
        for before, row in of.values:
            self._value(before, row)
        if of.lines:
            self._lines([each.text for each in sorted(of.lines, key=lambda each: each.rank)])

    def _put(self, at: int, lines: Sequence[str]) -> None:
        self._pieces[at].extend(each + self._end for each in lines)

    def _rows(self, rows: Sequence[Row]) -> None:
        block = self._block
        columns = self._columns(block.fields, len(block.fields) - 1)
        lines = [columns.line(each) for each in rows]
        if block.fields:
            self._put(self._behind(block.fields[-1].span.end), lines)
        else:
            self._put(self._header(), [*lines, *([""] if block.attributes else [])])

    def _value(self, before: str, row: Row) -> None:
        values = self._block.values
        index = next((at for at, each in enumerate(values) if each.name.text == before), None)
        at = self._header() if index is None else self._behind(values[index].span.end)
        self._put(at, [self._columns(values, index or 0).line(row)])

    def _lines(self, lines: Sequence[str]) -> None:
        block = self._block
        if block.attributes:
            last = block.attributes[-1]
            indent = self._indent(last.span.begin)
            self._put(self._behind(last.span.end), [indent + each for each in lines])
            return
        indent = self._columns(block.fields, len(block.fields) - 1).indent
        at = self._line_of(block.close)
        if self._text[at : block.close].strip():  # A comment before the brace.
            at = self._behind(block.fields[-1].span.end) if block.fields else self._header()
        above = _BREAK.split(self._text[block.span.begin : at])
        is_open = not above[-2].strip() if len(above) > 1 and at not in self._pieces else False
        self._put(at, [*([] if is_open else [""]), *(indent + each for each in lines)])

    def _header(self) -> int:
        return self._behind(self._text.index("{", self._block.name.span.end) + 1, is_header=True)

    def _behind(self, offset: int, *, is_header: bool = False) -> int:
        """The beginning of the next line, behind a comment that may have several."""
        cursor = Cursor(self._file.path, self._text)
        cursor.index = offset
        if is_header:  # Prisma ignores what stands there.
            cursor.index += len(cursor.rest())
        elif cursor.peek() == "/":
            cursor.comment()
            cursor.peek()
        cursor.line_end()
        return cursor.index

    def _line_of(self, offset: int) -> int:
        """The beginning of the line."""
        return max(self._text.rfind(each, 0, offset) for each in "\r\n") + 1

    def _indent(self, offset: int) -> str:
        begin = self._line_of(offset)
        found = re.match(r"[ \t]*", self._text[begin:offset])
        return found[0] if found is not None else ""

    def _columns(self, members: Sequence[_Member], at: int) -> _Columns:
        """Those of the member at this place and of its neighbours up to an empty line."""
        if not members:
            attributes = self._block.attributes
            return _Columns(self._indent(attributes[0].span.begin) if attributes else _INDENT, 0, 0, False)
        near = self._near(members, at)
        own = members[at]
        types = {self._offset(each, each.type.span.begin) for each in near if isinstance(each, Field)}
        behind = {self._offset(each, each.attributes[0].span.begin) for each in near if each.attributes}
        gap = self._text[own.name.span.end : own.type.span.begin] if isinstance(own, Field) else ""
        return _Columns(
            self._indent(own.name.span.begin),
            types.pop() if len(types) == 1 else 0,
            behind.pop() if len(behind) == 1 else 0,
            "\t" in gap,
        )

    def _offset(self, member: _Member, offset: int) -> int:
        return layout.width(self._text[member.name.span.begin : offset])

    def _near(self, members: Sequence[_Member], at: int) -> list[_Member]:
        found = [members[at]]
        for step in (-1, 1):
            index = at
            while 0 <= index + step < len(members):
                one, other = sorted((members[index], members[index + step]), key=lambda each: each.span.begin)
                between = _BREAK.split(self._text[one.span.end : other.span.begin])
                if any(not each.strip() for each in between[1:-1]):
                    break
                index += step
                found.append(members[index])
        return found
