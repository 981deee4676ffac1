"""Labels of the alerts that gen sets itself."""

from __future__ import annotations

from collections.abc import Iterator

from generator import model
from generator.diagnostics import Diagnostic

RESERVED = ("alertname", "namespace", "service", "severity", "version")


def check(project: model.Project) -> Iterator[Diagnostic]:
    for service in project.services:
        for name in service.alerts.labels:
            if name in RESERVED:
                yield Diagnostic(
                    "alert-reserved-label",
                    f"the alert label `{name}` belongs to gen",
                    "use another name; the severity is `alerts.severity`",
                    service.where.key("alerts", "labels", name),
                )
