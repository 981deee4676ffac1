"""The Job's deadline must leave room for every attempt that its retries promise."""

from __future__ import annotations

from collections.abc import Iterator

from generator import model, resolve
from generator.diagnostics import Diagnostic


def check(project: model.Project) -> Iterator[Diagnostic]:
    for service in project.services:
        limits = service.limits
        least = resolve.least_deadline(limits.retries, limits.timeout)
        if limits.deadline < least:
            yield Diagnostic(
                "job-deadline",
                f"the deadline of {limits.deadline} s ends the Job before its {limits.retries + 1} attempts of"
                f" {limits.timeout} s and the pauses between them can, which takes {least} s",
                f"write `deadline: {least}s` or more, or fewer `retries`, or a shorter `timeout`;"
                " left out, the deadline follows from the two",
                service.where("job.deadline"),
            )
