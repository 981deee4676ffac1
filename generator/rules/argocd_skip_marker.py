"""Argo CD ignores a whole manifest file that holds its skip marker, wherever in it the text stands."""

from __future__ import annotations

from collections.abc import Iterator

from generator import conventions, model
from generator.diagnostics import Diagnostic, Position


def check(project: model.Project) -> Iterator[Diagnostic]:
    for number, line in enumerate(project.text.split("\n"), start=1):
        column = line.find(conventions.SKIP_MARKER)
        if column >= 0:
            yield Diagnostic(
                "argocd-skip-marker",
                f"`{conventions.SKIP_MARKER}` would make Argo CD ignore the manifest that it ends up in",
                "take it out; `suspend: true` keeps a service from running its migrations",
                Position.at(project.path, number, column + 1, len(conventions.SKIP_MARKER)),
            )
