"""All checks of the model, in the order in which they run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from generator import model
from generator.diagnostics import Diagnostic
from generator.rules import (
    alert_reserved_label,
    alert_thresholds,
    argocd_delete_policy,
    argocd_phase,
    argocd_skip_marker,
    argocd_wave,
    database_shared_table,
    database_timeouts,
    image_digest,
    job_deadline,
    job_reserved_name,
    job_resources,
    job_suspended,
    job_toleration,
    job_ttl,
    migration_image_directory,
    migration_lock,
    migration_size,
    secret_in_file,
    urls,
)
from generator.rules.rule import Rule

RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "alert-reserved-label": alert_reserved_label,
        "alert-thresholds": alert_thresholds,
        "argocd-delete-policy": argocd_delete_policy,
        "argocd-phase": argocd_phase,
        "argocd-skip-marker": argocd_skip_marker,
        "argocd-wave": argocd_wave,
        "database-shared-table": database_shared_table,
        "database-timeouts": database_timeouts,
        "image-digest": image_digest,
        "job-deadline": job_deadline,
        "job-reserved-name": job_reserved_name,
        "job-resources": job_resources,
        "job-suspended": job_suspended,
        "job-toleration": job_toleration,
        "job-ttl": job_ttl,
        "migration-image-directory": migration_image_directory,
        "migration-lock": migration_lock,
        "migration-size": migration_size,
        "secret-in-file": secret_in_file,
        "url": urls,
    }
)


def check(project: model.Project) -> Iterator[Diagnostic]:
    """Everything that the rules find in a project."""
    for rule in RULES.values():
        yield from rule.check(project)
