"""The parser's messages that people meet most, in plain words at the place to mend."""

from __future__ import annotations

import subprocess
import sys

import pytest

from generator import source


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("a: 1\n b: 2\n", (2, 3), "a `: ` is not allowed here"),
        ("a: [1, 2\nb: c\n", (1, 4), "the list that opens here has no `]`, or lacks a comma"),
        ("a: {b: 1\nc: 2\n", (1, 4), "the mapping that opens here has no `}`, or lacks a comma"),
        ("a: 'it's'\n", (1, 8), "expected `key: value` here"),
        ("- a\nb: c\n", (2, 1), "expected a list item `- …` here"),
        ("a: 'x\nb: 1\n", (1, 4), "the quote that opens here is never closed"),
        ("a: 'x\n--- y\n", (1, 4), "the quote that opens here is never closed"),
        ("a: `x`\n", (1, 4), "a value cannot begin with this character"),
        ("a: - b\n", (1, 4), "a list item cannot begin here"),
        ('a: "C:\\q"\n', (1, 7), "this backslash escape does not exist"),
        ('a: "\\xZZ"\n', (1, 7), "this escape lacks digits"),
        ("a: }\n", (1, 4), "expected a value here"),
        ("a: & b\n", (1, 4), "`&` and `*` need a name behind them"),
        ("a: |x\n", (1, 5), "only a comment may follow `|` or `>`"),
        ("a: 1\nb\nc: 2\n", (2, 1), "this line is not `key: value`"),
        ("a: b\n...\nfoo\n", (3, 1), "the document ended, and more text follows"),
        ("%FOO x\n---\na: b\n", (1, 1), "this directive is not known"),
    ],
)
def test_plain_words(text: str, place: tuple[int, int], message: str) -> None:
    read, found = source.parse(text.encode(), "services.yaml")
    assert read is None
    assert [(each.rule, (each.position.line, each.position.column), each.message) for each in found] == [
        ("yaml-syntax", place, message)
    ]
    assert found[0].help


def test_the_parser_is_imported_only_when_it_is_needed() -> None:
    code = "import sys, generator.source; sys.exit('ruamel.yaml' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
