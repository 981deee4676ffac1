"""A person's file is replaced whole, as it was, and only if it still is what was read."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from generator import conventions, output
from generator.diagnostics import GenError
from generator.output import edited

OLD, NEW = b"services: {}\n", b"services: {a: 1}\n"
NOBODY = 65534


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "project" / "services.yaml"
    path.parent.mkdir()
    path.write_bytes(OLD)
    return path


def names(file: Path) -> list[str]:
    return sorted(each.name for each in file.parent.iterdir())


def test_a_file_is_replaced_and_keeps_its_mode(file: Path) -> None:
    file.chmod(0o640)
    assert edited.read(file) == OLD
    edited.write(file, OLD, NEW)
    assert file.read_bytes() == NEW
    assert file.stat().st_mode & 0o7777 == 0o640
    assert names(file) == [".gen", "services.yaml"]


def test_the_owner_stays_where_we_may_give_it(file: Path) -> None:
    if os.geteuid() == 0:
        os.chown(file, NOBODY, NOBODY)
    before = file.stat()
    edited.write(file, OLD, NEW)
    assert (file.stat().st_uid, file.stat().st_gid) == (before.st_uid, before.st_gid)


def test_nothing_to_write_writes_nothing(file: Path) -> None:
    inode = file.stat().st_ino
    edited.write(file, OLD, OLD)
    assert file.stat().st_ino == inode
    assert names(file) == ["services.yaml"]


@pytest.mark.parametrize("meanwhile", [OLD + b"#", OLD[:-1], b"", NEW])
def test_a_file_that_changed_meanwhile_is_left_alone(file: Path, meanwhile: bytes) -> None:
    file.write_bytes(meanwhile)
    with pytest.raises(GenError, match="changed while"):
        edited.write(file, OLD, NEW)
    assert file.read_bytes() == meanwhile
    assert names(file) == [".gen", "services.yaml"]


def test_a_build_that_runs_is_waited_for(file: Path) -> None:
    with output.locked(file.parent / conventions.STATE), pytest.raises(GenError, match="another build"):
        edited.write(file, OLD, NEW)
    assert file.read_bytes() == OLD
    edited.write(file, OLD, NEW)
    assert file.read_bytes() == NEW


def test_a_link_inside_the_directory_is_followed_to_its_file(file: Path) -> None:
    real = file.parent / "config" / "real.yaml"
    real.parent.mkdir()
    file.rename(real)
    file.symlink_to("config/real.yaml")
    edited.write(file, edited.read(file), NEW)
    assert file.is_symlink()
    assert real.read_bytes() == NEW
    assert [each.name for each in real.parent.iterdir()] == ["real.yaml"]


def test_a_directory_that_is_a_link_is_no_obstacle(file: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(file.parent)
    edited.write(tmp_path / "link" / file.name, OLD, NEW)
    assert file.read_bytes() == NEW


def test_a_link_out_of_the_directory_is_refused(file: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_bytes(OLD)
    file.unlink()
    file.symlink_to(outside)
    for act in (lambda: edited.write(file, OLD, NEW), lambda: edited.read(file)):
        with pytest.raises(GenError, match="link out of its directory"):
            act()
    assert outside.read_bytes() == OLD


@pytest.mark.parametrize("kind", ["pipe", "directory", "missing", "loop"])
def test_what_is_no_plain_file_is_refused_without_waiting(file: Path, kind: str) -> None:
    file.unlink()
    if kind == "pipe":
        os.mkfifo(file)
    elif kind == "directory":
        file.mkdir()
    elif kind == "loop":
        file.symlink_to(file.name)
    refused: list[GenError] = []

    def act() -> None:
        for call in (lambda: edited.read(file), lambda: edited.write(file, OLD, NEW)):
            try:
                call()
            except GenError as error:
                refused.append(error)

    thread = threading.Thread(target=act, daemon=True)
    thread.start()
    thread.join(60)
    assert [bool(each.help) for each in refused] == [True, True]


def test_a_write_protected_file_is_refused() -> None:
    script = (
        "import os, sys\nfrom pathlib import Path\n"
        "from generator.output import edited\nfrom generator.diagnostics import GenError\n"
        f"if os.geteuid() == 0:\n    os.setgid({NOBODY})\n    os.setuid({NOBODY})\n"
        f"try:\n    edited.write(Path(sys.argv[1]), {OLD!r}, {NEW!r})\n"
        "except GenError as error:\n    print(error)\n"
    )
    # Root may write everywhere, and pytest's own directories let nobody else in.
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory, "services.yaml")
        file.write_bytes(OLD)
        file.chmod(0o444)
        if os.geteuid() == 0:
            os.chown(directory, NOBODY, NOBODY)
            os.chown(file, NOBODY, NOBODY)
        said = subprocess.run(
            [sys.executable, "-c", script, str(file)],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert said.stdout == "cannot write services.yaml: Permission denied\n", said.stderr
        assert file.read_bytes() == OLD
        assert names(file) == [".gen", "services.yaml"]


def test_a_full_disk_leaves_the_old_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(GenError, match=r"cannot write services\.yaml: No space left on device"):
        edited.write(file, OLD, NEW)
    assert file.read_bytes() == OLD
    assert names(file) == [".gen", "services.yaml"]


def test_an_editor_that_saves_in_the_last_moment_wins(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    really = os.fsync

    def sync(descriptor: int) -> None:
        file.write_bytes(b"saved by hand\n")
        really(descriptor)

    monkeypatch.setattr(os, "fsync", sync)
    with pytest.raises(GenError, match="changed while"):
        edited.write(file, OLD, NEW)
    assert file.read_bytes() == b"saved by hand\n"
    assert names(file) == [".gen", "services.yaml"]


def test_what_a_killed_run_left_goes_with_the_next(file: Path) -> None:
    script = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom generator.output import edited\n"
        "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"edited.write(Path(sys.argv[1]), {OLD!r}, {NEW!r})\n"
    )
    killed = subprocess.run([sys.executable, "-c", script, str(file)], check=False, timeout=120)
    assert killed.returncode == -signal.SIGKILL
    assert file.read_bytes() == OLD
    assert len(names(file)) == 3
    (file.parent / ".services.yaml.tmp").touch()  # somebody else's
    edited.write(file, OLD, NEW)
    assert names(file) == [".gen", ".services.yaml.tmp", "services.yaml"]
    assert file.read_bytes() == NEW
