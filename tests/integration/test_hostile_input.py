"""Input that Git can't hold, or that is made to hang, to flood or to escape: through the real command.

Each gives one finding with its rule, at its place, within seconds; out/ keeps every byte and time.
"""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import hostile
from tests.support.hostile import SERVICE, Project

FILE = "services.yaml:1:1"
ZERO = Path("/dev/zero")
UP = "-- +goose Up\nSELECT 1;\n"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return hostile.build(tmp_path_factory.mktemp("sound"))


@pytest.fixture
def project(sound: Project, tmp_path: Path) -> Project:
    """A copy in a directory of its own, which is not the only one there."""
    shutil.copytree(sound.root, tmp_path / "project", symlinks=True)
    return Project(tmp_path / "project")


def outside(project: Project) -> Path:
    """A directory with good migrations, beside the project."""
    made = project.root.parent / "outside"
    shutil.copytree(project.migrations, made)
    return made


# What services.yaml is.


def missing(path: Path) -> None:
    path.unlink()


def directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def endless(path: Path) -> None:
    path.unlink()
    path.symlink_to(ZERO)


def dangling(path: Path) -> None:
    path.unlink()
    path.symlink_to("nothing")


def circle(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


def channel(path: Path) -> None:
    path.unlink()
    with socket.socket(socket.AF_UNIX) as made:
        # A socket's path holds at most 107 bytes.
        before = Path.cwd()
        os.chdir(path.parent)
        try:
            made.bind(path.name)
        finally:
            os.chdir(before)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (missing, "does not exist"),
        (directory, "a directory"),
        (pipe, "a named pipe"),
        (endless, "a device"),
        (dangling, "does not exist"),
        (circle, "cannot be read"),
        (channel, "cannot be read"),
    ],
)
def test_a_file_that_is_none(project: Project, make: Callable[[Path], None], reason: str) -> None:
    make(project.spec)
    assert reason in hostile.refused(project, "yaml-missing", FILE)


def test_a_file_that_may_not_be_read(project: Project) -> None:
    project.spec.chmod(0)
    before = project.snapshot()
    said = project.gen("build", before=hostile.without_privileges)
    assert (said.returncode, hostile.told(said)) == (1, [(FILE, "yaml-missing")])
    assert "Permission denied" in said.stderr
    assert project.snapshot() == before


# What it holds.

BOMB = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30))


@pytest.mark.parametrize(
    ("content", "rule", "place"),
    [
        pytest.param("", "yaml-empty", FILE, id="empty"),
        pytest.param("x: y\n" * (11 * 1024 * 1024 // 5), "yaml-size", FILE, id="11-MiB"),
        pytest.param("- x\n" * 600_000, "yaml-size", "services.yaml:500000:3", id="too-many-values"),
        pytest.param(BOMB, "yaml-alias-bomb", "services.yaml:7:20", id="alias-bomb"),
        pytest.param("[" * 100_000, "yaml-depth", "services.yaml:1:51", id="100000-brackets"),
        pytest.param("{a: " * 100_000, "yaml-depth", "services.yaml:1:201", id="100000-braces"),
        pytest.param("- " * 10_000 + "x", "yaml-depth", "services.yaml:1:101", id="10000-lists"),
        pytest.param(
            "".join(" " * n + "a:\n" for n in range(4_000)),
            "yaml-depth",
            "services.yaml:51:51",
            id="4000-mappings",
        ),
        pytest.param("? " * 10_000 + "x", "yaml-depth", "services.yaml:1:101", id="10000-keys"),
        pytest.param('version: "' + "\\x41" * 500_000, "yaml-syntax", "services.yaml:1:10", id="open-quote"),
        pytest.param("&a " * 50_000, "yaml-syntax", "services.yaml:1:4", id="anchors"),
    ],
)
def test_a_file_made_to_flood(project: Project, content: str, rule: str, place: str) -> None:
    project.spec.write_text(content, "utf-8")
    hostile.refused(project, rule, place)


def test_a_file_that_is_wrong_from_end_to_end(project: Project) -> None:
    project.spec.write_text("x: z\n" * 5_000, "utf-8")
    said = project.gen("build")
    found = hostile.told(said)
    assert said.returncode == 1
    assert {rule for _, rule in found[:-1]} == {"yaml-duplicate-key"}
    assert found[-1] == ("services.yaml:1001:1", "yaml-problems")


def test_a_file_of_zeros(project: Project) -> None:
    project.spec.write_bytes(b"\0" * 100_000)
    said = project.gen("build")
    assert hostile.told(said) == [(f"services.yaml:1:{n}", "yaml-control-character") for n in range(1, 21)]
    assert "and 99980 more follow" in said.stderr
    assert "\0" not in said.stderr


def test_many_services_that_are_all_wrong(project: Project) -> None:
    """Each is told, in one run."""
    count = 300
    services = "".join(
        f"  s{n}: {{namespace: a, database: {{secret: {{name: UPPER, key: url}}}}}}\n" for n in range(count)
    )
    project.spec.write_text(f"version: 1\nservices:\n{services}", "utf-8")
    found = hostile.told(project.gen("check"))
    assert [rule for _, rule in found].count("name-kubernetes") == count
    assert [rule for _, rule in found].count("migration-directory-missing") == count


# Where the migrations are.


def test_a_directory_that_is_a_link_to_the_outside(project: Project) -> None:
    there = outside(project)
    shutil.rmtree(project.migrations)
    project.migrations.symlink_to(there)
    hostile.refused(project, "migration-directory-link", "services.yaml:9:3")


def test_a_link_above_the_directory(project: Project) -> None:
    outside(project)
    (project.root / "elsewhere").symlink_to("..")
    project.add("    migrations: {directory: elsewhere/outside}\n")
    hostile.refused(project, "migration-directory-link", "services.yaml:12:29")


def test_a_directory_that_is_a_link_in_a_circle(project: Project) -> None:
    shutil.rmtree(project.migrations)
    project.migrations.symlink_to(project.migrations.name)
    assert "cannot be read" in hostile.refused(project, "migration-directory-missing", "services.yaml:9:3")


def test_a_link_inside_the_repository_is_followed(project: Project) -> None:
    shutil.move(project.migrations, project.root / "sql")
    project.migrations.symlink_to("../sql")
    assert project.gen("build", "--check").returncode == 0


@pytest.mark.parametrize("path", ["../outside", "migrations/../../outside", "./../outside", "{absolute}"])
def test_a_directory_outside(project: Project, path: str) -> None:
    there = outside(project)
    project.add(f"    migrations:\n      directory: {path.format(absolute=there)}\n")
    hostile.refused(project, "migration-directory-outside", "services.yaml:13:18")


@pytest.mark.parametrize("path", ['""', '"a\\0b"', "/dev/null", "$HOME", "a\\b", "-rf", "~root"])
def test_a_directory_that_is_no_path(project: Project, path: str) -> None:
    project.add(f"    migrations:\n      directory: {path}\n")
    before = project.snapshot()
    said = project.gen("build")
    assert said.returncode == 1
    assert [place for place, _ in hostile.told(said)] == ["services.yaml:13:18"]
    assert project.snapshot() == before


def test_a_very_long_directory(project: Project) -> None:
    project.add(f"    migrations:\n      directory: {'d' * 1000}\n")
    hostile.refused(project, "migration-directory-missing", "services.yaml:13:18")


# What the migrations are.


def migration_pipe(path: Path) -> None:
    os.mkfifo(path)


def migration_device(path: Path) -> None:
    path.symlink_to(ZERO)


def migration_outside(path: Path) -> None:
    there = path.parents[3] / "outside.sql"
    there.write_text(UP, "utf-8")
    path.symlink_to(there)


def migration_directory(path: Path) -> None:
    path.mkdir()


def migration_circle(path: Path) -> None:
    path.symlink_to(path.name)


def migration_of_5_mib(path: Path) -> None:
    path.write_text(UP + "SELECT 2;\n" * (5 * 1024 * 1024 // 10), "utf-8")


def migration_on_one_line(path: Path) -> None:
    path.write_text(f"-- +goose Up\nSELECT '{'x' * 4_000_000}' \u2028;\n", "utf-8")


def migration_of_nothing(path: Path) -> None:
    """A hole of 100 GiB."""
    with path.open("wb") as file:
        file.truncate(100 * 1024**3)


@pytest.mark.parametrize(
    ("make", "rule", "line"),
    [
        (migration_pipe, "migration-not-a-file", "1:1"),
        (migration_directory, "migration-not-a-file", "1:1"),
        (migration_device, "migration-directory-link", "1:1"),
        (migration_outside, "migration-directory-link", "1:1"),
        (migration_circle, "migration-directory-link", "1:1"),
        (migration_of_5_mib, "migration-too-large", "1:1"),
        (migration_of_nothing, "migration-too-large", "1:1"),
        (migration_on_one_line, "migration-control-character", "2:4000011"),
    ],
)
def test_a_migration_that_is_none(
    project: Project, make: Callable[[Path], None], rule: str, line: str
) -> None:
    make(project.migrations / "00003_x.sql")
    hostile.refused(project, rule, f"migrations/{SERVICE}/00003_x.sql:{line}")


def test_a_migration_that_may_not_be_read(project: Project) -> None:
    (project.migrations / "00002_add_email.sql").chmod(0)
    said = project.gen("build", before=hostile.without_privileges)
    assert hostile.told(said) == [
        (f"migrations/{SERVICE}/00002_add_email.sql:1:1", "migration-directory-link")
    ]
    assert "Permission denied" in said.stderr


def bulk(lines: int) -> str:
    return UP + f"SELECT '{'x' * 1000}';\n" * lines + "-- +goose Down\nDELETE FROM bulk;\n"


def test_more_than_a_config_map_holds(project: Project) -> None:
    (project.migrations / "00003_bulk.sql").write_text(bulk(1100), "utf-8")
    hostile.refused(project, "migration-size", f"migrations/{SERVICE}/00003_bulk.sql:1:1")


def test_more_than_argo_cd_reads(project: Project) -> None:
    for number in range(3, 14):
        (project.migrations / f"{number:05}_bulk.sql").write_text(bulk(1000), "utf-8")
    hostile.refused(project, "migration-size", "services.yaml:9:3")


def test_more_than_anybody_reads(project: Project) -> None:
    for number in range(3, 21):
        (project.migrations / f"{number:05}_bulk.sql").write_text(bulk(1000), "utf-8")
    hostile.refused(project, "migration-too-large", "services.yaml:9:3")


def test_ten_thousand_migrations(project: Project) -> None:
    for number in range(3, 10_003):
        (project.migrations / f"{number:05}_x.sql").write_text(f"{UP}-- +goose Down\n{UP[13:]}", "utf-8")
    said = project.gen("check")
    assert (said.returncode, hostile.told(said)) == (0, [])
    assert said.stdout == "1 service: no errors\n"


def test_a_name_that_is_no_text(project: Project) -> None:
    made = os.fsencode(project.migrations) + b"/00003_\xff\x1b[31m.sql"
    with open(made, "wb") as file:  # noqa: PTH123 - a Path has no bytes
        file.write(UP.encode())
    said = project.gen("build")
    assert said.returncode == 1
    assert "\x1b" not in said.stderr
    assert "error[migration-name]" in said.stderr
    assert "Traceback" not in said.stderr


def test_a_secret_is_never_shown(project: Project) -> None:
    password = "correct-horse-battery"
    project.add(
        f"    runner: {{env: {{MAIL: 'smtp://me:{password}@mail.example.com', SMTP_PASSWORD: {password}}}}}\n"
    )
    (project.migrations / "00003_role.sql").write_text(
        f"-- +goose Up\nCREATE ROLE reader PASSWORD '{password}';\n", "utf-8"
    )
    for format in ("text", "json"):
        said = project.gen("build", "--format", format)
        assert said.returncode == 1
        assert "secret-in-file" in said.stdout + said.stderr
        assert password not in said.stdout + said.stderr
