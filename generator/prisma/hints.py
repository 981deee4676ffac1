"""What to say about a line of schema.prisma that cannot be read: what was expected there, and what to write.

The grammar alone says "expected `{`"; here the habits of older Prisma versions, of GraphQL, SQL and JSON are known.
"""

from __future__ import annotations

import re

from generator.migrations import quoting
from generator.prisma.expressions import expected
from generator.prisma.lexer import Cursor, Mistake
from generator.prisma.nodes import Kind, Name
from generator.text import nearest

_KINDS = "|".join(Kind)
# The first line of a block, which is never a line inside of one.
HEADER = re.compile(rf"[ \t]*(?:{_KINDS})[ \t]+[\w-]+[ \t]*\{{")
_BLOCK_END = re.compile(rf"^[ \t]*(?:\}}|(?:{_KINDS})[ \t]+[\w-]+[ \t]*\{{)", re.MULTILINE)
_BRACE = re.compile(r"\r?\n[ \t]*\{")
_WORDS = f"{', '.join(list(Kind)[:-1])} or {list(Kind)[-1]}"
_OLD = {
    "embed": "type",
    "table": "model",
    "class": "model",
    "interface": "model",
    "entity": "model",
    "input": "type",
}


def byte_order_mark() -> Mistake:
    return Mistake(
        0,
        1,
        "the file begins with a byte order mark, which Prisma refuses",
        'save it as "UTF-8", not "UTF-8 with BOM"',
        rule="prisma-encoding",
    )


def no_block(cursor: Cursor) -> Mistake:
    """Outside of blocks something begins that is none."""
    begin, line = cursor.index, cursor.rest()
    mark = line[0]
    if mark == "}":
        help = "remove it, or the other `}` that closed the block too early"
        return Mistake(begin, 1, "this `}` closes nothing", help)
    if line.startswith("/*"):
        return _open_comment(begin)
    if mark in "#-":
        return Mistake(begin, 1, f"`{mark}` begins no comment in schema.prisma", "begin the comment with //")
    name = cursor.word()
    if name is None or (meant := _keyword(name.text)) is None:
        cursor.index = begin
        help = f"a line outside of blocks begins a {_WORDS}, or a comment"
        if "{" not in line:
            help += "; was the block above closed too early?"
        return _skipping(cursor, expected(cursor, "a block", help), begin)
    length = len(name.text)
    found = Mistake(begin, length, f"`{quoting.shown(name.text)}` begins no block", f"write `{meant}`")
    return _skipping(cursor, found, begin)


def _keyword(word: str) -> str | None:
    return _OLD.get(word.lower()) or nearest.nearest(word, Kind)


def no_header(cursor: Cursor, begin: int, kind: Kind, name: Name | None) -> Mistake:
    """A block's keyword is not followed by a name and `{`."""
    reached = cursor.index
    cursor.index = begin
    word = cursor.word()
    if word is not None and word.text not in set(Kind):
        cursor.index = begin
        return no_block(cursor)
    cursor.index = reached
    mark = cursor.peek()
    if name is None:
        help = f"write `{kind} Name {{`; a name begins with a letter"
        found = expected(cursor, f"a name behind `{kind}`", help)
    elif mark == "=" and kind is Kind.TYPE:
        message = "types that are another name for a type are of an early Prisma 2"
        found = Mistake(
            begin, reached - begin + 1, message, "write the type itself in each field, and remove this line"
        )
    elif mark == "@":
        help = "write it as a line of its own before the closing brace, with @@"
        found = expected(cursor, f"`{{` behind `{quoting.shown(name.text)}`", help)
    elif mark in {"", "\n", "\r"}:
        found = Mistake(
            begin,
            name.span.end - begin,
            f"`{kind} {quoting.shown(name.text)}` has no `{{` on its line",
            f"write `{kind} {quoting.shown(name.text)} {{`",
        )
    else:
        found = expected(cursor, "`{`", f"write `{kind} {quoting.shown(name.text)} {{` and nothing more")
    return _skipping(cursor, found, begin)


def _skipping(cursor: Cursor, found: Mistake, begin: int) -> Mistake:
    """Pass the whole block of a wrong first line, or as far as the next block."""
    cursor.index = begin
    line = cursor.rest()
    behind = begin + len(line)
    next_line = _BRACE.match(cursor.text, behind)
    if line.rstrip().endswith("{") or next_line is not None:
        end = _BLOCK_END.search(cursor.text, next_line.end() if next_line is not None else behind)
        if end is None:
            found.resume = len(cursor.text)
        else:
            found.resume = end.end() if end[0].endswith("}") else max(begin, end.start() - 1)
    return found


def not_closed(kind: Kind, name: Name, opening: int) -> Mistake:
    return Mistake(
        opening,
        1,
        f"{kind} `{quoting.shown(name.text)}` is not closed",
        "end it with `}` at the beginning of a line",
        resume=opening,
    )


def on_one_line(kind: Kind, name: Name, begin: int, length: int) -> Mistake:
    message = f"{kind} `{quoting.shown(name.text)}` stands on one line"
    return Mistake(begin, length, message, "write each line of it, and the closing `}`, on a line of its own")


def ignored(begin: int, length: int) -> Mistake:
    message = "Prisma ignores what stands behind `{` on its line"
    return Mistake(begin, length, message, "move it to the next line, or make it a comment with //")


def _open_comment(begin: int) -> Mistake:
    return Mistake(
        begin, 2, "this comment is never closed", "end it with */, or begin each of its lines with //"
    )


def no_field(cursor: Cursor) -> Mistake:
    """A line of a model begins with no name."""
    mark = cursor.peek()
    if mark == "@":
        help = "begin an attribute of the whole model with @@, and one of a field behind the field's type"
        return Mistake(cursor.index, 1, "an attribute with one `@` stands alone", help)
    return _no_name(cursor, "a field", "write its name and type, such as `email String`")


def no_value(cursor: Cursor) -> Mistake:
    """A line of an enum begins with no name."""
    return _no_name(cursor, "a value", "write one name on each line, without quotes")


def _no_name(cursor: Cursor, what: str, help: str) -> Mistake:
    line = cursor.rest()
    if line.startswith("/*"):
        return _open_comment(cursor.index)
    if line[0] == "_":
        help = 'begin the name with a letter, and give the one in the database by @map("_name")'
        return Mistake(cursor.index, 1, f"the name of {what} can't begin with `_`", help)
    if line.rstrip().endswith("}"):
        help += "; the closing `}` needs a line of its own"
    return expected(cursor, what, help)


def colon(cursor: Cursor, name: Name) -> Mistake:
    help = f"remove it: `{quoting.shown(name.text)} String`"
    return Mistake(cursor.index, 1, "a `:` stands between name and type, as in Prisma 1", help)


def no_type(cursor: Cursor, name: Name) -> Mistake:
    shown = quoting.shown(name.text)
    if cursor.peek() in {"", "\n", "\r", "@", "/"}:
        length = len(name.text)
        return Mistake(
            name.span.begin,
            length,
            f"field `{shown}` has no type",
            f"write it behind the name: `{shown} String`",
        )
    return expected(cursor, "a type", f"write it behind the name: `{shown} String`")


def behind_field(cursor: Cursor) -> Mistake:
    mark = cursor.peek()
    if mark == "[":
        return expected(
            cursor, "the end of the line", "write a list as `String[]`, with nothing between `[` and `]`"
        )
    if mark == "=":
        return expected(cursor, "the end of the line", "write a default as @default(…)")
    if mark == "?":
        return expected(cursor, "the end of the line", "write `?` once, right behind the type")
    return _behind(cursor, "write attributes with an `@` before each, and each field on its line")


def behind_value(cursor: Cursor) -> Mistake:
    if cursor.peek() in {"=", ":"}:
        return expected(cursor, "the end of the line", 'name what stands in the database by @map("name")')
    return _behind(cursor, "write each value on a line of its own")


def behind_property(cursor: Cursor) -> Mistake:
    return _behind(cursor, "write each setting on a line of its own, and strings in double quotes")


def behind_block_attribute(cursor: Cursor) -> Mistake:
    return _behind(
        cursor, "write its arguments in brackets, such as @@unique([email]), and each attribute on its line"
    )


def _behind(cursor: Cursor, help: str) -> Mistake:
    mark = cursor.peek()
    if mark in {",", ";"}:
        return expected(cursor, "the end of the line", f"remove the `{mark}`")
    if mark == "}":
        return expected(cursor, "the end of the line", "write the closing `}` on a line of its own")
    if mark == "/":
        begin = cursor.index
        is_open = cursor.text.startswith("/*", begin) and cursor.comment() is None
        cursor.index = begin
        if is_open:
            return _open_comment(begin)
        return expected(
            cursor, "the end of the line", "only one comment can stand behind a line, as the last thing"
        )
    if cursor.text.startswith("@@", cursor.index):
        help = "write an attribute with @@ on a line of its own, or one of the field with a single @"
        return expected(cursor, "the end of the line", help)
    return expected(cursor, "the end of the line", help)


def no_property(cursor: Cursor) -> Mistake:
    """A line of a datasource or generator is no setting."""
    line = cursor.rest()
    if line.startswith("/*"):
        return _open_comment(cursor.index)
    if cursor.peek() == ":":
        return expected(cursor, "`=`", "write `=` between the name and the value")
    return expected(cursor, "a setting", 'write a name, `=` and a value: provider = "postgresql"')
