"""A drift for a person at night: what kind of thing is wrong, which objects, what was expected and what is there."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any

from generator.database.catalog import comparison
from generator.database.catalog.comparison import What
from generator.diagnostics import Diagnostic, Severity
from generator.drift import findings
from generator.drift.result import INVALID_INDEX, RULES, Change, Drift, Finding
from generator.report.text import visible

_LONGEST = 160
_MOST_LINES = 12
_TITLES = {
    "drift-changed": "changed",
    "drift-missing": "missing",
    "drift-extra": "not expected",
    "drift-invalid-index": "invalid indexes",
}
_ORDER = (RULES[What.CHANGED], RULES[What.MISSING], RULES[What.EXTRA], INVALID_INDEX)


def lines(found: Drift) -> Iterator[str]:
    """The lines, with nothing in them that a terminal would obey."""
    for each in _lines(found):
        yield visible(each)


def _lines(found: Drift) -> Iterator[str]:
    status = found.status
    current = status.recorded.current if status.recorded is not None else 0
    errors = [each for each in found.problems if each.severity is Severity.ERROR]
    warnings = [each for each in found.problems if each.severity is not Severity.ERROR]
    yield f"{status.service.name}: {_count(len(found.findings) + len(errors))} in {found.database}"
    yield f"  PostgreSQL {found.server} at version {current}, expected {status.expected}; compared with {found.source}"
    if found.ignored:
        yield f"  {found.ignored} {'object' if found.ignored == 1 else 'objects'} ignored (drift.ignore)"
    if errors:
        yield from ("", "version")
        for each in errors:
            yield from _problem(each)
    for rule in _ORDER:
        told = [each for each in found.findings if each.diagnostic.rule == rule]
        if told:
            yield from ("", f"{_TITLES[rule]} ({rule})")
            for one in told:
                yield from _finding(one)
    if warnings:
        yield from ("", "beside that")
        for each in warnings:
            yield from _problem(each)


def _count(number: int) -> str:
    if not number:
        return "no drift"
    return "1 difference" if number == 1 else f"{number} differences"


def _problem(each: Diagnostic) -> Iterator[str]:
    yield f"  {each.message} ({each.rule})"
    yield f"    help: {each.help}"


def _finding(each: Finding) -> Iterator[str]:
    yield f"  {each.identity.kind} {each.identity.name}"
    for change in each.changes:
        yield from _change(change)
    for key, value in each.found.items():
        yield f"    {key}: {_cut(comparison.shown(value))}"
    if each.migration is not None:
        yield f"    from {each.diagnostic.position.path}:{each.diagnostic.position.line}"
    if each.is_invalid_index:
        yield f"    help: {each.diagnostic.help}"


def _change(change: Change) -> Iterator[str]:
    missing, extra = findings.parted(change)
    if missing or extra:
        yield f"    {change.attribute}"
        yield from (f"      - {_cut(each)}" for each in missing)
        yield from (f"      + {_cut(each)}" for each in extra)
        return
    expected, found = str(change.expected or ""), str(change.found or "")
    if "\n" in expected.strip() or "\n" in found.strip():
        yield f"    {change.attribute}"
        yield from _difference(expected, found)
        return
    told = findings.excerpts(change, _LONGEST)
    yield f"    {change.attribute}: {told[0]} expected, {told[1]} found"


def _difference(expected: str, found: str) -> Iterator[str]:
    """The lines that differ, expected ones with `-`."""
    old, new = ([line.rstrip() for line in text.splitlines()] for text in (expected, found))
    told = [
        each
        for each in difflib.unified_diff(old, new, n=0, lineterm="")
        if not each.startswith(("---", "+++", "@@"))
    ]
    if not told:
        yield "      only white space at the ends of lines differs"
    for each in told[:_MOST_LINES]:
        yield f"      {each[0]} {_cut(each[1:].strip())}"
    if len(told) > _MOST_LINES:
        yield f"      … {len(told) - _MOST_LINES} more lines"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def values(found: Drift) -> dict[str, Any]:
    """For programs."""
    status = found.status
    assert status.recorded is not None
    return {
        "service": status.service.name,
        "database": {
            "address": found.database,
            "postgres": found.server,
            "version": status.recorded.current,
            "expectedVersion": status.expected,
        },
        "comparedWith": found.source,
        "ignored": found.ignored,
        "differences": [_values(each) for each in found.findings],
    }


def _values(each: Finding) -> dict[str, Any]:
    return {
        "rule": each.diagnostic.rule,
        "what": each.what.value,
        "kind": each.identity.kind,
        "name": each.identity.name,
        "changes": [
            {"attribute": one.attribute, "expected": one.expected, "found": one.found} for one in each.changes
        ],
        "found": dict(each.found),
        "migration": each.migration,
    }
