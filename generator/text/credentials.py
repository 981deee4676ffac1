"""Credentials that stand in services.yaml or in SQL, where Git would keep them for ever.

Every migration goes through here in every run, so the work is ordered by price: plain words decide
where a pattern is tried at all, and detect-secrets, whose import alone takes 0.4 s, is loaded only
for a text that has the beginning of one of its tokens. Every pattern is linear: bounded
repetition, and no two neighbours that match the same character.

No finding carries the secret, only where it stands.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from generator.text import connection_strings, sql_passwords, token_patterns


@dataclass(frozen=True, slots=True)
class Finding:
    """A credential at `start` up to, not including, `end`; `kind` names its sort (`a private key`)."""

    kind: str
    start: int
    end: int


def find(text: str) -> list[Finding]:
    """All credentials in the text, by position. Where two overlap, the one that begins first stays."""
    # Through bytes, where only ASCII has two cases: `str.lower` moves what stands behind an `İ`.
    lowered = text.encode("utf-8", "surrogatepass").lower().decode("utf-8", "surrogatepass")
    found = [Finding(*each) for search in _SEARCHES for each in search(text, lowered)]
    found.extend(_detect_secrets(text))
    kept: list[Finding] = []
    for each in sorted(found, key=lambda each: (each.start, -each.end, each.kind)):
        if not kept or each.start >= kept[-1].end:
            kept.append(each)
    return kept


_SECRET_NAME = re.compile(
    r"(?:^|[_.-])(?:PASSWORD|PASSWD|PASSPHRASE|PWD|PASS|SECRET|TOKEN|CREDENTIALS?|APIKEY|(?:API|ACCESS|PRIVATE"
    r"|SECRET|ENCRYPTION|SIGNING|AUTH)_?KEY|DSN|DBSTRING|(?:DATABASE|DB|POSTGRES|POSTGRESQL|PG)_?URL)$"
    r"|^PGPASSWORD$",
    re.ASCII,
)


def is_secret_name(name: str) -> bool:
    """Whether an environment variable of this name is bound to hold a credential, `DB_PASSWORD` for one."""
    return bool(_SECRET_NAME.search(name.upper()[-100:]))


# `LIKE '-----BEGIN PRIVATE KEY-----%'` is a check, not a key.
_PRIVATE_KEYS = (
    re.compile(r"-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----(?!%)"),
    re.compile(r"PuTTY-User-Key-File-[0-9]:"),
)


def _private_keys(text: str, lowered: str) -> Iterator[tuple[str, int, int]]:
    for pattern in _PRIVATE_KEYS if "private" in lowered or "putty" in lowered else ():
        for match in pattern.finditer(text):
            yield "a private key", match.start(), match.end()


_Search = Callable[[str, str], Iterator[tuple[str, int, int]]]
_SEARCHES: tuple[_Search, ...] = (
    connection_strings.search,
    sql_passwords.search,
    _private_keys,
    token_patterns.search,
)

# The plugins of detect-secrets whose tokens have a beginning of their own; the others (entropy, keywords,
# Twilio, Mailchimp, ...) would flag hashes and identifiers. Their patterns are run, not `analyze_line`:
# that one reads global settings and may ask the vendor over the network whether a secret is still valid,
# and `analyze_string` yields a group (`ghp`) instead of the token's place.
_GITLAB = "glpat- gldt- glft- glsoat- glrt- GR1348941 glcbt- glimt- glptt- glagent- gloas-"
_PLUGINS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("a GitLab token", "gitlab_token", "GitLabTokenDetector", tuple(_GITLAB.split())),
    ("a Slack token", "slack", "SlackDetector", ("xox", "hooks.slack.com/services/")),
    ("a Stripe key", "stripe", "StripeDetector", ("k_live_",)),
    ("a SendGrid key", "sendgrid", "SendGridDetector", ("SG.",)),
    ("an Azure storage key", "azure_storage_key", "AzureStorageKeyDetector", ("AccountKey=",)),
    ("a PyPI token", "pypi_token", "PypiTokenDetector", ("pypi-AgE",)),
    ("a Square secret", "square_oauth", "SquareOAuthDetector", ("sq0csp-",)),
)


def _detect_secrets(text: str) -> Iterator[Finding]:
    for kind, module, plugin, needles in _PLUGINS:
        if any(needle in text for needle in needles):
            detector = getattr(importlib.import_module(f"detect_secrets.plugins.{module}"), plugin)
            for pattern in detector.denylist:
                for match in pattern.finditer(text):
                    yield Finding(kind, match.start(), match.end())
