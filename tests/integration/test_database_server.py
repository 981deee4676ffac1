"""A server of gen's own: found, started, and gone with whoever started it."""

from __future__ import annotations

import asyncio
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from generator.database import binaries, server
from generator.database.address import Address
from generator.database.binaries import Binaries
from generator.diagnostics import GenError
from tests.support import postgres


def installation(directory: Path, version: str) -> Path:
    """An installation that only tells its version."""
    directory.mkdir(parents=True)
    for name in ("initdb", "postgres"):
        (directory / name).write_text(f'#!/bin/sh\necho "{name} (PostgreSQL) {version}"\n')
        (directory / name).chmod(0o755)
    return directory


async def connected(address: Address) -> None:
    await (await address.connect("gen-test")).close()


@pytest.fixture
def open_directory() -> Iterator[Path]:
    """The server's user cannot come through pytest's own directories."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose installations are all below this directory; `path` in it is on PATH."""
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.setattr(binaries, "PLACES", (f"{tmp_path}/postgresql/*/bin",))
    monkeypatch.setattr(binaries, "PACKAGE", "no_such_package")
    return tmp_path


def test_search_goes_from_path_to_packages_newest_first(bare: Path) -> None:
    old = installation(bare / "path", "14.2")
    nine = installation(bare / "postgresql" / "9.6" / "bin", "9.6.24")
    both = [installation(bare / "postgresql" / each / "bin", f"{each}.1") for each in ("17", "16")]
    expected = [Binaries(old, 14), Binaries(both[0], 17), Binaries(both[1], 16)]
    assert list(binaries.survey()) == expected
    assert nine not in [each.directory for each in binaries.survey()]
    assert binaries.find() == expected[0]
    assert binaries.find(16) == expected[2]
    assert binaries.find(15) == expected[0]


def test_pg_config_tells_of_a_directory_that_is_not_on_path(bare: Path) -> None:
    place = installation(bare / "opt" / "pg", "16devel")
    (bare / "path").mkdir()
    (bare / "path" / "pg_config").write_text(f'#!/bin/sh\n[ "$1" = --bindir ] && echo {place}\n')
    (bare / "path" / "pg_config").chmod(0o755)
    assert binaries.find() == Binaries(place, 16)


def test_broken_installation_is_passed_over(bare: Path) -> None:
    broken = installation(bare / "path", "16.1")
    (broken / "postgres").write_bytes(b"\x7fELF\x00not for here")
    with pytest.raises(GenError, match="no PostgreSQL was found") as caught:
        binaries.find()
    for way in ("install PostgreSQL", "gen[postgres]", "--database-url"):
        assert way in caught.value.help


def test_python_package_is_an_installation() -> None:
    majors = {each.major for each in binaries.survey() if binaries.PACKAGE in str(each.directory)}
    assert majors >= {16, 18}


def test_server_is_local_and_not_durable(postgres_server: postgres.Server) -> None:
    names = ["listen_addresses", "unix_socket_directories", "fsync", "max_connections"]
    names += ["max_locks_per_transaction", "jit", "autovacuum", "server_encoding", "password_encryption"]
    shown = [f"current_setting('{each}')" for each in names]
    (row,) = postgres_server.admin.query(f"SELECT {', '.join(shown)}")
    assert row == ("127.0.0.1", "", "off", "100", "256", "off", "on", "UTF8", "scram-sha-256")


@pytest.fixture
def memory(open_directory: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory in the place of the machine's memory; no variable names a temporary one."""
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(server, "MEMORY", open_directory)
    monkeypatch.setattr(server, "ENOUGH_MEMORY", 1)
    return open_directory


def test_data_is_in_memory(memory: Path) -> None:
    with server._directory() as directory:
        assert directory.parent == memory


def test_data_is_in_the_temporary_directory_where_memory_is_short(
    memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "ENOUGH_MEMORY", 1 << 60)
    with server._directory() as directory:
        assert directory.parent == Path(tempfile.gettempdir())


def test_data_is_in_the_temporary_directory_where_there_is_no_such_memory(
    memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "MEMORY", memory / "nowhere")
    with server._directory() as directory:
        assert directory.parent == Path(tempfile.gettempdir())


@pytest.mark.parametrize("name", ["TMPDIR", "TEMP", "TMP"])
def test_data_is_where_a_person_says(
    memory: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setenv(name, str(tmp_path))
    with server._directory() as directory:
        assert directory.parent == tmp_path


def test_server_that_does_not_start_says_why(open_directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(open_directory))
    monkeypatch.setattr(tempfile, "tempdir", None)
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        broken = installation(Path(name) / "bin", "16.1")
        (broken / "initdb").write_text("#!/bin/sh\necho initdb: no space left on device >&2\nexit 1\n")
        with (
            pytest.raises(GenError, match=r"did not start: .*no space left on device"),
            server.ephemeral(Binaries(broken, 16)),
        ):
            pass
    assert list(open_directory.iterdir()) == []


def test_taken_port_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind((server.HOST, 0))
        taken.listen()
        ports = iter([taken.getsockname()[1]])
        free_port = server._free_port
        monkeypatch.setattr(server, "_free_port", lambda: next(ports, None) or free_port())
        with server.ephemeral(binaries.find()) as running:
            assert running.admin.port != taken.getsockname()[1]
            asyncio.run(connected(running.admin))


def test_server_ends_with_its_block() -> None:
    with server.ephemeral(binaries.find()) as running:
        address = (server.HOST, running.admin.port)
        socket.create_connection(address).close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address)
