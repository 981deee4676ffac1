"""What an application's Deployment takes over to wait for its migrations: an initContainer that asks the database.

Argo CD skips hooks (a selective sync, self-heal, its own rollback) and says nothing: only the pod itself can tell
that it starts on a schema that it does not know. The container is derived from the real Job's, so that image,
connection and security context can't drift apart; what it asks comes from the release marker, which Argo CD
applies before any Deployment: no commit has to edit that.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import cdk8s

from generator import conventions, guards, model
from generator.charts import job, scalars
from generator.text import comments

CONTAINER = "wait-for-migrations"
_VOLUME = "migration-guard"
_CA_VOLUME = "migration-guard-ca"
# Without a file of that form goose finds nothing to run.
_FILE = f"1_{conventions.GUARD_KEY}"
# goose's own limit, for a server that no longer answers: behind that of the SQL.
_TIMEOUT_S = guards.WAIT_S + 60

Manifest = Mapping[str, Any]


def render(service: model.Service) -> str:
    """The part of a Deployment as YAML, with a comment at its top."""
    merged = {"spec": {"template": {"spec": _pod(service)}}}
    return comments.block(_header(service), "#") + scalars.stringify([merged], cdk8s.Yaml.stringify)


def _pod(service: model.Service) -> dict[str, Any]:
    real = _real(service)
    (goose,) = real["containers"]
    volumes = [_volume(service)]
    mounts = [{"name": _VOLUME, "mountPath": conventions.GUARD_MOUNT, "readOnly": True}]
    for each in real["volumes"]:
        if each["name"] == "ca-bundle":
            volumes.append({**each, "name": _CA_VOLUME})
            mounts.append({"name": _CA_VOLUME, "mountPath": conventions.CA_MOUNT, "readOnly": True})
    container = {
        **goose,
        "name": CONTAINER,
        "command": [
            "goose",
            f"-dir={conventions.GUARD_MOUNT}",
            f"-timeout={_TIMEOUT_S}s",
            "-no-versioning",
            "up",
        ],
        # goose reads `.env` of its working directory.
        "workingDir": conventions.GUARD_MOUNT,
        "env": [_variable(each, service) for each in goose["env"]],
        # The pod's own belongs to the application.
        "securityContext": {**real["securityContext"], **goose["securityContext"]},
        "volumeMounts": mounts,
    }
    pull = {"imagePullSecrets": real["imagePullSecrets"]} if "imagePullSecrets" in real else {}
    return {**pull, "initContainers": [container], "volumes": volumes}


def _real(service: model.Service) -> Any:
    """The pod of the plain Job. Its session parameters are for migrations: the limits would end the wait."""
    database = dataclasses.replace(service.database, session_parameters=False)
    plain = dataclasses.replace(service, pin=None, pushgateway=None, database=database)
    chart = cdk8s.Chart(cdk8s.App(), service.name)
    job.add(chart, plain, ())
    (made,) = chart.to_json()
    return made["spec"]["template"]["spec"]


def _volume(service: model.Service) -> dict[str, Any]:
    """The marker's one key, under a name that goose takes for a migration's."""
    items = [{"key": conventions.GUARD_KEY, "path": _FILE}]
    name = conventions.release_config_map(service.name)
    return {"name": _VOLUME, "configMap": {"defaultMode": 0o444, "items": items, "name": name}}


def _variable(real: Manifest, service: model.Service) -> Manifest:
    """The connection under a name of its own in pg_stat_activity."""
    own = f"{service.name}-guard"
    if real["name"] == "PGAPPNAME":
        return {**real, "value": own}
    if real["name"] == "GOOSE_DBSTRING" and "value" in real:
        return {**real, "value": f"application_name={own}"}
    return real


def _header(service: model.Service) -> list[str]:
    database, marker = service.database.secret.name, conventions.release_config_map(service.name)
    return [
        f"Lets a pod of the application start only when the database has the migrations of {service.name}.",
        "Argo CD skips the Job on a selective sync, on self-heal and on its own rollback; this does not.",
        "",
        f"Merge it into the application's Deployment in the namespace {service.namespace}. That is part of the same",
        "Argo CD application as the manifests of this service, in wave 0 or later. Where a sidecar is the way to",
        f"the database, {CONTAINER} comes behind it. A service mesh needs an exception for it.",
        "",
        f"What it asks is in the ConfigMap {marker}, which gen writes and Argo CD applies before any",
        "Deployment: it follows each commit, and nothing has to be edited here.",
        "- The migration is there, or the database is ahead: it ends at once.",
        f"- It is not: it looks each second for {guards.WAIT_S} s, fails and says why, and is started again.",
        "- With a pin it asks for the pinned version. For a suspended service it asks for nothing.",
        f"  kubectl -n {service.namespace} logs POD -c {CONTAINER}",
        "",
        f"The image, the Secret {database} and their keys are those of the Job. To connect with the application's",
        "own Secret, put that into env; its role needs no more than",
        *(f"  {each}" for each in grants(service)),
        "Each waiting pod holds one connection, through a pooler too.",
    ]


def grants(service: model.Service) -> list[str]:
    """What another role than the migrating one needs."""
    schema, dot, _ = service.table.rpartition(".")
    usage = [f"GRANT USAGE ON SCHEMA {schema} TO application;"] if dot else []
    return [*usage, f"GRANT SELECT ON {service.table} TO application;"]
