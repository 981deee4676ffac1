"""services.yaml as pydantic models, one per mapping in the file.

The descriptions are what an editor shows: they become the JSON Schema (`gen schema`).
A setting that may stand in `defaults` and in a service is optional in both; `resolve.py` joins the two.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    WithJsonSchema,
    model_validator,
)
from pydantic.alias_generators import to_camel

from generator.model import AlertSeverity, DeletePolicy, ManagedBy, Phase
from generator.spec.fields import (
    AlertLabelName,
    AnnotationKey,
    DataKey,
    Days,
    Domain,
    EnvironmentName,
    GroupName,
    Image,
    LabelKey,
    LabelValue,
    Milliseconds,
    Namespace,
    ObjectName,
    Quantity,
    RelativeDirectory,
    Seconds,
    ServiceName,
    TableName,
    failure,
)

SCHEMA_VERSION = 1
# What an annotation or a variable may hold; longer text does not belong into services.yaml.
Text = Annotated[str, Field(max_length=4096)]


class Strict(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        alias_generator=to_camel,
        allow_inf_nan=False,
        # Only the whole file is ever validated; building each part on its own costs 0.1 s.
        defer_build=True,
    )


def _enumerated(values: type[Phase] | type[AlertSeverity] | type[ManagedBy] | type[DeletePolicy]) -> Any:
    """Takes the text of an enumeration's value: strict mode would want the Python object."""

    def convert(value: Any) -> Any:
        allowed = [each.value for each in values]
        if isinstance(value, str) and value in allowed:
            return values(value)
        raise failure(
            "spec-choice", f"{value!r} is not one of the choices", f"write one of: {', '.join(allowed)}"
        )

    return BeforeValidator(convert)


def _date(value: Any) -> date:
    try:
        if not isinstance(value, str) or len(value) != len("2026-01-31"):
            raise ValueError(value)
        return date.fromisoformat(value)
    except ValueError:
        raise failure("spec-date", f"{value!r} is not a date", "write year-month-day: `2026-01-31`") from None


Date = Annotated[date, BeforeValidator(_date), WithJsonSchema({"type": "string", "format": "date"})]


class Resources(Strict):
    requests: dict[LabelKey, Quantity | None] = {}
    """What the scheduler sets aside, e.g. `cpu: 50m`, `memory: 64Mi`."""
    limits: dict[LabelKey, Quantity | None] = {}
    """What the container may use at most."""


class Toleration(Strict):
    key: LabelKey | None = None
    operator: Literal["Exists", "Equal"] | None = None
    value: LabelValue | None = None
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] | None = None
    toleration_seconds: int | None = None


class SecretKey(Strict):
    name: ObjectName
    key: DataKey


class ConfigMapKey(Strict):
    name: ObjectName
    key: DataKey


class EnvironmentSource(Strict):
    """Exactly one of `secret` and `configMap`."""

    secret: SecretKey | None = None
    """A key of a Secret in the service's namespace."""
    config_map: ConfigMapKey | None = None
    """A key of a ConfigMap in the service's namespace."""

    @model_validator(mode="after")
    def _one(self) -> EnvironmentSource:
        if (self.secret is None) == (self.config_map is None):
            raise failure(
                "spec-environment",
                "a variable that is not plain text needs exactly one of `secret` and `configMap`",
                "write `NAME: text`, `NAME: {secret: {name: …, key: …}}` or `NAME: {configMap: {name: …, key: …}}`",
            )
        return self


EnvironmentValue = Annotated[
    Annotated[Text, Tag("text")] | Annotated[EnvironmentSource, Tag("reference")],
    Discriminator(lambda value: "reference" if isinstance(value, dict | EnvironmentSource) else "text"),
]


class CaBundle(Strict):
    config_map: ObjectName
    """The ConfigMap with the certificates; it has to exist before the Job runs."""
    key: DataKey = "ca.crt"
    """Its key with the PEM file."""


class Runner(Strict):
    image: Image | None = None
    """The image with goose in its PATH, with a tag and better still a digest. There is no default: see images/goose."""
    image_pull_secrets: list[ObjectName] | None = None
    """Secrets for the registry."""
    user: Annotated[int, Field(ge=1, le=2_147_483_647)] | None = None
    """The numeric user that runs goose. Default: 65532."""
    resources: Resources | None = None
    """Default: requests of 50m CPU and 64Mi, a memory limit of 256Mi."""
    node_selector: dict[LabelKey, LabelValue | None] | None = None
    """Labels of the nodes that may run the Job."""
    tolerations: list[Toleration] | None = None
    """Taints that the Job accepts."""
    pod_labels: dict[LabelKey, LabelValue | None] | None = None
    """More labels of the pod, e.g. to switch a mesh's sidecar off."""
    pod_annotations: dict[AnnotationKey, Text | None] | None = None
    """More annotations of the pod."""
    env: dict[EnvironmentName, EnvironmentValue | None] | None = None
    """More environment variables: plain text, or a reference to a key of a Secret or ConfigMap."""
    ca_bundle: CaBundle | None = None
    """Certificates to trust the database by; sets PGSSLROOTCERT."""


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


class ArgoCD(Strict):
    phase: Annotated[Phase, _enumerated(Phase)] | None = None
    """Default: PreSync, or Sync where the application manages the Secret."""
    wave_offset: Annotated[int, Field(ge=-1000, le=1000)] | None = None
    """Added to the sync wave of every object that carries one. Default: 0."""
    delete_policy: (
        Annotated[list[Annotated[DeletePolicy, _enumerated(DeletePolicy)]], Field(min_length=1)] | None
    ) = None
    """When Argo CD deletes the Job. Default: [BeforeHookCreation]."""


class Thresholds(Strict):
    missing: Seconds | None = None
    """How long the expected version may be unseen. Default: the deadline and 5m more, at least 15m."""
    running: Seconds | None = None
    """How long a run may take. Default: four fifths of the deadline."""


class Alerts(Strict):
    enabled: bool | None = None
    """Default: true."""
    severity: Annotated[AlertSeverity, _enumerated(AlertSeverity)] | None = None
    """Of MigrationFailed and MigrationMissing. Default: critical."""
    labels: dict[AlertLabelName, Text | None] | None = None
    """More labels of every alert, for Alertmanager's routes."""
    rule_labels: dict[LabelKey, LabelValue | None] | None = None
    """Labels of the PrometheusRule object, by which a Prometheus finds it, e.g. `release: kube-prometheus-stack`."""
    thresholds: Thresholds | None = None
    runbook_base_url: Text | None = None
    """The published `out/` directory; `runbook_url` of an alert points below it."""


class Timeouts(Strict):
    lock_timeout: Milliseconds | None = None
    """How long a statement waits for a lock. `0s` for ever. Default: 10s."""
    statement_timeout: Milliseconds | None = None
    """How long a statement may run. `0s` for ever. Default: the Job's `timeout`."""
    session_parameters: bool | None = None
    """Send the time limits as session parameters. `false` behind a pooler that refuses them. Default: true."""


class SecretKeys(Strict):
    host: DataKey
    port: DataKey | None = None
    user: DataKey
    password: DataKey
    database: DataKey


class Rotation(Strict):
    period: Days
    """How often the credentials have to change, e.g. `90d`."""
    last: Date
    """The day on which they last did, e.g. `2026-01-31`."""


class Secret(Strict):
    """The database Secret: exactly one of `key` and `keys`."""

    name: ObjectName
    key: DataKey | None = None
    """The key that holds the whole DSN."""
    keys: SecretKeys | None = None
    """The keys that hold host, port, user, password and database."""
    managed_by: Annotated[ManagedBy, _enumerated(ManagedBy)] | None = None
    """external (the default): there before the application syncs. application: part of the same application."""
    rotation: Rotation | None = None
    """Alerts when the credentials are older than they should be."""

    @model_validator(mode="after")
    def _one(self) -> Secret:
        if (self.key is None) == (self.keys is None):
            raise failure(
                "spec-secret-keys",
                "the Secret needs exactly one of `key` and `keys`",
                "write `key: <key with the DSN>`, or `keys:` with host, user, password, database and perhaps port",
            )
        return self


def _driver(value: Any) -> Any:
    if value != "postgres":
        raise failure(
            "database-driver",
            f"the driver {value!r} is not supported: gen migrates PostgreSQL only",
            "write `driver: postgres`, or leave it out",
        )
    return value


class Database(Timeouts):
    driver: Annotated[Literal["postgres"], BeforeValidator(_driver)] = "postgres"
    secret: Secret


class Migrations(Strict):
    directory: RelativeDirectory | None = None
    """Relative to services.yaml. Default: migrations/<service>."""
    table: TableName | None = None
    """goose's version table. Default: goose_db_version."""


class Operators(Strict):
    groups: Annotated[list[GroupName], Field(min_length=1)]
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


class Defaults(Settings):
    """What holds for every service that does not say otherwise. Mappings are joined key by key, `null`
    takes a key away; anything else is replaced."""

    database: Timeouts | None = None


class Service(Settings):
    database: Database
    migrations: Migrations | None = None
    callback_urls: list[Text] | None = None
    """HTTPS addresses that hear of this service's alerts."""
    operators: Operators | None = None
    suspend: bool = False
    """Break-glass: keep every object, run nothing."""


class Security(Strict):
    allowed_domains: list[Domain] = []
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
    defaults: Defaults = Field(default_factory=Defaults)
    services: Annotated[dict[ServiceName, Service], AfterValidator(_some)]
    """The services by name."""
