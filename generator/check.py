"""Reads a project and finds everything wrong with it that can be told without rendering."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from generator import diagnostics, model, resolve, source
from generator.diagnostics import Diagnostic
from generator.rules import registry
from generator.spec import errors

_SAID_BY_SECRETS = ("url-userinfo", "job-reserved-name")


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
    document, found = source.load(path, path.name)
    if document is None:
        return Checked(root, None, diagnostics.ordered(found))
    reading = errors.read(document)
    resolved = resolve.project(document, reading, root)
    found = [
        *found,
        *reading.diagnostics,
        *resolved.diagnostics,
        *registry.check(resolved.project),
    ]
    return Checked(root, resolved.project, diagnostics.ordered(_once(found)))


def _once(found: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """A credential is one mistake, also where the address or the variable that holds it would be one too.

    It is the credential that stays: only then is its line not shown.
    """
    kept = tuple(found)
    lines = {(each.position.path, each.position.line) for each in kept if each.rule == "secret-in-file"}
    for each in kept:
        if each.rule not in _SAID_BY_SECRETS or (each.position.path, each.position.line) not in lines:
            yield each
