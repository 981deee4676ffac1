"""Which tables of a database Prisma could have made for two lists, which are a many-to-many relation."""

from __future__ import annotations

from generator.prisma import default_names
from generator.prisma.relational import Action, Index, IndexKind, Table


def is_one(table: Table) -> bool:
    """Whether Prisma makes such a table, names of keys and all; of what models is not looked at."""
    if not table.name.startswith("_") or default_names.join_table(table.name[1:]) != table.name:
        return False
    if list(table.columns) != ["A", "B"] or len(table.foreign_keys) != 2 or len(table.indexes) != 2:
        return False
    if any(each.is_nullable or each.default is not None for each in table.columns.values()):
        return False
    keys = {each.columns: each for each in table.foreign_keys.values()}
    return all(
        (letter,) in keys
        and keys[(letter,)].name == default_names.join_foreign_key(table.name, letter)
        and (keys[(letter,)].on_delete, keys[(letter,)].on_update) == (Action.CASCADE, Action.CASCADE)
        for letter in "AB"
    ) and all(_is_index(each, table.name) for each in table.indexes.values())


def _is_index(index: Index, table: str) -> bool:
    columns = tuple(each.name for each in index.columns)
    if index.unsayable or index.method != "btree" or any(each.operator_class for each in index.columns):
        return False
    if columns == ("B",):
        return index.kind is IndexKind.PLAIN and index.name == default_names.join_index(table)
    is_key = index.kind is IndexKind.PRIMARY and index.name == default_names.join_key(table)
    # Before Prisma 6.
    is_of_old = index.kind is IndexKind.UNIQUE and index.name.endswith("_AB_unique")
    return columns == ("A", "B") and (is_key or is_of_old)
