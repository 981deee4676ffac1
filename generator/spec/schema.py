"""The JSON Schema of services.yaml, for editors: made from the models, committed under schemas/."""

from __future__ import annotations

import json
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue

from generator.spec import file


class _Schema(GenerateJsonSchema):
    """Without the titles that only repeat a key's name."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def generate(self, schema: Any, mode: JsonSchemaMode = "validation") -> JsonSchemaValue:
        made = super().generate(schema, mode)
        for definition in (made, *made.get("$defs", {}).values()):
            definition.pop("title", None)
        return {
            "$schema": self.schema_dialect,
            "title": "services.yaml",
            "description": "The database migrations of a team's services, for gen.",
            **{key: value for key, value in made.items() if key != "description"},
        }


def render() -> str:
    """The schema as JSON text."""
    schema = file.File.model_json_schema(by_alias=True, schema_generator=_Schema)
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
