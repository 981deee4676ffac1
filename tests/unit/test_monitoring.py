"""What the rules say and carry. What they do in a Prometheus is tests/integration/test_promtool.py."""

from __future__ import annotations

import dataclasses
import os
import time
from datetime import date
from typing import Any

import pytest

from generator import model, monitoring
from generator.monitoring import alerts, promql, records
from tests.support import models

ROTATION = model.Rotation(90, date(2026, 1, 31))


def rotating(rotation: model.Rotation = ROTATION, **changes: Any) -> model.Service:
    return models.service(database=models.database(secret=models.secret(rotation=rotation)), **changes)


def rules(service: model.Service) -> dict[str, monitoring.Rule]:
    (group,) = monitoring.groups(service)
    return {rule.name: rule for rule in group.rules}


def test_a_service_has_one_group_of_its_own_name() -> None:
    (group,) = monitoring.groups(models.service())
    assert (group.name, group.interval) == ("migration-auth-service", "30s")


def test_records_stand_before_what_reads_them() -> None:
    (group,) = monitoring.groups(rotating())
    names = [rule.name for rule in group.rules]
    for position, rule in enumerate(group.rules):
        later = [each for each in names[position + 1 :] if each + "{" in rule.expr]
        assert later == [], rule.name


def test_the_metrics_of_the_strategy_are_recorded_with_service_and_namespace() -> None:
    found = rules(models.service())
    for metric in ("migration_duration_seconds", "migration_failure_total", "migration_version"):
        assert found[metric].record == metric
        assert found[metric].labels == {"namespace": "auth", "service": "auth-service"}


def test_failed_is_the_expression_of_the_strategy_and_critical() -> None:
    failed = rules(models.service())["MigrationFailed"]
    assert failed.expr == 'migration_failure_total{namespace="auth",service="auth-service"} > 0'
    assert failed.for_ is None
    assert failed.labels == {"namespace": "auth", "service": "auth-service", "severity": "critical"}


def test_missing_looks_for_exactly_the_newest_version() -> None:
    migrations = tuple(models.migration(version) for version in (3, 20260201000008, 7))
    missing = rules(models.service(migrations=migrations))["MigrationMissing"]
    assert missing.expr == (
        'absent(migration_version{namespace="auth",service="auth-service",version="20260201000008"})'
    )
    assert missing.labels["version"] == "20260201000008"


def test_thresholds_are_those_of_the_service() -> None:
    found = rules(models.service(alerts=models.alerts(missing_for=5430, running_for=77)))
    assert found["MigrationMissing"].for_ == "1h30m30s"
    assert found["MigrationRunningTooLong"].expr.endswith(") > 77")


def test_severity_is_set_for_failed_and_missing_and_is_warning_for_the_others() -> None:
    found = rules(rotating(alerts=models.alerts(severity=model.AlertSeverity.INFO)))
    assert {name: rule.labels["severity"] for name, rule in found.items() if rule.alert} == {
        "MigrationFailed": "info",
        "MigrationMissing": "info",
        "MigrationRunningTooLong": "warning",
        "MigrationMetricsMissing": "warning",
        "DatabaseSecretRotationOverdue": "warning",
    }


def test_labels_of_the_service_are_on_every_alert_and_on_no_record() -> None:
    for rule in rules(rotating(alerts=models.alerts(labels={"team": "identity"}))).values():
        assert rule.labels.get("team") == ("identity" if rule.alert else None), rule.name


def test_labels_of_the_service_do_not_replace_ours() -> None:
    taken = {"namespace": "x", "service": "x", "severity": "x", "version": "x"}
    missing = rules(models.service(alerts=models.alerts(labels=taken)))["MigrationMissing"]
    assert missing.labels == {
        "namespace": "auth",
        "service": "auth-service",
        "severity": "critical",
        "version": str(models.VERSION),
    }


def test_runbook_url_leads_to_the_alert_in_the_runbook_of_the_service() -> None:
    found = rules(rotating(alerts=models.alerts(runbook_base_url="https://git.example.com/out")))
    urls = {name: rule.annotations["runbook_url"] for name, rule in found.items() if rule.alert}
    assert urls["MigrationFailed"] == "https://git.example.com/out/auth-service/RUNBOOK.md#migrationfailed"
    assert urls["DatabaseSecretRotationOverdue"].endswith("#databasesecretrotationoverdue")
    assert len(urls) == 5


def test_without_a_base_there_is_no_runbook_url() -> None:
    assert not [rule for rule in rules(rotating()).values() if "runbook_url" in rule.annotations]


def test_every_alert_has_a_summary_and_a_description() -> None:
    for rule in rules(rotating()).values():
        assert bool(rule.alert) == all(rule.annotations.get(key) for key in ("summary", "description")), (
            rule.name
        )


def test_descriptions_hold_the_commands_to_look() -> None:
    found = rules(rotating(name="billing", namespace="prod"))
    job = "kubectl --namespace prod describe job billing-migration"
    logs = "kubectl --namespace prod logs --selector=batch.kubernetes.io/job-name=billing-migration"
    for name in ("MigrationFailed", "MigrationMissing", "MigrationRunningTooLong"):
        assert job in found[name].annotations["description"], name
        assert logs in found[name].annotations["description"], name
    secret = "kubectl --namespace prod describe secret auth-database"
    for name in ("MigrationRunningTooLong", "DatabaseSecretRotationOverdue"):
        assert secret in found[name].annotations["description"], name


def test_a_suspended_service_says_so_where_an_alert_would_stay() -> None:
    suspended = rules(models.service(suspend=True))
    for name in ("MigrationFailed", "MigrationMissing"):
        assert "is suspended in services.yaml" in suspended[name].annotations["description"]
    assert not [rule for rule in rules(models.service()).values() if "suspended" in str(rule.annotations)]


def test_without_alerts_the_metrics_stay() -> None:
    off = rules(rotating(alerts=models.alerts(enabled=False)))
    assert list(off) == [name for name, rule in rules(rotating()).items() if rule.record]


def test_rotation_has_an_alert_only_where_there_is_one() -> None:
    assert alerts.ROTATION_OVERDUE not in rules(models.service())
    # 2026-01-31 and 90 days: 2026-05-01T00:00:00Z.
    assert rules(rotating())[alerts.ROTATION_OVERDUE].expr == "vector(time()) > 1777593600"


def test_rotation_does_not_depend_on_the_time_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = rules(rotating())[alerts.ROTATION_OVERDUE]
    for zone in ("Pacific/Kiritimati", "America/Los_Angeles"):
        monkeypatch.setitem(os.environ, "TZ", zone)
        time.tzset()
        assert rules(rotating())[alerts.ROTATION_OVERDUE] == expected
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("period", [10**6 * 4, 10**12])
def test_a_rotation_period_beyond_the_calendar_is_never_over(period: int) -> None:
    assert alerts.due_date(model.Rotation(period, date(2026, 1, 31))) == date.max


def test_two_services_share_no_series_and_no_selector() -> None:
    one, two = models.service(), models.service(namespace="auth-staging")
    for name, rule in rules(one).items():
        assert 'namespace="auth"' in rule.expr, name
        assert 'namespace="auth-staging"' in rules(two)[name].expr, name
        assert rule.labels != rules(two)[name].labels, name


def test_document_is_a_rule_file() -> None:
    document = monitoring.document(monitoring.groups(models.service()))
    (group,) = document["groups"]
    assert list(group) == ["name", "interval", "rules"]
    by_name = {rule.get("record") or rule.get("alert"): rule for rule in group["rules"]}
    assert list(by_name["migration_version"]) == ["record", "expr", "labels"]
    assert list(by_name["MigrationMissing"]) == ["alert", "expr", "for", "labels", "annotations"]
    assert by_name["MigrationMissing"]["for"] == "15m"
    assert "for" not in by_name["MigrationFailed"]


def test_no_problem_is_found_in_what_is_generated() -> None:
    assert monitoring.problems(monitoring.groups(rotating())) == []


def broken(**changes: Any) -> list[str]:
    (group,) = monitoring.groups(models.service())
    first, *others = group.rules
    changed = dataclasses.replace(first, **changes)
    return monitoring.problems([dataclasses.replace(group, rules=(changed, *others))])


def test_an_expression_that_does_not_parse_is_a_problem() -> None:
    (problem,) = broken(expr='up{a="b} > 0')
    assert "migration-auth-service: migration:failed_run_start:seconds: " in problem


def test_an_expression_of_the_wrong_type_is_a_problem() -> None:
    assert len(broken(expr="rate(up)")) == 1


def test_two_rules_that_write_the_same_series_are_a_problem() -> None:
    (problem,) = broken(record=records.SUCCEEDED_RUN)
    assert problem.startswith("migration-auth-service: 2 rules write migration:succeeded_run_start:seconds")


def test_a_rule_that_is_both_or_neither_is_a_problem() -> None:
    assert len(broken(alert="Both")) == 1
    assert len(broken(record=None)) == 1


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("auth", '"auth"'),
        ('a"} or up{x="', r'"a\"} or up{x=\""'),
        ("back\\slash", r'"back\\slash"'),
        ("line\nend\ttab\r", r'"line\nend\ttab\r"'),
        ("nul\0 bell\a del\x7f", r'"nul\x00 bell\x07 del\x7f"'),
        ("naïve 漢字", '"naïve 漢字"'),
    ],
)
def test_quote_leaves_no_way_out_of_a_string(text: str, quoted: str) -> None:
    assert promql.quote(text) == quoted


@pytest.mark.parametrize(
    ("text", "escaped"),
    [("plain }} text", "plain }} text"), ("{{ $value }}", '{{"{"}}{{"{"}} $value }}'), ("{", '{{"{"}}')],
)
def test_literal_leaves_no_template_action(text: str, escaped: str) -> None:
    assert promql.literal(text) == escaped


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (45, "45s"), (900, "15m"), (3600, "1h"), (5430, "1h30m30s"), (90000, "25h")],
)
def test_duration_is_prometheus_own(seconds: int, text: str) -> None:
    assert promql.duration(seconds) == text
