"""No text of a default makes the reading fail, and what a value's text becomes is stable."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from generator.prisma import defaults, types
from generator.prisma.relational import DefaultKind, Type

PIECES = st.sampled_from(
    [
        *(
            "'a'",
            "''",
            "E'\\\\'",
            "::",
            "text",
            "integer",
            "[]",
            "(",
            ")",
            "ARRAY[",
            "]",
            ",",
            "-",
            "1",
            "1.5",
            "now()",
        ),
        *('"x"', "'{a,\"b\"}'", " ", "true", "NULL", "nextval('s')", ".", "e", "'", '"', "\\", "{", "}"),
    ]
)
SQL = st.one_of(st.text(max_size=30), st.lists(PIECES, max_size=12).map("".join))
TYPES = st.builds(
    Type,
    st.sampled_from([*(each.name for each in types.NATIVE.values()), "public.role", "tsvector"]),
    st.just(()),
    st.booleans(),
)


@given(SQL, TYPES)
def test_any_text_is_read(text: str, type: Type) -> None:
    found = defaults.of_sql(text, type)
    assert found is None or found.written == text
    if found is not None and found.kind is DefaultKind.EXPRESSION:
        assert defaults.expression(found.text).text == found.text


@given(st.text(max_size=20), TYPES)
def test_a_form_is_its_own_form(text: str, type: Type) -> None:
    found = defaults.value(text, type)
    if found is not None and type.name != "bytea":
        assert defaults.value(found, type) == found


@given(st.text(max_size=20))
def test_a_quoted_text_comes_back(text: str) -> None:
    found = defaults.of_sql("'" + text.replace("'", "''") + "'::text", Type("text"))
    assert found is not None
    assert found.text == text
