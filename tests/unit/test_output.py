"""What a build does when nobody interferes, and the difference as text."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest

from generator import conventions, output
from tests.support.output_project import TREE, WITHOUT_BILLING, Project, Tree, whole


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


@pytest.fixture
def built(project: Project) -> Project:
    project.build(TREE)
    return project


def test_first_build_writes_everything(project: Project) -> None:
    plan = project.build(TREE)
    assert [each.path for each in plan.writes] == [
        "auth-service/SHA256SUMS",
        "auth-service/job.yaml",
        "auth-service/role.yaml",
        "billing/SHA256SUMS",
        "billing/job.yaml",
    ]
    assert project.files() == whole(TREE)
    assert (project.state / ".gitignore").read_bytes() == b"*\n"
    assert not (project.state / "journal.json").exists()


def test_sha256sum_accepts_the_sums(built: Project) -> None:
    for service, files in TREE.items():
        done = subprocess.run(
            ["sha256sum", "--strict", "-c", "SHA256SUMS"],
            cwd=built.out / service,
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stderr == ""
        assert done.stdout == "".join(f"{name}: OK\n" for name in sorted(files))
    lines = (built.out / "auth-service/SHA256SUMS").read_text().splitlines()
    assert lines[0] == conventions.SUMS_HEADER
    assert [line.split("  ")[1] for line in lines[1:]] == ["job.yaml", "role.yaml"]


def test_second_build_touches_nothing(built: Project) -> None:
    before = built.everything()
    plan = built.build(TREE)
    assert plan.is_empty
    assert output.diff(plan) == ""
    assert built.everything() == before


def test_nothing_is_made_for_an_up_to_date_checkout(built: Project) -> None:
    for each in built.state.iterdir():
        each.unlink()
    built.state.rmdir()
    before = built.everything()
    built.build(TREE)
    assert built.everything() == before


def test_modes_do_not_depend_on_the_umask(project: Project) -> None:
    old = os.umask(0o077)
    try:
        project.build(TREE)
    finally:
        os.umask(old)
    for each in project.out.rglob("*"):
        assert stat.S_IMODE(each.stat().st_mode) == (0o755 if each.is_dir() else 0o644), each


def test_stale_file_goes(built: Project) -> None:
    tree = {**TREE, "auth-service": {"job.yaml": b"kind: Job\n"}}
    plan = built.build(tree)
    assert [each.path for each in plan.deletes] == ["auth-service/role.yaml"]
    assert built.files() == whole(tree)


def test_removed_service_goes_with_its_directory(built: Project) -> None:
    plan = built.build(WITHOUT_BILLING)
    assert plan.removed_services == ("billing",)
    assert not (built.out / "billing").exists()
    assert built.files() == whole(WITHOUT_BILLING)


def test_only_the_given_services_are_looked_at(built: Project) -> None:
    built.edit("billing/job.yaml", b"edited\n")
    plan = built.build({"auth-service": {"job.yaml": b"new\n"}}, services=["auth-service"])
    assert plan.edited == plan.removed_services == ()
    assert built.files()["auth-service/job.yaml"] == b"new\n"
    assert built.files()["billing/job.yaml"] == b"edited\n"


def test_unchanged_services_are_neither_compared_nor_removed(built: Project) -> None:
    plan = built.plan({}, unchanged=("auth-service",))
    assert plan.removed_services == ("billing",)
    assert built.plan({}, unchanged=("auth-service", "billing")).is_empty


@pytest.mark.parametrize(
    "tree", [{}, {"a": {}}, {"a": {"../b": b""}}, {"a": {"SHA256SUMS": b""}}, {"..": {"b": b""}}]
)
def test_senseless_tree_is_a_broken_invariant(project: Project, tree: Tree) -> None:
    with pytest.raises(ValueError, match=r"service|name"):
        project.plan(tree)


AWKWARD = {
    "plain.yaml": (b"a\nb\nc\n", b"a\nB\nc\n"),
    "no-newline.yaml": (b"a\nb", b"a\nb\n"),
    "lost-newline.yaml": (b"a\nb\n", b"a\nb"),
    "separators.yaml": ("a\u2028b\x0cc\x85\n".encode(), "a\u2028b\x0cc\x85d\n".encode()),
    "crlf.yaml": (b"a\r\nb\n", b"a\nb\n"),
    "dashes.yaml": (b"-- a\n", b"++ a\n"),
}


def test_diff_is_one_that_patch_applies(project: Project) -> None:
    old = {"a": {name: pair[0] for name, pair in AWKWARD.items()}, "gone": {"x.yaml": b"x\n"}}
    new = {"a": {name: pair[1] for name, pair in AWKWARD.items()}, "come": {"y.yaml": b"y\n"}}
    project.build(old)
    text = output.diff(project.plan(new))
    subprocess.run(["git", "init", "-q"], cwd=project.path, check=True)
    subprocess.run(
        ["git", "apply", "-p0", "--whitespace=nowarn"], input=text.encode(), cwd=project.path, check=True
    )
    assert project.files() == whole(new)
    assert project.plan(new).is_empty


def test_diff_as_text(built: Project) -> None:
    plan = built.plan(
        {
            "auth-service": {"job.yaml": b"kind: Job\nx", "role.yaml": b"kind: Role\n"},
            "billing": {"job.yaml": b"\0"},
        }
    )
    text = output.diff(plan)
    assert (
        "--- out/auth-service/job.yaml\n"
        "+++ out/auth-service/job.yaml\n"
        "@@ -1 +1,2 @@\n"
        " kind: Job\n"
        "+x\n"
        "\\ No newline at end of file\n"
    ) in text
    assert "Binary files out/billing/job.yaml and out/billing/job.yaml differ\n" in text
    assert text == output.diff(plan)


def test_diff_of_a_first_build_starts_from_nothing(project: Project) -> None:
    text = output.diff(project.plan(WITHOUT_BILLING))
    assert "--- /dev/null\n+++ out/auth-service/job.yaml\n@@ -0,0 +1 @@\n+kind: Job\n" in text
    assert not project.out.exists()


def test_other_output_directory(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """`-o` may name a new path, relative and behind a link; only its own last step must be none."""
    (project.path / "real").mkdir()
    (project.path / "linked").symlink_to("real")
    monkeypatch.chdir(project.path)
    plan = output.plan(Path("linked/new/tree"), TREE, shown="linked/new/tree")
    output.apply(plan, project.state)
    found = (project.path / "real/new/tree/billing/job.yaml").read_bytes()
    assert found == TREE["billing"]["job.yaml"]
