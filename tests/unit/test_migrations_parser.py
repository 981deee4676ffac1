"""Details of parse(): positions to their end, what is kept of the text, and input made to hurt."""

from __future__ import annotations

import itertools
import time

import pytest

from generator.diagnostics import Diagnostic, Position, Severity, has_errors
from generator.migrations import envsub, markers, names, parser, quoting

PATH = "db/1_a.sql"


def found(data: bytes | str, name: str = "1_a.sql") -> list[Diagnostic]:
    return parser.parse(PATH, name, data if isinstance(data, bytes) else data.encode())[1]


def test_what_a_migration_holds() -> None:
    text = "-- ü\r\n-- +goose NO TRANSACTION\r\n-- +goose Up\r\nSELECT 1;\r\n-- +goose Down\r\nSELECT 2;"
    migration, problems = parser.parse(PATH, "20260117000001_a.sql", text.encode())
    assert problems == []
    assert migration is not None
    assert migration.text == text
    assert (migration.version, migration.has_down, migration.no_transaction) == (20260117000001, True, True)


@pytest.mark.parametrize("down", ["", "-- nothing\n", "-- +goose StatementBegin\n-- +goose StatementEnd\n"])
def test_a_down_without_statements_is_none(down: str) -> None:
    migration, problems = parser.parse(
        PATH, "1_a.sql", f"-- +goose Up\nSELECT 1;\n-- +goose Down\n{down}".encode()
    )
    assert problems == []
    assert migration is not None
    assert not migration.has_down


def test_an_up_without_statements_is_a_warning() -> None:
    migration, (warning,) = parser.parse(PATH, "1_a.sql", b"-- +goose Up\n-- SELECT 1;\n")
    assert migration is not None
    assert (warning.rule, warning.severity) == ("migration-empty", Severity.WARNING)


def test_positions_have_an_end() -> None:
    (annotation,) = found("-- +goose Up\nSELECT 1;\n-- +goose Dwon  \n")
    assert annotation.position == Position(PATH, 3, 1, 3, 15)
    assert "`-- +goose Down`" in annotation.help
    (semicolon,) = found("-- +goose Up\n  SELECT 'ä🍬' -- x\n")
    assert semicolon.position == Position(PATH, 2, 13, 2, 14)
    (marker,) = found("-- +goose Up\nSELECT 1; -- # +argocd:skip-file-rendering\n")
    assert marker.position == Position(PATH, 2, 16, 2, 43)


def test_problems_come_by_line() -> None:
    data = b"-- +goose Up\nSELECT '\x00';\nSELECT '\x1b'\n-- +goose Dwon\n"
    assert [each.position.line for each in found(data)] == [2, 3, 3, 4]


def test_repeated_characters_are_one_problem() -> None:
    (problem,) = found("-- +goose Up\nSELECT '\u2028\u2028';\n-- \u2028\n")
    assert "U+2028 (LINE SEPARATOR) 3 times" in problem.message


def test_columns_of_a_file_that_is_no_utf8_count_one_per_bad_byte() -> None:
    data = b"-- +goose Up\nSELECT '\xfc\xfc', '\x00';\n"
    assert [(each.rule, each.position.column) for each in found(data)] == [
        ("migration-encoding", 9),
        ("migration-nul", 15),
    ]


def test_a_byte_order_mark_does_not_hide_the_rest() -> None:
    assert [each.rule for each in found(b"\xef\xbb\xbf-- +goose Up\nSELECT 1\n")] == [
        "migration-encoding",
        "migration-semicolon",
    ]


def test_a_long_last_line_is_not_repeated_in_a_message() -> None:
    for each in found("-- +goose Up\n-- +goose " + "x" * 100_000 + "\nSELECT " + "y" * 100_000):
        assert len(each.message) < 200
        assert len(each.help) < 300


def test_a_statement_is_never_repeated_in_a_message() -> None:
    for each in found("SELECT 'hunter2';\n-- +goose Up\nALTER ROLE app PASSWORD 'hunter2'\n"):
        assert "hunter2" not in each.message + each.help


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("-- goose Down", "Down"),
        ("--goose down", "Down"),
        ("-- +GOOSE Up", "Up"),
        ("– +goose Down", "Down"),  # noqa: RUF001 - an en dash, as word processors write it
        ("+goose StatementEnd", "StatementEnd"),
        ("-- goose: no transaction", "NO TRANSACTION"),
        ("-- goose statement begin", "StatementBegin"),
        ("/* +goose Down */", "Down"),
    ],
)
def test_lookalikes(line: str, meant: str) -> None:
    assert not markers.is_annotation(line)
    assert markers.lookalike(line) == markers.Annotation(meant)


@pytest.mark.parametrize(
    "line",
    [
        "-- goose goes up",
        "-- the goose is down",
        "SELECT 'goose up';",
        "goose up",
        "-- undo with goose down",
        "",
    ],
)
def test_prose_is_no_lookalike(line: str) -> None:
    assert markers.lookalike(line) is None


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("1_a.sql", 1),
        ("+1_a.sql", 1),
        ("-1_a.sql", -1),
        ("000_a.sql", 0),
        ("1 _a.sql", None),
        ("1_000_a.sql", 1),
        ("_a.sql", None),
        ("1.sql", None),
        ("²_a.sql", None),
        ("1\n_a.sql", None),
    ],
)
def test_versions(name: str, version: int | None) -> None:
    assert names.version(name) == version


@pytest.mark.parametrize(
    "name", ["9" * 5000 + "_a.sql", "0" * 5000 + "1_a.sql", "1_" + "a" * 300 + ".sql", "", "\0"]
)
def test_hostile_names(name: str) -> None:
    migration, problems = parser.parse(PATH, name, b"-- +goose Up\nSELECT 1;\n")
    assert migration is None
    assert problems


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("$A", ""),
        ("${A}b", "b"),
        ("${A:-b}", "b"),
        ("${A-${B:-c}}d", "cd"),
        ("${A:1}", ""),
        ("${A:-1:-2}", "1:-2"),  # `:-` wins over a negative offset
        ("${A?no}", ""),
        (r"\$A", "$A"),
        ("$(A)", "$(A)"),
        (r"\\$A", r"\\"),
        ("a$", "a$"),
    ],
)
def test_envsub_expands_as_with_nothing_set(line: str, text: str) -> None:
    assert envsub.expand(line) == envsub.Expanded(text, ())


@pytest.mark.parametrize("line", ["$1", "${", "${1}", "${A", "${A!}", "${A:x}", "${A:1:y}", "$ A", "${A:-"])
def test_envsub_that_goose_cannot_read(line: str) -> None:
    (problem,) = envsub.expand(line).problems
    assert problem.fatal
    assert problem.offset == 0


def test_envsub_nested_without_end() -> None:
    problems = envsub.expand("${A:-" * 100_000).problems
    assert problems[-1].fatal


def test_shown_text_is_short_and_printable() -> None:
    assert quoting.shown("a\x1b[31m\n\u202e\udcff") == "a\\x1b[31m\\n\\u202e\\xff"
    assert len(quoting.shown("x" * 1000)) == quoting.LIMIT


HOSTILE = {
    "spaces": b" " * 1_000_000,
    "one line": b"-- +goose Up\n" + b"a " * 500_000 + b";",
    "dashes": b"-- +goose Up\n" + b"-" * 1_000_000,
    "goose": b"-- +goose" * 100_000,
    "plus": b"-- +goose Up\n-- " + b" +" * 400_000,
    "comments": b"-- +goose Up\n" + b"/*\n" * 300_000 + b"-- +goose StatementBegin\n",
    "begins": b"-- +goose Up\n" + b"-- +goose StatementBegin\n" * 30_000,
    "dollars": b"-- +goose Up\n-- +goose ENVSUB ON\n" + b"$" * 200_000,
    "braces": b"-- +goose Up\n-- +goose ENVSUB ON\n" + b"${A:-" * 200_000,
    "variables": b"-- +goose Up\n-- +goose ENVSUB ON\n" + b"${A}x\\" * 100_000,
    "bad bytes": b"\xff\xfd" * 400_000,
    "separators": "\u2028".encode() * 300_000,
    "markers": b"+argocd:skip-file-rendering\n" * 20_000,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_content_costs_no_more_than_its_length(kind: str) -> None:
    """Anything quadratic would take minutes here, not seconds."""
    start = time.process_time()
    migration, problems = parser.parse(PATH, "1_a.sql", HOSTILE[kind])
    assert time.process_time() - start < 20
    assert (migration is None) == has_errors(problems)


def test_short_files_of_every_kind_of_line() -> None:
    """All files of up to four lines out of these: each is either a migration or has an error."""
    lines = [f"{each.line}\n" for each in markers.Annotation] + ["SELECT 1\n", ";\n", "--\n", "\n"]
    for length in range(5):
        for chosen in itertools.product(lines, repeat=length):
            migration, problems = parser.parse(PATH, "1_a.sql", "".join(chosen).encode())
            assert (migration is None) == has_errors(problems)
