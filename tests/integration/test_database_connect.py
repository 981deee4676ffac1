"""The same address for gen, psql and goose: each of them must come to the same database."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from generator.database.address import Address
from generator.database.identifiers import literal, quoted
from generator.diagnostics import GenError
from tests.support import goose, postgres

NASTY = "wä:/?#[]@!$&'()*+,;=% \"\\|"


@pytest.fixture(scope="module")
def nasty(postgres_server: postgres.Server) -> Iterator[postgres.Database]:
    """A database whose name, owner and password have every character that some parser gets wrong."""
    name = f"/{NASTY}{secrets.token_hex(4)}"
    # asyncpg does not escape these two in SCRAM's first message (RFC 5802, saslname).
    owner = name.replace(",", "").replace("=", "")
    admin = postgres_server.admin
    made = postgres.Database(admin.binaries, admin.port, name, owner, f"{NASTY}'pw")
    admin.query(
        f"CREATE ROLE {quoted(owner)} LOGIN PASSWORD {literal(made.password)};"
        f"CREATE DATABASE {quoted(name)} OWNER {quoted(owner)};"
    )
    yield made
    admin.query(f"DROP DATABASE {quoted(name)} WITH (FORCE); DROP ROLE {quoted(owner)};")


def texts(database: postgres.Database, host: str) -> list[str]:
    user, password, name = (
        quote(each, safe="") for each in (database.user, database.password, database.name)
    )
    pairs = {
        "host": host,
        "port": str(database.port),
        "dbname": database.name,
        "user": database.user,
        "password": database.password,
        "sslmode": "disable",
    }
    escaped = {key: value.replace("\\", "\\\\").replace("'", "\\'") for key, value in pairs.items()}
    return [
        f"postgres://{user}:{password}@{quote(host, safe='')}:{database.port}/{name}?sslmode=disable",
        f"postgresql:///{name}?host={quote(host, safe='')}&port={database.port}&user={user}&password={password}",
        " ".join(f"{key} = '{value}'" for key, value in escaped.items()),
    ]


async def asked(address: Address, query: str, **options: Any) -> Any:
    connection = await address.connect("gen-test", **options)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


def psql(database: postgres.Database, text: str) -> str:
    command = [str(database.binaries / "psql"), "-XAtc", "SELECT current_database()", "-d", text]
    environment = {"PGCLIENTENCODING": "UTF8"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()


@contextmanager
def socket_directory(directory: Path, port: int) -> Iterator[str]:
    """A Unix socket that leads to the server on this port."""

    def pump(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listening.accept()
                far = socket.create_connection((postgres.HOST, port))
                both = [
                    threading.Thread(target=pump, args=ends, daemon=True)
                    for ends in ((near, far), (far, near))
                ]
                for each in both:
                    each.start()
                for each in both:
                    each.join()
                near.close()
                far.close()

    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(directory / f".s.PGSQL.{port}"))
        listening.listen()
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield str(directory)
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


def test_gen_psql_and_goose_come_to_the_same_database(tmp_path: Path, nasty: postgres.Database) -> None:
    (tmp_path / "1_t.sql").write_text("-- +goose Up\nCREATE TABLE IF NOT EXISTS here ();\n")
    with socket_directory(tmp_path, nasty.port) as directory:
        for host in (postgres.HOST, directory):
            for text in texts(nasty, host):
                assert psql(nasty, text) == nasty.name
                address = Address.parse(text, {})
                assert asyncio.run(asked(address, "SELECT current_database()")) == nasty.name
                environment = {"GOOSE_DRIVER": "postgres", "GOOSE_DBSTRING": address.dsn}
                done = goose.run([f"-dir={tmp_path}", "up"], environment)
                assert done.returncode == 0, done.stdout
                assert nasty.query("SELECT to_regclass('here')") == [("here",)]
                nasty.query("DROP TABLE here, goose_db_version")


def test_session_settings_arrive(database: postgres.Database) -> None:
    given = f"{database.dsn}&search_path=app&options=-c%20work_mem%3D5MB&application_name=x"
    address = Address.parse(given, {})
    shown = "SELECT concat_ws(' ', {})".format(
        ", ".join(
            f"current_setting('{each}')"
            for each in ("search_path", "work_mem", "application_name", "lock_timeout")
        )
    )
    assert asyncio.run(asked(address, shown)) == "app 5MB gen-test 0"
    read = asyncio.run(asked(address, shown, read_only=True, settings={"search_path": "other"}))
    assert read == "other 5MB gen-test 5s"


def test_read_only_connection_changes_nothing(database: postgres.Database) -> None:
    with pytest.raises(Exception, match="read-only transaction"):
        asyncio.run(asked(database.address, "CREATE TABLE t ()", read_only=True))
    asyncio.run(asked(database.address, "CREATE TABLE t ()"))


def test_refusals_name_the_place_and_the_reason_without_the_password(database: postgres.Database) -> None:
    def refused(address: Address) -> tuple[str, str]:
        with pytest.raises(GenError) as caught:
            asyncio.run(address.connect("gen-test"))
        assert "hunter2" not in str(caught.value)
        return str(caught.value), caught.value.help

    place = f"{database.user}@{database.host}:{database.port}"
    message, help_text = refused(database.address.replace(password="hunter2"))
    assert message.startswith(f"could not connect to {place}/{database.name}: password authentication failed")
    assert "pg_hba.conf" in help_text
    message, _ = refused(Address.parse(database.dsn.replace(f":{database.password}@", "@"), {}))
    assert message.startswith(f"could not connect to {place}/{database.name}: ")
    message, help_text = refused(database.address.replace(database="hunter3"))
    assert message == f'could not connect to {place}/hunter3: database "hunter3" does not exist'
    assert "create the database" in help_text
    message, help_text = refused(Address.parse(f"{database.dsn}&hunter3=1", {}))
    assert 'unrecognized configuration parameter "hunter3"' in message
    with socket.socket() as closed:
        closed.bind((postgres.HOST, 0))
        message, help_text = refused(
            Address.parse(f"postgres://u:hunter2@{postgres.HOST}:{closed.getsockname()[1]}", {})
        )
    assert "refused" in message.lower()
    assert "check host and port" in help_text
    message, help_text = refused(Address.parse("postgres://u:hunter2@no-such-host.invalid/app", {}))
    assert message.startswith("could not connect to u@no-such-host.invalid:5432/app: ")
    message, help_text = refused(
        Address.parse(database.dsn.replace("=disable", "=verify-full"), {"HOME": "/"})
    )
    assert "sslrootcert=system" in help_text


def test_silent_server_is_given_up() -> None:
    with socket.socket() as silent:
        silent.bind((postgres.HOST, 0))
        silent.listen()
        text = f"host={postgres.HOST} port={silent.getsockname()[1]} user=u connect_timeout=1"
        with pytest.raises(GenError, match="no answer within 1 seconds"):
            asyncio.run(Address.parse(text, {}).connect("gen-test"))
