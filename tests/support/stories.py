"""A service of a cluster that is played: its Jobs run for real, and what is told of them is what would be told.

A `Story` deploys commits and starts Jobs as Argo CD and Kubernetes would, and waits for what a callback hears.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from generator import model
from generator.monitoring import alerts, records
from tests.support import debian, pod, postgres
from tests.support.observability import Bed
from tests.support.prometheus import Run


@dataclass(frozen=True)
class Commit:
    """A project and what gen made of it: the services, and the objects of each."""

    services: Mapping[str, model.Service]
    objects: Mapping[str, list[pod.Manifest]]

    def one(self, service: str, kind: str) -> pod.Manifest:
        (found,) = [each for each in self.objects[service] if each["kind"] == kind]
        return found


def image(directory: Path) -> Path:
    """The programs of the image: busybox's shell and its applets, and nothing of this machine."""
    for name in ("sh", "date", "sleep", "wget", "kill"):
        (directory / name).symlink_to(debian.path("busybox"))
    return directory


class Pending(Run):
    """A run whose pod never gets its image."""

    def expose(self, now: int) -> Iterator[tuple[str, dict[str, str], float]]:
        for name, labels, value in super().expose(now):
            if name == "kube_pod_status_phase":
                yield name, labels, float(labels["phase"] == "Pending")
            else:
                yield name, labels, value
        waiting = {"namespace": self.service.namespace, "pod": f"{self.service.job}-{self.start:05}"}
        yield "kube_pod_container_status_waiting_reason", {**waiting, "reason": "ImagePullBackOff"}, 1


@dataclass
class Story:
    """One service with a database of its own, and what happens to it."""

    name: str
    bed: Bed
    commits: Mapping[str, Commit]
    database: postgres.Database
    image: Path
    root: Path
    deployed: str = ""
    last_start: int = 0
    pods: int = 0
    memory: str = ""

    @property
    def service(self) -> model.Service:
        return self.commits[self.deployed].services[self.name]

    def deploy(self, commit: str) -> None:
        """Argo CD applies the tracked objects: Prometheus gets the rules."""
        self.deployed = commit
        self.bed.watch(self.name, self.commits[commit].one(self.name, "PrometheusRule"))

    def begin(self, kind: type[Run] = Run) -> Run:
        """The next Job starts: runs are told apart by the second."""
        while int(time.time()) <= self.last_start:
            time.sleep(0.05)
        self.last_start, self.memory = int(time.time()), ""
        run = kind(self.service, self.last_start)
        self.bed.cluster.show(run)
        return run

    def containers(self, dsn: str | None = None) -> list[pod.Container]:
        """As the image has it: its shell, its PATH. The Pushgateway is the one that runs here."""
        self.pods += 1
        objects = self.commits[self.deployed].objects[self.name]
        secret = {"url": dsn or self.database.dsn}
        found = pod.steps(objects, self.name, secret, self.root / f"pod-{self.pods}")
        return [self._here(each) for each in found]

    def _here(self, container: pod.Container) -> pod.Container:
        command = [str(self.image / "sh") if each == "/bin/sh" else each for each in container.command]
        here = f"http://{self.bed.pushgateway}"
        environment = {
            name: text.replace(self.service.pushgateway or here, here)
            for name, text in container.environment.items()
        }
        return dataclasses.replace(
            container, command=command, environment={"PATH": str(self.image), **environment}
        )

    def run(self, dsn: str | None = None) -> int:
        """The Job from its start to its end; the answer is the exit code of its last container."""
        run = self.begin()
        code = 0
        for each in self.containers(dsn):
            with pod.running(each) as process:
                code = process.wait(timeout=120)
            if code != 0:
                break
        self.finish(run, succeeds=code == 0)
        return code

    def finish(self, run: Run, succeeds: bool) -> None:
        """`memory` is where the rules remember such a run."""
        self.memory = records.SUCCEEDED_RUN if succeeds else records.FAILED_RUN
        self.bed.cluster.show(dataclasses.replace(run, end=int(time.time()), succeeds=succeeds))

    def fires(self, *wanted: str) -> None:
        """Waits until the newest run was seen, and until the callback has been told that exactly these alerts fire
        and that any other is over. None is about to fire either."""
        path = f"/{self.name}"

        def firing() -> set[str]:
            return {name for name, states in self.bed.receiver.states(path).items() if "firing" in states}

        def settled() -> bool:
            expected = dict.fromkeys(wanted, "firing")
            return self.seen() and self.active() == expected and firing() == set(wanted)

        def shown() -> object:
            return {
                "seen": self.seen(),
                "last start": self.last_start,
                "remembered": self.remembered() if self.memory else [],
                "callback": self.bed.receiver.states(path),
                "prometheus": self.active(),
                "migration_run_failed": self.bed.value(f'migration_run_failed{{service="{self.name}"}}'),
            }

        self.bed.until(settled, f"{self.name}: {sorted(wanted)}", shown)

    def active(self) -> dict[str, str]:
        """The service's own alerts, as Prometheus has them."""
        everything = self.bed.active(namespace=self.name, service=self.name)
        return {name: state for name, state in everything.items() if name in alerts.NAMES}

    def seen(self) -> bool:
        """Whether the rules know how the newest run ended. Where its report was scraped before its Job, they go by the
        clock of the report, which begins later; those of older runs are all before this one."""
        return not self.memory or [each >= self.last_start for each in self.remembered()] == [True]

    def remembered(self) -> list[float]:
        return [value for _, value in self.bed.value(f'{self.memory}{{service="{self.name}"}}')]

    def asleep(self) -> None:
        """Waits until goose is in the middle of the migration that never ends."""
        sql = (
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND query LIKE '%pg_sleep(600)%'"
            " AND state = 'active' AND pid <> pg_backend_pid();"
        )
        self.bed.until(
            lambda: self.database.query(sql) == [("1",)], "goose sleeps", lambda: self.database.query(sql)
        )

    def reported(self) -> dict[str, float]:
        """What the Pushgateway has of this service, by metric."""
        series = self.bed.value(f'{{job="migration",service="{self.name}",__name__=~"migration_.*"}}')
        return {labels["__name__"]: value for labels, value in series}
