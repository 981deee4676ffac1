"""Prometheus' rule groups as frozen values: what a PrometheusRule and a rule file have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """A recording rule or an alert: exactly one of `record` and `alert` is given.

    `for_` is a Prometheus duration, `None` for at once. An alert's labels and annotations are Go
    templates (`promql.literal` escapes text for them), a recording rule's labels are not.
    """

    record: str | None
    alert: str | None
    expr: str
    for_: str | None
    labels: Mapping[str, str]
    annotations: Mapping[str, str]

    @property
    def name(self) -> str:
        return self.record or self.alert or ""


@dataclass(frozen=True, slots=True)
class Group:
    """Rules that Prometheus evaluates one after the other, every `interval`."""

    name: str
    interval: str
    rules: tuple[Rule, ...]
