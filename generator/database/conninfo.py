"""The two ways to write a PostgreSQL connection, read into libpq's keywords.

As libpq reads them (fe-connect.c: conninfo_uri_parse, conninfo_parse), except where goose's driver differs
(pgx, pgconn/config.go): the strings that people have are made for goose. No message quotes the text itself,
because a mistyped one may have its password anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from generator.diagnostics import GenError

SCHEMES = ("postgres://", "postgresql://")

HELP = (
    "write postgres://user:password@host:5432/database?sslmode=require, "
    "or host=... port=... dbname=... user=... password=..."
)
_ENCODE = "in a URL, write the characters % / ? # @ : [ ] and spaces of a user or password as %25 %2F %3F %23 %40 ..."

_AUTHORITY = re.compile(r"[^/?#]*")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_HOST = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.]+(?:%[\w.-]+)?)\]|(?P<name>[^:\[\]]*))(?::(?P<port>[0-9]*))?")
_KEYWORD = re.compile(r"\s*([^\s=]+)\s*=\s*")

_SPACES = " \t\n\r\f\v"
_SAME = {"dbname": "database"}

# Prisma's own parameters; PostgreSQL answers "unrecognized configuration parameter".
_PRISMA = {
    "schema",
    "pgbouncer",
    "connection_limit",
    "pool_timeout",
    "socket_timeout",
    "statement_cache_size",
    "sslidentity",
    "sslaccept",
}


def read(text: str) -> dict[str, str]:
    """The keywords of a URL or a `key=value` string. Raises GenError where it is neither."""
    stripped = text.strip()
    if not stripped:
        raise GenError("the database URL is empty", help=HELP)
    if "\0" in stripped:
        raise GenError("the database URL has a NUL character in it", help=HELP)
    scheme = next((each for each in SCHEMES if stripped.lower().startswith(each)), None)
    if scheme is not None:
        found = dict(_of_url(stripped[len(scheme) :]))
    elif "://" in stripped.split("=", 1)[0]:
        raise GenError(
            "the database URL begins neither with postgres:// nor with postgresql://",
            help=f"leave out what a library adds to it (`jdbc:`, `+asyncpg`); {HELP}",
        )
    else:
        found = dict(_of_pairs(stripped))
    foreign = sorted(_PRISMA & found.keys())
    if foreign:
        raise GenError(
            f"the database URL is made for Prisma: `{foreign[0]}` is no parameter of PostgreSQL",
            help=f"leave out {', '.join(f'`{each}`' for each in foreign)}; "
            "`?schema=app` is `?search_path=app` to goose and gen",
        )
    return found


def _of_url(rest: str) -> Iterator[tuple[str, str]]:
    if "#" in rest:
        raise GenError("the database URL has a `#` in it", help=_ENCODE)
    matched = _AUTHORITY.match(rest)
    authority = matched.group() if matched else ""
    path, _, query = rest[len(authority) :].partition("?")
    # A `/` in the password ends the authority too early, and shows here.
    if "@" in path:
        raise GenError(
            "the database URL has a `/` in its user or password, or an `@` in its path", help=_ENCODE
        )
    # The last `@`, as Go does it; libpq takes the first.
    login, at, host = authority.rpartition("@")
    if at:
        user, colon, password = login.partition(":")
        if user:
            yield "user", _decoded(user)
        if colon:
            yield "password", _decoded(password)
    yield from _of_host(host)
    if path.lstrip("/"):
        yield "database", _decoded(path.removeprefix("/"))
    for pair in filter(None, query.split("&")):
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise GenError("the database URL has a parameter without `=` behind its `?`", help=HELP)
        yield _SAME.get(key, key), _decoded(value)


def _of_host(host: str) -> Iterator[tuple[str, str]]:
    if "," in host:
        raise several_hosts()
    matched = _HOST.fullmatch(unquote(host))
    if matched is None:
        raise GenError(
            "the host and port of the database URL cannot be read",
            help=f"an IPv6 address stands in brackets: [::1]:5432; {_ENCODE}",
        )
    name = matched["v6"] or matched["name"]
    if name:
        yield "host", name
    if matched["port"]:
        yield "port", matched["port"]


def _decoded(text: str) -> str:
    if _BAD_ESCAPE.search(text):
        raise GenError(
            "the database URL has a `%` that is not followed by two hexadecimal digits", help=_ENCODE
        )
    try:
        decoded = unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise GenError("the database URL has %-escapes that are not UTF-8", help=_ENCODE) from None
    if "\0" in decoded:
        raise GenError("the database URL has a NUL character in it", help=HELP)
    return decoded


def _of_pairs(text: str) -> Iterator[tuple[str, str]]:
    place = 0
    while place < len(text):
        key = _KEYWORD.match(text, place)
        if key is None:
            raise GenError("the database URL is neither a URL nor key=value pairs", help=HELP)
        value, place = _value(text, key.end())
        yield _SAME.get(key[1], key[1]), value
        while place < len(text) and text[place] in _SPACES:
            place += 1


def _value(text: str, place: int) -> tuple[str, int]:
    """What stands at `place`, without its quotes, and where it ends."""
    quoted = text.startswith("'", place)
    ends = "'" if quoted else _SPACES
    place += quoted
    taken = []
    while place < len(text) and text[place] not in ends:
        if text[place] == "\\" and place + 1 < len(text):
            place += 1
        taken.append(text[place])
        place += 1
    if quoted and place == len(text):
        raise GenError("the database URL has a quote that is not closed", help=HELP)
    return "".join(taken), place + quoted


def several_hosts() -> GenError:
    return GenError(
        "the database URL names several hosts",
        help="name one of them: which server gen works on must not depend on who answers",
    )
