"""Passwords in connection strings: URLs, and libpq's `host=… password=…`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.text.placeholders import is_placeholder

NEEDLES = ("://", "password")

# A user name and a password before a host. A password may have `/` in it only after a PostgreSQL scheme,
# and only where the part before it is no port: `postgres://host:5432/db?mail=a@b` has no password.
_POSTGRES_URL = re.compile(
    r"(?<![A-Za-z0-9+.-])(?:postgres|postgresql|pgx|pgsql)://[^\s:/?#@'\"`<>]{0,128}:"
    r"(?![0-9]{1,5}(?:[/?#]|$))([^\s'\"`@]{1,256})@",
    re.IGNORECASE | re.ASCII,
)
_ANY_URL = re.compile(r"://[^\s:/?#@'\"`<>]{0,128}:([^\s/?#@'\"`]{1,256})@")
_QUERY = re.compile(
    r"[?&;](?:password|sslpassword|passwd|pwd|access_token|auth_token|token|api_?key|client_secret|secret)"
    r"=([^\s&;#'\"`]{1,256})",
    re.IGNORECASE | re.ASCII,
)
_QUERY_BEFORE = 400

_KEY = (
    r"(?:hostaddr|host|port|dbname|database|user|sslmode|sslrootcert|service|options|target_session_attrs"
    r"|connect_timeout|application_name|channel_binding|gssencmode|passfile)"
)
_VALUE = r"(?:'{2}|\\')?([^\s'\"`;,)]{1,256})"
_PASSWORD = rf"(?:ssl)?password ?= ?{_VALUE}"
# Pairs without a comma or an AND between them: no SQL expression looks like it.
_AFTER_PAIR = rf"(?<![\w.]){_KEY} ?= ?[^\s=]{{1,128}}\s{{1,8}}{_PASSWORD}"
_BEFORE_PAIR = rf"(?<![\w.$]){_PASSWORD}(?:'{{2}}|\\')?\s{{1,8}}{_KEY} ?= ?"
# `CONNECTION 'password=…'` of a subscription, `dblink('name', 'password=…')`.
_IN_CALL = r"\b(?:connection|dblink\w{0,30} ?\()\s{0,20}(?:'[^'\n]{0,64}'\s{0,4},\s{0,20})?'" + _PASSWORD
_ENVIRONMENT = r"\bPGPASSWORD=['\"]?([^\s'\"`;,)]{1,256})"
_KEYWORDS = re.compile(
    "|".join((_AFTER_PAIR, _BEFORE_PAIR, _IN_CALL, _ENVIRONMENT)), re.IGNORECASE | re.ASCII
)


def search(text: str) -> Iterator[tuple[str, int, int]]:
    """What was found, and where the password begins and ends."""
    for pattern in (_POSTGRES_URL, _ANY_URL):
        for match in pattern.finditer(text):
            yield from _unless_placeholder("a URL with a password", match, 1)
    for match in _QUERY.finditer(text):
        before = text[max(0, match.start() - _QUERY_BEFORE) : match.start()].split()
        if before and "://" in before[-1]:
            yield from _unless_placeholder("a URL with a password or a token", match, 1)
    for match in _KEYWORDS.finditer(text):
        yield from _unless_placeholder("a connection string with a password", match, match.lastindex or 0)


def _unless_placeholder(what: str, match: re.Match[str], group: int) -> Iterator[tuple[str, int, int]]:
    if not is_placeholder(match[group]):
        yield what, match.start(group), match.end(group)
