"""Differences between two catalogs in words, and catalogs as text."""

from __future__ import annotations

import json

import pytest

from generator.database.catalog import comparison
from generator.database.catalog.comparison import Difference, Verbs, What
from generator.database.catalog.snapshot import Attributes, Catalog, Identity
from generator.diagnostics import GenError


def catalog(**changes: Attributes | None) -> Catalog:
    """A table with a column, an index and an enum; `changes` by the first word of the kind."""
    objects: dict[Identity, Attributes] = {
        Identity("schema", "app"): {"owner": "the database owner"},
        Identity("table", "app.t"): {"schema": "app", "row security": False, "column order": ["a", "b"]},
        Identity("column", "app.t.a"): {"table": "app.t", "type": "integer", "nullable": True},
        Identity("index", "app.i"): {"table": "app.t", "keys": ["a"], "valid": True},
        Identity("enum", "app.mood"): {"schema": "app", "labels": ["sad", "happy"]},
    }
    for identity in list(objects):
        change = changes.get(identity.kind, {})
        if change is None:
            del objects[identity]
        else:
            objects[identity] = {**objects[identity], **change}
    return Catalog(objects, 15)


def test_equal_catalogs_have_no_difference() -> None:
    assert comparison.compare(catalog(), catalog()) == ()


@pytest.mark.parametrize(
    ("after", "sentence"),
    [
        (catalog(index=None), "index app.i is missing"),
        (catalog(schema=None, table=None, column=None, index=None, enum=None), "schema app is missing"),
        (catalog(table=None, column=None, index=None), "table app.t is missing"),
        (catalog(index={"valid": False}), "index app.i differs (valid: yes before, no after)"),
        (catalog(column={"type": "text"}), "column app.t.a differs (type: integer before, text after)"),
        (catalog(column={"default": "1"}), "column app.t.a differs (default: none before, 1 after)"),
        (
            catalog(enum={"labels": ["sad", "angry"]}),
            "enum app.mood differs (labels: without happy, with angry)",
        ),
        (
            catalog(enum={"labels": ["happy", "sad"]}),
            "enum app.mood differs (labels: sad, happy before, happy, sad after)",
        ),
        (catalog(table={"grants": []}), "table app.t differs (grants: none before, nothing after)"),
        (
            catalog(table={"column order": ["b", "a"]}),
            "table app.t differs (column order: a, b before, b, a after)",
        ),
    ],
)
def test_sentence(after: Catalog, sentence: str) -> None:
    (difference,) = comparison.compare(catalog(), after)
    assert difference.sentence == sentence


def test_the_reverse_is_extra() -> None:
    (difference,) = comparison.compare(catalog(table=None, column=None, index=None), catalog())
    assert difference == Difference("table", "app.t", What.EXTRA)
    assert difference.told(comparison.AFTER_DOWN) == "table app.t is left behind"


def test_the_caller_gives_the_verbs() -> None:
    changed = Difference("index", "app.i", What.CHANGED, "valid", True, False)
    assert changed.told(comparison.AFTER_SECOND_UP) == (
        "index app.i differs after the second Up (valid: yes before, no after)"
    )
    assert Difference("index", "app.i", What.MISSING).told(Verbs(missing="went")) == "index app.i went"


def test_a_new_column_is_no_other_order() -> None:
    assert comparison.compare(catalog(), catalog(table={"column order": ["a", "c", "b"]})) == ()


def test_a_long_text_is_cut_to_where_it_begins_to_differ() -> None:
    before, after = "x" * 500 + "OLD" + "y" * 500, "x" * 500 + "NEW" + "y" * 500
    change = Difference("view", "app.v", What.CHANGED, "definition", before, after).change
    assert "OLD" in change
    assert "NEW" in change
    assert len(change) < 300


def test_line_breaks_do_not_break_the_sentence() -> None:
    difference = Difference("view", "app.v", What.CHANGED, "definition", "SELECT\n  1", "SELECT\n  2")
    assert difference.change == "SELECT 1 before, SELECT 2 after"


def test_json_is_stable_and_has_a_line_per_object() -> None:
    taken = catalog()
    shuffled = Catalog(dict(reversed(list(taken.objects.items()))), 15)
    assert taken.to_json() == shuffled.to_json()
    assert len(taken.to_json().splitlines()) == len(taken.objects) + 2
    assert json.loads(taken.to_json())["postgres"] == 15
    assert Catalog.from_json(taken.to_json()) == taken


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{}",
        '{"format": 2}',
        '{"format": 2, "postgres": "x", "objects": []}',
        '{"format": 2, "postgres": 15, "objects": [["table", "t"]]}',
        '{"format": 2, "postgres": 15, "objects": [[1, "t", {}]]}',
        '{"format": 2, "postgres": 15, "objects": [["table", "t", []]]}',
        '{"format": 2, "postgres": 15, "objects": [["table", "t", {"a": {"b": 1}}]]}',
        '{"format": 2, "postgres": 15, "objects": [["table", "t", {"a": [1]}]]}',
        '{"format": 2, "postgres": 15, "objects": [["table", "t", {"a": null}]]}',
        '{"format": 2, "postgres": 1e400, "objects": []}',
        '{"format": 2, "postgres": true, "objects": []}',
        '{"format": 2, "postgres": 15, "objects": [["../x", "t", {}]]}',
        "[" * 100_000,
    ],
)
def test_other_text_is_no_snapshot(text: str) -> None:
    with pytest.raises(GenError, match="no catalog snapshot"):
        Catalog.from_json(text)


def test_another_format_says_so() -> None:
    with pytest.raises(GenError, match="format 3"):
        Catalog.from_json('{"format": 3, "postgres": 15, "objects": []}')
