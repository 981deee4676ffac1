"""Two small servers of the tests' own: one that a webhook is sent to, one that plays kube-state-metrics."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.support.prometheus import Run

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Notice:
    """One alert of one message: to which path it came, and what it said."""

    path: str
    status: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]

    @property
    def alert(self) -> str:
        return self.labels["alertname"]


class Receiver:
    """Keeps every alert that is sent to it, in order."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._notices: list[Notice] = []

    def take(self, path: str, body: bytes) -> None:
        message = json.loads(body)
        found = [
            Notice(path, each["status"], each["labels"], each["annotations"]) for each in message["alerts"]
        ]
        with self._lock:
            self._notices += found

    def notices(self, path: str) -> tuple[Notice, ...]:
        with self._lock:
            return tuple(each for each in self._notices if each.path == path)

    def states(self, path: str) -> dict[str, set[str]]:
        """By alert, what was last said of each that bears its name: `firing`, `resolved`."""
        newest = {tuple(sorted(each.labels.items())): each for each in self.notices(path)}
        found: dict[str, set[str]] = {}
        for each in newest.values():
            found.setdefault(each.alert, set()).add(each.status)
        return found


@dataclass
class Cluster:
    """What kube-state-metrics would say: of each namespace that exists, and of the newest Job of each service."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    namespaces: set[str] = field(default_factory=set)
    runs: dict[tuple[str, str], Run] = field(default_factory=dict)

    def show(self, run: Run) -> None:
        """The newest Job of its name takes the place of the one before, as Argo CD's BeforeHookCreation does."""
        with self.lock:
            self.runs[run.job] = run

    def add(self, namespace: str) -> None:
        with self.lock:
            self.namespaces.add(namespace)

    def hide(self, namespace: str) -> None:
        """As if kube-state-metrics did not watch this namespace any more."""
        with self.lock:
            self.namespaces.discard(namespace)

    def exposition(self) -> str:
        """As /metrics, in Prometheus' text format. A job of a namespace that is not there is not shown."""
        now = int(time.time())
        with self.lock:
            namespaces, runs = sorted(self.namespaces), list(self.runs.values())
        samples: list[tuple[str, Mapping[str, str], float]] = [
            ("kube_namespace_created", {"namespace": each}, 1.0) for each in namespaces
        ]
        for run in runs:
            if run.service.namespace in namespaces and run.start <= now < run.deleted:
                samples += run.expose(now)
        # The format wants the samples of one metric side by side.
        return "".join(sorted(f"{name}{_labels(labels)} {value:.0f}\n" for name, labels, value in samples))


def _labels(labels: Mapping[str, str]) -> str:
    # JSON escapes `\`, `"` and the line feed as the format does; what is shown here has nothing else to escape.
    return "{" + ",".join(f"{name}={json.dumps(value)}" for name, value in labels.items()) + "}"


@contextmanager
def receiver(certificate: tuple[Path, Path]) -> Iterator[tuple[Receiver, str]]:
    """The receiver and its https:// address; `certificate` is in front of its key."""
    kept = Receiver()

    class Handler(_Quiet):
        def do_POST(self) -> None:
            kept.take(self.path, self.rfile.read(int(self.headers["Content-Length"])))
            self.answer(b"", "text/plain")

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    with _served(Handler, context) as port:
        yield kept, f"https://{HOST}:{port}"


@contextmanager
def kube_state_metrics(namespaces: Iterable[str]) -> Iterator[tuple[Cluster, str]]:
    """The cluster and `host:port` of its exposition."""
    cluster = Cluster(namespaces=set(namespaces))

    class Handler(_Quiet):
        def do_GET(self) -> None:
            self.answer(cluster.exposition().encode(), "text/plain; version=0.0.4; charset=utf-8")

    with _served(Handler) as port:
        yield cluster, f"{HOST}:{port}"


class _Quiet(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60

    def answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:
        pass


class _Server(ThreadingHTTPServer):
    # A connection that is kept alive must not keep the test alive.
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever hangs up in the middle of it will ask again; a test that waits in vain fails by itself."""


@contextmanager
def _served(handler: type[_Quiet], context: ssl.SSLContext | None = None) -> Iterator[int]:
    server = _Server((HOST, 0), handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
