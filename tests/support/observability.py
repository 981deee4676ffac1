"""A real Prometheus, Alertmanager and Pushgateway on loopback, with the rules and the routing of generated trees.

Only times are changed, so that a test ends in seconds: how often is scraped, evaluated and sent, how long a rule or
a group of alerts waits. Expressions, labels, texts and matchers are what gen wrote.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import subprocess
import time
import urllib.parse
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support import debian, listeners, pod, routing
from tests.support.listeners import HOST, Cluster, Receiver

START_S = 60
# What a state may take to come, on a machine that is busy with other things: it takes seconds.
PATIENCE_S = 90
EVERY = "1s"
# How long a condition has to hold where a rule says minutes.
HELD = "2s"
# Prometheus tells Alertmanager that an alert is over after four of these without news of it (rules/alerting.go,
# sendAlerts): that is how an alert ends whose rule is gone.
RESENT = "2s"
# Where every alert goes, whoever else hears of it.
OVERALL = "/overall"


@dataclass(frozen=True, slots=True)
class Bed:
    """Everything that runs. `hooks` is the address that takes the place of the callbacks' own."""

    directory: Path
    cluster: Cluster
    receiver: Receiver
    hooks: str
    prometheus: str
    alertmanager: str
    pushgateway: str

    def watch(self, name: str, rules: Mapping[str, Any]) -> None:
        """Loads the rules of a generated PrometheusRule; those of the same `name` make way."""
        file = self.directory / "rules" / f"{name}.yaml"
        new = file.with_suffix(".new")
        new.write_text(json.dumps({"groups": hastened(rules["spec"]["groups"])}), encoding="utf-8")
        new.replace(file)
        reload(self.prometheus)

    def active(self, **labels: str) -> dict[str, str]:
        """The state (`pending`, `firing`) of each alert with these labels, as Prometheus has it."""
        alerts = get(self.prometheus, "/api/v1/alerts")["data"]["alerts"]
        wanted = labels.items()
        return {
            each["labels"]["alertname"]: each["state"] for each in alerts if wanted <= each["labels"].items()
        }

    def value(self, expression: str) -> list[tuple[dict[str, str], float]]:
        """What an expression gives now: labels and value of each series."""
        query = urllib.parse.urlencode({"query": expression})
        result = get(self.prometheus, f"/api/v1/query?{query}")["data"]["result"]
        return [(each["metric"], float(each["value"][1])) for each in result]

    def until(self, wanted: Callable[[], bool], what: str, shown: Callable[[], object]) -> None:
        """Waits for a state. What there is instead is in the message, with the ends of the logs."""
        end = time.monotonic() + PATIENCE_S
        while not wanted():
            if time.monotonic() > end:
                raise AssertionError(f"{what}: not within {PATIENCE_S} s\n{shown()}\n{logs(self.directory)}")
            time.sleep(0.2)


def hastened(groups: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The same rules, evaluated every second and waiting for two."""
    return [
        {
            **group,
            "interval": EVERY,
            "rules": [{**rule, **({"for": HELD} if "for" in rule else {})} for rule in group["rules"]],
        }
        for group in groups
    ]


def redirected(config: Mapping[str, Any], hooks: str) -> dict[str, Any]:
    """The same AlertmanagerConfig that waits for a second, and sends to the same path of another address."""
    spec = config["spec"]
    times = dict.fromkeys(("groupWait", "groupInterval"), EVERY)
    assert times.keys() <= spec["route"].keys()
    receivers = [
        {
            **receiver,
            "webhookConfigs": [
                {**each, "url": re.sub(r"^https://[^/]+", hooks, each["url"])}
                for each in receiver["webhookConfigs"]
            ],
        }
        for receiver in spec["receivers"]
    ]
    return {**config, "spec": {**spec, "route": {**spec["route"], **times}, "receivers": receivers}}


@contextmanager
def bed(directory: Path, namespaces: Iterable[str], configs: Iterable[pod.Manifest]) -> Iterator[Bed]:
    """Runs until the end of the block, with the routing of these AlertmanagerConfigs and without any rules."""
    (directory / "rules").mkdir()
    with ExitStack() as running:
        start = running.enter_context
        certificate = routing.certificate(directory)
        receiver, hooks = start(listeners.receiver(certificate))
        cluster, metrics = start(listeners.kube_state_metrics(namespaces))
        pushgateway = start(program(directory, "pushgateway", ["--persistence.file="]))
        (directory / "alertmanager.yml").write_text(_routes(hooks, configs), encoding="utf-8")
        alertmanager = start(_alertmanager(directory, certificate[0]))
        (directory / "prometheus.yml").write_text(_scraping(metrics, pushgateway, alertmanager), "utf-8")
        prometheus = start(_prometheus(directory))
        yield Bed(directory, cluster, receiver, hooks, prometheus, alertmanager, pushgateway)


def overall(hooks: str) -> dict[str, Any]:
    """Alertmanager's own configuration: every alert goes to `OVERALL` at this address too."""
    times = dict.fromkeys(("group_wait", "group_interval"), EVERY)
    return {
        "route": {"receiver": "nobody", "routes": [{"receiver": "overall", "group_by": ["..."], **times}]},
        "receivers": [
            {"name": "nobody"},
            {"name": "overall", "webhook_configs": [{"url": f"{hooks}{OVERALL}", "send_resolved": True}]},
        ],
    }


def _routes(hooks: str, configs: Iterable[pod.Manifest]) -> str:
    return routing.configuration(json.dumps(overall(hooks)), [redirected(each, hooks) for each in configs])


def _alertmanager(directory: Path, authority: Path) -> Any:
    arguments = [
        f"--config.file={directory / 'alertmanager.yml'}",
        f"--storage.path={directory / 'alertmanager'}",
        "--cluster.listen-address=",
    ]
    return program(directory, "alertmanager", arguments, {"SSL_CERT_FILE": str(authority)})


def _scraping(metrics: str, pushgateway: str, alertmanager: str) -> str:
    jobs = {"kube-state-metrics": metrics, "pushgateway": pushgateway}
    return json.dumps(
        {
            "global": {"scrape_interval": EVERY, "scrape_timeout": EVERY, "evaluation_interval": EVERY},
            "rule_files": ["rules/*.yaml"],
            "scrape_configs": [
                {"job_name": name, "honor_labels": True, "static_configs": [{"targets": [target]}]}
                for name, target in jobs.items()
            ],
            "alerting": {"alertmanagers": [{"static_configs": [{"targets": [alertmanager]}]}]},
        }
    )


def _prometheus(directory: Path) -> Any:
    arguments = [
        f"--config.file={directory / 'prometheus.yml'}",
        f"--storage.tsdb.path={directory / 'prometheus'}",
        f"--rules.alert.resend-delay={RESENT}",
        "--web.enable-lifecycle",
    ]
    return program(directory, "prometheus", arguments)


@contextmanager
def program(
    directory: Path, name: str, arguments: Sequence[str], environment: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Runs one of the three; gives its `host:port`. Its log is `<name>.log`."""
    log = directory / f"{name}.log"
    for _attempt in range(5):
        address = f"{HOST}:{_free_port()}"
        command = [str(debian.path(name)), f"--web.listen-address={address}", *arguments]
        with log.open("ab") as output:
            process = subprocess.Popen(
                command,
                cwd=directory,
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            if _is_ready(process, address):
                yield address
                return
        finally:
            process.kill()
            process.wait()
        # Somebody else may have taken the port: once more.
    raise RuntimeError(f"{name} does not start:\n{log.read_text('utf-8', 'replace')}")


def _is_ready(process: subprocess.Popen[bytes], address: str) -> bool:
    end = time.monotonic() + START_S
    while process.poll() is None and time.monotonic() < end:
        try:
            if request("GET", address, "/-/ready")[0] == http.HTTPStatus.OK:
                return process.poll() is None
        except OSError:
            pass
        time.sleep(0.05)
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def request(method: str, address: str, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(address, timeout=30)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def get(address: str, path: str) -> Any:
    status, body = request("GET", address, path)
    assert status == http.HTTPStatus.OK, f"{path}: {status} {body!r}"
    return json.loads(body)


def reload(prometheus: str) -> None:
    status, body = request("POST", prometheus, "/-/reload")
    assert status == http.HTTPStatus.OK, body.decode()


def logs(directory: Path, lines: int = 15) -> str:
    found = []
    for log in sorted(directory.glob("*.log")):
        tail = log.read_text("utf-8", "replace").splitlines()[-lines:]
        found.append("\n".join([f"--- {log.name}", *tail]))
    return "\n".join(found)
