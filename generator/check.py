"""Reads a project and finds everything wrong with it that can be told without rendering."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from generator import diagnostics, lint, model, resolve, source
from generator.diagnostics import Diagnostic
from generator.rules import registry
from generator.spec import errors

# One mistake that two rules see: the first is dropped where the second is told of the same line. Of a
# credential, because only then is its line not shown.
_SAID_BY = {
    "url-userinfo": "secret-in-file",
    "job-reserved-name": "secret-in-file",
    "migration-size": "migration-too-large",
    "migration-image-directory": "spec-value",
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
    ]
    return Checked(root, resolved.project, diagnostics.ordered(_once(found)))


def _once(found: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    kept = tuple(found)
    told = {(each.rule, each.position.path, each.position.line) for each in kept}
    for each in kept:
        if (_SAID_BY.get(each.rule, ""), each.position.path, each.position.line) not in told:
            yield each
