"""The ConfigMaps: the migrations as the pod mounts them, and the release marker that Argo CD tracks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cdk8s_plus_36 import k8s
from constructs import Construct

from generator import conventions, guards, model, monitoring
from generator.charts import metadata
from generator.diagnostics import GenError
from generator.migrations import partition

# How soon PostgreSQL notices that goose is gone (killed, or its own timeout) and ends the statement.
CONNECTION_CHECK_INTERVAL_MS = 1000

Files = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Part:
    """One ConfigMap of the files that the pod mounts. `key` is what only exactly these files have: the Job's
    volume asks for it by name."""

    name: str
    files: Files
    digest: str

    @property
    def key(self) -> str:
        return f"{conventions.DIGEST_KEY}{self.digest[:12]}"


def parts(service: model.Service) -> tuple[Part, ...]:
    """What the pod mounts, the migrations in the order of their versions; none where nothing is to be mounted.

    A file is in one part only, and so is a digest: of two of one name the kubelet would show one (collectData,
    pkg/volume/projected/projected.go), and the API server refuses two items of one path.
    """
    beside = _beside(service)
    if service.source is model.MigrationSource.IMAGE:
        found = [beside] if beside else []
    else:
        sql = partition.split(service.migrations)
        _demand_unique(each.name for part in sql for each in part)
        found = [{each.name: each.text for each in part} for part in sql]
        found[0] |= beside
    made = tuple(
        Part(conventions.migrations_config_map(service.name, number), files, _digest(files))
        for number, files in enumerate(found, start=1)
    )
    _demand_unique(name for part in made for name in (*part.files, part.key))
    return made


def _demand_unique(names: Iterable[str]) -> None:
    seen: set[str] = set()
    for each in names:
        if each in seen:
            raise GenError(f"two files would be `{each}` in the pod", "this is a mistake in gen: report it")
        seen.add(each)


def _beside(service: model.Service) -> dict[str, str]:
    """What the pod needs beside the migrations. None of it ends with `.sql`: goose would take it for one."""
    files = {}
    if service.database.session_parameters:
        files[conventions.SERVICE_FILE] = service_file(service)
    if service.pushgateway is not None:
        files[conventions.REPORTER] = monitoring.reporter()
    if service.pin is not None:
        files[conventions.ASSERT_BEFORE] = guards.before(service, service.pin)
        files[conventions.ASSERT_AFTER] = guards.after(service, service.pin)
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


def _digest(files: Files) -> str:
    """The SHA-256 of files in hexadecimal: names and contents, in order, unambiguously."""
    whole = hashlib.sha256()
    for name, text in sorted(files.items()):
        for part in (name.encode(), text.encode()):
            whole.update(len(part).to_bytes(8, "big") + part)
    return whole.hexdigest()


def add_migrations(scope: Construct, service: model.Service, parts: Iterable[Part]) -> None:
    """`parts` are the service's own."""
    for part in parts:
        k8s.KubeConfigMap(
            scope,
            part.name,
            metadata=metadata.prerequisite(
                service,
                part.name,
                # Client-side apply keeps a second copy in an annotation, which holds 256 KiB at most
                # (argo-cd#820). The Job must not have it (argo-cd#14929).
                {conventions.SYNC_OPTIONS: "ServerSideApply=true"},
            ),
            data=data(part),
        )


def data(part: Part) -> dict[str, str]:
    """With the key that the Job's volume asks for."""
    return {**part.files, part.key: f"{part.digest}\n"}


def add_release(scope: Construct, service: model.Service, digest_of_hooks: str) -> None:
    """Changes whenever a hook does, or a migration: hooks have no sync status, so without it Argo CD would see
    nothing to do (argo-cd#9830). It says what is expected, not what ran."""
    marker = {
        "version": str(service.version),
        "migrations": str(len(service.migrations)),
        "digest": digest_of_hooks,
        "suspended": "true" if service.suspend else "false",
        conventions.GUARD_KEY: guards.wait(service),
    }
    if service.pin is not None:
        marker |= {"pinned": "true", "newest": str(service.newest), "reason": service.pin.reason}
        if service.pin.expires is not None:
            marker["expires"] = service.pin.expires.isoformat()
    if service.source is model.MigrationSource.IMAGE:
        # No hook holds the SQL.
        marker["files"] = f"sha256:{_digest({each.name: each.text for each in service.migrations})}"
    k8s.KubeConfigMap(
        scope,
        "release",
        metadata=metadata.tracked(service, conventions.release_config_map(service.name)),
        data=marker,
    )
