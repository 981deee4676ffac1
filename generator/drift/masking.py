"""Secrets in what a database says of itself: options of foreign servers, settings, literals in a function's body."""

from __future__ import annotations

import re

from generator.database.catalog.snapshot import Value
from generator.text import credentials

MASK = "***"
# `api_key := 'x'`, `"token" => 'x'`, and in a literal `password=x`; what is no literal is code, which stays.
_ASSIGNED = re.compile(r"""(?<![\w.-])([\w.-]++)(["']?\s*+(?::=|=>|=|:)\s*+)'(?:[^']|'')++'""")
_WITHIN = re.compile(r"""(?<![\w.-])([\w.-]++)(=)[^\s'"&;,]++""")
_LITERAL = re.compile(r"'(?:[^']|'')*+'")


def masked(value: Value | None) -> Value | None:
    """The same with stars for what is bound to be a credential."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list | tuple):
        return [_item(each) for each in value]
    return value


def _item(text: str) -> str:
    """`password=…` of foreign servers, `role: app.jwt_secret=…` of settings."""
    key, equals, _ = text.partition("=")
    if equals and credentials.is_secret_name(key.rpartition(" ")[2]):
        return f"{key}={MASK}"
    return _text(text)


def _text(text: str) -> str:
    for each in reversed(credentials.find(text)):
        text = f"{text[: each.start]}{MASK}{text[each.end :]}"
    text = _ASSIGNED.sub(lambda each: _without(each, f"'{MASK}'"), text)
    return _LITERAL.sub(lambda literal: _WITHIN.sub(lambda each: _without(each, MASK), literal[0]), text)


def _without(assigned: re.Match[str], mask: str) -> str:
    return assigned[1] + assigned[2] + mask if credentials.is_secret_name(assigned[1]) else assigned[0]
