"""The JSON Schema of services.yaml, for editors: made from the models, committed under schemas/."""

from __future__ import annotations

import ast
import inspect
import itertools
import json
from typing import Any

from pydantic.alias_generators import to_camel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue

from generator.spec import database, file, runner

_MODULES = (database, file, runner)


class _Schema(GenerateJsonSchema):
    """Without the titles that only repeat a key's name."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def generate(self, schema: Any, mode: JsonSchemaMode = "validation") -> JsonSchemaValue:
        made = super().generate(schema, mode)
        definitions = made.pop("$defs")
        for name, definition in {**definitions, "File": made}.items():
            definition.pop("title", None)
            _describe(definition, name)
        return {
            "$schema": self.schema_dialect,
            "title": "services.yaml",
            "description": "The database migrations of a team's services, for gen.",
            **{key: value for key, value in made.items() if key != "description"},
            "$defs": definitions,
        }


def render() -> str:
    """The schema as JSON text."""
    schema = file.File.model_json_schema(by_alias=True, schema_generator=_Schema)
    return json.dumps(_plain(schema), indent=2, ensure_ascii=False) + "\n"


def _plain(schema: Any) -> Any:
    """Takes away what says nothing, a default of null, and closes mappings whose keys have a pattern."""
    if isinstance(schema, list):
        return [_plain(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {key: _plain(value) for key, value in schema.items() if (key, value) != ("default", None)}
    return {**plain, "additionalProperties": False} if "patternProperties" in plain else plain


def _describe(definition: dict[str, Any], name: str) -> None:
    """The text below a field in the source describes its key. pydantic could do this too
    (use_attribute_docstrings), but at every start."""
    model = next((vars(each)[name] for each in _MODULES if name in vars(each)), None)
    for parent in reversed(model.__mro__) if inspect.isclass(model) else ():
        for key, text in _DOCSTRINGS.get(parent.__name__, {}).items():
            if key in definition.get("properties", {}):
                definition["properties"][key]["description"] = text


def _docstrings() -> dict[str, dict[str, str]]:
    """By class and key, the text that follows the field."""
    found: dict[str, dict[str, str]] = {}
    sources = (ast.parse(inspect.getsource(each)).body for each in _MODULES)
    for node in itertools.chain.from_iterable(sources):
        if isinstance(node, ast.ClassDef):
            for before, after in zip(node.body, node.body[1:], strict=False):
                text = after.value if isinstance(after, ast.Expr) else None
                if isinstance(before, ast.AnnAssign) and isinstance(text, ast.Constant):
                    assert isinstance(before.target, ast.Name)
                    cleaned = inspect.cleandoc(str(text.value))
                    found.setdefault(node.name, {})[to_camel(before.target.id)] = cleaned
    return found


_DOCSTRINGS = _docstrings()
