"""Pairs of columns with something that Prisma's engine sees in part, or not at all: types of extensions, domains,
collations, generated columns, precisions that are not written.
"""

from __future__ import annotations

from dataclasses import replace

from tests.support.pairs.columns import DEFAULT, NOTHING, NULLABILITY, TYPE, pair, prisma, sql
from tests.support.pairs.pair import Pair

# Why Prisma's engine is wrong.
_ANY = "takes a time without a precision for one of any, but makes one of 6"
_ARRAY = "does not see that an array without a precision has one of 6"
_LENGTH = "forgets that PostgreSQL makes char and bit of one"
_CHARS = 'takes "char" for char'
_ALIKE = "never compares two types that it does not support"
_DOMAIN = "takes a domain over a domain for a type that it does not support"

_PULLED = ("pair", "interval", "interval", "vector")


def _extension(type: str, schema: str = "public") -> str:
    """A base type like an extension's: no server that comes as a Python package has extensions with types."""
    name = f"{schema}.{type}"
    return (
        f"CREATE TYPE {name};\n"
        f"CREATE FUNCTION {name}_in(cstring) RETURNS {name} LANGUAGE internal STRICT IMMUTABLE AS 'textin';\n"
        f"CREATE FUNCTION {name}_out({name}) RETURNS cstring LANGUAGE internal STRICT IMMUTABLE AS 'textout';\n"
        f"CREATE TYPE {name} (INPUT = {name}_in, OUTPUT = {name}_out, LIKE = text,"
        " TYPMOD_IN = varchartypmodin, TYPMOD_OUT = varchartypmodout);\n"
        f"ALTER EXTENSION plpgsql ADD TYPE {name};\n"
    )


def _of_extension(type: str, before: str = "") -> Pair:
    return replace(
        pair(
            f"{type} of an extension",
            f"a {type} NOT NULL, b {type}[]",
            f'a Unsupported("{type}")\nb Unsupported("{type}")[]',
            sql(TYPE, f"a {type} ", "a text "),
            sql(TYPE, f"b {type}[]", f"b {type}"),
            sql(TYPE, f"a {type} ", "a point ", _ALIKE),
            sql(NULLABILITY, f"a {type} NOT NULL", f"a {type}"),
        ),
        before=before or _extension(type.partition("(")[0]),
    )


_EXTENSIONS = (
    replace(
        pair(
            "citext",
            "a citext NOT NULL, b citext[]",
            "a String @db.Citext\nb String[] @db.Citext",
            sql(TYPE, "a citext ", "a text "),
            sql(TYPE, "b citext[]", "b varchar[]"),
            prisma(TYPE, "a String @db.Citext", "a String"),
            prisma(TYPE, "b String[] @db.Citext", "b String[]"),
        ),
        before=_extension("citext"),
    ),
    replace(
        pair(
            "citext of another schema",
            "a extensions.citext DEFAULT 'x'",
            'a String? @default("x") @db.Citext',
            sql(TYPE, "a extensions.citext", "a text"),
            sql(DEFAULT, "DEFAULT 'x'", "DEFAULT 'X'"),
        ),
        before="CREATE SCHEMA extensions;\n" + _extension("citext", "extensions"),
    ),
    _of_extension("hstore"),
    _of_extension("ltree"),
    _of_extension("vector(3)"),
    replace(
        pair(
            "a modifier of an extension's type",
            "a vector(3), b vector",
            'a Unsupported("vector(3)")?\nb Unsupported("vector")?',
            sql(TYPE, "a vector(3)", "a vector(5)", _ALIKE),
            sql(TYPE, "a vector(3)", "a vector", _ALIKE),
            prisma(TYPE, '"vector(3)"', '"vector(4)"', _ALIKE),
        ),
        before=_extension("vector"),
    ),
    replace(
        pair(
            "composite types",
            "a pair, b app.pair, c app.pair[]",
            'a Unsupported("pair")?\nb Unsupported("app.pair")?\nc Unsupported("app.pair")[]',
            sql(TYPE, "a pair", "a text"),
            sql(TYPE, "b app.pair", "b pair", _ALIKE),
            sql(TYPE, "c app.pair[]", "c app.pair"),
        ),
        before="CREATE SCHEMA app; CREATE TYPE pair AS (x int); CREATE TYPE app.pair AS (x int, y int);\n",
    ),
    replace(
        pair(
            "types as db pull has them",
            "a app.pair, b interval(3), c interval year, d vector(3)",
            "\n".join(f'{name} Unsupported("{type}")?' for name, type in zip("abcd", _PULLED, strict=True)),
            sql(TYPE, "a app.pair", "a text"),
            sql(TYPE, "b interval(3)", "b interval(3)[]"),
            sql(NULLABILITY, "c interval year", "c interval year NOT NULL"),
            sql(TYPE, "d vector(3)", "d int"),
        ),
        before="CREATE SCHEMA app; CREATE TYPE app.pair AS (x int);\n" + _extension("vector"),
    ),
)

_DOMAINS = (
    replace(
        pair(
            "a domain",
            "a code, b amount",
            "a String @db.VarChar(5)\nb Decimal? @db.Decimal(10, 2)",
            sql(TYPE, "a code", "a varchar(6) NOT NULL"),
            sql(NULLABILITY, "b amount", "b amount NOT NULL"),
            prisma(TYPE, "VarChar(5)", "VarChar(6)"),
            prisma(NULLABILITY, "a String", "a String?"),
            sql(NOTHING, "b amount", "b numeric(10,2)"),
        ),
        before="CREATE DOMAIN code AS varchar(5) NOT NULL; CREATE DOMAIN amount AS numeric(10,2) CHECK (VALUE > 0);\n",
    ),
    replace(
        pair(
            "an array of a domain",
            "a code[]",
            'a Unsupported("code")[]',
            sql(TYPE, "a code[]", "a varchar(5)[]"),
            prisma(TYPE, 'Unsupported("code")[]', "String[] @db.VarChar(5)"),
        ),
        before="CREATE DOMAIN code AS varchar(5);\n",
    ),
    replace(
        pair("a domain of an array", "a codes", "a Int[]", sql(TYPE, "a codes", "a bigint[]")),
        before="CREATE DOMAIN codes AS int[];\n",
    ),
    replace(
        pair(
            "a domain's own default",
            "a code, b code DEFAULT 6",
            "a Int?\nb Int? @default(6)",
            sql(DEFAULT, "DEFAULT 6", "DEFAULT 5"),
            prisma(DEFAULT, "a Int?", "a Int? @default(5)"),
        ),
        before="CREATE DOMAIN code AS int DEFAULT 5;\n",
    ),
    replace(
        pair(
            "a domain over a domain",
            "a price",
            "a Decimal? @db.Decimal(10, 2)",
            sql(TYPE, "a price", "a numeric(10,3)"),
            engine=_DOMAIN,
        ),
        before="CREATE DOMAIN amount AS numeric(10,2); CREATE DOMAIN price AS amount;\n",
    ),
)

_GENERATED = (
    pair(
        "a generated column",
        "a int, b int GENERATED ALWAYS AS (a * 2) STORED",
        'a Int?\nb Int? @default(dbgenerated("(a * 2)"))',
        sql(DEFAULT, "(a * 2)", "(a * 3)"),
        sql(DEFAULT, " GENERATED ALWAYS AS (a * 2) STORED", ""),
        sql(TYPE, "b int ", "b bigint "),
        prisma(DEFAULT, ' @default(dbgenerated("(a * 2)"))', ""),
        prisma(DEFAULT, 'dbgenerated("(a * 2)")', "5"),
    ),
    pair(
        "a generated column of any expression",
        "a text NOT NULL, b tsvector GENERATED ALWAYS AS (to_tsvector('english', a)) STORED",
        'a String\nb Unsupported("tsvector")? @default(dbgenerated())',
        sql(TYPE, "b tsvector", "b text"),
        prisma(DEFAULT, " @default(dbgenerated())", ""),
    ),
)

_COLLATIONS = (
    pair(
        "a collation",
        'a text COLLATE "C", b varchar(5)[] COLLATE "POSIX"',
        "a String?\nb String[] @db.VarChar(5)",
        sql(NOTHING, 'COLLATE "C"', 'COLLATE "POSIX"'),
        sql(NOTHING, ' COLLATE "C"', ""),
        sql(NOTHING, ' COLLATE "POSIX"', ' COLLATE "C"'),
        sql(TYPE, "a text", "a varchar"),
    ),
    pair(
        "a check",
        "a int CHECK (a > 0)",
        "a Int?",
        sql(NOTHING, " CHECK (a > 0)", ""),
        sql(NULLABILITY, "a int CHECK (a > 0)", "a int NOT NULL"),
    ),
)

_PRECISIONS = (
    pair(
        "a time without a precision",
        "a timestamptz NOT NULL, b timestamptz(3)[]",
        "a DateTime @db.Timestamptz\nb DateTime[] @db.Timestamptz(3)",
        sql(TYPE, "a timestamptz ", "a timestamptz(3) ", _ANY),
        sql(TYPE, "b timestamptz(3)[]", "b timestamptz(2)[]"),
        sql(TYPE, "b timestamptz(3)[]", "b timestamptz[]", _ARRAY),
        prisma(TYPE, "DateTime[] @db.Timestamptz(3)", "DateTime[] @db.Timestamptz", _ANY),
    ),
    pair(
        "char without a length",
        "a char",
        "a String? @db.Char",
        sql(TYPE, "a char", "a char(2)"),
        sql(TYPE, "a char", 'a "char"', _CHARS),
        engine=_LENGTH,
    ),
    pair(
        "bit without a length", "a bit", "a String? @db.Bit", sql(TYPE, "a bit", "a bit(2)"), engine=_LENGTH
    ),
)

_ARRAYS = (
    pair(
        "an array's dimensions",
        "a int[][], b int[3] NOT NULL, c text ARRAY[4]",
        "a Int[]\nb Int[]\nc String[]",
        sql(TYPE, "a int[][]", "a bigint[][]"),
        sql(TYPE, "b int[3] NOT NULL", "b int"),
        prisma(TYPE, "b Int[]", "b Int?"),
    ),
)

_NAMES = (
    pair(
        "names of columns",
        'a int, created_at date NOT NULL, "ünï" int, "b-2" text',
        'a Int?\ncreatedAt DateTime @map("created_at") @db.Date\nc Int? @map("ünï") @ignore\nb String? @map("b-2")',
        sql("prisma-map", "created_at", "createdat"),
        sql("prisma-column-missing", "a int", "a int, more int"),
        sql("prisma-field-extra", 'date NOT NULL, "ünï" int', "date NOT NULL"),
        sql(TYPE, '"ünï" int', '"ünï" bigint'),
        sql(NULLABILITY, '"b-2" text', '"b-2" text NOT NULL'),
        prisma("prisma-map", ' @map("created_at")', ""),
        prisma("prisma-column-missing", "a Int?\n", ""),
        prisma("prisma-field-extra", "a Int?\n", "a Int?\n  more Int?\n"),
    ),
)

PAIRS: tuple[Pair, ...] = (
    *_EXTENSIONS,
    *_DOMAINS,
    *_GENERATED,
    *_COLLATIONS,
    *_PRECISIONS,
    *_ARRAYS,
    *_NAMES,
)
