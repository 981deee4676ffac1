"""What a pin would do, and the text of services.yaml with it or without it.

The pin is checked as `gen check` will check it, before a byte is written: a rollback that a build refuses
afterwards helps nobody at night.
"""

from __future__ import annotations

import dataclasses
import posixpath
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from generator import diagnostics, model, rollback
from generator.diagnostics import Diagnostic, GenError
from generator.lint import levels
from generator.migrations.model import Migration
from generator.output import edited
from generator.rollback import path
from generator.source import editing

KEY = "pin"
RULES = "pin-"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asks for. `accepted` are the versions whose data may be lost."""

    version: int
    reason: str
    expires: date | None
    phase: model.PinPhase
    accepted: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """`service` is pinned, and `is_again` where a pin is written in `text` already: services.yaml as it was read.
    `before` is the service as it was. `undone` is newest first; `again` is what a database that stands where the
    service stood gets, on the way up from one pin to another.

    `found` is what speaks against it: with an error in it the plan must not be carried out.
    """

    service: model.Service
    text: str
    before: model.Service
    is_again: bool
    undone: tuple[path.Step, ...]
    again: tuple[Migration, ...]
    found: tuple[Diagnostic, ...]

    @property
    def is_refused(self) -> bool:
        return diagnostics.has_errors(self.found)

    @property
    def wished(self) -> model.Pin:
        assert self.service.pin is not None
        return self.service.pin


@dataclass(frozen=True, slots=True)
class Release:
    """`again` are the migrations that the next sync applies, oldest first; `text` is services.yaml as it was read."""

    service: model.Service
    text: str
    taken: model.Pin
    again: tuple[Migration, ...]


def last(service: model.Service) -> int:
    """The version before the one that the service stands at now; 0 before the first."""
    return max((each.version for each in service.migrations if each.version < service.version), default=0)


def pin(project: model.Project, service: model.Service, wish: Wish) -> Plan:
    """Judges a wish. A pin that is there already is replaced. What waits behind it was not applied and need not be
    undone: the Job holds that against the database (`assert-before`)."""
    newest = service.newest
    if service.pin is not None and wish.version <= service.pin.newest:
        newest = service.pin.newest
    wanted = model.Pin(
        wish.version, newest, wish.reason, wish.expires, wish.phase, tuple(sorted(wish.accepted))
    )
    pinned = dataclasses.replace(service, pin=wanted)
    # Its place in the file is not written yet, and that of another pin would mislead.
    place = service.where("")
    found = rollback.check(dataclasses.replace(project, services=(pinned,)))
    undone = path.steps(pinned, wish.version, newest)
    again = tuple(each for each in path.again(service, service.version) if each.version <= wish.version)
    is_again = service.where.has(KEY)
    at_service = [dataclasses.replace(each, position=place) for each in found]
    return Plan(pinned, project.text, service, is_again, undone, again, diagnostics.ordered(at_service))


def release(project: model.Project, service: model.Service) -> Release:
    """GenError where there is no pin."""
    if service.pin is None:
        raise GenError(
            f"`{service.name}` is not pinned: there is nothing to release",
            "`gen rollback SERVICE --to VERSION --reason TEXT` pins one",
        )
    return Release(service, project.text, service.pin, path.again(service, service.pin.version))


def write(file: Path, planned: Plan | Release) -> None:
    """Puts the pin into services.yaml, or takes it away; every other byte stays as it is."""
    before = edited.read(file)
    if before != planned.text.encode():
        raise GenError(
            f"{file.name} changed while it was looked at, so nothing was written",
            "run the same command again",
        )
    where = ("services", planned.service.name)
    if isinstance(planned, Release):
        after = editing.remove(before, where, KEY)
    elif planned.is_again:
        after = editing.replace(before, where, KEY, _written(planned.wished))
    else:
        after = editing.insert(before, where, KEY, _written(planned.wished))
    edited.write(file, before, after)


def _written(wanted: model.Pin) -> dict[str, editing.Value]:
    """As a person would write it: nothing that is a default."""
    value: dict[str, editing.Value] = {
        "version": wanted.version,
        "from": wanted.newest,
        "reason": wanted.reason,
    }
    if wanted.expires is not None:
        value["expires"] = wanted.expires
    if wanted.phase is not model.PinPhase.POST_SYNC:
        value["phase"] = wanted.phase.value
    if wanted.accepted:
        value["acceptDataLoss"] = list(wanted.accepted)
    return value


def of_service(found: Sequence[Diagnostic], project: model.Project, name: str) -> tuple[Diagnostic, ...]:
    """Without what is wrong in other services' migrations: a one-off Job has none of them."""
    others = [each.migrations_directory for each in project.services if each.name != name]
    (own,) = [each.migrations_directory for each in project.services if each.name == name]
    folders = {posixpath.normpath(each) for each in others} - {posixpath.normpath(own)}
    return tuple(each for each in found if posixpath.dirname(each.position.path) not in folders)


def blocking(found: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """What has to be mended first. A wrong pin is about to be replaced, and lint is no reason to wait at night."""
    return tuple(each for each in found if not each.rule.startswith((RULES, levels.PREFIX)))
