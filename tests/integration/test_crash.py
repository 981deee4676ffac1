"""kill -9 at every write operation of a build, two builds at once, other environments.

Every check looks at the disk: each file is wholly old or wholly new; a mixed tree is told by the next
plan and by the real `sha256sum -c`; the next build, from the same or from other input, leaves exactly
its own tree and calls nothing foreign or edited.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from generator import output
from generator.output import sums

DRIVER = Path(__file__).with_name("crash_driver.py")
REPOSITORY = Path(__file__).parents[2]

Tree = Mapping[str, Mapping[str, str]]


def service(version: str, *names: str) -> dict[str, str]:
    return {f"{name}.yaml": f"kind: {name}\nversion: {version}\n" * 50 for name in names}


KINDS = ("configmap", "job", "prometheusrule", "role")
NOTHING: Tree = {}
OLD: Tree = {
    "changed": service("1", *KINDS),
    "grows": service("1", "job", "role"),
    "mixed": service("1", *KINDS),
    "removed": service("1", "job", "role"),
    "same": service("1", "job"),
    "shrinks": service("1", *KINDS),
    "swaps": service("1", "job", "role"),
}
NEW: Tree = {
    "changed": service("2", *KINDS),
    "grows": service("1", *KINDS),
    "mixed": {**service("2", "job", "role"), **service("1", "configmap"), **service("2", "release", "zeta")},
    "new": service("2", *KINDS),
    "same": service("1", "job"),
    "shrinks": service("1", "job", "role"),
    "swaps": service("1", "configmap", "job"),
}
OTHER: Tree = {
    "changed": service("3", "job", "role"),
    "grows": service("1", "job", "role"),
    "mixed": service("2", "configmap", "job", "zeta"),
    "removed": service("2", "job"),
    "shrinks": service("3", *KINDS),
    "swaps": service("1", "job", "role"),
}
GROWING: tuple[Tree, Tree] = (
    {"a": service("1", "job")},
    {"a": service("1", *KINDS), "b": service("1", "job")},
)

# A name that sorts before the rest comes while another goes: the old SHA256SUMS must fail before it comes.
SWAPPING: tuple[Tree, Tree] = ({"a": service("1", "job", "role")}, {"a": service("1", "configmap", "job")})


@dataclass(frozen=True)
class Project:
    path: Path

    @property
    def out(self) -> Path:
        return self.path / "out"

    def plan(self, tree: Tree) -> output.Plan:
        return output.plan(self.out, encoded(tree), proven=output.Journal.load(self.path / ".gen", self.out))

    def build(self, tree: Tree) -> output.Plan:
        plan = self.plan(tree)
        output.apply(plan, self.path / ".gen")
        return plan

    def files(self) -> dict[str, bytes]:
        return {
            each.relative_to(self.out).as_posix(): each.read_bytes()
            for each in self.out.rglob("*")
            if not each.is_dir()
        }

    def visible(self) -> dict[str, bytes]:
        """Without the temporary files, which Argo CD does not read."""
        return {path: data for path, data in self.files().items() if "/." not in path}

    def sums_hold(self) -> bool:
        """What the real sha256sum says of all directories together."""
        loop = "for each in */; do (cd $each && sha256sum --status -c SHA256SUMS) || exit 1; done"
        done = subprocess.run(["sh", "-c", loop], cwd=self.out, capture_output=True, check=False)
        assert done.returncode in (0, 1), done.stderr
        return done.returncode == 0


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONDONTWRITEBYTECODE": "1", **more}


def encoded(tree: Tree) -> dict[str, dict[str, bytes]]:
    return {name: {file: text.encode() for file, text in files.items()} for name, files in tree.items()}


def whole(tree: Tree) -> dict[str, bytes]:
    return {
        f"{name}/{file}": data
        for name, files in encoded(tree).items()
        for file, data in {**files, "SHA256SUMS": sums.render(files)}.items()
    }


def command(tree: Tree, mode: str, *projects: Project) -> list[str]:
    file = projects[0].path / "tree.json"
    file.write_text(json.dumps(tree), "utf-8")
    return [sys.executable, str(DRIVER), str(file), mode, *(str(each.path) for each in projects)]


def run(tree: Tree, mode: str, *projects: Project, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(tree, mode, *projects), env=environment(**env), capture_output=True, text=True, check=False
    )


def answer(done: subprocess.CompletedProcess[str]) -> list[str | int]:
    assert done.returncode == 0, done.stderr
    found: list[str | int] = json.loads(done.stdout)
    return found


def observed(project: Project, tree: Tree) -> list[str]:
    return [str(each) for each in answer(run(tree, "watch", project))]


def kill(tree: Tree, first: int, *projects: Project) -> None:
    """Build each project and kill it before its write operation number `first`, `first` + 1, …"""
    assert answer(run(tree, f"kill:{first}", *projects)) == [-signal.SIGKILL] * len(projects)


def start(path: Path, old: Tree) -> Project:
    path.mkdir()
    project = Project(path)
    if old:
        project.build(old)
    return project


def assert_told(project: Project, old: Tree, new: Tree, *others: Tree) -> bool:
    """Whether the tree is torn; if it is, both witnesses have to say so."""
    found = project.visible()
    possible = [whole(each) for each in (old, new, *others)]
    for path, data in found.items():
        assert data in [each.get(path) for each in possible], f"half-written: {path}"
    torn = found not in possible
    if torn:
        assert not project.sums_hold()
    if found != whole(new):
        assert not project.plan(new).is_empty
    return torn


def assert_mended(project: Project, tree: Tree) -> None:
    plan = project.build(tree)
    assert (plan.edited, plan.foreign, plan.diagnostics) == ((), (), ())
    assert project.files() == whole(tree)
    assert {each.name for each in project.out.iterdir()} == set(tree)
    # The journal goes with the next build that has something to write.
    assert plan.is_empty or not (project.path / ".gen/journal.json").exists()
    assert project.plan(tree).is_empty


def copy(project: Project, path: Path) -> Project:
    shutil.copytree(project.path, path, symlinks=True)
    return Project(path)


@pytest.mark.parametrize(
    ("old", "new"),
    [(OLD, NEW), (NOTHING, NEW), GROWING, GROWING[::-1], SWAPPING],
    ids=["change", "first", "only-additions", "only-removals", "swap"],
)
def test_killed_at_every_write(tmp_path: Path, old: Tree, new: Tree) -> None:
    seen = observed(start(tmp_path / "observed", old), new)
    beginning = start(tmp_path / "beginning", old)
    projects = [copy(beginning, tmp_path / str(number)) for number in range(1, len(seen) + 1)]
    kill(new, 1, *projects)
    torn = 0
    for number, project in enumerate(projects, start=1):
        torn += assert_told(project, old, new)
        another = old if old and number % 2 else OTHER
        assert_mended(copy(project, tmp_path / f"{number}-another"), another)
        assert_mended(project, new)
        assert project.sums_hold()
    assert torn > 0


def test_enough_kills_between_the_renames(tmp_path: Path) -> None:
    """What the test above covers: it kills once per observed operation."""
    seen = observed(start(tmp_path / "observed", OLD), NEW)
    places = [at for at, each in enumerate(seen) if each.startswith("os.rename") and ".json" not in each]
    assert len(seen) >= 50
    assert places[-1] - places[0] - 1 >= 20
    assert len([each for each in seen if each.startswith("os.rename")]) >= 20


def test_killed_twice_with_different_input(tmp_path: Path) -> None:
    first = observed(start(tmp_path / "first", OLD), NEW)
    for number in range(12, len(first), 23):
        once = start(tmp_path / f"{number}", OLD)
        kill(NEW, number, once)
        second = observed(copy(once, tmp_path / f"{number}-watch"), OTHER)
        for again in range(12, len(second), 23):
            project = copy(once, tmp_path / f"{number}-{again}")
            kill(OTHER, again, project)
            assert_told(project, OLD, OTHER, NEW)
            assert_mended(project, NEW)


def test_two_builds_at_once(tmp_path: Path) -> None:
    project = start(tmp_path / "project", OLD)
    number = observed(copy(project, tmp_path / "observed"), NEW).index("os.mkdir new")
    winner = subprocess.Popen(
        command(NEW, f"pause:{number}", project),
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert winner.stdout is not None
    pid = winner.stdout.readline().strip()
    torn = project.files()
    for tree in (NEW, OTHER):
        loser = run(tree, "watch", project)
        assert loser.returncode == 1
        assert loser.stderr.startswith(f"another build (process {pid}) is writing the output\nwait until")
    assert project.files() == torn
    winner.communicate("go on\n")
    assert winner.returncode == 0
    assert project.files() == whole(NEW)


def test_lock_ends_with_its_process(tmp_path: Path) -> None:
    project = start(tmp_path / "project", OLD)
    with subprocess.Popen(
        command(NEW, "pause:30", project), env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        holder.kill()
    assert run(NEW, "watch", project).returncode == 0
    assert project.files() == whole(NEW)


def test_race_of_many_builds(tmp_path: Path) -> None:
    project = start(tmp_path / "project", OLD)
    words = command(NEW, "watch", project)
    builds = [
        subprocess.Popen(
            words, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        for _ in range(6)
    ]
    errors = [each.communicate()[1] for each in builds]
    assert 0 in [each.returncode for each in builds]
    assert [error for error in errors if error and not error.startswith("another build")] == []
    assert_mended(project, NEW)


@pytest.mark.parametrize(
    "env",
    [
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONHASHSEED": "1", "TZ": "Asia/Kathmandu"},
        {"LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "2", "TZ": "UTC"},
    ],
    ids=["c", "turkish"],
)
def test_same_bytes_and_modes_in_any_environment(tmp_path: Path, env: dict[str, str]) -> None:
    tree = {**NEW, "words": {"text.yaml": "größe: İ\u2028\n"}}
    project = start(tmp_path / "project", OLD)
    old_mask = os.umask(0o077)
    try:
        done = run(tree, "watch", project, **env)
    finally:
        os.umask(old_mask)
    assert done.returncode == 0, done.stderr
    assert project.files() == whole(tree)
    modes = {stat.S_IMODE(each.stat().st_mode) for each in project.out.rglob("*") if each.is_file()}
    assert modes == {0o644}
