"""Connects to an address with asyncpg, and says in a person's words why that did not work."""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from urllib.parse import quote

import asyncpg
from asyncpg import exceptions

from generator.database.address import CONNECT_TIMEOUT_S, Address
from generator.diagnostics import GenError

READ_TIMEOUT_S = 60
READ_LOCK_TIMEOUT_S = 5

_FILES = ("sslrootcert", "sslcert", "sslkey", "sslpassword")
_FOR_THE_CLIENT = {"sslmode", *_FILES, "sslnegotiation", "connect_timeout", "target_session_attrs"}
_READ_ONLY = {
    "default_transaction_read_only": "on",
    "statement_timeout": f"{READ_TIMEOUT_S}s",
    "lock_timeout": f"{READ_LOCK_TIMEOUT_S}s",
}


async def connect(
    address: Address, application: str, *, read_only: bool, settings: Mapping[str, str]
) -> asyncpg.Connection:
    """As `Address.connect`."""
    given = dict(address.parameters)
    timeout = float(given.get("connect_timeout", CONNECT_TIMEOUT_S)) or None
    session = {key: value for key, value in given.items() if key not in _FOR_THE_CLIENT}
    try:
        made: asyncpg.Connection = await asyncpg.connect(
            _tls_url(address, given),
            host=address.host,
            port=address.port,
            user=address.user,
            # None would make asyncpg look for one in the environment again.
            password=address.password or "",
            database=address.database,
            ssl=_system_trust(given),
            timeout=timeout,
            target_session_attrs=given.get("target_session_attrs", "any"),
            server_settings=session
            | (_READ_ONLY if read_only else {})
            | dict(settings)
            | {"application_name": application},
            # A pooler may give each statement to another server session.
            statement_cache_size=0 if read_only else 100,
        )
    except (exceptions.PostgresError, exceptions.InterfaceError, OSError, ValueError) as error:
        raise _refused(address, error, timeout) from error
    return made


def reason(error: Exception) -> str:
    """What the server, or the operating system, says is wrong: one line, with the server's detail."""
    if isinstance(error, exceptions.PostgresError):
        # str() has the hint too, which is for whoever administers the server.
        told = str(error.args[0]) if error.args else ""
        detail = getattr(error, "detail", None)
        return " ".join((f"{told} ({detail})" if detail else told).split())
    told = (error.strerror if isinstance(error, OSError) else None) or str(error)
    if isinstance(error, OSError) and error.errno and told.startswith("Connect call failed"):
        told = os.strerror(error.errno)  # asyncio's own words say what was tried, not why it failed.
    return " ".join(told.split())


def sqlstate(error: Exception) -> str:
    """The server's five-character code; nothing for an error that is not the server's."""
    return getattr(error, "sqlstate", None) or ""


def _tls_url(address: Address, given: Mapping[str, str]) -> str:
    """asyncpg takes the names of certificate files only from a URL."""
    if address.is_socket:
        return "postgresql://?sslmode=disable"
    if given.get("sslrootcert") == "system":
        return "postgresql://"
    kept = {key: given[key] for key in ("sslmode", *_FILES, "sslnegotiation") if key in given}
    return "postgresql://?" + "&".join(f"{key}={quote(value, safe='')}" for key, value in kept.items())


def _system_trust(given: Mapping[str, str]) -> ssl.SSLContext | None:
    """`sslrootcert=system` (libpq 16, pgx): the machine's authorities and the server's name. None without it."""
    if given.get("sslrootcert") != "system":
        return None
    context = ssl.create_default_context()
    if "sslcert" in given:
        context.load_cert_chain(given["sslcert"], given.get("sslkey"), lambda: given.get("sslpassword", ""))
    return context


def _refused(address: Address, error: Exception, timeout: float | None) -> GenError:
    why = reason(error)
    if not why:
        waited = isinstance(error, TimeoutError) and timeout
        why = f"no answer within {timeout:g} seconds" if waited else type(error).__name__
    for secret in (address.password, dict(address.parameters).get("sslpassword")):
        if secret:
            why = why.replace(secret, "***")
    return GenError(f"could not connect to {address.shown}: {why}", help=_help(error, why))


_HELPS = {
    "3D000": "create the database, or correct its name in the URL",
    "55P03": "somebody holds a lock on PostgreSQL's own catalogs (VACUUM FULL, for one); try again in a moment",
}


def _help(error: Exception, why: str) -> str:
    state = sqlstate(error)
    if state.startswith("28"):
        return "check user and password, and the server's pg_hba.conf"
    if state in _HELPS:
        return _HELPS[state]
    if "startup parameter" in why:
        return "give the address of PostgreSQL itself: PgBouncer refuses a session's settings"
    if state:
        return "the server is there, but does not let this connection in"
    if "certificate" in why.lower() or "ssl" in why.lower():
        return "check `sslmode` and `sslrootcert` (`sslrootcert=system` trusts the machine's authorities)"
    return "check host and port, that the server runs, and that it can be reached from this machine"
