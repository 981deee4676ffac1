"""Grafana's dashboard over all services, which is committed where the monitoring stack lives.

It asks Prometheus which services there are, so that a new one needs no change. It knows no expected versions:
the alerts tell where a database has another one.
"""

from __future__ import annotations

from collections.abc import Sequence

from generator import conventions, model
from generator.monitoring import dashboard, grafana, interpolation, panels, pins, pushed, records
from generator.monitoring.grafana import GREEN, ORANGE, RED, Column, Json, Query
from generator.monitoring.panels import Scope

_ALL = Scope('namespace=~"$namespace",service=~"$service"', "namespace, service")
_PINNED = {**panels.FIRING, "alertname": pins.PINNED}
# A cell of the row that was clicked.
_FIELD = "${__data.fields.Service}"


def file(namespace: str, name: str) -> str:
    """The key in the ConfigMap, see `dashboard.file`."""
    return f"{name}.{namespace}.migrations-overview.json"


def overview(services: Sequence[model.Service], namespace: str, name: str) -> Json:
    """Of all services that Prometheus knows, in a ConfigMap of this name; `services` say what there may be."""
    has_reports = any(each.pushgateway is not None for each in services)
    seen = '{__name__=~"ALERTS|migration_failure_total",alertname=~"(Migration.+)?",service!=""}'
    of_namespace = seen.replace("{", '{namespace=~"$namespace",')
    return grafana.dashboard(
        dashboard.uid("overview", namespace, name),
        "Migrations",
        "The database migrations of all services. Printed by gen dashboard.",
        [panels.TAG],
        variables=[
            grafana.datasource_variable(),
            grafana.label_variable("namespace", "Namespace", seen),
            grafana.label_variable("service", "Service", of_namespace),
        ],
        links=[grafana.links_to("Of one service", panels.TAG)],
        rows=[
            (4, _totals()),
            (10, [_services(services, has_reports)]),
            (9, _history()),
            (8, [panels.durations(_ALL, grafana.thresholds(GREEN), has_reports=has_reports)]),
        ],
    )


def _totals() -> list[Json]:
    failure = _ALL.each(records.FAILURE)
    return [
        panels.count("Services", "Services of which a run was seen.", failure, GREEN),
        panels.count("Failed", "Services whose newest finished run failed.", f"{failure} > 0", RED),
        panels.count("Alerts", panels.ABOUT_ALERTS, _ALL.firing, RED),
        panels.count("Pinned", "Services that a rollback holds at an older version.", _pinned(), ORANGE),
    ]


def _pinned() -> str:
    return f"max by ({_ALL.by}) ({_ALL.of('ALERTS', _PINNED)})"


def _services(services: Sequence[model.Service], has_reports: bool) -> Json:
    # `_columns` names their answers by the letters.
    queries = [
        Query(_ALL.each(records.FAILURE), is_table=True),
        Query(_ALL.each(records.VERSION, "version"), is_table=True),
        Query(_ALL.each(records.DURATION), is_table=True),
        Query(f"{_ALL.each(records.SUCCEEDED_RUN)} * 1000", is_table=True),
        Query(f"count by ({_ALL.by}) ({_ALL.firing})", is_table=True),
        Query(_pinned(), is_table=True),
    ]
    if has_reports:
        # Two answers are matched by the labels that they share: this version gets a name of its own.
        found = _ALL.of(pushed.DATABASE_VERSION, panels.REPORTED)
        version = f'label_replace({found}, "database", "$1", "version", "(.+)")'
        queries.append(Query(f"max by ({_ALL.by}, database) ({version})", is_table=True))
    return grafana.table(
        "By service",
        "One row per service of which a run was seen, or an alert fires.",
        queries,
        [each for each in _columns(services) if has_reports or each.field != "database"],
    )


def _columns(services: Sequence[model.Service]) -> list[Column]:
    links = [_shown("Its dashboard", f"/dashboards?tag={panels.TAG}&query={_FIELD}")]
    bases = {each.alerts.runbook_base_url for each in services}
    base = bases.pop() if len(bases) == 1 else None
    if base is not None:
        links.append(_shown("Its runbook", f"{interpolation.address(base)}/{_FIELD}/{conventions.RUNBOOK}"))
    colored = {"custom.cellOptions": {"type": "color-background"}}
    red = {"color": {"mode": "thresholds"}, "thresholds": grafana.thresholds(GREEN, (1, RED))}
    return [
        Column("namespace", "Namespace", {}),
        Column("service", "Service", {"links": links}),
        Column("Value #A", "Newest run", {"mappings": grafana.mappings(panels.STATE), **colored}),
        Column("version", "Version", {}),
        Column("database", "In the database", {}),
        Column("Value #C", "Duration", {"unit": "dtdurations"}),
        Column("Value #D", "Last success", {"unit": "dateTimeFromNow"}),
        Column("Value #E", "Alerts", {**red, **colored}),
        Column("Value #F", "Pinned", {"mappings": grafana.mappings({"1": ("pinned", ORANGE)}), **colored}),
    ]


def _shown(title: str, url: str) -> Json:
    return {"title": title, "url": url, "targetBlank": True}


def _history() -> list[Json]:
    version = Query(_ALL.each(records.VERSION, "version"), f"{_ALL.name} {{{{version}}}}")
    return [
        panels.results(_ALL),
        panels.versions(version, {"1": ("seen", GREEN)}),
        panels.alerts(_ALL, f"{_ALL.name} {{{{alertname}}}}"),
    ]
