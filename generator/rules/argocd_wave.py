"""In the Sync phase the Job gates only what comes in later waves, and workloads are in wave 0 unless they say so."""

from __future__ import annotations

from collections.abc import Iterator

from generator import model
from generator.diagnostics import Diagnostic


def check(project: model.Project) -> Iterator[Diagnostic]:
    for service in project.services:
        if service.sync.phase is model.Phase.SYNC and service.sync.job_wave >= 0:
            yield Diagnostic(
                "argocd-wave",
                f"in the Sync phase this offset puts the Job into wave {service.sync.job_wave}: workloads of wave 0"
                " would not wait for it",
                "write `waveOffset: 0` or less, and give what the migration needs an earlier wave than that",
                service.where("argocd.waveOffset"),
            )
