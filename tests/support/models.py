"""A service that is right in every respect, to break or change one thing of."""

from __future__ import annotations

import dataclasses
from typing import Any

from generator import model
from generator.diagnostics import Position
from generator.migrations.model import Lock, Migration

VERSION = 20260117000007


def migration(version: int = VERSION, **changes: Any) -> Migration:
    name = f"{version}_create_users.sql"
    base = Migration(
        path=f"migrations/auth-service/{name}",
        name=name,
        version=version,
        text="-- +goose Up\nCREATE TABLE users (id bigint);\n\n-- +goose Down\nDROP TABLE users;\n",
        has_down=True,
        no_transaction=False,
    )
    return dataclasses.replace(base, **changes)


def secret(**changes: Any) -> model.Secret:
    base = model.Secret(
        name="auth-database",
        dsn_key="dsn",
        keys=None,
        managed_by=model.ManagedBy.EXTERNAL,
        rotation=None,
    )
    return dataclasses.replace(base, **changes)


def database(**changes: Any) -> model.Database:
    base = model.Database(
        secret=secret(), lock_timeout_ms=10_000, statement_timeout_ms=0, session_parameters=True
    )
    return dataclasses.replace(base, **changes)


def runner(**changes: Any) -> model.Runner:
    base = model.Runner(
        image="ghcr.io/example/goose:3.27.3",
        image_pull_secrets=(),
        user=65532,
        resources=model.Resources(
            requests={"cpu": "50m", "memory": "64Mi"}, limits={"cpu": "500m", "memory": "128Mi"}
        ),
        node_selector={},
        tolerations=(),
        pod_labels={},
        pod_annotations={},
        env=(),
        ca_bundle=None,
    )
    return dataclasses.replace(base, **changes)


def limits(**changes: Any) -> model.Limits:
    return dataclasses.replace(model.Limits(retries=3, timeout=40, deadline=350, ttl=600), **changes)


def sync(**changes: Any) -> model.Sync:
    base = model.Sync(
        phase=model.Phase.PRE_SYNC,
        wave_offset=0,
        delete_policies=(model.DeletePolicy.BEFORE_HOOK_CREATION,),
    )
    return dataclasses.replace(base, **changes)


def pin(**changes: Any) -> model.Pin:
    base = model.Pin(
        version=VERSION - 1,
        newest=VERSION,
        reason="the new column breaks the login",
        expires=None,
        phase=model.PinPhase.POST_SYNC,
        accepted=(VERSION,),
    )
    return dataclasses.replace(base, **changes)


def alerts(**changes: Any) -> model.Alerts:
    base = model.Alerts(
        enabled=True,
        severity=model.AlertSeverity.CRITICAL,
        labels={},
        rule_labels={"release": "kube-prometheus-stack"},
        missing_for=900,
        running_for=240,
        runbook_base_url=None,
    )
    return dataclasses.replace(base, **changes)


def service(**changes: Any) -> model.Service:
    """`auth-service` in `auth`, at version 20260117000007; `changes` replace its fields."""
    name = changes.get("name", "auth-service")
    base = model.Service(
        name=name,
        namespace="auth",
        database=database(),
        runner=runner(),
        limits=limits(),
        sync=sync(),
        alerts=alerts(),
        pushgateway=None,
        dashboard=model.Dashboard(enabled=True, labels={"grafana_dashboard": "1"}, folder=None),
        operators=model.Operators(groups=(), read_logs=False),
        callback_urls=(),
        pin=None,
        suspend=False,
        migrations_directory=f"migrations/{name}",
        table="goose_db_version",
        migrations=(migration(),),
        source=model.MigrationSource.CONFIG_MAP,
        image_directory="/migrations",
        lock=Lock(f"migrations/{name}/migrations.lock", None, ()),
        postgres=None,
        lint={},
        rehearsal=model.Rehearsal((), (), (), None, None),
        drift=model.Drift(()),
        prisma=None,
        where=model.Where(lambda path: None, Position("services.yaml")),
    )
    return dataclasses.replace(base, **changes)
