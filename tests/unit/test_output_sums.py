"""SHA256SUMS that somebody, or a merge, has changed."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from generator import conventions
from generator.output import sums
from tests.support.output_project import TREE, WITHOUT_BILLING, Project, Tree, assert_refused, rules, whole


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


@pytest.fixture
def built(project: Project) -> Project:
    project.build(TREE)
    return project


@pytest.mark.parametrize(
    "line",
    [
        "{d}  ../victim",
        "{d}  /etc/passwd",
        "{d}  sub/victim",
        "{d}  ..",
        "\\{d}  a\\nb",
        "{d}  a\\b",
        "{d} *job.yaml",
        "{d}  .hidden",
        "{d}  SHA256SUMS",
        "{d}  ",
        "job.yaml",
        "{d}  job.yaml\r",
    ],
)
def test_odd_entry_is_an_error(built: Project, line: str) -> None:
    victim = built.path / "victim"
    victim.write_bytes(b"victim")
    text = line.replace("{d}", sums.digest(b"victim"))
    content = sums.render(TREE["billing"]) + text.encode() + b"\n"
    built.edit("billing/SHA256SUMS", content)
    for tree in (TREE, WITHOUT_BILLING):
        plan = built.plan(tree)
        assert rules(plan) == [("output-sums", "out/billing/SHA256SUMS")]
        assert plan.diagnostics[0].position.line == 3
        assert_refused(built, plan)
    assert victim.read_bytes() == b"victim"


@pytest.mark.parametrize("style", ["merge", "diff3"])
def test_conflicted_sums_count_as_both_sides(project: Project, style: str) -> None:
    """A real merge of two branches that both changed one service and each added a file."""

    def git(*words: str, check: bool = True) -> None:
        settings = [
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@example.com",
            "-c",
            f"merge.conflictStyle={style}",
        ]
        subprocess.run(["git", *settings, *words], cwd=project.path, check=check, capture_output=True)

    def commit(tree: Tree) -> None:
        project.build(tree)
        git("add", "-A", "out")
        git("commit", "-qm", "change")

    git("init", "-qb", "main")
    commit({"a": {"base.yaml": b"base\n", "job.yaml": b"0\n"}})
    git("checkout", "-qb", "left")
    commit({"a": {"left.yaml": b"left\n", "job.yaml": b"1\n"}})
    git("checkout", "-q", "main")
    commit({"a": {"right.yaml": b"right\n", "job.yaml": b"2\n"}})
    git("merge", "left", check=False)
    assert b"<<<<<<<" in project.files()["a/SHA256SUMS"]
    git("checkout", "--theirs", "out/a/job.yaml")
    plan = project.build({"a": {"job.yaml": b"3\n"}})
    assert plan.diagnostics == ()
    assert plan.foreign == ()
    assert project.files() == whole({"a": {"job.yaml": b"3\n"}})


def test_ancestor_of_a_conflict_proves_nothing() -> None:
    one, two, three = (f"{digit * 64}  x.yaml" for digit in "123")
    text = "\n".join(
        [
            conventions.SUMS_HEADER,
            "<<<<<<< ours",
            one,
            "||||||| base",
            two,
            "=======",
            three,
            ">>>>>>> theirs",
            "",
        ]
    )
    found = sums.parse(text.encode(), "p")
    assert found is not None
    assert found.diagnostics == ()
    assert found.digests == {"x.yaml": {"1" * 64, "3" * 64}}
