"""A directory of the image that the Job does not look into, or that gen's own mount hides."""

from __future__ import annotations

from collections.abc import Iterator

from generator import conventions, model
from generator.diagnostics import Diagnostic


def check(project: model.Project) -> Iterator[Diagnostic]:
    for service in project.services:
        directory, where = service.image_directory, service.where("migrations.imageDirectory")
        if service.source is not model.MigrationSource.IMAGE:
            if service.where.has("migrations", "imageDirectory"):
                yield Diagnostic(
                    "migration-image-directory",
                    f"`{directory}` of the image is never looked into: the SQL of `{service.name}` is in ConfigMaps",
                    "set `source: image` beside it, or take `imageDirectory` out",
                    service.where.key("migrations", "imageDirectory"),
                )
            continue
        for mount in _mounts(service):
            if f"{directory}/".startswith(f"{mount}/"):
                yield Diagnostic(
                    "migration-image-directory",
                    f"gen mounts a volume at `{mount}` that hides `{directory}` of the image",
                    f"put the migrations into another directory of the image, such as `{conventions.MOUNT}`",
                    where,
                )


def _mounts(service: model.Service) -> Iterator[str]:
    yield conventions.SESSION_MOUNT
    if service.runner.ca_bundle is not None:
        yield conventions.CA_MOUNT
