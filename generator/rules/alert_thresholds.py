"""Thresholds under which an alert fires during a legal run, or never."""

from __future__ import annotations

from collections.abc import Iterator

from generator import model
from generator.diagnostics import Diagnostic


def check(project: model.Project) -> Iterator[Diagnostic]:
    for service in project.services:
        alerts, deadline = service.alerts, service.limits.deadline
        if not alerts.enabled:
            continue
        if alerts.missing_for <= deadline:
            yield Diagnostic(
                "alert-thresholds",
                f"MigrationMissing would fire after {alerts.missing_for} s, while a run may take {deadline} s",
                f"write `missing: {deadline + 60}s` or more, or leave it out: it follows from the deadline",
                service.where("alerts.thresholds.missing"),
            )
        if alerts.running_for >= deadline:
            yield Diagnostic(
                "alert-thresholds",
                f"MigrationRunningTooLong would wait for {alerts.running_for} s, but the deadline ends the Job"
                f" after {deadline} s: it could never fire",
                f"write `running:` below {deadline}s",
                service.where("alerts.thresholds.running"),
            )
