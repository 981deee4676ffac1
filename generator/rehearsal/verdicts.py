"""What services.yaml and the migrations themselves say about a finding: its level, or a reason to allow it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from generator import diagnostics, model
from generator.diagnostics import Diagnostic
from generator.lint import levels, suppressions
from generator.lint.suppressions import Allowed
from generator.rehearsal.result import Step


def judged(
    service: model.Service, found: Iterable[Diagnostic], steps: Iterable[Step], counts_rows: bool
) -> tuple[Diagnostic, ...]:
    """Without what a reason in the migration allows or a level ignores, and with the reasons that nothing
    needed. `counts_rows`: a loss of rows would have been seen."""
    declared = {each.path: suppressions.of(each) for each in service.migrations}
    used: set[Allowed] = set()
    kept = []
    levelled = []
    for each in found:
        if each.rule not in levels.REHEARSAL:
            kept.append(each)
            continue
        allowed = declared[each.position.path].by(each.rule, each.position.line)
        if allowed is not None:
            used.add(allowed)
        else:
            levelled.append(each)
    looked_for = set(levels.REHEARSAL) - (set() if counts_rows else {"rehearsal-rows-lost"})
    for step in steps:
        if step.is_whole:
            levelled += suppressions.unused(declared[step.migration.path], used, looked_for)
    for each in levelled:
        severity = levels.severity(service, each.rule)
        if severity is not None:
            kept.append(dataclasses.replace(each, severity=severity))
    return diagnostics.ordered(kept)
