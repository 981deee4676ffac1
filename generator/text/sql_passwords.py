"""Passwords in SQL statements: `CREATE ROLE … PASSWORD '…'`, user mappings, custom settings, `crypt('…')`.

A password column is not one, nor is a password hash in a row: what is looked for is a literal in a place
where PostgreSQL takes it for a secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.text.placeholders import is_placeholder

NEEDLES = ("password", "passwd", "passphrase", "secret", "token", "api_key", "apikey", "crypt")

# White space and comments between two words of SQL. Bounded: an endless comment after each of many
# keywords would be read to its end each time.
_GAP = r"(?:\s|--[^\n]{0,200}\n|/\*[^*]{0,200}\*/){0,40}+"
# A plain, doubled (inside another literal), escape or Unicode string, or a dollar-quoted one.
_OPEN = (
    r"(?:(?:[eEnN]|[uU]&)?(?P<quote>'(?:'(?=[^'\s,);])|)|\\')"
    r"|(?P<dollar>\$(?:[A-Za-z_][A-Za-z0-9_]{0,30})?\$))"
)
_LONGEST = 256

_KEYWORD = re.compile(
    rf"(?<![\w.$'])\"?(?:password|passwd|secret|api_?key|token|access_token|client_secret|secret_key"
    rf"|aws_secret_access_key|private_key|passphrase)\"?(?P<gap>{_GAP}){_OPEN}",
    re.IGNORECASE | re.ASCII,
)
_BEFORE = 600
_PLACE = re.compile(
    r"\b(?:create|alter)\s{1,20}(?:role|user|group)\b|\boptions\s{0,20}\(", re.IGNORECASE | re.ASCII
)
_SETTING = re.compile(
    r"(?<![\w.])[A-Za-z_]\w{0,62}\.(?:\w{0,50}_)?(?:password|secret|token|api_?key|secret_key|jwt_key|passphrase)"
    rf"(?:{_GAP}(?:=|\bto\b){_GAP}|'{{1,2}}\s{{0,20}},\s{{0,20}})(?P<quote>'{{1,2}})",
    re.IGNORECASE | re.ASCII,
)
_SET = re.compile(
    r"\b(?:set(?:\s{1,9}(?:local|session))?\s{1,20}|set_config\s{0,20}\(\s{0,20}'{1,2})\Z", re.I | re.A
)
_CRYPT = re.compile(r"\bcrypt\s{0,20}\(\s{0,20}(?P<quote>'{1,2})(?=[^'])", re.IGNORECASE | re.ASCII)


def search(text: str) -> Iterator[tuple[str, int, int]]:
    """What was found, and where the content of the literal begins and ends."""
    for match in _KEYWORD.finditer(text):
        # Of the same statement only.
        before = text[max(0, match.start() - _BEFORE) : match.start()].rpartition(";")[2]
        if _PLACE.search(before):
            yield from _literal(text, match, "a password in SQL")
    for match in _SETTING.finditer(text):
        if _SET.search(text[max(0, match.start() - 60) : match.start()]):
            yield from _literal(text, match, "a secret in a setting")
    for match in _CRYPT.finditer(text):
        if "gen_salt" in text[match.end() : match.end() + _LONGEST + 40]:
            yield from _literal(text, match, "a password in SQL")


def _literal(text: str, match: re.Match[str], what: str) -> Iterator[tuple[str, int, int]]:
    """The content of the literal that the match opens, unless it is empty or no secret."""
    groups = match.groupdict()
    closing = groups.get("dollar") or match["quote"].lstrip("\\")
    start = match.end()
    window = text[start : start + _LONGEST]
    end = window.find(closing)
    content = window if end < 0 else window[:end]
    # In `PASSWORD ' || x` and `OPTIONS (note 'the password', …)` the quote closes a literal.
    closes = "||" if groups.get("gap") != "" else ("||", ",", ")", ";")
    if content.lstrip().startswith(closes) or not content.strip() or is_placeholder(content):
        return
    yield what, start, start + len(content)
