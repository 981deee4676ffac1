"""services.yaml as pydantic models, one per mapping in the file.

The texts below the fields are what an editor shows: they become the JSON Schema (`gen schema`). A setting
that may stand in `defaults` and in a service is optional in both; `resolve.py` joins the two.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from generator.model import AlertSeverity, DeletePolicy, LintLevel, MigrationSource, Phase, PinPhase
from generator.spec.database import Database, Timeouts
from generator.spec.fields import (
    AbsoluteDirectory,
    AlertLabelName,
    Domain,
    ExtensionName,
    GroupName,
    LabelKey,
    LabelValue,
    Namespace,
    RelativeDirectory,
    RelativeFile,
    RoleName,
    SchemaName,
    Seconds,
    ServiceName,
    TableName,
    checked,
    failure,
)
from generator.spec.parts import Date, Once, OnceEach, Strict, Text, enumerated
from generator.spec.runner import Runner

SCHEMA_VERSION = 1


def _never(value: Any) -> Any:
    if value not in ("Never", None):
        raise failure(
            "job-restart-policy",
            f"the restart policy {value!r} would restart goose in place: the pod, its exit code and its log are gone",
            "leave `restartPolicy` out: it is Never, and `retries` starts a new pod each time",
        )
    return value


class Job(Strict):
    retries: Annotated[int, Field(ge=0, le=10)] | None = None
    """How often a failed pod is tried again (backoffLimit). Default: 3."""
    timeout: Seconds | None = None
    """goose's own time limit for one attempt. Default: 5m."""
    deadline: Seconds | None = None
    """Time limit for all attempts (activeDeadlineSeconds). Default: what `retries` and `timeout` need."""
    ttl: Seconds | None = None
    """How long a finished Job stays (ttlSecondsAfterFinished). Default: 10m."""
    restart_policy: Annotated[Literal["Never"], BeforeValidator(_never)] | None = None
    """Only Never works here; see `gen explain job-restart-policy`."""


def _source(value: Any) -> Any:
    known = ("kube-state-metrics", "pushgateway")
    if value not in known:
        raise failure(
            "spec-choice", f"{value!r} is not one of the choices", f"write one of: {', '.join(known)}"
        )
    return value


class ArgoCD(Strict):
    phase: Annotated[Phase, enumerated(Phase)] | None = None
    """Default: PreSync, or Sync where the application manages the Secret."""
    wave_offset: Annotated[int, Field(ge=-1000, le=1000)] | None = None
    """Added to the sync wave of every object that carries one. Default: 0."""
    delete_policy: (
        Annotated[list[Annotated[DeletePolicy, enumerated(DeletePolicy)]], Field(min_length=1)] | None
    ) = None
    """When Argo CD deletes the Job. Default: [BeforeHookCreation]."""


class Thresholds(Strict):
    missing: Seconds | None = None
    """How long the expected version may be unseen. Default: the deadline and 5m more, at least 15m."""
    running: Seconds | None = None
    """How long a run may take. Default: four fifths of the deadline."""


class Alerts(Strict):
    enabled: bool | None = None
    """Whether there are alerts; the metrics are recorded all the same. Default: true."""
    severity: Annotated[AlertSeverity, enumerated(AlertSeverity)] | None = None
    """Of MigrationFailed, MigrationMissing and MigrationVersionBehind. Default: critical."""
    labels: dict[AlertLabelName, Text | None] | None = None
    """More labels of every alert, for Alertmanager's routes."""
    rule_labels: dict[LabelKey, LabelValue | None] | None = None
    """Labels of the PrometheusRule and the AlertmanagerConfig, by which Prometheus and Alertmanager find them, e.g.
    `release: kube-prometheus-stack`."""
    thresholds: Thresholds | None = None
    """When MigrationMissing and MigrationRunningTooLong fire."""
    runbook_base_url: Text | None = None
    """The published `out/` directory; `runbook_url` of an alert points below it."""


class Metrics(Strict):
    """What gen's rules read beside kube-state-metrics."""

    source: Annotated[Literal["kube-state-metrics", "pushgateway"], BeforeValidator(_source)] | None = None
    """kube-state-metrics alone, or the Job's own reports too. Default: pushgateway where its address is given."""
    pushgateway: Text | None = None
    """The address of the Pushgateway that the Job reports to, e.g. http://pushgateway.monitoring.svc:9091. In a
    service, `null` takes away that of `defaults`."""


_FOLDER = checked(
    "spec-value",
    lambda text: (
        f"the folder {text!r} leads out of Grafana's directory"
        if text.startswith("/") or ".." in text.split("/")
        else None
    ),
    "name a folder, or `Parent/Child`: the sidecar joins it to its own directory",
)


class Dashboard(Strict):
    """Grafana's dashboard, in a ConfigMap that the sidecar of kube-prometheus-stack finds."""

    enabled: bool | None = None
    """Whether there is one. Default: true."""
    labels: dict[LabelKey, LabelValue | None] | None = None
    """What the sidecar looks for. Default: `grafana_dashboard: "1"`."""
    folder: Annotated[Text, _FOLDER] | None = None
    """Grafana's folder (annotation grafana_folder)."""


class Pin(Strict):
    """Holds the database at an older version. `gen rollback` writes this; `gen rollback --release` takes it away."""

    version: Annotated[int, Field(ge=0, le=2**63 - 1)]
    """The version to roll back to; 0 for before the first migration."""
    from_: Annotated[int, Field(ge=1, le=2**63 - 1, alias="from")]
    """The newest migration when the pin was made: what is above it waits."""
    reason: Annotated[Text, Field(min_length=1)]
    """Why, for whoever finds the pin."""
    expires: Date | None = None
    """The day (UTC) from which on the pin is an error in `gen check`."""
    phase: Annotated[PinPhase, enumerated(PinPhase)] | None = None
    """PostSync: once the reverted application is healthy. PreSync: before it. Default: PostSync."""
    accept_data_loss: Annotated[list[Annotated[int, Field(ge=1, le=2**63 - 1)]], OnceEach] | None = None
    """The migrations whose Down loses data that may go."""


class Migrations(Strict):
    directory: RelativeDirectory | None = None
    """Relative to services.yaml. Default: migrations/<service>."""
    source: Annotated[MigrationSource, enumerated(MigrationSource)] | None = None
    """configMap (the default): the pod gets the files from ConfigMaps that gen writes. image: they are in its image."""
    image_directory: AbsoluteDirectory | None = None
    """Where they are in that image. Default: /migrations."""
    table: TableName | None = None
    """goose's version table. Default: goose_db_version."""


class Rehearsal(Strict):
    """What `gen test` needs to be there before the first migration."""

    roles: Annotated[list[RoleName], Once] | None = None
    """Roles that the migrations name, e.g. in GRANT. They are made without a login."""
    member_of: Annotated[list[RoleName], Once] | None = None
    """Roles that the migrating role is a member of, e.g. to give a table to one. They are made too."""
    extensions: Annotated[list[ExtensionName], Once] | None = None
    """Extensions that an administrator makes in your databases, because the migrating role may not."""
    setup: RelativeFile | None = None
    """SQL file to run before the first migration, as the migrating role. Relative to services.yaml."""
    seed: RelativeFile | None = None
    """SQL file with rows to insert before the first new migration (`--from`). Relative to services.yaml."""


class Drift(Strict):
    """What `gen drift` passes over."""

    ignore: (
        Annotated[list[Annotated[str, Field(min_length=1, max_length=512)]], Field(max_length=1000), Once]
        | None
    ) = None
    """Objects as `gen drift` names them, kind and qualified name, e.g. `schema billing`; `*` stands for any text."""


class Prisma(Strict):
    """The Prisma schema that reads the same database."""

    schema_: Annotated[RelativeFile, Field(alias="schema")]
    """schema.prisma, or the folder of such files. Relative to services.yaml."""
    exclude: (
        Annotated[list[Annotated[str, Field(min_length=1, max_length=256)]], Field(max_length=1000), Once]
        | None
    ) = None
    """Tables, views, enums or models that are none of Prisma's, e.g. `audit_log` or `billing.*`; `*` stands for
    any text."""
    default_schema: SchemaName | None = None
    """The schema of models without @@schema, as `?schema=` in Prisma's address. Default: public."""
    tests: Annotated[list[RelativeFile], Field(max_length=100), Once] | None = None
    """Files or folders with tests that use Prisma Client, for `gen checklist`. Relative to services.yaml."""


class Lint(Strict):
    rules: dict[str, Annotated[LintLevel, enumerated(LintLevel)] | None] | None = None
    """What a finding of a lint rule does, by the rule's id: error, warning or ignore."""


class Operators(Strict):
    groups: Annotated[list[GroupName], Field(min_length=1), Once]
    """May read and delete this Job."""
    read_logs: bool = False
    """Also read pod logs. Kubernetes can't limit that to one Job: it opens the logs of every pod in the namespace."""


class Settings(Strict):
    namespace: Namespace | None = None
    """Where the Job and everything else of the service lives."""
    runner: Runner | None = None
    """The pod that runs goose."""
    job: Job | None = None
    """Retries and time limits."""
    argocd: ArgoCD | None = None
    """Where the Job stands in Argo CD's sync."""
    alerts: Alerts | None = None
    """Who hears of a failed or missing migration, and when."""
    metrics: Metrics | None = None
    """Where the metrics come from."""
    dashboard: Dashboard | None = None
    """Grafana's dashboard of the service."""
    postgres: Annotated[int, Field(ge=13, le=99)] | None = None
    """The major version of PostgreSQL in use, e.g. 16: `gen test` and the lint rules go by it."""
    lint: Lint | None = None
    """Which lint rules are errors."""


class Defaults(Settings):
    """What holds for every service that does not say otherwise. Mappings are joined key by key, `null`
    takes a key away; anything else is replaced."""

    database: Timeouts | None = None
    """Time limits of a session; the Secret belongs to the service."""


class Service(Settings):
    database: Database
    """The Secret with the connection, and time limits of the session."""
    migrations: Migrations | None = None
    """Where the goose files are, and which table remembers what was applied."""
    callback_urls: list[Text] | None = None
    """HTTPS addresses that hear of this service's alerts."""
    operators: Operators | None = None
    """Groups of people who may look at the Job and delete it."""
    rehearsal: Rehearsal | None = None
    """What `gen test` needs to be there before the first migration."""
    drift: Drift | None = None
    """What `gen drift` passes over in the live database."""
    prisma: Prisma | None = None
    """The Prisma schema that reads the same database."""
    pin: Pin | None = None
    """A rollback: holds the database at an older version. Written by `gen rollback`."""
    suspend: bool = False
    """Break-glass: keep every object, run nothing."""


class Security(Strict):
    allowed_domains: list[Domain] = Field(default_factory=list)
    """Domains that addresses in this file may point to; `*.example.com` means its sub-domains."""


def _version(value: Any) -> Any:
    if value != SCHEMA_VERSION or isinstance(value, bool):
        raise failure(
            "spec-version", f"version {value!r} is unknown to this gen", f"write `version: {SCHEMA_VERSION}`"
        )
    return value


def _some(value: dict[str, Service]) -> dict[str, Service]:
    if not value:
        raise failure(
            "spec-no-services",
            "there is no service, and an empty out/ would delete everything",
            "add a service",
        )
    return value


class File(Strict):
    """services.yaml"""

    version: Annotated[Literal[1], BeforeValidator(_version)]
    """The version of this format."""
    security: Security = Field(default_factory=Security)
    """What addresses in this file may point to."""
    defaults: Defaults = Field(default_factory=Defaults)
    """What holds for every service that does not say otherwise."""
    services: Annotated[dict[ServiceName, Service], AfterValidator(_some)]
    """The services by name."""
