"""The indexes, keys and relations of a table compared: each that differs is one, however many things are wrong in it.

Names may differ too (Prisma's default name follows from the columns), so what has no partner of its name gets the
one that is most like it. One that stands on a column which the other side does not have goes with that column.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from generator.prisma import matching, nodes, wording
from generator.prisma.relational import Action, Database, ForeignKey, Index, IndexKind, Table

OF_JOIN_TABLE = (
    "Prisma makes this table for two lists: change it in a migration, or make it a model of its own"
)

_RULES = {
    IndexKind.PRIMARY: "prisma-primary-key",
    IndexKind.UNIQUE: "prisma-unique",
    IndexKind.PLAIN: "prisma-index",
}
_WHAT = {
    IndexKind.PRIMARY: "the primary key",
    IndexKind.UNIQUE: "the unique index",
    IndexKind.PLAIN: "the index",
}


@dataclass(frozen=True, slots=True)
class Told:
    """`what` and `message` stand around the name: `the index … is not in the database`."""

    rule: str
    what: str
    name: str
    message: str
    help: str
    origin: nodes.Span | None
    missing: Index | ForeignKey | None = None


def unsayable(index: Index) -> tuple[str, ...]:
    """Why Prisma cannot say this index, or not all of it."""
    reasons = [f"{each} index" if each != "nulls" else "NULLS NOT DISTINCT" for each in index.unsayable]
    if not all(each.is_nulls_default for each in index.columns):
        reasons.append("NULLS FIRST or LAST")
    if wording.method(index.method) is None:
        reasons.append(f"{index.method} index")
    return tuple(reasons)


# As for Prisma's engine: it reads a unique index without a word of its NULLs, or an index without its collation.
_SAID_IN_PART = frozenset({"nulls", "collation"})


def _needs_no_line(index: Index) -> bool:
    return not _SAID_IN_PART.issuperset(index.unsayable) or wording.method(index.method) is None


def indexes(mine: Table, theirs: Table) -> Iterator[Told]:
    pairs, extra, missing = matching.matched(
        mine.indexes.values(),
        theirs.indexes.values(),
        lambda each: each.kind if each.kind is IndexKind.PRIMARY else None,
        lambda each: each.name,
        lambda each: None if _needs_no_line(each) else (each.kind, each.columns, each.method),
        lambda each: None if _needs_no_line(each) else (each.kind, _columns(each)),
        lambda each: (each.kind, _columns(each)),
        lambda each: None if _needs_no_line(each) else (each.kind, frozenset(_columns(each))),
        lambda each: None if _needs_no_line(each) else _columns(each),
        # Only of columns that both have: another goes with its column, and must not take its partner along.
        lambda each: (each.kind, _columns(each)[:1]) if _is_shared(each, mine, theirs) else None,
    )
    for one, other in pairs:
        if _stands(one, theirs) and _stands(other, mine):
            yield from _index(one, other, mine)
    for each in extra:
        if _stands(each, theirs):
            line = wording.code(wording.index(each, mine, each))
            help = f"create it in a migration, or remove {line}"
            message = "is not in the database"
            yield Told(_RULES[each.kind], _WHAT[each.kind], each.name, message, help, each.origin)
    for each in missing:
        if _stands(each, mine) and not _needs_no_line(each):
            help = f"write {wording.code(wording.index(each, mine))}, or drop it in a migration"
            message = "of the database is not in the schema"
            yield Told(_RULES[each.kind], _WHAT[each.kind], each.name, message, help, mine.origin, each)


def _columns(index: Index) -> tuple[str, ...]:
    return tuple(each.name for each in index.columns)


def _stands(index: Index, other: Table) -> bool:
    """Whether the other side has its columns; an expression is none."""
    return "expression" in index.unsayable or all(each in other.columns for each in _columns(index))


def _is_shared(index: Index, mine: Table, theirs: Table) -> bool:
    return not _needs_no_line(index) and _stands(index, mine) and _stands(index, theirs)


def _index(mine: Index, theirs: Index, table: Table) -> Iterator[Told]:
    kinds = {mine.kind, theirs.kind}
    # Before Prisma 6 a join table's key was a unique index.
    is_of_old = table.is_join_table and kinds == {IndexKind.PRIMARY, IndexKind.UNIQUE}
    if is_of_old and _columns(mine) == _columns(theirs) and theirs.name.endswith("_AB_unique"):
        return
    parts = list(_parts(mine, theirs, table.name))
    if parts:
        first = next(each for each in IndexKind if each in kinds)
        line = wording.code(wording.index(theirs, table, mine))
        if mine.is_of_field and not wording.is_of_field(theirs, mine):
            line += f" instead of {wording.code(wording.index(mine, table, mine))}"
        help = f"write {line}, or change it in a migration"
        if "expression" in theirs.unsayable:
            help = "remove it from the schema, as Prisma has no expressions in an index"
        yield Told(
            _RULES[first], _WHAT[theirs.kind], theirs.name, _joined("differs", parts), help, mine.origin
        )


def _joined(verb: str, parts: list[tuple[str, str, str]]) -> str:
    told = [f"{what} is {here} in the schema, and {there} in the database" for what, here, there in parts]
    return f"{verb}: {'; '.join(told)}"


def _parts(mine: Index, theirs: Index, table: str) -> Iterator[tuple[str, str, str]]:
    # Prisma's own names follow from the rest.
    if mine.name != theirs.name and not all(wording.is_default_name(each, table) for each in (mine, theirs)):
        yield "its name", wording.code(mine.name), wording.code(theirs.name)
    if mine.kind is not theirs.kind:
        yield "it", f"a {_short(mine.kind)}", f"a {_short(theirs.kind)}"
    if mine.method != theirs.method:
        here, there = (wording.method(each.method) or each.method for each in (mine, theirs))
        yield "its type", wording.code(here), wording.code(there)
    if "partial" in mine.unsayable and "partial" not in theirs.unsayable:
        yield "it", "for some rows (`where:`)", "for all rows"
    if _columns(mine) != _columns(theirs):
        here, there = (wording.code(", ".join(_columns(each))) for each in (mine, theirs))
        yield "its list of columns", here, there
        return
    if IndexKind.PRIMARY in (mine.kind, theirs.kind):
        return
    for one, other in zip(mine.columns, theirs.columns, strict=True):
        if one.sort is not other.sort:
            here, there = (each.sort.value.capitalize() for each in (one, other))
            yield f"the order of {wording.code(one.name)}", wording.code(here), wording.code(there)
        if one.operator_class != other.operator_class:
            here, there = (
                "the default"
                if each.operator_class is None
                else wording.code(wording.operator_class(each.operator_class, index.method))
                for each, index in ((one, mine), (other, theirs))
            )
            yield f"the operator class of {wording.code(one.name)}", here, there


def _short(kind: IndexKind) -> str:
    return "plain index" if kind is IndexKind.PLAIN else "unique index" if kind is IndexKind.UNIQUE else kind


def relations(mine: Table, theirs: Table, expected: Database, found: Database) -> Iterator[Told]:
    """A foreign key to a table that the other side lacks goes with that table: it cannot be written before."""
    rule, what = "prisma-relation-differs", "the foreign key"
    pairs, extra, missing = matching.matched(
        mine.foreign_keys.values(),
        theirs.foreign_keys.values(),
        lambda each: each.name,
        lambda each: replace(each, name=""),
        lambda each: (each.columns, each.table),
        lambda each: each.columns,
        lambda each: (frozenset(each.columns), each.table),
    )
    for one, other in pairs:
        parts = list(_differing(one, other, _follows(one, other, mine, theirs)))
        if parts and _reaches(one, theirs.columns, found) and _reaches(other, mine.columns, expected):
            target = expected.tables.get(other.table)
            line = wording.code(wording.relation(other, mine, target, one.called))
            help = f"write {line}, or change it in a migration"
            yield Told(rule, what, other.name, _joined("differs", parts), help, one.origin)
    for each in extra:
        if _reaches(each, theirs.columns, found):
            help = "add the foreign key in a migration, or remove the relation"
            yield Told(rule, what, each.name, "is not in the database", help, each.origin)
    for each in missing:
        if _reaches(each, mine.columns, expected):
            line = wording.code(wording.relation(each, mine, expected.tables.get(each.table)))
            model = wording.code(each.table[1])
            help = f"write a field of the model of {model} with {line}, or run `gen prisma sync`"
            if not expected.has_keys:
                help = 'drop the foreign key in a migration, or remove `relationMode = "prisma"` of the datasource'
            message = "of the database is not in the schema"
            yield Told(rule, what, each.name, message, help, mine.origin, each)


def _reaches(key: ForeignKey, columns: Collection[str], other: Database) -> bool:
    target = other.tables.get(key.table)
    return (
        target is not None
        and all(each in columns for each in key.columns)
        and all(each in target.columns for each in key.referenced)
    )


def _follows(one: ForeignKey, other: ForeignKey, mine: Table, theirs: Table) -> bool:
    """Whether onDelete, which nobody wrote, differs because NULL in a column does, which is told of the column."""
    if not one.is_implied or one.columns != other.columns:
        return False
    there = [theirs.columns[each].is_nullable for each in other.columns]
    is_cause = there != [mine.columns[each].is_nullable for each in one.columns]
    return is_cause and other.on_delete is (Action.SET_NULL if all(there) else Action.RESTRICT)


def _differing(mine: ForeignKey, theirs: ForeignKey, is_delete_told: bool) -> Iterator[tuple[str, str, str]]:
    for what, here, there in (
        ("its name", mine.name, theirs.name),
        ("its list of columns", ", ".join(mine.columns), ", ".join(theirs.columns)),
        ("its table", ".".join(mine.table), ".".join(theirs.table)),
        ("its list of references", ", ".join(mine.referenced), ", ".join(theirs.referenced)),
        ("onDelete", mine.on_delete.value, theirs.on_delete.value),
        ("onUpdate", mine.on_update.value, theirs.on_update.value),
    ):
        if here != there and not (is_delete_told and what == "onDelete"):
            yield what, wording.code(here), wording.code(there)
