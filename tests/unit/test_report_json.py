"""The JSON form is an interface: keys, order and types."""

from __future__ import annotations

import json

from generator.diagnostics import Diagnostic, Position, Severity
from generator.report import json as report

WRONG = Diagnostic(
    "yaml-key", "the key `1` is not text", "put it in quotes", Position("services.yaml", 3, 5, 4, 6)
)


def test_the_whole_object() -> None:
    assert report.render([WRONG]) == (
        "{\n"
        '  "diagnostics": [\n'
        "    {\n"
        '      "rule": "yaml-key",\n'
        '      "severity": "error",\n'
        '      "message": "the key `1` is not text",\n'
        '      "help": "put it in quotes",\n'
        '      "path": "services.yaml",\n'
        '      "line": 3,\n'
        '      "column": 5,\n'
        '      "endLine": 4,\n'
        '      "endColumn": 6\n'
        "    }\n"
        "  ],\n"
        '  "errors": 1,\n'
        '  "warnings": 0\n'
        "}\n"
    )


def test_no_diagnostics_are_an_object_too() -> None:
    assert json.loads(report.render([])) == {"diagnostics": [], "errors": 0, "warnings": 0}


def test_order_does_not_depend_on_who_found_what_first() -> None:
    later = Diagnostic("a", "b", "", Position("services.yaml", 9), Severity.WARNING)
    assert report.render([later, WRONG]) == report.render([WRONG, later, WRONG])
    assert json.loads(report.render([later, WRONG]))["warnings"] == 1


def test_any_text_is_printable_and_comes_back() -> None:
    hostile = "".join(map(chr, [*range(0xA0), 0x2028, 0x202E, 0xDC80]))
    shown = report.render([Diagnostic("x", hostile, hostile, Position(hostile))])
    assert shown.replace("\n", "").isprintable()
    assert shown.isascii()
    assert json.loads(shown)["diagnostics"][0]["message"] == hostile
