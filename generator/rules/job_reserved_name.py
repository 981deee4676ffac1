"""Labels and variables that gen sets itself: another value would break Argo CD, the alerts or the connection."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from generator import conventions, model
from generator.diagnostics import Diagnostic

_VARIABLES = ("GOOSE_", "PG", conventions.VARIABLE_PREFIX)
# What gen has no setting for, and what carries no credential.
_FREE_VARIABLES = ("PGSSLMODE", "PGSSLSNI", "PGTARGETSESSIONATTRS", "PGTZ")
# Read by the loader and by goose before anything of ours is.
_UNSAFE_VARIABLES = ("LD_", "PATH", "GODEBUG", "GOTRACEBACK")
_LABELS = (*conventions.labels("any"), "app.kubernetes.io/instance", "job-name", "controller-uid")
_LABEL_PREFIXES = ("argocd.argoproj.io/", "batch.kubernetes.io/", f"{conventions.PREFIX}/")


def check(project: model.Project) -> Iterator[Diagnostic]:
    for service in project.services:
        for variable in service.runner.env:
            if variable.name in _FREE_VARIABLES:
                continue
            if variable.name.startswith((*_VARIABLES, *_UNSAFE_VARIABLES)):
                yield Diagnostic(
                    "job-reserved-name",
                    f"the variable `{variable.name}` belongs to gen: goose's connection, limits and report hang on it",
                    "use the setting for it (database, job, metrics, runner.caBundle), or another name",
                    service.where.key("runner", "env", variable.name),
                )
        yield from _labels(service, service.runner.pod_labels, "runner", "podLabels")
        yield from _labels(service, service.alerts.rule_labels, "alerts", "ruleLabels")


def _labels(service: model.Service, labels: Iterable[str], *path: str) -> Iterator[Diagnostic]:
    for label in labels:
        if label in _LABELS or label.startswith(_LABEL_PREFIXES):
            yield Diagnostic(
                "job-reserved-name",
                f"the label `{label}` belongs to gen, Argo CD or Kubernetes",
                "use another label: by these, Services and Argo CD find what is theirs",
                service.where.key(*path, label),
            )
