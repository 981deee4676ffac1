"""The only place where text becomes part of a Grafana dashboard, so that none can break out.

Grafana starts a variable at `$` and at `[[`, in queries, links and texts alike, and has no escape for them
(`variableRegex`, public/app/features/variables/utils.ts). Each kind of text hides the two in its own way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from generator.monitoring import promql

_MEANINGFUL = re.compile(r"(?![-,;?'%])[!-/:-@\[-`{-~]")
_HALF_BRACKET = re.compile(r"\[(?=\[)")


def quote(text: str) -> str:
    """A PromQL string literal inside a dashboard."""
    return _HALF_BRACKET.sub(r"\\x5b", promql.quote(text).replace("$", r"\x24"))


def matchers(labels: Mapping[str, str]) -> str:
    return ",".join(f"{name}={quote(value)}" for name, value in labels.items())


def plain(text: str) -> str:
    """Text in a title: a space of no width takes its meaning from a sign."""
    return _HALF_BRACKET.sub("[\u200b", text.replace("$", "$\u200b"))


def markdown(text: str) -> str:
    """Text in Markdown behind other text of its line: what could mean anything there, in HTML too, becomes a
    character reference."""
    return _MEANINGFUL.sub(lambda found: f"&#{ord(found[0])};", " ".join(text.split()))


def address(url: str) -> str:
    return url.replace("$", "%24").replace("[[", "%5B%5B")
