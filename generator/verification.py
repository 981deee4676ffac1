"""The last look at rendered manifests, before the first byte is written: parsed again as Kubernetes' tools
will, and held against the schemas of the oldest and the newest Kubernetes.

Whatever is found here got past every rule: it is a mistake in gen, and out/ stays as it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from generator.diagnostics import GenError
from generator.manifests import documents, schemas


def demand_valid(tree: Mapping[str, Mapping[str, bytes]]) -> None:
    """GenError for the first file that is no valid manifest."""
    folder = schemas.schema_directory()
    versions = schemas.kubernetes_versions(folder)
    checker = schemas.Schemas(folder)
    for service, files in tree.items():
        for name, content in files.items():
            for problem in _problems(content, checker, {versions[0], versions[-1]}):
                raise GenError(
                    f"gen made an invalid {service}/{name} ({problem}), so nothing was written",
                    "this is a mistake in gen, not in your files: please report it with your services.yaml",
                )


def _problems(content: bytes, checker: schemas.Schemas, versions: set[str]) -> Iterator[str]:
    read, errors = documents.read(content)
    yield from map(str, errors)
    for document in read:
        for version in sorted(versions):
            yield from (each.message for each in checker.problems(document, version))
