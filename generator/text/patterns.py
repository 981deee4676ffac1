"""Patterns that people write in services.yaml for names: `*` is any text, everything else is itself."""

from __future__ import annotations


def matches(pattern: str, text: str) -> bool:
    """No regular expression: many stars would take for ever."""
    first, *rest = pattern.split("*")
    if not rest:
        return text == pattern
    if not text.startswith(first):
        return False
    *middle, last = rest
    at = len(first)
    for part in middle:
        at = text.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return len(text) - at >= len(last) and text.endswith(last)
