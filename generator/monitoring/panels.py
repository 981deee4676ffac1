"""What the dashboard of a service and the one over all services have in common: whose series a query reads, and
the panels that show how things were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from generator import conventions
from generator.monitoring import grafana, interpolation, pushed, records
from generator.monitoring.grafana import BLUE, GREEN, ORANGE, RED, Json, Query

TAG = "database-migrations"
REPORTED = {"job": conventions.PUSH_JOB}

FIRING = {"alertstate": "firing"}
OURS = 'alertname=~"Migration.+"'
STATE = {"0": ("Succeeded", GREEN), "1": ("Failed", RED)}
_SEVERITY = {"3": ("critical", RED), "2": ("warning", ORANGE), "1": ("info", BLUE)}
ABOUT_RESULT = "The newest finished run of the Job. Unknown: none was seen."
ABOUT_VERSION = "The target of the newest run that succeeded, read from its pod."
ABOUT_DURATION = "How long the newest run that succeeded took, all its attempts together."
ABOUT_ALERTS = "Alerts that fire, but for those that only inform."


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose series: the matchers of all of them, and the labels that tell them apart."""

    matchers: str
    by: str

    def of(self, metric: str, more: Mapping[str, str] | None = None, matcher: str = "") -> str:
        parts = (self.matchers, interpolation.matchers(more or {}), matcher)
        return f"{metric}{{{','.join(each for each in parts if each)}}}"

    def each(self, metric: str, *labels: str) -> str:
        """The newest value per service, whatever labels a replica adds."""
        return f"max by ({', '.join((self.by, *labels))}) ({self.of(metric)})"

    @property
    def name(self) -> str:
        return "/".join(f"{{{{{each}}}}}" for each in self.by.split(", "))

    @property
    def firing(self) -> str:
        return self.of("ALERTS", FIRING, f'{OURS},severity!="info"')


def count(title: str, description: str, selected: str, color: str) -> Json:
    """How many series; `color` from the first one on."""
    return grafana.stat(
        title,
        description,
        Query(f"count({selected}) or vector(0)"),
        steps=grafana.thresholds(GREEN, (1, color)),
        nothing="0",
    )


def is_expected(scope: Scope, metric: str, version: str, more: Mapping[str, str] | None = None) -> str:
    """One series per version that was seen: 1 for the expected one, 0 for another."""
    expected = scope.of(metric, {**(more or {}), "version": version})
    return f"group by (version) ({expected})\nor group by (version) ({scope.of(metric, more)}) * 0"


def results(scope: Scope) -> Json:
    query = Query(scope.each(records.FAILURE), scope.name)
    return grafana.timeline("Newest run over time", ABOUT_RESULT, [query], STATE)


def versions(query: Query, named: grafana.Mapped) -> Json:
    return grafana.timeline("Version over time", ABOUT_VERSION, [query], named)


def alerts(scope: Scope, legend: str) -> Json:
    by = f"{scope.by}, alertname"
    ranked = [
        f"max by ({by}) ({scope.of('ALERTS', {**FIRING, 'severity': severity}, OURS)}) * {rank}"
        for rank, (severity, _) in _SEVERITY.items()
    ]
    return grafana.timeline(
        "Alerts over time", "Alerts that fire.", [Query("\nor ".join(ranked), legend)], _SEVERITY
    )


def durations(scope: Scope, steps: Json, *, has_reports: bool) -> Json:
    """`has_reports`: the Job tells a Pushgateway."""
    queries, about = [Query(scope.each(records.DURATION), scope.name)], ABOUT_DURATION
    if has_reports:
        about += " Attempt: the newest one as the Job reported it, also where it failed."
        reported = f"max by ({scope.by}) ({scope.of(pushed.RUN_DURATION, REPORTED)})"
        queries.append(Query(reported, f"{scope.name} attempt"))
    return grafana.series("Duration over time", about, queries, unit="dtdurations", steps=steps)
