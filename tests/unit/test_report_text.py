"""What a person sees: the place, the line, marks under the right columns, and no surprises."""

from __future__ import annotations

import unicodedata

import pytest

from generator.diagnostics import Diagnostic, Position, Severity
from generator.report import text

PATH = "services.yaml"


def diagnostic(position: Position, rule: str = "yaml-key", severity: Severity = Severity.ERROR) -> Diagnostic:
    return Diagnostic(rule, "this is wrong", "mend it", position, severity)


def marked(line: str, position: Position) -> tuple[str, str]:
    """The source line and the marks, without the gutter."""
    shown = text.render([diagnostic(position)], lambda _: line, color=False).split("\n")
    return shown[1].partition("| ")[2], shown[2].partition("| ")[2]


def test_the_whole_report() -> None:
    found = [
        diagnostic(Position.at(PATH, 12, 3, 2), severity=Severity.WARNING),
        diagnostic(Position.at(PATH, 2, 6, 2)),
        diagnostic(Position("migrations/auth")),
    ]
    sources = {PATH: "a: 1\nabc: no\n" + "\n" * 9 + "x yz\n"}
    assert text.render(found, sources.get, color=False) == (
        "migrations/auth:1:1: error[yaml-key]: this is wrong\n"
        "  help: mend it\n"
        "\n"
        "services.yaml:2:6: error[yaml-key]: this is wrong\n"
        "  2 | abc: no\n"
        "    |      ^^\n"
        "  help: mend it\n"
        "\n"
        "services.yaml:12:3: warning[yaml-key]: this is wrong\n"
        "  12 | x yz\n"
        "     |   ^^\n"
        "  help: mend it\n"
        "\n"
        "2 errors, 1 warning\n"
    )


def test_no_diagnostics_say_nothing() -> None:
    assert text.render([], lambda _: None, color=True) == ""
    assert text.count([]) == "no problems"


def test_color_only_adds_codes() -> None:
    found = [diagnostic(Position.at(PATH, 1, 1, 1))]
    colored = text.render(found, lambda _: "a", color=True)
    assert "\x1b[31;1merror[yaml-key]:\x1b[0m" in colored
    for code in ("31;1", "33;1", "36", "1", "2", "0"):
        colored = colored.replace(f"\x1b[{code}m", "")
    assert colored == text.render(found, lambda _: "a", color=False)


@pytest.mark.parametrize(
    ("line", "column", "length", "shown", "marks"),
    [
        ("a: b", 4, 0, "a: b", "   ^"),
        ("a: b", 5, 0, "a: b", "    ^"),
        ("a: b", 40, 3, "a: b", "    ^"),
        ("\ta: b", 5, 1, "    a: b", "       ^"),
        ("ab\ta: b", 3, 1, "ab  a: b", "  ^^"),
        ("日本: x", 5, 1, "日本: x", "      ^"),
        ("日本: x", 1, 2, "日本: x", "^^^^"),
        ("e\u0301x: y", 5, 1, "e\u0301x: y", "   ^"),
        ("a\x1b[31m: b", 2, 1, "a\\x1b[31m: b", " ^^^^"),
        ("a\u202eb", 3, 1, "a\\u202eb", "       ^"),
        ("a\u00a0b", 2, 1, "a\\xa0b", " ^^^^"),
        ("a\U000e0001b", 3, 1, "a\\U000e0001b", "           ^"),
    ],
)
def test_marks_stand_under_the_columns(line: str, column: int, length: int, shown: str, marks: str) -> None:
    assert marked(line, Position.at(PATH, 1, column, length)) == (shown, marks)


def test_a_stretch_over_lines_is_marked_to_the_end_of_the_first() -> None:
    assert marked("abc: [\n]", Position(PATH, 1, 6, 2, 2)) == ("abc: [", "     ^")


@pytest.mark.parametrize("column", [1, 50, 150, 5_000, 9_999])
def test_a_long_line_is_cut_around_the_marks(column: int) -> None:
    line = "x" * (column - 1) + "Y" + "x" * (10_000 - column)
    shown, marks = marked(line, Position.at(PATH, 1, column, 1))
    assert len(shown) <= 101
    assert shown[marks.index("^")] == "Y"
    assert shown.endswith("…") == (column < 9_000)
    assert shown.startswith("…") == (column > 41)


def test_nothing_of_the_input_reaches_the_terminal_as_a_code() -> None:
    hostile = "".join(map(chr, [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x202E, 0x2066, 0xFEFF, 0xDC80]))
    found = [
        Diagnostic(f"yaml-{hostile}", hostile, hostile, Position.at(f"{hostile}.yaml", 1, 3, 1)),
        Diagnostic("yaml-key", hostile, "", Position.at(PATH, 1, 3, 1)),
    ]
    shown = text.render(found, lambda _: hostile, color=False)
    assert {unicodedata.category(each) for each in shown if each != "\n"}.isdisjoint(
        {"Cc", "Cf", "Cs", "Zl", "Zp"}
    )
    shown.encode()


def test_a_help_of_two_lines() -> None:
    found = [Diagnostic("yaml-key", "no", "write:\na: 1", Position(PATH))]
    assert text.render(found, lambda _: None, color=False) == (
        "services.yaml:1:1: error[yaml-key]: no\n  help: write:\n        a: 1\n\n1 error\n"
    )


def test_a_line_with_a_secret_is_never_shown() -> None:
    line = "dsn: s3cr3t"
    found = [
        diagnostic(Position.at(PATH, 1, 6, 6), "secret-password"),
        diagnostic(Position.at(PATH, 1, 1, 3), "spec-unknown-key"),
    ]
    assert "s3cr3t" not in text.render(found, lambda _: line, color=False)
    assert "s3cr3t" in text.render(found[1:], lambda _: line, color=False)


@pytest.mark.parametrize("secret", ["p", "s3cr3t/x", "a:b"])
def test_passwords_that_no_rule_saw_are_masked(secret: str) -> None:
    shown, marks = marked(f"dsn: postgres://u:{secret}@h/d x: y", Position.at(PATH, 1, 21 + len(secret), 1))
    assert shown == f"dsn: postgres://{'*' * (2 + len(secret))}@h/d x: y"
    assert marks == " " * (20 + len(secret)) + "^"
    shown, _ = marked("ALTER ROLE a PASSWORD 'geheim' x", Position.at(PATH, 1, 1, 1))
    assert shown == "ALTER ROLE a PASSWORD '******' x"


def test_a_source_that_became_shorter_is_no_reason_to_fail() -> None:
    found = [diagnostic(Position.at(PATH, 99, 9, 9))]
    assert "99 |" not in text.render(found, lambda _: "a: 1\n", color=False)


def test_windows_text_and_a_mark_at_its_start() -> None:
    assert marked("\ufeffa: no\r\n", Position.at(PATH, 1, 4, 2)) == ("a: no", "   ^^")
