"""The pod that runs goose, as services.yaml writes it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from generator.spec.fields import (
    AnnotationKey,
    DataKey,
    EnvironmentName,
    Image,
    LabelKey,
    LabelValue,
    ObjectName,
    Quantity,
    failure,
)
from generator.spec.parts import Few, Once, Strict, Text


def _resource(value: Any) -> Any:
    """Other resources need whole numbers and equal limits; no migration needs a GPU."""
    known = ("cpu", "memory", "ephemeral-storage")
    if value not in known:
        raise failure(
            "spec-choice", f"{value!r} is not one of the choices", f"write one of: {', '.join(known)}"
        )
    return value


Resource = Annotated[Literal["cpu", "memory", "ephemeral-storage"], BeforeValidator(_resource)]


class Resources(Strict):
    requests: dict[Resource, Quantity | None] = Field(default_factory=dict)
    """What the scheduler sets aside, e.g. `cpu: 50m`, `memory: 64Mi`."""
    limits: dict[Resource, Quantity | None] = Field(default_factory=dict)
    """What the container may use at most."""


class Toleration(Strict):
    key: LabelKey | None = None
    """The taint's key; without one, every taint."""
    operator: Literal["Exists", "Equal"] | None = None
    """Default: Equal."""
    value: LabelValue | None = None
    """The taint's value, for Equal."""
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] | None = None
    """Default: every effect."""
    toleration_seconds: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None
    """How long the pod may stay, for NoExecute."""


class SecretKey(Strict):
    name: ObjectName
    """The Secret."""
    key: DataKey
    """Its key."""


class ConfigMapKey(Strict):
    name: ObjectName
    """The ConfigMap."""
    key: DataKey
    """Its key."""


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
    image_pull_secrets: Annotated[list[ObjectName], Once] | None = None
    """Secrets for the registry."""
    user: Annotated[int, Field(ge=1, le=2_147_483_647)] | None = None
    """The numeric user that runs goose. Default: 65532."""
    resources: Resources | None = None
    """Default: requests of 50m CPU and 64Mi, a memory limit of 256Mi."""
    node_selector: Annotated[dict[LabelKey, LabelValue | None], Few] | None = None
    """Labels of the nodes that may run the Job."""
    tolerations: list[Toleration] | None = None
    """Taints that the Job accepts."""
    pod_labels: Annotated[dict[LabelKey, LabelValue | None], Few] | None = None
    """More labels of the pod, e.g. to switch a mesh's sidecar off."""
    pod_annotations: Annotated[dict[AnnotationKey, Text | None], Few] | None = None
    """More annotations of the pod."""
    env: Annotated[dict[EnvironmentName, EnvironmentValue | None], Few] | None = None
    """More environment variables: plain text, or a reference to a key of a Secret or ConfigMap."""
    ca_bundle: CaBundle | None = None
    """Certificates to trust the database by; sets PGSSLROOTCERT."""
