"""Grafana's dashboard of one service, which belongs to its manifests.

What Git expects is no metric: it is a constant here. docs/dashboard.md tells what is shown.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from urllib.parse import quote

import promql_parser

from generator import conventions, model
from generator.monitoring import grafana, interpolation, panels, pushed, records
from generator.monitoring.grafana import BLUE, GREEN, GREY, ORANGE, RED, Json, Query
from generator.monitoring.panels import Scope

# What the sidecar puts the file into, if it is told to look.
FOLDER = "grafana_folder"
_ABOUT_DATABASE = "The version that goose found after its newest run, as the Job reported it."


def uid(*names: str) -> str:
    """Grafana takes at most 40 letters, digits, `-` and `_`, and two services of one name are two."""
    return f"migration-{hashlib.sha256('/'.join(names).encode()).hexdigest()[:24]}"


def file(service: model.Service) -> str:
    """The key in the ConfigMap. The sidecar writes the keys of all namespaces into one directory; no name has a
    dot, so no two services share one."""
    return f"{service.name}.{service.namespace}.migrations.json"


def overview_file(namespace: str, name: str) -> str:
    return f"{name}.{namespace}.migrations-overview.json"


def problems(dashboard: Json) -> list[str]:
    """Queries that are no PromQL: each one is a bug of gen."""
    return list(_problems(dashboard))


def _problems(dashboard: Json) -> Iterator[str]:
    for panel in dashboard["panels"]:
        for target in panel.get("targets", ()):
            try:
                promql_parser.parse(target["expr"])
            except ValueError as error:
                yield f"{panel['title']}: {error} in `{target['expr']}`"


def dashboard(service: model.Service) -> Json:
    """Of one service."""
    scope = Scope(interpolation.matchers(records.identity(service)), "service")
    name = interpolation.plain(f"{service.namespace}/{service.name}")
    return grafana.dashboard(
        uid(service.namespace, service.name),
        f"Migrations of {name}",
        f"The database migrations of {name}. Written by gen from {conventions.INPUT}.",
        [panels.TAG],
        variables=[grafana.datasource_variable()],
        links=[grafana.links_to("Migrations", panels.TAG), *_runbook(service)],
        rows=[
            (4, [_state(service, scope), *_versions(service, scope)]),
            (4, _runs(service, scope)),
            (4, [grafana.text("In Git", "What the release marker says.", _expected(service))]),
            (7, _history(service, scope)),
            (8, [panels.durations(scope, _limits(service), has_reports=service.pushgateway is not None)]),
        ],
    )


def _runbook(service: model.Service) -> list[Json]:
    base = service.alerts.runbook_base_url
    if base is None:
        return []
    return [grafana.link("Runbook", f"{base}/{quote(service.name, safe='')}/{conventions.RUNBOOK}")]


def _state(service: model.Service, scope: Scope) -> Json:
    return grafana.stat(
        "Newest run",
        panels.ABOUT_RESULT,
        Query(scope.each(records.FAILURE), scope.name),
        steps=grafana.thresholds(GREY),
        named=panels.STATE,
        nothing="Unknown",
    )


def _versions(service: model.Service, scope: Scope) -> list[Json]:
    """Names of series, for they are exact: as a number, a version beyond 2^53 would be another one."""
    version = str(service.version)
    is_seen = f"max({scope.of(records.VERSION, {'version': version})}) or vector(0)"
    colors = grafana.thresholds(ORANGE, (1, GREEN))
    found = [
        grafana.stat(
            "Expected version",
            "The target that Git expects. Green: it is that of the newest run that succeeded.",
            Query(is_seen, version),
            steps=colors,
            nothing=version,
            shows_name=True,
        ),
        _version(
            "Seen version",
            panels.ABOUT_VERSION,
            panels.is_expected(scope, records.VERSION, version),
        ),
    ]
    if service.pushgateway is not None:
        reported = panels.is_expected(scope, pushed.DATABASE_VERSION, version, panels.REPORTED)
        found.append(_version("Version in the database", _ABOUT_DATABASE, reported))
    return found


def _version(title: str, description: str, expr: str) -> Json:
    return grafana.stat(
        title,
        f"{description} Green: it is the expected one.",
        Query(expr, "{{version}}"),
        steps=grafana.thresholds(ORANGE, (1, GREEN)),
        nothing="None seen",
        shows_name=True,
    )


def _runs(service: model.Service, scope: Scope) -> list[Json]:
    found = [
        grafana.stat(
            "Running for",
            "How long the Job has been neither complete nor failed.",
            Query(_running_for(service), scope.name),
            steps=_limits(service),
            unit="dtdurations",
            nothing="Not running",
        ),
        grafana.stat(
            "Duration",
            panels.ABOUT_DURATION,
            Query(scope.each(records.DURATION), scope.name),
            steps=_limits(service),
            unit="dtdurations",
            nothing="None seen",
        ),
        grafana.stat(
            "Last success",
            "When the newest run that succeeded was started.",
            Query(f"{scope.each(records.SUCCEEDED_RUN)} * 1000", scope.name),
            steps=grafana.thresholds(GREY),
            unit="dateTimeFromNow",
            nothing="None seen",
        ),
    ]
    return (
        [*found, panels.count("Alerts", panels.ABOUT_ALERTS, scope.firing, RED)]
        if service.alerts.enabled
        else found
    )


def _history(service: model.Service, scope: Scope) -> list[Json]:
    version = Query(panels.is_expected(scope, records.VERSION, str(service.version)), "{{version}}")
    named = {"1": ("expected", GREEN), "0": ("another", BLUE)}
    found = [panels.results(scope), panels.versions(version, named)]
    return [*found, panels.alerts(scope, "{{alertname}}")] if service.alerts.enabled else found


def _running_for(service: model.Service) -> str:
    """As MigrationRunningTooLong sees it."""
    job = {"namespace": service.namespace, "job_name": service.job}
    ended = " or ".join(
        f"{metric}{{{interpolation.matchers({**job, 'condition': 'true'})}}} == 1"
        for metric in ("kube_job_complete", "kube_job_failed")
    )
    return (
        "time() - max by (namespace) (\n"
        f"  kube_job_status_start_time{{{interpolation.matchers(job)}}}\n"
        f"  unless {records.SAME_JOB} ({ended})\n"
        ")"
    )


def _limits(service: model.Service) -> Json:
    return grafana.thresholds(GREEN, (service.alerts.running_for, ORANGE), (service.limits.deadline, RED))


def _expected(service: model.Service) -> str:
    """Markdown. Between ticks a character reference would stay what it is."""
    name, namespace = interpolation.markdown(service.job), interpolation.markdown(service.namespace)
    number = len(service.migrations)
    lines = [
        f"Version **{service.version}**, {number} {'migration' if number == 1 else 'migrations'},"
        f" run by the Job **{name}** in the namespace **{namespace}**."
    ]
    pin = service.pin
    if pin is not None:
        until = f", until {pin.expires.isoformat()}" if pin.expires is not None else ""
        why = interpolation.markdown(pin.reason)
        lines.append(f"**Pinned** to {pin.version}: a rollback from {pin.newest}{until}. Why: {why}")
    if service.suspend:
        lines.append("**Suspended**: nothing runs.")
    return "\n\n".join(lines)
