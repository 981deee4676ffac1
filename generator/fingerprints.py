"""What manifests are made from, as digests: a service's model, or a project's raw files; and gen itself.

The digest of the raw files is taken from what was read for the build, and held against the disk by the
next one: whatever changes while a build runs, it never says more than was looked at. Reading is strict:
anything beside plain .sql files is no error here, but no short cut either.
"""

from __future__ import annotations

import dataclasses
import hashlib
import posixpath
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from generator import cache, conventions, plain_files
from generator.output import disk

if TYPE_CHECKING:  # 25 ms that a build with nothing to do need not pay
    from generator import model

# Nothing larger passes the check.
_MAX_BYTES = 16 * 1024 * 1024
# Neither goose nor gen looks at them.
_IGNORED = frozenset({"README.md", ".gitkeep"})


def service(resolved: model.Service, code: str) -> str:
    """A digest that changes whenever a rendered byte of the service could; `code` is gen's own."""
    return cache.key(_text(resolved), code)


def project(read: model.Project, code: str) -> cache.Settled:
    """The raw input as it was read."""
    migrations = {
        each.name: {file.name: file.text.encode() for file in each.migrations} | _lock(each)
        for each in read.services
    }
    directories = {each.name: each.migrations_directory for each in read.services}
    return cache.Settled(_whole(code, read.path, read.text.encode(), directories, migrations), directories)


def _lock(service: model.Service) -> dict[str, bytes]:
    return {} if service.lock.text is None else {conventions.LOCK: service.lock.text.encode()}


def is_settled(settled: cache.Settled, file: Path, code: str) -> bool:
    """Whether the raw input on disk is what it was. False for anything unusual: a link, a FIFO, a giant."""
    directories = settled.directories
    try:
        with disk.directory(file.parent) as root:
            content = plain_files.read(file.name, _MAX_BYTES, root)
            migrations = {name: _migrations(each, root) for name, each in directories.items()}
    except (OSError, ValueError):
        return False
    return _whole(code, file.name, content, directories, migrations) == settled.digest


def _whole(
    code: str,
    name: str,
    content: bytes,
    directories: Mapping[str, str],
    migrations: Mapping[str, Mapping[str, bytes]],
) -> str:
    parts: list[str | bytes] = [code, name, content]
    for each in sorted(directories):
        # Two texts begin a service, a text and bytes are a file: no two inputs give the same parts.
        parts += [each, directories[each]]
        for file in sorted(migrations[each]):
            parts += [file, migrations[each][file]]
    return cache.key(*parts)


def _migrations(directory: str, root: int) -> dict[str, bytes]:
    with ExitStack() as opened:
        at = root
        for step in posixpath.normpath(directory).split("/"):
            at = opened.enter_context(disk.directory(step, at))
        return {name: plain_files.read(name, _MAX_BYTES, at) for name in _names(disk.entries(at))}


def _names(there: Iterable[str]) -> list[str]:
    names = [each for each in there if each not in _IGNORED]
    if not all(each.endswith(".sql") or each == conventions.LOCK for each in names):
        raise ValueError("something that only the check can judge")
    return names


def _text(value: object) -> str:
    """An unambiguous text for a value of the model; positions are left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = [each.name for each in dataclasses.fields(value) if each.compare]
        return f"{type(value).__name__}({','.join(_text(getattr(value, name)) for name in fields)})"
    if isinstance(value, dict):
        return f"{{{','.join(f'{_text(key)}:{_text(value[key])}' for key in sorted(value))}}}"
    if isinstance(value, tuple):
        return f"({','.join(_text(each) for each in value)})"
    if isinstance(value, Enum):
        return repr(value.value)
    if isinstance(value, str) and len(value) > 200:
        return hashlib.sha256(value.encode()).hexdigest()
    return repr(value)
