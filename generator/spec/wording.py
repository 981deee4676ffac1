"""What pydantic found, in the words of somebody who has to mend services.yaml."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from generator.diagnostics import Diagnostic
from generator.source import Document
from generator.spec import file
from generator.text import credentials, nearest

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
_ADVICE = {
    "bool_type": "write `true` or `false` without quotes",
    "dict_type": "write indented `key: value` lines below the key",
    "model_type": "write indented `key: value` lines below the key",
    "model_attributes_type": "write indented `key: value` lines below the key",
    "list_type": "write `[first, second]`, or `- item` lines below the key",
}
# Of a value out of its range: where pydantic keeps the limit, what is wrong, what to do.
_RANGES = {
    "less_than_equal": ("le", "more than {}", "write {} or less"),
    "greater_than_equal": ("ge", "less than {}", "write {} or more"),
    "string_too_long": (
        "max_length",
        "longer than {} characters",
        "shorten it: longer text does not belong here",
    ),
}
_SCHEMA = "see the file's schema: `gen schema`"


def diagnostic(document: Document, error: ErrorDetails, path: Path) -> Diagnostic:
    """One error at the part of its location that the file has."""
    kind, context = error["type"], error.get("ctx", {})
    at_key = error["loc"][-1:] == ("[key]",) or kind in ("extra_forbidden", "missing")
    position = document.key_position(*path) if at_key else document.position(*path)
    rule, message, help = (
        (kind, str(context["message"]), str(context["help"])) if "help" in context else _words(error)
    )
    return Diagnostic(rule, message, help, position)


def guess(location: Path) -> str | None:
    """The key that was probably meant by the last one of a location."""
    return nearest.nearest(str(location[-1]), _keys(location))


def _words(error: ErrorDetails) -> tuple[str, str, str]:
    """Rule, message and help."""
    kind, value, context = error["type"], error["input"], error.get("ctx", {})
    name = str(error["loc"][-1]) if error["loc"] else ""
    if kind == "extra_forbidden":
        return _unknown(name, error)
    if kind == "missing":
        return "spec-missing", f"`{name}` is missing", f"add `{name}:` here"
    if kind in _KINDS:
        return "spec-type", f"expected {_KINDS[kind]}, found {_found(value)}", _type_help(kind, value)
    if kind == "literal_error":
        message = f"{_short(repr(value))} is not one of the choices"
        return "spec-choice", message, f"write one of: {str(context['expected']).replace(chr(39), '')}"
    return "spec-value", *_value(kind, name, value, context, error["msg"])


def _value(kind: str, name: str, value: Any, context: dict[str, Any], message: str) -> tuple[str, str]:
    if kind in _RANGES:
        key, wrong, help = _RANGES[kind]
        what = f"the text of `{name}`" if isinstance(value, str) else f"`{name}: {value}`"
        return f"{what} is {wrong.format(context[key])}", help.format(context[key])
    if kind in ("too_short", "string_too_short"):
        return f"`{name}` is empty", f"write something, or leave `{name}` out"
    return message[:1].lower() + message[1:], _SCHEMA


def _unknown(name: str, error: ErrorDetails) -> tuple[str, str, str]:
    value = error["input"]
    if credentials.is_secret_name(name) and isinstance(value, str) and value and not credentials.find(value):
        return (
            "secret-in-file",
            f"`{_short(name)}` would hold a credential in the clear, and gen has no key for one",
            "name the Secret that holds it at `database.secret`, and change the credential: Git keeps it",
        )
    listing = f"known here: {', '.join(_keys(error['loc']))}"
    meant = guess(error["loc"])
    help = f"did you mean `{meant}`? {listing}" if meant else listing
    return "spec-unknown-key", f"unknown key `{_short(name)}`", help


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
    if value is None:
        return "write a value behind the key, or leave the key out"
    return _ADVICE.get(kind, _SCHEMA)


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _keys(location: Path) -> list[str]:
    """The keys that may stand beside the last one of a location."""
    fields = _model_at(location[:-1]).model_fields
    return sorted(field.alias or name for name, field in fields.items())


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
