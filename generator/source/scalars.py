"""What a plain YAML scalar means, and where YAML 1.1 means something else.

YAML 1.2's core schema decides (https://yaml.org/spec/1.2.2/#103-core-schema). Editors, Helm and many
libraries still read YAML 1.1 (https://yaml.org/type/), so a scalar that the two read differently is
an error of its own: whoever reviews the file would see another value than the one that is built.
Dates are strings in the core schema and nothing else here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

Plain = str | int | float | bool | None

_SPECIAL: dict[str, Plain] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_OLD_TRUE = frozenset(["y", "Y", "yes", "Yes", "YES", "on", "On", "ON"])
_OLD_FALSE = frozenset(["n", "N", "no", "No", "NO", "off", "Off", "OFF"])
_MAY_BE_SPECIAL = frozenset("0123456789+-.~=nNyYtTfFoO")

_INT = re.compile(r"[-+]?[0-9]+\Z|0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_INFINITY = re.compile(r"[-+]?\.(?:inf|Inf|INF)\Z")
_NAN = re.compile(r"\.(?:nan|NaN|NAN)\Z")

_NUMBER_IN_OLD = "is a number for YAML 1.1 tools and text for YAML 1.2 tools"
_NUMBER_IN_NEW = "is text for YAML 1.1 tools and a number for YAML 1.2 tools"
_NUMBERS: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (
        re.compile(r"[-+]?0[0-9_]+\Z"),
        "has a leading zero: octal for YAML 1.1 tools, decimal for YAML 1.2 tools",
        "the number without the leading zero, or ",
    ),
    (re.compile(r"0o[0-7]+\Z"), _NUMBER_IN_NEW, "the number in decimal, or "),
    (re.compile(r"[-+]?0b[01_]+\Z|[-+]0x[0-9a-fA-F_]+\Z"), _NUMBER_IN_OLD, "the number in decimal, or "),
    (
        re.compile(r"[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+\Z|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*\Z"),
        "is a number to the base 60 for YAML 1.1 tools and text for YAML 1.2 tools",
        "",
    ),
    (
        re.compile(
            r"(?=[^_]*_)(?:[-+]?[0-9][0-9_]*|0x[0-9a-fA-F_]+"
            r"|[-+]?(?:[0-9][0-9_]*)?\.[0-9_]*[0-9][0-9_]*(?:[eE][-+]?[0-9]+)?)\Z"
        ),
        _NUMBER_IN_OLD,
        "the number without underscores, or ",
    ),
    # The specification of 1.1 has a sign here; PyYAML and ruamel.yaml do not read one.
    (re.compile(r"[-+]\.[0-9]+\Z"), _NUMBER_IN_NEW, "the number with a 0 before its dot, or "),
)
_EXPONENT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)[eE][-+]?[0-9]+\Z")
# YAML 1.1 wants a dot before, and a sign behind, the `e`: an abbreviated commit such as 12e45 is a
# string there and a number here.
_OLD_EXPONENT = re.compile(r"(?:[-+]?[0-9]+\.[0-9]*|\.[0-9]+)[eE][-+][0-9]+\Z")


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """Why a scalar is read in two ways (`because` follows its text), and what to write instead."""

    because: str
    instead: str


def resolve(text: str) -> Plain:
    """The value of an unquoted scalar in YAML 1.2's core schema."""
    if text in _SPECIAL:
        return _SPECIAL[text]
    if text[0] not in _MAY_BE_SPECIAL:
        return text
    if _INT.match(text):
        return _integer(text)
    if _FLOAT.match(text):
        return float(text)
    if _INFINITY.match(text):
        return float(text.replace(".", "").lower())
    return float("nan") if _NAN.match(text) else text


def ambiguity(text: str) -> Ambiguity | None:
    """How YAML 1.1 reads an unquoted scalar, if not as `resolve` does."""
    if not text or text[0] not in _MAY_BE_SPECIAL:
        return None
    if text in _OLD_TRUE:
        return Ambiguity(
            "is true for YAML 1.1 tools and text for YAML 1.2 tools", f'`true`, or "{text}" for the text'
        )
    if text in _OLD_FALSE:
        return Ambiguity(
            "is false for YAML 1.1 tools and text for YAML 1.2 tools", f'`false`, or "{text}" for the text'
        )
    if text == "=":
        return Ambiguity("is a special value for YAML 1.1 tools", '"=" in quotes')
    return _number_ambiguity(text)


def _number_ambiguity(text: str) -> Ambiguity | None:
    quoted = f'"{text}" for the text' if len(text) <= 40 else "it in quotes"
    for pattern, because, instead in _NUMBERS:
        if pattern.match(text):
            return Ambiguity(because, instead + quoted)
    if _INT.match(text):
        value = _integer(text)
        if isinstance(value, str) or not -(2**63) <= value < 2**63:
            return Ambiguity("does not fit into 64 bits: other tools round it", quoted)
    elif _EXPONENT.match(text) and not _OLD_EXPONENT.match(text):
        return Ambiguity(_NUMBER_IN_NEW, f"the number without exponent, or {quoted}")
    return None


def _integer(text: str) -> int | str:
    # int() refuses more than 4,300 digits (PYTHONINTMAXSTRDIGITS); nobody needs the value then.
    if len(text) > 1000:
        return text
    if text.startswith("0o"):
        return int(text[2:], 8)
    return int(text[2:], 16) if text.startswith("0x") else int(text)
