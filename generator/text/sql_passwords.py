"""Passwords in SQL statements: `CREATE ROLE … PASSWORD '…'`, user mappings, custom settings, `crypt('…')`.

A password column is not one, nor is a password hash in a row: what is looked for is a literal in a place
where PostgreSQL takes it for a secret. The patterns run on a text in lower case and begin with a plain
word, for which `re` searches fast; what may not stand before that word is looked at behind it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from generator.text.placeholders import is_placeholder

# White space and comments between two words of SQL. Bounded: an endless comment after each of many
# keywords would be read to its end each time.
_GAP = r"\s{0,1000}+(?:(?:--[^\n]{0,200}\n|/\*[^*]{0,200}\*/)\s{0,1000}+){0,5}+"
# A plain, doubled (inside another literal), escape or Unicode string, or a dollar-quoted one.
_OPEN = (
    r"(?:(?:[en]|u&)?(?P<quote>'(?:'(?=[^'\s,);])|)|\\')"
    r"|(?P<dollar>\$(?:[a-z_][a-z0-9_]{0,30})?\$))"
)
_LONGEST = 256

_WORDS = (
    "password",
    "passwd",
    "passphrase",
    "secret",
    "client_secret",
    "token",
    "access_token",
    "api_key",
    "apikey",
    "secret_key",
    "private_key",
    "aws_secret_access_key",
)
_BEFORE = 600
_PLACE = re.compile(r"\b(?:create|alter)\s{1,20}(?:role|user|group)\b|\boptions\s{0,20}\(", re.ASCII)
_SETTING = (
    r"set(?<!\wset)(?:(?:\s{1,9}(?:local|session))?\s{1,20}|_config\s{0,20}\(\s{0,20}'{1,2})"
    r"[a-z_]\w{0,62}\.(?:\w{0,50}_)?(?:password|secret|token|api_?key|secret_key|jwt_key|passphrase)"
    rf"(?:{_GAP}(?:=|\bto\b){_GAP}|'{{1,2}}\s{{0,20}},\s{{0,20}})(?P<quote>'{{1,2}})"
)
# Every secret that a setting may hold has one of these in its name.
_IN_SETTING = ("password", "secret", "token", "key", "passphrase")
_CRYPT = r"crypt(?<!\wcrypt)\s{0,20}\(\s{0,20}(?P<quote>'{1,2})(?=[^'])"


def search(text: str, lowered: str) -> Iterator[tuple[str, int, int]]:
    """What was found, and where the content of the literal begins and ends."""
    for word in _WORDS:
        if word in lowered:
            keyword = rf"{word}(?<![\w.$']{word})\"?(?P<gap>{_GAP}){_OPEN}"
            for match in _compiled(keyword).finditer(lowered):
                # Of the same statement only.
                before = lowered[max(0, match.start() - _BEFORE) : match.start()].rpartition(";")[2]
                if _PLACE.search(before):
                    yield from _literal(text, match, "a password in SQL")
    if any(word in lowered for word in _IN_SETTING):
        for match in _compiled(_SETTING).finditer(lowered):
            yield from _literal(text, match, "a secret in a setting")
    if "gen_salt" in lowered:
        for match in _compiled(_CRYPT).finditer(lowered):
            if "gen_salt" in lowered[match.end() : match.end() + _LONGEST + 40]:
                yield from _literal(text, match, "a password in SQL")


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compiled when its word is met: all of them at each start would cost 8 ms."""
    return re.compile(pattern, re.ASCII)


def _literal(text: str, match: re.Match[str], what: str) -> Iterator[tuple[str, int, int]]:
    """The content of the literal that the match opens, unless it is empty or no secret."""
    groups = match.groupdict()
    # A dollar quote's tag has to close as it was written, not as it is in lower case.
    opening = "dollar" if groups.get("dollar") else "quote"
    closing = text[match.start(opening) : match.end(opening)].lstrip("\\")
    start = match.end()
    window = text[start : start + _LONGEST]
    end = window.find(closing)
    content = window if end < 0 else window[:end]
    # In `PASSWORD ' || x` and `OPTIONS (note 'the password', …)` the quote closes a literal.
    closes = "||" if groups.get("gap") != "" else ("||", ",", ")", ";")
    if content.lstrip().startswith(closes) or not content.strip() or is_placeholder(content):
        return
    yield what, start, start + len(content)
