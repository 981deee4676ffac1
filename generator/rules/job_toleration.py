"""Combinations in a toleration that the API server refuses."""

from __future__ import annotations

from collections.abc import Iterator

from generator import model
from generator.diagnostics import Diagnostic


def check(project: model.Project) -> Iterator[Diagnostic]:
    for service in project.services:
        for index, toleration in enumerate(service.runner.tolerations):
            wrong = _problem(toleration)
            if wrong is not None:
                yield Diagnostic(
                    "job-toleration",
                    wrong,
                    "write `key`, `operator: Exists` or `Equal` with `value`, and `effect`",
                    service.where(f"runner.tolerations.{index}"),
                )


def _problem(toleration: model.Toleration) -> str | None:
    if toleration.operator == "Exists" and toleration.value is not None:
        return "a toleration with `operator: Exists` takes no `value`"
    if toleration.key is None and toleration.operator != "Exists":
        return "a toleration without `key` needs `operator: Exists`"
    if toleration.toleration_seconds is not None and toleration.effect != "NoExecute":
        return "`tolerationSeconds` needs `effect: NoExecute`"
    return None
