"""A suspended service migrates nothing: said at every build, so that nobody forgets it."""

from __future__ import annotations

from collections.abc import Iterator

from generator import model
from generator.diagnostics import Diagnostic, Severity


def check(project: model.Project) -> Iterator[Diagnostic]:
    for service in project.services:
        if service.suspend:
            yield Diagnostic(
                "job-suspended",
                f"`{service.name}` is suspended: its application deploys without its migrations",
                "take `suspend` away as soon as the emergency is over",
                service.where("suspend"),
                Severity.WARNING,
            )
