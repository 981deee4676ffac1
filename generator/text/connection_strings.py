"""Passwords in connection strings: URLs, and libpq's `host=… password=…`.

Every pattern begins with a plain word, for which `re` searches twenty times as fast as for alternatives.
All run on a text in lower case.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.text.placeholders import is_placeholder

_ANY_URL = re.compile(r"://[^\s:/?#@'\"`<>]{0,128}:([^\s/?#@'\"`]{1,256})@")
# PostgreSQL's own may have `/`, `?` and `#` in the password, unless the part before it is a port:
# `postgres://host:5432/db?mail=a@b` has no password.
_POSTGRES_URL = re.compile(
    r"://(?:(?<=postgres://)|(?<=postgresql://)|(?<=pgx://)|(?<=pgsql://))[^\s:/?#@'\"`<>]{0,128}:"
    r"(?![0-9]{1,5}(?:[/?#]|$))([^\s'\"`@]{1,256})@",
    re.MULTILINE,
)
_QUERY = re.compile(
    r"[?&;](?:password|sslpassword|passwd|pwd|access_token|auth_token|token|api_?key|client_secret|secret)"
    r"=([^\s&;#'\"`]{1,256})"
)
_BEFORE = 400

_KEY = (
    r"(?:hostaddr|host|port|dbname|database|user|sslmode|sslrootcert|service|options|target_session_attrs"
    r"|connect_timeout|application_name|channel_binding|gssencmode|passfile) ?"
)
_KEYWORD = re.compile(r"password ?= ?(?:'{2}|\\')?([^\s'\"`;,)]{1,256})")
# Pairs without a comma or an AND between them: no SQL expression looks like it.
_KEY_BEFORE = re.compile(rf"(?<![\w.]){_KEY}\Z", re.ASCII)
_VALUE_BEFORE = re.compile(r" ?[^\s=]{1,128}\s{1,8}(?:ssl)?")
_PAIR_BEHIND = re.compile(rf"(?:'{{2}}|\\')?\s{{1,8}}{_KEY}=")
# `CONNECTION 'password=…'` of a subscription, `dblink('name', 'password=…')`.
_CALL_BEFORE = re.compile(
    r"\b(?:connection|dblink\w{0,30} ?\()\s{0,20}(?:'[^'\n]{0,64}'\s{0,4},\s{0,20})?'(?:ssl)?\Z", re.ASCII
)


def search(text: str, lowered: str) -> Iterator[tuple[str, int, int]]:
    """What was found, and where the password begins and ends."""
    if "://" in lowered:
        for pattern in (_POSTGRES_URL, _ANY_URL):
            for match in pattern.finditer(lowered):
                yield from _unless_placeholder("a URL with a password", text, match)
        for match in _QUERY.finditer(lowered):
            before = lowered[max(0, match.start() - _BEFORE) : match.start()].split()
            if before and "://" in before[-1]:
                yield from _unless_placeholder("a URL with a password or a token", text, match)
    for match in _KEYWORD.finditer(lowered):
        if _in_connection_string(lowered, match):
            yield from _unless_placeholder("a connection string with a password", text, match)


def _in_connection_string(lowered: str, match: re.Match[str]) -> bool:
    before = lowered[max(0, match.start() - 180) : match.start()]
    own_word = not before[-1:].isalnum() and before[-1:] not in ("_", ".", "$")
    if own_word and _PAIR_BEHIND.match(lowered, match.end()):
        return True
    equals = before.rfind("=")
    if equals >= 0 and _VALUE_BEFORE.fullmatch(before, equals + 1):
        return bool(_KEY_BEFORE.search(before[max(0, equals - 25) : equals]))
    # The environment variable PGPASSWORD.
    if before.endswith("pg"):
        return not before[-3:-2].isalnum()
    return before.endswith(("'", "'ssl")) and bool(_CALL_BEFORE.search(before))


def _unless_placeholder(what: str, text: str, match: re.Match[str]) -> Iterator[tuple[str, int, int]]:
    start, end = match.span(1)
    if not is_placeholder(text[start:end]):
        yield what, start, end
