"""The checklist of a new migration, and what can be said of one of its items.

There is no fourth state: what was not verified is never shown as passed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from generator import diagnostics
from generator.diagnostics import Diagnostic


class Item(IntEnum):
    """In the order in which they are done; `title` is what a person is asked to do."""

    MIGRATION = 1
    MODEL = 2
    TYPES = 3
    INDEXES = 4
    GENERATE = 5
    TESTS = 6

    @property
    def title(self) -> str:
        return _TITLES[self - 1]


_TITLES = (
    "Create goose SQL migration",
    'Define Prisma model with `@@map("table_name")`',
    "Match all column types exactly",
    "Add indexes with `@@index` if defined in SQL",
    "Run `pnpm prisma generate`",
    "Write tests using Prisma Client",
)


class State(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    NOT_VERIFIED = "not verified"


@dataclass(frozen=True, slots=True)
class Outcome:
    """`told` are the lines that say what was verified and how, or why it was not; `help` is what to do about an item
    that was not verified; of one that failed, each of the `diagnostics` says so itself."""

    item: Item
    state: State
    told: tuple[str, ...]
    help: str = ""
    diagnostics: tuple[Diagnostic, ...] = ()


def passed(item: Item, told: Iterable[str], warnings: Iterable[Diagnostic] = ()) -> Outcome:
    return Outcome(item, State.PASSED, tuple(told), "", diagnostics.ordered(warnings))


def failed(item: Item, found: Iterable[Diagnostic], told: Iterable[str] = ()) -> Outcome:
    """`found` has an error."""
    return Outcome(item, State.FAILED, tuple(told), "", diagnostics.ordered(found))


def not_verified(item: Item, why: str, help: str, found: Iterable[Diagnostic] = ()) -> Outcome:
    return Outcome(item, State.NOT_VERIFIED, (why,), help, diagnostics.ordered(found))
