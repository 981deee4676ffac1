"""A new block as Prisma's own formatter leaves it: three columns, and the lines with `@@` below in its order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from generator.prisma.adding.plan import Draft, Row
from generator.prisma.nodes import Kind

_ORDER = (Kind.DATASOURCE, Kind.MODEL, Kind.VIEW, Kind.ENUM)
_INDENT = "  "


def width(text: str) -> int:
    """The formatter counts bytes."""
    return len(text.encode())


def blocks(drafts: Iterable[Draft]) -> list[str]:
    """The lines of all, with one that is empty between two blocks; models, then views, then enums."""
    found: list[str] = []
    for each in sorted(drafts, key=lambda each: (_ORDER.index(each.kind), each.name)):
        found += ["", *_block(each)] if found else _block(each)
    return found


def _block(of: Draft) -> list[str]:
    lines = [of.comment] if of.comment else []
    lines += [f"{of.kind} {of.name} {{", *(_INDENT + each for each in _rows(of.rows))]
    below = [_INDENT + each.text for each in sorted(of.lines, key=lambda each: each.rank)]
    return [*lines, *([""] if below and of.rows else []), *below, "}"]


def _rows(rows: Sequence[Row]) -> list[str]:
    name = max((width(each.name) for each in rows), default=0)
    type = max((width(each.type) for each in rows), default=0)
    return [row(each, name + 1, name + 1 + type + 1 if type else name + 1) for each in rows]


def row(of: Row, type_at: int, attributes_at: int) -> str:
    """With its type and its attributes in these columns, or as near behind as there is room."""
    text = of.name
    for at, part in ((type_at, of.type), (attributes_at, of.attributes)):
        if part:
            text += " " * max(at - width(text), 1) + part
    return text
