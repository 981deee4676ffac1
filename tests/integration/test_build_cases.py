"""Whole projects through the real command line: trees that come out, and messages for what is wrong.

`tests/cases/build/ok/<name>/` holds a project and its expected `out/`. `bad/<rule>[--variant]/` holds only what
differs from `base/`, and `expected.txt`, what `gen build` says of it. `make regen` writes both anew.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from generator import pages
from tests.support import cli

CASES = Path(__file__).parents[1] / "cases" / "build"
OK = sorted(each.name for each in (CASES / "ok").iterdir())
BAD = sorted(each.name for each in (CASES / "bad").iterdir())
REGENERATE = os.environ.get("GEN_REGEN") == "1"


def tree(root: Path) -> dict[str, bytes]:
    return {
        each.relative_to(root).as_posix(): each.read_bytes()
        for each in sorted(root.rglob("*"))
        if each.is_file()
    }


@pytest.mark.parametrize("name", OK)
def test_a_good_project_gives_its_tree(name: str, tmp_path: Path) -> None:
    expected = CASES / "ok" / name / "out"
    project = tmp_path / "project"
    shutil.copytree(CASES / "ok" / name, project, ignore=shutil.ignore_patterns("out"))
    built = cli.gen("build", cwd=project)
    assert built.returncode == 0, built.stderr
    if REGENERATE:
        shutil.rmtree(expected, ignore_errors=True)
        shutil.copytree(project / "out", expected)
    assert tree(project / "out") == tree(expected)
    before = {path: path.stat().st_mtime_ns for path in (project / "out").rglob("*")}
    again = cli.gen("build", cwd=project)
    assert (again.returncode, again.stderr) == (0, built.stderr)
    assert before == {path: path.stat().st_mtime_ns for path in (project / "out").rglob("*")}
    assert cli.gen("build", "--check", cwd=project).returncode == 0


@pytest.mark.parametrize("name", BAD)
def test_a_bad_project_is_told_and_writes_nothing(name: str, tmp_path: Path) -> None:
    case = CASES / "bad" / name
    shutil.copytree(CASES / "base", tmp_path, dirs_exist_ok=True)
    shutil.copytree(case, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("expected.txt"))
    rule = name.partition("--")[0]
    said = cli.gen("build", cwd=tmp_path)
    severity = "warning" if said.returncode == 0 else "error"
    assert re.search(rf"^\S+:\d+:\d+: {severity}\[{re.escape(rule)}\]: ", said.stderr, re.MULTILINE), (
        said.stderr
    )
    if severity == "error":
        assert said.returncode == 1
        assert not (tmp_path / "out").exists()
        assert said.stdout == ""
    if REGENERATE:
        (case / "expected.txt").write_text(said.stderr, encoding="utf-8")
    assert said.stderr == (case / "expected.txt").read_text(encoding="utf-8")


def test_every_rule_has_a_bad_case() -> None:
    """Rules about `out/` and about what Git can't hold (pipes, links) have theirs in test_hostile_input.py."""
    source = (Path(__file__).parent / "test_hostile_input.py").read_text(encoding="utf-8")
    elsewhere = set(re.findall(r'"([a-z]+(?:-[a-z0-9]+)+)"', source))
    assert set(pages.names()) - {each.partition("--")[0] for each in BAD} - elsewhere == set()


def test_every_message_names_a_rule_that_has_a_page() -> None:
    named = set()
    for name in BAD:
        named |= set(
            re.findall(
                r"(?:error|warning)\[([a-z0-9-]+)\]", (CASES / "bad" / name / "expected.txt").read_text()
            )
        )
    assert named <= set(pages.names())
