"""JSON for a file that people compare: sorted, ASCII, and as much on a line as fits.

A value on each line makes a third of a dashboard white space.
"""

from __future__ import annotations

import json
from json.encoder import encode_basestring_ascii as quoted
from typing import Any

WIDTH = 110


def text(value: Any) -> str:
    """With a line break at its end."""
    return _written(value, 0, 0) + "\n"


def _written(value: Any, depth: int, before: int) -> str:
    """`before` is what stands in front of the value in its line.

    From the inside out: nothing is written twice.
    """
    if isinstance(value, str):
        return quoted(value)  # json.dumps takes six times as long
    if not isinstance(value, dict | list) or not value:
        return json.dumps(value)
    indent = "  " * (depth + 1)
    if isinstance(value, dict):
        names = [f"{quoted(key)}: " for key in sorted(value)]
        values = [value[key] for key in sorted(value)]
        opening, closing = "{", "}"
    else:
        names, values = [""] * len(value), value
        opening, closing = "[", "]"
    items = [
        name + _written(each, depth + 1, len(indent) + len(name))
        for name, each in zip(names, values, strict=True)
    ]
    short = ", ".join(items)
    if "\n" not in short and before + len(short) + 2 < WIDTH:
        return f"{opening}{short}{closing}"
    inner = ",\n".join(indent + each for each in items)
    return f"{opening}\n{inner}\n{'  ' * depth}{closing}"
