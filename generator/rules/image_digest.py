"""An image that holds the migrations, named by a tag: nothing says that its SQL is what was checked.

From ConfigMaps the Job starts on exactly this commit's SQL or not at all. The digest is the same guard for an
image; `IfNotPresent` makes a node run whatever it once pulled under a tag.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator import model
from generator.diagnostics import Diagnostic
from generator.text import images


def check(project: model.Project) -> Iterator[Diagnostic]:
    for service in project.services:
        image = images.parse(service.runner.image)
        if service.source is not model.MigrationSource.IMAGE or image is None or image.digest is not None:
            continue
        yield Diagnostic(
            "image-digest",
            f"the image of `{service.name}` holds its migrations and has no digest: another image under the same"
            " tag runs other SQL than was checked",
            "write the digest behind the tag: `…:<tag>@sha256:<64 hexadecimal digits>`",
            service.where("runner.image"),
        )
