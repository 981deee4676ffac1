"""The lock, the journal, races and a disk that refuses."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from generator import output
from generator.diagnostics import GenError
from tests.support.output_project import TREE, WITHOUT_BILLING, Project, whole


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


@pytest.fixture
def built(project: Project) -> Project:
    project.build(TREE)
    return project


def test_lock_names_the_other_process(built: Project) -> None:
    plan = built.plan(WITHOUT_BILLING)
    before = built.files()
    with output.locked(built.state):
        with pytest.raises(GenError, match=f"process {os.getpid()}") as caught:
            output.apply(plan, built.state)
        with pytest.raises(GenError, match="another build"):
            output.demand_idle(built.state)
    assert "wait" in caught.value.help
    assert built.files() == before
    output.demand_idle(built.state)
    output.apply(plan, built.state)


def test_demand_idle_makes_nothing(project: Project) -> None:
    output.demand_idle(project.state)
    assert not project.state.exists()


def test_tree_that_changed_meanwhile_is_left_alone(built: Project) -> None:
    plan = built.plan(WITHOUT_BILLING)
    built.edit("billing/job.yaml", b"by hand, just now\n")
    before = built.files()
    with pytest.raises(GenError, match="changed while"):
        output.apply(plan, built.state)
    assert built.files() == before


def test_tree_that_became_right_meanwhile_is_fine(built: Project) -> None:
    plan = built.plan(WITHOUT_BILLING)
    built.build(WITHOUT_BILLING)
    output.apply(plan, built.state)
    assert built.files() == whole(WITHOUT_BILLING)


def test_linked_state_directory_is_refused(project: Project) -> None:
    elsewhere = project.path / "elsewhere"
    elsewhere.mkdir()
    project.state.symlink_to(elsewhere)
    with pytest.raises(GenError, match=r"\.gen/lock"):
        project.build(TREE)
    assert list(elsewhere.iterdir()) == []
    assert not project.out.exists()


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"version":1}', b'{"version":1,"trees":[]}', b"\xff", b"[" * 100_000]
)
def test_damaged_journal_proves_nothing(built: Project, content: bytes) -> None:
    (built.state / "journal.json").write_bytes(content)
    assert output.Journal.load(built.state, built.out) == output.Journal()
    built.build(WITHOUT_BILLING)
    assert built.files() == whole(WITHOUT_BILLING)


def test_journal_of_other_services_outlives_a_build_of_one(built: Project) -> None:
    journal = output.Journal({"billing": {"job.yaml": frozenset({"d"})}}, frozenset({"t"}))
    journal.save(built.state, built.out)
    built.build({"auth-service": {"job.yaml": b"new"}}, services=["auth-service"])
    left = output.Journal.load(built.state, built.out)
    assert left.proves("billing", "job.yaml", "d")
    assert not left.names("auth-service")


def test_journal_of_another_output_directory_proves_nothing_here(built: Project) -> None:
    journal = output.Journal({"billing": {"x": frozenset({"d"})}}, frozenset({"t"}))
    journal.save(built.state, built.path / "other")
    assert output.Journal.load(built.state, built.out) == output.Journal()
    assert output.Journal.load(built.state, built.path / "other") == journal


def test_file_that_looks_like_a_leftover_is_kept_without_proof(built: Project) -> None:
    built.edit("billing/.job.yaml.0123abcd.tmp", b"mine")
    assert built.plan(TREE).is_empty
    assert built.plan(TREE).foreign == ("billing/.job.yaml.0123abcd.tmp",)


_LIMITED = """
import resource, signal, sys
from pathlib import Path
from generator import output
from generator.diagnostics import GenError

project, limit, ignore = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "ignore"
plan = output.plan(project / "out", {"a": {"big.yaml": b"x" * 100_000, "small.yaml": b"new"}})
# Python ignores SIGXFSZ, so a write beyond the limit fails; with the default action it kills.
signal.signal(signal.SIGXFSZ, signal.SIG_IGN if ignore else signal.SIG_DFL)
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
try:
    output.apply(plan, project / ".gen")
except GenError as error:
    sys.exit(f"GenError: {error}")
"""


@pytest.mark.parametrize("how", ["ignore", "kill"])
def test_full_disk_and_kill_in_mid_write_leave_no_half_written_file(project: Project, how: str) -> None:
    old = {"a": {"big.yaml": b"old", "small.yaml": b"old"}}
    new = {"a": {"big.yaml": b"x" * 100_000, "small.yaml": b"new"}}
    project.build(old)
    done = subprocess.run(
        [sys.executable, "-c", _LIMITED, str(project.path), "50000", how],
        capture_output=True,
        text=True,
        check=False,
    )
    leftovers = [name for name in project.files() if name.endswith(".tmp")]
    if how == "ignore":
        assert done.stderr == "GenError: cannot write out/a: File too large\n"
        assert leftovers == []
    else:
        assert done.returncode == -signal.SIGXFSZ
        assert [len(project.files()[name]) for name in leftovers] == [50_000]
    assert {name: data for name, data in project.files().items() if name not in leftovers} == whole(old)
    plan = project.build(new)
    assert plan.leftovers == tuple(leftovers)
    assert plan.diagnostics == ()
    assert plan.foreign == ()
    assert project.files() == whole(new)
