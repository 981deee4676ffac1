"""What is open at the end of a statement, and one diagnostic per mistake for it."""

from __future__ import annotations

import time

import pytest

from generator.diagnostics import Diagnostic, Position
from generator.migrations import lexer, parser
from generator.migrations.lexer import Kind, Open

PATH = "db/1_a.sql"
RULE = "migration-statement-split"


def found(text: str) -> list[Diagnostic]:
    return parser.parse(PATH, "1_a.sql", text.encode())[1]


def lines(text: str) -> list[tuple[str, int]]:
    return [(each.rule, each.position.line) for each in found(text)]


# PostgreSQL's own scanner (pg_query's `scan`) says the same of each of these.
CLOSED = [
    "",
    "'it''s'",
    r"'\'",
    r"E'\''",
    r"e'\\'",
    "E'a'\n'\\''",
    "E'a' -- x\n\t-- it's\n '\\''",
    r"U&'\0041'''",
    r"nae'\'",
    r"a$E'\'",
    r"_e'\'",
    r"ée'\'",
    '"a""b"',
    '"it\'s"',
    "'\"'",
    "$$ ' \" /* $a$ $$",
    "$a$ $$ $b$a$",
    "$é_1$ $é$ $é_1$",
    "a$b$",
    "a$$ b$$c",
    "$1, $2$1",
    "$1$a$ ' $a$",
    "1$$'$$",
    "$$$a$ ' $$",
    "$ '$'",
    "$1a$",
    "-- it's $$ /*",
    "-- a\r''",
    "1--it's",
    "1 - -1 -'a'",
    "/* it's */",
    "/* /* */ */",
    "/* **/",
    "/*/*/ */*/",
    "2*/**/3",
    "/ '/*'",
    "*/",
    "/* -- */",
]


@pytest.mark.parametrize("text", CLOSED)
def test_nothing_is_open(text: str) -> None:
    assert lexer.unclosed(text) is None


@pytest.mark.parametrize(
    ("text", "kind", "opening", "offset"),
    [
        ("a 'b''", Kind.STRING, "'", 2),
        ("'it's'", Kind.STRING, "'", 5),
        (r"E'\'", Kind.ESCAPE, "E'", 0),
        ("E'\\", Kind.ESCAPE, "E'", 0),
        ("E'a'\n'\\'", Kind.ESCAPE, "E'", 0),
        ("E'a' 'b\\'c'", Kind.STRING, "'", 10),
        ("U&'a", Kind.STRING, "'", 2),
        ('a "b""', Kind.NAME, '"', 2),
        ("$$ $a$ $1$", Kind.DOLLAR, "$$", 0),
        ("x $a$ $A$", Kind.DOLLAR, "$a$", 2),
        ("1$a$", Kind.DOLLAR, "$a$", 1),
        ("$a$$a$$b$", Kind.DOLLAR, "$b$", 6),
        ("-- '\n'", Kind.STRING, "'", 5),
        ("-- '\r'", Kind.STRING, "'", 5),
        ("/* /* */", Kind.COMMENT, "/*", 0),
        ("+/* */ /*/", Kind.COMMENT, "/*", 7),
    ],
)
def test_what_is_open(text: str, kind: Kind, opening: str, offset: int) -> None:
    assert lexer.unclosed(text) == Open(kind, opening, offset)


@pytest.mark.parametrize(
    "text", [each for each in CLOSED if each.startswith(("'", "E'", "$$ ", '"', "/* /", "/* -"))]
)
def test_a_text_in_two_pieces_ends_as_the_whole(text: str) -> None:
    """Cut in the middle of `''` or `\\'`, a string ends otherwise; goose cuts behind a `;`."""
    opened = lexer.unclosed(text[:2] + " ;")
    assert opened is not None
    assert lexer.unclosed(text[2:], opened) is None
    again = lexer.unclosed(" ; ", opened)
    assert again is not None
    assert again.offset is None
    assert lexer.unclosed(text[2:], again) is None


def test_comments_stay_nested_from_piece_to_piece() -> None:
    opened = lexer.unclosed("/* /* ;")
    assert opened == Open(Kind.COMMENT, "/*", 0, 2)
    again = lexer.unclosed("*/ ;", opened)
    assert again == Open(Kind.COMMENT, "/*", None, 1)
    assert lexer.unclosed("*/ ;", again) is None


def test_a_body_gets_its_opening_quote_and_the_line_of_the_cut() -> None:
    (split,) = found("-- +goose Up\n\n-- x\n\nDO\n  $ä$ BEGIN\n  NULL; -- y\n  NULL;\nEND $ä$;\n")
    assert (split.rule, split.position) == (RULE, Position(PATH, 6, 3, 6, 6))
    assert "`;` on line 7" in split.message
    assert "`$ä$`" in split.message
    assert "before line 5 " in split.help


def test_a_forgotten_quote_gets_both_ways_out() -> None:
    (split,) = found("-- +goose Up\nSELECT 'hunter2;\nSELECT 1;\nSELECT 'a';\n")
    assert "StatementBegin" in split.help
    assert "close the string" in split.help
    assert "hunter2" not in split.message + split.help


def test_an_open_block_gets_other_words() -> None:
    (split,) = found("-- +goose Up\n-- +goose StatementBegin\nSELECT 1 /* x\n-- +goose StatementEnd\n")
    assert (split.rule, split.position) == (RULE, Position(PATH, 3, 10, 3, 12))
    assert "StatementEnd on line 4" in split.message
    assert "`*/`" in split.help


BODY = "DO $$\nBEGIN\n  PERFORM 'a';\n  PERFORM E'\\'', \"b\"; -- $\n  /* ; */\nEND;\n$$;\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (BODY + "SELECT 1;\n" + BODY, [(RULE, 2), (RULE, 10)]),
        (BODY + "-- +goose Down\n" + BODY, [(RULE, 2), (RULE, 10)]),
        (BODY.removesuffix(";\n") + "\n-- +goose Down\nSELECT 1;\n", [(RULE, 2)]),
        (BODY.removesuffix("$$;\n"), [(RULE, 2)]),
        (BODY.removesuffix("$$;\n") + "-- +goose Down\nSELECT 'a;\n", [(RULE, 2), (RULE, 9)]),
        (BODY + "SELECT 1\n", [(RULE, 2), ("migration-semicolon", 9)]),
        # `x');` opens a string only if the one before goes on, `$$` only if it does not.
        ("SELECT 'it's');\nSELECT ('a', 'x');\nSELECT ('y');\n", [(RULE, 2)]),
        ("SELECT $a$;\n$a$, $b$;\n$b$, $c$;\n$c$;\n", [(RULE, 2), (RULE, 3), (RULE, 4)]),
        ("/* a;\n b */ SELECT 1;\nSELECT 'c;\n';\n", [(RULE, 2), (RULE, 4)]),
        (
            "SELECT 'a;\n-- +goose StatementBegin\nSELECT $$ 1\n-- +goose StatementEnd\n",
            [(RULE, 2), (RULE, 4)],
        ),
        (
            "SELECT 'a;\n-- +goose StatementBegin\nSELECT 1\n-- +goose StatementEnd\nSELECT 'b;\n",
            [(RULE, 2), (RULE, 6)],
        ),
        ("-- +goose StatementBegin\n" + BODY + "-- +goose StatementEnd\n", []),
    ],
)
def test_one_mistake_is_one_diagnostic(text: str, expected: list[tuple[str, int]]) -> None:
    assert lines(f"-- +goose Up\n{text}") == expected


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("SELECT '${A:-b}', 'c;", 19),  # behind the substitution
        ("SELECT 'c ${A:-b};", 8),  # before it
        ("SELECT ${A:-'b};", 1),  # in it
        (r"SELECT '\$', 'é;", 14),
    ],
)
def test_under_envsub_the_column_is_that_of_the_file(line: str, column: int) -> None:
    (split,) = found(f"-- +goose Up\n-- +goose ENVSUB ON\n{line}\n")
    assert (split.rule, split.position.line, split.position.column) == (RULE, 3, column)


def test_what_envsub_spoils_is_not_reported_twice() -> None:
    assert lines(f"-- +goose Up\n-- +goose ENVSUB ON\n{BODY}") == [
        ("migration-envsub", 3),
        ("migration-envsub", 9),
    ]


HOSTILE = {
    "quotes": "'" * 1_000_001,
    "names": '"' * 1_000_001,
    "dollars": "$" * 1_000_001,
    "tags": "".join(f"$a{n}$" for n in range(100_001)),
    "open tags": "$a" * 500_000,
    "a long tag": "$" + "a" * 1_000_000,
    "params": "$1" * 500_000,
    "comments": "/*" * 500_000,
    "comment ends": "/*" + "*/" * 500_000,
    "slashes": "/" * 1_000_000,
    "dashes": "- " * 500_000,
    "escapes": "E'" + "\\'" * 500_000,
    "escape strings": "E'' " * 250_000,
    "continued": "E'a'\n" * 200_000,
    "nearly continued": "E''" + " -- x\n" * 200_000,
    "e": "e" * 1_000_000,
    "statements": "SELECT '\n;\n" * 100_000,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_text_costs_no_more_than_its_length(kind: str) -> None:
    """Anything quadratic would take minutes here, not seconds."""
    start = time.process_time()
    found(f"-- +goose Up\n{HOSTILE[kind]}\n;\n")
    assert time.process_time() - start < 20
