"""Tokens with a beginning of their own: those that detect-secrets lacks, and the commonest at no price."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from generator.text.placeholders import is_placeholder

_END = r"(?![A-Za-z0-9_-])"

# What it is, how it begins, what follows. `re` searches fast for a plain beginning.
_TOKENS = (
    # The four letters tell the sort of key: long-lived, temporary, bearer, context.
    *(("an AWS access key", begin, rf"[0-9A-Z]{{16}}{_END}") for begin in ("AKIA", "ASIA", "ABIA", "ACCA")),
    ("a Google API key", "AIza", rf"[0-9A-Za-z_-]{{35}}{_END}"),
    ("a Google OAuth secret", "GOCSPX-", rf"[0-9A-Za-z_-]{{28}}{_END}"),
    ("a Google access token", "ya29.", r"[0-9A-Za-z_-]{20,512}"),
    *(
        ("a GitHub token", begin, rf"[A-Za-z0-9]{{36,255}}{_END}")
        for begin in ("ghp_", "gho_", "ghu_", "ghs_", "ghr_")
    ),
    ("a GitHub token", "github_pat_", rf"[A-Za-z0-9_]{{36,255}}{_END}"),
    ("an npm token", "npm_", rf"[A-Za-z0-9]{{36}}{_END}"),
    ("a Slack token", "xapp-", r"[0-9]-[A-Z0-9]{5,30}-[0-9]{5,30}-[A-Za-z0-9]{20,128}"),
    ("a Slack token", "xoxe", r"[.-](?:xox[bp]-)?[0-9]-[A-Za-z0-9]{40,512}"),
    ("a Stripe key", "sk_test_", r"[0-9A-Za-z]{24,255}"),
    ("a Stripe key", "rk_test_", r"[0-9A-Za-z]{24,255}"),
    ("a Stripe webhook secret", "whsec_", r"[0-9A-Za-z+/=]{24,255}"),
    ("an Anthropic key", "sk-ant-", r"[A-Za-z0-9]{2,10}-[A-Za-z0-9_-]{20,255}"),
    *(("a HashiCorp Vault token", begin, r"[A-Za-z0-9_-]{24,512}") for begin in ("hvs.", "hvb.", "hvr.")),
    *(
        ("a DigitalOcean token", begin, rf"[a-f0-9]{{64}}{_END}")
        for begin in ("dop_v1_", "doo_v1_", "dor_v1_")
    ),
    ("a Hugging Face token", "hf_", rf"[A-Za-z]{{34}}{_END}"),
    ("a Databricks token", "dapi", rf"[a-f0-9]{{32}}(?:-[0-9])?{_END}"),
    *(
        ("a Shopify token", begin, rf"[a-fA-F0-9]{{32}}{_END}")
        for begin in ("shpat_", "shpca_", "shppa_", "shpss_")
    ),
    ("a Linear key", "lin_api_", rf"[A-Za-z0-9]{{40}}{_END}"),
    ("an age secret key", "AGE-SECRET-KEY-1", r"[0-9A-Z]{58}"),
    ("a JSON Web Token", "eyJ", r"[A-Za-z0-9_-]{8,4096}\.eyJ[A-Za-z0-9_-]{4,8192}\.[A-Za-z0-9_-]{8,2048}"),
)
_OPENAI = r"(?<=[A-Za-z0-9_-]{20}T3BlbkFJ)[A-Za-z0-9_-]{20}"

# These are found by the name before them, in a text in lower case.
_SEPARATOR = r"[\"']{0,2}\s{0,8}[:=,]\s{0,8}[\"']{0,2}\s{0,8}"
_NAMED = (
    (
        "an AWS secret key",
        "secret",
        r"secret(?:_?access_?key|(?<=aws_secret)_?key|(?<=awssecret)_?key)"
        r"[\"']?\s{0,8}(?:[=:,]|=>)?\s{0,8}[\"']{0,2}([a-z0-9/+]{40})(?![a-z0-9/+=])",
    ),
    ("an npm token", ":_", r":_(?:authtoken|auth|password)\s{0,8}=\s{0,8}([^\s'\"]{8,256})"),
    (
        "a password in an HTTP header",
        "authorization",
        rf"authorization{_SEPARATOR}basic\s{{1,8}}([a-z0-9+/]{{8,512}}={{0,2}})",
    ),
    (
        "a token in an HTTP header",
        "authorization",
        # With a digit in it: `Bearer authentication` is prose.
        rf"authorization{_SEPARATOR}(?:bearer|token)\s{{1,8}}"
        r"((?=[a-z._~+/=-]{0,200}[0-9])[a-z0-9._~+/=-]{16,4096})",
    ),
)


def search(text: str, lowered: str) -> Iterator[tuple[str, int, int]]:
    """What was found, and where it begins and ends."""
    for what, begin, rest in _TOKENS:
        if begin in text:
            # What may not stand before it is looked at behind it: to be fast a pattern has to begin with
            # plain text.
            plain = re.escape(begin)
            for match in _compiled(rf"{plain}(?<![A-Za-z0-9_/+-]{plain}){rest}").finditer(text):
                yield what, match.start(), match.end()
    if "T3BlbkFJ" in text:
        for match in _compiled(f"T3BlbkFJ{_OPENAI}").finditer(text):
            yield "an OpenAI key", match.start() - 20, match.end()
    for what, name, pattern in _NAMED:
        if name in lowered:
            for match in _compiled(pattern).finditer(lowered):
                if not is_placeholder(text[match.start(1) : match.end(1)]):
                    yield what, match.start(1), match.end(1)


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compiled when its word is met: all of them at each start would cost 8 ms."""
    return re.compile(pattern)
