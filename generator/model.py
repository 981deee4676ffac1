"""The resolved, total, immutable form of services.yaml and its migrations that every later part works on.

Nothing is optional here because a default was not applied yet; `None` always means "the person wants
none". Durations are whole seconds unless the name says otherwise. `where` tells where in the input a
value came from, so that a rule can point at it, whether the service or `defaults` gave it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from generator import conventions
from generator.diagnostics import Position
from generator.migrations.model import Lock, Migration


class Phase(StrEnum):
    """Argo CD's sync phase of the Job."""

    PRE_SYNC = "PreSync"
    SYNC = "Sync"


class ManagedBy(StrEnum):
    """Who puts the database Secret into the cluster.

    `external`: it is there before the application syncs. `application`: it is an object of the same
    Argo CD application.
    """

    EXTERNAL = "external"
    APPLICATION = "application"


class PinPhase(StrEnum):
    """When the Job of a pinned service runs: once the reverted application is healthy, or where it always
    runs, for an application that was stopped first."""

    POST_SYNC = "PostSync"
    PRE_SYNC = "PreSync"


class DeletePolicy(StrEnum):
    """When Argo CD deletes the Job (`hook-delete-policy`)."""

    BEFORE_HOOK_CREATION = "BeforeHookCreation"
    HOOK_SUCCEEDED = "HookSucceeded"
    HOOK_FAILED = "HookFailed"


class MigrationSource(StrEnum):
    """Where the pod finds the SQL: in ConfigMaps that gen writes, or in the team's own image."""

    CONFIG_MAP = "configMap"
    IMAGE = "image"


class LintLevel(StrEnum):
    """What a finding of a lint rule does: fail the command, be shown, or nothing."""

    ERROR = "error"
    WARNING = "warning"
    IGNORE = "ignore"


class AlertSeverity(StrEnum):
    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class KeyReference:
    """One key of a Secret or a ConfigMap."""

    name: str
    key: str


@dataclass(frozen=True, slots=True)
class SecretKeys:
    """The keys of a Secret that holds the connection in parts."""

    host: str
    port: str | None
    user: str
    password: str
    database: str


@dataclass(frozen=True, slots=True)
class Rotation:
    """How often the Secret has to be changed, and when it last was."""

    period_days: int
    last: date


@dataclass(frozen=True, slots=True)
class Secret:
    """The database Secret: a reference, never a value. Exactly one of `dsn_key` and `keys` is given."""

    name: str
    dsn_key: str | None
    keys: SecretKeys | None
    managed_by: ManagedBy
    rotation: Rotation | None


@dataclass(frozen=True, slots=True)
class Database:
    """`lock_timeout_ms` and `statement_timeout_ms` are milliseconds, 0 for none.

    `session_parameters` is off behind a pooler that refuses unknown startup parameters.
    """

    secret: Secret
    lock_timeout_ms: int
    statement_timeout_ms: int
    session_parameters: bool


@dataclass(frozen=True, slots=True)
class EnvVar:
    """An environment variable: a plain value, or a key of a Secret or ConfigMap. Exactly one is given."""

    name: str
    value: str | None = None
    secret: KeyReference | None = None
    config_map: KeyReference | None = None


@dataclass(frozen=True, slots=True)
class Toleration:
    key: str | None
    operator: str | None
    value: str | None
    effect: str | None
    toleration_seconds: int | None


@dataclass(frozen=True, slots=True)
class Resources:
    """Kubernetes quantities by resource name (`cpu`, `memory`, …)."""

    requests: Mapping[str, str]
    limits: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Runner:
    """The pod that runs goose."""

    image: str
    image_pull_secrets: tuple[str, ...]
    user: int
    resources: Resources
    node_selector: Mapping[str, str]
    tolerations: tuple[Toleration, ...]
    pod_labels: Mapping[str, str]
    pod_annotations: Mapping[str, str]
    env: tuple[EnvVar, ...]
    ca_bundle: KeyReference | None


@dataclass(frozen=True, slots=True)
class Limits:
    """`retries` is the Job's backoffLimit, `timeout` goose's own for one attempt, `deadline` the Job's."""

    retries: int
    timeout: int
    deadline: int
    ttl: int


@dataclass(frozen=True, slots=True)
class Sync:
    """Where the Job stands in Argo CD's sync."""

    phase: Phase
    wave_offset: int
    delete_policies: tuple[DeletePolicy, ...]

    @property
    def job_wave(self) -> int:
        return self.wave_offset + (0 if self.phase is Phase.PRE_SYNC else -1)

    @property
    def prerequisite_wave(self) -> int:
        """The wave of the ServiceAccount, the ConfigMap and the RBAC: before the Job."""
        return self.job_wave - 1


@dataclass(frozen=True, slots=True)
class Alerts:
    """`missing_for` is how long the expected version may be unseen, `running_for` how long a run may take.

    `runbook_base_url` has no `/` at its end.
    """

    enabled: bool
    severity: AlertSeverity
    labels: Mapping[str, str]
    rule_labels: Mapping[str, str]
    missing_for: int
    running_for: int
    runbook_base_url: str | None


@dataclass(frozen=True, slots=True)
class Dashboard:
    """The ConfigMap with Grafana's dashboard: `labels` are what the sidecar looks for, `folder` is Grafana's."""

    enabled: bool
    labels: Mapping[str, str]
    folder: str | None


@dataclass(frozen=True, slots=True)
class Pin:
    """A rollback as a person wrote it: the database is held at `version`, 0 for before the first migration.

    `newest` is the newest migration that existed then (`from` in services.yaml): everything above `version` and
    up to it is undone, what is above `newest` waits. `accepted` are the versions whose data may be lost.
    """

    version: int
    newest: int
    reason: str
    expires: date | None
    phase: PinPhase
    accepted: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Operators:
    """The groups that may read and delete the Job; `read_logs` opens every pod's logs in the namespace."""

    groups: tuple[str, ...]
    read_logs: bool


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What `gen test` makes in the throw-away database before the first migration.

    `roles` exist and may not log in, of `member_of` the migrating role is a member too, `extensions` are
    created by the server's administrator. `setup` and `seed` are SQL files run as the migrating role,
    relative to services.yaml: before the first migration, and (`--from`) before the first new one.
    """

    roles: tuple[str, ...]
    member_of: tuple[str, ...]
    extensions: tuple[str, ...]
    setup: str | None
    seed: str | None


@dataclass(frozen=True, slots=True)
class Drift:
    """`ignore` are the objects that `gen drift` passes over: kind and qualified name, `*` for any text."""

    ignore: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prisma:
    """`schema` is a schema.prisma or a folder of them, `tests` are files and folders: all relative to services.yaml.

    `exclude` are tables, views, enums and models that are left out, `*` for any text.
    """

    schema: str
    exclude: tuple[str, ...]
    default_schema: str
    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Service:
    """One service, with everything that its manifests need.

    `pushgateway` is the address that the Job reports to, without `/` at its end; None where it reports to nobody.
    `source` says whether the pod finds the SQL in ConfigMaps or in `image_directory` of its image. `lint` are
    the levels that somebody wrote, by rule; `postgres` is the major version in use, None if nobody said.
    """

    name: str
    namespace: str
    database: Database
    runner: Runner
    limits: Limits
    sync: Sync
    alerts: Alerts
    pushgateway: str | None
    dashboard: Dashboard
    operators: Operators
    callback_urls: tuple[str, ...]
    suspend: bool
    pin: Pin | None
    migrations_directory: str
    table: str
    migrations: tuple[Migration, ...]
    source: MigrationSource
    image_directory: str
    # None of these is in a manifest.
    lock: Lock = field(compare=False)
    postgres: int | None = field(compare=False)
    lint: Mapping[str, LintLevel] = field(compare=False)
    rehearsal: Rehearsal = field(compare=False)
    drift: Drift = field(compare=False)
    prisma: Prisma | None = field(compare=False)
    where: Where = field(compare=False, repr=False)

    @property
    def newest(self) -> int:
        """The newest migration's version."""
        return max(each.version for each in self.migrations)

    @property
    def version(self) -> int:
        """The target: what the database is to have when the Job is done."""
        return self.newest if self.pin is None else self.pin.version

    @property
    def hook(self) -> str:
        """Argo CD's hook of the Job."""
        if self.pin is not None and self.pin.phase is PinPhase.POST_SYNC:
            return PinPhase.POST_SYNC.value
        return self.sync.phase.value

    @property
    def job(self) -> str:
        return conventions.job(self.name)


class Where:
    """Positions of one service's settings, by dotted name as a person writes it (`database.secret.name`).

    A setting that nobody wrote is found at the nearest parent that somebody did. `find` gives the
    position of exactly one path, or None; `find_key` that of its key.
    """

    def __init__(
        self,
        find: Callable[[tuple[str, ...]], Position | None],
        fallback: Position,
        find_key: Callable[[tuple[str, ...]], Position | None] | None = None,
    ) -> None:
        self._find = find
        self._fallback = fallback
        self._find_key = find_key or find

    def __call__(self, dotted: str) -> Position:
        return self.of(*dotted.split(".")) if dotted else self.of()

    def of(self, *path: str) -> Position:
        """As a call, for a path with dots inside a name."""
        for length in range(len(path), -1, -1):
            found = self._find(path[:length])
            if found is not None:
                return found
        return self._fallback

    def key(self, *path: str) -> Position:
        """Of the key, for a mistake in the name of something."""
        return self._find_key(path) or self.of(*path)

    def has(self, *path: str) -> bool:
        """Whether somebody wrote exactly this setting."""
        return self._find(path) is not None


@dataclass(frozen=True, slots=True)
class Project:
    """All services of one services.yaml, by name. `path` and `text` are the file's own."""

    path: str
    text: str
    services: tuple[Service, ...]
    allowed_domains: tuple[str, ...]
