"""Turns what pydantic found into diagnostics at the right place, and reads on past it.

A file is read again without the parts that were wrong, and with stand-ins for those that are required,
so that one run names the mistakes that only show once the rest is understood (a deadline that is too
short, a migration without `;`).
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from generator.diagnostics import Diagnostic
from generator.source import Document
from generator.spec import file, wording
from generator.spec.wording import Path

# What a mistake that spans several keys is about: it is told unless one of these was wrong itself.
_ABOUT = {"spec-secret-keys": ("key", "keys"), "spec-environment": ("secret", "configMap")}
_PASSES = 12


@dataclass(frozen=True, slots=True)
class Reading:
    """`spec` is None when nothing usable is left; `damaged` are the paths that were wrong and are left out
    of it, or replaced by a stand-in: it says nothing about them."""

    spec: file.File | None
    diagnostics: tuple[Diagnostic, ...]
    damaged: frozenset[Path]


def read(document: Document) -> Reading:
    """The file as models, with a diagnostic for everything that does not fit."""
    value = copy.deepcopy(document.value)
    found: list[Diagnostic] = []
    damaged: set[Path] = set()
    for _ in range(_PASSES):
        try:
            return Reading(file.File.model_validate(value), tuple(found), frozenset(damaged))
        except ValidationError as problem:
            errors = [
                _Error(each, _existing(value, each["loc"])) for each in problem.errors(include_url=False)
            ]
        told = [each for each in errors if not each.follows(damaged)]
        found += _diagnostics(document, told)
        before = frozenset(damaged)
        damaged.update(each.subject for each in errors)
        if any(each.subject in ((), ("services",)) for each in errors):
            break
        for number, each in enumerate(errors, start=len(damaged)):
            _mend(value, each, number, each.subject in before)
    return Reading(None, tuple(found), frozenset(damaged))


@dataclass(frozen=True, slots=True)
class _Error:
    """`path` is the part of pydantic's location that the YAML has."""

    details: ErrorDetails
    path: Path

    @property
    def missing(self) -> str | None:
        """The required key that is not there."""
        return str(self.details["loc"][-1]) if self.details["type"] == "missing" else None

    @property
    def subject(self) -> Path:
        return self.path if self.missing is None else (*self.path, self.missing)

    def follows(self, damaged: Iterable[Path]) -> bool:
        """Whether it only is an error because we took something away: the value, or something in it."""
        starts = [(*self.subject, each) for each in _ABOUT.get(self.details["type"], ())] or [self.subject]
        return any(each[: len(start)] == start for start in starts for each in damaged)


def _diagnostics(document: Document, errors: list[_Error]) -> Iterable[Diagnostic]:
    # A misspelt key is one mistake, not an unknown one and a missing one.
    meant = {
        (*each.path[:-1], wording.guess(each.details["loc"]))
        for each in errors
        if each.details["type"] == "extra_forbidden"
    }
    for each in errors:
        found = wording.diagnostic(document, each.details, each.path)
        if not (each.missing and each.subject in meant) and not _is_told(document, each, found):
            yield found


def _is_told(document: Document, error: _Error, found: Diagnostic) -> bool:
    """Whether the source already has a diagnostic about this place, or about a character of this text."""
    position = found.position
    return position in document.reported or (
        isinstance(error.details["input"], str)
        and any(
            position.line == each.line == each.end_line
            and position.column <= each.column < position.end_column
            for each in document.reported
        )
    )


def _existing(value: Any, location: Path) -> Path:
    """The part of pydantic's location that the YAML has: tags of unions and `[key]` are not in it."""
    path: list[str | int] = []
    for segment in location:
        if _has(value, segment):
            value = value[segment]
            path.append(segment)
    return tuple(path)


def _has(value: Any, segment: str | int) -> bool:
    if isinstance(value, list):
        return isinstance(segment, int) and segment < len(value)
    return isinstance(value, dict) and segment in value


def _mend(value: Any, error: _Error, number: int, again: bool) -> None:
    """Takes a wrong value out of its mapping, or puts in one that is missing.

    In a list another text takes its place, so that no index shifts; where that will not do, the list goes.
    """
    containers = [value]
    for segment in error.subject[:-1]:
        if not _has(containers[-1], segment):
            return
        containers.append(containers[-1][segment])
    inner, last = containers[-1], error.subject[-1]
    if error.details["type"] == "spec-secret-keys":
        inner[last] = {**inner[last], "key": "key"}
        inner[last].pop("keys", None)
    elif error.missing is not None:
        inner[last] = _stand_in(error.path, str(last), number)
    elif isinstance(inner, dict):
        inner.pop(last, None)
    elif again or not isinstance(inner[last], str | int | float | None):
        containers[-2].pop(error.subject[-2], None)
    else:
        inner[last] = f"stand-in-{number}"


def _stand_in(path: Path, name: str, number: int) -> Any:
    """Something valid for a required key; its name is like no other's, so that no rule sees two of the same."""
    text = f"stand-in-{number}"
    if path[-1:] == ("keys",):
        return text
    secret = {"name": text, "key": "key"}
    others: dict[str, Any] = {
        "version": file.SCHEMA_VERSION,
        "database": {"secret": secret},
        "secret": secret,
        "period": "1d",
        "last": "2000-01-01",
        "groups": [text],
    }
    return others.get(name, text)
