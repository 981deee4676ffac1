"""Primary keys, unique and plain indexes as `@id`, `@unique` and their like, where Prisma's validator takes them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from generator.prisma import types, wording
from generator.prisma.adding import plan
from generator.prisma.relational import Column, Index, IndexColumn, IndexKind, Sort, Table, Type

_NAMES = {IndexKind.PRIMARY: "id", IndexKind.UNIQUE: "unique", IndexKind.PLAIN: "index"}
_RANKS = {IndexKind.PRIMARY: plan.ID, IndexKind.UNIQUE: plan.UNIQUE, IndexKind.PLAIN: plan.INDEX}
# What Prisma does not see of an index: it takes it for a plain one.
_UNSEEN = frozenset({"nulls", "collation"})
# The types that Prisma's validator lets stand without an operator class; all lists for gin, all that it does not know.
_DEFAULTS: Mapping[str, frozenset[str]] = {
    "gist": frozenset(),
    "gin": frozenset({"jsonb"}),
    "spgist": frozenset({"text", "character varying", "character", "inet"}),
    "brin": frozenset(native.name for native in types.NATIVE.values())
    - {"boolean", "money", "citext", "json", "jsonb"},
}


@dataclass(frozen=True, slots=True)
class Keys:
    """`inline` are the attributes of single fields, by column."""

    inline: Mapping[str, str]
    lines: tuple[plan.Line, ...]
    is_unique: bool


def of_table(table: Table, names: Mapping[str, str], taken: Collection[str], enums: Collection[str]) -> Keys:
    """Of a new model; `names` are its fields by column, `taken` the names of indexes that are used up."""
    inline: dict[str, dict[IndexKind, str]] = {}
    lines: list[plan.Line] = []
    is_unique = False
    for each in _sorted(table.indexes.values()):
        if (
            set(each.unsayable) - _UNSEEN
            or each.name in taken
            or not is_sayable(each, table.columns, names, enums)
        ):
            continue
        # An extension may have made a type that is unique without being one of Prisma's.
        columns = [table.columns[column.name] for column in each.columns]
        is_unique |= each.kind is not IndexKind.PLAIN and all(_is_strict(one, enums) for one in columns)
        own = inline.setdefault(each.columns[0].name, {})
        if len(each.columns) == 1 and each.kind is not IndexKind.PLAIN and each.kind not in own:
            own[each.kind] = _inline(each, table.name)
        else:
            lines.append(line(each, table.name, names))
    return Keys({name: " ".join(each.values()) for name, each in inline.items()}, tuple(lines), is_unique)


def _sorted(indexes: Iterable[Index]) -> list[Index]:
    kinds = list(IndexKind)
    return sorted(indexes, key=lambda each: (kinds.index(each.kind), each.name))


def _is_strict(column: Column, enums: Collection[str]) -> bool:
    """Whether Prisma's client can tell rows apart by it."""
    one = Type(column.type.name, column.type.modifiers)
    is_known = one.name in enums or types.written(one) is not None
    return is_known and (column.type.is_array or not column.is_nullable)


def is_sayable(
    index: Index, columns: Mapping[str, Column], names: Collection[str], enums: Collection[str]
) -> bool:
    """Whether its line is one that Prisma accepts: `columns` are as the schema has them or will have them."""
    if not index.columns or wording.method(index.method) is None:
        return False
    if any(each.name not in names or each.name not in columns for each in index.columns):
        return False
    of = [columns[each.name] for each in index.columns]
    if any(each.type.name == "xml" for each in of):
        return False
    if index.kind is IndexKind.PRIMARY:
        return not any(each.is_nullable for each in of)
    if index.kind is IndexKind.UNIQUE:
        return index.method == "btree" and not any(each.operator_class for each in index.columns)
    return all(
        each.operator_class is not None or _has_default(column, index.method, enums)
        for each, column in zip(index.columns, of, strict=True)
    )


def _has_default(column: Column, method: str, enums: Collection[str]) -> bool:
    known = _DEFAULTS.get(method)
    one = Type(column.type.name, column.type.modifiers)
    is_enum = one.name in enums
    if known is None or (types.written(one) is None and not is_enum):
        return True
    if column.type.is_array:
        return method == "gin"
    return one.name in known and not is_enum


def line(index: Index, table: str, names: Mapping[str, str]) -> plan.Line:
    """`@@index([email(sort: Desc)], map: "by_email")`."""
    is_key = index.kind is IndexKind.PRIMARY
    columns = ", ".join(
        names[each.name] if is_key else _column(each, index.method, names) for each in index.columns
    )
    parts = [f"[{columns}]", *_map(index, table)]
    if index.method != "btree":
        parts.append(f"type: {wording.method(index.method)}")
    return plan.Line(_RANKS[index.kind], f"@@{_NAMES[index.kind]}({', '.join(parts)})")


def _inline(index: Index, table: str) -> str:
    parts = list(_map(index, table))
    if index.kind is IndexKind.UNIQUE and index.columns[0].sort is Sort.DESC:
        parts.append("sort: Desc")
    return f"@{_NAMES[index.kind]}" + (f"({', '.join(parts)})" if parts else "")


def _map(index: Index, table: str) -> Iterable[str]:
    return () if wording.is_default_name(index, table) else (f"map: {wording.string(index.name)}",)


def _column(of: IndexColumn, method: str, names: Mapping[str, str]) -> str:
    parts = []
    if of.operator_class is not None:
        parts.append(f"ops: {wording.operator_class(of.operator_class, method)}")
    if of.sort is Sort.DESC:
        parts.append("sort: Desc")
    return f"{names[of.name]}({', '.join(parts)})" if parts else names[of.name]
