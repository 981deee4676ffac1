"""Pairs of enums, and of the types that Prisma has no name for."""

from __future__ import annotations

from tests.support.pairs.columns import (
    DEFAULT,
    ENUM,
    NULLABILITY,
    TYPE,
    model,
    pair,
    prisma,
    sql,
    table,
)
from tests.support.pairs.keys import MAP
from tests.support.pairs.pair import Pair

_MULTI = 'datasource db {\n  provider = "postgresql"\n  schemas = ["public", "app"]\n}\n\n'
_ROLE = "CREATE TYPE role AS ENUM ('A', 'B');\n"
_ENUM = "\nenum role {\n  A\n  B\n}\n"

# Why Prisma's engine is wrong.
_ALIKE = "never compares two types that it does not support"
_CHARS = 'takes "char" for char'

_ENUMS = (
    Pair(
        "an enum",
        _ROLE + table("a role NOT NULL, b role, c role[]"),
        model("a role\nb role?\nc role[]") + _ENUM,
        (
            sql(ENUM, "'A', 'B'", "'A'"),
            sql(ENUM, "'A', 'B'", "'A', 'B', 'C'"),
            sql(ENUM, "'A', 'B'", "'B', 'A'", "does not compare the order of an enum's values"),
            sql(ENUM, "'A', 'B'", "'A', 'b'"),
            sql(TYPE, "a role", "a text"),
            sql(TYPE, "c role[]", "c role"),
            sql(NULLABILITY, "a role NOT NULL", "a role"),
            prisma(ENUM, "  A\n", "  A\n  C\n"),
            prisma(TYPE, "b role?", "b String?"),
        ),
    ),
    Pair(
        "an enum with other names",
        "CREATE TYPE \"role names\" AS ENUM ('admin user', 'it''s');\n"
        + table("a \"role names\" DEFAULT 'it''s'"),
        model("a Role? @default(B)")
        + '\nenum Role {\n  A @map("admin user")\n  B @map("it\'s")\n  @@map("role names")\n}\n',
        (
            sql(ENUM, "'admin user'", "'Admin user'"),
            sql(DEFAULT, "DEFAULT 'it''s'", "DEFAULT 'admin user'"),
            prisma(ENUM, '@map("admin user")', '@map("admin")'),
            prisma(DEFAULT, "@default(B)", "@default(A)"),
        ),
    ),
    Pair(
        "an enum's default",
        _ROLE + table("a role NOT NULL DEFAULT 'A', b role[] DEFAULT '{A,B}', c role[] DEFAULT '{}'"),
        model("a role @default(A)\nb role[] @default([A, B])\nc role[] @default([])") + _ENUM,
        (
            sql(DEFAULT, "DEFAULT 'A'", "DEFAULT 'B'"),
            sql(DEFAULT, "DEFAULT '{A,B}'", "DEFAULT '{B,A}'"),
            sql(DEFAULT, "DEFAULT '{}'", ""),
            prisma(DEFAULT, "@default(A)", ""),
            prisma(MAP, "  B\n}", '  B\n  @@map("roles")\n}'),
        ),
    ),
    Pair(
        "an enum of no column",
        _ROLE + table("a int"),
        model("a Int?") + _ENUM,
        (sql(ENUM, _ROLE, ""), prisma(ENUM, _ENUM, "")),
    ),
    Pair(
        "an enum of another schema",
        "CREATE SCHEMA app; CREATE TYPE app.role AS ENUM ('A', 'B');\n" + table("a app.role DEFAULT 'A'"),
        _MULTI
        + model('a role? @default(A)\n@@schema("public")')
        + '\nenum role {\n  A\n  B\n  @@schema("app")\n}\n',
        (
            sql(ENUM, "'A', 'B'", "'A', 'C'"),
            sql(TYPE, "a app.role DEFAULT 'A'", "a text DEFAULT 'A'"),
        ),
    ),
)

_UNSUPPORTED = (
    *(
        pair(
            type,
            f"a {type} NOT NULL, b {type}, c {type}[]",
            f'a Unsupported("{type}")\nb Unsupported("{type}")?\nc Unsupported("{type}")[]',
            sql(TYPE, f"a {type} ", "a text "),
            sql(TYPE, f"c {type}[]", f"c {type}"),
            sql(NULLABILITY, f"b {type},", f"b {type} NOT NULL,"),
            sql(TYPE, f"a {type} ", f"a {other} ", _ALIKE),
            prisma(TYPE, f'a Unsupported("{type}")', "a String"),
        )
        for type, other in (
            ("tsvector", "tsquery"),
            ("point", "polygon"),
            ("int4range", "int8range"),
            ("nummultirange", "datemultirange"),
            ("interval", "cidr"),
            ("cidr", "interval"),
            ("macaddr", "macaddr8"),
            ("interval(3)", "interval(4)"),
            ("interval day to second(3)", "interval year to month"),
            ("pg_lsn", "xid8"),
        )
    ),
    pair(
        '"char"', 'a "char"', 'a Unsupported("\\"char\\"")?', sql(TYPE, 'a "char"', "a text"), engine=_CHARS
    ),
)
PAIRS: tuple[Pair, ...] = (*_ENUMS, *_UNSUPPORTED)
