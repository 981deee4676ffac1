"""The only place where text becomes part of PromQL or of an alert's template, so that none can break out."""

from __future__ import annotations

from collections.abc import Mapping

_NAMED = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def quote(text: str) -> str:
    """A PromQL string literal; PromQL has the escapes of Go."""
    return '"' + "".join(_NAMED.get(each) or _escaped(each) for each in text) + '"'


def _escaped(character: str) -> str:
    return character if character.isprintable() or ord(character) > 0x7F else f"\\x{ord(character):02x}"


def matchers(labels: Mapping[str, str]) -> str:
    """`namespace="auth",job_name="auth-service-migration"`: all of them equal."""
    return ",".join(f"{name}={quote(value)}" for name, value in labels.items())


def literal(text: str) -> str:
    """Text for a label or an annotation of an alert, where Prometheus expands `{{ … }}`.

    Every `{` is escaped, not only pairs: a single one in front of an action of ours would join it.
    """
    return text.replace("{", '{{"{"}}')


def duration(seconds: int) -> str:
    """`5400` is `1h30m`. Prometheus reads units in falling order, each at most once."""
    parts = []
    for unit, size in (("h", 3600), ("m", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"
