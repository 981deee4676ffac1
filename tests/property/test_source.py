"""For any input: no exception, and for any value: it comes back, and its place holds its text."""

from __future__ import annotations

import io
import json
from typing import Any

import ruamel.yaml
from hypothesis import given
from hypothesis import strategies as st

from generator import source
from generator.diagnostics import Position
from generator.source import scalars

SAFE = st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"])
TEXT = st.text(SAFE | st.sampled_from("\n\t:#-'\"[]{}&*!|>%@` \\?,~=0123456789eE._yn"), max_size=12)
SCALAR = (
    TEXT
    | st.sampled_from(["no", "on", "012", "1:30", "1_0", "1e3", "~", "<<", "=", "2026-01-17", "0x1f", ""])
    | st.booleans()
    | st.none()
    | st.integers(-(2**63), 2**63 - 1)
    | st.integers(-(2**20), 2**20).map(lambda number: number / 64)  # no exponents: most are ambiguous
)
VALUE = st.recursive(
    SCALAR,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)
MAPPING = st.dictionaries(TEXT, VALUE, max_size=5)


def parse(text: str) -> source.Document:
    document, found = source.parse(text.encode(), "services.yaml")
    assert found == []
    assert document is not None
    return document


def cut(document: source.Document, at: Position) -> str:
    lines = document.lines[at.line - 1 : at.end_line]
    text = "\n".join(lines)
    return text[at.column - 1 : len(text) - len(lines[-1]) + at.end_column - 1]


def leaves(value: Any, loc: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], Any]]:
    if isinstance(value, dict) and value:
        return [leaf for key, inner in value.items() for leaf in leaves(inner, (*loc, key))]
    if isinstance(value, list) and value:
        return [leaf for index, inner in enumerate(value) for leaf in leaves(inner, (*loc, index))]
    return [(loc, value)]


@given(MAPPING)
def test_what_is_written_as_json_comes_back(value: dict[str, Any]) -> None:
    assert parse(json.dumps(value, ensure_ascii=False, indent=1)).value == value


@given(MAPPING)
def test_a_place_holds_exactly_the_text_of_its_value(value: dict[str, Any]) -> None:
    document = parse(json.dumps(value, ensure_ascii=False, indent=1))
    for loc, leaf in leaves(document.value):
        if loc:
            assert json.loads(cut(document, document.position(*loc))) == leaf
            if isinstance(loc[-1], str):
                assert json.loads(cut(document, document.key_position(*loc))) == loc[-1]


@given(MAPPING)
def test_what_ruamel_writes_in_block_style_comes_back(value: dict[str, Any]) -> None:
    stream = io.StringIO()
    yaml = ruamel.yaml.YAML()
    yaml.width = 4096
    yaml.dump({"key": value}, stream)
    document, found = source.parse(stream.getvalue().encode(), "services.yaml")
    # ruamel writes for YAML 1.2 only: what 1.1 reads otherwise is left plain, and is to be refused.
    # It also writes some tabs and escapes in ways that are refused before parsing.
    if {each.rule for each in found} <= {"yaml-ambiguous"}:
        assert document is not None
        assert document.value == {"key": value}
        for loc, leaf in leaves(document.value):
            text = cut(document, document.position(*loc))
            if isinstance(leaf, str) and leaf and text[0] not in "'\"|>" and "\n" not in text:
                assert text == leaf
    else:
        assert {each.rule for each in found} <= {"yaml-ambiguous", "yaml-tab", "yaml-syntax"}
        assert "\t" in stream.getvalue() or "? " in stream.getvalue()


@given(st.binary(max_size=300))
def test_any_bytes_give_a_document_or_an_error(data: bytes) -> None:
    document, found = source.parse(data, "services.yaml")
    assert document is not None or found


SNIPPETS = [
    *(
        "a: ",
        "b: ",
        "- ",
        "? ",
        ": ",
        "\n",
        "\n  ",
        "\n    ",
        "[",
        "]",
        "{",
        "}",
        ",",
        "&x ",
        "*x",
        "<<: ",
        "!t ",
    ),
    *(
        "!!str ",
        "! ",
        "|",
        ">",
        "|2-",
        "'",
        '"',
        "\\",
        "\\u2028",
        "#",
        "---\n",
        "...\n",
        "%YAML 1.2\n",
        "\t",
        "\r\n",
    ),
    *("no", "012", "é", "日", "😀", "\u2028", "\ufeff", "\x00", "~", "1"),
]


@given(st.lists(st.sampled_from(SNIPPETS), max_size=40).map("".join))
def test_any_yaml_like_text_gives_places_inside_the_file(text: str) -> None:
    document, found = source.parse(text.encode(), "services.yaml")
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    places = [each.position for each in found]
    if document is not None:
        places += [document.position(*loc) for loc, _ in leaves(document.value)]
        places += [document.key_position(*loc) for loc, _ in leaves(document.value)]
    else:
        assert found
    for at in places:
        assert (at.line, at.column) <= (at.end_line, at.end_column)
        assert 1 <= at.line <= at.end_line <= len(lines)
        assert 1 <= at.column <= len(lines[at.line - 1]) + 1
        assert 1 <= at.end_column <= len(lines[at.end_line - 1]) + 1


@given(st.text("0123456789+-._:eExoabny~=", max_size=10))
def test_plain_numbers_that_are_not_ambiguous_mean_the_same_to_yaml_1_1(text: str) -> None:
    yaml = ruamel.yaml.YAML(typ="safe", pure=True)
    yaml.version = (1, 1)
    new = scalars.resolve(text)
    if scalars.ambiguity(text) is None and isinstance(new, int | float | bool):
        assert yaml.load(f"[{text}]") == [new]
