from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.lint import commands, tokens
from generator.lint.tokens import Kind
from generator.migrations import lexer

QUOTES = ["'", "''", '"', "E'", "e'\\'", "\\", "$$", "$a$", "$1", "--", "/*", "*/", "ü$x$", "U&'"]
WORDS = [
    "a",
    "é",
    "1",
    "日",
    "\0",
    "BEGIN",
    "END",
    "CASE",
    "CREATE FUNCTION ",
    ";",
    "(",
    ")",
    "\n",
    "\r\n",
    " ",
]
PIECES = st.lists(st.sampled_from(QUOTES + WORDS), max_size=40).map("".join)


def values(text: str) -> list[tuple[Kind, str]]:
    return [(each.kind, each.value) for each in tokens.read(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("drop Table", [(Kind.WORD, "DROP"), (Kind.WORD, "TABLE")]),
        ('"Drop ""x"" 1"', [(Kind.NAME, 'Drop "x" 1')]),
        ("'it''s'", [(Kind.STRING, "it's")]),
        (r"'a\' || b", [(Kind.STRING, "a\\"), (Kind.SYMBOL, "|"), (Kind.SYMBOL, "|"), (Kind.WORD, "B")]),
        (r"E'a\'b' c", [(Kind.STRING, r"a\'b"), (Kind.WORD, "C")]),
        ("E'a'\n 'b\\'c' d", [(Kind.STRING, "a'\n 'b\\'c"), (Kind.WORD, "D")]),
        ("$$ DROP $x$ $$ a", [(Kind.DOLLAR, " DROP $x$ "), (Kind.WORD, "A")]),
        ("a$b$c", [(Kind.WORD, "A$B$C")]),
        ("/* a /* b */ c */ d", [(Kind.COMMENT, "/* a /* b */ c */"), (Kind.WORD, "D")]),
        ("-- a;\nb", [(Kind.COMMENT, "-- a;"), (Kind.WORD, "B")]),
        ("größe ẞ", [(Kind.WORD, "größe"), (Kind.WORD, "ẞ")]),
        ("'open", [(Kind.STRING, "open")]),
        ("$1;", [(Kind.SYMBOL, "$"), (Kind.NUMBER, "1"), (Kind.SYMBOL, ";")]),
        ("", []),
    ],
)
def test_tokens(text: str, expected: list[tuple[Kind, str]]) -> None:
    assert values(text) == expected


@given(st.one_of(PIECES, st.text(max_size=200)))
def test_tokens_cover_the_text_and_never_go_back(text: str) -> None:
    at = 0
    for token in tokens.read(text):
        assert text[at : token.start].strip(" \t\n\r\f\v") == ""
        assert token.end > token.start
        at = token.end
    assert text[at:].strip(" \t\n\r\f\v") == ""


@given(PIECES)
def test_the_migrations_lexer_agrees_on_what_is_open(text: str) -> None:
    """Two readers of the same grammar: an added quote is seen, or not, by both."""
    marked = f"{text}\n(unseen)"
    last = list(tokens.read(marked))[-1]
    closed = last.kind is Kind.SYMBOL and last.value == ")"
    assert closed == (lexer.unclosed(marked) is None)


@given(PIECES)
def test_commands_lose_nothing_but_comments_and_semicolons(text: str) -> None:
    kept = [each for part in commands.split(tokens.read(text)) for each in part]
    rest = [each for each in tokens.read(text) if each not in kept]
    assert all(each.kind is Kind.COMMENT or each.value == ";" for each in rest)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("SELECT 1; SELECT 2;", 2),
        (";;", 0),
        ("CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2);", 1),
        ("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN a THEN 1 END; SELECT 2; END;", 1),
        ("CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC SELECT 1; END; SELECT 1", 2),
        ("BEGIN; SELECT 1; END;", 3),
        ("SELECT CASE WHEN a THEN 1 END; SELECT 2", 2),
        ("SELECT ';' /* ; */ -- ;", 1),
    ],
)
def test_where_commands_end(text: str, count: int) -> None:
    assert len(list(commands.split(tokens.read(text)))) == count


def test_a_hundred_thousand_of_anything_is_read() -> None:
    for piece in ("(", "'", '"', "$$", "$a$", "/*", "--", "E'\\", "BEGIN ", "E''\n", "$", "a$"):
        assert list(tokens.read(piece * 100_000))
