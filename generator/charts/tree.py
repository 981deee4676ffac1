"""All manifests of all services, as a tree of files in memory."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import cdk8s

from generator import conventions, model
from generator.charts import (
    alertmanager_config,
    config_map,
    dashboard,
    job,
    prometheus_rule,
    role,
    role_binding,
    scalars,
    service_account,
)

# cdk8s' synthesis is quadratic in the charts of an App.
SERVICES_PER_APP = 25

Manifest = Mapping[str, Any]


def render(services: Sequence[model.Service]) -> dict[str, dict[str, bytes]]:
    """The files of each service: `{"auth-service": {"job.yaml": b"…"}}`, see `conventions.manifest_file`."""
    tree = {}
    for start in range(0, len(services), SERVICES_PER_APP):
        app = cdk8s.App()
        for service in services[start : start + SERVICES_PER_APP]:
            tree[service.name] = files(_objects(app, service))
    return tree


def _objects(app: cdk8s.App, service: model.Service) -> list[Manifest]:
    parts = config_map.parts(service)
    hooks = cdk8s.Chart(app, f"{service.name}-hooks")
    service_account.add(hooks, service)
    config_map.add_migrations(hooks, service, parts)
    role.add_runner(hooks, service, parts)
    role_binding.add_runner(hooks, service)
    job.add(hooks, service, parts)
    hook_objects: list[Manifest] = hooks.to_json()
    digest = _digest(hook_objects)

    tracked = cdk8s.Chart(app, f"{service.name}-tracked")
    config_map.add_release(tracked, service, digest)
    if service.operators.groups:
        role.add_operator(tracked, service)
        role_binding.add_groups(tracked, service, conventions.operator_role(service.name))
        if service.operators.read_logs:
            role.add_logs(tracked, service)
            role_binding.add_groups(tracked, service, conventions.logs_role(service.name))
    prometheus_rule.add(tracked, service, digest)
    if service.callback_urls and service.alerts.enabled:
        alertmanager_config.add(tracked, service)
    if service.dashboard.enabled:
        dashboard.add(tracked, service)
    return [*hook_objects, *tracked.to_json()]


def _digest(objects: Iterable[Manifest]) -> str:
    """A digest over every hook object of the service, whatever changes in it."""
    ordered = sorted(objects, key=_identity)
    canonical = json.dumps(ordered, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return f"sha256:{hashlib.sha256(canonical.encode()).hexdigest()}"


def _identity(manifest: Manifest) -> tuple[str, str]:
    return (manifest["kind"], manifest["metadata"]["name"])


def files(objects: Iterable[Manifest]) -> dict[str, bytes]:
    """The objects as YAML."""
    ordered = sorted(objects, key=_identity)
    text = scalars.stringify(ordered, cdk8s.Yaml.stringify)
    by_file: dict[str, list[str]] = {}
    for manifest, document in zip(ordered, _documents(text), strict=True):
        kind, name = _identity(manifest)
        by_file.setdefault(conventions.manifest_file(kind, name), []).append(document)
    header = f"{conventions.MANIFEST_HEADER}\n"
    return {name: (header + "---\n".join(documents)).encode() for name, documents in by_file.items()}


def _documents(text: str) -> Iterator[str]:
    """Splits YAML at its document markers. Nothing else can start a line with `---`: every text inside
    a mapping is indented or quoted."""
    document: list[str] = []
    for line in text.split("\n"):  # not splitlines: it splits at more than line feeds
        if line == "---":
            yield "\n".join([*document, ""])
            document = []
        else:
            document.append(line)
    yield "\n".join(document)
