"""Turns what pydantic found into diagnostics at the right place, and reads on past it.

A file is read again without the parts that were wrong, so that one run names the mistakes that only
show once the rest is understood (a deadline that is too short, a migration without `;`).
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from generator.diagnostics import Diagnostic
from generator.source import Document
from generator.spec import file
from generator.text import nearest

Path = tuple[str | int, ...]

_KINDS = {
    "string_type": "text",
    "int_type": "a whole number",
    "bool_type": "`true` or `false`",
    "dict_type": "a mapping (`key: value` lines)",
    "model_type": "a mapping (`key: value` lines)",
    "model_attributes_type": "a mapping (`key: value` lines)",
    "list_type": "a list (`- item` lines)",
}
_PASSES = 12


@dataclass(frozen=True, slots=True)
class Reading:
    """`spec` is None when nothing usable is left; `damaged` are the paths that were wrong and left out."""

    spec: file.File | None
    diagnostics: tuple[Diagnostic, ...]
    damaged: frozenset[Path]


def read(document: Document) -> Reading:
    """The file as models, with a diagnostic for everything that does not fit."""
    value = copy.deepcopy(document.value)
    found: list[Diagnostic] = []
    damaged: set[Path] = set()
    for attempt in range(_PASSES):
        try:
            return Reading(file.File.model_validate(value), tuple(found), frozenset(damaged))
        except ValidationError as problem:
            errors = problem.errors(include_url=False)
        paths = [_existing(value, error["loc"]) for error in errors]
        for error, path in zip(errors, paths, strict=True):
            # What is missing in a later pass was taken away by us.
            if attempt == 0 or error["type"] != "missing":
                found.append(_diagnostic(document, error, path))
        damaged.update(paths)
        if () in paths:
            break
        for path in paths:
            _remove(value, path)
    return Reading(None, tuple(found), frozenset(damaged))


def _existing(value: Any, location: Path) -> Path:
    """The part of pydantic's location that the YAML has: tags of unions and `[key]` are not in it."""
    path: list[str | int] = []
    for segment in location:
        inside = list(range(len(value))) if isinstance(value, list) else value
        if isinstance(value, dict | list) and segment in inside:
            value = value[segment]  # type: ignore[index]  # a list's segment is one of its indexes
            path.append(segment)
    return tuple(path)


def _remove(value: Any, path: Path) -> None:
    """Takes a value out of its mapping; a list goes as a whole, so that no index shifts."""
    for segment, following in zip(path, (*path[1:], 0), strict=True):
        if not isinstance(value, dict) or segment not in value:
            return
        if isinstance(following, int):
            del value[segment]
            return
        value = value[segment]


def _diagnostic(document: Document, error: ErrorDetails, path: Path) -> Diagnostic:
    kind, context = error["type"], error.get("ctx", {})
    at_key = error["loc"][-1:] == ("[key]",) or kind in ("extra_forbidden", "missing")
    position = document.key_position(*path) if at_key else document.position(*path)
    if "help" in context:
        return Diagnostic(kind, str(context["message"]), str(context["help"]), position)
    name = str(error["loc"][-1]) if error["loc"] else ""
    if kind == "extra_forbidden":
        return Diagnostic("spec-unknown-key", f"unknown key `{_short(name)}`", _known(error["loc"]), position)
    if kind == "missing":
        return Diagnostic("spec-missing", f"`{name}` is missing", f"add `{name}:` here", position)
    if kind in _KINDS:
        message = f"expected {_KINDS[kind]}, found {_found(error['input'])}"
        return Diagnostic("spec-type", message, _type_help(kind, error["input"]), position)
    message = error["msg"][:1].lower() + error["msg"][1:]
    return Diagnostic("spec-value", message, "see the file's schema: `gen schema`", position)


def _found(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, str):
        return f"the text {_short(value)!r}"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return f"the number {value}"


def _type_help(kind: str, value: Any) -> str:
    if kind == "string_type" and isinstance(value, bool | int | float):
        return f'put it in quotes: "{str(value).lower() if isinstance(value, bool) else value}"'
    if kind == "int_type" and isinstance(value, str) and value.isdecimal():
        return f"write it without quotes: {value}"
    if kind == "bool_type":
        return "write `true` or `false` without quotes"
    return "see the file's schema: `gen schema`"


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _known(location: Path) -> str:
    """Which keys this mapping has, and the one that was probably meant."""
    model = _model_at(location[:-1])
    names = sorted(field.alias or name for name, field in model.model_fields.items())
    guess = nearest.nearest(str(location[-1]), names)
    listing = f"known here: {', '.join(names)}"
    return f"did you mean `{guess}`? {listing}" if guess else listing


def _model_at(location: Path) -> type[BaseModel]:
    """The innermost model on the way to a location."""
    model: type[BaseModel] = file.File
    for segment in location:
        for name, field in model.model_fields.items():
            if segment in (field.alias, name):
                inner = _models(field.annotation)
                if inner:
                    model = inner[0]
                break
    return model


def _models(annotation: Any) -> list[type[BaseModel]]:
    """The models inside an annotation such as `dict[ServiceName, Service] | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    arguments = getattr(annotation, "__args__", ())
    return [found for each in arguments for found in _models(each)]
