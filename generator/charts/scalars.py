"""Texts that cdk8s' YAML writer writes in a way that some reader takes for something else.

The writer knows YAML 1.1. `0o7` is the number 7 in YAML 1.2 and for Go's readers, `=` and `<<` have
meanings of their own, and a text whose first lines hold white space only loses it, or is refused
("found a tab character where an indentation space is expected"). Such a text is written by a stand-in
that is replaced in the YAML by the quoted text.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable
from typing import Any

_MISREAD = re.compile(r"[-+]?0o[0-7_]+|[-+]_+|=|<<")
_LEADING = re.compile(r"[ \t\n]*")


def stringify(manifests: list[Any], write: Callable[..., str]) -> str:
    """What `write` gives for the manifests, with every text in a form that all readers agree on."""
    stand_ins: dict[str, str] = {}
    token = secrets.token_hex(16)

    def guarded(value: Any) -> Any:
        if isinstance(value, dict):
            return {guarded(key): guarded(each) for key, each in value.items()}
        if isinstance(value, list):
            return [guarded(each) for each in value]
        if isinstance(value, str) and is_misread(value):
            name = f"gen-{token}-{len(stand_ins)}-text"
            stand_ins[name] = value
            return name
        return value

    text = write(*(guarded(each) for each in manifests))
    for name, original in stand_ins.items():
        text = text.replace(name, json.dumps(original, ensure_ascii=False))
    return text


def is_misread(text: str) -> bool:
    if _MISREAD.fullmatch(text):
        return True
    found = _LEADING.match(text)
    leading = found[0] if found else ""
    return "\n" in text and ("\t" in leading or " \n" in leading or (" " in leading and leading == text))
