"""Credentials that stand in services.yaml or in SQL, where Git would keep them for ever.

Every migration goes through here in every run, so the work is ordered by price: a plain substring
decides whether a pattern is tried at all, and detect-secrets, whose import alone takes 0.4 s, is
loaded only for a text that has the beginning of one of its tokens. Every pattern is linear: bounded
repetition, and no two neighbours that match the same character.

No finding carries the secret, only where it stands.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from generator.text import sql_passwords, token_patterns
from generator.text.placeholders import is_placeholder


class Kind(StrEnum):
    """The rule that a finding belongs to."""

    DSN = "secret-dsn"
    PASSWORD = "secret-password"
    PRIVATE_KEY = "secret-private-key"
    TOKEN = "secret-token"


_HELP = {
    Kind.DSN: "put the connection string into a Kubernetes Secret, name that Secret, and change the password: "
    "what was pushed once is known",
    Kind.PASSWORD: "create the role without a password here and set it outside Git, then change the password: "
    "what was pushed once is known",
    Kind.PRIVATE_KEY: "put the key into a Kubernetes Secret and replace it: what was pushed once is known",
    Kind.TOKEN: "put it into a Kubernetes Secret and revoke this one: what was pushed once is known",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """A credential at `start` up to, not including, `end`; `what` names its sort, never its value."""

    kind: Kind
    what: str
    start: int
    end: int

    @property
    def message(self) -> str:
        return f"{self.what} stands in the text"

    @property
    def help(self) -> str:
        return _HELP[self.kind]


def find(text: str) -> list[Finding]:
    """All credentials in the text, by position. Where two overlap, the one that begins first stays."""
    # Lower-casing may change offsets (`İ` becomes two characters): it only decides which patterns to try.
    lowered = text.lower()
    found = [
        Finding(kind, what, start, end)
        for kind, needles, search in _SEARCHES
        if any(needle in lowered for needle in needles)
        for what, start, end in search(text)
    ]
    found.extend(_detect_secrets(text))
    kept: list[Finding] = []
    for each in sorted(found, key=lambda each: (each.start, -each.end, each.kind, each.what)):
        if not kept or each.start >= kept[-1].end:
            kept.append(each)
    return kept


_SECRET_NAME = re.compile(
    r"(?:^|[_.-])(?:PASSWORD|PASSWD|PASSPHRASE|PWD|PASS|SECRET|TOKEN|CREDENTIALS?|APIKEY|(?:API|ACCESS|PRIVATE"
    r"|SECRET|ENCRYPTION|SIGNING|AUTH)_?KEY|DSN|DBSTRING|(?:DATABASE|DB|POSTGRES|POSTGRESQL|PG)_?URL)$"
    r"|^PGPASSWORD$|^PGPASS$",
    re.ASCII,
)


def is_secret_name(name: str) -> bool:
    """Whether an environment variable of this name is bound to hold a credential, `DB_PASSWORD` for one."""
    return bool(_SECRET_NAME.search(name.upper()[-100:]))


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
_LIBPQ_KEY = (
    r"(?:hostaddr|host|port|dbname|database|user|sslmode|sslrootcert|service|options|target_session_attrs"
    r"|connect_timeout|application_name|channel_binding|gssencmode|passfile)"
)
# Neighbours that are `key=value` pairs without a comma or an AND between them: no SQL expression looks like it.
_LIBPQ = re.compile(
    rf"(?<![\w.]){_LIBPQ_KEY} ?= ?[^\s=]{{1,128}}\s{{1,8}}(?:ssl)?password ?= ?(?:'{{2}}|\\')?([^\s'\"`;,)]{{1,256}})"
    rf"|(?<![\w.$])(?:ssl)?password ?= ?(?:'{{2}}|\\')?([^\s'\"`;,)]{{1,256}})(?:'{{2}}|\\')?\s{{1,8}}{_LIBPQ_KEY} ?= ?"
    r"|\b(?:connection|dblink\w{0,30} ?\()\s{0,20}(?:'[^'\n]{0,64}'\s{0,4},\s{0,20})?"
    r"'(?:ssl)?password ?= ?(?:'{2})?([^\s'\"`;,)]{1,256})"
    r"|\bPGPASSWORD ?[=:] ?['\"]?([^\s'\"`;,)]{1,256})",
    re.IGNORECASE | re.ASCII,
)
_PEM = re.compile(r"-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----(?!%)")
_PUTTY = re.compile(r"PuTTY-User-Key-File-[0-9]:")

_Search = Callable[[str], Iterator[tuple[str, int, int]]]


def _urls(text: str) -> Iterator[tuple[str, int, int]]:
    for pattern in (_POSTGRES_URL, _ANY_URL):
        for match in pattern.finditer(text):
            if not is_placeholder(match[1]):
                yield "a URL with a password", match.start(1), match.end(1)


def _queries(text: str) -> Iterator[tuple[str, int, int]]:
    for match in _QUERY.finditer(text):
        before = text[max(0, match.start() - 400) : match.start()].split()
        if before and "://" in before[-1] and not is_placeholder(match[1]):
            yield "a URL with a password or a token", match.start(1), match.end(1)


def _keywords(text: str) -> Iterator[tuple[str, int, int]]:
    for match in _LIBPQ.finditer(text):
        group = match.lastindex or 0
        if not is_placeholder(match[group]):
            yield "a connection string with a password", match.start(group), match.end(group)


def _private_keys(text: str) -> Iterator[tuple[str, int, int]]:
    for pattern in (_PEM, _PUTTY):
        for match in pattern.finditer(text):
            yield "a private key", match.start(), match.end()


_SEARCHES: tuple[tuple[Kind, tuple[str, ...], _Search], ...] = (
    (Kind.DSN, ("://",), _urls),
    (Kind.DSN, ("://",), _queries),
    (Kind.DSN, ("password",), _keywords),
    (Kind.PASSWORD, sql_passwords.NEEDLES, sql_passwords.search),
    (Kind.PRIVATE_KEY, ("private key", "putty-user-key"), _private_keys),
    (Kind.TOKEN, token_patterns.NEEDLES, token_patterns.search),
)

# The plugins of detect-secrets whose tokens have a beginning of their own; the others (entropy, keywords,
# Twilio, Mailchimp, ...) would flag hashes and identifiers. Their patterns are run, not `analyze_line`:
# that one reads global settings and may ask the vendor over the network whether a secret is still valid,
# and `analyze_string` yields a group (`ghp`) instead of the token's place.
_PLUGINS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    (
        "a GitLab token",
        "gitlab_token",
        "GitLabTokenDetector",
        (
            "glpat-",
            "gldt-",
            "glft-",
            "glsoat-",
            "glrt-",
            "GR1348941",
            "glcbt-",
            "glimt-",
            "glptt-",
            "glagent-",
        )
        + ("gloas-",),
    ),
    ("a Slack token", "slack", "SlackDetector", ("xox", "hooks.slack.com/services/")),
    ("a Stripe key", "stripe", "StripeDetector", ("k_live_",)),
    ("a SendGrid key", "sendgrid", "SendGridDetector", ("SG.",)),
    ("an Azure storage key", "azure_storage_key", "AzureStorageKeyDetector", ("AccountKey=",)),
    ("a PyPI token", "pypi_token", "PypiTokenDetector", ("pypi-AgE",)),
    ("a Square secret", "square_oauth", "SquareOAuthDetector", ("sq0csp-",)),
)


def _detect_secrets(text: str) -> Iterator[Finding]:
    for what, module, plugin, needles in _PLUGINS:
        if any(needle in text for needle in needles):
            detector = getattr(importlib.import_module(f"detect_secrets.plugins.{module}"), plugin)
            for pattern in detector.denylist:
                for match in pattern.finditer(text):
                    yield Finding(Kind.TOKEN, what, match.start(), match.end())
