"""Whole projects through the real command line: trees that come out, and messages for what is wrong.

`tests/cases/build/ok/<name>/` holds a project and its expected `out/`. `bad/<rule>[--variant]/` holds only what
differs from `base/`, and `expected.txt`, what gen says of it. `make regen` writes both anew.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import pytest

from generator import pages
from generator.lint import levels
from generator.model import LintLevel
from tests.support import cli, forked

CASES = Path(__file__).parents[1] / "cases" / "build"
OK = sorted(each.name for each in (CASES / "ok").iterdir())
BAD = sorted(each.name for each in (CASES / "bad").iterdir())
REGENERATE = os.environ.get("GEN_REGEN") == "1"
HEAD = re.compile(r"^(\S[^:]*):(\d+):(\d+): (error|warning)\[([a-z0-9-]+)\]: ", re.MULTILINE)
# One mistake gives one message. These are two mistakes in one place, or a whole file full of them.
SEVERAL = {
    "name-kubernetes--in-one-run": 4,
    "secret-in-file--callback-token": 2,
    "yaml-key--template": 2,
}
# Rules about what Git can't hold (pipes, endless files) and about out/ have their cases in these tests.
ELSEWHERE = (
    "test_hostile_input.py",
    "test_hostile_output.py",
    "test_cli.py",
    "test_lock.py",
    "test_rehearsal.py",
    "test_drift.py",
    "test_checklist.py",
    "test_prisma_check.py",
    "../unit/test_prisma_parser.py",
    "../unit/test_prisma_expected.py",
    "../unit/test_prisma_comparing.py",
)


def tree(root: Path) -> dict[str, bytes]:
    return {
        each.relative_to(root).as_posix(): each.read_bytes()
        for each in sorted(root.rglob("*"))
        if each.is_file()
    }


def times(root: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in root.rglob("*")}


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
    before = times(project)
    again = cli.gen("build", cwd=project)
    assert (again.returncode, again.stderr) == (0, built.stderr)
    assert times(project) == before
    assert cli.gen("build", "--check", cwd=project).returncode == 0


@pytest.mark.parametrize("name", BAD)
def test_a_bad_project_is_told_and_writes_nothing(name: str, tmp_path: Path) -> None:
    case = CASES / "bad" / name
    shutil.copytree(CASES / "base", tmp_path, dirs_exist_ok=True)
    shutil.copytree(
        case, tmp_path, dirs_exist_ok=True, symlinks=True, ignore=shutil.ignore_patterns("expected.txt")
    )
    rule, _, variant = name.partition("--")
    said = forked.gen("check", cwd=tmp_path)
    severity = "warning" if said.returncode == 0 else "error"
    found = [(match[4], match[5]) for match in HEAD.finditer(said.stderr)]
    assert (severity, rule) in found, said.stderr
    assert len(found) == SEVERAL.get(name, 1), said.stderr
    if severity == "error":
        assert (said.returncode, said.stdout) == (1, "")
    if REGENERATE:
        (case / "expected.txt").write_text(said.stderr, encoding="utf-8")
    assert said.stderr == (case / "expected.txt").read_text(encoding="utf-8")
    if not variant:
        # Of each rule's first case, what a build makes of it: the same, and no file.
        built = forked.gen("build", cwd=tmp_path)
        assert (built.returncode, built.stderr) == (said.returncode, said.stderr)
        assert (tmp_path / "out").exists() == (tmp_path / ".gen").exists() == (severity == "warning")


def test_several_is_about_cases() -> None:
    assert set(SEVERAL) <= set(BAD)


def test_every_rule_has_a_bad_case() -> None:
    sources = [(Path(__file__).parent / each).read_text(encoding="utf-8") for each in ELSEWHERE]
    elsewhere = {rule for text in sources for rule in re.findall(r'"([a-z]+(?:-[a-z0-9]+)+)"', text)}
    rehearsed = {each.name.partition("--")[0] for each in (CASES.parent / "rehearsal").iterdir()}
    # Those that nobody gets unasked: test_lint_pages.py tries them.
    asked_for = {rule for rule, level in levels.DEFAULTS.items() if level is LintLevel.IGNORE}
    bad = {each.partition("--")[0] for each in BAD}
    assert set(pages.names()) - bad - elsewhere - rehearsed - asked_for == set()


def test_every_message_names_a_rule_that_has_a_page() -> None:
    named = set()
    for name in BAD:
        text = (CASES / "bad" / name / "expected.txt").read_text(encoding="utf-8")
        named |= {match[5] for match in HEAD.finditer(text)}
    assert named <= set(pages.names())


def test_the_cases_are_committed_byte_for_byte() -> None:
    """Git would turn CRLF into LF, or refuse to compare what it takes for binary."""
    attributes = (CASES.parents[2] / ".gitattributes").read_text(encoding="utf-8")
    assert "tests/cases/** -text\n" in attributes


@pytest.mark.parametrize("name", ["everything"])
def test_json_says_the_same_as_text(name: str, tmp_path: Path) -> None:
    shutil.copytree(CASES / "ok" / name, tmp_path / "project", ignore=shutil.ignore_patterns("out"))
    said = json.loads(cli.gen("build", "--format", "json", cwd=tmp_path / "project").stdout)
    assert said["written"] == sorted(tree(CASES / "ok" / name / "out"))
    assert [each["rule"] for each in said["diagnostics"]] == ["job-suspended"]
