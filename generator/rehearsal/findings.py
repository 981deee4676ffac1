"""Differences between two catalogs, and what was observed, → diagnostics at the migration that made them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from generator.database import rows
from generator.database.catalog import comparison
from generator.database.catalog.comparison import Difference, What
from generator.database.locks import Observation
from generator.diagnostics import Diagnostic, Severity
from generator.migrations.model import Migration
from generator.rehearsal import places


def left_by_down(migration: Migration, differences: Iterable[Difference]) -> Iterator[Diagnostic]:
    """`differences` are from before the Up to after the Down."""
    for each in differences:
        is_there = each.what is not What.MISSING
        statements = migration.up if is_there else migration.down
        yield Diagnostic(
            "rehearsal-down-leftover",
            f"after the Down, {each.told(comparison.AFTER_DOWN)}",
            _undo(each),
            places.mention(migration, statements, each.name, places.down(migration), each.attribute),
        )


def _undo(left: Difference) -> str:
    if left.kind == "enum" and left.attribute == "labels":
        return (
            "PostgreSQL cannot take a label away: write ADD VALUE IF NOT EXISTS, and say so: "
            "`-- gen:allow rehearsal-down-leftover: <reason>`"
        )
    if left.what is What.MISSING:
        return "let the Down undo no more than the Up did"
    return "undo in the Down what the Up did"


def differs_again(migration: Migration, differences: Iterable[Difference]) -> Iterator[Diagnostic]:
    """`differences` are from after the first Up to after the second."""
    for each in differences:
        yield Diagnostic(
            "rehearsal-again-differs",
            each.told(comparison.AFTER_SECOND_UP),
            "make the Down undo the Up wholly, and the Up independent of what was there",
            places.mention(migration, migration.up, each.name, places.up(migration), each.attribute),
        )


_IN_ONE_RUN = comparison.Verbs(
    "is missing when all migrations are applied in one run",
    "is only there when all migrations are applied in one run",
    "differs when all migrations are applied in one run",
)


def differs_whole(newest: Migration, differences: Iterable[Difference]) -> Iterator[Diagnostic]:
    """`differences` are from one run for each migration to one run of all of them."""
    for each in differences:
        yield Diagnostic(
            "rehearsal-whole-differs",
            each.told(_IN_ONE_RUN),
            "look for a migration that changes the session (SET, set_config) and so the ones behind it",
            places.up(newest),
        )


def observed(migration: Migration, seen: Observation) -> Iterator[Diagnostic]:
    for relation in seen.rewritten:
        yield Diagnostic(
            "rehearsal-rewrite",
            f"the Up writes the whole of {relation} anew, and nobody can read or write it meanwhile",
            "see `gen explain rehearsal-rewrite` for ways without; a small table may be worth it",
            places.mention(migration, migration.up, relation, places.up(migration)),
            Severity.WARNING,
        )
    for index in seen.invalid_indexes:
        yield Diagnostic(
            "rehearsal-invalid-index",
            f"the Up leaves the index {index} invalid: it costs writes and serves no query",
            "drop it with `DROP INDEX CONCURRENTLY IF EXISTS` before the statement that makes it",
            places.mention(migration, migration.up, index, places.up(migration)),
        )


def lost_rows(migration: Migration, losses: Iterable[rows.Loss], by_up: bool) -> Iterator[Diagnostic]:
    for each in losses:
        if by_up:
            message, where = f"the Up loses data: {each.sentence}", places.up(migration)
            help = "keep the rows, or say why not: `-- gen:allow rehearsal-rows-lost: <reason>`"
            statements = migration.up
        else:
            message, where = f"Up and Down together lose data: {each.sentence}", places.down(migration)
            help = (
                "keep the data until no rollback needs it, or say why not: "
                "`-- gen:allow rehearsal-rows-lost: <reason>`"
            )
            statements = migration.down
        where = places.mention(migration, statements, each.column or each.table, where)
        yield Diagnostic("rehearsal-rows-lost", message, help, where)
