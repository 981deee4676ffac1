"""Tokens with a beginning of their own: those that detect-secrets lacks, and the commonest without its price."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.text.placeholders import is_placeholder

_START = r"(?<![A-Za-z0-9_-])"
_END = r"(?![A-Za-z0-9_-])"

_PATTERNS: tuple[tuple[str, str, re.Pattern[str]], ...] = tuple(
    (what, needle, re.compile(pattern, re.ASCII))
    for what, needle, pattern in (
        # The four letters tell the sort of key: long-lived, temporary, bearer, context.
        ("an AWS access key", "akia", r"(?<![A-Za-z0-9/+])AKIA[0-9A-Z]{16}(?![A-Za-z0-9/+])"),
        ("an AWS access key", "asia", r"(?<![A-Za-z0-9/+])ASIA[0-9A-Z]{16}(?![A-Za-z0-9/+])"),
        ("an AWS access key", "abia", r"(?<![A-Za-z0-9/+])ABIA[0-9A-Z]{16}(?![A-Za-z0-9/+])"),
        ("an AWS access key", "acca", r"(?<![A-Za-z0-9/+])ACCA[0-9A-Z]{16}(?![A-Za-z0-9/+])"),
        (
            "an AWS secret key",
            "secret",
            r"(?i:secret_?access_?key|aws_?secret_?key)[\"']?\s{0,8}(?:[=:,]|=>)?\s{0,8}[\"']{0,2}"
            r"([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])",
        ),
        ("a Google API key", "aiza", rf"{_START}AIza[0-9A-Za-z_-]{{35}}{_END}"),
        ("a Google OAuth secret", "gocspx-", rf"{_START}GOCSPX-[0-9A-Za-z_-]{{28}}{_END}"),
        ("a Google access token", "ya29.", rf"{_START}ya29\.[0-9A-Za-z_-]{{20,512}}"),
        ("a GitHub token", "gh", rf"{_START}gh[pousr]_[A-Za-z0-9]{{36,255}}{_END}"),
        ("a GitHub token", "github_pat_", rf"{_START}github_pat_[A-Za-z0-9_]{{36,255}}{_END}"),
        ("an npm token", "npm_", rf"{_START}npm_[A-Za-z0-9]{{36}}{_END}"),
        ("an npm token", ":_auth", r":_(?:authToken|auth|password)\s{0,8}=\s{0,8}([^\s'\"]{8,256})"),
        (
            "a Slack token",
            "xapp-",
            rf"{_START}xapp-[0-9]-[A-Z0-9]{{5,30}}-[0-9]{{5,30}}-[A-Za-z0-9]{{20,128}}",
        ),
        ("a Slack token", "xoxe", rf"{_START}xoxe[.-](?:xox[bp]-)?[0-9]-[A-Za-z0-9]{{40,512}}"),
        ("a Stripe key", "k_test_", rf"{_START}[rs]k_test_[0-9A-Za-z]{{24,255}}"),
        ("a Stripe webhook secret", "whsec_", rf"{_START}whsec_[0-9A-Za-z+/=]{{24,255}}"),
        ("an OpenAI key", "t3blbkfj", r"[A-Za-z0-9_-]{20}T3BlbkFJ[A-Za-z0-9_-]{20}"),
        ("an Anthropic key", "sk-ant-", rf"{_START}sk-ant-[A-Za-z0-9]{{2,10}}-[A-Za-z0-9_-]{{20,255}}"),
        ("a HashiCorp Vault token", "hv", rf"{_START}hv[sbr]\.[A-Za-z0-9_-]{{24,512}}"),
        ("a DigitalOcean token", "_v1_", rf"{_START}do[opr]_v1_[a-f0-9]{{64}}{_END}"),
        ("a Hugging Face token", "hf_", rf"{_START}hf_[A-Za-z]{{34}}{_END}"),
        ("a Databricks token", "dapi", rf"{_START}dapi[a-f0-9]{{32}}(?:-[0-9])?{_END}"),
        ("a Shopify token", "shp", rf"{_START}shp(?:at|ca|pa|ss)_[a-fA-F0-9]{{32}}{_END}"),
        ("a Linear key", "lin_api_", rf"{_START}lin_api_[A-Za-z0-9]{{40}}{_END}"),
        ("an age secret key", "age-secret-key-1", r"AGE-SECRET-KEY-1[0-9A-Z]{58}"),
        (
            "a JSON Web Token",
            "eyj",
            rf"{_START}eyJ[A-Za-z0-9_-]{{8,4096}}\.eyJ[A-Za-z0-9_-]{{4,8192}}\.[A-Za-z0-9_-]{{8,2048}}",
        ),
        (
            "a password in an HTTP header",
            "authorization",
            r"(?i:authorization)[\"']{0,2}\s{0,8}[:=,]\s{0,8}[\"']{0,2}\s{0,8}(?i:basic)\s{1,8}([A-Za-z0-9+/]{8,512}={0,2})",
        ),
        (
            "a token in an HTTP header",
            "authorization",
            r"(?i:authorization)[\"']{0,2}\s{0,8}[:=,]\s{0,8}[\"']{0,2}\s{0,8}(?i:bearer|token)\s{1,8}"
            r"((?=[A-Za-z._~+/=-]{0,200}[0-9])[A-Za-z0-9._~+/=-]{16,4096})",
        ),
    )
)

NEEDLES = tuple(sorted({needle for _, needle, _ in _PATTERNS}))


def search(text: str) -> Iterator[tuple[str, int, int]]:
    lowered = text.lower()
    for what, needle, pattern in _PATTERNS:
        if needle in lowered:
            for match in pattern.finditer(text):
                group = match.lastindex or 0
                if not is_placeholder(match[group]):
                    yield what, match.start(group), match.end(group)
