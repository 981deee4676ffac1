"""More SQL than ConfigMaps can carry: one file beyond a ConfigMap, or all of them beyond what Argo CD reads.

gen splits a service's migrations over several ConfigMaps; what is left are the limits of one file and of the
sum. Nothing is rendered here, so the sum is estimated, and never too low.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping

from generator import model
from generator.diagnostics import Diagnostic, Position
from generator.migrations import partition
from generator.migrations.model import Migration

# Of the manifests in one directory: `--max-combined-directory-manifests-size` of the repo server, by default
# the quantity 10M (getPotentiallyValidManifests, reposerver/repository/repository.go).
MOST_IN_DIRECTORY = 10_000_000

_HELP = (
    "set `migrations.source: image` and put the files into the runner's image, squash the oldest migrations,"
    " or take bulk data out of them"
)
_INDENTATION = 4
# Around one migration: the key, the mark of a block, an indentation.
_ENTRY = 32
# Around one part: header, metadata, the service file and the digest, and its two sources in the Job.
_PART = 4 * 1024
# Every other object of a service, as far as nobody wrote a word of it; and how often a character that somebody
# wrote may be in them, escaped and repeated: a label is in each alert, a group in each RoleBinding.
_OBJECTS = 80 * 1024
_REPEATED = 128
# What the YAML writer puts between quotes, as up to six bytes each.
_UNPRINTABLE = bytes([*range(0x09), *range(0x0B, 0x20), 0x7F])
_UNPRINTABLE_TOO = re.compile("[\x80-\x9f]")


def check(project: model.Project) -> Iterator[Diagnostic]:
    for service in project.services:
        if service.source is model.MigrationSource.IMAGE:
            continue
        yield from (_too_large(each) for each in service.migrations if not _fits(each))
        size = estimate(service)
        if size > MOST_IN_DIRECTORY:
            yield Diagnostic(
                "migration-size",
                f"the manifests of `{service.name}` would have up to {size:,} bytes, and Argo CD reads at most"
                f" {MOST_IN_DIRECTORY:,} from one directory",
                _HELP,
                service.where("migrations.directory"),
            )


def _fits(migration: Migration) -> bool:
    return (
        len(migration.text.encode()) <= partition.MOST
        and partition.entry_size(migration) <= partition.MOST_AS_JSON
    )


def _too_large(migration: Migration) -> Diagnostic:
    size, limit, how = len(migration.text.encode()), partition.MOST, ""
    if size <= limit:
        size, limit, how = partition.entry_size(migration), partition.MOST_AS_JSON, " as JSON"
    return Diagnostic(
        "migration-size",
        f"the file has {size:,} bytes{how}, and a ConfigMap can carry {limit:,} of one file",
        _HELP,
        Position(migration.path),
    )


def estimate(service: model.Service) -> int:
    """The manifests of a service have at most so many bytes."""
    return (
        sum(rendered_size(each) for each in service.migrations)
        + len(partition.split(service.migrations)) * _PART
        + _OBJECTS
        + _REPEATED * _written(service)
    )


def rendered_size(migration: Migration) -> int:
    """The bytes of a migration in its manifest: a block of indented lines, or a text between quotes.

    Between quotes a line feed becomes two, an indentation and an escape (`doubleQuotedString` and
    `singleQuotedString`, stringify/stringifyString.js of the npm package yaml).
    """
    text = migration.text
    data, lines = text.encode(), text.count("\n")
    size = len(migration.name) + len(data) + _ENTRY
    unprintable = len(data) - len(data.translate(None, _UNPRINTABLE))
    if not text.isascii():
        unprintable += len(_UNPRINTABLE_TOO.findall(text))
    if lines and not unprintable and text == text.strip(" \t") and not text.startswith("\n"):
        return size + lines * _INDENTATION
    escaped = sum(map(text.count, "\"'\\\t\r"))
    # \r is written with two bytes.
    return size + lines * (_INDENTATION + 3) + escaped + 5 * (unprintable - text.count("\r"))


def _written(value: object) -> int:
    """The bytes of all that somebody wrote into the settings of a service."""
    if isinstance(value, Migration):
        return 0
    if isinstance(value, str):
        return len(value.encode())
    if dataclasses.is_dataclass(value):
        return sum(_written(getattr(value, each.name)) for each in dataclasses.fields(value) if each.compare)
    if isinstance(value, Mapping):
        return sum(_written(key) + _written(each) for key, each in value.items())
    return sum(map(_written, value)) if isinstance(value, tuple) else 0
