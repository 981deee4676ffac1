"""The Job has to outlive its sync, or its logs and its alerts go with it; and its constant name needs
BeforeHookCreation, or the next sync meets an immutable Job."""

from __future__ import annotations

from collections.abc import Iterator

from generator import model
from generator.diagnostics import Diagnostic

_BLINDING = (model.DeletePolicy.HOOK_SUCCEEDED, model.DeletePolicy.HOOK_FAILED)


def check(project: model.Project) -> Iterator[Diagnostic]:
    for service in project.services:
        policies = service.sync.delete_policies
        where = service.where("argocd.deletePolicy")
        blinding = [each.value for each in policies if each in _BLINDING]
        if model.DeletePolicy.BEFORE_HOOK_CREATION not in policies:
            yield Diagnostic(
                "argocd-delete-policy",
                "without BeforeHookCreation the next sync cannot replace the Job: its name is constant and its"
                " template immutable",
                "write `deletePolicy: [BeforeHookCreation]`, or leave it out; the TTL removes the Job later",
                where,
            )
        elif blinding and service.alerts.enabled:
            yield Diagnostic(
                "argocd-delete-policy",
                f"{' and '.join(blinding)} deletes the Job before its metrics are scraped: the alerts would be blind",
                "write `deletePolicy: [BeforeHookCreation]`; the TTL removes the Job later",
                where,
            )
