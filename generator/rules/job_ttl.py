"""A Job that is gone too soon leaves a sync stuck (argo-cd#18884), and no scrape sees how it ended."""

from __future__ import annotations

from collections.abc import Iterator

from generator import model
from generator.diagnostics import Diagnostic
from generator.text import durations

LEAST = 60
LEAST_WITH_ALERTS = 180


def check(project: model.Project) -> Iterator[Diagnostic]:
    for service in project.services:
        least = LEAST_WITH_ALERTS if service.alerts.enabled else LEAST
        reason = (
            "the alerts would not see how it ended" if service.alerts.enabled else "Argo CD's sync could hang"
        )
        if service.limits.ttl < least:
            yield Diagnostic(
                "job-ttl",
                f"the Job vanishes {durations.render(service.limits.ttl * 1000)} after its end: {reason}",
                f"write `ttl: {durations.render(least * 1000)}` or more (10m is the default)",
                service.where("job.ttl"),
            )
