"""Edited, foreign and misplaced files, one broken thing at a time."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from generator.diagnostics import Severity
from generator.output import sums
from tests.support.output_project import TREE, WITHOUT_BILLING, Project, assert_refused, rules, whole


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


@pytest.fixture
def built(project: Project) -> Project:
    project.build(TREE)
    return project


def test_edited_file_is_named_and_overwritten(built: Project) -> None:
    built.edit("billing/job.yaml", b"kind: Job # by hand\n")
    plan = built.build(TREE)
    assert plan.edited == ("billing/job.yaml",)
    assert rules(plan) == [("output-edited", "out/billing/job.yaml")]
    assert plan.diagnostics[0].severity is Severity.WARNING
    assert built.files() == whole(TREE)


def test_edit_to_what_is_wanted_is_no_edit(built: Project) -> None:
    tree = {**TREE, "billing": {"job.yaml": b"next\n"}}
    built.edit("billing/job.yaml", b"next\n")
    plan = built.build(tree)
    assert plan.edited == ()
    assert [each.path for each in plan.changes] == ["billing/SHA256SUMS"]


def test_edited_stale_file_is_kept_and_no_longer_listed(built: Project) -> None:
    tree = {**TREE, "auth-service": {"job.yaml": b"kind: Job\n"}}
    built.edit("auth-service/role.yaml", b"precious\n")
    plan = built.build(tree)
    assert plan.edited == plan.foreign == ("auth-service/role.yaml",)
    assert built.files() == {**whole(tree), "auth-service/role.yaml": b"precious\n"}
    after = built.plan(tree)
    assert after.is_empty
    assert rules(after) == [("output-foreign-manifest", "out/auth-service/role.yaml")]


def test_edited_file_of_a_removed_service_is_kept(built: Project) -> None:
    built.edit("billing/job.yaml", b"precious\n")
    plan = built.build(WITHOUT_BILLING)
    assert plan.removed_services == ("billing",)
    assert built.files() == {**whole(WITHOUT_BILLING), "billing/job.yaml": b"precious\n"}
    after = built.plan(WITHOUT_BILLING)
    assert after.is_empty
    assert after.foreign == ("billing/",)
    assert rules(after) == [("output-foreign-manifest", "out/billing")]


def test_foreign_files_are_named_and_kept(built: Project) -> None:
    built.edit("auth-service/NOTES.txt", b"mine\n")
    built.edit("README", b"mine\n")
    built.edit("by-hand/x.yaml", b"mine\n")
    before = built.everything()
    plan = built.build(TREE)
    assert plan.is_empty
    assert plan.foreign == ("README", "auth-service/NOTES.txt", "by-hand/")
    assert rules(plan) == [("output-foreign-manifest", "out/by-hand")]
    assert built.everything() == before


def test_foreign_file_keeps_the_directory_of_a_removed_service(built: Project) -> None:
    built.edit("billing/NOTES.txt", b"mine\n")
    plan = built.build(WITHOUT_BILLING)
    assert plan.removed_services == ("billing",)
    assert built.files() == {**whole(WITHOUT_BILLING), "billing/NOTES.txt": b"mine\n"}


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("kustomization.yaml", "Kustomize"),
        ("Kustomization", "Kustomize"),
        ("Chart.yaml", "Helm"),
        ("x.json", "applies"),
    ],
)
def test_foreign_manifest_is_warned_of(built: Project, name: str, word: str) -> None:
    built.edit(f"billing/{name}", b"{}\n")
    plan = built.plan(TREE)
    assert rules(plan) == [("output-foreign-manifest", f"out/billing/{name}")]
    assert word in plan.diagnostics[0].message
    assert plan.diagnostics[0].severity is Severity.WARNING
    assert plan.is_empty


def test_foreign_file_in_a_wanted_place_is_an_error(built: Project) -> None:
    built.edit("billing/role.yaml", b"mine\n")
    plan = built.plan({**TREE, "billing": {"job.yaml": b"x\n", "role.yaml": b"ours\n"}})
    assert rules(plan) == [("output-foreign", "out/billing/role.yaml")]
    assert_refused(built, plan)


def test_foreign_file_with_the_wanted_bytes_is_taken_in(built: Project) -> None:
    tree = {**TREE, "billing": {**TREE["billing"], "role.yaml": b"same\n"}}
    built.edit("billing/role.yaml", b"same\n")
    plan = built.build(tree)
    assert plan.diagnostics == ()
    assert built.files() == whole(tree)


def test_sums_without_our_header_prove_nothing(built: Project) -> None:
    theirs = sums.render(TREE["billing"]).split(b"\n", 1)[1]
    built.edit("billing/SHA256SUMS", theirs)
    plan = built.plan(TREE)
    assert rules(plan) == [("output-foreign", "out/billing/SHA256SUMS")]
    assert_refused(built, plan)
    gone = built.build(WITHOUT_BILLING)
    assert gone.foreign == ("billing/",)
    assert built.files()["billing/SHA256SUMS"] == theirs


def test_missing_sums_come_back(built: Project) -> None:
    (built.out / "billing/SHA256SUMS").unlink()
    built.build(TREE)
    assert built.files() == whole(TREE)


def test_missing_listed_file_comes_back(built: Project) -> None:
    (built.out / "auth-service/role.yaml").unlink()
    plan = built.build(TREE)
    assert [each.path for each in plan.writes] == ["auth-service/role.yaml"]
    assert built.files() == whole(TREE)


@pytest.mark.parametrize(
    "place", ["out", "out/billing", "out/billing/job.yaml", "out/billing/SHA256SUMS", "out/billing/x"]
)
def test_link_is_an_error_and_nothing_goes_through_it(built: Project, place: str) -> None:
    path, aside = built.path / place, built.path / "aside"
    if path.exists():
        path.rename(aside)
    else:
        aside.write_bytes(b"x")
    path.symlink_to(aside)
    plan = built.plan({"auth-service": {"job.yaml": b"1"}, "billing": {"job.yaml": b"2"}})
    assert ("output-link", place) in rules(plan)
    assert_refused(built, plan)


def test_link_in_a_removed_service_is_an_error(built: Project) -> None:
    path = built.out / "billing/job.yaml"
    path.rename(built.path / "aside")
    path.symlink_to(built.path / "aside")
    plan = built.plan(WITHOUT_BILLING)
    assert rules(plan) == [("output-link", "out/billing/job.yaml")]
    assert_refused(built, plan)


def test_link_beside_the_services_is_foreign(built: Project) -> None:
    (built.out / "latest").symlink_to("billing")
    plan = built.plan(TREE)
    assert plan.foreign == ("latest",)
    assert plan.is_empty


@pytest.mark.parametrize("place", ["out", "out/billing", "out/billing/job.yaml"])
def test_wrong_kind_in_the_way_is_an_error(project: Project, place: str) -> None:
    path = project.path / place
    path.parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(path)
    plan = project.plan(TREE)
    assert rules(plan) == [("output-blocked", place)]
    assert_refused(project, plan)


def test_directory_in_the_place_of_a_file_is_an_error(project: Project) -> None:
    project.edit("billing/job.yaml/x", b"")
    assert rules(project.plan(TREE)) == [("output-blocked", "out/billing/job.yaml")]
