"""Columns, indexes and foreign keys as a person writes them in a schema.prisma: for messages, not for the file.

Where the schema has a name for a column or an enum, that one is written.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from generator.prisma import default_names, naming, operators, types
from generator.prisma.relational import (
    Column,
    Default,
    DefaultKind,
    Enum,
    ForeignKey,
    Index,
    IndexColumn,
    IndexKind,
    Sort,
    Table,
    Type,
)


@dataclass(frozen=True, slots=True)
class Named:
    """What an enum is called in the schema, and its values, by what they are in the database."""

    name: str
    values: Mapping[str, str]


# By schema and name; those that the schema lacks by their own names.
Enums = Mapping[tuple[str, str], Named]

# A line that somebody copies is whole, if nobody made it to be long: 32 columns of an index have 63 bytes each.
_MOST = 4000
_MOST_OF_A_VALUE = 240
_MOST_VALUES = 100
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_NUMBERS = ("Int", "BigInt", "Float", "Decimal")
_METHODS = {method: name for name, method in operators.METHODS.items()}


def code(text: str) -> str:
    """A name, or a line, that somebody copies: in its own letters, unlike `problem.shown`. What does not print is
    escaped as Prisma reads it in a string."""
    return _code(text, _MOST)


def value(text: str) -> str:
    """Something to look at, such as a default: shortened."""
    return _code(text, _MOST_OF_A_VALUE)


def _code(text: str, most: int) -> str:
    plain = text if len(text) <= most else f"{text[: most - 3]}..."
    return "`" + "".join(each if each.isprintable() else json.dumps(each)[1:-1] for each in plain) + "`"


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
    named = _named(of, enums)
    return None if named is None else named.name


def _named(of: Type, enums: Enums) -> Named | None:
    schema, _, name = of.name.partition(".")
    return enums.get((schema, name))


def named(mine: Enum | None, theirs: Enum | None) -> Named:
    """An enum of the schema and of the database, or of one of them. Values that the schema lacks are called as
    `sync` would call them."""
    values = {} if mine is None else dict(zip(mine.values, mine.names or mine.values, strict=True))
    for each in () if theirs is None else theirs.values:
        if each not in values:
            values[each] = naming.value(each, set(values.values()))
    own = theirs.name if theirs is not None else ""
    return Named(own if mine is None else mine.called or mine.name, values)


def lines(values: Iterable[str], of: Named) -> str:
    """These values of an enum, each as its line would be."""
    written = [
        code(each if of.values[each] == each else f"{of.values[each]} @map({string(each)})")
        for each in values
    ]
    more = len(written) - _MOST_VALUES
    return ", ".join(written[:_MOST_VALUES]) + (f" and {more} more" if more > 0 else "")


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
    if (named := _named(type, enums)) is not None:
        return named.values.get(text)
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


def field(column: Column, name: str, enums: Enums, is_view: bool = False) -> str:
    """The whole line of a field: `createdAt DateTime @default(now()) @map("created_at") @db.Timestamptz(6)`."""
    mapped = None if name == column.name else f"@map({string(column.name)})"
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
            IndexKind.PRIMARY: default_names.primary_key(table),
            IndexKind.UNIQUE: default_names.unique(table, columns),
            IndexKind.PLAIN: default_names.index(table, columns),
        }[of.kind]
    )


def index(of: Index, table: Table, instead: Index | None = None) -> str:
    """`@@index([email(sort: Desc)], map: "by_email")`; its name only if Prisma would choose another.

    `table` is the schema's, whose fields may be called otherwise than their columns. `instead` is the schema's index
    in whose place it is written: `@unique` of a field stays such if it can, and the client's name is kept.
    """
    if instead is not None and is_of_field(of, instead):
        return _attribute(of, table)
    attribute = {IndexKind.PRIMARY: "id", IndexKind.UNIQUE: "unique", IndexKind.PLAIN: "index"}[of.kind]
    is_plain = of.kind is IndexKind.PRIMARY
    columns = zip(_fields([each.name for each in of.columns], table), of.columns, strict=True)
    listed = ", ".join(name if is_plain else name + _options(each, of.method) for name, each in columns)
    parts = [f"[{listed}]"]
    called = instead.called if instead is not None and instead.kind is of.kind else ""
    # Of a plain index it is another word for `map:`, and Prisma takes only one of them.
    if called and of.kind is not IndexKind.PLAIN:
        parts.append(f"name: {string(called)}")
    if not is_default_name(of, table.name):
        is_name = called and of.kind is IndexKind.PLAIN
        parts.append(f"{'name' if is_name else 'map'}: {string(of.name)}")
    if of.method != "btree":
        parts.append(f"type: {method(of.method) or of.method}")
    return f"@@{attribute}({', '.join(parts)})"


def is_of_field(of: Index, instead: Index) -> bool:
    """Whether it can be written as `@id` or `@unique` where that stands now."""
    columns = [[each.name for each in index.columns] for index in (of, instead)]
    is_plain = of.method == "btree" and not any(each.operator_class for each in of.columns)
    return instead.is_of_field and of.kind is not IndexKind.PLAIN and columns[0] == columns[1] and is_plain


def _attribute(of: Index, table: Table) -> str:
    parts = [] if is_default_name(of, table.name) else [f"map: {string(of.name)}"]
    is_key = of.kind is IndexKind.PRIMARY
    if not is_key and of.columns[0].sort is Sort.DESC:
        parts.append("sort: Desc")
    return ("@id" if is_key else "@unique") + (f"({', '.join(parts)})" if parts else "")


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


def relation(of: ForeignKey, table: Table, referenced: Table | None, called: str = "") -> str:
    """`@relation(fields: [userId], references: [id], onDelete: Cascade, onUpdate: Cascade)`; the tables are the
    schema's, and `called` is the relation's name."""
    own = default_names.foreign_key(table.name, of.columns)
    fields, others = ", ".join(_fields(of.columns, table)), ", ".join(_fields(of.referenced, referenced))
    parts = [string(called)] if called else []
    parts += [f"fields: [{fields}]", f"references: [{others}]"]
    parts += [f"onDelete: {of.on_delete}", f"onUpdate: {of.on_update}"]
    if of.name != own:
        parts.append(f"map: {string(of.name)}")
    return f"@relation({', '.join(parts)})"
