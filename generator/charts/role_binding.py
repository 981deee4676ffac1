"""Who gets the roles: the service's own ServiceAccount, and the declared operator groups."""

from __future__ import annotations

from cdk8s_plus_36 import k8s
from constructs import Construct

from generator import conventions, model
from generator.charts import metadata

_RBAC = "rbac.authorization.k8s.io"


def add_runner(scope: Construct, service: model.Service) -> None:
    k8s.KubeRoleBinding(
        scope,
        "runner-binding",
        metadata=metadata.prerequisite(service, conventions.runner_role(service.name)),
        role_ref=_role(conventions.runner_role(service.name)),
        subjects=[
            k8s.Subject(
                kind="ServiceAccount",
                name=conventions.service_account(service.name),
                namespace=service.namespace,
            )
        ],
    )


def add_groups(scope: Construct, service: model.Service, role: str) -> None:
    """Gives one of the operators' roles to each of their groups."""
    k8s.KubeRoleBinding(
        scope,
        f"{role}-binding",
        metadata=metadata.tracked(service, role),
        role_ref=_role(role),
        subjects=[k8s.Subject(api_group=_RBAC, kind="Group", name=each) for each in service.operators.groups],
    )


def _role(name: str) -> k8s.RoleRef:
    return k8s.RoleRef(api_group=_RBAC, kind="Role", name=name)
