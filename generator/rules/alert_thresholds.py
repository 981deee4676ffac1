"""Thresholds under which an alert fires during a legal run, or never."""

from __future__ import annotations

from collections.abc import Iterator

from generator import model
from generator.diagnostics import Diagnostic
from generator.text import durations


def check(project: model.Project) -> Iterator[Diagnostic]:
    for service in project.services:
        alerts, deadline = service.alerts, service.limits.deadline
        if not alerts.enabled:
            continue
        if alerts.missing_for <= deadline:
            yield Diagnostic(
                "alert-thresholds",
                f"MigrationMissing would fire after {_shown(alerts.missing_for)}, while a run may take"
                f" {_shown(deadline)}",
                f"write `missing: {_shown(deadline + 60)}` or more, or leave it out: it follows from the deadline",
                service.where("alerts.thresholds.missing"),
            )
        if alerts.running_for >= deadline:
            yield Diagnostic(
                "alert-thresholds",
                f"MigrationRunningTooLong would wait for {_shown(alerts.running_for)}, but the deadline ends the"
                f" Job after {_shown(deadline)}: it could never fire",
                f"write less than {_shown(deadline)} for `running:`, or leave it out: it follows from the deadline",
                service.where("alerts.thresholds.running"),
            )


def _shown(seconds: int) -> str:
    return durations.render(seconds * 1000)
