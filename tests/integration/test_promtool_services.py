"""The life of each service of this repository in a real Prometheus: every alert fires, stays and ends.

Each also as it would be when it is pinned, when its Job reports to a Pushgateway, and both.
"""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path

import pytest

from generator import check, model
from generator.monitoring import alerts
from tests.support import models
from tests.support.programs import ROOT
from tests.support.prometheus import Firing, Prometheus, Report, Run, Series, reported, scraped

MINUTE, HOUR, DAY = 60, 3600, 86_400
OLDER, NEWER = -1, 1
VARIANTS = ("plain", "pinned", "reporting", "pinned and reporting")


def services() -> tuple[model.Service, ...]:
    checked = check.check(ROOT / "services.yaml")
    assert checked.is_sound
    assert checked.project is not None
    return checked.project.services


SERVICES = {each.name: each for each in services()}


def changed(service: model.Service, variant: str) -> model.Service:
    """promtool's clock starts in 1970: what has a date is due on its second day."""
    secret = dataclasses.replace(service.database.secret, rotation=model.Rotation(1, date(1970, 1, 1)))
    pin = models.pin(
        version=max(
            (each.version for each in service.migrations if each.version < service.newest), default=0
        ),
        newest=service.newest,
        reason="{{ $value }} hours\nof complaints",
        expires=date(1970, 1, 2),
    )
    return dataclasses.replace(
        service,
        database=dataclasses.replace(service.database, secret=secret),
        pin=pin if "pinned" in variant else None,
        pushgateway="http://pushgateway.monitoring.svc:9091" if "reporting" in variant else None,
    )


def rounded(seconds: int) -> int:
    return -(-seconds // MINUTE) * MINUTE


def humanized(seconds: int) -> str:
    """As Prometheus' humanizeDuration does for whole seconds of a minute or more."""
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h {minutes}m {seconds}s" if hours else f"{minutes}m {seconds}s"


class Story:
    """What happens to a service, and what fires when; a report follows each run but those that have none."""

    def __init__(self, service: model.Service) -> None:
        self.service = service
        self.runs: list[Run] = []
        self.reports: list[Report] = []
        self.at: dict[int, list[Firing]] = {}

    def run(
        self,
        start: int,
        length: int = MINUTE,
        *,
        succeeds: bool = True,
        found: int = 0,
        reports: bool = True,
        gone: int | None = None,
    ) -> int:
        """`found` is added to the expected version. The second after whose rules everything shows."""
        service, end = self.service, start + length
        self.runs.append(Run(service, start, end, succeeds=succeeds, gone=gone))
        if reports:
            version = service.version + found
            self.reports.append(Report(service, start + 5, end, failed=not succeeds, found=version))
        return end + 2 * MINUTE

    def fires(self, now: int, *names: str, value: str = "") -> None:
        """These and no others, but for a pin's."""
        if self.service.pin is None:
            names = tuple(each for each in names if each != alerts.PIN_EXPIRED)
        else:
            names = (*names, alerts.PINNED)
        if self.service.pushgateway is None:
            names = tuple(each for each in names if each not in REPORTED)
        self.at[now] = [Firing(each, self.service, value) for each in names]

    def series(self, every: int, down: range) -> Series:
        until = max(self.at)
        found = scraped(self.runs, until, every=every, down=down)
        if self.service.pushgateway is None:
            return found
        return {**found, **reported(self.reports, until, every=every)}

    def is_true(self, directory: Path, *, every: int = MINUTE, down: range = range(0)) -> None:
        prometheus = Prometheus(directory, self.service)
        prometheus.check()
        prometheus.play(self.series(every, down), self.at, step=every, evaluate=every)


REPORTED = (alerts.VERSION_BEHIND, alerts.VERSION_AHEAD, alerts.REPORT_MISSING)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("name", SERVICES)
def test_every_alert_fires_stays_and_ends(name: str, variant: str, tmp_path: Path) -> None:
    service = changed(SERVICES[name], variant)
    told = Story(service)
    missing, running = rounded(service.alerts.missing_for), rounded(service.alerts.running_for)
    gone = rounded(service.limits.ttl) + 10 * MINUTE

    # Nothing ran yet.
    told.fires(missing - 2 * MINUTE)
    told.fires(missing + MINUTE, alerts.MISSING)
    told.fires(missing + 9 * MINUTE, alerts.MISSING)
    now = told.run(missing + 10 * MINUTE)
    told.fires(now)

    # A run takes too long, and fails.
    start = now + gone
    told.fires(start)
    told.fires(start + running + MINUTE, alerts.RUNNING_TOO_LONG, value=humanized(running + MINUTE))
    now = told.run(start, running + 2 * MINUTE, succeeds=False, found=OLDER)
    told.fires(now, alerts.FAILED)
    for later in (gone + missing, 2 * gone + missing):
        told.fires(now + later, alerts.FAILED, alerts.VERSION_BEHIND, value=str(service.version + OLDER))
    now = told.run(now + 2 * gone + missing + MINUTE)
    told.fires(now)

    # kube-state-metrics is gone for half an hour.
    down = range(now + gone, now + gone + 30 * MINUTE, MINUTE)
    told.fires(down.start + 20 * MINUTE, alerts.METRICS_MISSING)
    told.fires(down.stop - MINUTE, alerts.METRICS_MISSING)
    told.fires(down.stop + MINUTE)

    # Somebody's database is ahead.
    now = told.run(down.stop + gone, found=NEWER)
    told.fires(now)
    for later in (missing, missing + gone):
        told.fires(now + later, alerts.VERSION_AHEAD, value=str(service.version + NEWER))
    now = told.run(now + missing + gone + MINUTE)
    told.fires(now)

    # A run reports nothing.
    now = told.run(now + gone, reports=False)
    told.fires(now)
    told.fires(now + 16 * MINUTE, alerts.REPORT_MISSING)
    told.fires(now + 16 * MINUTE + gone, alerts.REPORT_MISSING)
    now = told.run(now + 17 * MINUTE + gone)
    told.fires(now)
    assert now < DAY
    told.is_true(tmp_path, down=down)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("name", SERVICES)
def test_what_has_a_date_fires_from_that_day_on_and_ends_with_a_new_one(
    name: str, variant: str, tmp_path: Path
) -> None:
    told = Story(changed(SERVICES[name], variant))
    told.run(0, gone=4 * DAY)
    told.fires(DAY)
    told.fires(DAY + HOUR, alerts.ROTATION_OVERDUE, alerts.PIN_EXPIRED)
    told.fires(3 * DAY, alerts.ROTATION_OVERDUE, alerts.PIN_EXPIRED)
    told.is_true(tmp_path, every=HOUR)

    secret = dataclasses.replace(told.service.database.secret, rotation=model.Rotation(1, date(1970, 1, 3)))
    database = dataclasses.replace(told.service.database, secret=secret)
    told = Story(dataclasses.replace(told.service, database=database, pin=None))
    told.run(0, gone=4 * DAY)
    told.fires(3 * DAY)
    told.is_true(tmp_path, every=HOUR)
