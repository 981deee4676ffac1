"""A database's address as a person writes it: read as libpq and goose read it, never repeated with its password."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from generator.database.address import Address
from generator.diagnostics import GenError

NOTHING = {"HOME": "/nonexistent"}


def parse(text: str, **environment: str) -> Address:
    return Address.parse(text, NOTHING | environment)


def parts(text: str, **environment: str) -> tuple[str, int, str, str, str | None]:
    found = parse(text, **environment)
    return found.host, found.port, found.database, found.user, found.password


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("postgres://u:p@db.example:6432/app", ("db.example", 6432, "app", "u", "p")),
        ("postgresql://u@db/app", ("db", 5432, "app", "u", None)),
        ("POSTGRES://u@db", ("db", 5432, "u", "u", None)),
        (" postgres://u@db/app\n", ("db", 5432, "app", "u", None)),
        ("postgres://u%40x:p%2F%3A%25%20@db/my%20app", ("db", 5432, "my app", "u@x", "p/:% ")),
        ("postgres://u:p@ss:w@db/app", ("db", 5432, "app", "u", "p@ss:w")),
        ("postgres://u:p+q@db/app", ("db", 5432, "app", "u", "p+q")),
        ("postgres://u@[::1]:6432/app", ("::1", 6432, "app", "u", None)),
        ("postgres://u@[fe80::1%25eth0]/app", ("fe80::1%eth0", 5432, "app", "u", None)),
        ("postgres://u@/app?host=/run/pg&port=6432", ("/run/pg", 6432, "app", "u", None)),
        ("postgres://u@%2Frun%2Fpg/app", ("/run/pg", 5432, "app", "u", None)),
        ("postgres:///?host=db&user=u&password=p&dbname=app", ("db", 5432, "app", "u", "p")),
        ("postgres://u@db/?database=app", ("db", 5432, "app", "u", None)),
        ("host=db user=u dbname=app", ("db", 5432, "app", "u", None)),
        (r"host = db user=u password='it\'s \\ me' dbname=app", ("db", 5432, "app", "u", r"it's \ me")),
        (r"host=db user=u password=a\ b port=6432", ("db", 6432, "u", "u", "a b")),
        ("host=db user=u password='' dbname='a=b'", ("db", 5432, "a=b", "u", None)),
        ("host=db user=u dbname='postgres://x'", ("db", 5432, "postgres://x", "u", None)),
    ],
)
def test_is_read_as_libpq_does(text: str, expected: tuple[str, int, str, str, str | None]) -> None:
    assert parts(text) == expected


def test_what_is_missing_comes_from_the_environment() -> None:
    environment = {
        "PGHOST": "db",
        "PGPORT": "6432",
        "PGUSER": "u",
        "PGPASSWORD": "p",
        "PGDATABASE": "app",
        "PGSSLMODE": "require",
    }
    found = parse("postgres://", **environment)
    assert parts("postgres://", **environment) == ("db", 6432, "app", "u", "p")
    assert dict(found.parameters)["sslmode"] == "require"
    assert parts("postgres://v@other/x?sslmode=disable", **environment) == ("other", 6432, "x", "v", "p")
    assert parts("user=v", **environment)[:4] == ("db", 6432, "app", "v")
    assert parse("postgres://u@db", PGPORT="").port == 5432


def test_password_comes_from_the_users_own_password_file(tmp_path: Path) -> None:
    path = tmp_path / ".pgpass"
    path.write_text(
        "# db:*:*:u:comment\nother:*:*:u:no\ndb:5432:a\\:b:*:pa\\:ss\\\\\nlocalhost:*:*:*:local\n"
    )
    path.chmod(0o600)
    assert parse("host=db user=u dbname=a:b", HOME=str(tmp_path)).password == "pa:ss\\"
    assert parse("host=db user=u dbname=c", PGPASSFILE=str(path)).password is None
    assert parse(f"host=/run/pg user=u passfile={path}").password == "local"
    path.chmod(0o644)
    assert parse("host=db user=u dbname=a:b", HOME=str(tmp_path)).password is None


def test_local_socket_is_the_default_where_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("generator.database.address._SOCKETS", (str(tmp_path),))
    assert parse("postgres://u@").host == "localhost"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / ".s.PGSQL.5432"))
        assert parse("postgres://u@").host == str(tmp_path)
        assert parse("postgres://u@?port=5433").host == "localhost"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("  ", "is empty"),
        ("hunter2", "neither a URL nor key=value"),
        ("jdbc:postgresql://db/app?password=hunter2", "begins neither with"),
        ("postgresql+asyncpg://u:hunter2@db/app", "begins neither with"),
        ("mysql://u:hunter2@db/app", "begins neither with"),
        ("postgres://u:hunter2/x@db/app", "has a `/` in its user or password"),
        ("postgres://u:hunter2#x@db/app", "has a `#`"),
        ("postgres://u:hunter2%@db/app", "`%` that is not followed"),
        ("postgres://u:hunter2%ff@db/app", "not UTF-8"),
        ("postgres://u:hunter2%00@db/app", "NUL"),
        ("postgres://u:hunter2@db:x/app", "host and port"),
        ("postgres://u:hunter2@::1/app", "host and port"),
        ("postgres://u:hunter2", "host and port"),
        ("postgres://u:hunter2@db:0/app", "port of the database URL"),
        ("postgres://u:hunter2@db:65536/app", "port of the database URL"),
        ("postgres://u:hunter2@a:1,b:2/app", "several hosts"),
        ("host=a,b password=hunter2", "several hosts"),
        ("host=db port=1,2 password=hunter2", "several hosts"),
        ("host='d b' password=hunter2", "character that no host has"),
        ("host=db password='hunter2", "quote that is not closed"),
        ("postgres://u:hunter2@db/app?sslmode", "without `=`"),
        ("postgres://u:hunter2@db/app?sslmode=yes", "`sslmode` is `yes`"),
        ("postgres://u:hunter2@db/app?connect_timeout=-1", "connect_timeout"),
        ("postgres://u:hunter2@db/app?service=x", "service"),
        ("postgres://u:hunter2@db/app?sslcrl=x", "`sslcrl` is not supported"),
        ("postgres://u:hunter2@db/app?channel_binding=require", "channel_binding"),
        ("postgres://u:hunter2@db/app?schema=public", "made for Prisma: `schema`"),
        (
            "postgres://u:hunter2@db/app?pgbouncer=true&connection_limit=1",
            "made for Prisma: `connection_limit`",
        ),
    ],
)
def test_what_cannot_be_read_is_said_without_the_password(text: str, message: str) -> None:
    with pytest.raises(GenError) as caught:
        parse(text)
    assert message in str(caught.value)
    assert caught.value.help
    assert "hunter2" not in str(caught.value) + caught.value.help


def test_prisma_help_names_every_foreign_parameter() -> None:
    with pytest.raises(GenError) as caught:
        parse("postgres://u@db/app?pgbouncer=true&schema=x&sslmode=require")
    assert "leave out `pgbouncer`, `schema`;" in caught.value.help
    assert "search_path" in caught.value.help


def test_unset_service_is_asked_for() -> None:
    with pytest.raises(GenError, match="PGSERVICE"):
        parse("postgres://u@db", PGSERVICE="prod")


def test_neither_shown_nor_repr_has_the_password() -> None:
    address = parse("postgres://u:hunter2@[::1]/app?sslpassword=hunter2")
    assert address.shown == "u@[::1]:5432/app"
    assert "hunter2" not in repr(address) + str(address) + address.shown
    assert parse("postgres://u@/app?host=/run/pg").shown == "u@/run/pg:5432/app"


def test_replaced_user_does_not_keep_the_password() -> None:
    address = parse("postgres://u:p@db:6432/app?sslmode=require&search_path=x")
    other = address.replace(database="b")
    assert (other.database, other.user, other.password) == ("b", "u", "p")
    assert other.parameters == address.parameters
    assert address.replace(user="v").password is None
    assert address.replace(user="v", password="q").password == "q"
    assert address.replace(password="q").user == "u"


@pytest.mark.parametrize(
    "text",
    [
        "postgres://u%40:p%2F%25%20+&=%3F%40@db.example:6432/a%20b%3F?sslmode=verify-full&search_path=a%2Cb",
        "postgres://u@[fe80::1%25eth0]:6432/app",
        "postgres://u:p@/%2Fapp?host=/run/p%20g&port=6432&options=-c%20a%3Db%2Bc",
        "host=db user=u password='' dbname=app application_name=x",
    ],
)
def test_dsn_is_read_as_the_same_address(text: str) -> None:
    address = parse(text)
    assert parse(address.dsn) == address
