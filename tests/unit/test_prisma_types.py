"""Types, defaults, names and operator classes: two spellings of one thing are one value, and the way back."""

from __future__ import annotations

import pytest

from generator.prisma import default_names, defaults, operators, types
from generator.prisma.relational import DefaultKind, Type

TEXT = Type("text")
TEXTS = Type("text", is_array=True)


@pytest.mark.parametrize(
    ("text", "type"),
    [
        ("int4", Type("integer")),
        ("INTEGER[]", Type("integer", is_array=True)),
        ("integer[3][3]", Type("integer", is_array=True)),
        ("int ARRAY[4]", Type("integer", is_array=True)),
        ("varchar(3)", Type("character varying", (3,))),
        ("character varying(3)[]", Type("character varying", (3,), True)),
        ("char", Type("character", (1,))),
        ('"char"', Type('"char"')),
        ("bit", Type("bit", (1,))),
        ("decimal(10)", Type("numeric", (10, 0))),
        ("numeric(5,-2)", Type("numeric", (5, -2))),
        ("timestamptz", Type("timestamp with time zone")),
        ("timestamp(6)", Type("timestamp without time zone")),
        ("timestamp(3) with time zone", Type("timestamp with time zone", (3,))),
        ("time(0) without time zone[]", Type("time without time zone", (0,), True)),
        ("interval day to second(3)", Type("interval day to second", (3,))),
        ("pg_catalog.tsvector", Type("tsvector")),
        ("public.email", Type("email")),
        ("app.email", Type("app.email")),
        ('"My Type"', Type("My Type")),
        ('app."My.Type"', Type("app.My.Type")),
        ("geometry(Point, 4326)", Type("geometry(Point,4326)")),
        ("vector(3)", Type("vector", (3,))),
    ],
)
def test_a_type_as_people_write_it(text: str, type: Type) -> None:
    assert types.parse(text, "public") == type
    assert types.parse(types.sql(type), "public") == type


@pytest.mark.parametrize(
    ("type", "written"),
    [
        (Type("text"), ("String", None)),
        (Type("text", is_array=True), ("String", None)),
        (Type("character varying", (10,)), ("String", "@db.VarChar(10)")),
        (Type("character varying"), ("String", "@db.VarChar")),
        (Type("numeric", (65, 30)), ("Decimal", None)),
        (Type("numeric"), ("Decimal", "@db.Decimal")),
        (Type("numeric", (10, 2)), ("Decimal", "@db.Decimal(10, 2)")),
        (Type("numeric", (5, -2)), None),
        (Type("timestamp without time zone", (3,)), ("DateTime", None)),
        (Type("timestamp without time zone"), ("DateTime", "@db.Timestamp(6)")),
        (Type("timestamp with time zone", (0,)), ("DateTime", "@db.Timestamptz(0)")),
        (Type("smallint"), ("Int", "@db.SmallInt")),
        (Type("bytea"), ("Bytes", None)),
        (Type("json"), ("Json", "@db.Json")),
        (Type("tsvector"), None),
        (Type("public.role"), None),
    ],
)
def test_the_way_back(type: Type, written: tuple[str, str | None] | None) -> None:
    assert types.written(type) == written


@pytest.mark.parametrize("name", types.NATIVE)
def test_every_native_type_comes_back(name: str) -> None:
    type = types.native(name, ())
    written = types.written(type)
    assert written is not None
    scalar, attribute = written
    assert scalar == types.NATIVE[name].scalar
    again = types.SCALAR[scalar]
    if attribute is not None:
        found, _, arguments = attribute.removeprefix("@db.").rstrip(")").partition("(")
        again = types.native(found, [int(each) for each in arguments.split(",") if each])
    assert again == type


@pytest.mark.parametrize(
    ("text", "type", "value"),
    [
        ("'a'::text", TEXT, "a"),
        ("('a'::character varying)::text", TEXT, "a"),
        ("'it''s \\n'", TEXT, "it's \\n"),
        ("E'a\\\\b'", TEXT, "a\\b"),
        ("'a'::public.\"Role\"", Type("public.Role"), "a"),
        ("'-5'::integer", Type("integer"), "-5"),
        ("(-5)", Type("integer"), "-5"),
        ("007", Type("bigint"), "7"),
        ("1.50", Type("numeric", (10, 2)), "1.5"),
        ("'100000'::numeric", Type("double precision"), "100000"),
        ("-0.0", Type("real"), "0"),
        ("1e-7", Type("real"), "0.0000001"),
        ("'$1,000.50'::money", Type("money"), "1000.5"),
        ("'t'::boolean", Type("boolean"), "true"),
        ('\'{"b": 1, "a": [2]}\'::jsonb', Type("jsonb"), '{"a":[2],"b":1}'),
        ("'\\x6869'::bytea", Type("bytea"), "6869"),
        (
            "'2020-01-01 00:00:00'::timestamp(3) without time zone",
            types.SCALAR["DateTime"],
            "2020-01-01T00:00:00",
        ),
        (
            "'2020-01-01 02:00:00+02'::timestamptz",
            Type("timestamp with time zone"),
            "2020-01-01T00:00:00+00:00",
        ),
        ("'10:00:00+02'::time with time zone", Type("time with time zone"), "10:00:00+02:00"),
        ("ARRAY['a'::text, 'b'::text]", TEXTS, "a\nb\n"),
        ("ARRAY[]::text[]", TEXTS, ""),
        ("(ARRAY['a'::character varying])::text[]", TEXTS, "a\n"),
        ("'{}'::text[]", TEXTS, ""),
        ("'{\"\",a b}'::text[]", TEXTS, "\na b\n"),
        ("ARRAY['a\nb', 'c\\n']", TEXTS, "a\\nb\nc\\\\n\n"),
    ],
)
def test_a_literal(text: str, type: Type, value: str) -> None:
    found = defaults.of_sql(text, type)
    assert found is not None
    assert (found.kind, found.text, found.written) == (DefaultKind.VALUE, value, text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("timezone('utc'::text, now())", "timezone('utc', NOW( ))"),
        ("('x'::text || 'y'::text)", "'x' || 'y'"),
        ("( ( f(1,  2) ) )", "F(1, 2)"),
        ("nextval('s'::regclass)", "nextval('s')"),
    ],
)
def test_one_expression_in_two_spellings(one: str, other: str) -> None:
    assert defaults.of_sql(one, TEXT) == defaults.of_sql(other, TEXT)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("f('A')", "f('a')"),
        ('"F"(1)', '"f"(1)'),
        ("(a) || (b)", "a) || (b"),
        ("f('1'::integer)", "f('1')"),
        ("f('a  b')", "f('a b')"),
    ],
)
def test_two_expressions(one: str, other: str) -> None:
    assert defaults.of_sql(one, TEXT) != defaults.of_sql(other, TEXT)


@pytest.mark.parametrize(
    "text",
    [
        "'abc'::integer",
        "now()",
        "1 + 1",
        "'a' 'b'",
        "'5",
        "(5",
        "5)",
        "ARRAY[1]",
        "f(5)",
        "1.5",
        "true",
        "'1'::",
    ],
)
def test_what_is_no_integer_is_an_expression(text: str) -> None:
    found = defaults.of_sql(text, Type("integer"))
    assert found is not None
    assert found.kind is DefaultKind.EXPRESSION


def test_functions_that_mean_something() -> None:
    assert defaults.of_sql("nextval('a.b'::regclass)", Type("bigint")) == defaults.SEQUENCE
    for text in ("now()", "CURRENT_TIMESTAMP", "(now())", "pg_catalog.now()"):
        assert defaults.of_sql(text, Type("date")) == defaults.NOW
    # As for Prisma's engine.
    for text in (
        "CURRENT_TIMESTAMP(3)",
        "(now())::date",
        "now()::date",
        "LOCALTIMESTAMP",
        "transaction_timestamp()",
    ):
        assert defaults.of_sql(text, Type("date")) == defaults.expression(text)
    assert defaults.of_sql("NULL::text", TEXT) is None


@pytest.mark.parametrize(
    "text", ["(" * 50_000, "'" + "a" * 50_000, "((" * 5_000 + "))" * 5_000, "{" + " " * 20_000]
)
def test_hostile_defaults_take_no_time(text: str) -> None:
    for type in (TEXT, TEXTS, Type("numeric")):
        assert defaults.of_sql(text, type) is not None
        assert defaults.of_sql(f"'{text}'", type) is not None
    assert defaults.value("1e999999999", Type("numeric")) == "1E+999999999"


def test_names_are_cut_where_prisma_cuts_them() -> None:
    table = "t" * 60
    assert default_names.primary_key("users") == "users_pkey"
    assert default_names.unique("users", ["a", "b"]) == "users_a_b_key"
    assert default_names.index(table, ["column"]) == f"{'t' * 59}_idx"[:63]
    assert default_names.foreign_key("users", ["x" * 100]) == f"users_{'x' * 52}_fkey"
    for name in (
        default_names.primary_key("ü" * 40),
        default_names.index("ü" * 40, ["a"]),
        default_names.join_key("ü" * 40),
    ):
        assert 61 <= len(name.encode()) <= 63


def test_operator_classes() -> None:
    assert operators.named("JsonbPathOps", "gin") == "jsonb_path_ops"
    assert operators.named("InetOps", "gist") == "inet_ops"
    assert operators.named("InetOps", "spgist") is None
    assert operators.named("TimestampTzMinMaxMultiOps", "brin") == "timestamptz_minmax_multi_ops"
    assert operators.named("VarBitMinMaxOps", "brin") is None
    assert operators.raw("text_ops", "btree") is None
    assert operators.raw("varchar_ops", "btree") == "varchar_ops"
    assert operators.raw("gin_trgm_ops", "gin") == "gin_trgm_ops"
