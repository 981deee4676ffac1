"""The alerts for real: the generated Job runs goose on PostgreSQL, its script reports to a Pushgateway, Prometheus
evaluates the generated rules, and Alertmanager sends what fires to the service's callback, and what is over.

Each service plays a story of its own. All of them are played at once, for they mostly wait.
"""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from generator import check
from generator.monitoring import alerts
from tests.support import debian, observability, pod, postgres, projects, routing, stories
from tests.support.observability import OVERALL, Bed
from tests.support.stories import Commit, Pending, Story

FIRST, SECOND = 20260117000001, 20260117000002
PUSHGATEWAY = "http://pushgateway.monitoring.svc:9091"
GRACE_S = 30
CREATE = projects.migration("CREATE TABLE users (id bigint PRIMARY KEY);", "DROP TABLE users;")
ALTER = projects.migration("ALTER TABLE users ADD COLUMN name text;", "ALTER TABLE users DROP COLUMN name;")
WRONG = projects.migration("ALTER TABLE nowhere ADD COLUMN name text;", "SELECT 1;")
SLEEP = projects.migration("SELECT pg_sleep(600);")

REPORTING = f"metrics:\n  pushgateway: {PUSHGATEWAY}\n"
# Short, for it is waited for.
IMPATIENT = "alerts: {thresholds: {running: 2s}}\n"
PIN = (
    f"pin: {{version: {FIRST}, from: {SECOND}, reason: 'the name breaks the login {{{{ .Labels }}}}',"
    f" expires: 2020-01-01, acceptDataLoss: [{SECOND}]}}\n"
)


def overdue(last: object) -> str:
    return f"    rotation: {{period: 90d, last: {last}}}\n"


# What stands under each service, beside its database and its callback.
SERVICES = {
    "sql-error": REPORTING,
    "unreachable": REPORTING,
    "deadline": REPORTING + IMPATIENT,
    "killed": REPORTING,
    "image-pull": REPORTING + IMPATIENT,
    "skipped": REPORTING,
    "ahead": REPORTING,
    "pinned": REPORTING,
    "unwatched": "",
    "rotation": "",
}
# In the namespace of sql-error, and nobody hears of it.
SILENT = "silent"
HEAD = """\
version: 1
security:
  allowedDomains: [hooks.example.com, runbooks.example.com]
defaults:
  runner:
    image: registry.example.com/platform/goose:3.27.3
  alerts:
    runbookBaseUrl: https://runbooks.example.com/out
services:
"""


def commit(root: Path, second: Mapping[str, str], more: Mapping[str, str]) -> Commit:
    """The next state of the project: every service has the first migration, and the second one if it is given."""
    text = [HEAD]
    for name, settings in {**SERVICES, SILENT: ""}.items():
        namespace = name if name != SILENT else "sql-error"
        written = f"namespace: {namespace}\ndatabase:\n  secret:\n    name: {name}-db\n    key: url\n"
        callback = f"callbackUrls: ['https://hooks.example.com/{name}']\n" if name != SILENT else ""
        extra = more.get(name, "")
        # A rotation continues the Secret.
        lines = [*written.splitlines(), *extra.splitlines(), *callback.splitlines(), *settings.splitlines()]
        text += [f"  {name}:\n", *(f"    {line}\n" for line in lines)]
        directory = root / "migrations" / name
        directory.mkdir(parents=True, exist_ok=True)
        (directory / f"{FIRST}_users.sql").write_text(CREATE, encoding="utf-8")
        if name in second:
            (directory / f"{SECOND}_names.sql").write_text(second[name], encoding="utf-8")
    (root / "services.yaml").write_text("".join(text), encoding="utf-8")
    out = projects.build(root)
    project = check.check(root / "services.yaml").project
    assert project is not None
    return Commit(
        {each.name: each for each in project.services},
        {each.name: pod.manifests(out / each.name) for each in project.services},
    )


@pytest.fixture(scope="module")
def commits(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Commit]:
    root = tmp_path_factory.mktemp("commits")
    good = dict.fromkeys((*SERVICES, SILENT), ALTER)
    wrong = {**good, "sql-error": WRONG, "deadline": SLEEP, "killed": SLEEP}
    old, new = {"rotation": overdue("2020-01-01")}, {"rotation": overdue(datetime.now(UTC).date())}
    return {
        "first": commit(root, {}, old),
        "wrong": commit(root, wrong, old),
        "good": commit(root, good, new),
        "pinned": commit(root, good, {**new, "pinned": PIN}),
    }


@pytest.fixture(scope="module")
def bed(tmp_path_factory: pytest.TempPathFactory, commits: dict[str, Commit]) -> Iterator[Bed]:
    configs = [commits["first"].one(name, "AlertmanagerConfig") for name in SERVICES]
    with observability.bed(tmp_path_factory.mktemp("bed"), SERVICES, configs) as running:
        yield running


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stories.image(tmp_path_factory.mktemp("bin"))


def sql_error(story: Story) -> None:
    story.deploy("first")
    assert story.run() == 0
    story.fires()
    story.deploy("wrong")
    assert story.run() == 1
    story.fires(alerts.FAILED, alerts.MISSING, alerts.VERSION_BEHIND)
    assert story.reported()["migration_run_failed"] == 1
    assert story.reported()["migration_database_version"] == FIRST
    # The Job's deletion ends nothing.
    story.bed.cluster.hide("sql-error")
    story.fires(alerts.FAILED, alerts.MISSING, alerts.VERSION_BEHIND, alerts.METRICS_MISSING)
    story.bed.cluster.add("sql-error")
    story.deploy("good")
    assert story.run() == 0
    story.fires()
    assert story.reported()["migration_run_failed"] == 0
    assert story.reported()["migration_database_version"] == SECOND


def unreachable(story: Story) -> None:
    """Nobody could say which version the database has."""
    story.deploy("good")
    nowhere = dataclasses.replace(story.database, port=1)
    assert story.run(nowhere.dsn) == 1
    story.fires(alerts.FAILED, alerts.MISSING)
    assert story.reported()["migration_run_failed"] == 1
    assert "migration_database_version" not in story.reported()
    assert story.run() == 0
    story.fires()


def deadline(story: Story) -> None:
    """The Job controller deletes the pod: TERM, and KILL if that does not help in time."""
    story.deploy("first")
    assert story.run() == 0
    story.fires()
    story.deploy("wrong")
    run = story.begin()
    (container,) = story.containers()
    with pod.running(container) as process:
        story.asleep()
        story.fires(alerts.RUNNING_TOO_LONG, alerts.MISSING, alerts.VERSION_BEHIND)
        process.terminate()
        code = process.wait(timeout=GRACE_S)
    assert code == 128 + signal.SIGTERM
    story.finish(run, succeeds=False)
    story.fires(alerts.FAILED, alerts.MISSING, alerts.VERSION_BEHIND)
    assert story.reported()["migration_run_failed"] == 1
    assert story.reported()["migration_run_duration_seconds"] >= 2
    story.deploy("good")
    assert story.run() == 0
    story.fires()


def killed(story: Story) -> None:
    """Out of memory, or a grace period that was too short: nobody is left to report."""
    story.deploy("wrong")
    run = story.begin()
    (container,) = story.containers()
    with pod.running(container) as process:
        story.asleep()
        os.killpg(process.pid, signal.SIGKILL)
        assert process.wait(timeout=GRACE_S) == -signal.SIGKILL
    story.finish(run, succeeds=False)
    story.fires(alerts.FAILED, alerts.MISSING, alerts.REPORT_MISSING)
    assert story.reported() == {}
    story.deploy("good")
    assert story.run() == 0
    story.fires()


def image_pull(story: Story) -> None:
    story.deploy("good")
    run = story.begin(Pending)
    story.fires(alerts.RUNNING_TOO_LONG, alerts.MISSING)
    story.finish(run, succeeds=False)
    story.fires(alerts.FAILED, alerts.MISSING, alerts.REPORT_MISSING)
    assert story.reported() == {}
    assert story.run() == 0
    story.fires()


def skipped(story: Story) -> None:
    """Argo CD applies the commit and skips its hooks: nothing fails, and nothing runs."""
    story.deploy("first")
    assert story.run() == 0
    story.fires()
    story.deploy("good")
    story.fires(alerts.MISSING, alerts.VERSION_BEHIND)
    assert story.run() == 0
    story.fires()


def ahead(story: Story) -> None:
    """A commit is reverted: goose finds nothing to do, and all is well but for the database."""
    story.deploy("good")
    assert story.run() == 0
    story.fires()
    story.deploy("first")
    assert story.run() == 0
    story.fires(alerts.VERSION_AHEAD)
    story.deploy("good")
    assert story.run() == 0
    story.fires()


def pinned(story: Story) -> None:
    story.deploy("good")
    assert story.run() == 0
    story.fires()
    story.deploy("pinned")
    story.fires(alerts.PINNED, alerts.PIN_EXPIRED, alerts.MISSING, alerts.VERSION_AHEAD)
    assert story.run() == 0
    story.fires(alerts.PINNED, alerts.PIN_EXPIRED)
    assert story.reported()["migration_database_version"] == FIRST
    story.deploy("good")
    story.fires(alerts.MISSING, alerts.VERSION_BEHIND)
    assert story.run() == 0
    story.fires()


def unwatched(story: Story) -> None:
    """Without a Pushgateway, and for a while without kube-state-metrics."""
    story.deploy("first")
    assert story.run() == 0
    story.fires()
    story.bed.cluster.hide(story.name)
    story.fires(alerts.METRICS_MISSING)
    story.bed.cluster.add(story.name)
    story.fires()


def rotation(story: Story) -> None:
    story.deploy("first")
    assert story.run() == 0
    story.fires(alerts.ROTATION_OVERDUE)
    story.deploy("good")
    assert story.run() == 0
    story.fires()


STORIES: Mapping[str, Callable[[Story], None]] = {
    "sql-error": sql_error,
    "unreachable": unreachable,
    "deadline": deadline,
    "killed": killed,
    "image-pull": image_pull,
    "skipped": skipped,
    "ahead": ahead,
    "pinned": pinned,
    "unwatched": unwatched,
    "rotation": rotation,
}
# Not gen's: of the same service, or of the same name in another namespace.
FOREIGN = {
    "spec": {
        "groups": [
            {
                "name": "foreign",
                "interval": "30s",
                "rules": [
                    {
                        "alert": "HighLatency",
                        "expr": "vector(1)",
                        "labels": {"namespace": "sql-error", "service": "sql-error"},
                    },
                    {
                        "alert": alerts.FAILED,
                        "expr": "vector(1)",
                        "labels": {"namespace": "elsewhere", "service": "sql-error"},
                    },
                ],
            }
        ]
    }
}


ROOT_ONLY = {"route": {"receiver": "nobody"}, "receivers": [{"name": "nobody"}]}


class Routes:
    """A configuration that Alertmanager takes, and its answer to where an alert goes."""

    def __init__(self, file: Path, overall: Mapping[str, Any], configs: Iterable[pod.Manifest]) -> None:
        self.file = file
        file.write_text(routing.configuration(json.dumps(overall), configs), encoding="utf-8")
        assert "SUCCESS" in self._ask("check-config", str(file))

    def to(self, **labels: str) -> list[str]:
        alert = [f"{name}={value}" for name, value in labels.items()]
        return self._ask("config", "routes", "test", f"--config.file={self.file}", *alert).strip().split(",")

    def _ask(self, *arguments: str) -> str:
        command = [str(debian.path("amtool")), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_the_operator_makes_routes_that_alertmanager_takes(
    commits: dict[str, Commit], tmp_path: Path
) -> None:
    """With nothing changed: the times and the addresses are those that gen wrote.

    Alertmanager gives an alert to its root's own receiver only if no other route took it (dispatch.Route.Match): who
    pages from there needs a route that takes all.
    """
    configs = [commits["first"].one(name, "AlertmanagerConfig") for name in SERVICES]
    own = {"namespace": "skipped", "service": "skipped"}
    root_only = Routes(tmp_path / "root.yml", ROOT_ONLY, configs)
    for_all = Routes(tmp_path / "all.yml", observability.overall("https://hooks.example.com"), configs)
    for name in alerts.NAMES:
        assert root_only.to(alertname=name, **own) == ["skipped/skipped-migration/callbacks"]
        assert for_all.to(alertname=name, **own) == ["skipped/skipped-migration/callbacks", "overall"]
    for other in ({"namespace": "ahead"}, {"service": "ahead"}, {"alertname": "HighLatency"}):
        labels = {"alertname": alerts.FAILED, **own, **other}
        assert root_only.to(**labels) == ["nobody"]
        assert for_all.to(**labels) == ["overall"]


def test_the_operator_rejects_what_it_would_reject(commits: dict[str, Commit]) -> None:
    """A receiver that does not exist, and a field that the operator does not know."""
    good = commits["first"].one("skipped", "AlertmanagerConfig")
    for spec, said in (
        ({**good["spec"], "receivers": []}, "callbacks"),
        ({**good["spec"], "receiver": []}, "unknown field"),
    ):
        with pytest.raises(routing.RoutingError, match=said):
            routing.configuration(json.dumps(ROOT_ONLY), [{**good, "spec": spec}])


def test_each_alert_reaches_the_callback_of_its_service_and_is_over_when_it_should_be(
    bed: Bed,
    commits: dict[str, Commit],
    image: Path,
    postgres_server: postgres.Server,
    tmp_path: Path,
    subtests: pytest.Subtests,
) -> None:
    bed.watch("foreign", FOREIGN)
    bed.watch(SILENT, commits["good"].one(SILENT, "PrometheusRule"))

    def play(name: str) -> None:
        with postgres_server.database() as database:
            STORIES[name](Story(name, bed, commits, database, image, tmp_path / name))

    with ThreadPoolExecutor(len(STORIES)) as players:
        played = {name: players.submit(play, name) for name in STORIES}
    for name, ended in played.items():
        with subtests.test(story=name):
            ended.result()

    with subtests.test("every alert was seen to fire and to end"):
        seen = {
            (notice.alert, notice.status) for name in STORIES for notice in bed.receiver.notices(f"/{name}")
        }
        assert seen == {(name, status) for name in alerts.NAMES for status in ("firing", "resolved")}
    with subtests.test("nobody hears of another service's"):
        for name in STORIES:
            for notice in bed.receiver.notices(f"/{name}"):
                assert (notice.labels["namespace"], notice.labels["service"]) == (name, name)
    with subtests.test("what is not for a callback goes its own way"):
        others = {
            (notice.alert, notice.labels["namespace"], notice.labels["service"])
            for notice in bed.receiver.notices(OVERALL)
        }
        assert {
            ("HighLatency", "sql-error", "sql-error"),
            (alerts.FAILED, "elsewhere", "sql-error"),
            (alerts.MISSING, "sql-error", SILENT),
            # The callback does not keep it for itself.
            (alerts.FAILED, "sql-error", "sql-error"),
        } <= others
    with subtests.test("each says what to do"):
        for name in STORIES:
            for notice in bed.receiver.notices(f"/{name}"):
                assert notice.labels["severity"] in ("critical", "warning", "info")
                assert notice.annotations["summary"]
                assert notice.annotations["description"]
                page = f"https://runbooks.example.com/out/{name}/RUNBOOK.md#{notice.alert.lower()}"
                assert notice.annotations["runbook_url"] == page
