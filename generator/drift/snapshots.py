"""The expected schema as a file of the repository, so that a live database is compared without a second PostgreSQL.

It says for which migrations it was taken, and is refused when it does not fit: an old expectation would call
every newer migration a drift.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Sequence
from pathlib import Path

from generator import model
from generator.database.catalog.snapshot import Catalog
from generator.diagnostics import GenError
from generator.drift import versions
from generator.drift.result import Expectation
from generator.migrations import lock
from generator.migrations.model import Migration
from generator.output import disk
from generator.rehearsal import scripts

FORMAT = 2
_HEAD = '{"gen": "drift snapshot", '
_MOST_BYTES = 64 * 1024 * 1024
_HELP = "make room or give access; the file has to stand in a directory that is no link"
_TEMPORARY = ".gen-drift-snapshot.tmp"


def digest(root: Path, service: model.Service, migrations: Sequence[Migration]) -> str:
    """Over all that a snapshot is made of: the files by version, and what the rehearsal makes before the first."""
    ordered = sorted(migrations, key=lambda each: each.version)
    lines = [f"{lock.digest(each.text.encode())}  {each.name}" for each in ordered]
    before = service.rehearsal
    setup = before.setup and scripts.read(root, before.setup)
    lines.append(json.dumps([before.roles, before.member_of, before.extensions, setup]))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def text(of: Expectation, root: Path, service: model.Service, migrations: Sequence[Migration]) -> str:
    """One object per line, sorted: a change of the schema is a change of a few lines."""
    head = {
        "format": FORMAT,
        "service": service.name,
        "version": max(of.versions, default=0),
        "made of": digest(root, service, migrations),
        "schema": of.schema,
        "seal": _seal(of.schema, of.before, of.catalog),
    }
    return (
        f"{_HEAD}{json.dumps(head)[1:-1]},\n"
        f'"before":\n{of.before.to_json().rstrip()},\n"catalog":\n{of.catalog.to_json().rstrip()}}}\n'
    )


def _seal(schema: str, before: Catalog, catalog: Catalog) -> str:
    """Over what is compared: an attribute that an editor or a merge made another is not believed."""
    return hashlib.sha256("".join((schema, before.to_json(), catalog.to_json())).encode()).hexdigest()


def write(path: Path, content: str) -> bool:
    """Whether the file changed. Never over what is not a snapshot, nor through a link. Raises GenError."""
    demand_place(path)
    with disk.telling(f"cannot write {path}", _HELP), disk.directory(path.parent) as folder:
        known = disk.read(path.name, folder) if disk.kind(path.name, folder) is disk.Kind.FILE else None
        if known == content.encode():
            return False
        disk.remove(_TEMPORARY, folder)
        disk.replace(path.name, content.encode(), folder, _TEMPORARY)
    return True


def demand_place(path: Path) -> None:
    """Raises GenError where no snapshot can be written, or something else stands there."""
    if not path.name or path.is_dir():
        raise GenError(f"{path} is a directory", help="name a file in it, such as `auth-service.json`")
    if not path.parent.is_dir():
        raise GenError(f"there is no directory {path.parent}", help="make it, or name another file")
    with disk.telling(f"cannot write {path}", _HELP), disk.directory(path.parent) as folder:
        kind = disk.kind(path.name, folder)
    if kind is None:
        return
    if kind is disk.Kind.FILE and _beginning(path) == _HEAD:
        return
    raise GenError(
        f"{path} is not a snapshot of gen, and is not overwritten", help="remove it, or name another file"
    )


def _beginning(path: Path) -> str:
    with disk.telling(f"cannot read {path}", _HELP), path.open("rb") as stream:
        return stream.read(len(_HEAD)).decode("utf-8", "replace")


def read(path: Path, root: Path, service: model.Service, migrations: Sequence[Migration]) -> Expectation:
    """`migrations` are those that the live database has. Raises GenError for what does not fit them."""
    given = _parsed(path)
    version = given.get("version")
    wanted = max((each.version for each in migrations), default=0)
    again = f"run `gen drift {service.name} --write-snapshot {path}` and commit the result"
    if given.get("service") != service.name:
        raise GenError(f"{path} is the snapshot of another service", help=f"name that of {service.name}")
    if version != wanted:
        raise GenError(
            f"{path} is of version {version!r}, and the database is at {wanted}",
            help=f"take the snapshot of the deployed commit, leave out `--snapshot`, or {again}",
        )
    if skipped := versions.skipped(service, migrations):
        raise GenError(
            f"{path} is of all migrations up to {wanted}, and the database has no {skipped[0].path}",
            help="leave out `--snapshot`: a rehearsal runs those that it has",
        )
    if given.get("made of") != digest(root, service, migrations):
        raise GenError(
            f"{path} is stale: it was taken of other migrations than the {len(migrations)} that the database has, or "
            "of another `rehearsal` in services.yaml",
            help=again,
        )
    try:
        catalog = Catalog.from_json(json.dumps(given["catalog"]))
        before = Catalog.from_json(json.dumps(given["before"]))
        schema = given["schema"]
        if not isinstance(schema, str) or given["seal"] != _seal(schema, before, catalog):
            raise _broken(path)
    except (KeyError, UnicodeEncodeError) as error:
        raise _broken(path) from error
    applied = tuple(sorted(each.version for each in migrations))
    return Expectation(catalog, before, applied, schema, str(path))


def _parsed(path: Path) -> dict[str, object]:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as stream:
            is_plain = stat.S_ISREG(os.fstat(descriptor).st_mode)
            data = stream.read(_MOST_BYTES + 1) if is_plain else b""
    except OSError as error:
        raise GenError(f"cannot read {path}: {error.strerror or error}", help="check the path") from error
    if not data.startswith(_HEAD.encode()) or len(data) > _MOST_BYTES:
        raise _broken(path)
    try:
        given = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise _broken(path) from error
    if not isinstance(given, dict) or given.get("format") != FORMAT:
        raise _broken(path)
    return given


def _broken(path: Path) -> GenError:
    return GenError(
        f"{path} is no drift snapshot of this gen as it was written",
        help="take it again with `--write-snapshot`",
    )
