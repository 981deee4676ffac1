"""What all alerts have in common: labels, annotations, the way to the runbook, the commands to look."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from urllib.parse import quote

from generator import conventions, model
from generator.monitoring import promql, records
from generator.monitoring.rule import Rule


def make(
    service: model.Service,
    name: str,
    expr: str,
    *,
    severity: model.AlertSeverity,
    summary: str,
    description: str | tuple[str, str, str],
    for_: int = 0,
    labels: Mapping[str, str] | None = None,
) -> Rule:
    """`description` is text, or text, a template action and text. gen's labels win over the service's."""
    if isinstance(description, str):
        description = (description, "", "")
    before, action, behind = description
    base = service.alerts.runbook_base_url
    if base is None:
        behind += f"\nStep by step: {runbook(service)}, heading {name}"
    annotations = {
        "summary": promql.literal(summary),
        "description": promql.literal(before) + action + promql.literal(behind),
    }
    if base is not None:
        url = f"{base}/{quote(service.name, safe='')}/{conventions.RUNBOOK}#{name.lower()}"
        annotations["runbook_url"] = promql.literal(url)
    everything = {
        **service.alerts.labels,
        **records.identity(service),
        **(labels or {}),
        "severity": severity.value,
    }
    return Rule(
        record=None,
        alert=name,
        expr=expr,
        for_=promql.duration(for_) if for_ else None,
        labels={key: promql.literal(value) for key, value in sorted(everything.items())},
        annotations=annotations,
    )


def runbook(service: model.Service) -> str:
    """Where it is in the repository."""
    return f"{conventions.OUTPUT}/{service.name}/{conventions.RUNBOOK}"


def begun(day: date) -> str:
    """True as soon as this day has begun, in UTC: a constant of the input, whatever today is."""
    return f"vector(time()) > {int(datetime.combine(day, time(), UTC).timestamp())}"


def look(service: model.Service) -> str:
    """The Job and its logs; the steps of a rollback are containers of their own."""
    selector = f"--selector=batch.kubernetes.io/job-name={service.job}"
    every = () if service.pin is None else ("--all-containers",)
    return "\n".join(
        (
            kubectl(service, "describe", "job", service.job),
            kubectl(service, "logs", selector, *every, "--prefix", "--tail=-1"),
        )
    )


def found(service: model.Service) -> str:
    if service.pin is None:
        return f"What the database has: SELECT max(version_id) FROM {service.table} WHERE is_applied;"
    rows = f"SELECT version_id, is_applied FROM {service.table} ORDER BY id DESC LIMIT 20;"
    return f"What the database has, newest first: {rows}"


def kubectl(service: model.Service, *arguments: str) -> str:
    return shlex.join(["kubectl", "--namespace", service.namespace, *arguments])


def gen(*arguments: str) -> str:
    return shlex.join(["gen", *arguments])


def suspended(service: model.Service) -> str:
    if not service.suspend:
        return ""
    return (
        f"\n{service.name} is suspended in {conventions.INPUT}: no run happens, and this alert stays, until"
        " `suspend` is taken away."
    )
