"""The one-off Job that records versions as applied: the real Job, with one generated SQL file instead of the
migrations."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import Any

import cdk8s
from cdk8s_plus_36 import k8s

from generator import conventions, model
from generator.charts import config_map, job, metadata, one_off, scalars

_VOLUME = "baseline"
_CONTAINER = "baseline"
# The volumes of the real Job that this one needs too.
_KEPT = ("ca-bundle",)


def render(service: model.Service, name: str, text: str) -> str:
    """The two objects as YAML; `text` is the SQL file called `name`."""
    # Nobody watches a one-off Job, and it has one step.
    service = dataclasses.replace(service, pin=None, pushgateway=None)
    files = {name: text}
    if service.database.session_parameters:
        files[conventions.SERVICE_FILE] = config_map.service_file(service)
    digest = hashlib.sha256(
        "\0".join(each for pair in sorted(files.items()) for each in pair).encode()
    ).hexdigest()
    guard = f"{conventions.DIGEST_KEY}{digest[:12]}"
    chart = cdk8s.Chart(cdk8s.App(), service.name)
    k8s.KubeConfigMap(
        chart,
        "config-map",
        metadata=metadata.tracked(service, conventions.baseline(service.name)),
        data={**files, guard: f"{digest}\n"},
    )
    job.add(chart, service, config_map.parts(service))
    by_kind = {each["kind"]: each for each in chart.to_json()}
    objects = [by_kind["ConfigMap"], _changed(by_kind["Job"], service, guard)]
    return scalars.stringify(objects, cdk8s.Yaml.stringify)


def _changed(real: dict[str, Any], service: model.Service, guard: str) -> dict[str, Any]:
    pod = real["spec"]["template"]["spec"]
    volumes = [_volume(service, guard), *(each for each in pod["volumes"] if each["name"] in _KEPT)]
    changes = {"containers": [_container(pod["containers"][0])], "volumes": volumes}
    return one_off.job(real, service, conventions.baseline(service.name), changes)


def _container(real: dict[str, Any]) -> dict[str, Any]:
    """Not called `goose-<version>`: the alerts read from that name which version ran."""
    flags = [each for each in real["command"][1:-1] if not each.startswith("-dir=")]
    mounts = [each for each in real["volumeMounts"] if each["name"] in _KEPT]
    own = {"mountPath": conventions.MOUNT, "name": _VOLUME, "readOnly": True}
    return {
        **real,
        "name": _CONTAINER,
        "command": ["goose", f"-dir={conventions.MOUNT}", *flags, "-no-versioning", "up"],
        "env": [_variable(each) for each in real["env"]],
        "workingDir": conventions.MOUNT,
        "volumeMounts": [own, *mounts],
    }


def _variable(real: dict[str, Any]) -> dict[str, Any]:
    if real["name"] == "PGSERVICEFILE":
        return {**real, "value": f"{conventions.MOUNT}/{conventions.SERVICE_FILE}"}
    return real


def _volume(service: model.Service, guard: str) -> dict[str, Any]:
    """The guard keeps the Job off the ConfigMap of an earlier baseline, which `kubectl create` leaves there."""
    source = {"name": conventions.baseline(service.name)}
    items = [{"key": guard, "path": guard}]
    sources = [{"configMap": source}, {"configMap": {**source, "items": items}}]
    return {"name": _VOLUME, "projected": {"defaultMode": 0o444, "sources": sources}}
