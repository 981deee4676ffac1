"""Guesses at what was meant."""

from __future__ import annotations

import pytest

from generator.text.nearest import nearest

KNOWN = ["lockTimeout", "statementTimeout", "namespace", "image", "ttl", "env", "name"]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("lockTimeout", "lockTimeout"),
        ("lock_timeout", "lockTimeout"),
        ("lock-timeout", "lockTimeout"),
        ("LOCKTIMEOUT", "lockTimeout"),
        ("lokTimeout", "lockTimeout"),
        ("statmentTimeout", "statementTimeout"),
        ("namespcae", "namespace"),
        ("images", "image"),
        ("TTL", "ttl"),
        ("replicas", None),
        ("", None),
        ("_", None),
        ("x" * 100_000, None),
    ],
)
def test_the_nearest(word: str, meant: str | None) -> None:
    assert nearest(word, KNOWN) == meant


def test_the_order_of_the_candidates_does_not_matter() -> None:
    assert nearest("labelb", ["labelc", "labela"]) == nearest("labelb", ["labela", "labelc"]) is not None
    assert nearest("A_B", ["ab", "a-b"]) == nearest("A_B", ["a-b", "ab"]) is not None


def test_no_candidates() -> None:
    assert nearest("a", []) is None
