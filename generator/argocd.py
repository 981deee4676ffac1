"""The Argo CD objects that put out/<service>/ where it belongs: into the application's own Application.

Phases and waves order objects only inside one Application. So the default is a second source for an
Application that exists, then an ApplicationSet that joins both directories; Applications of their own
gate no workload and come with a warning. The text is plain YAML with its comments, made without a YAML
library: the same input gives the same bytes, and every value that a person gives is quoted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Protocol

from generator import conventions
from generator.diagnostics import GenError

SERVICE = "{service}"
GENERATE_PATHS = "argocd.argoproj.io/manifest-generate-paths"

# What is in out/<service>/.
TREE_KINDS = (
    ("", "ConfigMap"),
    ("", "ServiceAccount"),
    ("batch", "Job"),
    ("monitoring.coreos.com", "AlertmanagerConfig"),
    ("monitoring.coreos.com", "PrometheusRule"),
    ("rbac.authorization.k8s.io", "Role"),
    ("rbac.authorization.k8s.io", "RoleBinding"),
)
WORKLOAD_KINDS = (("", "Service"), ("apps", "Deployment"))

# A token is a user's name to some hosts; SSH needs a user and no password.
_CREDENTIAL = re.compile(r"^(?:https?://[^/]*@|[A-Za-z][A-Za-z0-9+.-]*://[^/@]*:[^/]*@)", re.IGNORECASE)
# Text between {{ and }} would be run by the ApplicationSet controller.
_PLAIN = re.compile(r"[^\s{}]+")
_PLAIN_PATH = re.compile(r"[A-Za-z0-9._/{}-]+")


class Named(Protocol):
    """What is needed of a `model.Service`."""

    @property
    def name(self) -> str: ...
    @property
    def namespace(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Source:
    """A place in Git. `path` contains `{service}`."""

    repository: str
    revision: str
    path: str

    def of(self, service: str) -> str:
        return self.path.replace(SERVICE, service)


@dataclass(frozen=True, slots=True)
class Target:
    """`tree` is our output, `application` the application's own manifests; both may be one repository.

    `workload_kinds` are the kinds, with their groups, that the AppProject allows beside the tree's.
    """

    tree: Source
    application: Source
    project: str
    argocd_namespace: str
    server: str = "https://kubernetes.default.svc"
    workload_kinds: Sequence[tuple[str, str]] = WORKLOAD_KINDS


def target(
    *,
    repository: str,
    revision: str,
    out: str = conventions.OUTPUT,
    application_path: str = f"apps/{SERVICE}",
    project: str = "services",
    argocd_namespace: str = "argocd",
    several: bool = True,
    workload_kinds: Sequence[tuple[str, str]] = WORKLOAD_KINDS,
) -> Target:
    """Both directories in one repository; paths are seen from its root. A bad value is a `GenError`.

    `several`: the target is for more than one service, so the application's path has to name it.
    """
    if _CREDENTIAL.match(repository):
        raise GenError(
            "the repository URL carries a credential",
            "leave it out: Argo CD keeps the repository's credentials itself",
        )
    for what, value in (("repository URL", repository), ("revision", revision), ("project", project)):
        if not _PLAIN.fullmatch(value):
            raise GenError(
                f"the {what} {value!r} is empty or has a space or a brace", "write it as Git has it"
            )
    if several and SERVICE not in application_path:
        raise GenError(
            f"the application's path {application_path!r} is the same for every service",
            f"write {SERVICE} where the service's name stands, such as apps/{SERVICE}",
        )
    tree = f"{_path(out)}/{SERVICE}" if _path(out) else SERVICE
    application = _path(application_path)
    if application == tree:
        raise GenError(
            f"the application's path {application_path!r} is the tree's own",
            "give the directory of the application's own manifests",
        )
    return Target(
        tree=Source(repository, revision, tree),
        application=Source(repository, revision, application),
        project=project,
        argocd_namespace=argocd_namespace,
        workload_kinds=workload_kinds,
    )


def sources(services: Sequence[Named], of: Target) -> str:
    """For each service, what to change in its Application."""
    return "---\n".join(
        _lines(
            f"# {service.name}: put this into the Application that has the service's workload, instead of",
            "# its `source:`. Argo CD orders objects only inside one Application: there the workload waits",
            "# for the migration and stays as it was when the migration fails. An Application of its own",
            "# would gate nothing.",
            "metadata:",
            "  annotations:",
            *_generate_paths(service.name, of, "    "),
            "spec:",
            "  sources:",
            "    # As in `source:` so far.",
            *_source(of.application, service.name, "    "),
            *_source(of.tree, service.name, "    "),
        )
        for service in _ordered(services)
    )


def application_set(services: Sequence[Named], of: Target) -> str:
    """An AppProject and an ApplicationSet with one Application for each service."""
    if of.project == "default":
        raise GenError(
            "the AppProject would replace Argo CD's own project `default`",
            "name a project of its own, such as `services`",
        )
    services = _ordered(services)
    elements = [
        line
        for service in services
        for line in (
            f"          - service: {_quoted(service.name)}",
            f"            namespace: {_quoted(service.namespace)}",
        )
    ]
    name = "{{ .service }}"
    return _project(services, of) + _lines(
        "---",
        "apiVersion: argoproj.io/v1alpha1",
        "kind: ApplicationSet",
        "metadata:",
        "  name: services",
        f"  namespace: {_quoted(of.argocd_namespace)}",
        "spec:",
        "  goTemplate: true",
        '  goTemplateOptions: ["missingkey=error"]',
        "  generators:",
        "    # A list, not the directories in Git: a directory that vanishes must not delete a workload.",
        "    - list:",
        "        elements:",
        *elements,
        "  syncPolicy:",
        "    # An Application that leaves the list leaves its objects in the cluster.",
        "    preserveResourcesOnDeletion: true",
        "  template:",
        "    metadata:",
        f"      name: {_quoted(name)}",
        "      annotations:",
        *_generate_paths(name, of, "        "),
        "    spec:",
        f"      project: {_quoted(of.project)}",
        *_destination("{{ .namespace }}", of, "      "),
        "      sources:",
        *_source(of.application, name, "        "),
        *_source(of.tree, name, "        "),
        *_sync_policy("      "),
    )


def standalone(services: Sequence[Named], of: Target) -> str:
    """Applications with nothing but migrations. Show `standalone_warning` with it."""
    return "---\n".join(
        _lines(
            f"# {service.name}: this Application gates nothing: the workload's own does not wait for it.",
            "apiVersion: argoproj.io/v1alpha1",
            "kind: Application",
            "metadata:",
            f"  name: {_quoted(f'{service.name}-migrations')}",
            f"  namespace: {_quoted(of.argocd_namespace)}",
            "  annotations:",
            f"    {GENERATE_PATHS}: {_quoted('/' + of.tree.of(service.name))}",
            "spec:",
            f"  project: {_quoted(of.project)}",
            *_destination(service.namespace, of, "  "),
            "  source:",
            *_source(of.tree, service.name, "  ", item=False),
            *_sync_policy("  "),
        )
        for service in _ordered(services)
    )


def standalone_warning(services: Sequence[Named]) -> str:
    names = ", ".join(service.name for service in _ordered(services))
    return (
        f"nothing is gated: Argo CD orders objects only inside one Application, so the workload of {names} "
        "starts before, beside or without its migration; use the `sources:` entry of `gen argocd` instead"
    )


def _project(services: Sequence[Named], of: Target) -> str:
    namespaces = sorted({service.namespace for service in services})
    return _lines(
        "apiVersion: argoproj.io/v1alpha1",
        "kind: AppProject",
        "metadata:",
        f"  name: {_quoted(of.project)}",
        f"  namespace: {_quoted(of.argocd_namespace)}",
        "spec:",
        "  sourceRepos:",
        *(f"    - {_quoted(url)}" for url in sorted({of.tree.repository, of.application.repository})),
        "  destinations:",
        *(
            line
            for namespace in namespaces
            for line in (f"    - server: {_quoted(of.server)}", f"      namespace: {_quoted(namespace)}")
        ),
        "  # No cluster-scoped object: there is no clusterResourceWhitelist.",
        "  namespaceResourceWhitelist:",
        "    # What a migration needs.",
        *_kinds(TREE_KINDS),
        "    # What the applications themselves are made of: add the kinds that yours need.",
        *_kinds([kind for kind in of.workload_kinds if kind not in TREE_KINDS]),
    )


def _kinds(kinds: Sequence[tuple[str, str]]) -> list[str]:
    return [
        line
        for group, kind in kinds
        for line in (f"    - group: {_quoted(group)}", f"      kind: {_quoted(kind)}")
    ]


def _generate_paths(service: str, of: Target, indent: str) -> list[str]:
    # GetSourceRefreshPaths (util/app/path/path.go) takes the one list for every source, and a relative
    # path from each source's own directory: only absolute paths mean the same for both (argo-cd#27727).
    paths = ";".join(f"/{source.of(service)}" for source in (of.application, of.tree))
    return [
        f"{indent}# Both directories, absolute: Argo CD takes this list for each of the sources.",
        f"{indent}{GENERATE_PATHS}: {_quoted(paths)}",
    ]


def _source(source: Source, service: str, indent: str, *, item: bool = True) -> list[str]:
    # No `directory: {recurse: false}`: Argo CD drops an empty one (NormalizeApplicationSpec), and an
    # Application that is kept in Git would differ from itself for ever.
    first, other = (f"{indent}- ", f"{indent}  ") if item else (f"{indent}  ", f"{indent}  ")
    return [
        f"{first}repoURL: {_quoted(source.repository)}",
        f"{other}targetRevision: {_quoted(source.revision)}",
        f"{other}path: {_quoted(source.of(service))}",
    ]


def _destination(namespace: str, of: Target, indent: str) -> list[str]:
    return [
        f"{indent}destination:",
        f"{indent}  server: {_quoted(of.server)}",
        f"{indent}  namespace: {_quoted(namespace)}",
    ]


def _sync_policy(indent: str) -> list[str]:
    return [
        f"{indent}syncPolicy:",
        f"{indent}  automated:",
        f"{indent}    prune: true",
        f"{indent}  # Each retry runs the whole Job again, its own retries included; without this there are",
        f"{indent}  # five (argo-cd#15624).",
        f"{indent}  retry:",
        f"{indent}    limit: 1",
        f"{indent}    backoff:",
        f"{indent}      duration: 30s",
    ]


def _ordered(services: Sequence[Named]) -> list[Named]:
    return sorted(services, key=lambda service: service.name)


def _path(path: str) -> str:
    """A path inside the repository, without `./` and a `/` at its end."""
    pure = PurePosixPath(path)
    # `;` ends a path of the annotation, `*`, `?` and `[` are patterns there.
    if pure.is_absolute() or ".." in pure.parts or not _PLAIN_PATH.fullmatch(path):
        raise GenError(
            f"{path!r} is not a path inside the repository",
            "write it from the repository's root, with letters, digits, `.`, `_`, `-` and `/` only",
        )
    return "" if str(pure) == "." else str(pure)


def _quoted(text: str) -> str:
    # A JSON string of ASCII is a YAML string in every version of YAML.
    return json.dumps(text)


def _lines(*lines: str) -> str:
    return "".join(f"{line}\n" for line in lines)
