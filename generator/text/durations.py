"""Durations as services.yaml writes them: `500ms`, `90s`, `15m`, `1h30m`, `90d`.

One notation for goose, PostgreSQL, Kubernetes and Prometheus, none of which understands another's.
"""

from __future__ import annotations

import re

from generator.text.problem import Problem, shown

__all__ = ["MOST", "RULE", "Problem", "parse", "render", "render_go"]

RULE = "spec-duration"

_UNITS = {"d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1}
_GRAMMAR = re.compile(r"([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?")
_PART = re.compile(r"([0-9]+)(ms|[dhms])")
_LONGEST_TEXT = 40
# Ten years, far below what a Job's int64 seconds or Go's int64 nanoseconds can hold.
MOST = 3650 * 86_400_000

_HELP = "write whole numbers with units, the largest unit first: `500ms`, `90s`, `15m`, `1h30m` or `90d`"


def parse(text: str) -> int | Problem:
    """Milliseconds, or what is wrong with the text."""
    if not text or len(text) > _LONGEST_TEXT or not _GRAMMAR.fullmatch(text):
        return Problem(RULE, _complaint(text), _HELP, 0, len(text))
    total = sum(int(number) * _UNITS[unit] for number, unit in _PART.findall(text))
    if total > MOST:
        return Problem(RULE, f"the duration {shown(text)} is longer than ten years", _HELP, 0, len(text))
    return total


def render(milliseconds: int) -> str:
    """The shortest way to write a duration, which `parse` reads back; Prometheus reads it too."""
    return _render(milliseconds, _UNITS)


def render_go(milliseconds: int) -> str:
    """As Go reads it, for goose's `-timeout`: Go has no days."""
    return _render(milliseconds, {unit: size for unit, size in _UNITS.items() if unit != "d"})


def _render(milliseconds: int, units: dict[str, int]) -> str:
    if milliseconds < 0:
        raise ValueError(f"a duration is not negative: {milliseconds}")
    parts = []
    rest = milliseconds
    for unit, size in units.items():
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def _complaint(text: str) -> str:
    if not text:
        return "the duration is empty"
    if re.fullmatch(r"[0-9]{1,40}", text):
        return f"the duration {shown(text)} has no unit"
    if re.fullmatch(r"[0-9]{1,20}:[0-9:]{1,20}", text):
        return f"the duration {shown(text)} is written like a time of day"
    if re.fullmatch(r"[0-9]{0,20}[.,][0-9]{1,20}(ms|[dhms])", text):
        return f"the duration {shown(text)} has a fraction"
    if text.startswith(("-", "+")):
        return f"the duration {shown(text)} has a sign"
    return f"{shown(text)} is not a duration"
