from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.lint import suppressions
from generator.lint.suppressions import Suppressions
from generator.migrations import parser
from tests.support import lint

RULE = "lint-irreversible"
ALLOW = f"-- gen:allow {RULE}: said"


def of(up: str, down: str = "SELECT 1;", head: str = "") -> Suppressions:
    return suppressions.of(lint.migration(f"{head}-- +goose Up\n{up}\n-- +goose Down\n{down}\n"))


@pytest.mark.parametrize(
    ("up", "allowed"),
    [
        (f"{ALLOW}\nDROP TABLE a;\nDROP TABLE b;", {3}),
        (f"{ALLOW}\n\n-- another comment\n   -- and one\nDROP TABLE a;", {6}),
        (f"{ALLOW}\n-- +goose StatementBegin\n-- x\nDROP TABLE a;\n-- +goose StatementEnd", {5}),
        (f"-- +goose StatementBegin\n{ALLOW}\nDROP TABLE\na;\n-- +goose StatementEnd", {4, 5}),
        (f"DROP TABLE\n  {ALLOW}\n  a;\nDROP TABLE b;", {2, 3, 4}),
        (f"DROP TABLE a; {ALLOW}\nDROP TABLE b;", {2}),
        (f"DROP TABLE a;\n{ALLOW}\nDROP TABLE b;", {4}),
        (f"  --gen:allow lint-x ,  {RULE}:said\nDROP TABLE a;", {3}),
        (f"SELECT '\n{ALLOW}\n';\nDROP TABLE b;", set()),
        (f"-- +goose StatementBegin\nDO $$\n{ALLOW}\nBEGIN END $$;\n-- +goose StatementEnd", set()),
        (f'SELECT "\n{ALLOW}\n" FROM a;', set()),
        (f"DROP TABLE a;\n{ALLOW}", set()),
        (f"/* {ALLOW} */\nDROP TABLE b;", set()),
        (f"-- {ALLOW}\nDROP TABLE b;", set()),
    ],
)
def test_which_lines_it_holds_for(up: str, allowed: set[int]) -> None:
    found = of(up)
    lines = range(1, up.count("\n") + 5)
    assert {line for line in lines if found.allows(RULE, line)} == allowed
    assert not any(found.allows("lint-other", line) for line in lines)


@pytest.mark.parametrize("head", [f"{ALLOW}\n", f"-- x\r\n{ALLOW}\r\n-- +goose NO TRANSACTION\r\n\r\n"])
def test_before_up_it_holds_for_the_file(head: str) -> None:
    found = of("DROP TABLE a;", head=head)
    assert all(found.allows(RULE, line) for line in range(1, 9))


def test_in_an_empty_down_it_holds_for_the_down() -> None:
    found = of("SELECT 1;", down=ALLOW)
    assert [line for line in range(1, 6) if found.allows(RULE, line)] == [3]


def test_a_down_has_its_own() -> None:
    found = of("SELECT 1;", down=f"{ALLOW}\nDROP TABLE a;")
    assert [line for line in range(1, 7) if found.allows(RULE, line)] == [5]


def test_a_statements_own_is_used_before_the_files() -> None:
    found = of(f"{ALLOW}\nDROP TABLE a;", head=f"{ALLOW}\n")
    used = found.by(RULE, 4)
    assert used is not None
    assert used.first == 4
    assert [
        each.position.line
        for each in suppressions.unused(found, {used}, {each.rule for each in found.allowed})
    ] == [1]


@pytest.mark.parametrize(
    ("comment", "message", "column", "length"),
    [
        ("-- gen:allow", "cannot be understood", 4, 9),
        ("-- gen: allow lint-x: y", "cannot be understood", 4, 10),
        ("-- GEN:ALLOW lint-x: y", "cannot be understood", 4, 9),
        ("-- -- gen:allow lint-x: y", "cannot be understood", 7, 9),
        ("-- gen:allow lint-x", "gives no reason", 4, 9),
        ("-- gen:allow lint-x: \t", "gives no reason", 4, 9),
        ("-- gen:allow lint-x,: y", "is missing", 21, 0),
        ("-- gen:allow lint-x, Lint Y : y", "`Lint Y` is not a rule's id", 22, 6),
        ("-- squawk-ignore ban-drop-table", "`squawk-ignore` has no effect", 4, 13),
        ("--squawk-disable-assume-in-transaction", "has no effect", 3, 36),
    ],
)
def test_what_is_wrong_with_one(comment: str, message: str, column: int, length: int) -> None:
    found = of(f"{comment}\nDROP TABLE a;").found
    assert [each.rule for each in found] == ["lint-suppression"]
    assert message in found[0].message
    where = found[0].position
    assert (where.line, where.column, where.end_column - where.column) == (2, column, length)


def test_unused_and_unknown() -> None:
    found = of(
        "-- gen:allow lint-irreversible, lint-drop-column, rehearsal-rewrit: why\n"
        "-- gen:allow lint-suppression-unused: why\nSELECT 1;"
    )
    known = ["lint-ban-drop-column", "lint-irreversible", "lint-suppression-unused", "rehearsal-rewrite"]
    unknown = list(suppressions.unknown(found, known))
    assert [(each.message, each.help) for each in unknown] == [
        ("there is no lint rule `lint-drop-column`", "did you mean `lint-ban-drop-column`?"),
        ("there is no lint rule `rehearsal-rewrit`", "did you mean `rehearsal-rewrite`?"),
        ("`lint-suppression-unused` cannot be allowed", "correct what it finds"),
    ]
    looked_for = {"lint-irreversible", "lint-ban-drop-column"}
    assert [each.position.column for each in suppressions.unused(found, set(), looked_for)] == [14]


@given(st.text(st.sampled_from("gen:allow lint-x,;'$\"/*-\n\r é"), max_size=80))
def test_nothing_raises(text: str) -> None:
    data = f"-- +goose Up\n{text}\nSELECT 1;\n-- +goose Down\n{text}\n".encode()
    made, _ = parser.parse(lint.PATH, "1_a.sql", data)
    if made is not None:
        found = suppressions.of(made)
        assert not found.allows("lint-y", 1)


@pytest.mark.parametrize(
    "comment",
    [
        "-- see the squawk-ignore docs",
        "-- we do not gen:allow anything here",
        "-- please gen:allow lint-x: y",
        "-- é squawk-disable-assume-in-transaction",
        "-- gen:allowance",
        "SELECT 1; -- as in squawk-ignore",
        "/* a block that says gen:allow */",
    ],
)
def test_prose_is_no_suppression(comment: str) -> None:
    assert of(f"{comment}\nDROP TABLE a;") == Suppressions((), ())


@pytest.mark.parametrize("rule", ["lint-suppression-unused", "lint-suppression", "lint-unknown-rule"])
def test_what_cannot_be_allowed_is_told_once(rule: str) -> None:
    declared = of(f"-- gen:allow {rule}: x\nDROP TABLE a;")
    known = ("lint-suppression-unused", "lint-suppression", "lint-unknown-rule")
    said = [
        *declared.found,
        *suppressions.unknown(declared, known),
        *suppressions.unused(declared, set(), known),
    ]
    assert [each.rule for each in said] == ["lint-suppression"]
