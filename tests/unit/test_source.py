"""What a services.yaml says, where it says it, and every way in which it can be wrong."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import Any

import pytest

from generator import source
from generator.diagnostics import Position
from generator.source import decoding, tree

GOOD = 'services:\n  auth:\n    name: "x"\n    port: 1\n'


def problems(text: str | bytes) -> list[tuple[str, int, int, int, int]]:
    data = text if isinstance(text, bytes) else text.encode()
    return [
        (
            each.rule,
            each.position.line,
            each.position.column,
            each.position.end_line,
            each.position.end_column,
        )
        for each in source.parse(data, "services.yaml")[1]
    ]


def document(text: str) -> source.Document:
    parsed, found = source.parse(text.encode(), "services.yaml")
    assert found == []
    assert parsed is not None
    return parsed


def value(text: str) -> Any:
    return document(f"a: {text}\n").value["a"]


def test_a_good_file_has_values_and_places() -> None:
    read = document(GOOD)
    assert read.value == {"services": {"auth": {"name": "x", "port": 1}}}
    assert read.path == "services.yaml"
    assert read.text == GOOD
    assert read.lines[2] == '    name: "x"'
    assert read.position("services", "auth", "name") == Position("services.yaml", 3, 11, 3, 14)
    assert read.key_position("services", "auth", "name") == Position("services.yaml", 3, 5, 3, 9)
    assert read.position("services", "auth") == Position("services.yaml", 3, 5, 4, 12)
    assert read.has("services", "auth", "port")
    assert not read.has("services", "auth", "nothing")


def test_a_place_that_is_not_written_is_its_parents() -> None:
    read = document(GOOD)
    assert read.position("services", "auth", "nix", "nax") == read.position("services", "auth")
    assert read.key_position("services", "auth", "nix") == read.key_position("services", "auth")
    assert read.position("services", "auth", "name", 0) == read.position("services", "auth", "name")
    assert read.key_position("nix") == read.position() == Position("services.yaml", 1, 1, 4, 12)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("true", True),
        ("FALSE", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("1", 1),
        ("-12", -12),
        ("+3", 3),
        ("0", 0),
        ("0x1F", 31),
        ("1.5", 1.5),
        ("1.0e+3", 1000.0),
        (".inf", float("inf")),
        ("-.INF", float("-inf")),
        ("2026-01-17", "2026-01-17"),
        ("2026-01-17T12:30:00Z", "2026-01-17T12:30:00Z"),
        ('"no"', "no"),
        ("'012'", "012"),
        ("!!str 012", "012"),
        ('!!int "12"', 12),
        ("1.2.3", "1.2.3"),
        ("0.5s", "0.5s"),
        ("10m", "10m"),
        ("nope", "nope"),
        ("once", "once"),
        ("9223372036854775807", 9223372036854775807),
        ("|\n  a\n  b", "a\nb\n"),
        ("[1, a, {b: c}]", [1, "a", {"b": "c"}]),
        ("!!map {}", {}),
    ],
)
def test_scalars_follow_the_core_schema(text: str, expected: object) -> None:
    got = value(text)
    assert got == expected
    assert type(got) is type(expected)


@pytest.mark.parametrize(
    "text",
    [
        *["y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "n", "N", "no", "No", "NO", "off", "Off", "OFF"],
        *["012", "00", "-07", "08", "0o14", "0b101", "-0x1F", "1_000", "0x_1F", "1_0.5", ".5_0"],
        *[
            "1:30",
            "190:20:30",
            "0:30.5",
            "1e3",
            "12e45",
            "1.5e3",
            ".5E3",
            "-.5",
            "+.5e+3",
            "=",
            "9223372036854775808",
            "9" * 5000,
        ],
    ],
)
def test_what_yaml_1_1_reads_otherwise_is_ambiguous(text: str) -> None:
    assert problems(f"ключ: {text}\n") == [("yaml-ambiguous", 1, 7, 1, 7 + len(text))]
    found = source.parse(f"a: {text}\n".encode(), "s")[1]
    assert "quotes" in found[0].help or f'"{text}"' in found[0].help
    assert problems(f'a: "{text}"\n') == []


def test_an_ambiguous_key() -> None:
    assert problems("on: 1\n012: 2\n") == [("yaml-ambiguous", 1, 1, 1, 3), ("yaml-ambiguous", 2, 1, 2, 4)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ("yaml-empty", 1, 1, 1, 1)),
        ("# nothing\n", ("yaml-empty", 1, 1, 1, 1)),
        ("---\n", ("yaml-empty", 1, 1, 1, 1)),
        ("- a\n", ("yaml-root", 1, 1, 1, 4)),
        ("\n null\n", ("yaml-root", 2, 2, 2, 6)),
        ("text\n", ("yaml-root", 1, 1, 1, 5)),
        ("a: 1\n---\nb: 2\n", ("yaml-documents", 2, 1, 2, 4)),
        (b"a: 1\nk\xc3\xbc: \xe9\n", ("yaml-encoding", 2, 5, 2, 6)),
        ("a: 1\n".encode("utf-16"), ("yaml-encoding", 1, 1, 1, 1)),
        ("a: 1\n".encode("utf-16-be"), ("yaml-encoding", 1, 1, 1, 1)),
        ("a: 1\n".encode("utf-8-sig"), ("yaml-bom", 1, 1, 1, 1)),
        ("a: 1\r\nb: 2\r\n", ("yaml-line-endings", 1, 5, 1, 5)),
        ("a: 1\rb: 2\r", ("yaml-line-endings", 1, 5, 1, 5)),
        ("a:\n\tb: 1\n", ("yaml-tab", 2, 1, 2, 2)),
        ("a:\n  b: 1\n  \tc: 1\n", ("yaml-tab", 3, 3, 3, 4)),
        ("-\ta: 1\n", ("yaml-tab", 1, 2, 1, 3)),
        ("a: b: c\n", ("yaml-syntax", 1, 5, 1, 6)),
        ("é: [1\nb: 2\n", ("yaml-syntax", 1, 4, 1, 5)),
        ('a: "x\nb: 2\n', ("yaml-syntax", 1, 4, 1, 5)),
        ("a: @x\n", ("yaml-syntax", 1, 4, 1, 5)),
        ("a: *x\n", ("yaml-syntax", 1, 4, 1, 6)),
        ('a: "\\ud800"\n', ("yaml-syntax", 1, 7, 1, 8)),
        ("%YAML 2.0\n---\na: b\n", ("yaml-syntax", 1, 1, 1, 2)),
        ("a: 1\nb: 2\na: 3\n", ("yaml-duplicate-key", 3, 1, 3, 2)),
        ('a: 1\n"a": 3\n', ("yaml-duplicate-key", 2, 1, 2, 4)),
        ("a: !foo b\n", ("yaml-tag", 1, 4, 1, 8)),
        ('a: &x !!python/object:os.system "ls"\n', ("yaml-tag", 1, 7, 1, 32)),
        ("a: !!binary eA==\n", ("yaml-tag", 1, 4, 1, 12)),
        ("a: !!set {}\n", ("yaml-tag", 1, 4, 1, 9)),
        ("a: !!int x\n", ("yaml-tag", 1, 4, 1, 9)),
        ("a: !e!x b\n", ("yaml-tag", 1, 4, 1, 5)),
        ("a: ! 12\n", ("yaml-tag", 1, 4, 1, 5)),
        ('a: &x ! "no"\n', ("yaml-tag", 1, 7, 1, 8)),
        ("a: ! {}\n", ("yaml-tag", 1, 4, 1, 5)),
        ("1: a\n", ("yaml-key", 1, 1, 1, 2)),
        ("? [a]\n: b\n", ("yaml-key", 1, 3, 1, 4)),
        ("a: {<<: 1}\n", ("yaml-merge", 1, 5, 1, 7)),
        ("a: &x [*x]\n", ("yaml-alias-bomb", 1, 8, 1, 10)),
        ("a: &x {<<: *x}\n", ("yaml-alias-bomb", 1, 12, 1, 14)),
        ("[" * 100_000, ("yaml-depth", 1, 51, 1, 52)),
        ("- " * 100_000, ("yaml-depth", 1, 101, 1, 102)),
        ("".join(" " * level + "a:\n" for level in range(500)), ("yaml-depth", 51, 51, 51, 52)),
        ('a: "\x1b"\n', ("yaml-control-character", 1, 5, 1, 6)),
        ("a: x\u2028y\n", ("yaml-control-character", 1, 5, 1, 6)),
        ("a: x\u0085y\n", ("yaml-control-character", 1, 5, 1, 6)),
        ("a: \u202ex\n", ("yaml-control-character", 1, 4, 1, 5)),
        ("a: \U0001ffffx\n", ("yaml-control-character", 1, 4, 1, 5)),
        ("a: x\x00y\n", ("yaml-control-character", 1, 5, 1, 6)),
        ('a: "\\x00"\n', ("yaml-control-character", 1, 4, 1, 10)),
        ('a: "\\r"\n', ("yaml-control-character", 1, 4, 1, 8)),
        ('"\\uffff": 1\n', ("yaml-control-character", 1, 1, 1, 9)),
    ],
)
def test_each_problem_is_one_diagnostic_at_its_place(text: str | bytes, expected: object) -> None:
    assert problems(text) == [expected]


def test_all_problems_of_a_file_in_one_run() -> None:
    text = "\ufeffa: no\r\nb: !x 012\r\na: 1\r\n1: 1\r\nc: *d\r\ne: \x1b\r\n"
    parsed, found = source.parse(text.encode(), "services.yaml")
    assert [(each.rule, each.position.line) for each in found] == [
        ("yaml-bom", 1),
        ("yaml-ambiguous", 1),
        ("yaml-line-endings", 1),
        ("yaml-tag", 2),
        ("yaml-duplicate-key", 3),
        ("yaml-key", 4),
        ("yaml-syntax", 5),
        ("yaml-control-character", 6),
    ]
    assert parsed is not None
    assert parsed.position("a") in parsed.reported
    assert parsed.value["a"] == "no"
    assert "\ufeff" not in parsed.text


def test_a_duplicate_key_says_where_the_first_is() -> None:
    found = source.parse(b"x: 1\na: 1\nb:\n  - a: 1\na: 2\n", "s")[1]
    assert [each.message for each in found] == ["the key `a` is already in line 2"]


def test_tabs_inside_text_are_text() -> None:
    assert document("a: |\n  x\n  \ty\nb:\t1\n").value == {"a": "x\n\ty\n", "b": 1}


def test_aliases_and_merges_keep_the_place_where_the_value_is_written() -> None:
    read = document(
        "base: &b\n  x: 1\n  z: {q: 2}\nuse:\n  <<: *b\n  x: 3\nall: *b\nmany:\n  <<: [*b, {x: 5, w: 6}]\n"
    )
    assert read.value["use"] == {"x": 3, "z": {"q": 2}}
    assert read.value["all"] == read.value["base"]
    assert read.value["many"] == {"x": 1, "z": {"q": 2}, "w": 6}
    assert (
        read.position("use", "z", "q")
        == read.position("base", "z", "q")
        == Position("services.yaml", 3, 10, 3, 11)
    )
    assert read.key_position("use", "z") == read.key_position("base", "z")
    assert read.position("use", "x") == Position("services.yaml", 6, 6, 6, 7)
    assert read.position("all") == read.position("base") == Position("services.yaml", 2, 3, 3, 12)
    assert read.position("use") == Position("services.yaml", 5, 3, 6, 7)


def test_anchors_and_tags_are_not_part_of_a_place() -> None:
    read = document("a: &x !!str  12\nb: &y\n  # why\n  c: 1\nd: &z {e: 1}\nf: &w\ng: 1\n")
    assert read.position("a") == Position("services.yaml", 1, 14, 1, 16)
    assert read.position("b") == Position("services.yaml", 4, 3, 4, 7)
    assert read.position("d") == Position("services.yaml", 5, 7, 5, 13)
    assert read.position("f").line == 6


def test_text_blocks_end_with_their_last_character() -> None:
    read = document("a: |\n  x\n  yz\n\n\nb: 1\n")
    assert read.position("a") == Position("services.yaml", 1, 4, 3, 5)


def test_a_no_break_space_is_a_part_of_the_value() -> None:
    read = document("a: x\u00a0\nb: &y \u00a0\n")
    assert read.value == {"a": "x\u00a0", "b": "\u00a0"}
    assert read.position("a") == Position("services.yaml", 1, 4, 1, 6)
    assert read.position("b") == Position("services.yaml", 2, 7, 2, 8)


def test_columns_are_code_points() -> None:
    read = document('"日本😀": {é: "ü", z: w}\n')
    assert read.position("日本😀", "z") == Position("services.yaml", 1, 20, 1, 21)


def test_an_alias_bomb_is_stopped_early() -> None:
    lines = ["a: &a [" + ",".join(["1"] * 10) + "]"]
    for old, new in zip("abcdefgh", "bcdefghi", strict=True):
        lines.append(f"{new}: &{new} [" + ",".join([f"*{old}"] * 10) + "]")
    assert [rule for rule, *_ in problems("\n".join(lines))] == ["yaml-alias-bomb"]
    wide = "a: &a {" + ",".join(f"k{n}: 1" for n in range(10_000)) + "}\nb: {<<: [" + "*a," * 100_000 + "]}\n"
    assert [rule for rule, *_ in problems(wide)] == ["yaml-alias-bomb"]


def test_nesting_through_aliases_counts() -> None:
    text = "a: &a " + "[" * 40 + "]" * 40 + "\nb: " + "[" * 20 + "*a" + "]" * 20 + "\n"
    assert problems(text) == [("yaml-depth", 2, 24, 2, 25)]
    assert problems("a: " + "[" * (tree.MAX_DEPTH - 1) + "]" * (tree.MAX_DEPTH - 1)) == []


def test_too_large_a_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "services.yaml"
    with path.open("wb") as stream:
        stream.truncate(decoding.MAX_BYTES + 1)
    assert [each.rule for each in source.load(path, "s")[1]] == ["yaml-size"]
    assert problems("a: [" + "1," * tree.MAX_VALUES + "]")[0][0] == "yaml-size"


def test_problems_are_counted_to_a_limit() -> None:
    found = problems("".join(f"k{number}: no\n" for number in range(3000)))
    assert len(found) == tree.MAX_PROBLEMS + 1
    assert found[-1][0] == "yaml-problems"
    assert len(problems("a: " + "\x07" * 3000)) == 20
    assert len(problems("\ta: 1\n" * 3000)) == 20


def test_load_reads_a_file(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(GOOD)
    read, found = source.load(path, "shown.yaml")
    assert found == []
    assert read is not None
    assert read.path == "shown.yaml"


@pytest.mark.parametrize("kind", ["nothing", "directory", "fifo", "device", "loop", "zero byte", "long"])
def test_what_is_no_file_is_missing_and_never_blocks(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "services.yaml"
    if kind == "directory":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "device":
        path = Path(os.devnull)
    elif kind == "loop":
        path.symlink_to(path)
    elif kind == "zero byte":
        path = Path("a\0b")
    elif kind == "long":
        path = Path("x" * 5000)
    read, found = source.load(path, "services.yaml")
    assert read is None
    assert [(each.rule, each.position) for each in found] == [("yaml-missing", Position("services.yaml"))]


@pytest.mark.parametrize("text", [GOOD, "a: [", "a: *b"])
def test_the_garbage_collector_is_as_it_was(text: str) -> None:
    assert gc.isenabled()
    source.parse(text.encode(), "s")
    assert gc.isenabled()
    gc.disable()
    try:
        source.parse(text.encode(), "s")
        assert not gc.isenabled()
    finally:
        gc.enable()
