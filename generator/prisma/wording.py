"""Columns, indexes and foreign keys as a person writes them in a schema.prisma: for messages, not for the file.

Where the schema has a name for a column or an enum, that one is written.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping

from generator.prisma import names, operators, types
from generator.prisma.relational import (
    Column,
    Default,
    DefaultKind,
    ForeignKey,
    Index,
    IndexColumn,
    IndexKind,
    Sort,
    Table,
    Type,
)

# By schema and name what they are called in the schema; those that it lacks by their own names.
Enums = Mapping[tuple[str, str], str]

_MOST = 240
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_NUMBERS = ("Int", "BigInt", "Float", "Decimal")
_METHODS = {method: name for name, method in operators.METHODS.items()}


def code(text: str) -> str:
    """Like `problem.shown`, with room for a line that somebody copies."""
    plain = text if len(text) <= _MOST else f"{text[: _MOST - 3]}..."
    return "`" + "".join(each if " " <= each <= "~" else ascii(each)[1:-1] for each in plain) + "`"


def string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def method(name: str) -> str | None:
    """The access method as Prisma calls it; None for one that it does not know, such as an extension's."""
    return _METHODS.get(name)


def type(of: Type, enums: Enums, is_nullable: bool = False) -> str:
    """`String? @db.VarChar(10)`."""
    one = Type(of.name, of.modifiers)
    attribute = None
    if (name := enum(of, enums)) is not None:
        scalar = name
    elif (written := types.written(one)) is not None:
        scalar, attribute = written
    else:
        scalar = f"Unsupported({string(types.sql(one))})"
    arity = "[]" if of.is_array else "?" if is_nullable else ""
    return f"{scalar}{arity} {attribute}" if attribute else scalar + arity


def enum(of: Type, enums: Enums) -> str | None:
    """What the type is called if it is an enum."""
    schema, _, name = of.name.partition(".")
    return enums.get((schema, name))


def default(of: Default | None, type: Type, enums: Enums) -> str | None:
    """`@default(now())`; None for no default."""
    if of is None:
        return None
    match of.kind:
        case DefaultKind.NOW:
            value: str | None = "now()"
        case DefaultKind.SEQUENCE:
            value = "autoincrement()"
        case DefaultKind.VALUE if type.is_array:
            one = Type(type.name, type.modifiers)
            each = [_literal(_element(text), one, enums) for text in of.text.split("\n")[:-1]]
            value = None if None in each else f"[{', '.join(text or '' for text in each)}]"
        case DefaultKind.VALUE:
            value = _literal(of.text, type, enums)
        case _:
            value = None
    if value is None:
        text = of.written or of.text
        value = f"dbgenerated({string(text)})" if text else "dbgenerated()"
    return f"@default({value})"


def _element(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], text)


def _literal(text: str, type: Type, enums: Enums) -> str | None:
    if enum(type, enums) is not None:
        return text if _NAME.fullmatch(text) else None
    written = types.written(type)
    if written is None:
        return None
    scalar = written[0]
    if scalar in _NUMBERS:
        return text if _NUMBER.fullmatch(text) else None
    if scalar == "Boolean":
        return text
    if scalar == "Bytes":
        return string(base64.b64encode(bytes.fromhex(text)).decode())
    return string(text)


def field(column: Column, enums: Enums, is_view: bool = False) -> str:
    """The whole line of a field: `created_at DateTime @default(now()) @db.Timestamptz(6)`."""
    mapped = None
    name = column.name
    if not _NAME.fullmatch(name):
        mapped = f"@map({string(name)})"
        name = re.sub(r"[^A-Za-z0-9_]", "_", name).lstrip("_0123456789") or "field"
    scalar, _, native = type(column.type, enums, column.is_nullable).partition(" @")
    given = None if is_view else default(column.default, column.type, enums)
    parts = (name, scalar, given, mapped, f"@{native}" if native else None)
    return " ".join(each for each in parts if each)


def is_default_name(of: Index, table: str) -> bool:
    """Whether Prisma would choose this name."""
    columns = [each.name for each in of.columns]
    return (
        of.name
        == {
            IndexKind.PRIMARY: names.primary_key(table),
            IndexKind.UNIQUE: names.unique(table, columns),
            IndexKind.PLAIN: names.index(table, columns),
        }[of.kind]
    )


def index(of: Index, table: Table) -> str:
    """`@@index([email(sort: Desc)], map: "by_email")`; its name only if Prisma would choose another.

    `table` is the schema's, whose fields may be called otherwise than their columns.
    """
    attribute = {IndexKind.PRIMARY: "id", IndexKind.UNIQUE: "unique", IndexKind.PLAIN: "index"}[of.kind]
    is_plain = of.kind is IndexKind.PRIMARY
    columns = zip(_fields([each.name for each in of.columns], table), of.columns, strict=True)
    listed = ", ".join(name if is_plain else name + _options(each, of.method) for name, each in columns)
    parts = [f"[{listed}]"]
    if not is_default_name(of, table.name):
        parts.append(f"map: {string(of.name)}")
    if of.method != "btree":
        parts.append(f"type: {method(of.method) or of.method}")
    return f"@@{attribute}({', '.join(parts)})"


def _fields(columns: Iterable[str], table: Table | None) -> list[str]:
    known = table.columns if table is not None else {}
    return [known[each].called or each if each in known else each for each in columns]


def _options(of: IndexColumn, method: str) -> str:
    parts = []
    if of.operator_class is not None:
        parts.append(f"ops: {operator_class(of.operator_class, method)}")
    if of.sort is Sort.DESC:
        parts.append("sort: Desc")
    return f"({', '.join(parts)})" if parts else ""


def operator_class(name: str, method: str) -> str:
    """`JsonbPathOps`, or `raw("text_pattern_ops")` for one that Prisma has no name for."""
    known = sorted(each for each in operators.NAMED if operators.named(each, method) == name)
    return known[0] if known else f"raw({string(name)})"


def relation(of: ForeignKey, table: Table, referenced: Table | None) -> str:
    """`@relation(fields: [userId], references: [id], onDelete: Cascade, onUpdate: Cascade)`; the tables are the
    schema's."""
    own = names.foreign_key(table.name, of.columns)
    fields, others = ", ".join(_fields(of.columns, table)), ", ".join(_fields(of.referenced, referenced))
    parts = [f"fields: [{fields}]", f"references: [{others}]"]
    parts += [f"onDelete: {of.on_delete}", f"onUpdate: {of.on_update}"]
    if of.name != own:
        parts.append(f"map: {string(of.name)}")
    return f"@relation({', '.join(parts)})"
