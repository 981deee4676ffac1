"""All rules of a service in one group: evaluated in order, an alert sees the records of its own instant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import promql_parser

from generator import conventions, model
from generator.monitoring import alerts, records
from generator.monitoring.rule import Group, Rule

INTERVAL = "30s"


def groups(service: model.Service) -> tuple[Group, ...]:
    """`alerts.enabled: false` takes the alerts away and leaves the metrics, for dashboards."""
    rules = records.records(service)
    if service.alerts.enabled:
        rules += alerts.alerts(service)
    return (Group(conventions.rule_group(service.name), INTERVAL, rules),)


def document(found: Iterable[Group]) -> dict[str, Any]:
    """The groups as a rule file and as a PrometheusRule's `spec`."""
    return {
        "groups": [
            {"name": each.name, "interval": each.interval, "rules": [_mapping(rule) for rule in each.rules]}
            for each in found
        ]
    }


def _mapping(rule: Rule) -> dict[str, Any]:
    everything = {
        "record": rule.record,
        "alert": rule.alert,
        "expr": rule.expr,
        "for": rule.for_,
        "labels": dict(rule.labels),
        "annotations": dict(rule.annotations),
    }
    return {key: value for key, value in everything.items() if value}


def problems(found: Iterable[Group]) -> list[str]:
    """What would make Prometheus reject a group or stop one of its rules: each one is a bug of gen."""
    return [f"{group.name}: {problem}" for group in found for problem in _problems(group)]


def _problems(group: Group) -> Iterator[str]:
    for rule in group.rules:
        if (rule.record is None) == (rule.alert is None):
            yield f"a rule is neither a record nor an alert, or both: {rule.name}"
        try:
            promql_parser.parse(rule.expr)
        except ValueError as error:
            yield f"{rule.name}: {error} in `{rule.expr}`"
    written = Counter((rule.name, tuple(sorted(rule.labels.items()))) for rule in group.rules)
    for (name, labels), count in written.items():
        if count > 1:
            yield f"{count} rules write {name} with the same labels {dict(labels)}"
