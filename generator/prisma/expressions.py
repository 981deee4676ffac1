"""What stands behind a name in a line of schema.prisma: types, attributes, arguments and values."""

from __future__ import annotations

import re

from generator.prisma.lexer import Cursor, Mistake
from generator.prisma.nodes import (
    Argument,
    Arity,
    Attribute,
    Call,
    Constant,
    Expression,
    FieldType,
    List,
    Name,
    Object,
    Span,
)

# Far beyond what a schema needs, and far from Python's limit of nested calls.
MAX_DEPTH = 50
_PLAIN = re.compile(r"([^\W_][\w-]*)[ \t]+([^\W_][\w-]*)(\[\]|\?|)(?=[ \t]*[@\r\n/])")
_ARITIES = {"": Arity.REQUIRED, "?": Arity.OPTIONAL, "[]": Arity.LIST}
_UNCHECKED = frozenset({"raw"})
_UNSUPPORTED = "Unsupported("
# What is looked at to find the end of brackets over several lines.
_LONGEST = 4000
_BRACKETS = re.compile(r'[(\[{)\]}]|"(?:[^"\\\r\n]|\\.)*"|//[^\r\n]*')


def plain(cursor: Cursor) -> tuple[Name, FieldType] | None:
    """Pass a field's name and type in the form that nearly all have: a fourth of the time saved."""
    found = _PLAIN.match(cursor.text, cursor.index)
    if found is None or not found[0].isascii():
        return None
    begin, path = cursor.index, cursor.path
    cursor.index = end = found.end(3)
    name = Name(found[1], Span(path, begin, found.end(1)))
    return name, FieldType(found[2], None, _ARITIES[found[3]], Span(path, found.start(2), end))


def type_of(cursor: Cursor) -> FieldType | None:
    """The type that begins here, with `?` or `[]`; None where none does."""
    before = cursor.index
    if cursor.peek() == "[":
        raise _old_list(cursor)
    begin = cursor.index
    name, unsupported = None, None
    if cursor.text.startswith(_UNSUPPORTED, cursor.index):
        unsupported = _unsupported(cursor)
    else:
        name = cursor.word()
        if name is None:
            cursor.index = before
            return None
    arity = _arity(cursor, begin, name)
    return FieldType(name.text if name is not None else None, unsupported, arity, cursor.span(begin))


def _unsupported(cursor: Cursor) -> str:
    cursor.index += len(_UNSUPPORTED) - 1
    _open(cursor)
    if cursor.peek() != '"':
        raise expected(cursor, "a string", 'name the database\'s type: Unsupported("circle")')
    text = cursor.string().value
    _close(cursor, ")")
    return text


def _arity(cursor: Cursor, begin: int, name: Name | None) -> Arity:
    """What follows a type. Spaces may stand before it: `Int ?` is the same as `Int?`."""
    end = cursor.index
    shown = name.text if name is not None else "Unsupported(…)"
    mark = cursor.peek()
    if mark == "?":
        cursor.index += 1
        return Arity.OPTIONAL
    if mark == "!":
        raise Mistake(
            cursor.index,
            1,
            "`!` behind a type is of Prisma 1",
            f"write `{shown}` alone: a field without `?` is required",
        )
    if cursor.text.startswith("[]", cursor.index):
        cursor.index += 2
        listed = cursor.index
        if cursor.peek() == "?":
            raise Mistake(
                begin,
                cursor.index + 1 - begin,
                "a list can't be optional",
                f"write `{shown}[]`: a list may be empty",
            )
        cursor.index = listed
        return Arity.LIST
    cursor.index = end
    return Arity.REQUIRED


def _old_list(cursor: Cursor) -> Mistake:
    begin = cursor.index
    cursor.index += 1
    cursor.peek()
    name = cursor.word()
    shown = name.text if name is not None else "User"
    closed = cursor.peek() == "]"
    length = cursor.index + 1 - begin if closed else 1
    return Mistake(begin, length, f"`[{shown}]` is how Prisma 1 wrote a list", f"write `{shown}[]`")


def attribute(cursor: Cursor, marks: int) -> Attribute:
    """The attribute that begins here with as many `@` as `marks` says."""
    begin = cursor.index
    cursor.index += marks
    name = cursor.dotted()
    if name is None and cursor.peek():
        name = cursor.dotted()
    if name is None:
        at = "@" * marks
        help = f"name it, such as {at}unique, or remove `{at}`"
        raise expected(cursor, f"an attribute's name behind `{at}`", help)
    end = cursor.index
    arguments: tuple[Argument, ...] = ()
    if cursor.peek() == "(":
        arguments = _arguments(cursor, 0, f"@{name.text}")
        end = cursor.index
    cursor.index = end
    return Attribute(name, arguments, cursor.span(begin, end))


def _arguments(cursor: Cursor, depth: int, of: str) -> tuple[Argument, ...]:
    """`(a, b: c)`. Prisma's grammar takes a comma before `)`; its validator refuses it where it looks, which it
    does not in `@db.Decimal(10, 2,)` and `raw("x",)`."""
    _open(cursor)
    found: list[Argument] = []
    if cursor.peek() != ")":
        found.append(_argument(cursor, depth))
        while cursor.peek() == ",":
            comma = cursor.index
            cursor.index += 1
            if cursor.peek() == ")":
                if not (of in _UNCHECKED or "." in of or cursor.in_configuration):
                    raise Mistake(comma, 1, "a comma stands before `)`", "remove the comma")
                break
            found.append(_argument(cursor, depth))
    _close(cursor, ")")
    return tuple(found)


def _argument(cursor: Cursor, depth: int) -> Argument:
    begin = cursor.index
    name = cursor.named()
    if name is not None and cursor.peek() in {",", ")"}:
        raise expected(cursor, f"a value behind `{name.text}:`", f"give it one, or remove `{name.text}:`")
    value = expression(cursor, depth)
    return Argument(name, value, cursor.span(begin))


def expression(cursor: Cursor, depth: int = 0) -> Expression:
    """The value that begins behind spaces."""
    if depth > MAX_DEPTH:
        raise Mistake(
            cursor.index, 1, f"values are nested deeper than {MAX_DEPTH}", "write it with fewer brackets"
        )
    mark = cursor.peek()
    if mark == '"':
        return cursor.string()
    if mark == "[":
        return _list(cursor, depth)
    if mark == "{":
        return _object(cursor, depth)
    return _bare(cursor, depth)


def _bare(cursor: Cursor, depth: int) -> Expression:
    begin = cursor.index
    name = cursor.dotted()
    if name is None:
        number = cursor.number()
        if number is None:
            raise _no_value(cursor)
        return number
    end = cursor.index
    if cursor.peek() == "(":
        return Call(name.text, _arguments(cursor, depth + 1, name.text), cursor.span(begin))
    if (
        name.text[0] in "0123456789"
    ):  # `1.5` is a path too, and `1abc` is the number 1 with something behind it
        cursor.index = begin
        number = cursor.number()
        assert number is not None
        return number
    cursor.index = end
    return Constant(name.text, name.span)


def _list(cursor: Cursor, depth: int) -> List:
    opened = cursor.index
    _open(cursor)
    values: list[Expression] = []
    if cursor.peek() != "]":
        values.append(expression(cursor, depth + 1))
        while cursor.peek() == ",":
            comma = cursor.index
            cursor.index += 1
            if cursor.peek() == "]":
                raise Mistake(comma, 1, "a comma stands before `]`", "remove the comma")
            values.append(expression(cursor, depth + 1))
    _close(cursor, "]")
    return List(tuple(values), cursor.span(opened))


def _object(cursor: Cursor, depth: int) -> Object:
    """`{ deletedAt: null }`, of Prisma 7.4: the condition of a partial index."""
    opened = cursor.index
    _open(cursor)
    members: list[Argument] = []
    if cursor.peek() != "}":
        members.append(_member(cursor, depth))
        while cursor.peek() == ",":
            cursor.index += 1
            cursor.peek()
            members.append(_member(cursor, depth))
    _close(cursor, "}")
    return Object(tuple(members), cursor.span(opened))


def _member(cursor: Cursor, depth: int) -> Argument:
    name = cursor.named()
    if name is None:
        cursor.word()
        raise expected(cursor, "`field: value`", "write { deletedAt: null }")
    value = expression(cursor, depth + 1)
    return Argument(name, value, cursor.span(name.span.begin))


def _open(cursor: Cursor) -> None:
    cursor.open.append(cursor.index)
    cursor.index += 1


def _close(cursor: Cursor, bracket: str) -> None:
    if cursor.peek() != bracket:
        raise expected(
            cursor, f"`,` or `{bracket}`", f"separate values by commas, and end them with `{bracket}`"
        )
    cursor.open.pop()
    cursor.index += 1


def _behind(text: str, opened: int) -> int:
    """Where brackets that span lines are closed after all, so that each line is not told as another mistake."""
    depth = braces = 0
    for found in _BRACKETS.finditer(text, opened, opened + _LONGEST):
        mark = found[0]
        depth += (mark in {"(", "[", "{"}) - (mark in {")", "]", "}"})
        braces += (mark == "{") - (mark == "}")
        if braces < 0:  # the block's own
            break
        if depth == 0:
            return found.start()
    return opened


def _no_value(cursor: Cursor) -> Mistake:
    if cursor.text.startswith("'", cursor.index):
        return Mistake(cursor.index, 1, "a string stands in single quotes", 'write it in double quotes: "x"')
    return expected(
        cursor, "a value", 'write a string ("x"), a number, a name, a list or a call such as now()'
    )


def expected(cursor: Cursor, what: str, help: str) -> Mistake:
    """That `what` was expected here; or where brackets are open at the end of the line, that they are."""
    mark = cursor.peek()
    if cursor.open and (mark in {"", "\n", "\r"} or cursor.text.startswith("//", cursor.index)):
        opened = cursor.open[0]
        return Mistake(
            opened,
            1,
            f"the line ends before this `{cursor.text[opened]}` is closed",
            "write all of it on one line, without comments in between: Prisma knows no other way",
            resume=_behind(cursor.text, opened),
        )
    length, found = cursor.found()
    return Mistake(cursor.index, length, f"{what} was expected, but {found}", help)
