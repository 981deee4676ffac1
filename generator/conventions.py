"""Every name, label, annotation and path that gen gives to something, in one place.

Names are constant over time: Argo CD never prunes a hook that left Git (argo-cd#16895), so a hash
in a hook's name would pile objects up. The suffixes differ in such a way that two services can
never produce the same name: per kind, no suffix is the end of another.
"""

from __future__ import annotations

import re

MANAGER = "gen"
PREFIX = "migrations.gen"

# Kubernetes copies a Job's name into the label `job-name`, so it has to be a DNS label.
MAX_NAME = 63
MAX_SERVICE_NAME = MAX_NAME - len("-migration")

# Where things are, seen from the directory of services.yaml.
INPUT = "services.yaml"
OUTPUT = "out"
STATE = ".gen"
TOOLS = ".tools/bin"
SUMS = "SHA256SUMS"
LOCK = "migrations.lock"
SUMS_HEADER = "# Written by gen from services.yaml: do not edit. Check with: sha256sum -c SHA256SUMS"
MANIFEST_HEADER = "# Written by gen from services.yaml: edit that file and run `gen build`."
RUNBOOK_HEADER = "<!-- Written by gen from services.yaml: edit that file and run `gen build`. -->"

# Inside the pod. What gen mounts where the SQL is in the image: it must not hide a directory of that.
MOUNT = "/migrations"
SESSION_MOUNT = "/session"
SERVICE_FILE = "pg_service.conf"
SERVICE_SECTION = "migration"
DIGEST_KEY = "digest-"
CA_MOUNT = "/ca"
CONTAINER_PREFIX = "goose-"
# What reports to a Pushgateway, and its variables.
REPORTER = "report.sh"
VARIABLE_PREFIX = "GEN_"
# The job of the Pushgateway's group: pushed series carry it as their label `job`.
PUSH_JOB = "migration"
# The SQL that a pinned Job holds against the version table, before and after: keys of the ConfigMap, and where
# they are in the pod. A key that ends with `.sql` would be a migration.
ASSERTIONS = "/rollback"
ASSERT_BEFORE = "assert-before"
ASSERT_AFTER = "assert-after"
# The same for the application's own pod: a key of the release marker.
GUARD_KEY = "guard.sql"
GUARD_MOUNT = "/guard"

RUNBOOK = "RUNBOOK.md"

# Argo CD.
HOOK = "argocd.argoproj.io/hook"
HOOK_DELETE_POLICY = "argocd.argoproj.io/hook-delete-policy"
SYNC_WAVE = "argocd.argoproj.io/sync-wave"
SYNC_OPTIONS = "argocd.argoproj.io/sync-options"
SKIP_MARKER = "+argocd:skip-file-rendering"

# Our own annotation, and our own label: the version at which a service is pinned.
DIGEST = f"{PREFIX}/digest"
PIN = f"{PREFIX}/pinned-to"


def job(service: str) -> str:
    return f"{service}-migration"


def migrations_config_map(service: str, part: int = 1) -> str:
    """The first part has the name that the only one has: a service that grows keeps it."""
    return f"{service}-migrations" if part == 1 else f"{service}-migrations-{part}"


_DASHBOARD = "-migration-dashboard"
_FURTHER_PART = re.compile(r"-migrations-([0-9]+)$")


def manifest_file(kind: str, name: str) -> str:
    """The file of an object: one per kind, one for the dashboard, and one for each further part of the migrations.

    Nobody reads a dashboard, and everybody reads the release marker. Of the parts, a commit that adds a migration
    touches the last one's file only, and no file outgrows what a forge can show as a difference.
    """
    if kind == "ConfigMap" and name.endswith(_DASHBOARD):
        return "dashboard.yaml"
    part = _FURTHER_PART.search(name) if kind == "ConfigMap" else None
    return f"{kind.lower()}-{part[1]}.yaml" if part else f"{kind.lower()}.yaml"


def release_config_map(service: str) -> str:
    return f"{service}-migration-release"


def service_account(service: str) -> str:
    return f"{service}-migration-runner"


def runner_role(service: str) -> str:
    return f"{service}-migration-runner"


def operator_role(service: str) -> str:
    return f"{service}-migration-operator"


def prometheus_rule(service: str) -> str:
    return f"{service}-migration"


def alertmanager_config(service: str) -> str:
    return f"{service}-migration"


def dashboard(service: str) -> str:
    return f"{service}{_DASHBOARD}"


def rollback(service: str, part: int = 1) -> str:
    """The Job and the ConfigMaps that `gen rollback --job` prints: no part of out/."""
    return f"{service}-rollback" if part == 1 else f"{service}-rollback-{part}"


def baseline(service: str) -> str:
    """The Job and the ConfigMap that `gen baseline` prints: no part of out/."""
    return f"{service}-baseline"


def rule_group(service: str) -> str:
    return f"migration-{service}"


def container(version: int) -> str:
    """The container's name carries the target version: kube-state-metrics exports it for everyone."""
    return f"{CONTAINER_PREFIX}{version}"


def labels(service: str) -> dict[str, str]:
    """The labels of every object.

    `app.kubernetes.io/name` is not the service's: a Service that selects its pods by name would send
    traffic to the migration pod. `app.kubernetes.io/instance` is left out: Argo CD's label tracking
    owns it.
    """
    return {
        "app.kubernetes.io/name": job(service),
        "app.kubernetes.io/component": "migration",
        "app.kubernetes.io/part-of": service,
        "app.kubernetes.io/managed-by": MANAGER,
    }


def logs_role(service: str) -> str:
    return f"{service}-migration-logs"
