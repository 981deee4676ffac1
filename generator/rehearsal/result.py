"""What a rehearsal found, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator import diagnostics
from generator.diagnostics import Diagnostic
from generator.migrations.model import Migration

if TYPE_CHECKING:  # asyncpg, which only a rehearsal needs
    from generator.database.locks import Observation


@dataclass(frozen=True, slots=True)
class Step:
    """One migration: `up`, `down` and `again` are seconds, None for what was not run or failed."""

    migration: Migration
    up: float | None
    down: float | None
    again: float | None
    observation: Observation | None

    @property
    def is_whole(self) -> bool:
        """Whether everything was tried that there is to try."""
        return self.up is not None and (self.again is not None or not self.migration.has_down)


@dataclass(frozen=True, slots=True)
class ServiceResult:
    """`steps` are the migrations in order, up to one that failed; `whole` are the seconds of a run of all of them
    at once, as the Job does it, None where it was not tried. `known` is how many were there already (`--from`)."""

    service: str
    goose: str
    steps: tuple[Step, ...]
    known: int
    whole: float | None
    diagnostics: tuple[Diagnostic, ...]

    @property
    def is_sound(self) -> bool:
        return not diagnostics.has_errors(self.diagnostics)


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """`server` says which PostgreSQL it was, for a person."""

    server: str
    major: int
    services: tuple[ServiceResult, ...]

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        return tuple(found for each in self.services for found in each.diagnostics)
