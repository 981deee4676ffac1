"""A PreSync Job would read a Secret of its own application as the last commit left it (argo-cd#9891, #29409)."""

from __future__ import annotations

from collections.abc import Iterator

from generator import model
from generator.diagnostics import Diagnostic


def check(project: model.Project) -> Iterator[Diagnostic]:
    for service in project.services:
        managed_by = service.database.secret.managed_by
        if service.sync.phase is model.Phase.PRE_SYNC and managed_by is model.ManagedBy.APPLICATION:
            yield Diagnostic(
                "argocd-phase",
                f"the application manages the database Secret, but the Job of `{service.name}` runs in PreSync,"
                " before Argo CD applies that Secret",
                "leave `argocd.phase` out (it follows from `managedBy`) or write `phase: Sync`",
                service.where("argocd.phase"),
            )
