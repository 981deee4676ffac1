"""The one-off Job for an emergency: the containers of the pinned Job, with its own copy of the migrations."""

from __future__ import annotations

import dataclasses

import cdk8s
from cdk8s_plus_36 import k8s

from generator import conventions, model
from generator.charts import config_map, job, metadata, one_off, scalars

_LAST = "assert-after"


def render(service: model.Service) -> str:
    """The ConfigMaps and the Job of a pinned service as YAML."""
    name = conventions.rollback(service.name)
    parts = [
        dataclasses.replace(each, name=conventions.rollback(service.name, number))
        for number, each in enumerate(config_map.parts(service), start=1)
    ]
    chart = cdk8s.Chart(cdk8s.App(), service.name)
    for part in parts:
        k8s.KubeConfigMap(
            chart,
            part.name,
            metadata=metadata.tracked(service, part.name),
            data=config_map.data(part),
        )
    job.add(chart, service, parts)
    objects = chart.to_json()
    (real,) = [each for each in objects if each["kind"] == "Job"]
    maps = [each for each in objects if each["kind"] == "ConfigMap"]
    (last,) = real["spec"]["template"]["spec"]["containers"]
    # Not called `goose-<version>`: the alerts read from that name which version a sync ran.
    made = one_off.job(real, service, name, {"containers": [{**last, "name": _LAST}]})
    return scalars.stringify([*maps, made], cdk8s.Yaml.stringify)
