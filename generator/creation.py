"""The next file of a migrations directory: a version above all others, a name that can be a ConfigMap's key.

Only the directory is read, never the migrations in it: somebody who is about to mend a broken project must
be able to add the file that does it. What goose has a word on (`snake_case`, five digits, the timestamp's
form) follows its create.go and helpers.go (v3.27.3).
"""

from __future__ import annotations

import os
import posixpath
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, StrEnum, auto
from pathlib import Path
from typing import Any

from generator import source
from generator.diagnostics import Diagnostic, GenError, Position
from generator.migrations import directory, names, quoting

FIRST_WIDTH = 5
_TIMESTAMP = "%Y%m%d%H%M%S"
# Fourteen digits of a year from 1970 on, as goose tells timestamps from sequences; not necessarily a real
# date, because people number files by hand (20260117000060).
_LIKE_TIMESTAMP = re.compile(r"(?:19[7-9]|[2-9][0-9]{2})[0-9]{11}")
_ENDING = ".sql"

# No example of a suppression: wherever one stands, it is one, and an unused one is reported.
TRANSACTION = """\
-- Why:

-- +goose Up
-- One transaction. A statement that holds `;` inside stands between StatementBegin and StatementEnd.


-- +goose Down
-- What takes the Up back. A step that loses data needs a declared reason: gen explain lint-irreversible

"""
NO_TRANSACTION = """\
-- Why:

-- +goose NO TRANSACTION

-- +goose Up
-- Each statement commits by itself, and a run that failed starts again at the first one. CONCURRENTLY
-- leaves an invalid index behind when it fails, so it begins with dropping that:
-- DROP INDEX CONCURRENTLY IF EXISTS orders_customer_idx;
-- CREATE INDEX CONCURRENTLY orders_customer_idx ON orders (customer_id);


-- +goose Down
-- DROP INDEX CONCURRENTLY IF EXISTS orders_customer_idx;
-- A step that loses data needs a declared reason: gen explain lint-irreversible

"""


class Numbering(StrEnum):
    """How the versions of a directory are chosen."""

    TIMESTAMP = "timestamp"
    SEQUENCE = "sequence"


@dataclass(frozen=True, slots=True)
class Named:
    """A service as services.yaml names it. `directory` is relative to that file."""

    name: str
    directory: str


@dataclass(frozen=True, slots=True)
class Version:
    """`digits` as they begin the file's name. `is_forced` where the clock gave no later time than the
    newest version."""

    digits: str
    is_forced: bool = False

    @property
    def number(self) -> int:
        return int(self.digits)


@dataclass(frozen=True, slots=True)
class Created:
    """`path` is relative to the directory of services.yaml; `newest` the highest version before, 0 for none."""

    path: str
    version: Version
    newest: int


def services(file: Path) -> tuple[tuple[Named, ...], list[Diagnostic]]:
    """The services that services.yaml names, with their directories, whatever else is wrong in it.

    Where it cannot be read as YAML at all, there are none, and the diagnostics say why.
    """
    document, found = source.load(file, file.name or str(file))
    written = document.value.get("services") if document is not None else None
    if not isinstance(written, dict):
        return (), found
    return tuple(Named(name, _directory(name, settings)) for name, settings in written.items()), found


def _directory(name: str, settings: Any) -> str:
    migrations = settings.get("migrations") if isinstance(settings, dict) else None
    chosen = migrations.get("directory") if isinstance(migrations, dict) else None
    return chosen if isinstance(chosen, str) and chosen else f"migrations/{name}"


def create(
    root: Path,
    service: Named,
    title: str,
    now: datetime,
    *,
    numbering: Numbering | None = None,
    transaction: bool = True,
) -> Created | list[Diagnostic]:
    """Writes the next migration of a service, or tells what is wrong with `title`.

    `root` is the directory of services.yaml, `now` a time with its zone. Only an empty directory needs a
    `numbering`; without one it is the timestamp.
    """
    shown = posixpath.normpath(service.directory)
    folder = _folder(root, service.directory)
    taken = _taken(root, service.directory, folder)
    version = next_version(taken, now, numbering)
    name = f"{version.digits}_{snake_case(title.removesuffix(_ENDING))}{_ENDING}"
    path = name if shown == "." else f"{shown}/{name}"
    if problems := _problems(title, path, name):
        return problems
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder, name, TRANSACTION if transaction else NO_TRANSACTION)
    return Created(path, version, max((names.version(each) or 0 for each in taken), default=0))


def _problems(title: str, path: str, name: str) -> list[Diagnostic]:
    if not snake_case(title.removesuffix(_ENDING)):
        return [
            Diagnostic(
                "migration-name",
                f"the name `{quoting.shown(title)}` has no letter and no digit",
                "say in a few words what the migration does, as in `create users`",
                Position(quoting.path(path)),
            )
        ]
    return names.check(quoting.path(path), name)[1]


def next_version(taken: Iterable[str], now: datetime, numbering: Numbering | None = None) -> Version:
    """The version above those of all file names in `taken`, of the kind that the newest of them has."""
    by_version = {version: name for name in taken if (version := names.version(name)) and version > 0}
    if not by_version:
        if numbering is Numbering.SEQUENCE:
            return Version("1".zfill(FIRST_WIDTH))
        return Version(_stamp(now))
    newest = max(by_version)
    written = by_version[newest].partition("_")[0].lstrip("+")
    dated = _LIKE_TIMESTAMP.fullmatch(str(newest)) is not None
    if numbering is Numbering.SEQUENCE and dated:
        raise GenError(
            f"the directory uses timestamps, up to {newest}: a sequence would stand before them",
            help="leave `--sequential` out",
        )
    if dated or numbering is Numbering.TIMESTAMP:
        stamp = _stamp(now)
        if int(stamp) > newest:
            return Version(stamp)
        later = _next_second(newest) if dated else None
        if later is not None:
            return Version(later, is_forced=True)
    if newest >= names.MAX_VERSION:
        raise GenError(
            f"there is no version above {newest}, the highest that goose knows",
            help="give the newest file a lower version, if it was never applied anywhere",
        )
    return Version(str(newest + 1).zfill(len(written)))


def _stamp(moment: datetime) -> str:
    # Not strftime alone: %Y has no leading zeros everywhere.
    return moment.astimezone(UTC).strftime(_TIMESTAMP).zfill(14)


def _next_second(newest: int) -> str | None:
    """The first real time after fourteen digits that look like one; None behind the year 9999."""
    digits = str(newest)
    year, month, *rest = (int(digits[:4]), *(int(digits[at : at + 2]) for at in range(4, 14, 2)))
    day, hour, minute, second = rest
    try:
        if month > 12:
            moment = datetime(year + 1, 1, 1, tzinfo=UTC)
        elif month < 1:
            moment = datetime(year, 1, 1, tzinfo=UTC)
        elif day < 1:
            moment = datetime(year, month, 1, tzinfo=UTC)
        elif day > _days(year, month):
            moment = datetime(year, month, 1, tzinfo=UTC) + timedelta(days=_days(year, month))
        elif hour > 23:
            moment = datetime(year, month, day, tzinfo=UTC) + timedelta(days=1)
        elif minute > 59:
            moment = datetime(year, month, day, hour, tzinfo=UTC) + timedelta(hours=1)
        else:
            start = datetime(year, month, day, hour, minute, tzinfo=UTC)
            moment = start + timedelta(seconds=min(second + 1, 60))
    except (OverflowError, ValueError):
        return None
    return _stamp(moment)


def _days(year: int, month: int) -> int:
    return (datetime(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day


class _State(Enum):
    """Of goose's machine (helpers.go)."""

    IDLE = auto()
    WORD = auto()
    DELIMITER = auto()


def snake_case(text: str) -> str:
    """As `goose create` does it, a `_` at the end apart: `Add users!` becomes `add_users`."""
    made: list[str] = []
    state = _State.IDLE
    for each in text:
        if each.isalpha() or each.isnumeric():
            state = _State.WORD
            made.append(each.lower())
        elif state is _State.WORD:
            state = _State.DELIMITER
            made.append("_")
        else:
            state = _State.IDLE
    return "".join(made).rstrip("_")


def _folder(root: Path, written: str) -> Path:
    """Where the migrations are or will be; never outside of the repository, through a link or otherwise."""
    normal = posixpath.normpath(written)
    shown = quoting.path(normal)
    outside = GenError(
        f"the migrations directory `{shown}` is outside the repository",
        help="name a directory below that of services.yaml, by its path from there",
    )
    if posixpath.isabs(normal) or normal == ".." or normal.startswith("../"):
        raise outside
    if not normal.isprintable():
        raise GenError(f"the migrations directory `{shown}` has a name that no terminal can show")
    try:
        base = Path(os.path.realpath(root, strict=True))
        folder = Path(os.path.realpath(base / normal))
        if not folder.is_relative_to(base):
            raise outside
        mode = folder.stat().st_mode
    except FileNotFoundError:
        return folder
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not a directory's name"
        raise GenError(f"the migrations directory `{shown}`: {reason}") from error
    if not stat.S_ISDIR(mode):
        raise GenError(
            f"`{shown}` is not a directory", help="correct `migrations.directory` in services.yaml"
        )
    return folder


def _taken(root: Path, written: str, folder: Path) -> set[str]:
    """The names that hold a version: whatever begins like a migration, and the locked ones that are gone."""
    try:
        found = {each.name for each in folder.iterdir()}
    except FileNotFoundError:
        return set()
    except OSError as error:
        shown = quoting.path(posixpath.normpath(written))
        raise GenError(f"the migrations directory `{shown}` cannot be read: {error.strerror}") from error
    lock, _ = directory.read_lock(root, written)
    files = {each for each in found if each.lower().endswith(_ENDING) or names.is_go_migration(each)}
    return {each for each in files | {entry.name for entry in lock.entries} if _is_version(each)}


def _is_version(name: str) -> bool:
    number = names.version(name)
    return number is not None and 1 <= number <= names.MAX_VERSION


def _write(folder: Path, name: str, text: str) -> None:
    """O_EXCL: nothing that is there is ever written over, not even through a link."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        handle = os.open(folder / name, flags, 0o666)
    except FileExistsError:
        raise GenError(f"`{name}` is there already", help="run the command once more") from None
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
        stream.write(text)
