"""What stands in out/ before a build, and what keeps a build from writing: through the real command.

Whatever is not proved to be gen's stays as it is, and whatever was changed by hand is named before it goes.
"""

from __future__ import annotations

import fcntl
import os
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from generator import conventions
from generator.output import sums
from tests.support import cli, hostile
from tests.support.hostile import SERVICE, Project

FILES = f"out/{SERVICE}"
JOB = f"{FILES}/job.yaml"
SUMS = f"{FILES}/{conventions.SUMS}"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return hostile.build(tmp_path_factory.mktemp("sound"))


@pytest.fixture
def project(sound: Project, tmp_path: Path) -> Project:
    """A built project whose input has changed since: a build has to write."""
    shutil.copytree(sound.root, tmp_path / "project", symlinks=True)
    made = Project(tmp_path / "project")
    made.add("    job: {ttl: 30m}\n")
    return made


# Something stands in the way.


def whole_link(project: Project) -> None:
    shutil.move(project.out, project.root / "other")
    project.out.symlink_to("other")


def directory_link(project: Project) -> None:
    shutil.move(project.files, project.root / "other")
    project.files.symlink_to("../other")


def file_link(project: Project) -> None:
    (project.files / "job.yaml").unlink()
    (project.files / "job.yaml").symlink_to("/etc/passwd")


def sums_link(project: Project) -> None:
    shutil.move(project.files / conventions.SUMS, project.root / "sums")
    (project.files / conventions.SUMS).symlink_to("../../sums")


def test_a_list_that_is_a_link(project: Project) -> None:
    """It proves nothing, so the files are foreign too."""
    sums_link(project)
    before = project.snapshot()
    said = project.gen("build")
    assert said.returncode == 1
    assert (f"{SUMS}:1:1", "output-link") in hostile.told(said)
    assert {rule for place, rule in hostile.told(said) if place != f"{SUMS}:1:1"} == {"output-foreign"}
    assert project.snapshot() == before


def stray_link(project: Project) -> None:
    (project.files / "old.yaml").symlink_to("job.yaml")


@pytest.mark.parametrize(
    ("make", "path"),
    [
        (whole_link, "out"),
        (directory_link, FILES),
        (file_link, JOB),
        (stray_link, f"{FILES}/old.yaml"),
    ],
)
def test_a_link(project: Project, make: Callable[[Project], None], path: str) -> None:
    make(project)
    assert "is a symbolic link" in hostile.refused(project, "output-link", f"{path}:1:1")


def whole_file(project: Project) -> None:
    shutil.rmtree(project.out)
    project.out.write_text("mine", "utf-8")


def service_file(project: Project) -> None:
    shutil.rmtree(project.files)
    project.files.write_text("mine", "utf-8")


def file_directory(project: Project) -> None:
    (project.files / "job.yaml").unlink()
    (project.files / "job.yaml").mkdir()


def file_pipe(project: Project) -> None:
    (project.files / "job.yaml").unlink()
    os.mkfifo(project.files / "job.yaml")


@pytest.mark.parametrize(
    ("make", "path"), [(whole_file, "out"), (service_file, FILES), (file_directory, JOB), (file_pipe, JOB)]
)
def test_something_else_in_the_way(project: Project, make: Callable[[Project], None], path: str) -> None:
    make(project)
    hostile.refused(project, "output-blocked", f"{path}:1:1")


def test_a_foreign_file_of_our_name(project: Project) -> None:
    shutil.rmtree(project.out)
    shutil.rmtree(project.root / ".gen")
    project.files.mkdir(parents=True)
    (project.files / "job.yaml").write_text("kind: Job # by hand\n", "utf-8")
    hostile.refused(project, "output-foreign", f"{JOB}:1:1")


def test_a_foreign_list(project: Project) -> None:
    """Somebody else's SHA256SUMS proves nothing: then none of the files is gen's."""
    shutil.rmtree(project.root / ".gen")
    path = project.files / conventions.SUMS
    path.write_text(path.read_text("utf-8").partition("\n")[2], "utf-8")
    before = project.snapshot()
    said = project.gen("build")
    assert said.returncode == 1
    assert {rule for _, rule in hostile.told(said)} == {"output-foreign"}
    assert project.snapshot() == before


@pytest.mark.parametrize(
    "name", ["../../services.yaml", "/etc/passwd", "../billing/job.yaml", ".hidden", "a/b", ""]
)
def test_a_list_with_a_name_that_leaves_the_directory(project: Project, name: str) -> None:
    victim = project.root / "services.yaml"
    content = victim.read_bytes()
    path = project.files / conventions.SUMS
    before = path.read_text("utf-8")
    path.write_text(f"{before}{sums.digest(content)}  {name}\n", "utf-8")
    hostile.refused(project, "output-sums", f"{SUMS}:{before.count(chr(10)) + 1}:1")
    assert victim.read_bytes() == content


# What a person did there.


def test_a_file_changed_by_hand_is_named_before_it_is_overwritten(project: Project) -> None:
    job = project.files / "job.yaml"
    job.write_text(job.read_text("utf-8") + "# by hand\n", "utf-8")
    for arguments in (("--check",), ("--diff",), ()):
        said = project.gen("build", *arguments)
        assert hostile.told(said) == [(f"{JOB}:1:1", "output-edited")]
        assert "warning[output-edited]" in said.stderr
        assert ("by hand" in job.read_text("utf-8")) == bool(arguments)
        assert ("-# by hand" in said.stdout) == (arguments == ("--diff",))
    assert project.gen("build", "--check").returncode == 0


def test_a_file_changed_by_hand_whose_service_is_gone_is_kept(project: Project) -> None:
    job = project.files / "job.yaml"
    job.write_text("kind: Job # by hand\n", "utf-8")
    project.spec.write_text(
        project.spec.read_text("utf-8").replace(f"  {SERVICE}:", "  users-service:"), "utf-8"
    )
    shutil.move(project.migrations, project.root / "migrations" / "users-service")
    said = project.gen("build")
    assert said.returncode == 0
    assert hostile.told(said) == [(f"{JOB}:1:1", "output-edited"), (f"{JOB}:1:1", "output-foreign-manifest")]
    assert [each.name for each in project.files.iterdir()] == ["job.yaml"]


@pytest.mark.parametrize("name", ["kustomization.yaml", "Kustomization", "Chart.yaml", "extra.json"])
def test_a_file_that_argo_cd_would_act_on(project: Project, name: str) -> None:
    path = project.files / name
    path.write_text("resources: []\n", "utf-8")
    said = project.gen("build")
    assert said.returncode == 0
    assert hostile.told(said) == [(f"{FILES}/{name}:1:1", "output-foreign-manifest")]
    assert path.read_text("utf-8") == "resources: []\n"


def test_other_peoples_files_and_directories_are_kept(project: Project) -> None:
    (project.out / "README.md").write_text("mine", "utf-8")
    (project.files / "NOTES.md").write_text("mine", "utf-8")
    for directory, name in (("legacy", "job.yaml"), ("docs", "index.md")):
        (project.out / directory).mkdir()
        (project.out / directory / name).write_text("mine", "utf-8")
    said = project.gen("build")
    assert (said.returncode, hostile.told(said)) == (0, [("out/legacy:1:1", "output-foreign-manifest")])
    for path in ("README.md", f"{SERVICE}/NOTES.md", "legacy/job.yaml", "docs/index.md"):
        assert (project.out / path).read_text("utf-8") == "mine"


def test_conflict_markers_in_a_list_count_as_both_sides(project: Project) -> None:
    path = project.files / conventions.SUMS
    ours = path.read_text("utf-8").splitlines()
    theirs = [f"{'0' * 64}  job.yaml" if line.endswith("  job.yaml") else line for line in ours]
    marked = [ours[0], "<<<<<<< HEAD", *ours[1:], "=======", *theirs[1:], ">>>>>>> other", ""]
    path.write_text("\n".join(marked), "utf-8")
    assert project.gen("build", "--check").returncode == 1
    said = project.gen("build")
    assert (said.returncode, hostile.told(said)) == (0, [])
    assert "<<<<" not in path.read_text("utf-8")
    assert project.gen("build", "--check").returncode == 0


def test_a_cache_that_claims_freshness_does_not_deceive_a_check(tmp_path: Path) -> None:
    """Somebody changed a file, its digest in SHA256SUMS, and the cache: a build believes it, CI does not."""
    project = hostile.build(tmp_path)
    job, cache = project.files / "job.yaml", project.root / ".gen" / "cache.json"
    before = sums.digest(job.read_bytes())
    job.write_bytes(job.read_bytes().replace(b"backoffLimit: 3", b"backoffLimit: 9"))
    for path in (cache, project.files / conventions.SUMS):
        path.write_text(path.read_text("utf-8").replace(before, sums.digest(job.read_bytes())), "utf-8")
    assert "is up to date" in project.gen("build").stdout
    said = project.gen("build", "--check")
    assert said.returncode == 1
    assert f"stale        {JOB}" in said.stdout


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"version": 1, "services": {"auth-service": 5}}', "\0" * 100]
)
def test_a_damaged_cache_is_none(project: Project, content: str) -> None:
    for name in ("cache.json", "journal.json"):
        (project.root / ".gen" / name).write_text(content, "utf-8")
    assert project.gen("build").returncode == 0
    assert project.gen("build", "--check").returncode == 0


# What keeps a build from writing. That is no mistake in a file: exit code 2.


def failed(said: subprocess.CompletedProcess[str]) -> str:
    assert said.returncode == 2, said.stderr
    assert said.stderr.startswith("gen: "), said.stderr
    assert "Traceback" not in said.stderr
    assert "help: " in said.stderr
    return said.stderr


def test_two_builds_at_once(project: Project) -> None:
    before = project.snapshot()
    with (project.root / ".gen" / "lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "is writing the output" in failed(project.gen("build"))
    assert project.snapshot() == before
    assert project.gen("build").returncode == 0


def test_many_builds_at_once_leave_one_whole_tree(project: Project) -> None:
    running = [
        subprocess.Popen(
            [str(cli.GEN), "build"], cwd=project.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(4)
    ]
    said = [each.communicate(timeout=hostile.SECONDS)[1] for each in running]
    codes = [each.returncode for each in running]
    assert 0 in codes
    assert set(codes) <= {0, 2}, said
    assert project.gen("build", "--check").returncode == 0
    assert not [each for each in project.files.iterdir() if each.name.startswith(".")]


def test_a_directory_that_may_not_be_written(project: Project) -> None:
    project.files.chmod(0o555)
    before = project.snapshot()
    assert "Permission denied" in failed(project.gen("build", before=hostile.without_privileges))
    assert project.snapshot() == before
    project.files.chmod(0o755)
    assert project.gen("build").returncode == 0
    assert project.gen("build", "--check").returncode == 0


def test_a_state_directory_that_may_not_be_written(project: Project) -> None:
    (project.root / ".gen" / "lock").unlink()
    (project.root / ".gen").chmod(0o555)
    before = project.snapshot()
    assert "cannot lock" in failed(project.gen("build", before=hostile.without_privileges))
    assert project.snapshot() == before


def test_a_state_directory_that_is_a_link(project: Project) -> None:
    there = project.root.parent / "elsewhere"
    shutil.move(project.root / ".gen", there)
    (project.root / ".gen").symlink_to(there)
    before = sorted(there.iterdir())
    failed(project.gen("build"))
    assert sorted(there.iterdir()) == before


def test_a_disk_that_gets_full_in_the_middle(project: Project) -> None:
    """Some files are new and some old then, and none is half; the next build mends it."""
    shutil.copytree(project.migrations, project.root / "migrations" / "users-service")
    project.spec.write_text(
        project.spec.read_text("utf-8")
        + "  users-service:\n    database: {secret: {name: users-db, key: url}}\n",
        "utf-8",
    )
    assert project.gen("build").returncode == 0
    project.spec.write_text(project.spec.read_text("utf-8").replace("3.27.3", "3.27.2"), "utf-8")
    before = {path: content for path, (_, content) in project.snapshot().items()}
    (project.out / "users-service").chmod(0o555)
    assert "cannot write out/users-service" in failed(project.gen("build", before=hostile.without_privileges))
    now = {path: content for path, (_, content) in project.snapshot().items()}
    assert project.gen("build", "--check").returncode == 1
    (project.out / "users-service").chmod(0o755)
    said = project.gen("build")
    assert (said.returncode, hostile.told(said)) == (0, [])
    after = {path: content for path, (_, content) in project.snapshot().items()}
    assert now not in (before, after)
    assert all(content in (before[path], after[path]) for path, content in now.items())
    assert project.gen("build", "--check").returncode == 0


def no_room() -> None:
    """For the child: no file gets any content, as on a full disk."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def test_no_room_for_temporary_files(project: Project) -> None:
    before = project.snapshot()
    said = project.gen("build", before=no_room)
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.startswith("gen: ")
    assert "Traceback" not in said.stderr
    assert project.snapshot() == before


def test_an_output_below_a_file(project: Project) -> None:
    failed(project.gen("build", "-o", "services.yaml/out"))


@pytest.fixture
def interrupted(project: Project) -> Iterator[subprocess.Popen[bytes]]:
    running = subprocess.Popen(
        [str(cli.GEN), "build"], cwd=project.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    yield running
    running.kill()
    running.communicate()


def test_control_c(project: Project, interrupted: subprocess.Popen[bytes]) -> None:
    before = project.snapshot()
    time.sleep(0.4)
    interrupted.send_signal(signal.SIGINT)
    said = interrupted.communicate(timeout=hostile.SECONDS)[1]
    assert b"Traceback" not in said
    if interrupted.returncode != 0:
        assert interrupted.returncode in (2, -signal.SIGINT)
        assert project.snapshot() == before or project.gen("build", "--check").returncode == 1
    assert project.gen("build").returncode == 0
