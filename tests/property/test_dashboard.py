"""No text starts a variable of Grafana, ends a PromQL string, or becomes markup."""

from __future__ import annotations

import html
import json
import re

import promql_parser
from hypothesis import given
from hypothesis import strategies as st

from generator.monitoring import interpolation
from generator.text import compact_json

VARIABLE = re.compile(
    r"\$(\w+)|\[\[(\w+?)(?::(\w+))?\]\]|\$\{(\w+)(?:\.([^:^\}]+))?(?::([^\}]+))?\}", re.ASCII
)
TEXTS = st.text() | st.lists(
    st.sampled_from(["$", "[", "]", "{", "}", "a", '"', "\\", "x24", "\n", "<", "&", ";", "#", "*", "`"])
).map("".join)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(TEXTS)
def test_a_quoted_text_is_one_literal_with_this_value(text: str) -> None:
    written = interpolation.quote(text)
    assert not VARIABLE.search(written)
    parsed = promql_parser.parse(written)
    assert isinstance(parsed, promql_parser.StringLiteral)
    assert parsed.val == text


@given(TEXTS)
def test_titles_and_addresses_hold_no_variable(text: str) -> None:
    assert not VARIABLE.search(interpolation.plain(text))
    assert not VARIABLE.search(interpolation.address(text))
    assert interpolation.plain(text).replace("\u200b", "") == text.replace("\u200b", "")


@given(TEXTS)
def test_markdown_shows_the_text_and_nothing_else(text: str) -> None:
    written = interpolation.markdown(text)
    assert not VARIABLE.search(written)
    assert "\n" not in written
    assert not re.search(r"[*_`<>\[\]()!|~\\:@.+=$/\"]", written)
    assert html.unescape(written) == " ".join(text.split())


@given(JSON)
def test_compact_json_says_the_same(value: object) -> None:
    written = compact_json.text(value)
    assert json.loads(written) == value
    assert written.isascii()
