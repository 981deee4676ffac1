"""Where a PostgreSQL database is and who connects to it: read from a person's text, handed to asyncpg and goose.

Everything that libpq would take from the environment is taken once, when the text is read, so that gen, its
clean-up process and goose all connect to the same place. Passwords are in no message and no repr.
"""

from __future__ import annotations

import dataclasses
import getpass
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import quote

from generator.database import conninfo
from generator.diagnostics import GenError
from generator.text.problem import shown

if TYPE_CHECKING:
    import asyncpg

CONNECT_TIMEOUT_S = 10

_ENVIRONMENT = {
    "host": "PGHOST",
    "port": "PGPORT",
    "database": "PGDATABASE",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "passfile": "PGPASSFILE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "sslnegotiation": "PGSSLNEGOTIATION",
    "connect_timeout": "PGCONNECT_TIMEOUT",
    "application_name": "PGAPPNAME",
    "options": "PGOPTIONS",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
    "channel_binding": "PGCHANNELBINDING",
    "service": "PGSERVICE",
}
_SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
# Without a meaning to both asyncpg and pgx, and of no consequence.
_IGNORED = {
    "channel_binding",
    "client_encoding",
    "fallback_application_name",
    "gssencmode",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "sslcompression",
    "sslsni",
    "tcp_user_timeout",
}
# They say with whom one must not talk: better refused than forgotten.
_REFUSED = {
    "gsslib",
    "hostaddr",
    "krbsrvname",
    "load_balance_hosts",
    "replication",
    "require_auth",
    "requirepeer",
    "servicefile",
    "sslcrl",
    "sslcrldir",
    "ssl_max_protocol_version",
    "ssl_min_protocol_version",
}
_SOCKETS = ("/var/run/postgresql", "/run/postgresql", "/private/tmp", "/tmp")
_PASSFILE_PARTS = re.compile(r"((?:\\.|[^\\:])*)(?::|$)")


@dataclass(frozen=True, slots=True)
class Address:
    """`host` is a name, an address (IPv6 without brackets) or the directory of a Unix socket.

    `parameters` is everything else by libpq's keyword, and the session's settings as pgx takes them
    (`search_path`).
    """

    host: str
    port: int
    database: str
    user: str
    password: str | None = field(default=None, repr=False)
    parameters: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    @classmethod
    def parse(cls, text: str, environment: Mapping[str, str] = os.environ) -> Self:
        """Reads a URL or a `key=value` string; what it lacks comes from the PG* variables, as with libpq."""
        found = conninfo.read(text)
        given = {key: environment[name] for key, name in _ENVIRONMENT.items() if environment.get(name)}
        known = given | {key: value for key, value in found.items() if value}
        if "service" in known:
            raise GenError(
                "gen does not read the connection service file (`service`, PGSERVICE)",
                help="write host, port, database and user into the URL, and unset PGSERVICE",
            )
        port = _port(known.pop("port", "5432"))
        host = _host(known.pop("host", None), port)
        user = known.pop("user", None) or _own_name()
        database = known.pop("database", None) or user
        passfile = Path(known.pop("passfile", "") or Path(environment.get("HOME", "/"), ".pgpass"))
        password = known.pop("password", None)
        if password is None:
            password = _from_passfile(passfile, (host, str(port), database, user))
        return cls(host, port, database, user, password, _parameters(known))

    def replace(
        self, *, database: str | None = None, user: str | None = None, password: str | None = None
    ) -> Address:
        """Another database of the same server, or another user; a new user has no password but the given one."""
        if user is None:
            user, password = self.user, self.password if password is None else password
        return dataclasses.replace(self, database=database or self.database, user=user, password=password)

    @property
    def is_socket(self) -> bool:
        return self.host.startswith("/")

    @property
    def shown(self) -> str:
        """For a person: without the password."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.user}@{host}:{self.port}/{self.database}"

    @property
    def dsn(self) -> str:
        """For goose's GOOSE_DBSTRING, with the password in it: a URL as pgx reads it."""
        login = quote(self.user, safe="")
        if self.password is not None:
            login += f":{quote(self.password, safe='')}"
        query = {"connect_timeout": str(CONNECT_TIMEOUT_S), **dict(self.parameters)}
        if self.is_socket:
            place = ""
            query |= {"host": self.host, "port": str(self.port)}
        else:
            # Only the zone of an IPv6 address has a character to escape.
            host = f"[{self.host.replace('%', '%25')}]" if ":" in self.host else self.host
            place = f"{host}:{self.port}"
        # pgx removes every `/` at the beginning of a path.
        if self.database.startswith("/"):
            query["database"] = self.database
        path = quote(self.database, safe="")
        rest = "&".join(f"{quote(key, safe='')}={quote(value, safe='')}" for key, value in query.items())
        return f"postgres://{login}@{place}/{path}?{rest}"

    async def connect(
        self, application: str, *, read_only: bool = False, settings: Mapping[str, str] | None = None
    ) -> asyncpg.Connection:
        """A connection that `pg_stat_activity` shows as `application`; `settings` are the session's.

        A read-only one cannot change anything by mistake and waits for nobody for long. Raises GenError.
        """
        from generator.database import connection  # noqa: PLC0415 - 0.1 s that reading a URL can do without

        return await connection.connect(self, application, read_only=read_only, settings=settings or {})


def _parameters(known: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    for key in sorted(_REFUSED & known.keys()):
        raise GenError(f"the database URL's `{key}` is not supported", help=f"leave out `{key}`")
    # asyncpg authenticates without it (protocol/scram.pyx).
    if known.get("channel_binding") == "require":
        raise GenError(
            "the database URL's `channel_binding=require` is not supported",
            help="leave it out, and set `sslmode=verify-full`, which proves the server's identity too",
        )
    kept = {key: value for key, value in known.items() if key not in _IGNORED}
    mode = kept.setdefault("sslmode", "prefer")
    if mode not in _SSL_MODES:
        raise GenError(
            f"the database URL's `sslmode` is {shown(mode)}", help=f"choose from {', '.join(_SSL_MODES)}"
        )
    timeout = kept.setdefault("connect_timeout", str(CONNECT_TIMEOUT_S))
    if not (timeout.isascii() and timeout.isdigit()):
        raise GenError(
            "the database URL's `connect_timeout` is no number of seconds", help="write 10, for example"
        )
    return tuple(sorted(kept.items()))


def _port(text: str) -> int:
    if "," in text:
        raise conninfo.several_hosts()
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and 0 < int(text) < 65536):
        raise GenError("the port of the database URL is no number from 1 to 65535", help=conninfo.HELP)
    return int(text)


def _host(text: str | None, port: int) -> str:
    if text is None:
        return next((each for each in _SOCKETS if Path(each, f".s.PGSQL.{port}").is_socket()), "localhost")
    if "," in text:
        raise conninfo.several_hosts()
    if not text.startswith("/") and re.search(r"[\s/@?#\\]|\A@", text):
        raise GenError("the host of the database URL has a character that no host has", help=conninfo.HELP)
    return text


def _own_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:
        raise GenError(
            "the database URL names no user, and the machine has no name for this one", help=conninfo.HELP
        ) from error


def _from_passfile(path: Path, wanted: tuple[str, str, str, str]) -> str | None:
    """The password in libpq's password file, which has to be the user's alone."""
    try:
        if not path.is_file() or path.stat().st_mode & 0o077:
            return None
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    looked_for = ("localhost" if wanted[0].startswith("/") else wanted[0], *wanted[1:])
    for line in text.splitlines():
        parts = [re.sub(r"\\(.)", r"\1", each) for each in _PASSFILE_PARTS.findall(line)]
        matches = all(part in ("*", each) for part, each in zip(parts, looked_for, strict=False))
        if not line.startswith("#") and len(parts) > 4 and matches:
            return parts[4]
    return None
