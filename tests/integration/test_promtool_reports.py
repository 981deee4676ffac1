"""What a Pushgateway adds to the rules, in a real Prometheus: runs that nobody saw, versions, lost reports."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from generator import model
from tests.support import models
from tests.support.prometheus import Firing, Prometheus, Report, Run, Series, recorded, reported, scraped

FAILED, MISSING, BLIND = "MigrationFailed", "MigrationMissing", "MigrationMetricsMissing"
BEHIND, AHEAD, SILENT = "MigrationVersionBehind", "MigrationVersionAhead", "MigrationReportMissing"
PUSHGATEWAY = "http://pushgateway.monitoring.svc:9091"
OLD, NEW = 20260117000007, 20260201000008

AUTH = models.service(pushgateway=PUSHGATEWAY)
MUTE = models.service()
NEWER = models.service(pushgateway=PUSHGATEWAY, migrations=(models.migration(OLD), models.migration(NEW)))
FAILURE = recorded("migration_failure_total", AUTH)
VERSION = recorded("migration_version", AUTH, version=str(OLD))
DURATION = recorded("migration_duration_seconds", AUTH)


def ran(start: int, end: int, *, failed: bool = False) -> Report:
    """An attempt that found the expected version in the database."""
    return Report(AUTH, start, end, failed=failed, found=OLD)


# --- runs that kube-state-metrics did not show


def test_a_success_that_only_the_report_tells_counts(tmp_path: Path) -> None:
    """The Job was gone before a scrape saw it. Without a report the version is missing."""
    series = {**scraped([], 6000), **reported([ran(605, 650)], 6000)}
    told = {FAILURE: 0.0, VERSION: 1.0, DURATION: 45.0}
    Prometheus(tmp_path, AUTH).play(series, {630: [], 900: [], 6000: []}, {660: told, 6000: told})
    Prometheus(tmp_path, MUTE).play(
        series, {6000: [Firing(MISSING, MUTE)]}, {6000: {FAILURE.split("{")[0]: 0}}
    )


def test_a_prometheus_without_memory_learns_from_the_report(tmp_path: Path) -> None:
    """It starts anew at 0, weeks after the run: here with 1970's clock, a run before its time."""
    series = {**scraped([], 3000), **reported([Report(AUTH, -90_000, -89_000, found=OLD)], 3000)}
    told = {FAILURE: 0.0, VERSION: 0.0, DURATION: 1000.0}
    Prometheus(tmp_path, AUTH).play(series, {0: [], 3000: []}, {0: told, 3000: told})


def test_a_failure_that_only_the_report_tells_counts_until_a_success_is_told(tmp_path: Path) -> None:
    reports = [ran(5, 30), ran(1205, 1230, failed=True), ran(3005, 3030)]
    series = {**scraped([], 6000), **reported(reports, 6000)}
    failed = [Firing(FAILED, AUTH)]
    Prometheus(tmp_path, AUTH).play(series, {1500: [], 1560: failed, 3000: failed, 3030: [], 6000: []})


def test_a_failure_that_is_told_ends_with_a_success_that_is_seen(tmp_path: Path) -> None:
    """The second run reports nothing: its Job tells, from its start."""
    reports = [ran(5, 30, failed=True)]
    series = {**scraped([Run(AUTH, 3000, 3060)], 9000), **reported(reports, 9000)}
    failed = [Firing(FAILED, AUTH)]
    at = {
        300: [],
        360: failed,
        870: failed,
        3030: [Firing(MISSING, AUTH)],
        3060: [],
        3900: [],
        9000: [Firing(SILENT, AUTH)],
    }
    Prometheus(tmp_path, AUTH).play(series, at)


# --- attempts


def test_a_failed_attempt_is_no_failure_while_the_job_goes_on(tmp_path: Path) -> None:
    runs = [Run(AUTH, 1, 30), Run(AUTH, 1200, 1300)]
    reports = [ran(5, 30), ran(1205, 1215, failed=True), ran(1240, 1250, failed=True), ran(1280, 1300)]
    series = {**scraped(runs, 6000), **reported(reports, 6000)}
    Prometheus(tmp_path, AUTH).play(series, {now: [] for now in (1230, 1260, 1290, 1320, 2000, 6000)})


def test_a_failed_attempt_is_no_failure_when_the_report_of_the_success_is_lost(tmp_path: Path) -> None:
    """Its Job is gone after its TTL, and the Pushgateway says `failed` for ever."""
    runs = [Run(AUTH, 1, 30), Run(AUTH, 1200, 1300)]
    series = {**scraped(runs, 9000), **reported([ran(5, 30), ran(1205, 1215, failed=True)], 9000)}
    Prometheus(tmp_path, AUTH).play(series, {now: [] for now in (1230, 1320, 1890, 1920, 9000)})


def test_a_failed_attempt_is_no_failure_although_its_report_is_scraped_before_its_job(tmp_path: Path) -> None:
    """Two targets are never scraped in the same instant: here kube-state-metrics comes half a minute later."""
    runs = [Run(AUTH, 1, 30), Run(AUTH, 590, 645)]
    reports = [ran(5, 30), ran(592, 594, failed=True), ran(612, 627)]
    series = {**scraped(runs, 6000, every=60, offset=30), **reported(reports, 6000)}
    Prometheus(tmp_path, AUTH).play(series, {now: [] for now in (*range(570, 1290, 30), 6000)})


def test_a_failed_attempt_is_no_failure_when_a_scrape_of_its_job_is_lost_too(tmp_path: Path) -> None:
    runs = [Run(AUTH, 1, 30), Run(AUTH, 1200, 1400)]
    reports = [ran(5, 30), ran(1205, 1215, failed=True)]
    series = {**scraped(runs, 9000, down=[1260, 1320]), **reported(reports, 9000)}
    Prometheus(tmp_path, AUTH).play(series, {now: [] for now in (*range(1200, 2400, 30), 9000)})


def test_a_failed_attempt_of_a_job_that_is_deleted_while_it_runs_is_a_failure(tmp_path: Path) -> None:
    runs = [Run(AUTH, 1, 30), Run(AUTH, 1200, gone=1260)]
    series = {**scraped(runs, 6000), **reported([ran(5, 30), ran(1205, 1215, failed=True)], 6000)}
    failed = [Firing(FAILED, AUTH)]
    Prometheus(tmp_path, AUTH).play(series, {1230: [], 1500: [], 1590: failed, 6000: failed})


def test_a_failure_that_cannot_be_reported_is_seen_and_stays(tmp_path: Path) -> None:
    """The pod of the second run never started, so the Pushgateway still has the success before."""
    runs = [Run(AUTH, 1, 30), Run(AUTH, 1200, 1560, succeeds=False)]
    series = {**scraped(runs, 9000), **reported([ran(5, 30)], 9000)}
    failed = [Firing(FAILED, AUTH)]
    at = {
        1590: failed,
        2400: failed,
        2460: [*failed, Firing(SILENT, AUTH)],
        9000: [*failed, Firing(SILENT, AUTH)],
    }
    Prometheus(tmp_path, AUTH).play(series, at)


@pytest.mark.parametrize("skew", [-240, 240])
def test_a_node_whose_clock_is_wrong_by_minutes_hides_nothing(tmp_path: Path, skew: int) -> None:
    """Each Job follows the one before within that time: the Job controller's clock orders them."""
    runs = [Run(AUTH, 601, 630), Run(AUTH, 700, 730, succeeds=False), Run(AUTH, 800, 830)]
    reports = [
        ran(605 + skew, 630 + skew),
        ran(705 + skew, 730 + skew, failed=True),
        ran(805 + skew, 830 + skew),
    ]
    arrive = reported([dataclasses.replace(each, end=each.end - skew) for each in reports], 6000)
    series = {**scraped(runs, 6000), **arrive}
    Prometheus(tmp_path, AUTH).play(
        series, {660: [], 750: [Firing(FAILED, AUTH)], 840: [], 1500: [], 6000: []}
    )


# --- versions


def test_behind_fires_after_its_time_and_ends_with_the_report_that_found_the_version(tmp_path: Path) -> None:
    runs = [Run(NEWER, 1, 30, succeeds=False), Run(NEWER, 3000, 3030)]
    reports = [Report(NEWER, 5, 30, failed=True, found=OLD), Report(NEWER, 3005, 3030, found=NEW)]
    series = {**scraped(runs, 6000), **reported(reports, 6000)}
    failed, behind = Firing(FAILED, NEWER), Firing(BEHIND, NEWER, str(OLD))
    missing = Firing(MISSING, NEWER)
    at = {
        870: [failed],
        900: [failed, missing],
        930: [failed, missing, behind],
        2970: [failed, missing, behind],
    }
    Prometheus(tmp_path, NEWER).play(series, {**at, 3060: [], 6000: []})


def test_a_database_that_could_not_be_asked_keeps_the_version_that_was_found_before(tmp_path: Path) -> None:
    runs = [Run(AUTH, 1, 30), Run(AUTH, 1200, 1230, succeeds=False)]
    reports = [ran(5, 30), Report(AUTH, 1205, 1230, failed=True)]
    found = 'migration_database_version{job="migration",namespace="auth",service="auth-service",version="%d"}'
    series = {**scraped(runs, 6000), **reported(reports, 6000)}
    Prometheus(tmp_path, AUTH).play(series, {6000: [Firing(FAILED, AUTH)]}, {6000: {found % OLD: float(OLD)}})


def test_a_reverted_commit_leaves_the_database_ahead(tmp_path: Path) -> None:
    """goose finds nothing to do and ends well, so nothing else is wrong."""
    runs = [Run(AUTH, 1, 30), Run(AUTH, 3000, 3030)]
    reports = [Report(AUTH, 5, 30, found=NEW), Report(AUTH, 3005, 3030, found=OLD)]
    series = {**scraped(runs, 6000), **reported(reports, 6000)}
    ahead = [Firing(AHEAD, AUTH, str(NEW))]
    Prometheus(tmp_path, AUTH).play(series, {900: [], 930: ahead, 3000: ahead, 3030: [], 6000: []})


def test_a_pin_to_nothing_is_ahead_until_everything_is_undone(tmp_path: Path) -> None:
    pinned = models.service(pushgateway=PUSHGATEWAY, pin=models.pin(version=0))
    runs = [Run(pinned, 3000, 3030)]
    reports = [Report(AUTH, -60, -30, found=OLD), Report(pinned, 3005, 3030, found=0)]
    series = {**scraped(runs, 6000), **reported(reports, 6000)}
    held = Firing("MigrationPinned", pinned)
    ahead = [held, Firing(MISSING, pinned), Firing(AHEAD, pinned, str(OLD))]
    Prometheus(tmp_path, pinned).play(
        series, {870: [held], 900: ahead, 2970: ahead, 3060: [held], 6000: [held]}
    )


@pytest.mark.parametrize(
    ("expected", "found"), [(2**53 + 1, 2**53), (2**53, 2**53 + 1), (2**63 - 1, 2**63 - 2)]
)
def test_versions_that_are_one_number_to_prometheus_are_never_taken_for_equal(
    tmp_path: Path, expected: int, found: int
) -> None:
    assert float(expected) == float(found)
    service = models.service(pushgateway=PUSHGATEWAY, migrations=(models.migration(expected),))
    series = {**scraped([Run(service, 1, 30)], 2400), **reported([Report(service, 5, 30, found=found)], 2400)}
    Prometheus(tmp_path, service).play(series, {2400: [Firing(BEHIND, service, str(found))]})


def test_a_text_for_a_version_reaches_no_alert(tmp_path: Path) -> None:
    """Whoever reaches the Pushgateway may push."""
    series = {**scraped([Run(AUTH, 1, 30)], 2400), **reported([ran(5, 30)], 2400)}
    forged = {
        name.replace(f'"{OLD}"', '"run `rm -r /`"'): held
        for name, held in series.items()
        if "database" in name
    }
    assert len(forged) == 1
    Prometheus(tmp_path, AUTH).play({**series, **forged}, {2400: []})


def test_a_pushgateway_that_is_scraped_twice_breaks_no_rule(tmp_path: Path) -> None:
    runs = [Run(NEWER, 1, 30), Run(NEWER, 1200, 1230, succeeds=False)]
    reports = [Report(NEWER, 5, 30, found=NEW), Report(NEWER, 1205, 1230, failed=True, found=OLD)]
    series: dict[str, dict[int, float]] = {**scraped(runs, 4000)}
    for endpoint, late in (("a", 0), ("b", 30)):
        for name, held in reported(reports, 4000).items():
            scrape = {now + late: value for now, value in held.items()}
            series[name.replace("}", f',endpoint="{endpoint}"}}')] = scrape
    fired = [Firing(FAILED, NEWER), Firing(BEHIND, NEWER, str(OLD))]
    samples = {recorded("migration_failure_total", NEWER): 1.0}
    Prometheus(tmp_path, NEWER).play(series, {1200: [], 4000: fired}, {1230: samples, 4000: samples})


# --- lost reports


def test_nothing_is_missing_before_the_first_run(tmp_path: Path) -> None:
    Prometheus(tmp_path, AUTH).play(scraped([], 3000), {3000: [Firing(MISSING, AUTH)]})


def test_a_run_without_a_report_is_told_until_one_is_reported(tmp_path: Path) -> None:
    runs = [Run(AUTH, 1, 30), Run(AUTH, 3000, 3030)]
    series = {**scraped(runs, 6000), **reported([ran(3005, 3030)], 6000)}
    silent = [Firing(SILENT, AUTH)]
    at = {900: [], 930: silent, 2970: silent, 3030: [], 6000: []}
    Prometheus(tmp_path, AUTH).play(series, at)


def test_a_long_run_that_reports_at_its_end_is_none_without_a_report(tmp_path: Path) -> None:
    long = models.service(pushgateway=PUSHGATEWAY, alerts=models.alerts(running_for=7200, missing_for=7200))
    series = {**scraped([Run(long, 600, 4200)], 9000), **reported([Report(long, 605, 4200, found=OLD)], 9000)}
    Prometheus(tmp_path, long).play(series, {now: [] for now in (4000, 4230, 5400, 9000)})


def test_a_pushgateway_that_lost_its_file_says_nothing_until_the_next_run(tmp_path: Path) -> None:
    """What was remembered stays: neither the version nor the result is missing."""
    runs = [Run(AUTH, 1, 30), Run(AUTH, 6000, 6030)]
    series = {**scraped(runs, 9000), **reported([ran(5, 30), ran(6005, 6030)], 9000, wiped=1200)}
    silent = [Firing(SILENT, AUTH)]
    told = {FAILURE: 0.0, VERSION: 1.0}
    at = {1170: [], 2070: [], 2100: silent, 6000: silent, 6030: [], 9000: []}
    Prometheus(tmp_path, AUTH).play(series, at, {4000: told})


def test_a_pushgateway_that_is_away_for_some_minutes_is_no_alert(tmp_path: Path) -> None:
    series = {
        **scraped([Run(AUTH, 1, 30)], 6000),
        **reported([ran(5, 30)], 6000, down=range(1200, 2040, 30)),
    }
    Prometheus(tmp_path, AUTH).play(series, {1500: [], 2010: [], 2040: [], 6000: []})


# --- kube-state-metrics is watched all the same


def test_a_report_does_not_hide_that_jobs_are_not_collected(tmp_path: Path) -> None:
    series: Series = {
        **scraped([Run(AUTH, 1, 30)], 6000, without="kube_job_"),
        **reported([ran(5, 30)], 6000),
    }
    Prometheus(tmp_path, AUTH).play(
        series, {870: [], 990: [Firing(BLIND, AUTH)], 6000: [Firing(BLIND, AUTH)]}
    )


def test_a_report_does_not_hide_that_kube_state_metrics_is_gone(tmp_path: Path) -> None:
    series = {**scraped([Run(AUTH, 1, 30)], 1200), **reported([ran(5, 30)], 6000)}
    Prometheus(tmp_path, AUTH).play(
        series, {1200: [], 2400: [Firing(BLIND, AUTH)], 6000: [Firing(BLIND, AUTH)]}
    )


# --- neighbours


def test_reports_of_others_are_not_ours(tmp_path: Path) -> None:
    """The same name in another namespace, another name in the same."""
    others: list[model.Service] = [
        models.service(namespace="auth-staging", pushgateway=PUSHGATEWAY),
        models.service(name="billing", pushgateway=PUSHGATEWAY),
    ]
    reports = [ran(5, 30), *(Report(each, 5, 30, failed=True, found=NEW) for each in others)]
    proof = scraped(
        [Run(models.service(namespace=each), 1, 2, gone=3) for each in ("auth", "auth-staging")], 3000
    )
    fired = [Firing(alert, each, str(NEW)) for each in others for alert in (FAILED, MISSING, AHEAD)]
    Prometheus(tmp_path, AUTH, *others).play({**proof, **reported(reports, 3000)}, {3000: fired})
