"""Joins a service's own settings, `defaults`, gen's defaults and the migration files into the model.

The one place that knows which value wins: the service's, then the one in `defaults`, then gen's own.
Mappings (labels, annotations, variables, resources) are joined key by key, and `null` takes a key
away; everything else is replaced.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator import conventions, model
from generator.diagnostics import Diagnostic, Position
from generator.migrations import directory
from generator.source import Document
from generator.spec import errors, file, runner

USER = 65532
REQUESTS = {"cpu": "50m", "memory": "64Mi"}
LIMITS = {"memory": "256Mi"}
RETRIES = 3
TIMEOUT = 5 * 60
TTL = 10 * 60
LOCK_TIMEOUT_MS = 10_000
TABLE = "goose_db_version"
MISSING_AT_LEAST = 15 * 60
# What the Grafana sidecar of kube-prometheus-stack looks for.
DASHBOARD_LABELS = {"grafana_dashboard": "1"}


def backoff(retries: int) -> int:
    """Seconds that a Job waits between its attempts: 10, 20, 40, … each at most 600.

    Kubernetes: DefaultJobPodFailureBackOff and MaxJobPodFailureBackOff of the Job controller.
    """
    return sum(min(10 * 2**attempt, 600) for attempt in range(retries))


def least_deadline(retries: int, timeout: int) -> int:
    """Seconds that all attempts may legally take, with 30 s for each pod to start."""
    return (retries + 1) * (timeout + 30) + backoff(retries)


@dataclass(frozen=True, slots=True)
class Resolved:
    """`project` holds the services that could be understood. Where there are errors, it is for finding
    more of them only: what could not be understood is empty in it.
    """

    project: model.Project
    diagnostics: tuple[Diagnostic, ...]


def project(document: Document, reading: errors.Reading, root: Path) -> Resolved:
    """The services of a file; `root` is the directory of services.yaml."""
    found: list[Diagnostic] = []
    services = []
    if reading.spec is not None:
        for name, service in sorted(reading.spec.services.items()):
            resolved, problems = _service(_Sources(document, reading, name, service), root)
            found.extend(problems)
            services.append(resolved)
    domains = reading.spec.security.allowed_domains if reading.spec is not None else ()
    return Resolved(
        model.Project(document.path, document.text, tuple(services), tuple(domains)), tuple(found)
    )


@dataclass(frozen=True, slots=True)
class _Sources:
    """Where a setting of one service may come from."""

    document: Document
    reading: errors.Reading
    name: str
    service: file.Service

    def find(self, path: tuple[str, ...]) -> Position | None:
        """The position of exactly this setting: the service's own, or the default's."""
        written = self._written(path)
        return self._position(written) if written else None

    def find_key(self, path: tuple[str, ...]) -> Position | None:
        """The position of the setting's key."""
        written = self._written(path)
        return self.document.key_position(*written) if written else None

    def _written(self, path: tuple[str, ...]) -> tuple[str | int, ...] | None:
        if not path:
            return ("services", self.name)
        for start in (("services", self.name), ("defaults",)):
            for whole in (
                (*start, *path),
                (*start, *(int(each) if each.isdecimal() else each for each in path)),
            ):
                if self.document.has(*whole):
                    return whole
        return None

    def _position(self, whole: tuple[str | int, ...]) -> Position:
        """Of the value, or of the key where the value is a mapping over many lines."""
        value: Any = self.document.value
        for segment in whole:
            value = value[segment]
        return (
            self.document.key_position(*whole) if isinstance(value, dict) else self.document.position(*whole)
        )

    @property
    def where(self) -> model.Where:
        return model.Where(self.find, self.document.key_position("services", self.name), self.find_key)

    def is_damaged(self, *path: str) -> bool:
        """Whether this setting, or what it stands in, was wrong and has been complained about."""
        lines = [("services", self.name, *path), ("defaults", *path)]
        damaged, document = self.reading.damaged, self.document
        return any(line[:length] in damaged for line in lines for length in range(1, len(line) + 1)) or any(
            document.has(*line) and document.position(*line) in document.reported for line in lines
        )

    def layers(self, section: str) -> tuple[Any, ...]:
        """The models of one section that were written, the service's first."""
        assert self.reading.spec is not None
        both = (getattr(self.service, section), getattr(self.reading.spec.defaults, section))
        return tuple(each for each in both if each is not None)

    def value(self, section: str, field: str, default: Any) -> Any:
        for layer in self.layers(section):
            written = getattr(layer, field)
            if written is not None:
                return written
        return default

    def mapping(self, section: str, field: str, default: Mapping[str, Any]) -> dict[str, Any]:
        written = [getattr(layer, field) for layer in self.layers(section)]
        return _joined([default, *reversed([each for each in written if each is not None])])


def _joined(layers: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    joined: dict[str, Any] = {}
    for layer in layers:
        joined.update(layer)
    return {key: joined[key] for key in sorted(joined) if joined[key] is not None}


def _service(sources: _Sources, root: Path) -> tuple[model.Service, list[Diagnostic]]:
    service, where = sources.service, sources.where
    found: list[Diagnostic] = []
    assert sources.reading.spec is not None
    namespace = service.namespace or sources.reading.spec.defaults.namespace
    if namespace is None and not sources.is_damaged("namespace"):
        found.append(
            _missing(sources, "namespace", "name the namespace of the service or of all: `namespace: …`")
        )
    image = sources.value("runner", "image", None)
    if image is None and not sources.is_damaged("runner", "image"):
        help = (
            "goose publishes no image: build one from images/goose/Dockerfile and name it at `runner.image`"
        )
        found.append(_missing(sources, "runner.image", help))
    settings = service.migrations
    path = (settings.directory if settings else None) or f"migrations/{sources.name}"
    migrations, problems = directory.read(root, path, where("migrations.directory"))
    lock, problems_of_lock = directory.read_lock(root, path)
    found += [*problems, *problems_of_lock]
    limits = _limits(sources)
    return model.Service(
        name=sources.name,
        namespace=namespace or "",
        database=_database(sources, limits),
        runner=_runner(sources, image or ""),
        limits=limits,
        sync=_sync(sources),
        alerts=_alerts(sources, limits),
        pushgateway=_pushgateway(sources, found),
        dashboard=model.Dashboard(
            enabled=sources.value("dashboard", "enabled", True),
            labels=sources.mapping("dashboard", "labels", DASHBOARD_LABELS),
            folder=sources.value("dashboard", "folder", None),
        ),
        operators=model.Operators(
            tuple(service.operators.groups) if service.operators else (),
            bool(service.operators and service.operators.read_logs),
        ),
        callback_urls=tuple(service.callback_urls or ()),
        suspend=service.suspend,
        pin=_pin(service.pin),
        migrations_directory=path,
        table=(settings.table if settings else None) or TABLE,
        migrations=migrations,
        source=(settings.source if settings else None) or model.MigrationSource.CONFIG_MAP,
        image_directory=(settings.image_directory if settings else None) or conventions.MOUNT,
        lock=lock,
        postgres=service.postgres or sources.reading.spec.defaults.postgres,
        lint=sources.mapping("lint", "rules", {}),
        rehearsal=_rehearsal(service.rehearsal),
        drift=model.Drift(tuple(service.drift.ignore or ()) if service.drift else ()),
        prisma=_prisma(service.prisma),
        where=where,
    ), found


def _pushgateway(sources: _Sources, found: list[Diagnostic]) -> str | None:
    own = sources.service.metrics
    # As everywhere: `null` takes away what `defaults` gives.
    is_taken_away = own is not None and own.pushgateway is None and "pushgateway" in own.model_fields_set
    address: str | None = None if is_taken_away else sources.value("metrics", "pushgateway", None)
    follows = "kube-state-metrics" if address is None else "pushgateway"
    if sources.value("metrics", "source", follows) != "pushgateway":
        return None
    if address is None:
        if not sources.is_damaged("metrics", "pushgateway"):
            help = "give its address, e.g. `pushgateway: http://pushgateway.monitoring.svc:9091`"
            found.append(_missing(sources, "metrics.pushgateway", help))
        return None
    return address.rstrip("/")


def _pin(written: file.Pin | None) -> model.Pin | None:
    if written is None:
        return None
    return model.Pin(
        version=written.version,
        newest=written.from_,
        reason=written.reason,
        expires=written.expires,
        phase=written.phase or model.PinPhase.POST_SYNC,
        accepted=tuple(written.accept_data_loss or ()),
    )


def _rehearsal(written: file.Rehearsal | None) -> model.Rehearsal:
    if written is None:
        return model.Rehearsal((), (), (), None, None)
    return model.Rehearsal(
        roles=tuple(written.roles or ()),
        member_of=tuple(written.member_of or ()),
        extensions=tuple(written.extensions or ()),
        setup=written.setup,
        seed=written.seed,
    )


def _prisma(written: file.Prisma | None) -> model.Prisma | None:
    if written is None:
        return None
    return model.Prisma(
        schema=written.schema_,
        exclude=tuple(written.exclude or ()),
        default_schema=written.default_schema or "public",
        tests=tuple(written.tests or ()),
    )


def _missing(sources: _Sources, name: str, help: str) -> Diagnostic:
    position = sources.document.key_position("services", sources.name)
    return Diagnostic("spec-missing", f"service `{sources.name}` has no `{name}`", help, position)


def _database(sources: _Sources, limits: model.Limits) -> model.Database:
    secret = sources.service.database.secret
    keys = secret.keys
    rotation = secret.rotation
    return model.Database(
        secret=model.Secret(
            name=secret.name,
            dsn_key=secret.key,
            keys=model.SecretKeys(keys.host, keys.port, keys.user, keys.password, keys.database)
            if keys
            else None,
            managed_by=secret.managed_by or model.ManagedBy.EXTERNAL,
            rotation=model.Rotation(rotation.period, rotation.last) if rotation else None,
        ),
        lock_timeout_ms=sources.value("database", "lock_timeout", LOCK_TIMEOUT_MS),
        statement_timeout_ms=sources.value("database", "statement_timeout", limits.timeout * 1000),
        session_parameters=sources.value("database", "session_parameters", True),
    )


def _runner(sources: _Sources, image: str) -> model.Runner:
    resources = [each.resources for each in reversed(sources.layers("runner")) if each.resources is not None]
    bundle = sources.value("runner", "ca_bundle", None)
    return model.Runner(
        image=image,
        image_pull_secrets=tuple(sources.value("runner", "image_pull_secrets", ())),
        user=sources.value("runner", "user", USER),
        resources=model.Resources(
            _joined([REQUESTS, *(each.requests for each in resources)]),
            _joined([LIMITS, *(each.limits for each in resources)]),
        ),
        node_selector=sources.mapping("runner", "node_selector", {}),
        tolerations=tuple(
            model.Toleration(each.key, each.operator, each.value, each.effect, each.toleration_seconds)
            for each in sources.value("runner", "tolerations", ())
        ),
        pod_labels=sources.mapping("runner", "pod_labels", {}),
        pod_annotations=sources.mapping("runner", "pod_annotations", {}),
        env=tuple(_variable(name, value) for name, value in sources.mapping("runner", "env", {}).items()),
        ca_bundle=model.KeyReference(bundle.config_map, bundle.key) if bundle else None,
    )


def _variable(name: str, value: str | runner.EnvironmentSource) -> model.EnvVar:
    if isinstance(value, str):
        return model.EnvVar(name, value=value)
    secret, config_map = value.secret, value.config_map
    return model.EnvVar(
        name,
        secret=model.KeyReference(secret.name, secret.key) if secret else None,
        config_map=model.KeyReference(config_map.name, config_map.key) if config_map else None,
    )


def _limits(sources: _Sources) -> model.Limits:
    retries = sources.value("job", "retries", RETRIES)
    timeout = sources.value("job", "timeout", TIMEOUT)
    return model.Limits(
        retries=retries,
        timeout=timeout,
        deadline=sources.value("job", "deadline", least_deadline(retries, timeout)),
        ttl=sources.value("job", "ttl", TTL),
    )


def _sync(sources: _Sources) -> model.Sync:
    managed_by = sources.service.database.secret.managed_by
    follows = model.Phase.SYNC if managed_by is model.ManagedBy.APPLICATION else model.Phase.PRE_SYNC
    policies = sources.value("argocd", "delete_policy", (model.DeletePolicy.BEFORE_HOOK_CREATION,))
    return model.Sync(
        phase=sources.value("argocd", "phase", follows),
        wave_offset=sources.value("argocd", "wave_offset", 0),
        delete_policies=tuple(policies),
    )


def _alerts(sources: _Sources, limits: model.Limits) -> model.Alerts:
    thresholds = [each.thresholds for each in sources.layers("alerts") if each.thresholds is not None]
    missing = next((each.missing for each in thresholds if each.missing is not None), None)
    running = next((each.running for each in thresholds if each.running is not None), None)
    base = sources.value("alerts", "runbook_base_url", None)
    return model.Alerts(
        enabled=sources.value("alerts", "enabled", True),
        severity=sources.value("alerts", "severity", model.AlertSeverity.CRITICAL),
        labels=sources.mapping("alerts", "labels", {}),
        rule_labels=sources.mapping("alerts", "rule_labels", {}),
        missing_for=missing if missing is not None else max(MISSING_AT_LEAST, limits.deadline + 300),
        running_for=running if running is not None else limits.deadline * 4 // 5,
        runbook_base_url=base.rstrip("/") if base else None,
    )
