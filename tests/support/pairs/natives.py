"""Pairs of types: each scalar, each native type, and what Prisma has no name for."""

from __future__ import annotations

from tests.support.pairs.columns import NULLABILITY, TYPE, pair, prisma, sql
from tests.support.pairs.pair import Mutation, Pair

# A scalar type, what it is in PostgreSQL, and what it is not: in SQL, in Prisma.
_SCALARS = (
    ("String", "text", "varchar(10)", "Json"),
    ("Boolean", "boolean", "int", "Int"),
    ("Int", "integer", "bigint", "BigInt"),
    ("BigInt", "int8", "int", "Int"),
    ("Float", "float", "real", "Decimal"),
    ("Decimal", "numeric(65,30)", "numeric", "Float"),
    ("DateTime", "timestamp(3)", "timestamptz(3)", "String"),
    ("Json", "jsonb", "json", "String"),
    ("Bytes", "bytea", "text", "String"),
)

# The same for native types; the last is one in Prisma.
_NATIVES = (
    ("Int @db.SmallInt", "int2", "int4", "Int"),
    ("Int @db.Integer", "int", "smallint", "BigInt"),
    ("Int @db.Oid", "oid", "int", "Int @db.Integer"),
    ("BigInt @db.BigInt", "bigint", "int", "Int"),
    ("Decimal @db.Decimal", "numeric", "numeric(65,30)", "Decimal @db.Decimal(10, 0)"),
    ("Decimal @db.Decimal(10, 2)", "decimal(10,2)", "decimal(10,3)", "Decimal @db.Decimal(11, 2)"),
    ("Decimal @db.Decimal(5, 0)", "numeric(5)", "numeric(5,1)", "Decimal @db.Decimal(6, 0)"),
    ("Decimal @db.Money", "money", "numeric(19,2)", "Decimal @db.Decimal(19, 2)"),
    ("Float @db.Real", "float4", "float8", "Float @db.DoublePrecision"),
    ("Float @db.DoublePrecision", "float(53)", "float(24)", "Float @db.Real"),
    ("String @db.Text", "text", "varchar", "String @db.VarChar"),
    ("String @db.VarChar", "varchar", "varchar(5)", "String"),
    ("String @db.VarChar(255)", "varchar(255)", "varchar(254)", "String @db.VarChar(256)"),
    ("String @db.Char(1)", "char", "varchar(1)", "String @db.Char(2)"),
    ("String @db.Char(36)", "character(36)", "character(35)", "String @db.VarChar(36)"),
    ("String @db.Bit(1)", "bit", "boolean", "String @db.Bit(2)"),
    ("String @db.Bit(8)", "bit(8)", "bit(7)", "String @db.VarBit(8)"),
    ("String @db.VarBit", "varbit", "varbit(8)", "String @db.VarBit(9)"),
    ("String @db.VarBit(8)", "bit varying(8)", "bit varying(7)", "String @db.Bit(8)"),
    ("String @db.Uuid", "uuid", "text", "String"),
    ("String @db.Xml", "xml", "text", "String"),
    ("String @db.Inet", "inet", "cidr", "String"),
    ("Boolean @db.Boolean", "bool", "bit", "String"),
    ("Bytes @db.ByteA", "bytea", "text", "String"),
    ("Json @db.Json", "json", "jsonb", "Json"),
    ("Json @db.JsonB", "jsonb", "json", "Json @db.Json"),
    ("DateTime @db.Timestamp", "timestamp", "timestamptz", "DateTime @db.Timestamptz"),
    ("DateTime @db.Timestamp(0)", "timestamp(0)", "timestamp(1)", "DateTime"),
    ("DateTime @db.Timestamptz", "timestamptz", "timestamp", "DateTime @db.Timestamp"),
    (
        "DateTime @db.Timestamptz(6)",
        "timestamp with time zone",
        "timestamptz(5)",
        "DateTime @db.Timestamp(6)",
    ),
    ("DateTime @db.Time", "time", "timetz", "DateTime @db.Timetz"),
    ("DateTime @db.Time(2)", "time(2)", "time(3)", "DateTime @db.Time(1)"),
    ("DateTime @db.Timetz", "timetz", "time", "DateTime @db.Time"),
    ("DateTime @db.Timetz(4)", "time(4) with time zone", "timetz(3)", "DateTime @db.Timetz(5)"),
    ("DateTime @db.Date", "date", "timestamp", "DateTime @db.Timestamp(0)"),
)


def _fields(type: str) -> tuple[str, str, str]:
    """`String @db.Text`: required, optional and a list of it."""
    scalar, space, native = type.partition(" ")
    return type, f"{scalar}?{space}{native}", f"{scalar}[]{space}{native}"


def _native(name: str, right: str, wrong: str, other: str, *more: Mutation) -> Pair:
    one, maybe, many = _fields(name)
    return pair(
        name,
        f"a {right} NOT NULL, b {right}, c {right}[]",
        f"a {one}\nb {maybe}\nc {many}",
        sql(TYPE, f"a {right} ", f"a {wrong} "),
        sql(TYPE, f"c {right}[]", f"c {wrong}[]"),
        sql(NULLABILITY, f"b {right}", f"b {right} NOT NULL"),
        prisma(TYPE, f"a {one}\n", f"a {other}\n"),
        *more,
    )


def _scalar(name: str, right: str, wrong: str, other: str) -> Pair:
    """With every way to differ in it."""
    return _native(
        name,
        right,
        wrong,
        other,
        sql(TYPE, f"b {right},", f"b {wrong},"),
        sql(TYPE, f"c {right}[]", f"c {right}"),
        sql(TYPE, f"b {right},", f"b {right}[],"),
        sql(NULLABILITY, f"a {right} NOT NULL", f"a {right}"),
        prisma(TYPE, f"c {name}[]\n", f"c {other}[]\n"),
        prisma(NULLABILITY, f"b {name}?\n", f"b {name}\n"),
    )


PAIRS: tuple[Pair, ...] = (*(_scalar(*each) for each in _SCALARS), *(_native(*each) for each in _NATIVES))
