"""Kubernetes resource quantities, as far as gen compares requests with limits.

The grammar is that of `k8s.io/apimachinery/pkg/api/resource/quantity.go`. The API server would find
the same mistakes, but only in the middle of a sync.
"""

from __future__ import annotations

import re
from fractions import Fraction

from generator.text.problem import Problem, shown

__all__ = ["RULE", "Problem", "check", "parse"]

RULE = "spec-quantity"

_SUFFIXES: dict[str, Fraction] = {
    "n": Fraction(1, 10**9),
    "u": Fraction(1, 10**6),
    "m": Fraction(1, 10**3),
    "": Fraction(1),
    "k": Fraction(10**3),
    "M": Fraction(10**6),
    "G": Fraction(10**9),
    "T": Fraction(10**12),
    "P": Fraction(10**15),
    "E": Fraction(10**18),
    "Ki": Fraction(2**10),
    "Mi": Fraction(2**20),
    "Gi": Fraction(2**30),
    "Ti": Fraction(2**40),
    "Pi": Fraction(2**50),
    "Ei": Fraction(2**60),
}
_GRAMMAR = re.compile(
    r"([0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})(?:[eE]([+-]?[0-9]{1,2})|([a-zA-Z]{0,3}))"
)
# Kubernetes caps quantities at the largest int64 (quantity.go, `maxAllowed`): beyond it is a typing mistake.
_MOST = Fraction(2**63 - 1)
# Below this a process can't even start: `64m` of memory is 0.064 bytes.
_LEAST_MEMORY = Fraction(2**20)

_HELP = "write a Kubernetes quantity such as `250m`, `0.5`, `64Mi` or `1Gi`"


def parse(text: str) -> Fraction | Problem:
    """The value, or what is wrong with the text. Negative quantities are refused: no resource has one."""
    match = _GRAMMAR.fullmatch(text)
    if match is None:
        return Problem(RULE, _complaint(text), _HELP, 0, len(text))
    digits, exponent, suffix = match.groups()
    if exponent is None and suffix not in _SUFFIXES:
        return Problem(
            RULE, f"the quantity {shown(text)} has the unknown unit `{suffix}`", _unit_help(suffix)
        )
    scale = Fraction(10) ** int(exponent) if exponent is not None else _SUFFIXES[suffix]
    value = Fraction(digits.rstrip(".")) * scale
    if value > _MOST:
        return Problem(
            RULE, f"the quantity {shown(text)} is larger than Kubernetes can hold", _HELP, 0, len(text)
        )
    return value


def check(resource: str, text: str) -> Problem | None:
    """What is wrong with a request or limit of this resource."""
    value = parse(text)
    if isinstance(value, Problem):
        return value
    if resource in ("memory", "ephemeral-storage") and 0 < value < _LEAST_MEMORY:
        unit = "`m` is a thousandth of a byte" if text.endswith("m") else "no unit means bytes"
        return Problem(
            RULE,
            f"{resource} of {shown(text)} is less than one mebibyte: {unit}",
            "write mebibytes or gibibytes: `64Mi`, `1Gi`",
            0,
            len(text),
        )
    return None


def _unit_help(suffix: str) -> str:
    core = suffix.removesuffix("B").removesuffix("b")
    # `MB` means mega: the case only counts where nothing fits as it is written.
    alike = [known for known in _SUFFIXES if known and known.casefold() == core.casefold()]
    meant = core if core in alike else alike[0] if alike else None
    return f"did you mean `{meant}`? {_HELP}" if meant else _HELP


def _complaint(text: str) -> str:
    if not text:
        return "the quantity is empty"
    if text.startswith("-"):
        return f"the quantity {shown(text)} is negative"
    if any(each.isspace() for each in text):
        return f"the quantity {shown(text)} has white space in it"
    return f"{shown(text)} is not a quantity"
