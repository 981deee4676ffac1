"""A credential in services.yaml or in a migration: both are committed, and so is what is made of them."""

from __future__ import annotations

from collections.abc import Iterator

from generator import model
from generator.diagnostics import Diagnostic, Position
from generator.text import credentials, placeholders


def check(project: model.Project) -> Iterator[Diagnostic]:
    yield from _found(
        project.path, project.text, "name a Secret instead, and change the credential: Git keeps it"
    )
    for service in project.services:
        yield from _variables(service)
    help = "keep it out of Git: a role gets its password, and an application its token, from a Secret; change this one"
    for path, text in {each.path: each.text for one in project.services for each in one.migrations}.items():
        yield from _found(path, text, help)


def _variables(service: model.Service) -> Iterator[Diagnostic]:
    """What only its name tells: `DB_PASSWORD: hunter2`."""
    for variable in service.runner.env:
        value = variable.value or ""
        if not credentials.is_secret_name(variable.name) or placeholders.is_placeholder(value):
            continue
        if value.strip() and not credentials.find(value):
            yield Diagnostic(
                "secret-in-file",
                f"by its name, the variable `{variable.name}` holds a credential",
                "reference a Secret instead (`{secret: {name: …, key: …}}`, or `database.secret` for the connection),"
                " and change the credential: Git keeps it",
                service.where.of("runner", "env", variable.name),
            )


def _found(path: str, text: str, help: str) -> Iterator[Diagnostic]:
    for finding in credentials.find(text):
        before = text[: finding.start]
        line = before.count("\n") + 1
        column = finding.start - (before.rfind("\n") + 1) + 1
        length = min(finding.end, (text + "\n").index("\n", finding.start)) - finding.start
        yield Diagnostic(
            "secret-in-file", f"this looks like {finding.kind}", help, Position.at(path, line, column, length)
        )
