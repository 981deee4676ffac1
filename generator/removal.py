"""What stays in the cluster when manifests leave Git, and the command that takes it away.

Argo CD never prunes hooks (argo-cd#16895).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from generator import conventions, output
from generator.text import kubernetes_names

_NAMESPACE = re.compile(rb"^  namespace: \"?([-a-z0-9]+)\"?$", re.MULTILINE)
_NAME = re.compile(rb"^  name: \"?([-a-z0-9]+)\"?$", re.MULTILINE)
_HOOK = re.compile(rb"^    %b: " % re.escape(conventions.HOOK).encode(), re.MULTILINE)
_JOB = "job.yaml"
_CONFIG_MAPS = re.compile(r"configmap(?:-([0-9]{1,4}))?\.yaml")


def commands(plan: output.Plan) -> tuple[str, ...]:
    """A `kubectl` line for each service that is gone, has moved to another namespace, or needs fewer ConfigMaps."""
    left = {}
    for change in plan.changes:
        before, after = _namespace(change.old), _namespace(change.new)
        # Any file of a service that is gone will do: its Job's may be kept, for somebody edited it.
        is_gone = change.service in plan.removed_services
        if before is not None and (is_gone or (change.name == _JOB and before != after)):
            left[change.service] = before
    parts = {each.service: _further_parts(each.listed or ()) for each in plan.directories}
    found = {service: command(service, namespace, parts[service]) for service, namespace in left.items()}
    found |= {service: line for service, line in _superfluous(plan).items() if service not in found}
    return tuple(found[service] for service in sorted(found))


def command(service: str, namespace: str, further_parts: Iterable[int] = ()) -> str:
    """Removes the hooks of a service: they have constant names."""
    config_maps = [conventions.migrations_config_map(service, part) for part in (1, *further_parts)]
    return _delete(
        namespace,
        f"job/{conventions.job(service)}",
        *(f"configmap/{each}" for each in config_maps),
        f"serviceaccount/{conventions.service_account(service)}",
        f"role/{conventions.runner_role(service)}",
        f"rolebinding/{conventions.runner_role(service)}",
    )


def _superfluous(plan: output.Plan) -> dict[str, str]:
    """By service, the line for ConfigMaps that are hooks now and in no manifest any more."""
    gone: dict[str, list[str]] = {}
    namespaces = {}
    for change in plan.changes:
        namespace = _namespace(change.old)
        if _CONFIG_MAPS.fullmatch(change.name) is None or namespace is None:
            continue
        stay = {name for name, _ in _config_maps(change.new, change.service)}
        names = [name for name, is_hook in _config_maps(change.old, change.service) if is_hook]
        gone.setdefault(change.service, []).extend(name for name in names if name not in stay)
        namespaces[change.service] = namespace
    return {
        service: _delete(namespaces[service], *(f"configmap/{each}" for each in sorted(names, key=_by_part)))
        for service, names in gone.items()
        if names
    }


def _by_part(name: str) -> tuple[int, str]:
    return len(name), name


def _delete(namespace: str, *objects: str) -> str:
    return f"kubectl --namespace {namespace} delete --ignore-not-found {' '.join(objects)}"


def _further_parts(names: Iterable[str]) -> list[int]:
    """Which further parts of its migrations a service has by the names of its files."""
    found = (_CONFIG_MAPS.fullmatch(each) for each in names)
    return sorted({int(match[1]) for match in found if match is not None and match[1]})


def _config_maps(content: bytes | None, service: str) -> Iterator[tuple[str, bool]]:
    """The ConfigMaps with migrations in a manifest file of ours, and whether each is a hook."""
    for document in (content or b"").split(b"\n---\n"):
        # Not the SQL behind it, which may say anything.
        head = document.partition(b"\ndata:\n")[0]
        found = _NAME.search(head)
        if found is not None and found[1].decode().startswith(conventions.migrations_config_map(service)):
            yield found[1].decode(), _HOOK.search(head) is not None


def _namespace(content: bytes | None) -> str | None:
    found = _NAMESPACE.search(content or b"")
    if found is None:
        return None
    namespace = found[1].decode()
    return namespace if kubernetes_names.dns_label(namespace) is None else None
