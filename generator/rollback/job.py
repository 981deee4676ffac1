"""What `gen rollback --job` leaves in a cluster, for those who say how to delete it: charts/rollback.py makes it."""

from __future__ import annotations

from collections.abc import Iterator

from generator import conventions, model
from generator.migrations import partition


def objects(service: model.Service) -> Iterator[str]:
    """The Job and its ConfigMaps, as many as the migrations have, as kubectl takes them."""
    yield f"job/{conventions.rollback(service.name)}"
    is_in_image = service.source is model.MigrationSource.IMAGE
    number = 1 if is_in_image else len(partition.split(service.migrations))
    for part in range(1, number + 1):
        yield f"configmap/{conventions.rollback(service.name, part)}"
