"""The rules in promtool: what kube-state-metrics and a Pushgateway expose of Jobs, rule files, and promtool."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from generator import conventions, model, monitoring
from generator.monitoring import alerts, pushed
from tests.support import promtool

Series = Mapping[str, Mapping[int, float]]
"""The values of each series by the second at which they are scraped."""


@dataclass(frozen=True)
class Run:
    """One Job. Times are seconds; it is deleted at `gone`, by default its TTL after its end.

    The next Job of its name replaces it in any case, as Argo CD's BeforeHookCreation does.
    """

    service: model.Service
    start: int
    end: int | None = None
    succeeds: bool = True
    gone: int | None = None

    @property
    def job(self) -> tuple[str, str]:
        return self.service.namespace, self.service.job

    @property
    def deleted(self) -> float:
        if self.gone is not None:
            return self.gone
        return float("inf") if self.end is None else self.end + self.service.limits.ttl

    def expose(self, now: int) -> Iterator[tuple[str, dict[str, str], float]]:
        """What kube-state-metrics says of the Job and of its pod."""
        job = {"namespace": self.service.namespace, "job_name": self.service.job}
        ended = self.end is not None and now >= self.end
        yield "kube_job_info", job, 1
        yield "kube_job_created", job, self.start
        yield "kube_job_status_start_time", job, self.start
        yield "kube_job_status_active", job, 0 if ended else 1
        if self.end is not None and ended:
            metric = "kube_job_complete" if self.succeeds else "kube_job_failed"
            for condition, value in (("true", 1), ("false", 0), ("unknown", 0)):
                yield metric, {**job, "condition": condition}, value
            if self.succeeds:
                yield "kube_job_status_completion_time", job, self.end
        pod = {"namespace": self.service.namespace, "pod": f"{self.service.job[:58]}-{self.start:05}"}
        yield "kube_pod_info", pod, 1
        yield "kube_pod_created", pod, self.start
        yield "kube_pod_owner", {**pod, "owner_kind": "Job", "owner_name": self.service.job}, 1
        container = conventions.container(self.service.version)
        yield "kube_pod_container_info", {**pod, "container": container, "image": "goose"}, 1
        phase = "Running" if not ended else "Succeeded" if self.succeeds else "Failed"
        for each in ("Pending", "Running", "Succeeded", "Failed", "Unknown"):
            yield "kube_pod_status_phase", {**pod, "phase": each}, 1 if each == phase else 0


def scraped(
    runs: Iterable[Run],
    until: int,
    *,
    every: int = 30,
    offset: int = 0,
    down: Container[int] = (),
    instance: str = "10.0.0.1:8080",
    without: str = "no metric",
) -> dict[str, dict[int, float]]:
    """All series of one kube-state-metrics, scraped at `offset`, `offset + every`, … but not at `down`.

    Series whose name starts with `without` are dropped.
    """
    played = tuple(runs)
    starts = [(*run.job, run.start) for run in played]
    series: dict[str, dict[int, float]] = {}
    for now in range(offset, until + 1, every):
        if now in down:
            continue
        samples = [
            ("kube_namespace_created", {"namespace": each}, 1.0)
            for each in {run.service.namespace for run in played} or {"auth"}
        ]
        for run in played:
            next_one = min(
                (start for *job, start in starts if tuple(job) == run.job and start > run.start),
                default=now + 1,
            )
            if run.start <= now < min(run.deleted, next_one):
                samples += run.expose(now)
        for metric, labels, value in samples:
            if not metric.startswith(without):
                series.setdefault(_name(metric, {**labels, "instance": instance, "job": "ksm"}), {})[now] = (
                    value
                )
    return series


@dataclass(frozen=True)
class Report:
    """What report.sh pushes when an attempt of goose ends; `found` is the version that it then finds, if any."""

    service: model.Service
    start: int
    end: int
    failed: bool = False
    found: int | None = None

    def expose(self) -> Iterator[tuple[str, dict[str, str], float]]:
        group = {"job": conventions.PUSH_JOB, **pushed.identity(self.service)}
        target = {**group, "version": str(self.service.version)}
        yield pushed.RUN_START, target, self.start
        yield pushed.RUN_DURATION, target, self.end - self.start
        yield pushed.RUN_FAILED, target, int(self.failed)
        if self.found is not None:
            yield pushed.DATABASE_VERSION, {**group, "version": str(self.found)}, self.found


def reported(
    reports: Iterable[Report],
    until: int,
    *,
    every: int = 30,
    down: Container[int] = (),
    wiped: int | None = None,
) -> dict[str, dict[int, float]]:
    """All series of one Pushgateway, scraped with `honorLabels`. At `wiped` it is started anew, without its file.

    A push replaces what its group has under the same names, and the rest stays, for ever.
    """
    ordered = sorted(reports, key=lambda each: each.end)
    series: dict[str, dict[int, float]] = {}
    for now in range(0, until + 1, every):
        held: dict[tuple[str, str, str], tuple[str, float]] = {}
        for report in ordered:
            if report.end <= now and (wiped is None or report.end >= wiped or now < wiped):
                for metric, labels, value in report.expose():
                    key = (report.service.namespace, report.service.name, metric)
                    held[key] = (_name(metric, labels), value)
        if now not in down:
            for name, value in held.values():
                series.setdefault(name, {})[now] = value
    return series


def _name(metric: str, labels: Mapping[str, str]) -> str:
    return f"{metric}{{{','.join(f'{name}={json.dumps(value)}' for name, value in labels.items())}}}"


def _values(samples: Mapping[int, float], step: int, until: int) -> str:
    """promtool's notation; a series that a scrape no longer finds is marked stale, as Prometheus does."""
    written = []
    for now in range(0, until + 1, step):
        if now in samples:
            written.append(f"{samples[now]:g}" if samples[now] < 1e6 else f"{samples[now]:.0f}")
        # A sample of a slower scrape is held up by Prometheus' look-back, so only a real end is marked.
        elif now - step in samples:
            written.append("stale")
        else:
            written.append("_")
    return " ".join(written)


@dataclass(frozen=True)
class Firing:
    alert: str
    service: model.Service
    value: str = ""
    """What `{{ $value | humanizeDuration }}` becomes, or `{{ $labels.version }}`."""

    def expected(self) -> dict[str, dict[str, str]]:
        rules = [rule for group in monitoring.groups(self.service) for rule in group.rules]
        rule = next(rule for rule in rules if rule.alert == self.alert)
        return {
            "exp_labels": {name: self._shown(text) for name, text in rule.labels.items() if text},
            "exp_annotations": {name: self._shown(text) for name, text in rule.annotations.items()},
        }

    def _shown(self, text: str) -> str:
        for action in ("{{ $value | humanizeDuration }}", "{{ $labels.version }}"):
            text = text.replace(action, self.value)
        return text.replace('{{"{"}}', "{")


class Prometheus:
    """Rule files of some services and promtool to try them."""

    def __init__(self, directory: Path, *services: model.Service) -> None:
        self.directory = directory
        self.services = services
        self.files = []
        for number, service in enumerate(services):
            found = monitoring.groups(service)
            assert monitoring.problems(found) == []
            file = directory / f"rules-{number}.yaml"
            file.write_text(_json(monitoring.document(found)), encoding="utf-8")
            self.files.append(file.name)

    def check(self) -> list[str]:
        """What promtool says of each rule file."""
        answers = [promtool.check(self.directory / file) for file in self.files]
        assert [each.stdout for each in answers if each.returncode != 0] == []
        return [each.stdout for each in answers]

    def play(
        self,
        series: Series,
        at: Mapping[int, Sequence[Firing]],
        samples: Mapping[int, Mapping[str, float]] | None = None,
        *,
        step: int = 30,
        evaluate: int = 30,
    ) -> None:
        """At each second of `at` exactly these alerts fire, at each of `samples` the metrics have these
        values.

        A metric is written with its labels, `{"migration_version{…}": 1}`; all series of its name count.
        """
        until = max([*at, *(samples or {}), *(each for held in series.values() for each in held)])
        self._test(
            {
                "rule_files": self.files,
                "evaluation_interval": f"{evaluate}s",
                "tests": [
                    {
                        "interval": f"{step}s",
                        "input_series": [
                            {"series": name, "values": _values(held, step, until)}
                            for name, held in series.items()
                        ],
                        "alert_rule_test": [
                            {
                                "alertname": alert,
                                "eval_time": f"{now}s",
                                "exp_alerts": [each.expected() for each in firing if each.alert == alert],
                            }
                            for now, firing in at.items()
                            for alert in alerts.NAMES
                        ],
                        "promql_expr_test": _expressions(samples or {}),
                    }
                ],
            }
        )

    def _test(self, content: Mapping[str, object]) -> None:
        file = self.directory / "test.yaml"
        file.write_text(_json(content), encoding="utf-8")
        answer = promtool.test(file)
        assert answer.returncode == 0, answer.stdout


def _json(content: object) -> str:
    """JSON is YAML, but for the surrogate pairs of its ASCII form."""
    return json.dumps(content, ensure_ascii=False)


def _expressions(samples: Mapping[int, Mapping[str, float]]) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for now, values in samples.items():
        for metric in {name.partition("{")[0] for name in values}:
            same = {name: value for name, value in values.items() if name.partition("{")[0] == metric}
            listed = [{"labels": name, "value": value} for name, value in same.items() if "{" in name]
            found.append({"expr": metric, "eval_time": f"{now}s", "exp_samples": listed})
    return found


def recorded(metric: str, service: model.Service, **more: str) -> str:
    return _name(metric, {"namespace": service.namespace, "service": service.name, **more})
