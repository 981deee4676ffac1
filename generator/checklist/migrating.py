"""Item 1: there is a migration, its text is sound, and goose ran it on a real PostgreSQL."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from generator import diagnostics, locking, model
from generator.checklist import items
from generator.checklist.applied import Ran
from generator.checklist.items import Item, Outcome
from generator.diagnostics import Diagnostic
from generator.insync import run
from generator.locking import references
from generator.migrations.model import Migration

NONE = "checklist-migration-missing"
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class New:
    """What is new against a Git reference, and what the lock has to say of the rest."""

    reference: str
    migrations: tuple[Migration, ...]
    found: tuple[Diagnostic, ...]


def is_own(found: Diagnostic, service: model.Service) -> bool:
    """Whether it is about the service's migrations: a file of their directory, or the setting that names it."""
    where = found.position
    is_in_folder = where.path.rpartition("/")[0] == service.lock.path.rpartition("/")[0]
    return is_in_folder or (
        found.rule.startswith("migration-") and where == service.where("migrations.directory")
    )


def since(
    root: Path, project: model.Project, service: model.Service, reference: str, told: Iterable[Diagnostic]
) -> New:
    """Raises GenError where Git cannot say what is there."""
    directory = service.migrations_directory
    at = references.read(root, reference, [directory])[directory]
    alone = dataclasses.replace(project, services=(service,))
    found = locking.check(alone, root, reference, told)
    return New(reference, tuple(each for each in service.migrations if at.is_new(each.name)), found)


def verify(service: model.Service, found: Sequence[Diagnostic], new: New | None, ran: Ran | None) -> Outcome:
    """`found` is what the files alone tell of the migrations; `ran` is None where goose was not asked."""
    told = [*found, *(new.found if new is not None else ())]
    lines = []
    if new is not None and not new.migrations:
        told.append(_none(service, new))
    if ran is None:
        lines.append("not run on a PostgreSQL: the migrations have to be mended first")
    else:
        told += ran.warnings
        if ran.wrong is not None and is_own(ran.wrong, service):
            told.append(ran.wrong)
            lines.append(f"run by goose on {ran.server}")
    if diagnostics.has_errors(told):
        return items.failed(Item.MIGRATION, told, lines)
    assert ran is not None  # it hinders nothing but an error
    if ran.wrong is not None:
        why = f"goose could not run the migrations on {ran.server}: {ran.wrong.message}"
        return items.not_verified(Item.MIGRATION, why, ran.wrong.help, [*told, ran.wrong])
    above = [each for each in service.migrations if each not in run.migrations(service)]
    if above:
        return items.not_verified(
            Item.MIGRATION,
            f"the service is pinned to version {service.version}, and goose did not run what is above: {_named(above)}",
            "`gen rollback --release` ends the pin; `gen test` rehearses all migrations in the meantime",
            told,
        )
    return items.passed(Item.MIGRATION, _said(service, new, ran), told)


def _said(service: model.Service, new: New | None, ran: Ran) -> Iterable[str]:
    number = len(service.migrations)
    which, whose = ("the one migration", "its") if number == 1 else (f"all {number} migrations", "their")
    locked = {each.version for each in service.lock.entries}
    unlocked = [each for each in service.migrations if each.version not in locked]
    both = f"{whose} text is" if unlocked else f"{whose} text and {whose} lock are"
    yield f"goose applied {which} on {ran.server}; {both} in order"
    if unlocked:
        file = service.lock.path
        what = (
            f"there is no {file}" if service.lock.text is None else f"not in {file} yet: {_named(unlocked)}"
        )
        yield f"{what}; `gen lock` writes it, and from then on tells who changes a merged migration"
    if new is not None:
        yield f"new against {new.reference}: {_named(new.migrations)}"
    else:
        yield f"the newest is {max(service.migrations, key=lambda each: each.version).path}"


def _named(migrations: Sequence[Migration]) -> str:
    shown = ", ".join(each.path for each in migrations[:_MOST_NAMED])
    more = len(migrations) - _MOST_NAMED
    return f"{shown} and {more} more" if more > 0 else shown


def _none(service: model.Service, new: New) -> Diagnostic:
    return Diagnostic(
        NONE,
        f"`{service.name}` has no migration that is not at `{new.reference}`",
        f"create one: `gen migration {service.name} DESCRIPTION`",
        service.where("migrations.directory"),
    )
