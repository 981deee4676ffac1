"""More SQL than one ConfigMap can hold: 1 MiB for the API server, etcd's default request size with it."""

from __future__ import annotations

from collections.abc import Iterator

from generator import model
from generator.diagnostics import Diagnostic

MOST = 1024 * 1024
# The service file, the digest and what metadata takes.
RESERVED = 8 * 1024


def check(project: model.Project) -> Iterator[Diagnostic]:
    for service in project.services:
        size = sum(len(each.name) + len(each.text.encode()) for each in service.migrations)
        if size > MOST - RESERVED:
            yield Diagnostic(
                "migration-size",
                f"the migrations of `{service.name}` are {size:,} bytes, and a ConfigMap holds {MOST - RESERVED:,}",
                "squash the oldest migrations into one, or take bulk data out of them",
                service.where("migrations.directory"),
            )
