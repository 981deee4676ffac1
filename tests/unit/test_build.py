"""A build with nothing to do is told from the raw input, and any change at all takes it off that short cut."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from generator import build, cache, check
from tests.support import forked, projects

SERVICE = "database: {secret: {name: auth-db, key: url}}\n"
FIRST = "20260117000001_users.sql"
SECOND = "20260117000002_sessions.sql"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = projects.write(
        tmp_path_factory.mktemp("project"),
        SERVICE,
        {
            FIRST: projects.migration("CREATE TABLE users (id int);", "DROP TABLE users;"),
            SECOND: projects.migration("CREATE TABLE sessions (id int);", "DROP TABLE sessions;"),
        },
    )
    projects.build(root)
    return root


@pytest.fixture
def project(original: Path, tmp_path: Path) -> Path:
    return shutil.copytree(original, tmp_path / "project")


def settled(project: Path) -> build.Build | None:
    return build.settled(project / "services.yaml", project / "out", "out")


def test_nothing_to_do_after_a_build(project: Path) -> None:
    made = settled(project)
    assert made is not None
    assert made.services == ("auth-service",)
    assert made.plan.is_empty
    assert not made.diagnostics


def test_a_check_is_told_from_the_same_digests(project: Path) -> None:
    file = project / "services.yaml"
    assert build.known_sound(file) == 1
    shutil.rmtree(project / "out")
    assert build.known_sound(file) == 1
    migration = project / "migrations" / "auth-service" / FIRST
    migration.write_text("-- +goose Up\nCREATE TABLE users (id int)\n", encoding="utf-8")
    assert build.known_sound(file) is None


def _append(path: str) -> Callable[[Path], object]:
    return lambda root: (root / path).write_text(f"{(root / path).read_text('utf-8')}\n# more\n", "utf-8")


def _add(path: str) -> Callable[[Path], object]:
    return lambda root: (root / path).write_bytes(b"")


def _rename(path: str, other: str) -> Callable[[Path], object]:
    return lambda root: (root / path).rename(root / other)


def _remove(path: str) -> Callable[[Path], object]:
    return lambda root: shutil.rmtree(root / path) if (root / path).is_dir() else (root / path).unlink()


def _link(path: str) -> Callable[[Path], object]:
    """The same content, behind a symbolic link."""

    def change(root: Path) -> None:
        target = root / "elsewhere"
        (root / path).rename(target)
        (root / path).symlink_to(target)

    return change


def _fifo(path: str) -> Callable[[Path], object]:
    def change(root: Path) -> None:
        (root / path).unlink(missing_ok=True)
        os.mkfifo(root / path)

    return change


SQL = "migrations/auth-service"
OUT = "out/auth-service"
CHANGES = {
    "input-edited": _append("services.yaml"),
    "input-removed": _remove("services.yaml"),
    "input-link": _link("services.yaml"),
    "input-fifo": _fifo("services.yaml"),
    "migration-edited": _append(f"{SQL}/{FIRST}"),
    "migration-added": _add(f"{SQL}/20260117000003_x.sql"),
    "migration-renamed": _rename(f"{SQL}/{FIRST}", f"{SQL}/20260117000001_people.sql"),
    "migration-removed": _remove(f"{SQL}/{SECOND}"),
    "migration-link": _link(f"{SQL}/{FIRST}"),
    "migration-fifo": _fifo(f"{SQL}/{FIRST}"),
    "migration-new-fifo": _fifo(f"{SQL}/20260117000003_x.sql"),
    "migration-other-ending": _add(f"{SQL}/20260117000003_x.SQL"),
    "migration-go": _add(f"{SQL}/20260117000003_x.go"),
    "migration-directory": lambda root: (root / f"{SQL}/20260117000003_x.sql").mkdir(),
    "migrations-removed": _remove(SQL),
    "migrations-link": _link(SQL),
    "migrations-link-above": _link("migrations"),
    "out-edited": _append(f"{OUT}/job.yaml"),
    "out-added": _add(f"{OUT}/more.yaml"),
    "out-fifo": _fifo(f"{OUT}/more.yaml"),
    "out-file-removed": _remove(f"{OUT}/job.yaml"),
    "out-file-link": _link(f"{OUT}/job.yaml"),
    "out-sums-removed": _remove(f"{OUT}/SHA256SUMS"),
    "out-service-removed": _remove(OUT),
    "out-service-link": _link(OUT),
    "out-other-service": lambda root: shutil.copytree(root / OUT, root / "out/other-service"),
    "out-other-file": _add("out/README.md"),
    "out-removed": _remove("out"),
    "out-link": _link("out"),
    "cache-removed": _remove(".gen/cache.json"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_every_change_leaves_the_short_cut(project: Path, change: Callable[[Path], object]) -> None:
    assert settled(project) is not None
    change(project)
    assert settled(project) is None


def test_a_change_that_is_taken_back_is_none(project: Path) -> None:
    file = project / SQL / FIRST
    before = file.read_bytes()
    file.write_bytes(before + b"-- more\n")
    assert settled(project) is None
    file.write_bytes(before)
    assert settled(project) is not None


def test_what_neither_goose_nor_gen_reads_is_no_change(project: Path) -> None:
    (project / SQL / "README.md").write_text("why\n", "utf-8")
    assert settled(project) is not None


def test_the_same_input_under_another_name_is_another_input(project: Path) -> None:
    shutil.copy(project / "services.yaml", project / "other.yaml")
    assert build.settled(project / "other.yaml", project / "out", "out") is None


def test_another_gen_leaves_the_short_cut(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "code_digest", lambda: "another version's")
    assert settled(project) is None


def prepared(project: Path, between: Callable[[], object] = lambda: None, spotless: bool = True) -> None:
    """A build in which `between` happens after the input was read. Nothing has to be rendered for it."""
    checked = check.check(project / "services.yaml")
    assert checked.project is not None
    between()
    build.write(build.prepare(checked.project, checked.root, project / "out", "out", spotless=spotless))


def test_an_edit_while_a_build_runs_is_not_taken_for_built(project: Path) -> None:
    file = project / SQL / FIRST
    before = file.read_bytes()
    prepared(project, between=lambda: file.write_bytes(before + b"-- more\n"))
    assert settled(project) is None
    file.write_bytes(before)
    assert settled(project) is None
    prepared(project)
    assert settled(project) is not None


def test_after_a_warning_the_next_build_looks_again(project: Path) -> None:
    prepared(project, spotless=False)
    assert settled(project) is None
    prepared(project)
    assert settled(project) is not None


def test_a_real_warning_is_told_by_every_build(tmp_path: Path) -> None:
    projects.write(tmp_path, f"suspend: true\n{SERVICE}", {FIRST: projects.migration("SELECT 1;")})
    for _ in range(2):
        said = forked.gen("build", cwd=tmp_path)
        assert said.returncode == 0
        assert "job-suspended" in said.stderr
    assert settled(tmp_path) is None


def test_a_build_of_one_service_settles_nothing(project: Path) -> None:
    said = forked.gen("build", "--service", "auth-service", cwd=project)
    assert said.returncode == 0
    assert settled(project) is None


WATCHED = """
import sys
from generator.cli import main
try:
    main.main()
finally:
    heavy = {"pydantic", "ruamel", "cdk8s", "jsii"} & {each.partition(".")[0] for each in sys.modules}
    print(*sorted(heavy), file=sys.stderr)
"""


@pytest.mark.parametrize("format", ["text", "json"])
@pytest.mark.parametrize("unusual", [f"{SQL}/notes.txt", "out/README.md"])
def test_the_short_cut_says_what_the_long_way_says(project: Path, format: str, unusual: str) -> None:
    words = [sys.executable, "-c", WATCHED, "build", "--format", format]
    short = subprocess.run(words, cwd=project, capture_output=True, text=True, check=True)
    # goose and gen ignore it, but only a closer look can tell, and does so in each build. It needs no Node.
    (project / unusual).write_text("", "utf-8")
    forked.gen("build", cwd=project)
    long = subprocess.run(words, cwd=project, capture_output=True, text=True, check=True)
    assert short.stdout == long.stdout
    assert (short.stderr, long.stderr) == ("\n", "pydantic ruamel\n")
