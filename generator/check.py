"""Reads a project and finds everything wrong with it that can be told without rendering."""

from __future__ import annotations

import dataclasses
import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from generator import diagnostics, lint, model, resolve, rollback, source
from generator.diagnostics import Diagnostic, Severity
from generator.rules import registry
from generator.spec import errors

# One mistake that two rules see: the first is dropped where the second is told of the same line. Of a
# credential, because only then is its line not shown.
_SAID_BY = {
    "url-userinfo": "secret-in-file",
    "job-reserved-name": "secret-in-file",
    "migration-size": "migration-too-large",
    "migration-image-directory": "spec-value",
    "job-suspended": "pin-suspended",
}


@dataclass(frozen=True, slots=True)
class Checked:
    """`project` holds every service that could be understood, and is None where the file could not be read."""

    root: Path
    project: model.Project | None
    diagnostics: tuple[Diagnostic, ...]

    @property
    def is_sound(self) -> bool:
        return not diagnostics.has_errors(self.diagnostics)


def check(path: Path) -> Checked:
    """Everything wrong with services.yaml and with the migrations that it names.

    `path` is the file; its directory is the root that all other paths in it are relative to.
    """
    root = path.parent
    document, found = source.load(path, path.name or str(path))
    if document is None:
        return Checked(root, None, diagnostics.ordered(found))
    reading = errors.read(document)
    resolved = resolve.project(document, reading, root)
    # Another text stands in for an item that was wrong: nothing that a rule says of it matters.
    replaced = {document.position(*path) for path in reading.damaged if isinstance(path[-1], int)}
    found = [
        *found,
        *reading.diagnostics,
        *(each for each in resolved.diagnostics if each.position not in document.reported),
        *(each for each in registry.check(resolved.project) if each.position not in replaced),
        *lint.check(resolved.project),
        *rollback.check(_readable(resolved, reading)),
    ]
    return Checked(root, resolved.project, diagnostics.ordered(_once(found)))


def _readable(resolved: resolve.Resolved, reading: errors.Reading) -> model.Project:
    """The services of which the pin and all migrations could be read: of what stands in for them, or is not
    there, nothing more can be said."""
    damaged = {path[1] for path in reading.damaged if path[0] == "services" and path[2:3] == ("pin",)}
    errors_in = {
        each.position.path.rpartition("/")[0]
        for each in resolved.diagnostics
        if each.severity is Severity.ERROR
    }
    services = tuple(
        each
        for each in resolved.project.services
        if each.migrations
        and each.name not in damaged
        and posixpath.normpath(each.migrations_directory) not in errors_in
    )
    return dataclasses.replace(resolved.project, services=services)


def _once(found: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    kept = tuple(found)
    told = {(each.rule, each.position.path, each.position.line) for each in kept}
    for each in kept:
        if (_SAID_BY.get(each.rule, ""), each.position.path, each.position.line) not in told:
            yield each
