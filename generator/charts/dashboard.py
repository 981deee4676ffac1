"""Grafana's dashboards as ConfigMaps, the way the sidecar of kube-prometheus-stack finds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import cdk8s
from cdk8s_plus_36 import k8s
from constructs import Construct

from generator import conventions, model, resolve
from generator.charts import metadata, scalars
from generator.monitoring import dashboard
from generator.monitoring import overview as over_all
from generator.monitoring.grafana import Json
from generator.text import compact_json


def add(scope: Construct, service: model.Service) -> None:
    """No hook: a dashboard has time until the sync is done."""
    wanted = service.dashboard
    k8s.KubeConfigMap(
        scope,
        "dashboard",
        metadata=k8s.ObjectMeta(
            name=conventions.dashboard(service.name),
            namespace=service.namespace,
            labels={**wanted.labels, **metadata.labels(service)},
            annotations=_annotations(wanted.folder),
        ),
        data={dashboard.file(service): _text(dashboard.dashboard(service))},
    )


def overview(services: Sequence[model.Service], namespace: str, name: str) -> str:
    """The dashboard over all services as YAML. It has the labels and the folder on which they all agree."""
    chart = cdk8s.Chart(cdk8s.App(), "overview")
    folders = {each.dashboard.folder for each in services}
    k8s.KubeConfigMap(
        chart,
        "dashboard",
        metadata=k8s.ObjectMeta(
            name=name,
            namespace=namespace,
            labels={**_shared_labels(services), **_OWN_LABELS},
            annotations=_annotations(folders.pop() if len(folders) == 1 else None),
        ),
        data={over_all.file(namespace, name): _text(over_all.overview(services, namespace, name))},
    )
    return _HEADER + scalars.stringify(chart.to_json(), cdk8s.Yaml.stringify)


_HEADER = "# Printed by `gen dashboard`: print it again instead of editing it.\n"
_OWN_LABELS = {
    "app.kubernetes.io/component": "migration",
    "app.kubernetes.io/managed-by": conventions.MANAGER,
}


def _shared_labels(services: Sequence[model.Service]) -> Mapping[str, str]:
    """Those that no sidecar would look for are of no use: then it is the usual one."""
    shared = set.intersection(*(set(each.dashboard.labels.items()) for each in services))
    return dict(sorted(shared)) or resolve.DASHBOARD_LABELS


def _annotations(folder: str | None) -> dict[str, str] | None:
    return {dashboard.FOLDER: folder} if folder else None


def _text(content: Json) -> str:
    problems = dashboard.problems(content)
    if problems:
        raise ValueError(f"the dashboard {content['title']} is not valid: {'; '.join(problems)}")
    return compact_json.text(content)
