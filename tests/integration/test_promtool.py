"""The rules in a real Prometheus (`promtool test rules`), fed with what kube-state-metrics exposes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from generator import conventions, model
from tests.support import models
from tests.support.prometheus import Firing, Prometheus, Run, recorded, scraped

FAILED, MISSING, SLOW = "MigrationFailed", "MigrationMissing", "MigrationRunningTooLong"
OVERDUE, BLIND = "MigrationSecretRotationOverdue", "MigrationMetricsMissing"

AUTH = models.service()
NEWER = models.service(migrations=(models.migration(), models.migration(20260201000008)))
ROTATED = models.service(
    database=models.database(secret=models.secret(rotation=model.Rotation(1, date(1970, 1, 1))))
)


# --- every rule file is one that Prometheus accepts


def test_prometheus_accepts_the_rules(tmp_path: Path) -> None:
    everything = models.service(
        namespace="prod",
        alerts=models.alerts(
            labels={"team": "identity"}, runbook_base_url="https://git.example.com/out", missing_for=5405
        ),
        database=models.database(
            secret=models.secret(rotation=model.Rotation(90, date(2026, 1, 31))),
        ),
        suspend=True,
    )
    silent = models.service(name="silent", alerts=models.alerts(enabled=False))
    prometheus = Prometheus(tmp_path, AUTH, everything, silent)
    # Six records each, four alerts and a fifth for a Secret with a rotation, none where they are off.
    for shown, count in zip(prometheus.check(), (10, 11, 6), strict=True):
        assert f"SUCCESS: {count} rules found" in shown


# --- the shared scenario: success, TTL, failure, TTL, a re-run of the same name, success


def test_success_failure_and_success_under_one_name(tmp_path: Path) -> None:
    """Times in minutes; only the series that the rules cannot do without: no pod's owner, no pod's age."""
    job = 'namespace="auth",job_name="auth-service-migration"'
    pod = 'namespace="auth",pod="p1"'
    ksm = 'job="ksm",service="ksm"'
    minutes = {
        f"kube_job_status_start_time{{{ksm},{job}}}": [(0, 11, 5), (60, 71, 3600), (180, 193, 10800)],
        f'kube_job_complete{{{ksm},{job},condition="true"}}': [(1, 10, 1), (183, 192, 1)],
        f'kube_job_failed{{{ksm},{job},condition="true"}}': [(61, 70, 1)],
        f"kube_job_status_active{{{ksm},{job}}}": [(0, 1, 1), (60, 62, 1), (180, 193, 1)],
        f"kube_job_status_completion_time{{{ksm},{job}}}": [(1, 10, 65), (183, 192, 10980)],
        f'kube_pod_container_info{{{pod},container="goose-20260117000007"}}': [(0, 11, 1)],
        f'kube_pod_status_phase{{{pod},phase="Succeeded"}}': [(0, 1, 0), (1, 10, 1)],
        'kube_namespace_created{namespace="auth"}': [(0, 401, 1)],
    }
    series = {
        name: {minute * 60: float(value) for first, end, value in spans for minute in range(first, end)}
        for name, spans in minutes.items()
    }
    failure = recorded("migration_failure_total", AUTH)
    duration = recorded("migration_duration_seconds", AUTH)
    version = recorded("migration_version", AUTH, version="20260117000007")
    failed = [Firing(FAILED, AUTH)]
    at = {59: [], 63: failed, 100: failed, 150: failed, 182: failed, 186: [], 390: []}
    samples = {
        5: {failure: 0.0},
        59: {failure: 0.0, duration: 60.0, version: 1.0},
        120: {failure: 1.0, duration: 60.0},
        181: {failure: 1.0},
        185: {failure: 0.0},
        400: {failure: 0.0, duration: 180.0, version: 1.0},
    }
    Prometheus(tmp_path, AUTH).play(
        series,
        {minute * 60: firing for minute, firing in at.items()},
        {minute * 60: values for minute, values in samples.items()},
        step=60,
    )


# --- MigrationFailed


def test_failed_stays_after_the_ttl_and_through_the_next_run_until_that_succeeds(tmp_path: Path) -> None:
    runs = [
        Run(AUTH, 60, 90),
        Run(AUTH, 1200, 1260, succeeds=False),
        Run(AUTH, 3000, 3030, succeeds=False),
        Run(AUTH, 5400, 5520),
    ]
    failed = [Firing(FAILED, AUTH)]
    at = {
        120: [],
        1230: [],
        1290: failed,
        2400: failed,
        3015: failed,
        4200: failed,
        5460: failed,
        5550: [],
        9000: [],
    }
    Prometheus(tmp_path, AUTH).play(scraped(runs, 9000), at)


def test_failed_stays_when_the_failed_job_is_deleted_by_hand(tmp_path: Path) -> None:
    runs = [Run(AUTH, 1, 30), Run(AUTH, 600, 660, succeeds=False, gone=700)]
    failed = [Firing(FAILED, AUTH)]
    Prometheus(tmp_path, AUTH).play(scraped(runs, 3000), {690: failed, 720: failed, 3000: failed})


def test_a_failure_and_a_success_within_one_minute_are_a_success(tmp_path: Path) -> None:
    runs = [Run(AUTH, 600, 605, succeeds=False, gone=632), Run(AUTH, 633, 645)]
    Prometheus(tmp_path, AUTH).play(scraped(runs, 2400), {630: [Firing(FAILED, AUTH)], 660: [], 2400: []})


def test_a_failure_between_two_scrapes_that_is_replaced_by_a_success_is_none(tmp_path: Path) -> None:
    runs = [Run(AUTH, 601, 605, succeeds=False, gone=610), Run(AUTH, 611, 620)]
    Prometheus(tmp_path, AUTH).play(scraped(runs, 2400), {600: [], 630: [], 2400: []})


def test_a_success_and_a_failure_within_one_minute_are_a_failure(tmp_path: Path) -> None:
    runs = [Run(AUTH, 600, 605, gone=632), Run(AUTH, 633, 645, succeeds=False)]
    failed = [Firing(FAILED, AUTH)]
    Prometheus(tmp_path, AUTH).play(scraped(runs, 2400), {630: [], 660: failed, 2400: failed})


def test_a_job_deleted_while_it_runs_fails_nothing_and_is_missed(tmp_path: Path) -> None:
    runs = [Run(AUTH, 60, gone=200)]
    at = {900: [Firing(MISSING, AUTH)], 2400: [Firing(MISSING, AUTH)]}
    Prometheus(tmp_path, AUTH).play(scraped(runs, 2400), {180: [], **at})


def test_two_replicas_of_kube_state_metrics_a_scrape_apart_see_the_failure(tmp_path: Path) -> None:
    """The slow one still says that the Job of this name is complete, the fast one has the next Job."""
    runs = [Run(AUTH, 1, 30, gone=600), Run(AUTH, 601, 660, succeeds=False)]
    fast = scraped(runs, 3000, instance="fast")
    late = {name: {now + 60: value for now, value in held.items()} for name, held in fast.items()}
    slow = {name.replace('"fast"', '"slow"'): held for name, held in late.items()}
    failed = [Firing(FAILED, AUTH)]
    Prometheus(tmp_path, AUTH).play(
        {**fast, **slow},
        {600: [], 690: failed, 720: failed, 3000: failed},
        {3000: {recorded("migration_duration_seconds", AUTH): 29.0}},
    )


# --- MigrationMissing


def test_missing_fires_when_nothing_ever_ran_and_ends_with_the_first_success(tmp_path: Path) -> None:
    missing = [Firing(MISSING, AUTH)]
    at = {870: [], 900: missing, 3000: missing, 3150: [], 9000: []}
    Prometheus(tmp_path, AUTH).play(scraped([Run(AUTH, 3000, 3120)], 9000), at)


def test_the_old_version_is_not_the_new_one(tmp_path: Path) -> None:
    """Only the old version ran, so the new one is missing: its latch is not taken for the new one's."""
    version = recorded("migration_version", AUTH, version="20260117000007")
    Prometheus(tmp_path, NEWER).play(
        scraped([Run(AUTH, 1, 30)], 3000), {870: [], 3000: [Firing(MISSING, NEWER)]}, {3000: {version: 1.0}}
    )


def test_the_rules_of_the_old_version_already_see_the_new_one(tmp_path: Path) -> None:
    """A PreSync Job has run, and may be gone, before Argo CD applies the rules of its commit."""
    version = recorded("migration_version", NEWER, version="20260201000008")
    Prometheus(tmp_path, AUTH).play(
        scraped([Run(AUTH, 1, 30), Run(NEWER, 600, 630)], 6000),
        {600: []},
        {660: {version: 1.0}, 6000: {version: 1.0}},
    )


def test_back_and_forth_between_versions_the_newest_run_counts(tmp_path: Path) -> None:
    """Both commits' rules at once stand for the one that is applied at the time."""
    runs = [Run(AUTH, 1, 30), Run(NEWER, 2000, 2030), Run(AUTH, 6000, 6030), Run(NEWER, 9990, 10020)]
    old = recorded("migration_version", AUTH, version="20260117000007")
    new = recorded("migration_version", AUTH, version="20260201000008")
    Prometheus(tmp_path, AUTH, NEWER).play(
        scraped(runs, 12000),
        {
            1800: [Firing(MISSING, NEWER)],
            2040: [],
            4200: [Firing(MISSING, AUTH)],
            6060: [],
            8400: [Firing(MISSING, NEWER)],
            12000: [Firing(MISSING, AUTH)],
        },
        {1800: {old: 1.0}, 4200: {new: 1.0}, 8400: {old: 1.0}, 12000: {new: 1.0}},
    )


def test_a_pod_of_the_old_version_that_a_slow_shard_still_shows_is_old(tmp_path: Path) -> None:
    """The new Job is known to be complete while another shard still shows the pod of the Job before."""
    series = scraped([Run(AUTH, 1, 30), Run(NEWER, 601, 620)], 6000)
    for name, held in series.items():
        if name.startswith("kube_pod_") and "auth-service-migration-00001" in name:
            held.update({now: held[600] for now in range(630, 900, 30)})
    version = recorded("migration_version", NEWER, version="20260201000008")
    samples = {now: {version: 1.0} for now in (660, 870, 930, 6000)}
    Prometheus(tmp_path, NEWER).play(series, {6000: []}, samples)


def test_a_failed_run_of_the_new_version_is_no_version(tmp_path: Path) -> None:
    runs = [Run(AUTH, 1, 30), Run(NEWER, 600, 660, succeeds=False)]
    fired = [Firing(FAILED, NEWER), Firing(MISSING, NEWER)]
    Prometheus(tmp_path, NEWER).play(scraped(runs, 4000), {3000: fired})


def test_a_copy_of_the_pod_for_debugging_is_no_run(tmp_path: Path) -> None:
    """`kubectl debug --copy-to` keeps the container's name; nobody owns the copy."""
    series = scraped([Run(AUTH, 1, 30)], 3000)
    owned = {name: held for name, held in series.items() if name.startswith("kube_pod_")}
    free = {
        name.replace('"auth-service-migration"', '""').replace('"Job"', '""'): each
        for name, each in owned.items()
    }
    rest = {name: held for name, held in series.items() if name not in owned}
    fired = [Firing(MISSING, AUTH)]
    Prometheus(tmp_path, AUTH).play({**rest, **free}, {3000: fired})
    Prometheus(tmp_path, AUTH).play({**rest, **owned}, {3000: []})


# --- MigrationRunningTooLong


def test_running_too_long_ends_with_the_deadline_which_is_a_failure(tmp_path: Path) -> None:
    runs = [Run(AUTH, 1, 30), Run(AUTH, 1200, 1550, succeeds=False)]
    at = {
        1440: [],
        1470: [Firing(SLOW, AUTH, "4m 30s")],
        1530: [Firing(SLOW, AUTH, "5m 30s")],
        1560: [Firing(FAILED, AUTH)],
        4000: [Firing(FAILED, AUTH)],
    }
    Prometheus(tmp_path, AUTH).play(scraped(runs, 4000), at)


def test_running_too_long_ends_with_success(tmp_path: Path) -> None:
    runs = [Run(AUTH, 1200, 1500)]
    Prometheus(tmp_path, AUTH).play(
        scraped(runs, 4000),
        {1470: [Firing(MISSING, AUTH), Firing(SLOW, AUTH, "4m 30s")], 1530: [], 4000: []},
    )


def test_running_too_long_ends_when_the_job_is_deleted(tmp_path: Path) -> None:
    runs = [Run(AUTH, 1, 30), Run(AUTH, 1200, gone=1510)]
    Prometheus(tmp_path, AUTH).play(
        scraped(runs, 4000), {1500: [Firing(SLOW, AUTH, "5m 0s")], 1530: [], 4000: []}
    )


def test_a_job_that_never_ends_stays_too_long_even_without_an_active_pod(tmp_path: Path) -> None:
    """Between two attempts, and while a lost node holds the pod, kube_job_status_active is 0."""
    series = scraped([Run(AUTH, 1, 30), Run(AUTH, 1200)], 9000)
    for name, held in series.items():
        if name.startswith("kube_job_status_active"):
            held.update({now: 0 for now in held if now > 1300})
    Prometheus(tmp_path, AUTH).play(
        series, {1500: [Firing(SLOW, AUTH, "5m 0s")], 9000: [Firing(SLOW, AUTH, "2h 10m 0s")]}
    )


def test_a_suspended_job_does_not_run(tmp_path: Path) -> None:
    """Kubernetes takes a suspended Job's start time away."""
    series = scraped([Run(AUTH, 1, 30), Run(AUTH, 1200)], 4000)
    for name, held in series.items():
        if name.startswith("kube_job_status_start_time"):
            for now in [each for each in held if each >= 1200]:
                del held[now]
    Prometheus(tmp_path, AUTH).play(series, {4000: []})


# --- suspend: true


def test_while_a_service_is_suspended_what_is_wrong_stays_wrong(tmp_path: Path) -> None:
    halted = models.service(migrations=NEWER.migrations, suspend=True)
    runs = [Run(AUTH, 1, 30), Run(NEWER, 600, 630, succeeds=False)]
    fired = [Firing(FAILED, halted), Firing(MISSING, halted)]
    Prometheus(tmp_path, halted).play(scraped(runs, 9000), {2000: fired, 9000: fired})


def test_a_suspended_service_whose_version_ran_is_quiet(tmp_path: Path) -> None:
    halted = models.service(suspend=True)
    Prometheus(tmp_path, halted).play(scraped([Run(AUTH, 1, 30)], 9000), {2000: [], 9000: []})


# --- MigrationSecretRotationOverdue


def test_rotation_is_overdue_after_the_period_and_until_the_date_is_changed(tmp_path: Path) -> None:
    """promtool's clock starts in 1970; the Secret was last changed on its first day, to be changed daily."""
    due, later = 86400, 3 * 86400
    series = scraped([Run(ROTATED, 1, 1, gone=later + 1)], later, every=3600)
    overdue = [Firing(OVERDUE, ROTATED)]
    Prometheus(tmp_path, ROTATED).play(
        series, {due: [], due + 3600: overdue, later: overdue}, step=3600, evaluate=3600
    )
    changed = models.database(secret=models.secret(rotation=model.Rotation(1, date(1970, 1, 3))))
    Prometheus(tmp_path, models.service(database=changed)).play(series, {later: []}, step=3600, evaluate=3600)
    Prometheus(tmp_path, AUTH).play(series, {later: []}, step=3600, evaluate=3600)


# --- MigrationMetricsMissing


def test_metrics_missing_fires_while_kube_state_metrics_is_gone_and_ends_with_it(tmp_path: Path) -> None:
    gone = range(1200, 6000, 30)
    series = scraped([Run(AUTH, 1, 30)], 9000, down=gone)
    blind = [Firing(BLIND, AUTH)]
    at = {1170: [], 2070: [], 2100: blind, 5970: blind, 6000: [], 9000: []}
    Prometheus(tmp_path, AUTH).play(series, at)


def test_a_failure_that_was_seen_before_kube_state_metrics_went_stays(tmp_path: Path) -> None:
    series = scraped([Run(AUTH, 1, 30), Run(AUTH, 600, 630, succeeds=False)], 690)
    Prometheus(tmp_path, AUTH).play(
        series, {660: [Firing(FAILED, AUTH)], 9000: [Firing(FAILED, AUTH), Firing(BLIND, AUTH)]}
    )


def test_metrics_are_not_missing_in_an_empty_namespace(tmp_path: Path) -> None:
    Prometheus(tmp_path, AUTH).play(scraped([], 9000), {9000: [Firing(MISSING, AUTH)]})


def test_metrics_missing_fires_when_only_the_jobs_are_not_collected(tmp_path: Path) -> None:
    series = scraped([Run(AUTH, 1, 30)], 9000, without="kube_job_")
    Prometheus(tmp_path, AUTH).play(
        series, {900: [], 990: [Firing(BLIND, AUTH)], 9000: [Firing(BLIND, AUTH)]}
    )


def test_metrics_missing_is_one_alert_when_both_reasons_hold(tmp_path: Path) -> None:
    series = scraped([Run(AUTH, 1, 30)], 1200, without="kube_job_")
    Prometheus(tmp_path, AUTH).play(series, {9000: [Firing(BLIND, AUTH)]})


# --- neighbours


def test_two_services_in_one_namespace_at_the_same_version(tmp_path: Path) -> None:
    billing = models.service(name="billing")
    runs = [Run(AUTH, 1, 30), Run(billing, 7, 60, succeeds=False)]
    at = {600: [Firing(FAILED, billing)], 3000: [Firing(FAILED, billing), Firing(MISSING, billing)]}
    Prometheus(tmp_path, AUTH, billing).play(scraped(runs, 3000), at)


def test_one_service_in_two_namespaces(tmp_path: Path) -> None:
    other = models.service(namespace="auth-staging")
    runs = [Run(AUTH, 1, 30), Run(other, 1, 60, succeeds=False)]
    at = {600: [Firing(FAILED, other)], 3000: [Firing(FAILED, other), Firing(MISSING, other)]}
    samples = {
        3000: {
            recorded("migration_failure_total", AUTH): 0.0,
            recorded("migration_failure_total", other): 1.0,
            recorded("migration_duration_seconds", AUTH): 29.0,
            recorded("migration_version", AUTH, version="20260117000007"): 1.0,
        }
    }
    Prometheus(tmp_path, AUTH, other).play(scraped(runs, 3000), at, samples)


def test_a_name_so_long_that_kubernetes_shortens_the_pods_name(tmp_path: Path) -> None:
    name = "a" * conventions.MAX_SERVICE_NAME
    longest, twin = models.service(name=name), models.service(name=name[:-1] + "b")
    runs = [Run(longest, 1, 30), Run(twin, 7, 60, succeeds=False)]
    at = {3000: [Firing(FAILED, twin), Firing(MISSING, twin)]}
    Prometheus(tmp_path, longest, twin).play(scraped(runs, 3000), at)


# --- gaps


@pytest.mark.parametrize(("hours", "remembered"), [(1, True), (23, True), (25, False)])
def test_the_latches_survive_a_day_without_evaluation(tmp_path: Path, hours: int, remembered: bool) -> None:
    """Prometheus is down, or its rules are not evaluated, for `hours` after the first evaluation."""
    gap = hours * 3600
    runs = [Run(AUTH, gap - 60, gap - 30, succeeds=False)]
    series = scraped(runs, 3 * gap, every=gap)
    missing, failed = Firing(MISSING, AUTH), Firing(FAILED, AUTH)
    at = {gap: [missing, failed], 3 * gap: [missing, failed] if remembered else [missing]}
    Prometheus(tmp_path, AUTH).play(series, at, step=gap, evaluate=gap)


@pytest.mark.parametrize(("ttl", "seen"), [(180, True), (60, False)])
def test_a_ttl_of_three_minutes_outlives_a_lost_scrape(tmp_path: Path, ttl: int, seen: bool) -> None:
    """Scraped once a minute, with the first scrape behind the end of the Job lost."""
    short = models.service(limits=models.limits(ttl=ttl))
    series = scraped([Run(short, 605, 655)], 3000, every=60, down=[660])
    firing = [] if seen else [Firing(MISSING, short)]
    Prometheus(tmp_path, short).play(series, {3000: firing}, step=60)


# --- text


NASTY = (
    '"} or vector(1) #',
    "{{ $labels.namespace }}",
    "{",
    "}}",
    "{{{{",
    "{{/*",
    "a{{",
    "`\\n\\",
    "tab\tline\nend",
    "ü\u2028é 漢字 😀",
    "$value %d ${x}",
    "<b>&amp;</b>",
)


def test_text_is_shown_as_it_was_written(tmp_path: Path) -> None:
    services = [
        models.service(
            name=f"service-{number}",
            alerts=models.alerts(
                labels={"note": text, "severity": "none"}, runbook_base_url=f"https://git.example.com/{text}"
            ),
        )
        for number, text in enumerate(NASTY)
    ]
    for text, service in zip(NASTY, services, strict=True):
        expected = Firing(MISSING, service).expected()
        assert expected["exp_labels"]["note"] == text
        assert expected["exp_labels"]["severity"] == "critical"
        page = f"https://git.example.com/{text}/{service.name}/RUNBOOK.md#migrationmissing"
        assert expected["exp_annotations"]["runbook_url"] == page
    at = {1200: [Firing(MISSING, each) for each in services]}
    prometheus = Prometheus(tmp_path, *services)
    prometheus.check()
    prometheus.play(scraped([], 1200), at)
