"""Secrets in what a database says of itself: options of foreign servers, settings, literals in a function's body.

Only what is quoted is a value. `WHERE token = NEW.token` and `password = $1` are code that somebody has to read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from generator.database.catalog.snapshot import Value
from generator.text import credentials, placeholders

MASK = "***"

# Comments are passed over, so that an apostrophe in one opens nothing. What does not end goes to the end of the text:
# to look for the end again and again would take for ever.
_PIECE = re.compile(
    r"""--[^\n]*+ | /\*.*?(?:\*/|\Z) | "(?P<quoted>[^"]*+)(?:"|\Z)
    | \b[eE]'(?P<escaped>(?:[^'\\]|\\(?:.|\Z)|'')*+)(?:'|\Z)
    | (?P<tag>\$(?:[^\W\d]\w{0,62})?\$)(?P<dollar>.*?)(?:(?P=tag)|\Z)
    | '(?P<plain>(?:[^']|'')*+)(?:'|\Z)
    | (?P<word>[^\W\d][\w$]*+) | (?P<mark>[(),;~])
    """,
    re.VERBOSE | re.DOTALL,
)
# Where another expression begins, and what a literal behind it is matched with instead of compared.
_WORDS = """
and or then else when end loop do where from select insert update delete set return returns raise perform execute begin
if elsif case limit using on join union group order having as like ilike similar
"""
_ENDS = frozenset(_WORDS.split())
# In the parentheses behind these stand values; behind other names, arguments of a function.
_OPENING = frozenset(
    {"in", "any", "all", "some", "array", "values", "not", "coalesce", "nullif", "lower", "upper"}
)
_ONE = frozenset({"coalesce", "nullif"})
# In the first literal of `format()`.
_PLACES = re.compile(r"""(?<![\w.-])([\w.-]{1,100})["'=:\s]{1,9}%(?:\d{1,3}\$)?[LsI]""")
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
    return _PIECE.sub(_Code().piece, text)


@dataclass(slots=True)
class _Group:
    """An open parenthesis: whether it stands behind a name, has one inside, and is one value with all of its commas."""

    is_after: bool
    is_one: bool
    has_name: bool = False

    @property
    def is_list(self) -> bool:
        return self.is_one or (self.is_after and not self.has_name)


class _Code:
    """SQL from left to right: whether a literal stands in an expression with a name that is bound to be a secret's.

    `password IN ('a', 'b')`, `key text NOT NULL := 'a'`, `lower(token) = 'a'`, `current_setting('app.secret') = 'a'`
    and `f('password', 'a')`, and not `crypt(password, gen_salt('bf'))` or `password IS NULL OR state = 'a'`.
    """

    def __init__(self) -> None:
        self._is_after = False
        self._commas = (
            0  # That may still come, behind a name that is a literal: what is called so is the next one.
        )
        self._word = ""
        self._groups: list[_Group] = []

    def piece(self, found: re.Match[str]) -> str:
        word, self._word = self._word, ""
        if found["word"] is not None:
            self._named(found["word"], word)
        elif found["quoted"] is not None:
            self._named(found["quoted"], word)
        elif found["mark"] is not None:
            self._mark(found["mark"], word)
        else:
            for group in ("escaped", "dollar", "plain"):
                if found[group]:
                    return self._literal(found, group)
        return found[0]

    def _named(self, name: str, before: str) -> None:
        self._word = name.lower()
        if _is_secret(name):
            self._arm(0)
        elif self._word in _ENDS and (before, self._word) != ("distinct", "from"):
            self._is_after = False

    def _arm(self, commas: int) -> None:
        self._is_after, self._commas = True, commas
        if self._groups:
            self._groups[-1].has_name = True

    def _mark(self, mark: str, word: str) -> None:
        if mark == "(":
            self._groups.append(_Group(self._is_after, is_one=word in _ONE))
            self._is_after = self._is_after and (not word or word in _OPENING)
        elif mark == ")" and self._groups:
            group = self._groups.pop()
            self._is_after, self._commas = group.is_after or group.has_name, 0
            if group.has_name and self._groups:
                self._groups[-1].has_name = True
        elif mark == ",":
            self._is_after = self._is_after and (self._commas > 0 or self._is_list())
            self._commas -= 1
        else:
            self._is_after = False

    def _is_list(self) -> bool:
        return bool(self._groups) and self._groups[-1].is_list

    def _literal(self, found: re.Match[str], group: str) -> str:
        content = found[group]
        if self._is_after and _is_value(content):
            content = MASK
            self._is_after = self._is_list()
        elif _is_secret(content):
            self._arm(1 if self._groups else 0)
        elif self._groups and any(_is_secret(each[1]) for each in _PLACES.finditer(content)):
            self._arm(1)
            self._groups[-1].is_one = True
        for pattern in _PAIRS:
            content = pattern.sub(_pair, content)
        at = found.start()
        return f"{found[0][: found.start(group) - at]}{content}{found[0][found.end(group) - at :]}"


def _pair(found: re.Match[str]) -> str:
    if not _is_secret(found[1]) or not _is_value(found[2]):
        return found[0]
    return f"{found[0][: found.start(2) - found.start()]}{MASK}"


def _is_secret(name: str) -> bool:
    return credentials.is_secret_name(name.replace("-", "_"))  # `X-Api-Key`


def _is_value(text: str) -> bool:
    return not placeholders.is_placeholder(text) and _CODE.match(text) is None
