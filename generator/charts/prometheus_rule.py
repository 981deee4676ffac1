"""The recording rules and alerts; the object carries the hooks' digest, as the release marker does."""

from __future__ import annotations

from cdk8s import ApiObjectMetadata
from constructs import Construct

from generator import conventions, model, monitoring
from generator.charts import metadata
from generator.charts.imports.com.coreos.monitoring import (
    PrometheusRule,
    PrometheusRuleSpec,
    PrometheusRuleSpecGroups,
    PrometheusRuleSpecGroupsRules,
    PrometheusRuleSpecGroupsRulesExpr,
)
from generator.monitoring import Group, Rule


def add(scope: Construct, service: model.Service, digest_of_hooks: str) -> None:
    groups = monitoring.groups(service)
    problems = monitoring.problems(groups)
    if problems:
        raise ValueError(f"the rules of {service.name} are not valid: {'; '.join(problems)}")
    PrometheusRule(
        scope,
        "prometheus-rule",
        metadata=ApiObjectMetadata(
            name=conventions.prometheus_rule(service.name),
            namespace=service.namespace,
            labels={**service.alerts.rule_labels, **metadata.labels(service)},
            annotations={conventions.DIGEST: digest_of_hooks},
        ),
        spec=PrometheusRuleSpec(groups=[_group(each) for each in groups]),
    )


def _group(group: Group) -> PrometheusRuleSpecGroups:
    return PrometheusRuleSpecGroups(
        name=group.name, interval=group.interval, rules=[_rule(each) for each in group.rules]
    )


def _rule(rule: Rule) -> PrometheusRuleSpecGroupsRules:
    return PrometheusRuleSpecGroupsRules(
        record=rule.record,
        alert=rule.alert,
        expr=PrometheusRuleSpecGroupsRulesExpr.from_string(rule.expr),
        for_=rule.for_,
        labels=dict(rule.labels) or None,
        annotations=dict(rule.annotations) or None,
    )
