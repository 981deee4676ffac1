"""The files of a Git reference, by the real git, in repositories of every kind."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from generator import git
from generator.diagnostics import GenError
from tests.support import repositories
from tests.support.repositories import Repository

ONE, TWO = b"-- one\r\n\x00\xff", b"-- two\n"


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in repositories.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(params=["sha1", "sha256"])
def repository(tmp_path: Path, request: pytest.FixtureRequest) -> Repository:
    """`main` has 1.sql, the branch `topic`, which is checked out, 2.sql too, and another 1.sql on disk."""
    made = repositories.made(tmp_path / "repository", request.param)
    made.write("db/1.sql", ONE)
    made.write("db/notes/README.md", "x")
    made.commit()
    made.branch("topic")
    made.write("db/2.sql", TWO)
    made.commit()
    made.write("db/1.sql", "edited, not committed")
    return made


def test_files_of_a_directory(repository: Repository) -> None:
    assert git.files(repository.root, "main", "db") == {"1.sql": ONE}
    assert git.files(repository.root, "topic", "./db/") == {"1.sql": ONE, "2.sql": TWO}
    assert git.files(repository.root, "HEAD~1", "db") == {"1.sql": ONE}
    assert git.files(repository.root, "topic", "db", lambda name: name == "2.sql") == {"2.sql": TWO}


def test_one_file(repository: Repository) -> None:
    assert git.file(repository.root, "main", "db/1.sql") == ONE
    assert git.file(repository.root, "main", "db/../db/1.sql") == ONE


@pytest.mark.parametrize(
    "path",
    ["db/2.sql", "db", "no/such", "", "db/1.sql/x", "a b 5", "db/1.sql\nx", "a\0b", "/etc/passwd", "../x"],
)
def test_what_is_not_there(repository: Repository, path: str) -> None:
    assert git.file(repository.root, "main", path) is None
    assert path in {"db", ""} or git.files(repository.root, "main", path) == {}


def test_paths_count_from_the_directory_of_services_yaml(repository: Repository) -> None:
    repository.write("team a/db/1.sql", TWO)
    repository.commit()
    below = repository.root / "team a"
    assert git.files(below, "HEAD", "db") == {"1.sql": TWO}
    assert git.files(below, "HEAD", "../db") == {"1.sql": b"edited, not committed", "2.sql": TWO}
    assert git.file(below, "HEAD", "../../db/1.sql") is None
    assert git.files(below, "main", "db") == {}


def test_links_are_followed_inside_and_submodules_are_left_out(repository: Repository) -> None:
    (repository.root / "db" / "3.sql").symlink_to("../db/2.sql")
    (repository.root / "db" / "4.sql").symlink_to("/etc/hostname")
    (repository.root / "db" / "5.sql").symlink_to("nothing")
    (repository.root / "db" / "6.sql").symlink_to("6.sql")
    (repository.root / "other").symlink_to("db")
    repository.git(
        "update-index",
        "--add",
        "--cacheinfo",
        f"160000,{repository.git('rev-parse', 'HEAD').strip()},db/7.sql",
    )
    repository.git("add", "db", "other")
    repository.git("commit", "--quiet", "--message", "links")
    found = git.files(repository.root, "HEAD", "db")
    assert sorted(found) == ["1.sql", "2.sql", "3.sql"]
    assert found["3.sql"] == TWO
    assert git.files(repository.root, "HEAD", "other") == found
    assert git.files(repository.root, "HEAD", "db/7.sql") == {}


def test_names_that_are_odd(repository: Repository) -> None:
    names = ["a b.sql", "c\td.sql", "é.sql", "'\";$(x).sql", "-x.sql", ":x.sql"]
    for name in names:
        repository.write(f"odd/{name}", name)
    repository.write("odd/line\nbreak.sql", "x")
    repository.write(os.fsdecode(b"odd/\xff.sql"), "x")
    repository.commit()
    found = git.files(repository.root, "HEAD", "odd")
    assert found == {name: name.encode() for name in names} | {os.fsdecode(b"\xff.sql"): b"x"}


def test_too_much(repository: Repository) -> None:
    repository.write("db/9.sql", b"x" * (git.MAX_FILE + 1))
    repository.commit()
    with pytest.raises(GenError, match=r"`db/9\.sql` at [0-9a-f]{12} has 4194305 bytes"):
        git.files(repository.root, "HEAD", "db")
    for number in range(5):
        repository.write(f"many/{number}.sql", b"%d" % number * git.MAX_FILE)
    repository.commit()
    with pytest.raises(GenError, match="more than 16777216 bytes together"):
        git.files(repository.root, "HEAD", "many")


@pytest.mark.parametrize("ref", ["", "-h", "--output=x", "--upload-pack=touch x", "a\nb", "a\0b", "\x1b[2J"])
def test_a_reference_that_is_none(repository: Repository, ref: str) -> None:
    with pytest.raises(GenError, match="is no Git reference"):
        git.files(repository.root, ref, "db")


@pytest.mark.parametrize("ref", ["nothing", "HEAD~9", "main..topic", "HEAD:db", "^main", "f" * 40, "f" * 64])
def test_an_unknown_reference(repository: Repository, ref: str) -> None:
    with pytest.raises(GenError, match="Git knows no commit") as raised:
        git.commit(repository.root, ref)
    assert raised.value.help == "check its spelling, or fetch it: `git fetch --all --tags`"


def test_the_help_for_an_unfetched_branch_works(repository: Repository, tmp_path: Path) -> None:
    url = f"file://{repository.root}"
    clone = Repository(tmp_path / "clone")
    repository.git("clone", "--quiet", "--depth=1", "--branch=topic", url, str(clone.root))
    with pytest.raises(GenError) as raised:
        git.files(clone.root, "origin/main", "db")
    command = raised.value.help.partition("`")[2].rstrip("`")
    assert command == "git fetch --unshallow origin main:refs/remotes/origin/main"
    subprocess.run(command.split(), cwd=clone.root, check=True, capture_output=True)
    assert git.files(clone.root, "origin/main", "db") == {"1.sql": ONE}
    assert git.merge_base(clone.root, "origin/main") == git.commit(clone.root, "HEAD~1")


def test_the_merge_base(repository: Repository) -> None:
    start = git.commit(repository.root, "main")
    repository.git("stash", "--quiet")
    repository.switch("main")
    repository.write("db/3.sql", TWO)
    repository.commit()
    repository.switch("topic")
    assert git.merge_base(repository.root, "main") == start
    assert git.commit(repository.root, "main") != start


def test_a_shallow_clone_is_told(repository: Repository, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    repository.git("stash", "--quiet")
    repository.switch("main")
    repository.write("x", "x")
    repository.commit()
    url = f"file://{repository.root}"
    repository.git("clone", "--quiet", "--depth=1", "--no-single-branch", "--branch=topic", url, str(clone))
    with pytest.raises(GenError, match="too shallow") as raised:
        git.merge_base(clone, "origin/main")
    assert "git fetch --unshallow" in raised.value.help
    assert git.files(clone, "origin/main", "db") == {"1.sql": ONE}


def test_no_common_history(repository: Repository) -> None:
    repository.git("switch", "--quiet", "--force", "--orphan", "lonely")
    assert git.merge_base(repository.root, "main") == git.commit(repository.root, "main")
    repository.write("x", "x")
    repository.commit()
    with pytest.raises(GenError, match="no commit in common"):
        git.merge_base(repository.root, "main")


def test_no_repository(tmp_path: Path) -> None:
    with pytest.raises(GenError, match="is in no Git repository"):
        git.files(tmp_path, "HEAD", "db")
    with pytest.raises(GenError, match="there is no directory"):
        git.files(tmp_path / "nothing", "HEAD", "db")


def test_no_git(repository: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GenError, match="git was not found on PATH"):
        git.files(repository.root, "HEAD", "db")


def test_a_repository_of_somebody_else(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # Git's own switch for its tests: to give a repository to another user takes a second one.
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nGIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec {shutil.which("git")} "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    with pytest.raises(GenError, match="does not trust the repository") as raised:
        git.files(repository.root, "HEAD", "db")
    assert f"safe.directory {repository.root}" in raised.value.help
    # What a CI system does about it still counts.
    settings = tmp_path / "settings"
    settings.write_text("[safe]\n\tdirectory = *\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    assert git.files(repository.root, "main", "db") == {"1.sql": ONE}


def test_the_environment_of_a_hook_does_not_lead_elsewhere(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = repositories.made(tmp_path / "other")
    other.write("db/9.sql", "other")
    other.commit()
    for name, value in {
        "GIT_DIR": str(other.root / ".git"),
        "GIT_WORK_TREE": str(other.root),
        "GIT_INDEX_FILE": str(tmp_path / "index"),
        "GIT_OBJECT_DIRECTORY": str(other.root / ".git" / "objects"),
        "GIT_TRACE": "1",
        "GIT_PAGER": "false",
        "GIT_LITERAL_PATHSPECS": "1",
        "LANG": "de_DE.UTF-8",
    }.items():
        monkeypatch.setenv(name, value)
    assert git.files(repository.root, "main", "db") == {"1.sql": ONE}


def test_a_work_tree_beside_the_repository(repository: Repository, tmp_path: Path) -> None:
    repository.git("worktree", "add", "--quiet", str(tmp_path / "tree"), "main")
    assert git.files(tmp_path / "tree", "topic", "db") == {"1.sql": ONE, "2.sql": TWO}


def test_a_damaged_repository(repository: Repository) -> None:
    repository.git("gc", "--quiet")
    for pack in (repository.root / ".git" / "objects" / "pack").glob("*.pack"):
        pack.chmod(0o644)
        data = bytearray(pack.read_bytes())
        data[12:-40] = bytes(len(data) - 52)
        pack.write_bytes(data)
    with pytest.raises(GenError):
        git.files(repository.root, "main", "db")


def test_many_directories_through_one_process(repository: Repository) -> None:
    for number in range(300):
        repository.write(f"s/{number}/1.sql", f"{number}")
    commit = repository.commit()
    with git.opened(repository.root, commit) as tree:
        for number in range(300):
            assert tree.files(f"s/{number}") == {"1.sql": f"{number}".encode()}
