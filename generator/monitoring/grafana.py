"""The parts of a Grafana dashboard, as its JSON has them (schema: grafana-foundation-sdk)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generator.monitoring import interpolation

Json = dict[str, Any]

# Of Grafana 10.4; newer ones bring it up to date while they read it.
SCHEMA_VERSION = 39
WIDTH = 24
DATASOURCE: Mapping[str, str] = {"type": "prometheus", "uid": "${datasource}"}
RED, ORANGE, GREEN, BLUE, GREY = "red", "orange", "green", "blue", "text"

_LATEST = {"reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}}


@dataclass(frozen=True, slots=True)
class Query:
    """PromQL, and what a series of it is called; `is_table` for one row per series."""

    expr: str
    legend: str = ""
    is_table: bool = False


Mapped = Mapping[str, tuple[str, str]]
"""What a value is called, and its colour."""


def mappings(named: Mapped) -> list[Json]:
    options = {
        value: {"color": color, "index": index, "text": text}
        for index, (value, (text, color)) in enumerate(named.items())
    }
    return [{"type": "value", "options": options}] if named else []


def thresholds(base: str, *steps: tuple[float, str]) -> Json:
    """`base` is the colour below the first step."""
    listed = [{"color": base, "value": None}, *({"color": color, "value": each} for each, color in steps)]
    return {"mode": "absolute", "steps": listed}


def _panel(
    kind: str,
    title: str,
    description: str,
    options: Json,
    *,
    targets: list[Json] | None = None,
    defaults: Json | None = None,
    overrides: Sequence[Json] = (),
) -> Json:
    panel: Json = {"type": kind, "title": title, "description": description, "options": options}
    if targets:
        panel["datasource"] = dict(DATASOURCE)
        panel["fieldConfig"] = {"defaults": defaults or {}, "overrides": list(overrides)}
        panel["targets"] = targets
    return panel


def _targets(queries: Iterable[Query], *, is_instant: bool = False) -> list[Json]:
    return [_target(each, number, is_instant) for number, each in enumerate(queries)]


def _target(query: Query, number: int, is_instant: bool) -> Json:
    """Without a data source of its own: it is the panel's."""
    target: Json = {
        "expr": query.expr,
        "instant" if is_instant else "range": True,
        "refId": _ref_id(number),
    }
    if query.is_table:
        target["format"] = "table"
    if query.legend:
        target["legendFormat"] = query.legend
    return target


def _ref_id(number: int) -> str:
    return chr(ord("A") + number)


def text(title: str, description: str, content: str) -> Json:
    """`content` is Markdown."""
    return _panel("text", title, description, options={"mode": "markdown", "content": content})


def stat(
    title: str,
    description: str,
    query: Query,
    *,
    steps: Json,
    named: Mapped | None = None,
    unit: str = "none",
    nothing: str,
    shows_name: bool = False,
) -> Json:
    """The newest value, or (`shows_name`) the name of the series; `nothing` where there is none."""
    return _panel(
        "stat",
        title,
        description,
        targets=_targets([query], is_instant=True),
        defaults={
            "color": {"mode": "thresholds"},
            "mappings": mappings(named or {}),
            "noValue": nothing,
            "thresholds": steps,
            "unit": unit,
        },
        options={
            **_LATEST,
            "colorMode": "background",
            "graphMode": "none",
            "textMode": "name" if shows_name else "value",
        },
    )


def timeline(title: str, description: str, queries: Sequence[Query], named: Mapped) -> Json:
    """What held when: one row per series."""
    return _panel(
        "state-timeline",
        title,
        description,
        targets=_targets(queries),
        defaults={
            "color": {"mode": "thresholds"},
            "custom": {"fillOpacity": 80, "lineWidth": 0},
            "mappings": mappings(named),
            "thresholds": thresholds(GREY),
        },
        options={
            "legend": {"displayMode": "list", "placement": "bottom", "showLegend": False, "calcs": []},
            "mergeValues": True,
            "rowHeight": 0.8,
            "showValue": "auto",
        },
    )


def series(title: str, description: str, queries: Sequence[Query], *, unit: str, steps: Json) -> Json:
    """Values over time."""
    return _panel(
        "timeseries",
        title,
        description,
        targets=_targets(queries),
        defaults={
            "color": {"mode": "palette-classic"},
            "custom": {"lineInterpolation": "stepAfter", "thresholdsStyle": {"mode": "dashed"}},
            "min": 0,
            "thresholds": steps,
            "unit": unit,
        },
        options={
            "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []},
            "tooltip": {"mode": "multi", "sort": "desc"},
        },
    )


@dataclass(frozen=True, slots=True)
class Column:
    """Of a table: the field of a query's answer (a label, or `Value #A`), its heading, what is special in it."""

    field: str
    heading: str
    properties: Mapping[str, Any]


def table(title: str, description: str, queries: Sequence[Query], columns: Sequence[Column]) -> Json:
    """One row for each set of labels that the queries share; fields that are no column are left out."""
    overrides = [
        {
            "matcher": {"id": "byName", "options": each.heading},
            "properties": [{"id": name, "value": value} for name, value in each.properties.items()],
        }
        for each in columns
        if each.properties
    ]
    panel = _panel(
        "table",
        title,
        description,
        targets=_targets(queries, is_instant=True),
        overrides=overrides,
        options={"cellHeight": "sm", "showHeader": True},
    )
    values = [f"Value #{_ref_id(number)}" for number in range(len(queries))]
    organized = {
        "excludeByName": dict.fromkeys({"Time", *values} - {each.field for each in columns}, True),
        "indexByName": {each.field: index for index, each in enumerate(columns)},
        "renameByName": {each.field: each.heading for each in columns},
    }
    steps = [{"id": "merge", "options": {}}, {"id": "organize", "options": organized}]
    return {**panel, "transformations": steps}


def link(title: str, url: str) -> Json:
    return _link(
        title, {"type": "link", "icon": "doc", "url": interpolation.address(url), "targetBlank": True}
    )


def links_to(title: str, tag: str) -> Json:
    """A menu of the dashboards with this tag."""
    return _link(
        title,
        {"type": "dashboards", "icon": "external link", "tags": [tag], "asDropdown": True, "keepTime": True},
    )


def _link(title: str, own: Json) -> Json:
    base = {"tags": [], "asDropdown": False, "includeVars": False, "keepTime": False, "targetBlank": False}
    return {"title": title, "tooltip": "", **base, **own}


def datasource_variable() -> Json:
    return {
        "type": "datasource",
        "name": "datasource",
        "label": "Data source",
        "query": "prometheus",
        "refresh": 1,
        "current": {},
    }


def label_variable(name: str, label: str, selector: str) -> Json:
    """The values of a Prometheus label, all of them at first."""
    return {
        "type": "query",
        "name": name,
        "label": label,
        "datasource": dict(DATASOURCE),
        "query": {"query": f"label_values({selector}, {name})", "refId": name},
        "allValue": ".+",
        "current": {"selected": True, "text": "All", "value": "$__all"},
        "includeAll": True,
        "multi": True,
        "refresh": 2,
        "sort": 1,
    }


Row = tuple[int, Sequence[Json]]
"""Panels of the same width beside each other, and their height in units of Grafana's grid."""


def dashboard(
    uid: str,
    title: str,
    description: str,
    tags: Iterable[str],
    *,
    rows: Iterable[Row],
    variables: Iterable[Json],
    links: Iterable[Json],
) -> Json:
    return {
        "uid": uid,
        "title": title,
        "description": description,
        "tags": sorted(tags),
        "schemaVersion": SCHEMA_VERSION,
        "editable": False,
        "graphTooltip": 1,
        "links": list(links),
        "panels": _placed(rows),
        "refresh": "1m",
        "templating": {"list": list(variables)},
        "time": {"from": "now-24h", "to": "now"},
        "timezone": "utc",
    }


def _placed(rows: Iterable[Row]) -> list[Json]:
    placed: list[Json] = []
    y = 0
    for height, panels in rows:
        width = WIDTH // len(panels)
        for x, panel in enumerate(panels):
            place = {"x": x * width, "y": y, "w": width, "h": height}
            placed.append({**panel, "id": len(placed) + 1, "gridPos": place})
        y += height
    return placed
