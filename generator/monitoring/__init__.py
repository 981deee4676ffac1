"""A service's recording rules and alerts as plain values; `charts` turns them into a PrometheusRule."""

from generator.monitoring.groups import document, groups, problems
from generator.monitoring.reporter import reporter
from generator.monitoring.rule import Group, Rule

__all__ = ["Group", "Rule", "document", "groups", "problems", "reporter"]
