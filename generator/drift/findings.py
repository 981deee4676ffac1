"""From two catalogs to findings: what the place brought along is no drift, one cause is told once."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from generator import model
from generator.database.catalog import comparison
from generator.database.catalog.comparison import Difference, What
from generator.database.catalog.snapshot import Attributes, Catalog, Identity, Value
from generator.diagnostics import Diagnostic
from generator.drift import masking, origin, relative
from generator.drift.ignoring import Ignoring
from generator.drift.result import INVALID_INDEX, RULES, Change, Finding
from generator.migrations.model import Migration

_RELATIONS = ("table", "foreign table", "view", "materialized view", "composite type")
# Whose default privileges arrive at which kinds of objects.
_PRIVILEGED = {
    **dict.fromkeys(("table", "view", "materialized view", "foreign table"), "tables"),
    "sequence": "sequences",
    **dict.fromkeys(("aggregate", "function", "procedure"), "functions"),
    **dict.fromkeys(("base type", "composite type", "domain", "enum", "range type"), "types"),
    "schema": "schemas",
}
# What a server prints from a parsed expression, and what stays as somebody wrote it.
_PRINTED = {
    ("column", "default"),
    ("column", "generation expression"),
    ("constraint", "expression"),
    ("constraint", "exclusion"),
    ("domain", "default"),
    ("function", "arguments"),
    ("index", "keys"),
    ("index", "predicate"),
    ("materialized view", "definition"),
    ("policy", "check"),
    ("policy", "using"),
    ("procedure", "arguments"),
    ("rule", "definition"),
    ("statistics", "definition"),
    ("table", "partition bound"),
    ("table", "partition key"),
    ("trigger", "definition"),
    ("view", "definition"),
}
# Attributes that say what an extra object is, each with the value that goes without saying.
_TELLING: Mapping[str, Value | None] = {
    **dict.fromkeys(
        ("table", "parents", "partition bound", "type", "default", "definition", "columns", "keys")
    ),
    **dict.fromkeys(
        ("predicate", "references", "expression", "exclusion", "command", "using", "check", "labels")
    ),
    **dict.fromkeys(("tables", "owner", "returns", "language")),
    "nullable": True,
    "unique": False,
    "security definer": False,
    "validated": True,
    "valid": True,
}
_VALIDITY = ("valid", "ready")
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Sides:
    """Relative catalogs of the same moment of the history; `before` is the expected one's beginning."""

    expected: Catalog
    before: Catalog
    found: Catalog

    def attributes(self, identity: Identity) -> Attributes:
        return self.found.objects.get(identity) or self.expected.objects.get(identity) or {}


def find(
    sides: Sides, service: model.Service, applied: Sequence[Migration], ignoring: Ignoring
) -> tuple[tuple[Finding, ...], int]:
    """The findings, one for each object, and how many objects are ignored."""
    kept: list[Finding] = []
    ignored = 0
    told = [each for each in comparison.compare(sides.expected, sides.found) if _is_drift(each, sides)]
    for identity, of_object in itertools.groupby(told, lambda each: each.identity):
        all_of_it = list(of_object)
        # Without any() or a set: each pattern that meets something counts as used.
        passed = [ignoring.passes_over(identity, each.attribute) for each in all_of_it]
        rest = [each for each, is_passed in zip(all_of_it, passed, strict=True) if not is_passed]
        if rest:
            kept.append(_finding(identity, rest, sides, service, applied))
        else:
            ignored += 1
    return tuple(kept), ignored


def _is_drift(difference: Difference, sides: Sides) -> bool:
    if difference.what is What.CHANGED:
        return not (_is_of_the_place(difference, sides.before) or _is_same(difference, sides))
    attributes = sides.attributes(difference.identity)
    return not (_is_part_of(attributes, sides.before) and _is_foreign(difference, sides.before))


def _is_of_the_place(difference: Difference, before: Catalog) -> bool:
    """Whether no migration decides this attribute: it was so before the first one."""
    there = before.objects.get(difference.identity)
    if there is None:
        return False
    attribute = difference.attribute or ""
    return attribute == "column order" or there.get(attribute) == difference.before


def _is_part_of(attributes: Attributes, before: Catalog) -> bool:
    table = attributes.get("table")
    return table is not None and any(Identity(kind, str(table)) in before.objects for kind in _RELATIONS)


def _is_foreign(difference: Difference, before: Catalog) -> bool:
    """A part of a table that somebody else owns, as neither a migration nor anybody but its owner made it."""
    return difference.what is What.EXTRA or difference.identity in before.objects


def _is_same(difference: Difference, sides: Sides) -> bool:
    """Whether the attribute comes out alike: two servers print it otherwise, or default privileges explain it."""
    if difference.attribute == "grants":
        return _is_by_default(difference, sides)
    # A body between quotes stays as it was written.
    is_printed = (difference.kind, difference.attribute) in _PRINTED or (
        difference.attribute == "body" and str(difference.before).startswith(("BEGIN ATOMIC", "RETURN "))
    )
    return (
        is_printed
        and sides.expected.major != sides.found.major
        and relative.same_printed(difference.before, difference.after)
    )


def _is_by_default(difference: Difference, sides: Sides) -> bool:
    """Whether default privileges of the live database alone make the difference: they are one finding, not one more
    for each table. Where both have the same, nobody but a person gave or took."""
    attributes = sides.found.objects[difference.identity]
    if difference.kind not in _PRIVILEGED or attributes.get("owner") != relative.MIGRATING:
        return False
    major = min(sides.expected.major, sides.found.major)
    usual, given = (
        _by_itself(each, difference.kind, attributes, major) for each in (sides.expected, sides.found)
    )
    expected, found = set(_texts(difference.before)), set(_texts(difference.after))
    return found - expected <= given - usual and expected - found <= usual - given


def _by_itself(catalog: Catalog, kind: str, attributes: Attributes, major: int) -> frozenset[str]:
    """The grants that an object of this kind and schema gets when the migrating role makes it."""
    of = f"of {relative.MIGRATING}"
    everywhere = _grants(catalog, f"{of} on {_PRIVILEGED[kind]}")
    in_schema = _grants(catalog, f"{of} in schema {attributes.get('schema')} on {_PRIVILEGED[kind]}")
    return (relative.built_in(kind, major) if everywhere is None else everywhere) | (in_schema or frozenset())


def _grants(catalog: Catalog, name: str) -> frozenset[str] | None:
    entry = catalog.objects.get(Identity("default privileges", name))
    if entry is None:
        return None
    # An object's own lines call this role its owner.
    return frozenset(
        each.replace(f" TO {relative.MIGRATING}", f" TO {relative.OWNER}")
        for each in _texts(entry.get("grants"))
    )


def _told(kind: str, found: Attributes) -> Iterator[tuple[str, Value]]:
    for key, usual in _TELLING.items():
        value = masking.masked(found.get(key))
        if value is not None and value is not usual and value != []:
            yield key, value
    if kind == "default privileges":
        given = _texts(found.get("grants"))
        yield "grants", [each for each in given if not each.endswith(f" TO {relative.MIGRATING}")]


def _finding(
    identity: Identity,
    differences: Sequence[Difference],
    sides: Sides,
    service: model.Service,
    applied: Sequence[Migration],
) -> Finding:
    what = differences[0].what
    found = sides.found.objects.get(identity, {})
    attributes = {each.attribute for each in differences}
    is_invalid = identity.kind == "index" and (
        (what is What.EXTRA and found.get("valid") is False)
        or (what is What.CHANGED and found.get("valid") is False and bool(attributes & set(_VALIDITY)))
    )
    changes = tuple(
        Change(each.attribute or "", masking.masked(each.before), masking.masked(each.after))
        for each in differences
        if what is What.CHANGED and not (is_invalid and each.attribute == "ready" and "valid" in attributes)
    )
    told = dict(_told(identity.kind, found)) if what is What.EXTRA else {}
    place = None
    if what is not What.EXTRA:
        changed = {each.attribute for each in changes}
        place = origin.find(identity, sides.expected.objects[identity], changed, applied)
    rule = INVALID_INDEX if is_invalid else RULES[what]
    return Finding(
        what=what,
        identity=identity,
        changes=changes,
        found=told,
        is_invalid_index=is_invalid,
        migration=place[0].name if place else None,
        diagnostic=Diagnostic(
            rule,
            _message(identity, what, changes, is_invalid),
            _mend(identity, what, sides.found) if is_invalid else _help(identity, what),
            place[1] if place else service.where("migrations.directory"),
        ),
    )


def _message(identity: Identity, what: What, changes: Iterable[Change], is_invalid: bool) -> str:
    thing = f"{identity.kind} {identity.name}"
    if is_invalid:
        return f"{thing} is invalid" + ("" if what is What.CHANGED else ", and no migration makes it")
    if what is What.MISSING:
        return f"{thing} is missing"
    if what is What.EXTRA:
        return f"{thing} is in the database, and no migration makes it"
    return f"{thing} differs ({'; '.join(_sentences(changes))})"


def _sentences(changes: Iterable[Change]) -> Iterator[str]:
    for each in changes:
        missing, extra = parted(each)
        if missing or extra:
            lines = [*(f"without {one}" for one in missing), *(f"with {one}" for one in extra)]
            yield f"{each.attribute}: {_short(', '.join(lines))}"
        else:
            expected, found = excerpts(each, _LONGEST)
            yield f"{each.attribute}: {expected} expected, {found} found"


def parted(change: Change) -> tuple[list[str], list[str]]:
    """Of two lists what only the first has, and only the second; nothing for what are no lists."""
    if not isinstance(change.expected, list | tuple) and not isinstance(change.found, list | tuple):
        return [], []
    expected, found = _texts(change.expected), _texts(change.found)
    return [each for each in expected if each not in found], [each for each in found if each not in expected]


def excerpts(change: Change, longest: int) -> tuple[str, str]:
    """Both values on one line, cut to where they begin to differ."""
    expected, found = comparison.shown(change.expected), comparison.shown(change.found)
    same = next((at for at, pair in enumerate(zip(expected, found, strict=False)) if pair[0] != pair[1]), 0)
    start = max(0, same - longest // 3) if max(len(expected), len(found)) > longest else 0
    head = "…" if start else ""
    return head + _short(expected[start:], longest), head + _short(found[start:], longest)


def _short(text: str, longest: int = 2 * _LONGEST) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _mend(identity: Identity, what: What, found: Catalog) -> str:
    """Statements that the server takes and that help: exclusion constraints and partitioned tables have their own."""
    index = found.objects.get(identity, {})
    is_partitioned = "partition key" in found.objects.get(Identity("table", str(index.get("table"))), {})
    constraint = found.objects.get(Identity("constraint", str(index.get("constraint"))), {})
    reindex = "REINDEX INDEX" if "exclusion" in constraint else "REINDEX INDEX CONCURRENTLY"
    if is_partitioned and what is What.CHANGED:
        return (
            f"`{reindex} {identity.name};` for the indexes of the partitions, then `ALTER INDEX {identity.name} "
            "ATTACH PARTITION …;` with one of them, or with each that is not attached"
        )
    if is_partitioned:
        return (
            f"`DROP INDEX IF EXISTS {identity.name};`, which waits for all who use the table, and they for it"
        )
    mend = reindex if what is What.CHANGED else "DROP INDEX CONCURRENTLY IF EXISTS"
    writers = "; nobody can write to the table until it is done" if "exclusion" in constraint else ""
    return f"`{mend} {identity.name};`, unless a session is building it just now{writers}"


def _help(identity: Identity, what: What) -> str:
    ignore = f"or add `{identity.kind} {identity.name}` to `drift.ignore`"
    if what is What.EXTRA:
        return f"write a migration that makes it (`IF NOT EXISTS`), drop it, {ignore}"
    if what is What.MISSING:
        return (
            f"make it again as the migration has it, write a migration that drops it (`IF EXISTS`), {ignore}"
        )
    return f"undo the change in the database, write a migration that makes it, {ignore}"


def _texts(value: Value | None) -> Sequence[str]:
    return value if isinstance(value, list | tuple) else ()
