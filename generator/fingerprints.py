"""What a service's manifests are made from, as one digest: the model, and gen itself."""

from __future__ import annotations

import dataclasses
import hashlib
from enum import Enum

from generator import cache, model


def service(resolved: model.Service) -> str:
    """A digest that changes whenever a rendered byte of the service could."""
    return cache.key(_text(resolved), cache.code_digest())


def _text(value: object) -> str:
    """An unambiguous text for a value of the model; positions are left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = [each.name for each in dataclasses.fields(value) if each.compare]
        return f"{type(value).__name__}({','.join(_text(getattr(value, name)) for name in fields)})"
    if isinstance(value, dict):
        return f"{{{','.join(f'{_text(key)}:{_text(value[key])}' for key in sorted(value))}}}"
    if isinstance(value, tuple):
        return f"({','.join(_text(each) for each in value)})"
    if isinstance(value, Enum):
        return repr(value.value)
    if isinstance(value, str) and len(value) > 200:
        return hashlib.sha256(value.encode()).hexdigest()
    return repr(value)
