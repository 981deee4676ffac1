"""Secrets in what a database says of itself: options of foreign servers, settings, literals in a function's body.

Only what is quoted is a value. `WHERE token = NEW.token` and `password = $1` are code that somebody has to read.
"""

from __future__ import annotations

import re

from generator.database.catalog.snapshot import Value
from generator.text import credentials, placeholders

MASK = "***"

# Comments and quoted names are passed over, so that an apostrophe in one opens nothing. What does not end goes to the
# end of the text: to look for the end again and again would take for ever.
_PIECE = re.compile(
    r"""--[^\n]*+ | /\*.*?(?:\*/|\Z) | "[^"]*+(?:"|\Z)
    | \b[eE]'(?P<escaped>(?:[^'\\]|\\(?:.|\Z)|'')*+)(?:'|\Z)
    | (?P<tag>\$(?:[^\W\d]\w{0,62})?\$)(?P<dollar>.*?)(?:(?P=tag)|\Z)
    | '(?P<plain>(?:[^']|'')*+)(?:'|\Z)
    """,
    re.VERBOSE | re.DOTALL,
)
_TYPE = r"(?:text|varchar|character\ varying|bytea|uuid|name|json|jsonb)(?:\ ?\(\d{1,9}\))?"
# What stands before a literal: `token = `, `(api_key)::text = `, `key constant text := `, `password text DEFAULT `.
_NAMED = re.compile(
    rf"""(?<![\w.-])(?P<name>[\w.-]{{1,100}})["']?\){{0,9}}(?:::{_TYPE})?(?:\s{{1,9}}constant)?(?:\s{{1,9}}{_TYPE})?
    \s{{0,20}}(?::=|=>|<>|!=|=|:|\bdefault)\Z""",
    re.VERBOSE | re.IGNORECASE,
)
_OPERATORS = ("=", ">", ":", "default", "DEFAULT")  # Most literals have none before them.
_BEFORE = 240
# In a literal: `{"token": "abc"}` and SQL for EXECUTE, then `password=abc` and `api-key: abc`.
_PAIRS = (
    re.compile(r"""(?<![\w.-])([\w.-]{1,100})["']{0,2}\s{0,9}(?:=>|:=|=|:)\s{0,9}["']{1,2}([^"']+)"""),
    re.compile(r"""(?<![\w.-])([\w.-]{1,100})(?:=|:(?![:=])\s?)([^\s"'&;,)}=:>][^\s"'&;,)}]*)"""),
)
_CODE = re.compile(r"(?:new|old|excluded)\.|\w*\(|null\b|%(?:\W|\Z)", re.IGNORECASE)


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
    return _PIECE.sub(_piece, text)


def _piece(found: re.Match[str]) -> str:
    for group in ("escaped", "dollar", "plain"):
        content = found[group]
        if content:
            before = found.string[max(0, found.start() - _BEFORE) : found.start()].rstrip()
            named = _NAMED.search(before) if before.endswith(_OPERATORS) else None
            if named is not None and _is_secret(named["name"]) and _is_value(content):
                content = MASK
            for pattern in _PAIRS:
                content = pattern.sub(_pair, content)
            at = found.start()
            return f"{found[0][: found.start(group) - at]}{content}{found[0][found.end(group) - at :]}"
    return found[0]


def _pair(found: re.Match[str]) -> str:
    if not _is_secret(found[1]) or not _is_value(found[2]):
        return found[0]
    return f"{found[0][: found.start(2) - found.start()]}{MASK}"


def _is_secret(name: str) -> bool:
    return credentials.is_secret_name(name.replace("-", "_"))  # `X-Api-Key`


def _is_value(text: str) -> bool:
    return not placeholders.is_placeholder(text) and _CODE.match(text) is None
