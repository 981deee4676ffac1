"""`gen build` as a person and a CI job use it: the same bytes everywhere, no write too many, branches that merge."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support import cli
from tests.support.hostile import Project
from tests.support.projects import migration

CASE = Path(__file__).parents[1] / "cases" / "build" / "ok" / "several"
DELETE = (
    "kubectl --namespace {namespace} delete --ignore-not-found job/{name}-migration configmap/{name}-migrations"
    " serviceaccount/{name}-migration-runner role/{name}-migration-runner rolebinding/{name}-migration-runner"
)


def tree(root: Path) -> dict[str, bytes]:
    return {
        each.relative_to(root).as_posix(): each.read_bytes() for each in root.rglob("*") if each.is_file()
    }


EXPECTED = tree(CASE / "out")


def copy(root: Path) -> Project:
    shutil.copytree(CASE, root, ignore=shutil.ignore_patterns("out"), dirs_exist_ok=True)
    return Project(root)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = copy(tmp_path_factory.mktemp("built"))
    said = project.gen("build")
    assert said.returncode == 0, said.stderr
    return project


@pytest.fixture
def project(built: Project, tmp_path: Path) -> Project:
    """Built, with nothing to do."""
    shutil.copytree(built.root, tmp_path / "project")
    return Project(tmp_path / "project")


# The same input gives the same bytes.


@pytest.mark.parametrize(
    "env",
    [
        {"LC_ALL": "C", "LANG": "C", "TZ": "UTC", "PYTHONHASHSEED": "0", "PYTHONUTF8": "0"},
        {
            "LC_ALL": "tr_TR.UTF-8",
            "TZ": "Pacific/Kiritimati",
            "PYTHONHASHSEED": "4711",
            "HOME": "/nonexistent",
        },
        {"LC_ALL": "de_DE.ISO-8859-1", "TZ": "America/St_Johns", "PYTHONOPTIMIZE": "1", "COLUMNS": "20"},
    ],
)
def test_the_environment_does_not_matter(tmp_path: Path, env: Mapping[str, str]) -> None:
    project = copy(tmp_path / "ein Verzeichnis mit Ümläuten")
    assert cli.gen("build", cwd=project.root, env=env).returncode == 0
    assert tree(project.out) == EXPECTED


def test_the_umask_does_not_matter(tmp_path: Path) -> None:
    modes = []
    for mask in (0o000, 0o077):
        project = copy(tmp_path / str(mask))
        before = os.umask(mask)
        try:
            assert project.gen("build").returncode == 0
        finally:
            os.umask(before)
        assert tree(project.out) == EXPECTED
        modes.append({each.relative_to(project.out): each.stat().st_mode for each in project.out.rglob("*")})
    assert modes[0] == modes[1]


def test_the_order_of_files_and_services_does_not_matter(tmp_path: Path) -> None:
    files = sorted(
        (each for each in CASE.rglob("*") if each.is_file() and "out" not in each.parts), reverse=True
    )
    for each in files:
        target = tmp_path / each.relative_to(CASE)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(each, target)
    project = Project(tmp_path)
    text = project.spec.read_text("utf-8")
    start = text.index("  search:\n")
    middle = text.index("  katalog:\n")
    project.spec.write_text(text[:start] + text[middle:] + text[start:middle], "utf-8")
    assert project.gen("build").returncode == 0
    assert tree(project.out) == EXPECTED


def test_services_one_by_one_give_the_same_tree(tmp_path: Path) -> None:
    project = copy(tmp_path)
    for name in ("search", "accounts", "katalog"):
        assert project.gen("build", "--service", name).returncode == 0
    assert tree(project.out) == EXPECTED


# Nothing is written without need.


def test_a_second_build_writes_nothing(project: Project) -> None:
    before = {path: path.stat().st_mtime_ns for path in project.root.rglob("*")}
    said = project.gen("build")
    assert (said.returncode, said.stdout, said.stderr) == (0, "out/ is up to date (3 services)\n", "")
    assert {path: path.stat().st_mtime_ns for path in project.root.rglob("*")} == before


def test_only_what_changed_is_written(project: Project) -> None:
    before = project.snapshot()
    (project.root / "migrations/search/00004_more.sql").write_text(migration("SELECT 4;"), "utf-8")
    said = project.gen("build")
    assert said.returncode == 0
    after = project.snapshot()
    changed = sorted(
        path for path in after if before[path] != after[path] and (project.root / path).is_file()
    )
    assert changed == [
        f"out/search/{name}"
        for name in (
            "RUNBOOK.md",
            "SHA256SUMS",
            "configmap.yaml",
            "dashboard.yaml",
            "job.yaml",
            "prometheusrule.yaml",
        )
    ]
    assert said.stdout.splitlines() == [f"changed  {path}" for path in changed]


def test_check_and_diff_write_nothing(project: Project) -> None:
    (project.root / "migrations/search/00004_more.sql").write_text(migration("SELECT 4;"), "utf-8")
    shutil.rmtree(project.out / "accounts")
    (project.root / ".gen/cache.json").unlink()
    before = {path: path.stat().st_mtime_ns for path in project.root.rglob("*")}
    checked = project.gen("build", "--check")
    assert checked.returncode == 1
    assert "missing      out/accounts/job.yaml" in checked.stdout
    assert "stale        out/search/job.yaml" in checked.stdout
    assert "katalog" not in checked.stdout
    assert project.gen("build", "--diff").returncode == 0
    assert {path: path.stat().st_mtime_ns for path in project.root.rglob("*")} == before


def test_the_diff_is_the_build(project: Project) -> None:
    """Applied by git, it gives exactly what a build writes."""
    (project.root / "migrations/search/00004_more.sql").write_text(migration("SELECT 'ü';"), "utf-8")
    project.spec.write_text(
        project.spec.read_text("utf-8").replace("  katalog:\n", "  katalog:\n    suspend: true\n")
    )
    shutil.rmtree(project.out / "accounts")
    patch = project.gen("build", "--diff").stdout
    other = project.root.parent / "patched"
    shutil.copytree(project.out, other / "out")
    subprocess.run(["git", "apply", "-p0", "-"], cwd=other, input=patch.encode(), check=True)
    assert project.gen("build").returncode == 0
    assert tree(other / "out") == tree(project.out)
    assert project.gen("build", "--diff").stdout == ""


# Where things are.


def test_another_file_and_another_output(project: Project, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    said = cli.gen("build", "-f", project.spec, "-o", "result/tree", cwd=elsewhere)
    assert said.returncode == 0, said.stderr
    assert tree(elsewhere / "result" / "tree") == EXPECTED
    assert sorted(each.name for each in elsewhere.iterdir()) == ["result"]
    again = cli.gen("build", "-f", "../project/services.yaml", "-o", "result/tree", "--check", cwd=elsewhere)
    assert again.returncode == 0, again.stdout


def test_the_output_is_beside_the_file(project: Project, tmp_path: Path) -> None:
    shutil.rmtree(project.out)
    assert cli.gen("build", "--file", "project/services.yaml", cwd=tmp_path).returncode == 0
    assert tree(project.out) == EXPECTED
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / ".gen").exists()


def test_one_service_leaves_the_others_alone(project: Project) -> None:
    for name in ("accounts", "search"):
        (project.out / name / "job.yaml").unlink()
    said = project.gen("build", "--service", "search")
    assert said.returncode == 0
    assert said.stdout == "added    out/search/job.yaml\n"
    assert not (project.out / "accounts/job.yaml").exists()
    assert project.gen("build", "--check", "--service", "search").returncode == 0
    assert project.gen("build", "--check", "--service", "accounts").returncode == 1


# What leaves Git, and what stays in the cluster.


def test_a_removed_service_is_pruned_and_its_objects_are_named(project: Project) -> None:
    text = project.spec.read_text("utf-8")
    project.spec.write_text(text[: text.index("  accounts:\n")], "utf-8")
    checked = project.gen("build", "--check")
    assert checked.returncode == 1
    assert "superfluous  out/accounts/job.yaml" in checked.stdout
    said = project.gen("build")
    assert said.returncode == 0
    assert sorted(each.name for each in project.out.iterdir()) == ["katalog", "search"]
    line = DELETE.format(namespace="accounts", name="accounts")
    assert f"  {line}\n" in said.stderr
    assert "kubectl" not in project.gen("build").stderr


def test_another_namespace_names_the_objects_in_the_old_one(project: Project) -> None:
    text = project.spec.read_text("utf-8")
    project.spec.write_text(text.replace("namespace: accounts", "namespace: ledger"), "utf-8")
    said = json.loads(project.gen("build", "--format", "json").stdout)
    assert said["commands"] == [DELETE.format(namespace="accounts", name="accounts")]
    assert b"  namespace: ledger\n" in (project.out / "accounts/job.yaml").read_bytes()


def test_no_service_at_all_is_an_error_and_prunes_nothing(project: Project) -> None:
    project.spec.write_text("version: 1\nservices: {}\n", "utf-8")
    before = project.snapshot()
    assert project.gen("build").returncode == 1
    assert project.snapshot() == before


# Branches.


def git(root: Path, *arguments: str) -> str:
    identity = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.com"}
    identity |= {key.replace("AUTHOR", "COMMITTER"): value for key, value in identity.items()}
    return subprocess.run(
        ["git", "-c", "init.defaultBranch=main", *arguments],
        cwd=root,
        env={**os.environ, **identity, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def commit(project: Project, message: str) -> None:
    assert project.gen("build").returncode == 0
    git(project.root, "add", "-A")
    git(project.root, "commit", "-qm", message)


def test_branches_that_change_different_services_merge(project: Project) -> None:
    git(project.root, "init", "-q")
    commit(project, "base")
    assert git(project.root, "ls-files", ".gen") == ""
    git(project.root, "switch", "-qc", "one")
    (project.root / "migrations/search/00004_one.sql").write_text(migration("SELECT 1;"), "utf-8")
    commit(project, "one")
    git(project.root, "switch", "-qc", "two", "main")
    (project.root / "migrations/accounts/00003_two.sql").write_text(migration("SELECT 2;"), "utf-8")
    commit(project, "two")
    git(project.root, "switch", "-qc", "three", "main")
    shutil.rmtree(project.root / "migrations/katalog")
    text = project.spec.read_text("utf-8")
    katalog = text[text.index("  katalog:\n") : text.index("  accounts:\n")]
    project.spec.write_text(
        text.replace(katalog, "").replace("      <<: *shared\n", "      lockTimeout: 2s\n"), "utf-8"
    )
    commit(project, "three")
    for branch in ("one", "two"):
        git(project.root, "merge", "-q", "--no-edit", branch)
    said = project.gen("build", "--check")
    assert said.returncode == 0, said.stdout
    assert sorted(each.name for each in project.out.iterdir()) == ["accounts", "search"]


def test_branches_that_change_the_same_service_are_mended_by_a_build(project: Project) -> None:
    git(project.root, "init", "-q")
    commit(project, "base")
    for branch in ("one", "two"):
        git(project.root, "switch", "-qc", branch, "main")
        path = project.root / f"migrations/search/0000{4 if branch == 'one' else 5}_{branch}.sql"
        path.write_text(migration(f"SELECT '{branch}';"), "utf-8")
        commit(project, branch)
    with pytest.raises(subprocess.CalledProcessError):
        git(project.root, "merge", "-q", "--no-edit", "one")
    assert project.gen("build", "--check").returncode == 1
    said = project.gen("build")
    assert said.returncode == 0, said.stderr
    assert project.gen("build", "--check").returncode == 0
    assert not [path for path, content in tree(project.out).items() if b"<<<<<<<" in content]
