"""The Job's deadline must leave room for every attempt that its retries promise."""

from __future__ import annotations

from collections.abc import Iterator

from generator import model, resolve
from generator.diagnostics import Diagnostic
from generator.text import durations


def check(project: model.Project) -> Iterator[Diagnostic]:
    for service in project.services:
        limits = service.limits
        least = resolve.least_deadline(limits.retries, limits.timeout)
        if limits.deadline < least:
            yield Diagnostic(
                "job-deadline",
                f"the deadline of {durations.render(limits.deadline * 1000)} is too short for"
                f" {limits.retries} retries with a timeout of {durations.render(limits.timeout * 1000)} each:"
                f" with the pauses between them, all attempts may take {durations.render(least * 1000)}",
                f"write `deadline: {durations.render(least * 1000)}` or more, or fewer `retries`, or a shorter"
                " `timeout`; left out, the deadline follows from the two",
                service.where("job.deadline"),
            )
