from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from generator import plain_files

# Nothing here takes a second, unless it waits for somebody who never comes.
GENEROUS = 60
# Python tells of an `os.open` right before it (PEP 578): the moment after the file was looked at.
SWAPPED = """\
import os, sys
from generator import plain_files

path, other = sys.argv[1:]

def swap(event, arguments):
    if event == "open" and arguments[0] == path:
        os.replace(other, path) if os.path.lexists(other) else os.remove(path)

sys.addaudithook(swap)
try:
    print(plain_files.read(path, 100))
except (OSError, ValueError) as error:
    print(type(error).__name__)
"""


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


def _link(path: Path) -> None:
    (path.parent / "target").write_bytes(b"secret")
    path.symlink_to("target")


def _giant(path: Path) -> None:
    path.touch()
    os.truncate(path, 2**40)


NO_PLAIN_FILES: dict[str, Callable[[Path], object]] = {
    "directory": Path.mkdir,
    "fifo": os.mkfifo,
    "link": _link,
    "link to nothing": lambda path: path.symlink_to("nothing"),
    "socket": _socket,
}


def test_a_plain_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"one\0two\r\n")
    assert plain_files.read(tmp_path / "a", 9) == b"one\0two\r\n"


def test_seen_from_an_open_directory(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"one")
    at = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        assert plain_files.read("a", 3, at) == b"one"
        (tmp_path / "a").rename(tmp_path / "b")
        (tmp_path / "a").symlink_to("b")
        with pytest.raises(plain_files.NotPlain):
            plain_files.read("a", 3, at)
    finally:
        os.close(at)


@pytest.mark.parametrize("kind", NO_PLAIN_FILES)
def test_what_is_no_plain_file_is_not_read(kind: str, tmp_path: Path) -> None:
    NO_PLAIN_FILES[kind](tmp_path / "a")
    with pytest.raises(plain_files.NotPlain):
        plain_files.read(tmp_path / "a", 100)


def test_a_device_is_not_read() -> None:
    with pytest.raises(plain_files.NotPlain):
        plain_files.read("/dev/zero", 100)


def test_nothing_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        plain_files.read(tmp_path / "a", 100)


def test_a_giant_is_told_by_its_size(tmp_path: Path) -> None:
    _giant(tmp_path / "a")
    with pytest.raises(plain_files.TooLarge) as error:
        plain_files.read(tmp_path / "a", 100)
    assert error.value.size == 2**40


def test_a_file_that_says_no_size_is_read_to_its_end() -> None:
    there = Path("/proc/version").read_bytes()
    assert plain_files.read("/proc/version", len(there)) == there


def test_no_more_is_read_than_may_be_whatever_size_the_file_says() -> None:
    """As one that grows: those of /proc have a size of 0."""
    with pytest.raises(plain_files.TooLarge) as error:
        plain_files.read("/proc/self/maps", 100)
    assert error.value.size == 101


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("fifo", "NotPlain"),
        ("socket", "OSError"),
        ("link", "OSError"),
        ("giant", "TooLarge"),
        ("nothing", "FileNotFoundError"),
    ],
)
def test_one_that_changes_while_it_is_looked_at(kind: str, expected: str, tmp_path: Path) -> None:
    """An `open` of a FIFO waits for its other end, unless it is told not to."""
    (tmp_path / "a").write_bytes(b"one")
    others: dict[str, Callable[[Path], object]] = {
        **NO_PLAIN_FILES,
        "giant": _giant,
        "nothing": lambda path: None,
    }
    others[kind](tmp_path / "other")
    said = subprocess.run(
        [sys.executable, "-c", SWAPPED, tmp_path / "a", tmp_path / "other"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
        timeout=GENEROUS,
    )
    assert said.stdout == f"{expected}\n"


def test_links_are_followed_as_long_as_they_stay_inside(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "b").mkdir(parents=True)
    (root / "b" / "c").touch()
    (root / "a").symlink_to("b")
    (tmp_path / "way").symlink_to(root)
    assert plain_files.inside(tmp_path / "way", "a/c") == Path(os.path.realpath(root)) / "b" / "c"
    assert plain_files.inside(root, root / "a") == Path(os.path.realpath(root)) / "b"


@pytest.mark.parametrize("path", ["..", "../rooted", "link", "link/x", "/"])
def test_what_is_not_inside_is_told(path: str, tmp_path: Path) -> None:
    """`rooted` begins as `root` does."""
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "rooted").mkdir()
    (tmp_path / "rooted" / "x").touch()
    (root / "link").symlink_to("../rooted")
    with pytest.raises(plain_files.Outside):
        plain_files.inside(root, path)


def test_a_way_that_leads_nowhere_is_an_error_of_the_system(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "broken").symlink_to("nothing")
    for path in ("nothing", "broken"):
        with pytest.raises(FileNotFoundError):
            plain_files.inside(tmp_path, path)
    with pytest.raises(OSError, match="symbolic links"):
        plain_files.inside(tmp_path, "loop")


@pytest.mark.parametrize("path", ["a\0b", "a\ud800b"])
def test_a_name_that_no_file_can_have(path: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the system's own words
        plain_files.inside(tmp_path, path)
