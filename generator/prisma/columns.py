"""How a field differs from its column: name, type, NULL, default."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from generator.prisma import types, wording
from generator.prisma.relational import Column, DefaultKind, Type

_Enums = Mapping[tuple[str, str], wording.Named]


class Told(NamedTuple):
    """`message` goes on after the column's name, and `in a migration` after `help`."""

    rule: str
    message: str
    help: str


def differences(
    mine: Column, theirs: Column, enums: _Enums, moved: Mapping[str, str], is_view: bool
) -> Iterator[Told]:
    """`moved` are the enums that the database has under another name or in another schema, which is told with the
    enum; of a view, Prisma knows no more than the types."""
    if mine.name != theirs.name:
        call = wording.code(f"@map({wording.string(theirs.name)})")
        message = f"has no field; the schema has {wording.code(mine.name)}, which is not in the database"
        yield Told("prisma-map", message, f"write {call}, or rename the column")
        return
    type = replace(mine.type, name=moved.get(mine.type.name, mine.type.name))
    is_same_type = type == theirs.type or _is_pulled(type, theirs.type, enums)
    if not is_same_type:
        yield _type(mine, theirs, enums, is_view)
    if is_view:
        return
    if mine.is_nullable != theirs.is_nullable and mine.type.is_array == theirs.type.is_array:
        here, there = ("optional", "NOT NULL") if mine.is_nullable else ("required", "can be NULL")
        right = wording.type(theirs.type, enums, theirs.is_nullable)
        message = f"is {here} in the schema, and {there} in the database"
        yield Told("prisma-nullability", message, f"write {wording.code(right)}, or change the column")
    if not _is_same_default(mine, theirs, is_same_type):
        yield _default(mine, theirs, enums)


def _is_pulled(mine: Type, theirs: Type, enums: _Enums) -> bool:
    """Whether this is Unsupported("…") as Prisma's introspection writes it: with less than there is."""
    is_enum = any(wording.enum(each, enums) is not None for each in (mine, theirs))
    return not is_enum and types.written(mine) is None and mine == types.pulled(theirs)


def _type(mine: Column, theirs: Column, enums: _Enums, is_view: bool) -> Told:
    """With `?`, so that the line can be copied. All columns of a view can be NULL, and no model says so."""
    here = wording.type(mine.type, enums, mine.is_nullable)
    there = wording.type(theirs.type, enums, mine.is_nullable if is_view else theirs.is_nullable)
    help = f"write {wording.code(there)}, or change the column's type"
    if wording.type(mine.type, enums) == wording.type(theirs.type, enums):
        here, there = mine.type.name, theirs.type.name  # Two enums of one name, in two schemas.
    message = f"is {wording.code(here)} in the schema, and {wording.code(there)} in the database"
    return Told("prisma-type", message, help)


def _is_same_default(mine: Column, theirs: Column, is_same_type: bool) -> bool:
    if mine.default == theirs.default:
        return True
    # dbgenerated() is whatever there is, or nothing: as for Prisma.
    if mine.default is not None and mine.default.kind is DefaultKind.EXPRESSION and not mine.default.text:
        return True
    # Another type writes the same value in another way.
    return mine.default is not None and theirs.default is not None and not is_same_type


def _default(mine: Column, theirs: Column, enums: _Enums) -> Told:
    here, there = (wording.default(each.default, each.type, enums) for each in (mine, theirs))
    said = _quoted(here)
    if mine.client_default and not here:
        said = f"{wording.code(f'{mine.client_default}()')}, which the client fills in,"
    line = f"write {wording.code(there)}" if there else "remove the `@default`"
    if theirs.is_generated and there:
        message = f"has {said} in the schema, and is a generated column in the database"
        help = f"Prisma keeps its expression as a default: {line}, or change the column"
    else:
        message = f"has {said} in the schema, and {_quoted(there)} in the database"
        help = f"{line}, or change the column's default"
    return Told("prisma-default-differs", message, help)


def _quoted(text: str | None) -> str:
    return wording.value(text) if text else "no default"
