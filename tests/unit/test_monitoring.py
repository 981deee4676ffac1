"""What the rules say and carry. What they do in a Prometheus is tests/integration/test_promtool.py."""

from __future__ import annotations

import dataclasses
import os
import re
import time
from datetime import date
from typing import Any

import pytest

from generator import model, monitoring
from generator.monitoring import alerts, promql, records, routing
from tests.support import models

ROTATION = model.Rotation(90, date(2026, 1, 31))


PUSHGATEWAY = "http://pushgateway.monitoring.svc:9091"


def everything(**changes: Any) -> model.Service:
    """Has every alert that there is."""
    return rotating(**{"pushgateway": PUSHGATEWAY, "pin": models.pin(expires=date(2026, 12, 1)), **changes})


def rotating(rotation: model.Rotation = ROTATION, **changes: Any) -> model.Service:
    return models.service(database=models.database(secret=models.secret(rotation=rotation)), **changes)


def rules(service: model.Service) -> dict[str, monitoring.Rule]:
    (group,) = monitoring.groups(service)
    return {rule.name: rule for rule in group.rules}


def test_a_service_has_one_group_of_its_own_name() -> None:
    (group,) = monitoring.groups(models.service())
    assert (group.name, group.interval) == ("migration-auth-service", "30s")


@pytest.mark.parametrize("service", [rotating(), everything()], ids=["plain", "everything"])
def test_records_stand_before_what_reads_them(service: model.Service) -> None:
    (group,) = monitoring.groups(service)
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


def test_severity_is_set_for_what_stops_a_deployment_and_is_fixed_for_the_others() -> None:
    found = rules(everything(alerts=models.alerts(severity=model.AlertSeverity.CRITICAL)))
    assert {name: rule.labels["severity"] for name, rule in found.items() if rule.alert} == {
        "MigrationFailed": "critical",
        "MigrationMissing": "critical",
        "MigrationRunningTooLong": "warning",
        "MigrationMetricsMissing": "warning",
        "MigrationVersionBehind": "critical",
        "MigrationVersionAhead": "warning",
        "MigrationReportMissing": "warning",
        "MigrationPinned": "info",
        "MigrationPinExpired": "warning",
        "MigrationSecretRotationOverdue": "warning",
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
    assert urls["MigrationSecretRotationOverdue"].endswith("#migrationsecretrotationoverdue")
    assert len(urls) == 5


def test_without_a_base_the_description_ends_with_the_place_of_the_runbook() -> None:
    for name, rule in rules(everything()).items():
        assert "runbook_url" not in rule.annotations
        if rule.alert:
            last = rule.annotations["description"].splitlines()[-1]
            assert last == f"Step by step: out/auth-service/RUNBOOK.md, heading {name}"


def test_every_alert_has_a_summary_and_a_description() -> None:
    for rule in rules(everything()).values():
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
    for name in ("MigrationRunningTooLong", "MigrationSecretRotationOverdue"):
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


# --- a Pushgateway


def test_without_a_pushgateway_nothing_pushed_is_read() -> None:
    for name, rule in rules(rotating(pin=models.pin())).items():
        assert "migration_run_" not in rule.expr, name
        assert "migration_database_version" not in rule.expr, name
    assert records.SUCCEEDED_END not in rules(models.service())


def test_a_pushgateway_adds_to_the_records_and_takes_nothing_away() -> None:
    """Each expression of before is in the new one, line by line."""
    without, reporting = rules(rotating()), rules(rotating(pushgateway=PUSHGATEWAY))
    assert without.keys() < reporting.keys()
    for name, rule in without.items():
        if name == records.FAILURE:
            assert reporting[name].expr.endswith(f"\nor {rule.expr}")
        elif name != alerts.METRICS_MISSING:
            lines = reporting[name].expr.splitlines()
            assert [each for each in rule.expr.splitlines() if each not in lines] == [], name


@pytest.mark.parametrize("name", [alerts.VERSION_BEHIND, alerts.VERSION_AHEAD])
def test_the_alerts_on_the_version_wait_as_long_as_missing_and_show_what_was_found(name: str) -> None:
    rule = rules(everything(alerts=models.alerts(missing_for=5430)))[name]
    assert rule.for_ == "1h30m30s"
    assert rule.labels["version"] == str(models.VERSION - 1)
    assert "the database is at version {{ $labels.version }}. " in rule.annotations["description"]


def test_behind_and_ahead_leave_no_other_version_out() -> None:
    found = rules(models.service(pushgateway=PUSHGATEWAY))
    others = f'version=~"[0-9]+",version!="{models.VERSION}"}}) '
    assert found[alerts.VERSION_BEHIND].expr.endswith(f"{others}<= {models.VERSION})")
    assert found[alerts.VERSION_AHEAD].expr.endswith(f"{others}> {models.VERSION})")


# --- a pin


def test_a_pin_is_told_with_its_reason_its_end_and_the_way_out() -> None:
    told = rules(everything())["MigrationPinned"].annotations["description"]
    assert f"to version {models.VERSION - 1}, rolled back from {models.VERSION}, until 2026-12-01." in told
    assert "Why: the new column breaks the login\n" in told
    assert "\ngen rollback --release auth-service\n" in told


def test_a_pin_without_an_end_does_not_expire() -> None:
    found = rules(models.service(pin=models.pin()))
    assert "until it is released" in found["MigrationPinned"].annotations["description"]
    assert alerts.PIN_EXPIRED not in found


def test_a_pin_expires_when_its_day_begins() -> None:
    # 2026-12-01T00:00:00Z.
    assert rules(everything())[alerts.PIN_EXPIRED].expr == "vector(time()) > 1796083200"


def test_a_reason_stays_on_its_line_and_in_its_template() -> None:
    reason = "why\n\nkubectl delete namespace auth\t{{ $value }}\x1b[31m"
    told = rules(models.service(pin=models.pin(reason=reason)))["MigrationPinned"].annotations["description"]
    lines = [each for each in told.splitlines() if "delete" in each]
    assert lines == ['Why: why kubectl delete namespace auth {{"{"}}{{"{"}} $value }} [31m']


def test_the_alerts_of_a_pinned_service_speak_of_the_rollback() -> None:
    found = rules(everything())
    assert found["MigrationFailed"].annotations["summary"] == (
        f"The rollback of the database of auth-service to {models.VERSION - 1} failed"
    )
    for name in ("MigrationFailed", "MigrationMissing", "MigrationVersionAhead"):
        told = found[name].annotations["description"]
        assert f"to version {models.VERSION - 1}, rolled back from {models.VERSION}" in told, name
        assert "runbook has the order" in told, name
        assert " --all-containers " in told, name
    assert found["MigrationMissing"].labels["version"] == str(models.VERSION - 1)


@pytest.mark.parametrize(
    ("phase", "told"),
    [
        (model.PinPhase.POST_SYNC, "The application is deployed already"),
        (model.PinPhase.PRE_SYNC, "Argo CD stops the sync there"),
    ],
)
def test_a_failed_rollback_says_what_became_of_the_application(phase: model.PinPhase, told: str) -> None:
    failed = rules(models.service(pin=models.pin(phase=phase)))["MigrationFailed"]
    assert told in failed.annotations["description"]


# --- names and routes


def test_all_names_are_listed_and_have_the_prefix_of_a_mixin() -> None:
    assert sorted(alerts.NAMES) == sorted(rule.name for rule in rules(everything()).values() if rule.alert)
    assert [each for each in alerts.NAMES if not re.fullmatch(r"Migration([A-Z][a-z]+)+", each)] == []


def callbacks(*urls: str, **changes: Any) -> dict[str, Any]:
    return routing.spec(models.service(callback_urls=urls, **changes))


def test_the_route_takes_the_alerts_of_this_service_and_no_others() -> None:
    route = callbacks("https://hooks.example.com/a")["route"]
    namespace, service, names = route["matchers"]
    assert namespace == {"name": "namespace", "value": "auth", "matchType": "="}
    assert service == {"name": "service", "value": "auth-service", "matchType": "="}
    assert (names["name"], names["matchType"]) == ("alertname", "=~")
    taken = re.compile(names["value"])
    assert [each for each in alerts.NAMES if not taken.fullmatch(each)] == []
    assert not taken.fullmatch("HighErrorRate")
    assert not taken.fullmatch("MigrationFailedToo")


def test_the_route_stays_when_an_alert_comes_or_goes() -> None:
    """Else Alertmanager forgets what it has sent, and the end of an alert is never told."""
    urls = ("https://hooks.example.com/a",)
    assert routing.spec(everything(callback_urls=urls)) == callbacks(*urls)


def test_each_address_hears_of_the_end_too_and_once() -> None:
    urls = ("https://hooks.example.com/a", "https://hooks.example.com/b")
    spec = callbacks(*urls, urls[0])
    (receiver,) = spec["receivers"]
    assert receiver["name"] == spec["route"]["receiver"]
    assert receiver["webhookConfigs"] == [{"url": each, "sendResolved": True} for each in urls]


@pytest.mark.parametrize(
    ("url", "written"),
    [
        ("https://h.example.com/a?b=c&d=%20#e", "https://h.example.com/a?b=c&d=%20#e"),
        ('https://h.example.com/"x"', "https://h.example.com/%22x%22"),
        ("https://h.example.com/{{ .X }}", "https://h.example.com/%7B%7B%20.X%20%7D%7D"),
        ("https://h.example.com/ü", "https://h.example.com/%C3%BC"),
    ],
)
def test_an_address_is_no_template_and_leaves_no_quotes(url: str, written: str) -> None:
    (receiver,) = callbacks(url)["receivers"]
    assert receiver["webhookConfigs"][0]["url"] == written


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
    assert monitoring.problems(monitoring.groups(everything())) == []


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
