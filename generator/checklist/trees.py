"""Files of the repository that nobody wrote for gen: what is in node_modules, generated clients, tests.

Links are followed, as Node.js does, and never out of the repository. Nothing but a plain file is read, and no more
of it than asked for.
"""

from __future__ import annotations

import os
import posixpath
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from generator.migrations import quoting

# Of all folders together.
MAX_ENTRIES = 50_000
PACKAGES = "node_modules"
_PASSED_OVER = frozenset({PACKAGES, ".git"})


class Unreadable(Exception):
    """Why a file or folder cannot be looked at: ends a sentence that begins with its path."""


class Absent(Unreadable):
    """There is nothing."""


def real(root: Path, path: str) -> Path:
    """Where `path` (from `root`, the repository) leads to. Raises Unreadable."""
    normal = posixpath.normpath(path)
    if posixpath.isabs(normal) or normal == ".." or normal.startswith("../"):
        raise Unreadable("is outside the repository")
    try:
        base = Path(os.path.realpath(root, strict=True))
        found = Path(os.path.realpath(base / normal, strict=True))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise Absent("does not exist") from error
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror}") from error
    except ValueError as error:  # NUL or a lone surrogate, which no file system can name
        raise Unreadable("is not a file's name") from error
    if not found.is_relative_to(base):
        raise Unreadable("is a link out of the repository")
    return found


def shown(path: str) -> str:
    """As a message shows it, and Walk the path that it was given."""
    return quoting.path(posixpath.normpath(path))


def text(root: Path, path: str, most: int) -> str:
    """A plain file of at most `most` bytes. Raises Unreadable."""
    return _text(real(root, path), most)


def is_file(root: Path, path: str) -> bool:
    try:
        return stat.S_ISREG(real(root, path).lstat().st_mode)
    except (Unreadable, OSError):
        return False


def _text(found: Path, most: int) -> str:
    """O_NONBLOCK, O_NOFOLLOW and fstat: it may have become a FIFO or a link since it was looked at."""
    try:
        if not stat.S_ISREG(found.lstat().st_mode):
            raise Unreadable("is not a plain file")
        descriptor = os.open(found, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as stream:
            is_plain = stat.S_ISREG(os.fstat(descriptor).st_mode)
            data = stream.read(most + 1) if is_plain else b""
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror}") from error
    if not is_plain:
        raise Unreadable("is not a plain file")
    if len(data) > most:
        raise Unreadable(f"has more than {most} bytes")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable("is not UTF-8") from error


@dataclass(slots=True)
class Walk:
    """The files below some paths, each once and by path. `unread` is what could not be looked at, for a person."""

    root: Path
    endings: Collection[str]
    unread: list[str] = field(default_factory=list)
    _seen: set[Path] = field(default_factory=set)
    _entries: int = 0

    def files(self, path: str) -> Iterator[tuple[str, Path]]:
        """The path to show and the real one of all in a folder, or of the one file. Raises Unreadable for `path`."""
        yield from self._below(shown(path), real(self.root, path))

    def text(self, found: Path, shown: str, most: int) -> str | None:
        """None, and told, where it cannot be read."""
        try:
            return _text(found, most)
        except Unreadable as reason:
            self.unread.append(f"{shown} {reason}")
            return None

    def _below(self, shown: str, found: Path) -> Iterator[tuple[str, Path]]:
        base = Path(os.path.realpath(self.root))
        waiting = [(shown, found)]
        while waiting:
            prefix, each = waiting.pop()
            if each in self._seen:
                continue
            self._seen.add(each)
            if not os.path.isdir(each):  # noqa: PTH112 - never raises
                yield prefix, each
                continue
            try:
                names = sorted((one.name for one in each.iterdir()), reverse=True)
            except OSError as error:
                self.unread.append(f"{prefix} cannot be read: {error.strerror}")
                continue
            self._entries += len(names)
            if self._entries > MAX_ENTRIES:
                self.unread.append(f"{prefix} and what follows: more than {MAX_ENTRIES} files and folders")
                return
            waiting += self._inside(prefix, each, names, base)

    def _inside(self, prefix: str, folder: Path, names: list[str], base: Path) -> Iterator[tuple[str, Path]]:
        for name in names:
            if name in _PASSED_OVER:
                continue
            path = quoting.path(name) if prefix == "." else f"{prefix}/{quoting.path(name)}"
            target = Path(os.path.realpath(folder / name))
            is_wanted = posixpath.splitext(name)[1] in self.endings
            if not os.path.isdir(target) and not is_wanted:  # noqa: PTH112
                continue
            if target.is_relative_to(base):
                yield path, target
            elif is_wanted:
                self.unread.append(f"{path} is a link out of the repository")
