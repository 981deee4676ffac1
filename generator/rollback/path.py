"""The way that goose takes through a service's migrations, told from the files: back to a version, and forward again.

`goose down-to` undoes one migration after the other, from the one that it applied last: the newest version, where
none was applied out of order. The files tell what it may undo; what it does undo is what the database has.
"""

from __future__ import annotations

from dataclasses import dataclass

from generator.lint import commands
from generator.lint.rules import down_missing
from generator.migrations.model import Migration, Statement
from generator.model import Pin, Service
from generator.rollback import losses
from generator.rollback.losses import Loss

__all__ = ["Loss", "Step", "again", "steps", "waiting"]


@dataclass(frozen=True, slots=True)
class Step:
    """A migration that is undone, and what its Down loses.

    `is_missing` where its Down does nothing: goose removes the row of the version and keeps what the Up made, so
    that the next `up` fails on it.
    """

    migration: Migration
    losses: tuple[Loss, ...]
    is_missing: bool

    @property
    def statements(self) -> tuple[Statement, ...]:
        """What runs, in its order."""
        return self.migration.down


def steps(service: Service, target: int, newest: int) -> tuple[Step, ...]:
    """What is undone on the way from `newest` to `target`, the newest first."""
    passed = [each for each in service.migrations if target < each.version <= newest]
    return tuple(_step(each) for each in sorted(passed, key=_version, reverse=True))


def again(service: Service, version: int) -> tuple[Migration, ...]:
    """What `up` applies to a database at that version, the oldest first."""
    return tuple(sorted((each for each in service.migrations if each.version > version), key=_version))


def waiting(service: Service, pin: Pin) -> tuple[Migration, ...]:
    """The migrations that came after the pin, the oldest first: nothing applies them before its release."""
    return again(service, pin.newest)


def _step(migration: Migration) -> Step:
    script = commands.read(migration)
    return Step(migration, losses.of(script), down_missing.is_missing(script))


def _version(migration: Migration) -> int:
    return migration.version
