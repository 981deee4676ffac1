"""The few file operations that output needs, so that none of them ever goes through a symbolic link.

A path is resolved one step at a time from a directory that is already open, each step with
O_NOFOLLOW: a link that somebody puts in the way is an error and never a write outside of `out/`.

A file is replaced whole: a temporary file in the same directory, then a rename. The temporary name
starts with a dot, which Argo CD ignores. There is no fsync: a killed process loses nothing without
it, it makes a file about ten times dearer (0.1 ms against 1 ms on ext4), and after a power cut `out/`
comes from Git or from the next build, which compares bytes.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum, auto
from pathlib import Path

from generator.diagnostics import GenError

FILE_MODE = 0o644
DIRECTORY_MODE = 0o755

_BUILD = "make room or give access, then run the same command again: a build mends what is half done"
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class Kind(Enum):
    FILE = auto()
    LINK = auto()
    DIRECTORY = auto()
    OTHER = auto()


@contextmanager
def telling(action: str, help: str = _BUILD) -> Iterator[None]:
    """Turn an OSError into a GenError that begins with `action` ("cannot read out/auth")."""
    try:
        yield
    except OSError as error:
        raise GenError(f"{action}: {error.strerror or error}", help) from error


@contextmanager
def directory(path: str | Path, at: int | None = None) -> Iterator[int]:
    """An open directory, `path` seen from the open directory `at`. The last step may not be a link."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=at)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def kind(path: str | Path, at: int | None = None) -> Kind | None:
    """What is there, links not followed; None when nothing is."""
    try:
        mode = os.stat(path, dir_fd=at, follow_symlinks=False).st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISLNK(mode):
        return Kind.LINK
    if stat.S_ISDIR(mode):
        return Kind.DIRECTORY
    return Kind.FILE if stat.S_ISREG(mode) else Kind.OTHER


def entries(at: int) -> dict[str, Kind]:
    """Everything in an open directory, sorted by name."""
    found: dict[str, Kind] = {}
    with os.scandir(at) as listing:
        for each in listing:
            if each.is_symlink():
                found[each.name] = Kind.LINK
            elif each.is_dir(follow_symlinks=False):
                found[each.name] = Kind.DIRECTORY
            else:
                found[each.name] = Kind.FILE if each.is_file(follow_symlinks=False) else Kind.OTHER
    return dict(sorted(found.items()))


def read(name: str, at: int) -> bytes | None:
    """A file's bytes; None when it is gone, which a build at the same moment can cause."""
    try:
        descriptor = os.open(name, _READ, dir_fd=at)
    except FileNotFoundError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        return file.read()


def replace(name: str, content: bytes, at: int, temporary: str) -> None:
    """Put a file in place whole, with the same mode whatever the umask is."""
    descriptor = os.open(temporary, _CREATE, FILE_MODE, dir_fd=at)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), FILE_MODE)
            file.write(content)
        os.replace(temporary, name, src_dir_fd=at, dst_dir_fd=at)
    except BaseException:
        remove(temporary, at)
        raise


def remove(name: str, at: int) -> None:
    with suppress(FileNotFoundError):
        os.unlink(name, dir_fd=at)


def remove_directory(name: str, at: int) -> None:
    with suppress(FileNotFoundError):
        os.rmdir(name, dir_fd=at)


def ensure_directory(name: str, at: int) -> None:
    with suppress(FileExistsError):
        os.mkdir(name, DIRECTORY_MODE, dir_fd=at)
        with directory(name, at) as made:
            os.fchmod(made, DIRECTORY_MODE)
