"""`gen build` killed with SIGKILL: `--check` tells a torn tree, the next build mends it.

test_crash.py kills the writing itself at every one of its operations; here the whole command is killed at
some of them, spread over all, and everything around is the real command line too.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import forked, projects

DSN = "database:\n  secret: {name: auth-service-db, key: url}\n"
KILLS = 12

# Runs the command line with an eye on its own write operations below the project: `count` or a number to die at.
WATCHED = """
import os, signal, sys
from pathlib import Path

mode, project = sys.argv[1], str(Path.cwd())
seen = 0

def watch(event, arguments):
    global seen
    if event == "open":
        if not (isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)):
            return
        if not inside(arguments[0]):
            return
    elif event not in ("os.rename", "os.remove", "os.mkdir", "os.rmdir"):
        return
    seen += 1
    if str(seen) == mode:
        os.kill(os.getpid(), signal.SIGKILL)

def inside(path):
    return isinstance(path, str) and (not os.path.isabs(path) or path.startswith(project))

sys.addaudithook(watch)
sys.argv = ["gen", "build"]
from generator.cli.main import main
try:
    main()
finally:
    print("operations", seen)
"""


def watched(mode: str, project: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-B", "-c", WATCHED, mode],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def tree(project: Path) -> dict[str, bytes]:
    out = project / "out"
    return {each.relative_to(out).as_posix(): each.read_bytes() for each in out.rglob("*") if each.is_file()}


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, bytes], dict[str, bytes], int]:
    """A project that is built from its old input and has the new one; both trees; the operations between."""
    old = tmp_path_factory.mktemp("old")
    projects.write(old, DSN, {"1_a.sql": projects.migration("SELECT 1;")})
    projects.build(old)
    before = tree(old)
    projects.write(old, f"{DSN}job:\n  timeout: 7m\n", {"2_b.sql": projects.migration("SELECT 2;")})
    new = tmp_path_factory.mktemp("new") / "project"
    shutil.copytree(old, new)
    done = watched("count", new)
    assert done.returncode == 0, done.stderr
    count = int(done.stdout.split("operations ")[1])
    return old, before, tree(new), count


@pytest.mark.parametrize("part", range(KILLS))
def test_a_killed_build_is_told_and_mended(
    part: int, states: tuple[Path, dict[str, bytes], dict[str, bytes], int], tmp_path: Path
) -> None:
    old, before, after, count = states
    assert count >= KILLS
    project = tmp_path / "project"
    shutil.copytree(old, project)
    number = 1 + part * (count - 1) // (KILLS - 1)
    assert watched(str(number), project).returncode == -signal.SIGKILL
    torn = tree(project)
    visible = {path: data for path, data in torn.items() if "/." not in path}
    assert all(data in (before.get(path), after.get(path)) for path, data in visible.items())
    check = forked.gen("build", "--check", cwd=project)
    assert check.returncode == (0 if torn == after else 1), check.stdout
    assert "Traceback" not in check.stderr
    mended = forked.gen("build", cwd=project)
    assert (mended.returncode, mended.stderr) == (0, "")
    assert tree(project) == after
    assert forked.gen("build", "--check", cwd=project).returncode == 0
