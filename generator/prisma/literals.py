"""`@default(…)` and `@db.…` of a field: what they are in the database."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from generator.prisma import defaults, nodes, types
from generator.prisma.attributes import Found
from generator.prisma.relational import Default, DefaultKind, Type
from generator.text import nearest
from generator.text.problem import shown

# Made by Prisma's client: the database has no default.
_OF_CLIENT = frozenset({"uuid", "cuid", "ulid", "nanoid", "auto"})
_FUNCTIONS = frozenset({*_OF_CLIENT, "now", "autoincrement", "sequence", "dbgenerated"})
_NODES: Mapping[str, tuple[type, ...]] = {
    "String": (nodes.Text,),
    "Json": (nodes.Text,),
    "Bytes": (nodes.Text,),
    "DateTime": (nodes.Text,),
    "Int": (nodes.Number,),
    "BigInt": (nodes.Number,),
    "Float": (nodes.Number,),
    "Decimal": (nodes.Number, nodes.Text),
    "Boolean": (nodes.Constant,),
}


def native(scalar: str, attribute: nodes.Attribute, found: Found) -> Type | None:
    """The type that `@db.VarChar(10)` gives to a field of this scalar type; None if it is wrong, which is told."""
    name = attribute.name.text.partition(".")[2]
    known = types.NATIVE.get(name)
    problem = help = ""
    numbers = [_whole(each.value) for each in attribute.arguments]
    if known is None:
        guess = nearest.nearest(name, types.NATIVE)
        problem = f"{shown('@' + attribute.name.text)} is not a native type of PostgreSQL"
        help = f"did you mean {guess}?" if guess else "see the list on Prisma's page on PostgreSQL"
    elif known.scalar != scalar:
        problem = f"@{attribute.name.text} is for fields of type {known.scalar}, and this one is {scalar}"
        help = f"make the field {known.scalar}, or take another native type"
    elif (numbers and len(numbers) != known.most) or None in numbers:
        problem = f"@{attribute.name.text} takes {known.most or 'no'} whole number{'s' * (known.most != 1)}"
        example = ("", "(3)", "(10, 2)")[known.most]
        help = f"write @{attribute.name.text}{example}"
    elif numbers and not known.lowest <= (numbers[0] or 0) <= known.highest:
        problem = f"{numbers[0]} is no length or precision of @{attribute.name.text}"
        help = f"write a number from {known.lowest} to {known.highest}"
    elif len(numbers) == 2 and not 0 <= (numbers[1] or 0) <= (numbers[0] or 0):
        problem = f"the scale {numbers[1]} is more than the precision {numbers[0]}"
        help = "make the precision, which counts all digits, at least the scale"
    if problem:
        found.add("prisma-native-type", problem, help, attribute.span)
        return None
    return types.native(name, [each for each in numbers if each is not None])


def default(
    value: nodes.Expression, scalar: str | None, type: Type, enum: Mapping[str, str] | None, found: Found
) -> Default | None:
    """What the database has for `@default(value)`; `enum` are an enum's values in the database by name, `scalar` is
    None for an enum and for Unsupported.

    dbgenerated() alone is an expression without text: Prisma takes whatever there is.
    """
    if isinstance(value, nodes.Call):
        return _call(value, type, found)
    if isinstance(value, nodes.List) is not type.is_array:
        _wrong(
            found,
            value,
            "is a list" if type.is_array is False else "is no list",
            "a list for a list, and only there",
        )
        return None
    elements = value.values if isinstance(value, nodes.List) else (value,)
    texts = [_literal(each, scalar, type, enum, found) for each in elements]
    plain = [each for each in texts if each is not None]
    if len(plain) != len(texts):
        return None
    text = defaults.values(plain, type) if type.is_array else defaults.value(plain[0], type)
    if text is None:
        _wrong(found, value, f"is not a {scalar}", f"a value that fits {types.sql(type)}")
        return None
    return Default(DefaultKind.VALUE, text)


def of_client(value: nodes.Expression | None) -> str:
    """The name of a function whose value the client makes, "" for any other default."""
    return value.name if isinstance(value, nodes.Call) and value.name in _OF_CLIENT else ""


def _call(value: nodes.Call, type: Type, found: Found) -> Default | None:
    if value.name in ("autoincrement", "sequence") and type.name in types.INTEGERS and not type.is_array:
        return defaults.SEQUENCE
    if value.name == "now" and type.name in types.TIMES and not type.is_array:
        return defaults.NOW
    if value.name == "dbgenerated":
        return _generated(value, type, found)
    if value.name not in _FUNCTIONS:
        guess = nearest.nearest(value.name, _FUNCTIONS)
        found.add(
            "prisma-default",
            f"{shown(value.name + '()')} is not a function of Prisma",
            f"did you mean {guess}()?" if guess else 'write dbgenerated("…") for a function of the database',
            value.span,
        )
    elif value.name not in _OF_CLIENT:
        found.add(
            "prisma-default",
            f"{value.name}() can't be the default of a field that is {types.sql(type)}",
            "now() is for DateTime, autoincrement() for Int and BigInt",
            value.span,
        )
    return None


def _generated(value: nodes.Call, type: Type, found: Found) -> Default | None:
    match value.arguments:
        case ():
            return Default(DefaultKind.EXPRESSION)
        case (nodes.Argument(value=nodes.Text(value=text)),) if text:
            return defaults.of_sql(text, type)
    _wrong(found, value, "is not one string", 'dbgenerated("gen_random_uuid()"), with the SQL in a string')
    return None


def _literal(
    value: nodes.Expression, scalar: str | None, type: Type, enum: Mapping[str, str] | None, found: Found
) -> str | None:
    text = None
    if enum is not None:
        if isinstance(value, nodes.Constant) and value.value in enum:
            return enum[value.value]
        _wrong(found, value, "is not a value of the enum", f"one of {', '.join(enum)[:200]}")
    elif scalar is None:
        _wrong(found, value, "can't be the default of an Unsupported type", 'dbgenerated("…") with the SQL')
    elif not isinstance(value, nodes.Text | nodes.Number | nodes.Constant) or not isinstance(
        value, _NODES[scalar]
    ):
        _wrong(found, value, f"is not a {scalar}", f"a literal of type {scalar}")
    else:
        text = _bytes(value.value) if scalar == "Bytes" else value.value
        if text is None or defaults.value(text, type) is None:
            text = None
            _wrong(found, value, f"is not a {scalar}", f"a value that fits {types.sql(type)}")
    return text


def _bytes(text: str) -> str | None:
    try:
        return "\\x" + base64.b64decode(text, validate=True).hex()
    except (binascii.Error, ValueError):
        return None


def _wrong(found: Found, value: nodes.Expression, what: str, instead: str) -> None:
    name = value.name + "()" if isinstance(value, nodes.Call) else getattr(value, "value", "this")
    found.add("prisma-default", f"the default {shown(str(name))} {what}", f"write {instead}", value.span)


def _whole(value: nodes.Expression) -> int | None:
    if (
        isinstance(value, nodes.Number)
        and value.value.isascii()
        and value.value.isdigit()
        and len(value.value) < 10
    ):
        return int(value.value)
    return None
