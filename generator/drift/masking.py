"""Secrets in what a database says of itself: options of foreign servers, settings, URLs in a function's body."""

from __future__ import annotations

from generator.database.catalog.snapshot import Value
from generator.text import credentials

MASK = "***"


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
    return text
