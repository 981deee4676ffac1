"""A schema.prisma's text → its tree, and all mistakes of the file in one run.

It accepts what Prisma accepts, as Prisma's own grammar does (datamodel.pest in schema-ast of prisma-engines, of
version 7; what 5 and 6 accept is a part of it). Every line of a block stands alone there, so a mistake costs its
line and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from generator.diagnostics import Diagnostic, Position, Severity
from generator.prisma import declared, expressions, hints
from generator.prisma.lexer import Cursor, Mistake
from generator.prisma.nodes import Attribute, Block, EnumValue, Field, FieldType, File, Kind, Name, Property

# A file that is no schema at all has a mistake in every line.
MAX_PROBLEMS = 100
BYTE_ORDER_MARK = "\ufeff"
_KEYWORD = re.compile("|".join(Kind))
_INITIALS = frozenset(each[0] for each in Kind)
_FIELDS = frozenset({Kind.MODEL, Kind.VIEW, Kind.TYPE})
_CONFIGURATION = frozenset({Kind.DATASOURCE, Kind.GENERATOR})


def parse(path: str, text: str) -> tuple[File, list[Diagnostic]]:
    """The blocks of a file and its problems. What is wrong is left out of the tree."""
    run = _Run(path, text)
    try:
        run.file()
        for found in declared.check(run.blocks):
            run.tell(found)
    except _TooManyError:
        run.problems.append(
            Diagnostic(
                "prisma-syntax",
                f"there are more than {MAX_PROBLEMS} problems; the rest of the file was not looked at",
                "correct the first ones, or check that this is a schema.prisma at all",
                Position.within(path, text, run.cursor.index),
            )
        )
    return File(path, text, tuple(run.blocks)), run.problems


def is_full(problems: list[Diagnostic]) -> bool:
    """Whether the file was given up for its number of problems."""
    return len(problems) > MAX_PROBLEMS


class _TooManyError(Exception):
    pass


class _Contents:
    """What was read of a block so far."""

    def __init__(self) -> None:
        self.fields: list[Field] = []
        self.values: list[EnumValue] = []
        self.properties: list[Property] = []
        self.attributes: list[Attribute] = []


class _Run:
    def __init__(self, path: str, text: str) -> None:
        self.cursor = Cursor(path, text)
        self.blocks: list[Block] = []
        self.problems: list[Diagnostic] = []

    def tell(self, found: Mistake, severity: Severity = Severity.ERROR) -> None:
        if len(self.problems) >= MAX_PROBLEMS:
            raise _TooManyError
        where = Position.within(self.cursor.path, self.cursor.text, found.begin, found.length)
        self.problems.append(Diagnostic(found.rule, found.message, found.help, where, severity))

    def file(self) -> None:
        cursor = self.cursor
        if cursor.text.startswith(BYTE_ORDER_MARK):
            self.tell(hints.byte_order_mark())
            cursor.index = 1
        documentation: list[str] = []
        while cursor.peek():
            if cursor.line_end():
                documentation = []
                continue
            said = self._comments()
            if said is not None:
                documentation = said
                continue
            begin = cursor.index
            try:
                self._block(documentation)
            except Mistake as found:
                self.tell(found)
                self._leave(begin, found)
            documentation = []

    def _comments(self) -> list[str] | None:
        """Pass comments up to one that has no other right behind it: what they say. None where none begins."""
        cursor = self.cursor
        said: list[str] = []
        is_any = False
        while True:
            begin = cursor.index
            found = cursor.comment() if cursor.peek() == "/" else None
            if found is None:
                cursor.index = begin
                return said if is_any else None
            said += found
            is_any = True
            cursor.line_end()

    def _block(self, documentation: list[str]) -> None:
        cursor = self.cursor
        begin = cursor.index
        keyword = _KEYWORD.match(cursor.text, begin)
        if keyword is None:
            raise hints.no_block(cursor)
        kind = Kind(keyword[0])
        cursor.index = keyword.end()
        cursor.peek()
        name = cursor.word()
        if name is None or cursor.peek() != "{":
            raise hints.no_header(cursor, begin, kind, name)
        cursor.index += 1
        contents = _Contents()
        close = self._contents(kind, name, contents)
        self.blocks.append(
            Block(
                kind,
                name,
                tuple(contents.fields),
                tuple(contents.values),
                tuple(contents.properties),
                tuple(contents.attributes),
                _text(documentation),
                cursor.span(begin),
                close,
            )
        )

    def _contents(self, kind: Kind, name: Name, contents: _Contents) -> int:
        """Pass the lines of a block and its closing brace, whose offset is returned."""
        cursor = self.cursor
        opening = cursor.index - 1
        if self._is_on_one_line(kind, name):
            return cursor.index - 1
        line = self._line_of(kind, contents)
        cursor.in_configuration = kind in _CONFIGURATION
        documentation: list[str] = []
        while mark := cursor.peek():
            if mark == "}":
                cursor.index += 1
                cursor.in_configuration = False
                return cursor.index - 1
            if mark in "\r\n":
                cursor.line_end()
                continue
            said = self._comments() if mark == "/" else None
            if said is not None:
                documentation = said
                continue
            begin = cursor.index
            if mark in _INITIALS and hints.HEADER.match(cursor.text, begin):
                break
            try:
                if line(documentation):
                    documentation = []
            except Mistake as found:
                self.tell(found)
                self._leave(begin, found)
                documentation = []
        cursor.in_configuration = False
        self.tell(hints.not_closed(kind, name, opening))
        return cursor.index

    def _is_on_one_line(self, kind: Kind, name: Name) -> bool:
        """What stands behind the opening brace is nothing to Prisma, so a whole block there is lost.

        True, and the line is passed, for a block that was meant to end on it.
        """
        cursor = self.cursor
        cursor.peek()
        begin, rest = cursor.index, cursor.rest()
        cursor.index += len(rest)
        if not rest or rest.startswith("//") or (rest.startswith("/*") and rest.endswith("*/")):
            return False
        if rest.rstrip().endswith("}"):
            behind = cursor.index
            while cursor.line_end() or self._comments() is not None:
                cursor.peek()
            is_last = cursor.at_end() or hints.HEADER.match(cursor.text, cursor.index) is not None
            cursor.index = behind
            if is_last:
                self.tell(hints.on_one_line(kind, name, begin, len(rest)))
                cursor.index = begin + len(rest.rstrip())
                return True
        self.tell(hints.ignored(begin, len(rest)), Severity.WARNING)
        return False

    def _line_of(self, kind: Kind, contents: _Contents) -> Callable[[list[str]], bool]:
        """What reads a line of such a block, and tells whether the comment above belongs to it."""

        def field(documentation: list[str]) -> bool:
            if self._attribute(contents):
                return False
            contents.fields.append(self._field(documentation))
            return True

        def value(documentation: list[str]) -> bool:
            if self._attribute(contents):
                return False
            contents.values.append(self._value(documentation))
            return True

        def setting(documentation: list[str]) -> bool:
            contents.properties.append(self._property())
            return True

        if kind in _FIELDS:
            return field
        return value if kind is Kind.ENUM else setting

    def _attribute(self, contents: _Contents) -> bool:
        if not self.cursor.text.startswith("@@", self.cursor.index):
            return False
        read = expressions.attribute(self.cursor, 2)
        self._end_of_line(hints.behind_block_attribute)
        contents.attributes.append(read)
        return True

    def _field(self, documentation: list[str]) -> Field:
        cursor = self.cursor
        name, type_ = expressions.plain(cursor) or self._name_and_type()
        attributes, end = self._attributes()
        said = self._end_of_line(hints.behind_field)
        span = cursor.span(name.span.begin, end)
        return Field(name, type_, attributes, _text([*documentation, *said]), span)

    def _name_and_type(self) -> tuple[Name, FieldType]:
        cursor = self.cursor
        name = cursor.word()
        if name is None:
            raise hints.no_field(cursor)
        if cursor.peek() == ":":
            raise hints.colon(cursor, name)
        cursor.index = name.span.end
        type_ = expressions.type_of(cursor)
        if type_ is None:
            raise hints.no_type(cursor, name)
        return name, type_

    def _value(self, documentation: list[str]) -> EnumValue:
        cursor = self.cursor
        name = cursor.word()
        if name is None:
            raise hints.no_value(cursor)
        attributes, end = self._attributes()
        said = self._end_of_line(hints.behind_value)
        span = cursor.span(name.span.begin, end)
        return EnumValue(name, attributes, _text([*documentation, *said]), span)

    def _property(self) -> Property:
        cursor = self.cursor
        name = cursor.word()
        if name is None or cursor.peek() != "=":
            raise hints.no_property(cursor)
        cursor.index += 1
        value = expressions.expression(cursor)
        span = cursor.span(name.span.begin)
        self._end_of_line(hints.behind_property)
        return Property(name, value, span)

    def _attributes(self) -> tuple[tuple[Attribute, ...], int]:
        """The attributes of a field or value, and where the last of them, or what stands before, ends."""
        cursor = self.cursor
        found: list[Attribute] = []
        end = cursor.index
        while cursor.peek() == "@" and not cursor.text.startswith("@@", cursor.index):
            found.append(expressions.attribute(cursor, 1))
            end = cursor.index
        return tuple(found), end

    def _end_of_line(self, wrong: Callable[[Cursor], Mistake]) -> list[str]:
        """Pass one comment and the line's end: what the comment says."""
        cursor = self.cursor
        said: list[str] | None = None
        mark = cursor.peek()
        if mark == "/":
            said = cursor.comment()
            mark = cursor.peek()
        if mark and not cursor.line_end():
            raise wrong(cursor)
        return said or []

    def _leave(self, begin: int, found: Mistake) -> None:
        self.cursor.index = max(begin, found.resume)
        self.cursor.index += len(self.cursor.rest())
        self.cursor.open.clear()


def _text(documentation: list[str]) -> str | None:
    return "\n".join(documentation) if documentation else None
