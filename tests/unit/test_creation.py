"""The next file of a migrations directory: its version, its name, and what is never touched."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator import creation
from generator.creation import Named, Numbering
from generator.diagnostics import GenError, Severity
from generator.migrations import names, parser

NOW = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
STAMP = "20260203040506"
SERVICE = Named("auth-service", "migrations/auth-service")
MAX = 2**63 - 1


@pytest.mark.parametrize(
    ("taken", "numbering", "digits"),
    [
        ([], None, STAMP),
        ([], Numbering.TIMESTAMP, STAMP),
        ([], Numbering.SEQUENCE, "00001"),
        (["README.md", "notes.sql"], None, STAMP),
        # Sequences keep their width.
        (["00007_a.sql"], None, "00008"),
        (["7_a.sql"], None, "8"),
        (["9_a.sql"], None, "10"),
        (["001_a.sql", "099_b.sql"], None, "100"),
        (["+5_a.sql"], None, "6"),
        (["00002_a.sql", "10_b.sql"], None, "11"),
        (["00007_a.sql"], Numbering.SEQUENCE, "00008"),
        (["00007_a.sql"], Numbering.TIMESTAMP, STAMP),
        # Neither goose's timestamps nor its sequence: one more.
        (["20260101_a.sql"], None, "20260102"),
        (["202601012359_a.sql"], None, "202601012360"),
        (["20260101000000123_a.sql"], None, "20260101000000124"),
        ([f"{MAX - 1}_a.sql"], None, str(MAX)),
        # Timestamps, and mixed directories by their newest.
        (["20260101000000_a.sql"], None, STAMP),
        (["00001_a.sql", "20260101000000_b.sql"], None, STAMP),
        # A clock that is behind: the next real second.
        ([f"{STAMP}_a.sql"], None, "20260203040507"),
        (["20990101000000_a.sql"], None, "20990101000001"),
        (["20991231235959_a.sql"], None, "21000101000000"),
        (["20280228235959_a.sql"], None, "20280229000000"),
        (["20270228235959_a.sql"], None, "20270301000000"),
        # Numbered by hand, and no time at all.
        (["20990117000060_a.sql"], None, "20990117000100"),
        (["20990117000099_a.sql"], None, "20990117000100"),
        (["20990117006000_a.sql"], None, "20990117010000"),
        (["20990117990000_a.sql"], None, "20990118000000"),
        (["20990231000000_a.sql"], None, "20990301000000"),
        (["20991200000000_a.sql"], None, "20991201000000"),
        (["20990000000000_a.sql"], None, "20990101000000"),
        (["20991399999999_a.sql"], None, "21000101000000"),
        (["99991231235959_a.sql"], None, "99991231235960"),
        (["99999999999999_a.sql"], None, "100000000000000"),
    ],
)
def test_the_next_version(taken: list[str], numbering: Numbering | None, digits: str) -> None:
    assert creation.next_version(taken, NOW, numbering).digits == digits


def test_only_a_clock_that_is_behind_forces_the_version() -> None:
    assert not creation.next_version(["20260101000000_a.sql"], NOW).is_forced
    assert creation.next_version([f"{STAMP}_a.sql"], NOW).is_forced


def test_the_time_is_that_of_utc() -> None:
    there = NOW.astimezone(timezone(timedelta(hours=-11)))
    assert creation.next_version([], there).digits == STAMP


def test_no_version_is_left() -> None:
    with pytest.raises(GenError, match=f"no version above {MAX}"):
        creation.next_version([f"{MAX}_a.sql"], NOW)


def test_a_sequence_behind_timestamps_is_refused() -> None:
    with pytest.raises(GenError, match="uses timestamps"):
        creation.next_version(["20260101000000_a.sql"], NOW, Numbering.SEQUENCE)


@given(
    st.sets(
        st.one_of(st.integers(1, 99999), st.integers(19700101000000, 10**14 + 5), st.integers(1, MAX - 1))
    ),
    st.datetimes(timezones=st.just(UTC)),
    st.sampled_from([None, Numbering.TIMESTAMP]),
)
def test_it_is_above_all_others(versions: set[int], now: datetime, numbering: Numbering | None) -> None:
    if now.year < 1970:
        now = now.replace(year=2026, day=1)
    made = creation.next_version([f"{each:05d}_a.sql" for each in versions], now, numbering)
    assert made.number > max(versions, default=0)
    assert names.version(f"{made.digits}_a.sql") == made.number <= MAX


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("add users", "add_users"),
        ("Add Users!", "add_users"),
        ("  add -- users  ", "add_users"),
        ("addUsersTable", "adduserstable"),
        ("a-b.c", "a_b_c"),
        ("1st", "1st"),
        ("!?", ""),
        ("", ""),
    ],
)
def test_names_become_snake_case(title: str, name: str) -> None:
    assert creation.snake_case(title) == name


def create(root: Path, title: str = "add users", transaction: bool = True) -> str:
    made = creation.create(root, SERVICE, title, NOW, transaction=transaction)
    assert isinstance(made, creation.Created)
    return made.path


@pytest.mark.parametrize("transaction", [True, False])
def test_the_file_is_a_migration_whose_up_is_empty(tmp_path: Path, transaction: bool) -> None:
    path = create(tmp_path, transaction=transaction)
    assert path == f"migrations/auth-service/{STAMP}_add_users.sql"
    read, found = parser.parse(path, Path(path).name, (tmp_path / path).read_bytes())
    assert read is not None
    assert (read.no_transaction, read.up, read.down) == (not transaction, (), ())
    assert read.down_line is not None
    assert [(each.rule, each.severity) for each in found] == [("migration-empty", Severity.WARNING)]


def test_an_ending_is_not_doubled(tmp_path: Path) -> None:
    assert create(tmp_path, "add_users.sql").endswith("_add_users.sql")


@pytest.mark.parametrize("title", ["ä", "add 用户", "x" * 250, "!", ".sql"])
def test_what_cannot_be_a_key_is_refused_and_nothing_is_made(tmp_path: Path, title: str) -> None:
    found = creation.create(tmp_path, SERVICE, title, NOW)
    assert isinstance(found, list)
    assert {each.rule for each in found} == {"migration-name"}
    assert list(tmp_path.iterdir()) == []


def test_broken_files_hold_their_versions_all_the_same(tmp_path: Path) -> None:
    folder = tmp_path / SERVICE.directory
    folder.mkdir(parents=True)
    (folder / "00003_broken.sql").write_bytes(b"\xff\xfe nothing")
    (folder / "00005_odd.SQL").touch()
    (folder / "00007_link.sql").symlink_to("/nowhere")
    os.mkfifo(folder / "00008_pipe.sql")
    assert create(tmp_path).endswith("/00009_add_users.sql")


def test_a_locked_migration_that_is_gone_holds_its_version(tmp_path: Path) -> None:
    from generator.migrations import lock  # noqa: PLC0415
    from generator.migrations.model import LockEntry  # noqa: PLC0415

    folder = tmp_path / SERVICE.directory
    folder.mkdir(parents=True)
    (folder / "00001_a.sql").touch()
    entries = [LockEntry("00004_gone.sql", 4, "0" * 64, 1)]
    (folder / "migrations.lock").write_text(lock.render(entries), "utf-8")
    assert create(tmp_path).endswith("/00005_add_users.sql")


def test_nothing_is_written_over(tmp_path: Path) -> None:
    folder = tmp_path / SERVICE.directory
    folder.mkdir(parents=True)
    victim = tmp_path / "victim"
    victim.write_text("precious", "utf-8")
    creation.create(tmp_path, SERVICE, "first", NOW)
    with pytest.raises(GenError, match="is there already"):
        creation._write(folder, f"{STAMP}_first.sql", "")
    (folder / "9_x.sql").symlink_to(victim)
    with pytest.raises(GenError, match="is there already"):
        creation._write(folder, "9_x.sql", "")
    assert victim.read_text("utf-8") == "precious"


@pytest.mark.parametrize("directory", ["/etc/x", "..", "../x", "a/../../x"])
def test_a_directory_outside_is_refused(tmp_path: Path, directory: str) -> None:
    root = tmp_path / "repository"
    root.mkdir()
    with pytest.raises(GenError, match="outside the repository"):
        creation.create(root, Named("x", directory), "a", NOW)
    assert list(tmp_path.iterdir()) == [root]


def test_a_link_that_leads_outside_is_refused(tmp_path: Path) -> None:
    root = tmp_path / "repository"
    (root / "migrations").mkdir(parents=True)
    (root / "migrations" / "auth-service").symlink_to(tmp_path)
    with pytest.raises(GenError, match="outside the repository"):
        creation.create(root, SERVICE, "a", NOW)
    assert list(tmp_path.iterdir()) == [root]


@pytest.mark.parametrize("directory", ["migrations", "\x1b[31m", "a\0b"])
def test_what_is_no_directory_is_refused(tmp_path: Path, directory: str) -> None:
    (tmp_path / "migrations").touch()
    with pytest.raises(GenError) as caught:
        creation.create(tmp_path, Named("x", directory), "a", NOW)
    assert str(caught.value).isprintable()


def test_the_services_are_known_whatever_else_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "services.yaml"
    file.write_text(
        "version: 99\nnonsense: true\nservices:\n  a: {}\n  b:\n    migrations: {directory: sql/b}\n"
        "  c: nothing\n  d:\n    migrations: {directory: 7}\n",
        "utf-8",
    )
    found, _ = creation.services(file)
    assert {each.name: each.directory for each in found} == {
        "a": "migrations/a",
        "b": "sql/b",
        "c": "migrations/c",
        "d": "migrations/d",
    }


def test_a_file_that_is_no_yaml_names_no_services(tmp_path: Path) -> None:
    file = tmp_path / "services.yaml"
    file.write_text("services: [", "utf-8")
    services, found = creation.services(file)
    assert services == ()
    assert found
