"""A column as a field: as Prisma's own introspection writes it, where that is something that Prisma accepts.

Where a default can be said in two ways the one is taken that Prisma's engine takes for the same as the database's
(its `postgres/default.rs`): the value of a number or a text, the SQL of a moment or a UUID.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping

from generator.prisma import printed, types, wording
from generator.prisma.adding.plan import Row
from generator.prisma.adding.present import Named
from generator.prisma.relational import Column, Default, DefaultKind, Type

# Enums by the name that a column's type has.
Enums = Mapping[str, Named | None]
_INTEGER = re.compile(r"-?\d{1,18}")
_FRACTION = re.compile(r"-?\d{1,40}(\.\d{1,40})?")


def row(
    column: Column, name: str, enums: Enums, source: str, *, keys: str = "", is_view: bool = False
) -> Row | None:
    """`keys` is what makes it one: `@id`. None for a type that the schema cannot have: an enum without values."""
    one = Type(column.type.name, column.type.modifiers)
    native = None
    if one.name in enums:
        named = enums[one.name]
        if named is None:
            return None
        scalar = named.name
    elif (written := types.written(one)) is not None:
        scalar, native = written
    else:
        named, scalar = None, f"Unsupported({wording.string(types.sql(one))})"
    arity = "[]" if column.type.is_array else "?" if column.is_nullable else ""
    attributes = (
        keys,
        ""
        if is_view or column.default is None
        else f"@default({_default(column.default, column.type, enums)})",
        "" if name == column.name else f"@map({wording.string(column.name)})",
        "" if native is None else native.replace("@db.", f"@{source}.", 1),
    )
    return Row(name, scalar + arity, " ".join(filter(None, attributes)))


def _default(of: Default, type: Type, enums: Enums) -> str:
    value = None
    if of.kind is DefaultKind.SEQUENCE:
        value = "autoincrement()"
    elif of.kind is DefaultKind.NOW:
        value = "now()"
    elif of.kind is DefaultKind.VALUE:
        value = _list(of, type, enums) if type.is_array else _literal(_text(of), type, enums)
    return value or f"dbgenerated({wording.string(of.written or of.text or 'NULL')})"


def _list(of: Default, type: Type, enums: Enums) -> str | None:
    one = Type(type.name, type.modifiers)
    elements = of.text.split("\n")[:-1]
    scalar = (types.written(one) or ("",))[0]
    if not _is_read_back(of.written, one):
        return None
    if not elements:
        return "[]" if scalar or one.name in enums else None
    each = [_literal(re.sub(r"\\(.)", _unescaped, text), one, enums) for text in elements]
    return None if None in each else f"[{', '.join(text or '' for text in each)}]"


def _is_read_back(written: str, type: Type) -> bool:
    """Whether the engine knows a list of numbers again, in which PostgreSQL prints casts: `ARRAY[(5)::smallint]`."""
    if type.name == "integer" or type.name not in types.INTEGERS | types.FRACTIONS:
        return True
    if "'" in written:
        return written.startswith("'")
    return type.name in types.FRACTIONS or "(" not in written


def _unescaped(found: re.Match[str]) -> str:
    return "\n" if found[1] == "n" else found[1]


def _text(of: Default) -> str:
    """As the database has it, not as it compares: a JSON with its spaces."""
    try:
        literal = printed.parse(of.written)
    except printed.NotALiteral:
        return of.text
    return literal if isinstance(literal, str) else of.text


def _literal(text: str, type: Type, enums: Enums) -> str | None:
    if type.name in enums:
        named = enums[type.name]
        return None if named is None else named.values.get(text)
    scalar = (types.written(type) or ("",))[0]
    found: str | None = None
    match scalar:
        case "Int" | "BigInt" if _INTEGER.fullmatch(text):
            found = text
        case "Float" | "Decimal" if _FRACTION.fullmatch(text):
            found = text
        case "Boolean":
            found = {"t": "true", "f": "false"}.get(text.lower()[:1])
        case "Bytes":
            found = wording.string(base64.b64encode(bytes.fromhex(text.removeprefix("\\x"))).decode())
        case "String" | "Json" if type.name != "uuid":
            found = wording.string(text)
    return found
