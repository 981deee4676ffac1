"""What services.yaml and the migrations themselves say about a finding: its level, or a reason to allow it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from generator import diagnostics, model
from generator.diagnostics import Diagnostic, Severity
from generator.lint import levels, suppressions

_SEVERITIES = {model.LintLevel.ERROR: Severity.ERROR, model.LintLevel.WARNING: Severity.WARNING}


def judged(service: model.Service, found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Without what a reason in the migration allows or a level switches off."""
    allowed = {each.path: suppressions.of(each) for each in service.migrations}
    kept = []
    for each in found:
        if each.rule not in levels.REHEARSAL:
            kept.append(each)
            continue
        place = each.position
        level = levels.of(service, each.rule)
        if level is not model.LintLevel.IGNORE and not allowed[place.path].allows(each.rule, place.line):
            kept.append(dataclasses.replace(each, severity=_SEVERITIES[level]))
    return diagnostics.ordered(kept)
