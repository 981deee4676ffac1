"""Kubernetes resource quantities."""

from __future__ import annotations

from fractions import Fraction

import pytest

from generator.text import quantities


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", Fraction(0)),
        ("250m", Fraction(1, 4)),
        ("0.25", Fraction(1, 4)),
        (".5", Fraction(1, 2)),
        ("1.", Fraction(1)),
        ("1.5", Fraction(3, 2)),
        ("64Mi", Fraction(64 * 2**20)),
        ("1.5Gi", Fraction(3 * 2**29)),
        ("1k", Fraction(1000)),
        ("1e3", Fraction(1000)),
        ("1E3", Fraction(1000)),
        ("1E", Fraction(10**18)),
        ("5e-1", Fraction(1, 2)),
        ("100n", Fraction(1, 10**7)),
        ("7Ei", Fraction(7 * 2**60)),
    ],
)
def test_a_quantity(text: str, value: Fraction) -> None:
    assert quantities.parse(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-1",
        "+1",
        "m",
        "1 Mi",
        "1MB",
        "1K",
        "1mi",
        "1Mib",
        "1e",
        "1e999",
        "1e99",
        "8Ei",
        "1,5",
        "1..5",
        "0x10",
        "1\n",
        "\u0661",
        "1" * 40,
    ],
)
def test_no_quantity(text: str) -> None:
    problem = quantities.parse(text)
    assert isinstance(problem, quantities.Problem)
    assert problem.help
    assert len(problem.message) < 120


@pytest.mark.parametrize(
    ("text", "hint"), [("1K", "`k`"), ("1mi", "`Mi`"), ("64MB", "`M`"), ("64MiB", "`Mi`")]
)
def test_a_unit_that_was_probably_meant(text: str, hint: str) -> None:
    problem = quantities.parse(text)
    assert isinstance(problem, quantities.Problem)
    assert f"did you mean {hint}" in problem.help


def test_requests_compare_with_limits_across_units() -> None:
    small, large = quantities.parse("1000Mi"), quantities.parse("1Gi")
    assert isinstance(small, Fraction)
    assert isinstance(large, Fraction)
    assert small < large


@pytest.mark.parametrize("text", ["64m", "64", "128k"])
def test_memory_without_its_unit(text: str) -> None:
    problem = quantities.check("memory", text)
    assert problem is not None
    assert "mebibyte" in problem.message
    assert quantities.check("cpu", text) is None


def test_a_wrong_quantity_of_any_resource() -> None:
    assert quantities.check("memory", "64Mi") is None
    assert quantities.check("memory", "0") is None
    assert quantities.check("cpu", "x") is not None
