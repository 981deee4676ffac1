"""Items 2 to 4: the schema beside the database that the migrations made, by the rules of `gen prisma check`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from generator import diagnostics
from generator.checklist import assigned, items
from generator.checklist.items import Item, Outcome
from generator.diagnostics import Diagnostic
from generator.insync import run
from generator.insync.run import Checked, Made
from generator.prisma import constraints
from generator.prisma.relational import Database, Table

ITEMS = (Item.MODEL, Item.TYPES, Item.INDEXES)


def verify(checked: Checked, server: str | None) -> Iterator[Outcome]:
    """`server` is None where no database was asked."""
    problems = [each for each in checked.problems if each.rule.startswith("prisma-")]
    if diagnostics.has_errors(problems):
        why = "the schema has mistakes, and was compared with nothing"
        yield items.failed(Item.MODEL, problems, [why])
        yield from _not_verified(ITEMS[1:], why, "mend item 2 first")
    elif checked.made is None or server is None:
        why = "the migrations made no database to compare the schema with"
        yield from _not_verified(ITEMS, why, "mend item 1 first")
    elif _is_all_excluded(checked, checked.made):
        help = "see whether `prisma.exclude` says more than it should"
        yield from _not_verified(ITEMS, "`prisma.exclude` leaves nothing to compare", help)
    else:
        yield from _compared(checked, server, problems)


def _not_verified(which: Iterable[Item], why: str, help: str) -> Iterator[Outcome]:
    return (items.not_verified(each, why, help) for each in which)


def _is_all_excluded(checked: Checked, made: Made) -> bool:
    is_any_left = _any(checked.expected) or _any(checked.found)
    return not is_any_left and (_any(checked.said) or _any(made.database))


def _compared(checked: Checked, server: str, warnings: Sequence[Diagnostic]) -> Iterator[Outcome]:
    found = {
        item: [each for each in checked.findings if assigned.item(each.difference.rule) is item]
        for item in ITEMS
    }
    for item in ITEMS:
        beside = warnings if item is Item.MODEL else ()
        if found[item]:
            told = [_with(checked, server)]
            yield items.failed(item, [*(each.diagnostic for each in found[item]), *beside], told)
        elif found[Item.MODEL]:
            # What has no counterpart was not compared any further.
            why = "what is missing on one side (item 2) has nothing to be compared with; in the rest, nothing differs"
            yield items.not_verified(item, why, "mend item 2 first")
        else:
            yield items.passed(item, _said(item, checked, server), beside)


def _any(database: Database) -> bool:
    return bool(database.tables or database.enums)


def _with(checked: Checked, server: str) -> str:
    version = max((each.version for each in run.migrations(checked.service)), default=0)
    return f"{checked.schema_path} was compared with what the migrations up to {version} make on {server}"


def _said(item: Item, checked: Checked, server: str) -> Sequence[str]:
    tables = _common(checked)
    nothing = "nothing to do, because the migrations make no table and the schema has no model"
    if item is Item.MODEL:
        what = _tables(checked) if tables else nothing
        return [_with(checked, server), what, *_left_out(checked)]
    if not tables and not checked.found.enums:
        return [nothing]
    if item is Item.TYPES:
        columns = sum(len(each.columns) for each in tables)
        return [
            f"{_count(columns, 'column')} and {_count(len(checked.found.enums), 'enum')}: type, NULL, default"
        ]
    indexes = sum(not constraints.unsayable(each) for table in tables for each in table.indexes.values())
    keys = sum(len(each.foreign_keys) for each in tables)
    line = f"{_count(indexes, 'key or index', 'keys and indexes')}, unique ones too, and {_count(keys, 'foreign key')}"
    elsewhere = _elsewhere(checked)
    beside = [each for each in checked.beside if each not in elsewhere]
    return [line, *(f"not compared, for Prisma cannot express it: {each}" for each in beside)]


def _tables(checked: Checked) -> str:
    """No model speaks of the table of an implicit many-to-many relation."""
    joins = sum(each.is_join_table for each in checked.expected.tables.values())
    models = len(checked.expected.tables) - joins
    beside = f" and {_count(joins, 'join table')}" if joins else ""
    tables = _count(len(_common(checked)), "table")
    return f"{tables} for {_count(models, 'model')}{beside}, with their columns and fields"


def _common(checked: Checked) -> list[Table]:
    """Without views that Prisma does not read and tables of extensions: where nothing differs, what has a model."""
    return [table for key, table in checked.found.tables.items() if key in checked.expected.tables]


def _elsewhere(checked: Checked) -> tuple[str, ...]:
    return checked.made.elsewhere if checked.made is not None else ()


def _left_out(checked: Checked) -> Iterator[str]:
    settings = checked.service.prisma
    if settings is not None and settings.exclude:
        yield f"not looked at (prisma.exclude): {', '.join(settings.exclude)}"
    yield from (f"not looked at: {each}" for each in _elsewhere(checked))


def _count(number: int, noun: str, plural: str = "") -> str:
    return f"{number} {noun if number == 1 else plural or noun + 's'}"
