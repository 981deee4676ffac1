from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from generator.lint import sent
from generator.lint.squawk import Finding
from generator.migrations import lines, parser
from tests.support import lint


def at(line: int, column: int, end_line: int, end_column: int) -> Finding:
    return Finding("x", "", "", line, column, end_line, end_column)


def test_only_the_ups_statements_are_left_on_their_lines() -> None:
    made = lint.migration(
        "-- comment\n-- +goose NO TRANSACTION\n\n-- +goose Up\n-- squawk-ignore\nSELECT 'é--', /* ü\n*/ 2 -- x\n;\n"
        "-- +goose StatementBegin\nDO $$ -- kept\n$$;\n-- +goose StatementEnd\n-- +goose Down\nDROP TABLE a;\n"
    )
    assert sent.of(made).text() == (
        "\n\n\n\n\nSELECT 'é--',     \n   2     \n;\n\nDO $$ -- kept\n$$;\n\n\n\n"
    )


def test_a_statement_can_be_left_out() -> None:
    made = lint.up("SELECT 1;\nSELECT\n2;\nSELECT 3;")
    assert sent.of(made).text(without={1}).split("\n")[1:5] == ["SELECT 1;", "", "", "SELECT 3;"]


def test_windows_line_endings_and_bytes() -> None:
    made = lint.migration(
        "-- +goose Up\r\nSELECT '日本🍬', a;\r\nSELECT\r\n 'ß' b;\r\n-- +goose Down\r\nSELECT 1;\r\n"
    )
    found = sent.of(made)
    column = len("SELECT '日本🍬', ".encode())
    where = found.position(at(1, column, 1, column + 1))
    assert (where.line, where.column, where.end_line, where.end_column) == (2, 15, 2, 16)
    # Over several lines: to the end of the first.
    where = found.position(at(2, 0, 3, 8))
    assert (where.line, where.column, where.end_column) == (3, 1, 7)
    where = found.position(at(3, 6, 3, 7))
    assert (where.line, where.column, where.end_column) == (4, 6, 7)


def test_between_statements_it_is_the_end_of_the_one_before() -> None:
    found = sent.of(lint.up("SELECT 1;\n\n-- x\n\nSELECT 2;"))
    where = found.position(at(3, 0, 3, 0))
    assert (where.line, where.column) == (2, 10)


def test_large_data_is_not_sent() -> None:
    rows = ",\n".join(f"({number}, 'x')" for number in range(4000))
    made = lint.up(f"/* rows */ INSERT INTO a VALUES\n{rows};\nDROP TABLE a;")
    assert sent.of(made).text().strip() == "DROP TABLE a;"


@given(st.text(st.sampled_from("a'\"$-/*\n\r\té🍬;E\\() x"), max_size=120))
def test_lines_and_characters_stay_where_they_are(text: str) -> None:
    blanked = sent.without_comments(text)
    assert len(blanked) == len(text)
    assert [len(each) for each in blanked.split("\n")] == [len(each) for each in text.split("\n")]
    made, _ = parser.parse(lint.PATH, "1_a.sql", f"-- +goose Up\n{text}\nSELECT 1;\n".encode())
    if made is not None:
        assert sent.of(made).text().count("\n") == len(lines.split(made.text))
