"""What the models of services.yaml have in common."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic.alias_generators import to_camel

from generator.spec.fields import failure

# What an annotation or a variable may hold; longer text does not belong into services.yaml.
Text = Annotated[str, Field(max_length=4096)]


# Kubernetes holds all annotations of an object to 256 KiB.
Few = Field(max_length=50)


def _once(values: list[str]) -> list[str]:
    for value in values:
        if values.count(value) > 1:
            raise failure("spec-value", f"`{value}` is there twice", "write it once")
    return values


Once = AfterValidator(_once)


def _once_each(values: list[int]) -> list[int]:
    _once([str(each) for each in values])
    return values


OnceEach = AfterValidator(_once_each)


class Strict(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        alias_generator=to_camel,
        allow_inf_nan=False,
        # Only the whole file is ever validated; building each part on its own costs 0.1 s.
        defer_build=True,
    )


def enumerated(values: type[StrEnum]) -> Any:
    """Takes the text of an enumeration's value: strict mode would want the Python object."""

    def convert(value: Any) -> Any:
        allowed = [each.value for each in values]
        if isinstance(value, str) and value in allowed:
            return values(value)
        raise failure(
            "spec-choice", f"{value!r} is not one of the choices", f"write one of: {', '.join(allowed)}"
        )

    return BeforeValidator(convert)


def _date(value: Any) -> date:
    try:
        if not isinstance(value, str) or len(value) != len("2026-01-31"):
            raise ValueError(value)
        return date.fromisoformat(value)
    except ValueError:
        raise failure("spec-date", f"{value!r} is not a date", "write year-month-day: `2026-01-31`") from None


Date = Annotated[date, BeforeValidator(_date), WithJsonSchema({"type": "string", "format": "date"})]
