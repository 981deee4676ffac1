"""The one-off Job for an emergency, with what to know at its top: nothing of it belongs into the tree."""

from __future__ import annotations

import shlex

from generator import conventions
from generator.pinning.plan import Plan
from generator.rollback import job
from generator.text import comments


def manifests(planned: Plan, command: str) -> str:
    """The ConfigMaps and the Job as YAML, for `kubectl create -f -`; `command` is what was typed."""
    # Half a second, and Node behind it.
    from generator.charts import rollback as chart  # noqa: PLC0415

    return comments.block(_header(planned, command), "#") + chart.render(planned.service)


def _header(planned: Plan, command: str) -> list[str]:
    service, wished = planned.service, planned.wished
    name = conventions.rollback(service.name)
    objects = " ".join(job.objects(service))
    kubectl = f"kubectl --namespace {shlex.quote(service.namespace)}"
    undone = ", ".join(str(each.migration.version) for each in planned.undone) or "nothing"
    return [
        f"Takes the database of {service.name} to version {wished.version}, once, and changes nothing in Git.",
        f"Reason: {wished.reason}",
        f"It undoes, where they are applied: {undone}",
        "",
        "Before:",
        "1. Nothing else migrates this database: no sync of Argo CD runs, and auto-sync is off or the change is pinned",
        "   in Git too (the same command without --job). The next sync would apply the migrations again.",
        "2. No application that needs the newer schema is running.",
        f"3. No Job of an earlier rollback is left: {kubectl} delete {objects} --ignore-not-found",
        "",
        "Run it:",
        f"  {command} | kubectl create -f -",
        f"  {kubectl} wait --for=condition=complete --timeout={service.limits.deadline}s job/{name}",
        f"  {kubectl} logs job/{name} --all-containers",
        "Where a Down fails it stops: what was undone before stays undone. The log says which it was.",
        "",
        "After:",
        f"  {kubectl} delete {objects}",
        "  Pin the version in Git, or mend the migration, before the next sync.",
    ]
