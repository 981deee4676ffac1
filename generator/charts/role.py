"""What the migration's pod and the declared operators may do: as little as possible, by name."""

from __future__ import annotations

from collections.abc import Iterable

from cdk8s_plus_36 import k8s
from constructs import Construct

from generator import conventions, model
from generator.charts import config_map, metadata

_LOGS_NOTE = (
    "Kubernetes cannot limit the reading of logs to one Job: "
    "this opens the logs of every pod in the namespace to the operators."
)


def add_runner(scope: Construct, service: model.Service, parts: Iterable[config_map.Part]) -> None:
    """`get` on the service's own ConfigMaps and Job; never a Secret, never a wildcard."""
    name = service.name
    k8s.KubeRole(
        scope,
        "runner-role",
        metadata=metadata.prerequisite(service, conventions.runner_role(name)),
        rules=[
            k8s.PolicyRule(
                api_groups=[""],
                resources=["configmaps"],
                resource_names=[
                    *(each.name for each in parts),
                    conventions.release_config_map(name),
                ],
                verbs=["get"],
            ),
            k8s.PolicyRule(
                api_groups=["batch"],
                resources=["jobs"],
                resource_names=[conventions.job(name)],
                verbs=["get"],
            ),
        ],
    )


def add_operator(scope: Construct, service: model.Service) -> None:
    """Plain objects: operators need them between the syncs too."""
    k8s.KubeRole(
        scope,
        "operator-role",
        metadata=metadata.tracked(service, conventions.operator_role(service.name)),
        rules=[
            k8s.PolicyRule(
                api_groups=["batch"],
                resources=["jobs"],
                resource_names=[conventions.job(service.name)],
                verbs=["get", "delete"],
            )
        ],
    )


def add_logs(scope: Construct, service: model.Service) -> None:
    k8s.KubeRole(
        scope,
        "logs-role",
        metadata=metadata.tracked(
            service, conventions.logs_role(service.name), {f"{conventions.PREFIX}/note": _LOGS_NOTE}
        ),
        rules=[
            k8s.PolicyRule(api_groups=[""], resources=["pods"], verbs=["get", "list"]),
            k8s.PolicyRule(api_groups=[""], resources=["pods/log"], verbs=["get"]),
        ],
    )
