"""What a migrations directory may hold besides migrations, and where the directory may be."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from generator.diagnostics import Position
from generator.migrations import directory, parser

WHERE = Position.at("services.yaml", 9, 16, 10)
GOOD = b"-- +goose Up\nSELECT 1;\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with one good migration in `db`."""
    made = tmp_path / "repository"
    (made / "db").mkdir(parents=True)
    (made / "db" / "1_a.sql").write_bytes(GOOD)
    return made


def rules(root: Path, name: str = "db") -> list[tuple[str, str]]:
    return [(each.rule, each.position.path) for each in directory.read(root, name, WHERE)[1]]


def test_good(root: Path) -> None:
    migrations, found = directory.read(root, "db", WHERE)
    assert found == []
    (migration,) = migrations
    assert (migration.path, migration.name, migration.version) == ("db/1_a.sql", "1_a.sql", 1)
    assert migration.text == GOOD.decode()
    assert not migration.has_down
    assert not migration.no_transaction


@pytest.mark.parametrize("name", ["db/", "./db", "db/../db", "db//", "./db/."])
def test_other_spellings_of_the_directory(root: Path, name: str) -> None:
    migrations, found = directory.read(root, name, WHERE)
    assert found == []
    assert [each.path for each in migrations] == ["db/1_a.sql"]


def test_the_repository_itself(root: Path) -> None:
    migrations, _ = directory.read(root / "db", ".", WHERE)
    assert [each.path for each in migrations] == ["1_a.sql"]


@pytest.mark.parametrize("name", ["", "nothing", "db/1_a.sql", "db/1_a.sql/x", "a\0b", "\ud800", "x" * 5000])
def test_missing(root: Path, name: str) -> None:
    migrations, (found,) = directory.read(root, name, WHERE)
    assert migrations == ()
    assert (found.rule, found.position) == ("migration-directory-missing", WHERE)
    found.message.encode()


@pytest.mark.parametrize("name", ["..", "../repository/db", "/", "/etc", "db/../../x", "//etc"])
def test_outside(root: Path, name: str) -> None:
    migrations, (found,) = directory.read(root, name, WHERE)
    assert migrations == ()
    assert (found.rule, found.position) == ("migration-directory-outside", WHERE)


def test_empty(root: Path) -> None:
    (root / "db" / "1_a.sql").unlink()
    (root / "db" / "README.md").write_text("later")
    (root / "db" / "below").mkdir()
    (root / "db" / "below" / "1_a.sql").write_bytes(GOOD)
    _, (found,) = directory.read(root, "db", WHERE)
    assert (found.rule, found.position) == ("migration-directory-empty", WHERE)


def test_directory_that_links_out(root: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "1_a.sql").write_bytes(GOOD)
    (root / "link").symlink_to(tmp_path / "elsewhere")
    assert rules(root, "link") == [("migration-directory-link", "services.yaml")]
    (root / "up").symlink_to("..")
    assert rules(root, "up/elsewhere") == [("migration-directory-link", "services.yaml")]
    assert rules(root, "up/repository/db") == []


def test_directory_that_links_to_itself(root: Path) -> None:
    (root / "loop").symlink_to("loop")
    assert rules(root, "loop") == [("migration-directory-missing", "services.yaml")]


def test_links_inside_the_repository_are_followed(root: Path) -> None:
    (root / "link").symlink_to("db")
    (root / "db" / "2_b.sql").symlink_to("1_a.sql")
    migrations, found = directory.read(root, "link", WHERE)
    assert found == []
    assert [each.path for each in migrations] == ["link/1_a.sql", "link/2_b.sql"]


def test_a_repository_behind_a_link(root: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(root)
    assert rules(tmp_path / "link") == []


def test_a_directory_mounted_as_kubernetes_does(root: Path) -> None:
    mount = root / "mount"
    (mount / "..2026_01_17").mkdir(parents=True)
    (mount / "..2026_01_17" / "1_a.sql").write_bytes(GOOD)
    (mount / "..data").symlink_to("..2026_01_17")
    (mount / "1_a.sql").symlink_to("..data/1_a.sql")
    assert rules(root, "mount") == []


def test_file_links(root: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("-- +goose Up\nSELECT 'from outside';\n")
    (root / "db" / "2_out.sql").symlink_to(secret)
    (root / "db" / "3_nothing.sql").symlink_to("nothing")
    (root / "db" / "4_loop.sql").symlink_to("4_loop.sql")
    (root / "db" / "5_device.sql").symlink_to("/dev/zero")
    migrations, found = directory.read(root, "db", WHERE)
    assert [each.version for each in migrations] == [1]
    assert {each.rule for each in found} == {"migration-directory-link"}
    assert [each.position.path for each in found] == [
        "db/2_out.sql",
        "db/3_nothing.sql",
        "db/4_loop.sql",
        "db/5_device.sql",
    ]


def test_what_is_no_file(root: Path) -> None:
    (root / "db" / "2_directory.sql").mkdir()
    os.mkfifo(root / "db" / "3_fifo.sql")
    (root / "db" / "4_link.sql").symlink_to("3_fifo.sql")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(root / "db" / "5_socket.sql"))
        migrations, found = directory.read(root, "db", WHERE)
    assert [each.version for each in migrations] == [1]
    assert [each.position.path for each in found] == [
        "db/2_directory.sql",
        "db/3_fifo.sql",
        "db/4_link.sql",
        "db/5_socket.sql",
    ]
    assert {each.rule for each in found} == {"migration-not-a-file"}


def test_a_fifo_that_goose_ignores_is_ignored(root: Path) -> None:
    os.mkfifo(root / "db" / "notes.txt")
    (root / "db" / "OLD.SQL").mkdir()
    assert rules(root) == []


def test_too_large_is_not_read(root: Path) -> None:
    with (root / "db" / "2_b.sql").open("wb") as stream:
        stream.truncate(1 << 40)  # sparse: reading it would take all memory
    assert rules(root) == [("migration-too-large", "db/2_b.sql")]


def test_as_large_as_allowed(root: Path) -> None:
    filler = b"-- " + b"x" * 60 + b"\n"
    data = GOOD + filler * ((parser.MAX_BYTES - len(GOOD)) // len(filler))
    data += b"\n" * (parser.MAX_BYTES - len(data))
    (root / "db" / "2_b.sql").write_bytes(data)
    assert rules(root) == []
    (root / "db" / "2_b.sql").write_bytes(data + b"\n")
    assert rules(root) == [("migration-too-large", "db/2_b.sql")]


def test_too_much_together(root: Path) -> None:
    data = GOOD + b"--" + b"x" * (parser.MAX_BYTES - len(GOOD) - 2)
    first = root / "db" / "2_b.sql"
    first.write_bytes(data)
    for version in range(3, 3 + directory.MAX_TOTAL // parser.MAX_BYTES):
        os.link(first, root / "db" / f"{version}_b.sql")
    assert rules(root) == [("migration-too-large", "services.yaml")]


def test_names_that_are_no_text(root: Path) -> None:
    Path(os.fsdecode(os.fsencode(root / "db") + b"/2_\xff\n\x1b[31m.sql")).write_bytes(GOOD)
    _, found = directory.read(root, "db", WHERE)
    assert [each.rule for each in found] == ["migration-name"]
    for each in found:
        text = each.message + each.help + each.position.path
        assert text.isprintable()
        text.encode()


def test_versions_are_compared_as_numbers(root: Path) -> None:
    (root / "db" / "0001_b.sql").write_bytes(GOOD)
    (root / "db" / "10_c.sql").write_bytes(GOOD)
    (root / "db" / "9_d.sql").write_bytes(b"no migration")
    migrations, found = directory.read(root, "db", WHERE)
    assert [each.version for each in migrations] == [1, 1, 10]
    assert [(each.rule, each.position.path) for each in found] == [
        ("migration-version-duplicate", "db/1_a.sql"),
        ("migration-up-missing", "db/9_d.sql"),
    ]


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("2_b.go", ["migration-go-file"]),
        ("02_b.go", ["migration-go-file"]),
        ("2_b_test.go", []),
        ("helper.go", []),
        ("x_y.go", []),
        ("0_b.go", []),
        ("2_b.GO", []),
    ],
)
def test_go_files(root: Path, name: str, rule: list[str]) -> None:
    (root / "db" / name).write_text("package db\n")
    assert [found for found, _ in rules(root)] == rule
