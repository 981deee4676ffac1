"""A migrations directory → its Migrations by version.

The directory is somebody else's: it may hold links, devices and FIFOs. Nothing outside the repository is
opened, nothing that is not a plain file is read, and no read is longer than one migration may be.
"""

from __future__ import annotations

import dataclasses
import os
import posixpath
from pathlib import Path

from generator import conventions, plain_files
from generator.diagnostics import Diagnostic, Position
from generator.migrations import lock, names, parser, quoting
from generator.migrations.model import Lock, Migration

# Far beyond what ConfigMaps can carry to a Job, and little enough to hold in memory.
MAX_TOTAL = 16 * 1024 * 1024


def read(root: Path, directory: str, where: Position) -> tuple[tuple[Migration, ...], list[Diagnostic]]:
    """The migrations in `directory` (relative to `root`, the repository), and all problems of all its files.

    `where` is the place in services.yaml that names the directory. Files that goose ignores (README.md,
    directories) are ignored.
    """
    shown = quoting.path(posixpath.normpath(directory))
    folder = _folder(root, directory, shown, where)
    if isinstance(folder, Diagnostic):
        return (), [folder]
    try:
        entries = sorted(each.name for each in folder.iterdir())
    except OSError as error:
        return (), [_missing(shown, where, f"cannot be read: {error.strerror}")]
    found: list[Diagnostic] = []
    candidates = [each for each in entries if _is_candidate(folder, shown, each, found)]
    if not candidates and not found:
        found.append(
            Diagnostic(
                "migration-directory-empty",
                f"`{shown}` holds no .sql file",
                "add a migration such as 20260117000001_create_users.sql: goose fails without any",
                where,
            )
        )
    _check_versions(shown, candidates, found)
    migrations: list[Migration] = []
    total = 0
    for name in candidates:
        path = _shown_path(shown, name)
        data = _content(root, folder / name, path)
        if isinstance(data, Diagnostic):
            found.extend([*names.check(path, name)[1], data])
            continue
        total += len(data)
        if total > MAX_TOTAL:
            found.append(_too_much(shown, where))
            break
        migration, problems = parser.parse(path, name, data)
        found.extend(problems)
        if migration is not None:
            migrations.append(migration)
    migrations.sort(key=lambda each: (each.version, each.name))
    return tuple(migrations), found


def read_lock(root: Path, directory: str) -> tuple[Lock, list[Diagnostic]]:
    """The lock of `directory`; one without text where there is none, or no directory."""
    shown = quoting.path(posixpath.normpath(directory))
    path = _shown_path(shown, conventions.LOCK)
    none = Lock(path, None, ())
    folder = _folder(root, directory, shown, Position(path))
    if isinstance(folder, Diagnostic) or not os.path.lexists(folder / conventions.LOCK):
        return none, []
    data = _content(root, folder / conventions.LOCK, path)
    if isinstance(data, Diagnostic):
        return dataclasses.replace(none, is_sound=False), [lock.unreadable(data)]
    read, found = lock.parse(path, data)
    try:
        present = frozenset(each.name for each in folder.iterdir())
    except OSError:  # `read` has told
        present = frozenset()
    return dataclasses.replace(read, present=present), found


def _folder(root: Path, directory: str, shown: str, where: Position) -> Path | Diagnostic:
    normal = posixpath.normpath(directory)
    if posixpath.isabs(normal) or normal == ".." or normal.startswith("../"):
        return Diagnostic(
            "migration-directory-outside",
            f"`{shown}` is outside the repository",
            "name a directory below that of services.yaml, by its path from there",
            where,
        )
    try:
        base = Path(os.path.realpath(root, strict=True))
        folder = Path(os.path.realpath(base / normal, strict=True))
        problem = None if folder.is_dir() else "is not a directory"
    except FileNotFoundError:
        problem = "does not exist"
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
    except ValueError:  # NUL or a lone surrogate, which no file system can name
        problem = "is not a directory's name"
    if problem is not None or not directory:
        return _missing(shown, where, problem or "has no name")
    if not folder.is_relative_to(base):
        return Diagnostic(
            "migration-directory-link",
            f"`{shown}` is a link out of the repository",
            "put the migrations themselves into the repository",
            where,
        )
    return folder


def _missing(shown: str, where: Position, what: str) -> Diagnostic:
    return Diagnostic(
        "migration-directory-missing",
        f"the migrations directory `{shown}` {what}",
        "create it, or correct the path: it counts from the directory of services.yaml",
        where,
    )


def _too_much(shown: str, where: Position) -> Diagnostic:
    return Diagnostic(
        "migration-too-large",
        f"the files in `{shown}` have more than {MAX_TOTAL} bytes together; the rest was not read",
        "load bulk data by another way than a migration",
        where,
    )


def _is_candidate(folder: Path, shown: str, name: str, found: list[Diagnostic]) -> bool:
    """Whether goose globs the entry; what it silently leaves out though a person meant it is reported."""
    if name.endswith(".sql"):
        return True
    where = Position(_shown_path(shown, name))
    if name.lower().endswith(".sql") and not os.path.isdir(folder / name):  # noqa: PTH112 - never raises
        found.append(
            Diagnostic(
                "migration-name",
                f"goose ignores `{quoting.shown(name)}`: it reads only files that end with .sql",
                "write the ending in lower case",
                where,
            )
        )
    if names.is_go_migration(name):
        found.append(
            Diagnostic(
                "migration-go-file",
                f"`{quoting.shown(name)}` is a migration in Go, which the goose binary cannot run",
                "write it in SQL, or move the file out of the migrations directory",
                where,
            )
        )
    return False


def _check_versions(shown: str, candidates: list[str], found: list[Diagnostic]) -> None:
    first: dict[int, str] = {}
    for name in candidates:
        version = names.version(name)
        if version is None:
            continue
        if version in first:
            found.append(
                Diagnostic(
                    "migration-version-duplicate",
                    f"`{quoting.shown(name)}` has version {version}, as `{quoting.shown(first[version])}`",
                    "give the newer of the two a version of its own, higher than all others",
                    Position(_shown_path(shown, name)),
                )
            )
        first.setdefault(version, name)


def _content(root: Path, file: Path, shown: str) -> bytes | Diagnostic:
    try:
        return plain_files.read(plain_files.inside(root, file), parser.MAX_BYTES)
    except plain_files.Outside:
        return _link(shown, "is a link out of the repository")
    except plain_files.NotPlain:
        return _not_a_file(shown)
    except plain_files.TooLarge as error:
        return parser.too_large(shown, error.size)
    except FileNotFoundError:
        return _link(shown, "is a link to nothing")
    except OSError as error:
        return _link(shown, f"cannot be read: {error.strerror}")


def _link(shown: str, what: str) -> Diagnostic:
    return Diagnostic(
        "migration-directory-link",
        f"`{posixpath.basename(shown)}` {what}",
        "put the migration itself into the directory",
        Position(shown),
    )


def _not_a_file(shown: str) -> Diagnostic:
    return Diagnostic(
        "migration-not-a-file",
        f"`{posixpath.basename(shown)}` is not a plain file, and goose would read it as a migration",
        "remove it, or give it a name that does not end with .sql",
        Position(shown),
    )


def _shown_path(shown: str, name: str) -> str:
    return quoting.path(name) if shown == "." else f"{shown}/{quoting.path(name)}"
