"""Durations, in and out."""

from __future__ import annotations

import pytest

from generator.text import durations


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("0s", 0),
        ("500ms", 500),
        ("90s", 90_000),
        ("15m", 900_000),
        ("1h30m", 5_400_000),
        ("90d", 90 * 86_400_000),
        ("1d2h3m4s5ms", 93_784_005),
        ("0090s", 90_000),
        ("3650d", durations.MOST),
    ],
)
def test_a_duration(text: str, milliseconds: int) -> None:
    assert durations.parse(text) == milliseconds


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "is empty"),
        ("90", "no unit"),
        ("1:30", "time of day"),
        ("1.5h", "fraction"),
        (".5h", "fraction"),
        ("-1s", "sign"),
        ("+1s", "sign"),
        ("1 h", "not a duration"),
        ("1H", "not a duration"),
        ("1w", "not a duration"),
        ("30m1h", "not a duration"),
        ("1s1s", "not a duration"),
        ("s", "not a duration"),
        ("90s\n", "not a duration"),
        ("\u0669s", "not a duration"),
        ("3651d", "longer than ten years"),
        ("9" * 10_000 + "s", "not a duration"),
    ],
)
def test_no_duration(text: str, complaint: str) -> None:
    problem = durations.parse(text)
    assert isinstance(problem, durations.Problem)
    assert complaint in problem.message
    assert "`1h30m`" in problem.help
    assert len(problem.message) < 120


@pytest.mark.parametrize(
    ("milliseconds", "text", "go"),
    [
        (0, "0s", "0s"),
        (500, "500ms", "500ms"),
        (90_000, "1m30s", "1m30s"),
        (5_400_000, "1h30m", "1h30m"),
        (90 * 86_400_000, "90d", "2160h"),
    ],
)
def test_rendering(milliseconds: int, text: str, go: str) -> None:
    assert durations.render(milliseconds) == text
    assert durations.render_go(milliseconds) == go


def test_a_negative_duration_is_a_bug() -> None:
    with pytest.raises(ValueError, match="not negative"):
        durations.render(-1)
