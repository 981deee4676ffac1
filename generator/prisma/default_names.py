"""The names that Prisma's engine gives to keys and indexes that have none of their own (its `ConstraintNames`).

They are PostgreSQL's own convention except where a name is too long: Prisma cuts the whole, PostgreSQL the parts.
"""

from __future__ import annotations

from collections.abc import Sequence

_LONGEST = 63  # bytes: NAMEDATALEN - 1


def primary_key(table: str) -> str:
    return _cut(table, "_pkey")


def unique(table: str, columns: Sequence[str]) -> str:
    return _cut("_".join((table, *columns)), "_key")


def index(table: str, columns: Sequence[str]) -> str:
    return _cut("_".join((table, *columns)), "_idx")


def foreign_key(table: str, columns: Sequence[str]) -> str:
    return _cut("_".join((table, *columns)), "_fkey")


def join_table(relation: str) -> str:
    """Of an implicit many-to-many relation. Prisma counts characters here, PostgreSQL cuts at bytes."""
    return _bytes(f"_{relation}"[:_LONGEST], _LONGEST)


def join_key(table: str) -> str:
    return _cut(table, "_AB_pkey")


def join_index(table: str) -> str:
    return _cut(table, "_B_index")


def join_foreign_key(table: str, side: str) -> str:
    return _cut(table, f"_{side}_fkey")


def _cut(text: str, suffix: str) -> str:
    return _bytes(text, _LONGEST - len(suffix)) + suffix


def _bytes(text: str, most: int) -> str:
    return text.encode()[:most].decode(errors="ignore")
