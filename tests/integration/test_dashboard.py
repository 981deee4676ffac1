"""Every query of the dashboards on a real Prometheus with the generated rules, and the real command."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from generator import model
from generator.monitoring import pushed
from tests.support import debian, forked, models, programs, projects, prometheus

SCHEMAS = programs.ROOT / "schemas"
SERVICES = """\
database:
  secret:
    name: auth-database
    key: dsn
runner:
  podLabels:
    team: auth
"""
PROJECT = """\
version: 1
defaults:
  runner:
    image: registry.example.com/platform/goose:3.27.3
  dashboard:
    labels:
      grafana_dashboard: "1"
      team: platform
    folder: Databases
services:
  auth-service:
    namespace: auth
    database: {secret: {name: auth-database, key: dsn}}
    metrics: {pushgateway: "http://pushgateway.monitoring.svc:9091"}
    pin: {version: 20260101000001, from: 20260101000002, acceptDataLoss: [20260101000002],
      reason: "it breaks ${datasource}"}
    dashboard:
      labels: {app.kubernetes.io/part-of: somebody-else, own: label}
  billing-service:
    namespace: billing
    database: {secret: {name: billing-database, key: dsn}}
  silent-service:
    namespace: billing
    database: {secret: {name: silent-database, key: dsn}}
    dashboard: {enabled: false}
"""


def load(path: Path) -> Any:
    return YAML(typ="safe").load(path)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("project")
    (root / "services.yaml").write_text(PROJECT, encoding="utf-8")
    for service in ("auth-service", "billing-service", "silent-service"):
        directory = root / "migrations" / service
        directory.mkdir(parents=True)
        for number in (1, 2):
            text = projects.migration(f"CREATE TABLE t{number} (id bigint);", f"DROP TABLE t{number};")
            (directory / f"2026010100000{number}_t{number}.sql").write_text(text, encoding="utf-8")
    projects.build(root)
    return root


def config_map(root: Path, service: str) -> Any:
    return load(root / "out" / service / "dashboard.yaml")


def of_service(root: Path, service: str) -> Any:
    (text,) = config_map(root, service)["data"].values()
    return json.loads(text)


@pytest.fixture(scope="module")
def printed(project: Path) -> str:
    said = forked.gen("dashboard", cwd=project)
    assert said.returncode == 0, said.stderr
    return said.stdout


@pytest.fixture(scope="module")
def overview(printed: str) -> Any:
    (text,) = YAML(typ="safe").load(printed)["data"].values()
    return json.loads(text)


def test_a_service_has_its_config_map_where_the_sidecar_looks(project: Path) -> None:
    found = config_map(project, "auth-service")
    assert found["metadata"]["name"] == "auth-service-migration-dashboard"
    assert found["metadata"]["namespace"] == "auth"
    assert found["metadata"]["annotations"] == {"grafana_folder": "Databases"}
    assert list(found["data"]) == ["auth-service.auth.migrations.json"]
    labels = found["metadata"]["labels"]
    assert labels["grafana_dashboard"] == "1"
    assert labels["own"] == "label"
    assert labels["app.kubernetes.io/part-of"] == "auth-service"


def test_a_service_that_wants_none_has_none(project: Path) -> None:
    assert not (project / "out" / "silent-service" / "dashboard.yaml").exists()


def test_the_overview_has_what_all_services_agree_on(printed: str) -> None:
    found = YAML(typ="safe").load(printed)
    assert found["metadata"] == {
        "name": "migrations-dashboard",
        "namespace": "monitoring",
        "annotations": {"grafana_folder": "Databases"},
        "labels": {
            "app.kubernetes.io/component": "migration",
            "app.kubernetes.io/managed-by": "gen",
            "grafana_dashboard": "1",
            "team": "platform",
        },
    }
    assert list(found["data"]) == ["migrations-dashboard.monitoring.migrations-overview.json"]


def test_kubeconform_takes_both(project: Path, printed: str, tmp_path: Path) -> None:
    file = tmp_path / "overview.yaml"
    file.write_text(printed, encoding="utf-8")
    location = (
        f"{SCHEMAS}/{{{{ .NormalizedKubernetesVersion }}}}-standalone-strict/"
        "{{ .ResourceKind }}-{{ .ResourceAPIVersion }}.json"
    )
    for version in ("1.33.0", "1.37.0"):
        said = subprocess.run(
            [
                *(str(programs.path("kubeconform")), "-strict", "-kubernetes-version", version),
                *("-schema-location", location, str(file)),
                str(project / "out" / "auth-service" / "dashboard.yaml"),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        assert said.returncode == 0, said.stdout + said.stderr


def test_the_command_in_json_and_with_other_names(project: Path, overview: Any) -> None:
    said = forked.gen(
        "dashboard", "--namespace", "grafana", "--name", "mine", "--format", "json", cwd=project
    )
    answer = json.loads(said.stdout)
    assert answer["services"] == ["auth-service", "billing-service", "silent-service"]
    written = YAML(typ="safe").load(answer["manifests"])
    assert (written["metadata"]["namespace"], written["metadata"]["name"]) == ("grafana", "mine")
    (text,) = written["data"].values()
    assert json.loads(text)["uid"] != overview["uid"]


@pytest.mark.parametrize("arguments", [("--name", "Mine"), ("--namespace", "a.b")])
def test_a_name_that_kubernetes_refuses_is_a_usage_error(project: Path, arguments: tuple[str, str]) -> None:
    said = forked.gen("dashboard", *arguments, cwd=project)
    assert said.returncode == 2
    assert arguments[0] in said.stderr


def test_a_mistake_in_services_yaml_is_shown_and_nothing_printed(tmp_path: Path) -> None:
    projects.write(tmp_path, SERVICES.replace("key: dsn", "kye: dsn"), {})
    said = forked.gen("dashboard", cwd=tmp_path)
    assert said.returncode == 1
    assert said.stdout == ""
    assert "services.yaml" in said.stderr


# Prometheus.

AUTH = models.service(
    name="auth-service",
    migrations=tuple(models.migration(20260101000000 + number) for number in (1, 2)),
    pin=models.pin(version=20260101000001, newest=20260101000002),
    pushgateway="http://pushgateway.monitoring.svc:9091",
)
BILLING = models.service(
    name="billing-service",
    namespace="billing",
    migrations=tuple(models.migration(20260101000000 + number) for number in (1, 2)),
)


@dataclass
class Live:
    """A Prometheus that scrapes `text` each second and evaluates the project's rules as often."""

    url: str
    text: str = ""

    def ask(self, path: str, **parameters: str) -> Any:
        query = urllib.parse.urlencode(parameters)
        with urllib.request.urlopen(f"{self.url}/api/v1/{path}?{query}", timeout=10) as answer:
            return json.load(answer)["data"]

    def value(self, expr: str) -> list[Any]:
        return list(self.ask("query", query=expr)["result"])

    def wait(self, *conditions: str) -> None:
        """Until each of these expressions has an answer."""
        until(lambda: all(self.value(each) for each in conditions), f"answers to {conditions}")


def until(holds: Callable[[], bool], what: str) -> None:
    for _ in range(600):
        try:
            if holds():
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"no {what} within a minute")


def exposition(samples: Mapping[str, float]) -> str:
    return "".join(f"{series} {value}\n" for series, value in samples.items())


def kubernetes(*runs: prometheus.Run) -> dict[str, float]:
    """What kube-state-metrics says of them now."""
    now = int(time.time())
    samples = {
        f"kube_namespace_created{{namespace={json.dumps(run.service.namespace)}}}": 1.0 for run in runs
    }
    for run in runs:
        for metric, labels, value in run.expose(now):
            named = ",".join(f"{name}={json.dumps(each)}" for name, each in labels.items())
            samples[f"{metric}{{{named}}}"] = value
    return samples


def reports(service: model.Service, start: int) -> dict[str, float]:
    labels = f'job="migration",namespace="{service.namespace}",service="{service.name}"'
    version = f'{labels},version="{service.version}"'
    return {
        f"{pushed.RUN_START}{{{version}}}": start,
        f"{pushed.RUN_DURATION}{{{version}}}": 7,
        f"{pushed.RUN_FAILED}{{{version}}}": 0,
        f"{pushed.DATABASE_VERSION}{{{version}}}": service.version,
    }


@contextmanager
def serving(live: Live) -> Iterator[int]:
    class Metrics(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(live.text.encode())

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Metrics) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@contextmanager
def started(directory: Path) -> Iterator[Live]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    live = Live(f"http://127.0.0.1:{port}")
    with serving(live) as target, (directory / "log").open("w+", encoding="utf-8") as log:
        configuration = {
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": ["rules-*.yaml"],
            "scrape_configs": [
                {
                    "job_name": "all",
                    "honor_labels": True,
                    "static_configs": [{"targets": [f"127.0.0.1:{target}"]}],
                }
            ],
        }
        (directory / "prometheus.yml").write_text(json.dumps(configuration), encoding="utf-8")
        running = subprocess.Popen(
            [
                str(debian.path("prometheus")),
                "--config.file=prometheus.yml",
                "--storage.tsdb.path=data",
                f"--web.listen-address=127.0.0.1:{port}",
            ],
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            until(lambda: running.poll() is None and live.value("vector(1)") != [], "answer of Prometheus")
            yield live
        finally:
            running.terminate()
            running.wait(timeout=60)


@pytest.fixture(scope="module")
def live(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """auth-service: a run succeeded and was reported, the next one goes on; billing-service: a run failed."""
    directory = tmp_path_factory.mktemp("prometheus")
    for service in (AUTH, BILLING):
        rules = load(project / "out" / service.name / "prometheusrule.yaml")["spec"]
        for group in rules["groups"]:
            group["interval"] = "1s"
        (directory / f"rules-{service.name}.yaml").write_text(json.dumps(rules), encoding="utf-8")
    with started(directory) as live:
        now = int(time.time())
        before = prometheus.Run(AUTH, now - 400, now - 300)
        earlier = prometheus.Run(BILLING, now - 400, now - 300)
        live.text = exposition({**kubernetes(before, earlier), **reports(AUTH, now - 399)})
        live.wait(*(f'migration_version{{service="{each.name}"}}' for each in (AUTH, BILLING)))
        running = prometheus.Run(AUTH, now - 30)
        failed = prometheus.Run(BILLING, now - 40, now - 20, succeeds=False)
        live.text = exposition({**kubernetes(running, failed), **reports(AUTH, now - 399)})
        live.wait(
            'migration_failure_total{service="billing-service"} == 1', 'ALERTS{alertname="MigrationPinned"}'
        )
        live.wait('ALERTS{alertname="MigrationFailed"}', "kube_job_status_start_time")
        yield live


VARIABLES = {"$namespace": ".+", "$service": ".+"}
CHOSEN = {"$namespace": "(auth|billing)", "$service": "(auth-service|billing-service)"}


def queries(dashboard: Any, variables: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What Grafana sends for each panel: it puts the variables' values into the text."""
    for panel in dashboard["panels"]:
        for target in panel.get("targets", ()):
            expr = target["expr"]
            for name, value in variables.items():
                expr = expr.replace(name, value)
            assert "$" not in expr.replace('"$1"', "")
            yield f"{panel['title']} {target['refId']}", expr


def unanswered(live: Live, dashboard: Any, variables: Mapping[str, str]) -> list[str]:
    """Range queries as well: Grafana sends them for what is shown over time."""
    now = time.time()
    return [
        name
        for name, expr in queries(dashboard, variables)
        if not live.value(expr)
        or not live.ask("query_range", query=expr, start=str(now - 60), end=str(now), step="5")["result"]
    ]


def test_every_query_of_a_service_has_an_answer(project: Path, live: Live) -> None:
    assert unanswered(live, of_service(project, "auth-service"), {}) == []


@pytest.mark.parametrize("variables", [VARIABLES, CHOSEN], ids=["all", "chosen"])
def test_every_query_of_the_overview_has_an_answer(
    overview: Any, live: Live, variables: Mapping[str, str]
) -> None:
    assert unanswered(live, overview, variables) == []


def test_without_a_running_job_only_that_is_unknown(project: Path, live: Live) -> None:
    assert unanswered(live, of_service(project, "billing-service"), {}) == ["Running for A"]


def shown(live: Live, dashboard: Any, title: str, variables: Mapping[str, str]) -> list[tuple[Any, float]]:
    (expr,) = [expr for name, expr in queries(dashboard, variables) if name == f"{title} A"]
    return [(each["metric"], float(each["value"][1])) for each in live.value(expr)]


def test_the_panels_say_what_happened(project: Path, overview: Any, live: Live) -> None:
    auth, billing = of_service(project, "auth-service"), of_service(project, "billing-service")
    assert shown(live, auth, "Newest run", {}) == [({"service": "auth-service"}, 0)]
    assert shown(live, billing, "Newest run", {}) == [({"service": "billing-service"}, 1)]
    assert shown(live, auth, "Expected version", {}) == [({}, 1)]
    assert shown(live, auth, "Seen version", {}) == [({"version": "20260101000001"}, 1)]
    assert shown(live, auth, "Version in the database", {}) == [({"version": "20260101000001"}, 1)]
    ((_, running),) = shown(live, auth, "Running for", {})
    assert 30 <= running < 300
    assert shown(live, auth, "Duration", {}) == [({"service": "auth-service"}, 100)]
    assert shown(live, billing, "Alerts", {}) == [({}, 1)]
    (critical,) = shown(live, billing, "Alerts over time", {})
    assert critical == ({"service": "billing-service", "alertname": "MigrationFailed"}, 3)
    for title, number in (("Services", 2), ("Failed", 1), ("Alerts", 1), ("Pinned", 1)):
        assert shown(live, overview, title, VARIABLES) == [({}, number)]


def test_another_version_than_the_expected_one_is_told_apart(project: Path, live: Live) -> None:
    found = of_service(project, "auth-service")
    other = json.loads(json.dumps(found).replace("20260101000001", "20260101000009"))
    assert shown(live, other, "Expected version", {}) == [({}, 0)]
    assert shown(live, other, "Seen version", {}) == [({"version": "20260101000001"}, 0)]
    assert shown(live, other, "Version in the database", {}) == [({"version": "20260101000001"}, 0)]


def test_the_variables_find_the_services(overview: Any, live: Live) -> None:
    answers = {}
    for variable in overview["templating"]["list"]:
        if variable["type"] == "query":
            query = variable["query"]["query"]
            selector, label = query.removeprefix("label_values(").removesuffix(")").rsplit(", ", 1)
            selector = selector.replace("$namespace", CHOSEN["$namespace"])
            answers[variable["name"]] = live.ask(f"label/{label}/values", **{"match[]": selector})
    assert answers == {
        "namespace": ["auth", "billing"],
        "service": ["auth-service", "billing-service"],
    }
