"""The untracked directory `.gen/` beside services.yaml: made on the first write, ignored by Git.

The lock is the kernel's (flock), so it ends with the process, kill -9 included. The file stays: to
remove it would let two builds lock two different files of the same name.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from generator.diagnostics import GenError
from generator.output import disk

_IGNORE = ".gitignore"
_LOCK = "lock"
_OPEN = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Hold the lock of a build; GenError at once when another process has it."""
    with disk.telling(f"cannot lock {directory.name}/{_LOCK}"):
        ensure(directory)
        with disk.directory(directory) as at:
            descriptor = os.open(_LOCK, _OPEN | os.O_CREAT, disk.FILE_MODE, dir_fd=at)
    try:
        with disk.telling(f"cannot lock {directory.name}/{_LOCK}"):
            _take(descriptor, directory)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def demand_idle(directory: Path) -> None:
    """GenError when another build is writing: what was read of `out/` in the meantime says nothing."""
    try:
        with disk.directory(directory) as at:
            descriptor = os.open(_LOCK, _OPEN, dir_fd=at)
    except OSError:
        return
    try:
        _take(descriptor, directory)
    finally:
        os.close(descriptor)


def ensure(directory: Path) -> None:
    directory.mkdir(exist_ok=True)
    with disk.directory(directory) as at:
        if disk.kind(_IGNORE, at) is None:
            disk.replace(_IGNORE, b"*\n", at, f"{_IGNORE}.{os.getpid()}.tmp")


def read(directory: Path, name: str) -> bytes | None:
    """A state file's bytes; None when it cannot be read, for all that is here can be done without."""
    try:
        with disk.directory(directory) as at:
            return disk.read(name, at)
    except OSError:
        return None


def write(directory: Path, name: str, content: bytes) -> None:
    ensure(directory)
    temporary = f"{name}.{os.getpid()}.tmp"
    with disk.directory(directory) as at:
        disk.remove(temporary, at)
        disk.replace(name, content, at, temporary)


def remove(directory: Path, name: str) -> None:
    with suppress(FileNotFoundError), disk.directory(directory) as at:
        disk.remove(name, at)


def _take(descriptor: int, directory: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
        raise GenError(
            f"another build{f' (process {holder})' if holder.isdigit() else ''} is writing the output",
            "wait until it has ended, then run the same command again",
        ) from None
