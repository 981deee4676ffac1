"""Reads a file that a person wrote, and puts it in place again after an edit.

`out/` can be built anew, services.yaml cannot: so it is synced to the disk before the old one goes, keeps
its mode and owner, and is left alone when somebody saved it in the meantime. The lock is a build's: no
build sees one half of its input before the edit and the other half after.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from generator import conventions
from generator.diagnostics import GenError
from generator.output import disk, state
from generator.source import decoding

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
_MODES = 0o777


def read(path: Path) -> bytes:
    """The bytes of a file, up to a little more than the reader of services.yaml takes."""
    with _telling("read", path), _opened(path, path.parent) as (at, name):
        return _content(path, name, at, decoding.MAX_BYTES + 1)[0]


def write(path: Path, before: bytes, after: bytes, root: Path | None = None) -> None:
    """Replaces a file whose bytes were `before`; GenError, and nothing written, where they are no longer.

    A link is followed to its file as long as that is below `root`, the directory of services.yaml (None: that of
    `path`); no other one is.
    """
    if before == after:
        return
    below = path.parent if root is None else root
    with (
        state.locked(below / conventions.STATE),
        _telling("write", path),
        _opened(path, below) as (at, name),
    ):
        found = _demand_unchanged(path, name, at, before)
        # A rename would also replace what is write-protected.
        os.close(os.open(name, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, dir_fd=at))
        _remove_leftovers(name, at)
        temporary = f".{name}.{os.getpid()}.tmp"
        try:
            _create(temporary, after, found, at)
            # An editor knows nothing of the lock: look again as late as can be.
            _demand_unchanged(path, name, at, before)
            os.replace(temporary, name, src_dir_fd=at, dst_dir_fd=at)
        except BaseException:
            disk.remove(temporary, at)
            raise
        with suppress(OSError):  # some file systems cannot sync a directory; the file is in place
            os.fsync(at)


@contextmanager
def _telling(verb: str, path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise GenError(
            f"cannot {verb} {path.name}: {error.strerror or error}",
            "make room or give access, then run the same command again: the file is as it was",
        ) from error


@contextmanager
def _opened(path: Path, below: Path) -> Iterator[tuple[int, str]]:
    """The directory that the file is in, links resolved and then reached step by step, and its name there."""
    base = Path(os.path.realpath(below, strict=True))
    real = Path(os.path.realpath(path, strict=True))
    if not real.is_relative_to(base):
        raise GenError(
            f"{path.name} is a link out of its directory, so it is not edited here",
            "put the file itself in the place of the link, then run the same command again",
        )
    with ExitStack() as opened:
        at = opened.enter_context(disk.directory(base))
        for step in real.parent.relative_to(base).parts:
            at = opened.enter_context(disk.directory(step, at))
        yield at, real.name


def _content(path: Path, name: str, at: int, limit: int) -> tuple[bytes, os.stat_result]:
    """Up to `limit` bytes, without waiting for a pipe's other end."""
    with os.fdopen(os.open(name, _READ, dir_fd=at), "rb") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise GenError(f"{path.name} is not a plain file", "put a plain file in its place")
        return file.read(limit), found


def _demand_unchanged(path: Path, name: str, at: int, before: bytes) -> os.stat_result:
    content, found = _content(path, name, at, len(before) + 1)
    if content != before:
        raise GenError(
            f"{path.name} changed while it was looked at, so nothing was written",
            "run the same command again",
        )
    return found


def _create(temporary: str, content: bytes, like: os.stat_result, at: int) -> None:
    """A synced file with another's mode, and its owner where we may give that."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(temporary, flags, 0o600, dir_fd=at), "wb") as file:
        with suppress(PermissionError):
            os.fchown(file.fileno(), like.st_uid, like.st_gid)
        os.fchmod(file.fileno(), like.st_mode & _MODES)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _remove_leftovers(name: str, at: int) -> None:
    """Of a run that was killed."""
    for each in os.listdir(at):
        if re.fullmatch(rf"\.{re.escape(name)}\.[0-9]+\.tmp", each):
            disk.remove(each, at)
