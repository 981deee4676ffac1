"""What stays in the cluster when a service's manifests leave Git, and the command that takes it away.

Argo CD never prunes hooks (argo-cd#16895).
"""

from __future__ import annotations

import re

from generator import conventions, output
from generator.text import kubernetes_names

_NAMESPACE = re.compile(rb"^  namespace: \"?([-a-z0-9]+)\"?$", re.MULTILINE)
_JOB = "job.yaml"


def commands(plan: output.Plan) -> tuple[str, ...]:
    """A `kubectl` line for each service that is gone, or has moved to another namespace."""
    left = {}
    for change in plan.changes:
        before, after = _namespace(change.old), _namespace(change.new)
        # Any file of a service that is gone will do: its Job's may be kept, for somebody edited it.
        is_gone = change.service in plan.removed_services
        if before is not None and (is_gone or (change.name == _JOB and before != after)):
            left[change.service] = before
    return tuple(command(service, namespace) for service, namespace in sorted(left.items()))


def command(service: str, namespace: str) -> str:
    """Removes the hooks of a service: they have constant names."""
    objects = (
        f"job/{conventions.job(service)}",
        f"configmap/{conventions.migrations_config_map(service)}",
        f"serviceaccount/{conventions.service_account(service)}",
        f"role/{conventions.runner_role(service)}",
        f"rolebinding/{conventions.runner_role(service)}",
    )
    return f"kubectl --namespace {namespace} delete --ignore-not-found {' '.join(objects)}"


def _namespace(content: bytes | None) -> str | None:
    found = _NAMESPACE.search(content or b"")
    if found is None:
        return None
    namespace = found[1].decode()
    return namespace if kubernetes_names.dns_label(namespace) is None else None
