"""Diagnostics for programs: one JSON object, its keys and their order are part of the interface.

    {
      "diagnostics": [
        {
          "rule": "yaml-ambiguous",      the rule's id
          "severity": "error",           or "warning"
          "message": "...",              what is wrong
          "help": "...",                 what to do
          "path": "services.yaml",       from the directory of services.yaml, with "/"
          "line": 3, "column": 12,       from 1, columns in code points
          "endLine": 3, "endColumn": 14  the end is exclusive
        }
      ],
      "errors": 1,
      "warnings": 0
    }

Diagnostics are ordered by path, line, column and rule. Everything but printable ASCII is escaped, so
that the output can be shown on any terminal.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from generator import diagnostics
from generator.diagnostics import Diagnostic, Severity


def render(found: Iterable[Diagnostic], results: Mapping[str, Any] = MappingProxyType({})) -> str:
    """The JSON text with a line break at its end; also for no diagnostics.

    `results` are further keys of the object: what the command did, beside what it found.
    """
    ordered = diagnostics.ordered(found)
    errors = sum(each.severity is Severity.ERROR for each in ordered)
    whole = {
        "diagnostics": [_entry(each) for each in ordered],
        "errors": errors,
        "warnings": len(ordered) - errors,
        **results,
    }
    # json escapes what is not ASCII and the C0 controls, but not DEL.
    return json.dumps(whole, indent=2).replace("\x7f", "\\u007f") + "\n"


def _entry(each: Diagnostic) -> dict[str, str | int]:
    return {
        "rule": each.rule,
        "severity": str(each.severity),
        "message": each.message,
        "help": each.help,
        "path": each.position.path,
        "line": each.position.line,
        "column": each.position.column,
        "endLine": each.position.end_line,
        "endColumn": each.position.end_column,
    }
