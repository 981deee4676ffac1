"""Pairs of defaults: literals of each scalar type, the database's functions, and the client's, which are none."""

from __future__ import annotations

from dataclasses import replace

from tests.support.pairs.columns import DEFAULT, NULLABILITY, TYPE, default, pair, prisma, sql
from tests.support.pairs.pair import Pair

_MOMENTS = "takes all literals of times for equal"

_LITERALS = (
    default(
        "a string", "text", "'plain'", 'String? @default("plain")', "'Plain'", "'plain '", "lower('plain')"
    ),
    default("an empty string", "text", "''", 'String? @default("")', "' '", "NULL"),
    default(
        "a string with everything",
        "text",
        "E'it''s a \"test\" \\\\ with\\nlines; -- {x} $1 %s'",
        r'String? @default("it' + "'" + r's a \"test\" \\ with\nlines; -- {x} $1 %s")',
        "E'it''s a \"test\" \\\\ with lines; -- {x} $1 %s'",
    ),
    default("a string of other letters", "text", "'ünï→😀'", 'String? @default("ünï→😀")', "'uni'"),
    default("a string like a function", "text", "'now()'", 'String? @default("now()")', "now()::text"),
    default("a string like a number", "varchar(5)", "'007'", 'String? @default("007") @db.VarChar(5)', "'7'"),
    default("a string with NULL in it", "text", "'NULL'", 'String? @default("NULL")', "NULL"),
    default("a padded string", "char(3)", "'ab'", 'String? @default("ab") @db.Char(3)', "'b'"),
    default("bits", "bit(3)", "'101'", 'String? @default("101") @db.Bit(3)', "'100'"),
    default("an address", "inet", "'127.0.0.1'", 'String? @default("127.0.0.1") @db.Inet', "'127.0.0.2'"),
    default(
        "a fixed uuid",
        "uuid",
        "'0e37df36-f698-11e6-8dd4-cb9ced3df976'",
        'String? @default("0e37df36-f698-11e6-8dd4-cb9ced3df976") @db.Uuid',
        "'0e37df36-f698-11e6-8dd4-cb9ced3df977'",
        engine="does not read a fixed uuid back",
    ),
    default("zero", "int", "0", "Int? @default(0)", "1", "NULL"),
    default("a negative number", "int", "-5", "Int? @default(-5)", "5", "-6"),
    default("a number as a string", "int", "'7'", "Int? @default(7)", "'8'"),
    default("a small number", "smallint", "7", "Int? @default(7) @db.SmallInt", "8"),
    default("an oid", "oid", "5", "Int? @default(5) @db.Oid", "6"),
    default("a big number", "bigint", "5000000000", "BigInt? @default(5000000000)", "5000000001"),
    default(
        "the least number", "bigint", "-9223372036854775808", "BigInt? @default(-9223372036854775808)", "0"
    ),
    default("a float", "float8", "1.5", "Float? @default(1.5)", "1.6", "-1.5"),
    default("a whole float", "float8", "3", "Float? @default(3)", "3.1"),
    default("a float with an exponent", "float8", "1e3", "Float? @default(1000)", "1e4"),
    default("a real", "real", "1.10", "Float? @default(1.1) @db.Real", "1.11"),
    default(
        "a decimal", "numeric(10,2)", "1.50", "Decimal? @default(1.5) @db.Decimal(10, 2)", "1.51", "-1.5"
    ),
    default("a small decimal", "numeric(65,30)", "0.0000001", "Decimal? @default(0.0000001)", "0.000001"),
    default("an amount", "money", "2.5", "Decimal? @default(2.5) @db.Money", "2.6"),
    default("true", "boolean", "true", "Boolean? @default(true)", "false", "NULL"),
    default("false", "boolean", "'f'", "Boolean? @default(false)", "true"),
    default("JSON", "jsonb", "'{}'", 'Json? @default("{}")', "'[]'", "NULL"),
    default(
        "JSON as text",
        "json",
        "'{\"a\": [1]}'",
        'Json? @default("{\\"a\\": [1]}") @db.Json',
        "'{\"a\": [2]}'",
    ),
    default("bytes", "bytea", r"'\x6869'", 'Bytes? @default("aGk=")', r"'\x6868'", r"'\x'"),
)

_TIMES = (
    default(
        "a moment",
        "timestamp(3)",
        "'2020-01-31 12:30:00'",
        'DateTime? @default("2020-01-31T12:30:00.000Z")',
        "'2020-01-31 12:30:01'",
        mutated=_MOMENTS,
    ),
    default(
        "a moment in a zone",
        "timestamptz(3)",
        "'2020-01-31 12:30:00+02'",
        'DateTime? @default("2020-01-31T12:30:00+02:00") @db.Timestamptz(3)',
        "'2020-01-31 12:30:00+01'",
        mutated=_MOMENTS,
    ),
    default(
        "a day",
        "date",
        "'2020-01-31'",
        'DateTime? @default("2020-01-31T00:00:00Z") @db.Date',
        "'2020-01-30'",
        mutated=_MOMENTS,
    ),
    default(
        "now()",
        "timestamp(3)",
        "now()",
        "DateTime? @default(now())",
        "now() + interval '1 day'",
        "now()::date",
        "LOCALTIMESTAMP",
        "'2020-01-01'",
        "NULL",
    ),
    default(
        "CURRENT_TIMESTAMP",
        "timestamptz",
        "CURRENT_TIMESTAMP",
        "DateTime? @default(now()) @db.Timestamptz(6)",
        "clock_timestamp()",
        "CURRENT_TIMESTAMP(3)",
    ),
    default(
        "CURRENT_TIMESTAMP(3)",
        "timestamptz(3)",
        "CURRENT_TIMESTAMP(3)",
        'DateTime? @default(dbgenerated("CURRENT_TIMESTAMP(3)")) @db.Timestamptz(3)',
        "CURRENT_TIMESTAMP",
        "CURRENT_TIMESTAMP(2)",
    ),
    default(
        "LOCALTIMESTAMP",
        "timestamp(6)",
        "LOCALTIMESTAMP",
        'DateTime? @default(dbgenerated("LOCALTIMESTAMP")) @db.Timestamp(6)',
        "NULL",
        "now()",
    ),
    default(
        "transaction_timestamp()",
        "timestamptz(6)",
        "transaction_timestamp()",
        'DateTime? @default(dbgenerated("transaction_timestamp()")) @db.Timestamptz(6)',
        "now()",
    ),
    default("now() of a day", "date", "now()", "DateTime? @default(now()) @db.Date", "'2020-01-01'"),
    default(
        "CURRENT_DATE",
        "date",
        "CURRENT_DATE",
        'DateTime? @default(dbgenerated("CURRENT_DATE")) @db.Date',
        "(CURRENT_DATE + 1)",
    ),
    default(
        "now in UTC",
        "timestamp(3)",
        "timezone('utc', now())",
        "DateTime? @default(dbgenerated(\"timezone('utc'::text, now())\"))",
        "timezone('cet', now())",
    ),
)

_COUNTED = (
    pair(
        "serial",
        "a serial",
        "a Int @default(autoincrement())",
        sql(DEFAULT, "a serial", "a int NOT NULL"),
        prisma(DEFAULT, "autoincrement()", "1"),
    ),
    pair(
        "smallserial",
        "a smallserial",
        "a Int @default(autoincrement()) @db.SmallInt",
        sql(DEFAULT, "a smallserial", "a smallint NOT NULL"),
    ),
    pair(
        "bigserial",
        "a bigserial",
        "a BigInt @default(autoincrement())",
        sql(DEFAULT, "a bigserial", "a bigint NOT NULL DEFAULT 1"),
    ),
    replace(
        pair(
            "a sequence of one's own",
            "a int DEFAULT nextval('counter'), b bigint DEFAULT nextval('counter')",
            "a Int? @default(autoincrement())\nb BigInt? @default(autoincrement())",
            sql(DEFAULT, "a int DEFAULT nextval('counter')", "a int"),
            sql(TYPE, "b bigint", "b int"),
            prisma(DEFAULT, "BigInt? @default(autoincrement())", "BigInt?"),
        ),
        before="CREATE SEQUENCE counter;\n",
    ),
    pair(
        "an identity",
        "a int GENERATED BY DEFAULT AS IDENTITY",
        "a Int @default(autoincrement())",
        sql(DEFAULT, "a int GENERATED BY DEFAULT AS IDENTITY", "a int NOT NULL"),
        sql(TYPE, "a int GENERATED", "a bigint GENERATED"),
        prisma(DEFAULT, " @default(autoincrement())", ""),
    ),
    pair(
        "an identity that is always",
        "a bigint GENERATED ALWAYS AS IDENTITY",
        "a BigInt @default(autoincrement())",
        prisma(DEFAULT, "autoincrement()", "5"),
    ),
)

_OF_DATABASE = (
    default(
        "a function",
        "uuid",
        "gen_random_uuid()",
        'String? @default(dbgenerated("gen_random_uuid()")) @db.Uuid',
        "NULL",
        "md5('x')::uuid",
    ),
    pair(
        "any default",
        "a uuid DEFAULT gen_random_uuid(), b int DEFAULT 5, c text NOT NULL",
        "a String? @default(dbgenerated()) @db.Uuid\nb Int? @default(dbgenerated())\nc String @default(dbgenerated())",
        sql(TYPE, "a uuid", "a text"),
        sql(NULLABILITY, "c text NOT NULL", "c text"),
        prisma(DEFAULT, "b Int? @default(dbgenerated())", "b Int?"),
    ),
    default(
        "an expression",
        "text",
        "('x' || 'y')",
        "String? @default(dbgenerated(\"('x'::text || 'y'::text)\"))",
        "('x' || 'z')",
    ),
    default(
        "of an unsupported type",
        "point",
        "'(1,2)'",
        'Unsupported("point")? @default(dbgenerated("\'(1,2)\'::point"))',
        "'(1,3)'",
    ),
    default(
        "an interval",
        "interval",
        "'1 day'",
        'Unsupported("interval")? @default(dbgenerated("\'1 day\'::interval"))',
        "'2 days'",
    ),
)

_OF_CLIENT = (
    *(
        pair(
            f"{call} of the client",
            "a text NOT NULL",
            f"a String @default({call})",
            sql(DEFAULT, "a text NOT NULL", "a text NOT NULL DEFAULT gen_random_uuid()"),
            prisma(DEFAULT, call, '"x"'),
        )
        for call in ("uuid()", "uuid(7)", "cuid()", "cuid(2)", "ulid()", "nanoid()", "nanoid(8)")
    ),
    pair(
        "@updatedAt",
        "a timestamp(3) NOT NULL",
        "a DateTime @updatedAt",
        sql(DEFAULT, "NOT NULL", "NOT NULL DEFAULT now()"),
    ),
    pair(
        "@default and @updatedAt",
        "a timestamp(3) NOT NULL DEFAULT now()",
        "a DateTime @default(now()) @updatedAt",
        sql(DEFAULT, " DEFAULT now()", ""),
    ),
    pair(
        "NULL",
        "a text DEFAULT NULL",
        "a String?",
        sql(DEFAULT, "DEFAULT NULL", "DEFAULT 'x'"),
        prisma(DEFAULT, "String?", 'String? @default("x")'),
    ),
)

_LISTS = (
    default("an empty list", "text[]", "'{}'", "String[] @default([])", "'{x}'", "NULL"),
    default("an empty array", "int[]", "ARRAY[]::int[]", "Int[] @default([])", "ARRAY[1]"),
    default(
        "strings",
        "text[]",
        "ARRAY['a', 'b, c', 'd\"e', E'f\\\\g', '']",
        'String[] @default(["a", "b, c", "d\\"e", "f\\\\g", ""])',
        "ARRAY['a', 'b', ' c', 'd\"e', E'f\\\\g', '']",
        "ARRAY['b, c', 'a', 'd\"e', E'f\\\\g', '']",
    ),
    default("a written array", "text[]", "'{a,\"b, c\"}'", 'String[] @default(["a", "b, c"])', "'{a,b}'"),
    default("short strings", "varchar(5)[]", "'{x}'", 'String[] @default(["x"]) @db.VarChar(5)', "'{y}'"),
    default("numbers", "int[]", "'{1,-2}'", "Int[] @default([1, -2])", "'{1,2}'", "'{1}'"),
    default("floats", "float8[]", "'{1.5,2}'", "Float[] @default([1.5, 2])", "'{1.5}'"),
    default("booleans", "boolean[]", "'{t,f}'", "Boolean[] @default([true, false])", "'{f,t}'"),
    default(
        "moments",
        "timestamp(3)[]",
        "'{2020-01-31 12:30:00}'",
        'DateTime[] @default(["2020-01-31T12:30:00Z"])',
        "'{2020-01-31 12:31:00}'",
        mutated=_MOMENTS,
    ),
    default(
        "JSON in a list",
        "jsonb[]",
        "ARRAY['{\"a\": 1}']::jsonb[]",
        'Json[] @default(["{\\"a\\": 1}"])',
        "ARRAY['{\"a\": 2}']::jsonb[]",
    ),
    default(
        "bytes in a list",
        "bytea[]",
        r"ARRAY['\x6869']::bytea[]",
        'Bytes[] @default(["aGk="])',
        r"ARRAY['\x6868']::bytea[]",
    ),
    default(
        "big numbers",
        "bigint[]",
        "'{5000000000}'",
        "BigInt[] @default([5000000000])",
        "'{1}'",
        engine="does not read a list of big numbers back",
    ),
    default("decimals", "numeric(65,30)[]", "'{1.50,-2}'", "Decimal[] @default([1.50, -2])", "'{1.5}'"),
)

PAIRS: tuple[Pair, ...] = (*_LITERALS, *_TIMES, *_COUNTED, *_OF_DATABASE, *_OF_CLIENT, *_LISTS)
