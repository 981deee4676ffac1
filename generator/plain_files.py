"""Files that somebody else put there, read so that nothing of them can hold gen up or lead it elsewhere.

Links, FIFOs, devices and giants may be among them, and each may change into another while it is looked at. What
is wrong with one is an exception: its reader knows which rule that breaks, and of what.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

_READ = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC


class Outside(ValueError):
    """It is not in the directory where it should be, or is a link out of it."""


class NotPlain(ValueError):
    """It is a directory, a link, a FIFO, a device or a socket."""


class TooLarge(ValueError):
    """`size` is in bytes: the file's, or where it grew while it was read, what was read of it."""

    def __init__(self, size: int) -> None:
        super().__init__(f"{size} bytes")
        self.size = size


def inside(root: Path, path: str | Path) -> Path:
    """Where `path`, seen from `root`, really is, links followed.

    Raises Outside where that is not below `root`, OSError where there is nothing, ValueError for a name that no file
    can have.
    """
    base = Path(os.path.realpath(root, strict=True))
    real = Path(os.path.realpath(base / path, strict=True))
    if not real.is_relative_to(base):
        raise Outside(path)
    return real


def read(path: str | Path, most: int, at: int | None = None) -> bytes:
    """The bytes of a plain file, seen from the open directory `at`; its last step is not followed.

    Raises NotPlain, TooLarge for more than `most` bytes, and OSError.
    """
    # What is no plain file is not even opened: some devices do something then.
    _size(os.stat(path, dir_fd=at, follow_symlinks=False), most)
    # O_NONBLOCK, O_NOFOLLOW and fstat: it may have become a FIFO or a link since.
    descriptor = os.open(path, _READ, dir_fd=at)
    with os.fdopen(descriptor, "rb") as stream:
        size = _size(os.fstat(descriptor), most)
        # Not `most` at once: room for so much is made first, which takes longer than reading a migration.
        data = stream.read(size + 1)
        if len(data) > size:
            data += stream.read(most + 1 - len(data))
    if len(data) > most:
        raise TooLarge(len(data))
    return data


def _size(found: os.stat_result, most: int) -> int:
    if not stat.S_ISREG(found.st_mode):
        raise NotPlain
    if found.st_size > most:
        raise TooLarge(found.st_size)
    return found.st_size
