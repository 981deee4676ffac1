"""Prisma's types and PostgreSQL's, both ways: `DateTime @db.Timestamptz(3)` is `timestamp(3) with time zone`.

The tables are those of Prisma's own engine (its `PostgresType`). Two spellings of one type are one value here, so
that a comparison does not trip over them: `timestamp` is `timestamp(6)`, `char` is `char(1)`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from generator.prisma.relational import Type


@dataclass(frozen=True, slots=True)
class Native:
    """A `@db.…` type: the scalar type it refines, its name in PostgreSQL, and its arguments.

    `most` is how many arguments it takes, `lowest` and `highest` the bounds of the first; `implied` are the modifiers
    that PostgreSQL takes for none; `no_modifiers` is what means the same as no modifier.
    """

    scalar: str
    name: str
    most: int = 0
    lowest: int = 1
    highest: int = 1
    implied: tuple[int, ...] = ()
    no_modifiers: tuple[int, ...] | None = None


_LENGTH = 10485760  # PostgreSQL's MaxAttrSize
_BITS = 83886080
_MICROSECONDS = (6,)


def _time(name: str) -> Native:
    return Native("DateTime", name, 1, 0, 6, no_modifiers=_MICROSECONDS)


NATIVE: Mapping[str, Native] = {
    "SmallInt": Native("Int", "smallint"),
    "Integer": Native("Int", "integer"),
    "BigInt": Native("BigInt", "bigint"),
    "Decimal": Native("Decimal", "numeric", 2, 1, 1000),
    "Money": Native("Decimal", "money"),
    "Inet": Native("String", "inet"),
    "Oid": Native("Int", "oid"),
    "Citext": Native("String", "citext"),
    "Real": Native("Float", "real"),
    "DoublePrecision": Native("Float", "double precision"),
    "VarChar": Native("String", "character varying", 1, 1, _LENGTH),
    "Char": Native("String", "character", 1, 1, _LENGTH, implied=(1,)),
    "Text": Native("String", "text"),
    "ByteA": Native("Bytes", "bytea"),
    "Timestamp": _time("timestamp without time zone"),
    "Timestamptz": _time("timestamp with time zone"),
    "Date": Native("DateTime", "date"),
    "Time": _time("time without time zone"),
    "Timetz": _time("time with time zone"),
    "Boolean": Native("Boolean", "boolean"),
    "Bit": Native("String", "bit", 1, 1, _BITS, implied=(1,)),
    "VarBit": Native("String", "bit varying", 1, 1, _BITS),
    "Uuid": Native("String", "uuid"),
    "Xml": Native("String", "xml"),
    "Json": Native("Json", "json"),
    "JsonB": Native("Json", "jsonb"),
}

# What a scalar type is without a `@db.…`.
SCALAR: Mapping[str, Type] = {
    "String": Type("text"),
    "Boolean": Type("boolean"),
    "Int": Type("integer"),
    "BigInt": Type("bigint"),
    "Float": Type("double precision"),
    "Decimal": Type("numeric", (65, 30)),
    "DateTime": Type("timestamp without time zone", (3,)),
    "Json": Type("jsonb"),
    "Bytes": Type("bytea"),
}

_BY_NAME = {native.name: (key, native) for key, native in NATIVE.items()}
INTEGERS = frozenset({"smallint", "integer", "bigint", "oid"})
FRACTIONS = frozenset({"numeric", "real", "double precision", "money"})
JSONS = frozenset({"json", "jsonb"})
TIMES = frozenset({"date", *(each.name for each in NATIVE.values() if each.no_modifiers == _MICROSECONDS)})

# Other spellings that a person may use in Unsupported("…") or `CREATE TABLE`; format_type() prints the right ones.
_ALIASES = {
    "int": "integer",
    "int4": "integer",
    "int2": "smallint",
    "int8": "bigint",
    "float": "double precision",
    "float4": "real",
    "float8": "double precision",
    "decimal": "numeric",
    "bool": "boolean",
    "varchar": "character varying",
    "char": "character",
    "char varying": "character varying",
    "national character": "character",
    "varbit": "bit varying",
    "timestamp": "timestamp without time zone",
    "timestamptz": "timestamp with time zone",
    "time": "time without time zone",
    "timetz": "time with time zone",
}
_MODIFIED = re.compile(r"(?P<name>[^()]+?)\s*\((?P<modifiers>[^()]*)\)(?P<rest>[^()]*)")
_INTEGERS = re.compile(r"\s*-?\d{1,9}\s*(?:,\s*-?\d{1,9}\s*)*")
_ARRAY = re.compile(r"(?:\s*\[\s*\d*\s*\])+\s*$|\s+ARRAY(?:\s*\[\s*\d*\s*\])?\s*$", re.IGNORECASE)
_PLAIN = re.compile(r'"char"|[a-z_][a-z0-9_]*( [a-z]+)*(\.[a-z_][a-z0-9_]*)?(\([^()]*\))?')
_QUOTED_OR_WORD = re.compile(r'"((?:[^"]|"")*)"|([^".]+)')


def canonical(name: str, modifiers: Sequence[int], is_array: bool = False) -> Type:
    """The type as a value that two spellings share."""
    given = tuple(modifiers)
    known = _BY_NAME.get(name)
    if known is not None:
        _, native = known
        given = given or native.implied
        if given == native.no_modifiers:
            given = ()
        if name == "numeric" and len(given) == 1:
            given = (*given, 0)
    return Type(name, given, is_array)


def native(name: str, arguments: Sequence[int]) -> Type:
    """What `@db.<name>(arguments)` is; `name` is a key of NATIVE."""
    return canonical(NATIVE[name].name, arguments)


def written(type: Type) -> tuple[str, str | None] | None:
    """The scalar type and the `@db.…` that Prisma needs for a column of this type, as its introspection writes them:
    `("String", "@db.VarChar(10)")`; None for no attribute. None at all: Unsupported("…").
    """
    one = Type(type.name, type.modifiers)
    for scalar, standard in SCALAR.items():
        if one == standard:
            return scalar, None
    found = _BY_NAME.get(type.name)
    if found is None:
        return None
    name, native = found
    given = type.modifiers or native.no_modifiers or ()
    if len(given) > native.most or any(each < 0 for each in given):
        return None
    return native.scalar, f"@db.{name}" + (f"({', '.join(map(str, given))})" if given else "")


def pulled(type: Type) -> Type:
    """A type as `prisma db pull` writes it into Unsupported("…"): without its schema, its modifiers and what is
    behind `interval`."""
    name = re.sub(r"^interval .*", "interval", type.name.partition("(")[0])
    return Type(name.partition(".")[2] or name, (), type.is_array)


def sql(type: Type) -> str:
    """The type as SQL and Unsupported("…") write it."""
    modifiers = f"({','.join(map(str, type.modifiers))})" if type.modifiers else ""
    head, separator, zone = type.name.partition(" with")
    name = type.name if _PLAIN.fullmatch(type.name) else _quoted(type.name)
    text = f"{head}{modifiers}{separator}{zone}" if separator else name + modifiers
    return text + ("[]" if type.is_array else "")


def _quoted(name: str) -> str:
    schema, dot, rest = name.partition(".")
    parts = (schema, rest) if dot else (name,)
    return ".".join('"' + each.replace('"', '""') + '"' for each in parts)


def parse(text: str, default_schema: str) -> Type:
    """The type that a person wrote in SQL. A name of `default_schema` loses that schema; modifiers that are no
    numbers stay in the name: `geometry(Point,4326)`.
    """
    body = text.strip()
    element = _ARRAY.sub("", body)
    is_array = element != body
    modifiers: tuple[int, ...] = ()
    matched = _MODIFIED.fullmatch(element)
    kept = ""
    if matched is not None:
        if _INTEGERS.fullmatch(matched["modifiers"]):
            modifiers = tuple(int(each) for each in matched["modifiers"].split(","))
        else:
            kept = "(" + ",".join(each.strip() for each in matched["modifiers"].split(",")) + ")"
        element = matched["name"] + matched["rest"]
    if element.strip() == '"char"':
        return Type('"char"', modifiers, is_array)
    return canonical(_name(element, default_schema) + kept, modifiers, is_array)


def _name(text: str, default_schema: str) -> str:
    parts = [
        (quoted or "").replace('""', '"') if word == "" else re.sub(r"\s+", " ", word.strip().lower())
        for quoted, word in _QUOTED_OR_WORD.findall(text)
    ]
    if len(parts) == 2 and parts[0] in ("pg_catalog", default_schema):
        parts = parts[1:]
    name = ".".join(parts)
    return name if '"' in text else _ALIASES.get(name, name)
