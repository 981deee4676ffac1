"""The difference of two catalogs as a person would tell it: one line per cause, not one per catalog row.

A table that is left behind is one difference, not thirty with its columns, indexes and grants; a column that
changes on a partitioned table is not told again for each partition.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain

from generator.database.catalog.snapshot import Attributes, Catalog, Identity, Value

_LONGEST = 100
_RELATIONS = ("table", "foreign table", "view", "materialized view", "composite type")

# The attribute that names what an object is part of, and which kinds that may be. With those it comes and goes.
_PART_OF: Mapping[str, tuple[str, ...]] = {
    "schema": ("schema",),
    "table": _RELATIONS,
    "domain": ("domain",),
    "parents": ("table", "foreign table"),
    "owned by": ("column",),
    "constraint": ("constraint",),
    "server": ("server",),
    "foreign-data wrapper": ("foreign-data wrapper",),
}
# Attributes of one object that cannot but change with another one.
_FOLLOWS = {
    ("column", "generation expression"): "generated",
    ("column", "not null constraint"): "nullable",
    ("column", "collation"): "type",
    ("column", "storage"): "type",
    ("column", "compression"): "type",
    ("constraint", "referenced columns"): "references",
    ("foreign table", "detach pending"): "parents",
    ("table", "detach pending"): "parents",
    ("trigger", "function"): "definition",
}
# Attributes that name another object, and its kinds: they follow when that is renamed.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "table": _RELATIONS,
    "owned by": ("column",),
    "constraint": ("constraint",),
    "references": ("table",),
}
# Attributes that list columns, and the attribute that says of which table.
_COLUMNS = {"columns": "table", "keys": "table", "included": "table", "referenced columns": "references"}
_ORDERS = ("column order",)
_KEYS_OF_CONSTRAINT = ("keys", "included", "predicate", "unique", "primary", "nulls not distinct", "method")


class What(StrEnum):
    """Which of the two catalogs has the object: the first only, the second only, both but not alike."""

    MISSING = "missing"
    EXTRA = "extra"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Verbs:
    """How a caller's sentences go on after the object's name."""

    missing: str = "is missing"
    extra: str = "is not expected"
    changed: str = "differs"


AFTER_DOWN = Verbs("is not restored", "is left behind", "is not restored as it was")
AFTER_SECOND_UP = Verbs(
    "is missing after the second Up", "is only there after the second Up", "differs after the second Up"
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One object that only one catalog has, or one attribute in which it differs; None is "has none"."""

    kind: str
    name: str
    what: What
    attribute: str | None = None
    before: Value | None = None
    after: Value | None = None

    @property
    def identity(self) -> Identity:
        return Identity(self.kind, self.name)

    @property
    def sentence(self) -> str:
        return self.told(Verbs())

    def told(self, verbs: Verbs) -> str:
        """`index public.users_email_idx is left behind`; the text of the database in it is not escaped."""
        thing = f"{self.kind} {self.name}"
        if self.what is What.MISSING:
            return f"{thing} {verbs.missing}"
        if self.what is What.EXTRA:
            return f"{thing} {verbs.extra}"
        return f"{thing} {verbs.changed} ({self.attribute}: {self.change})"

    @property
    def change(self) -> str:
        """`integer before, text after`; of two lists only what differs, if more than the order does."""
        if isinstance(self.before, list) or isinstance(self.after, list):
            old, new = _list(self.before), _list(self.after)
            parts = [f"without {each}" for each in old if each not in new]
            parts += [f"with {each}" for each in new if each not in old]
            if parts:
                return _short(", ".join(parts))
        before, after = _around(shown(self.before), shown(self.after))
        return f"{before} before, {after} after"


def shown(value: Value | None) -> str:
    """A value on one line, in words."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str | int | float):
        return " ".join(str(value).split())
    return ", ".join(value) or "nothing"


def compare(before: Catalog, after: Catalog) -> tuple[Difference, ...]:
    """What it takes to get from one to the other, by kind and name."""
    old, new = before.objects, after.objects
    if old == new:
        return ()
    missing = {each: old[each] for each in old.keys() - new.keys()}
    extra = {each: new[each] for each in new.keys() - old.keys()}
    changes = {
        identity: tuple(_changes(identity, attributes, new[identity]))
        for identity, attributes in old.items()
        if identity in new and attributes is not new[identity] and attributes != new[identity]
    }
    both = _Both(before, after, missing, extra, changes)
    found = chain(
        (
            Difference(*each, What.MISSING)
            for each in missing
            if not both.goes_with(each, missing, What.MISSING)
        ),
        (Difference(*each, What.EXTRA) for each in extra if not both.goes_with(each, extra, What.EXTRA)),
        (each for each in chain.from_iterable(changes.values()) if not both.follows(each)),
    )
    return tuple(sorted(found, key=lambda each: (each.kind, each.name, each.attribute or "")))


def _changes(identity: Identity, before: Attributes, after: Attributes) -> Iterator[Difference]:
    differing = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    for key in differing:
        old, new = before.get(key), after.get(key)
        if _FOLLOWS.get((identity.kind, key)) in differing:
            continue
        if key in _ORDERS and _same_order(_list(old), _list(new)):
            continue
        yield Difference(*identity, What.CHANGED, key, old, new)


@dataclass(frozen=True, slots=True)
class _Both:
    """Both catalogs with what differs, to find out which differences have one cause."""

    before: Catalog
    after: Catalog
    missing: Mapping[Identity, Attributes]
    extra: Mapping[Identity, Attributes]
    changes: Mapping[Identity, tuple[Difference, ...]]

    def goes_with(self, identity: Identity, gone: Mapping[Identity, Attributes], what: What) -> bool:
        """Whether something that it is part of is missing, or extra, too."""
        attributes = gone[identity]
        wholes = [each for each in _containers(identity, attributes) if each in gone]
        if what is What.EXTRA and identity.kind in ("table", "foreign table"):
            # A parent in another schema, or a server, may be nobody's concern; this table is.
            wholes = [
                each
                for each in wholes
                if each.kind == "schema" or gone[each].get("schema") == attributes.get("schema")
            ]
        if wholes:
            return True
        if what is What.EXTRA and any(each in gone for each in _columns(identity, attributes)):
            return True  # Dropping the column drops it; the reverse does not hold for a missing one.
        if identity.kind == "column":
            view = (
                Identity("view", str(attributes.get("table"))),
                Identity("materialized view", str(attributes.get("table"))),
            )
            return any(self._changed(each, "definition") for each in view)
        if identity.kind == "sequence" and attributes.get("identity"):
            return self._changed(Identity("column", str(attributes.get("owned by"))), "identity")
        return False

    def follows(self, change: Difference) -> bool:
        """Whether the change of another object brings this one about."""
        attributes = self.after.objects[change.identity]
        table = str(attributes.get("table"))
        tables = [Identity(kind, table) for kind in _RELATIONS]
        if self._renamed(change, attributes):
            return True
        if not self.missing.keys().isdisjoint(tables) and not self.extra.keys().isdisjoint(tables):
            return True  # A table that is a view now.
        if change.attribute == "parent":
            return any(self._changed(each, "parents") for each in tables)
        if change.kind == "column" and any(self._changed(each, "definition") for each in tables):
            return change.attribute in ("type", "collation")
        if change.kind == "index" and self._with_constraint(change):
            return True
        return any(
            (each.attribute, each.before, each.after) == (change.attribute, change.before, change.after)
            for leader in _leaders(change, attributes, self.after.objects)
            for each in self.changes.get(leader, ())
        )

    def _renamed(self, change: Difference, attributes: Attributes) -> bool:
        """Whether the change is only the new name of what it refers to."""
        attribute = change.attribute or ""
        if attribute in _NAMES:
            pairs = (
                (Identity(kind, str(change.before)), Identity(kind, str(change.after)))
                for kind in _NAMES[attribute]
            )
            return any(old in self.missing and new in self.extra for old, new in pairs)
        if attribute in _COLUMNS:
            table = attributes.get(_COLUMNS[attribute])
            old, new = _list(change.before), _list(change.after)
            gone = [each for each in old if each not in new]
            come = [each for each in new if each not in old]
            return (
                len(old) == len(new)
                and all(
                    Identity("column", f"{table}.{each}") in where
                    for names, where in ((gone, self.missing), (come, self.extra))
                    for each in names
                )
                and bool(gone)
            )
        return False

    def _with_constraint(self, change: Difference) -> bool:
        """An index is made and unmade, or gets other columns, as the constraint that stands on it does."""
        for catalog in (self.before, self.after):
            name = catalog.objects[change.identity].get("constraint")
            constraint = Identity("constraint", str(name))
            if constraint in self.missing or constraint in self.extra:
                return change.attribute in ("constraint", "primary")
            if any(self._changed(constraint, each) for each in ("columns", "exclusion", "type", "period")):
                return change.attribute in _KEYS_OF_CONSTRAINT
        return False

    def _changed(self, identity: Identity, attribute: str) -> bool:
        return any(each.attribute == attribute for each in self.changes.get(identity, ()))


def _containers(identity: Identity, attributes: Attributes) -> Iterator[Identity]:
    for attribute, kinds in _PART_OF.items():
        value = attributes.get(attribute)
        for name in [value] if isinstance(value, str) else _list(value):
            yield from (Identity(kind, name) for kind in kinds)
    if "parent" in attributes:
        yield Identity(identity.kind, str(attributes["parent"]))


def _columns(identity: Identity, attributes: Attributes) -> Iterator[Identity]:
    """The columns that an index or a constraint stands on, as far as their names stand alone."""
    if identity.kind in ("index", "constraint"):
        names = chain.from_iterable(_list(attributes.get(key)) for key in ("columns", "keys", "included"))
        yield from (
            Identity("column", f"{attributes['table']}.{name}") for name in names if "table" in attributes
        )


def _leaders(
    change: Difference, attributes: Attributes, columns: Mapping[Identity, Attributes]
) -> Iterator[Identity]:
    """Whose change arrives at this object by itself, where both change alike."""
    if "parent" in attributes:
        yield Identity(change.kind, str(attributes["parent"]))
    if change.kind == "sequence" and change.attribute == "owner":
        column = columns.get(Identity("column", str(attributes.get("owned by"))), {})
        yield Identity("table", str(column.get("table")))


def _same_order(before: Iterable[str], after: Iterable[str]) -> bool:
    """Whether those in both lists stand alike."""
    old, new = list(before), list(after)
    return [each for each in old if each in new] == [each for each in new if each in old]


def _list(value: Value | None) -> list[str]:
    return list(value) if isinstance(value, list | tuple) else []


def _around(before: str, after: str) -> tuple[str, str]:
    """Two long texts cut to where they begin to differ."""
    if len(before) <= _LONGEST and len(after) <= _LONGEST:
        return before, after
    same = next((at for at, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), 0)
    start = max(0, same - _LONGEST // 3)
    return _short(before[start:], start > 0), _short(after[start:], start > 0)


def _short(text: str, is_tail: bool = False) -> str:
    cut = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return f"…{cut}" if is_tail else cut
