"""A credential in services.yaml or in a migration: both are committed, and so is what is made of them."""

from __future__ import annotations

from collections.abc import Iterator

from generator import model
from generator.diagnostics import Diagnostic, Position
from generator.text import credentials


def check(project: model.Project) -> Iterator[Diagnostic]:
    yield from _found(
        project.path, project.text, "name a Secret instead, and change the credential: Git keeps it"
    )
    help = "create the role without it and set the password outside of Git; change this one: Git keeps it"
    for path, text in {each.path: each.text for one in project.services for each in one.migrations}.items():
        yield from _found(path, text, help)


def _found(path: str, text: str, help: str) -> Iterator[Diagnostic]:
    for finding in credentials.find(text):
        before = text[: finding.start]
        line = before.count("\n") + 1
        column = finding.start - (before.rfind("\n") + 1) + 1
        length = min(finding.end, (text + "\n").index("\n", finding.start)) - finding.start
        yield Diagnostic(
            "secret-in-file", f"this looks like {finding.kind}", help, Position.at(path, line, column, length)
        )
