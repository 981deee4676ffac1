"""The ConfigMaps: the migrations as the pod mounts them, and the release marker that Argo CD tracks."""

from __future__ import annotations

import hashlib

from cdk8s_plus_36 import k8s
from constructs import Construct

from generator import conventions, model
from generator.charts import metadata

# How soon PostgreSQL notices that goose is gone (killed, or its own timeout) and ends the statement.
CONNECTION_CHECK_INTERVAL_MS = 1000


def contents(service: model.Service) -> dict[str, str]:
    """The files that goose sees: the migrations and the service file."""
    files = {each.name: each.text for each in service.migrations}
    if service.database.session_parameters:
        files[conventions.SERVICE_FILE] = service_file(service)
    return files


def service_file(service: model.Service) -> str:
    """PostgreSQL's time limits for goose's session.

    goose's driver (pgx) ignores PGOPTIONS; keys of a service file that it does not know become session
    parameters. A DSN that sets the same key wins.
    """
    database = service.database
    return (
        f"[{conventions.SERVICE_SECTION}]\n"
        f"lock_timeout={database.lock_timeout_ms}ms\n"
        f"statement_timeout={database.statement_timeout_ms}ms\n"
        f"client_connection_check_interval={CONNECTION_CHECK_INTERVAL_MS}ms\n"
    )


def digest(service: model.Service) -> str:
    """The SHA-256 of what the pod mounts, in hexadecimal: names and contents, in order, unambiguously."""
    whole = hashlib.sha256()
    for name, text in sorted(contents(service).items()):
        for part in (name.encode(), text.encode()):
            whole.update(len(part).to_bytes(8, "big") + part)
    return whole.hexdigest()


def digest_key(service: model.Service) -> str:
    """The ConfigMap's key that only exactly this content has; the Job's volume asks for it by name."""
    return f"{conventions.DIGEST_KEY}{digest(service)[:12]}"


def add_migrations(scope: Construct, service: model.Service) -> None:
    k8s.KubeConfigMap(
        scope,
        "migrations",
        metadata=metadata.prerequisite(
            service,
            conventions.migrations_config_map(service.name),
            # Client-side apply keeps a second copy in an annotation, which holds 256 KiB at most
            # (argo-cd#820). The Job must not have it (argo-cd#14929).
            {conventions.SYNC_OPTIONS: "ServerSideApply=true"},
        ),
        data={**contents(service), digest_key(service): f"{digest(service)}\n"},
    )


def add_release(scope: Construct, service: model.Service, digest_of_hooks: str) -> None:
    """Changes whenever a hook does: hooks have no sync status, so without it Argo CD would see nothing to do
    (argo-cd#9830). It says what is expected, not what ran."""
    k8s.KubeConfigMap(
        scope,
        "release",
        metadata=metadata.tracked(service, conventions.release_config_map(service.name)),
        data={
            "version": str(service.version),
            "migrations": str(len(service.migrations)),
            "digest": digest_of_hooks,
            "suspended": "true" if service.suspend else "false",
        },
    )
