"""A small mapping as a person would write it into services.yaml, whatever text it holds.

A reason at night is anything that somebody pastes: quotes, colons, `#`, line breaks. So a text is always
in double quotes, on one line, and cannot end what is around it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from generator import conventions
from generator.diagnostics import GenError
from generator.source import decoding, scalars

Value = str | int | date | Sequence[int]

DEFAULT_STEP = 2
_PLAIN_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}


def read_back(value: Mapping[str, Value]) -> dict[str, Any]:
    """What the file gives back: dates are text there."""
    return {key: _plain(each) for key, each in value.items()}


def _plain(value: Value) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str | int) else list(value)


def block(key: str, value: Mapping[str, Value], column: int, step: int, line_break: str) -> str:
    lines = [f"{_key(key)}:"]
    lines += [f"{' ' * step}{_key(name)}: {_scalar(name, each)}" for name, each in value.items()]
    return "".join(" " * column + line + line_break for line in lines)


def flow(key: str, value: Mapping[str, Value]) -> str:
    inner = ", ".join(f"{_key(name)}: {_scalar(name, each)}" for name, each in value.items())
    return f"{_key(key)}: {{{inner}}}"


def _key(key: str) -> str:
    is_plain = _PLAIN_KEY.fullmatch(key) and scalars.resolve(key) == key and not scalars.ambiguity(key)
    return key if is_plain else _quoted(key, key)


def _scalar(name: str, value: Value) -> str:
    if isinstance(value, str):
        return _quoted(name, value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int):
        return str(value)
    return f"[{', '.join(str(each) for each in value)}]"


def _quoted(name: str, text: str) -> str:
    """In double quotes, on one line. What does not print is escaped, what the reader forbids even then is a
    GenError."""
    unsafe = decoding.UNSAFE.search(text)
    if unsafe is not None:
        raise GenError(
            f"`{name}` holds the character {decoding.name(unsafe.group())}, which is invisible and not allowed "
            f"in {conventions.INPUT}",
            "leave it out, and type the text rather than paste it",
        )
    return '"' + "".join(_escaped(each) for each in text) + '"'


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    return f"\\u{ord(character):04x}" if ord(character) < 0x10000 else f"\\U{ord(character):08x}"
