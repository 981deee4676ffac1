"""The checklist for a person and for programs: what was verified and how, what failed where, what was not verified."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from generator.checklist.items import Outcome, State
from generator.checklist.run import Checklist
from generator.diagnostics import Diagnostic, Severity
from generator.report.text import visible

_MOST = 10


def lines(found: Checklist) -> Iterator[str]:
    """The lines, with nothing in them that a terminal would obey."""
    for each in _lines(found):
        yield visible(each)


def _lines(found: Checklist) -> Iterator[str]:
    states = [each.state for each in found.outcomes]
    parts = [f"{states.count(State.PASSED)} of {len(states)} passed"]
    parts += [f"{states.count(each)} {each}" for each in (State.FAILED, State.NOT_VERIFIED) if each in states]
    yield f"{found.service.name}: {', '.join(parts)}"
    for each in found.outcomes:
        yield from _outcome(each)


def _outcome(each: Outcome) -> Iterator[str]:
    yield ""
    yield f"{each.item.value}. {each.item.title}: {each.state}"
    errors = _errors(each.diagnostics)
    for found in errors[:_MOST]:
        yield f"   {found.position.path}:{found.position.line}: {found.message} ({found.rule})"
    if len(errors) > _MOST:
        yield f"   … and {len(errors) - _MOST} more"
    yield from (f"   {line}" for line in each.told)
    if each.help:
        yield f"   help: {each.help}"


def _errors(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    return [each for each in found if each.severity is Severity.ERROR]


def values(found: Checklist) -> dict[str, Any]:
    """For programs."""
    return {
        "service": found.service.name,
        "server": found.server,
        "passed": found.is_passed,
        "items": [_values(each) for each in found.outcomes],
    }


def _values(each: Outcome) -> dict[str, Any]:
    return {
        "number": each.item.value,
        "title": each.item.title,
        "state": each.state.value,
        "told": list(each.told),
        "help": each.help,
        "errors": [
            {
                "rule": found.rule,
                "message": found.message,
                "path": found.position.path,
                "line": found.position.line,
                "column": found.position.column,
            }
            for found in _errors(each.diagnostics)
        ],
    }
