"""Throw-away databases for rehearsals, on a server that may be somebody's own.

The migrating role is never a superuser: a superuser hides missing privileges, and would let a pull request
run programs on the server (COPY … PROGRAM). Where the administrator may make roles, each database belongs to
a role of its own; else to the administrator, who must then be harmless.

A role that services.yaml names may be wanted by several databases at once, also by those of another gen. Who
counts is the server: each database that uses a role made here grants it CONNECT, and DROP ROLE is refused
as long as any database refers to the role.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import hmac
import re
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg
from asyncpg import exceptions

from generator import model
from generator.database import connection
from generator.database.address import Address
from generator.database.identifiers import literal, quoted
from generator.database.keeper import Keeper, Kept
from generator.database.remover import MARK
from generator.diagnostics import GenError

APPLICATION = "gen-scratch"
PREFIX = "gen_rehearsal_"
OLDEST_MAJOR = 13
# How long the clean-up waits for a server that went away.
PATIENCE_S = 60.0
MAX_IDENTIFIER = 63
STATEMENT_TIMEOUT_S = 300

_LONGEST_HINT = 30
_ROLE_ATTEMPTS = 10
# Somebody else made or dropped the role between our look and our deed (XX000: "tuple concurrently updated").
_RACE = {"23505", "42710", "42704", "XX000"}
_NO_PRIVILEGE = "42501"
# They lead to the server's files and programs without being a superuser.
_POWERFUL = "{pg_execute_server_program,pg_read_server_files,pg_write_server_files}"

_SETTINGS = {
    "search_path": "pg_catalog",
    "statement_timeout": f"{STATEMENT_TIMEOUT_S}s",
    "lock_timeout": "60s",
    "client_min_messages": "error",
}

_WHO = """
SELECT current_user::text AS name, rolsuper, rolcreaterole, rolcreatedb, rolinherit,
       pg_is_in_recovery() AS standby, pg_backend_pid() AS pid,
       current_setting('server_version_num')::int / 10000 AS major,
       (SELECT extract(epoch FROM backend_start)::text FROM pg_stat_activity WHERE pid = pg_backend_pid())
           AS started,
       ARRAY(SELECT role.rolname::text FROM pg_roles AS role
             WHERE (role.rolsuper OR role.rolname = ANY ($1::text::name[]))
               AND (pg_has_role(session_user, role.oid, 'MEMBER') OR pg_has_role(role.oid, 'MEMBER'))
             ORDER BY 1) AS powers
FROM pg_roles WHERE rolname = current_user
"""

# `plain`: no attribute, no membership, and no privilege outside of rehearsal databases came to it since.
_ROLE = """
SELECT shobj_description(role.oid, 'pg_authid') = $2 AS ours,
       NOT (rolsuper OR rolcreaterole OR rolcreatedb OR rolcanlogin OR rolreplication OR rolbypassrls)
       AND NOT EXISTS (SELECT FROM pg_auth_members WHERE member = role.oid)
       AND NOT EXISTS (
           SELECT FROM pg_shdepend AS depend
           LEFT JOIN pg_database AS base
             ON base.oid = CASE depend.dbid WHEN 0 THEN depend.objid ELSE depend.dbid END
           WHERE depend.refclassid = 'pg_authid'::regclass AND depend.refobjid = role.oid
             AND NOT starts_with(coalesce(base.datname, ''), $3)) AS plain
FROM pg_roles AS role WHERE rolname = $1
"""


class MissingExtension(GenError):
    """An extension that the server does not have, or (`available_on_server`) that the administrator cannot make."""

    def __init__(self, name: str, available_on_server: bool, reason: str) -> None:
        super().__init__(
            f"the extension `{name}` cannot be created on the server of the rehearsal: {reason}",
            help="install it on that server, or give another server with --database-url or GEN_DATABASE_URL",
        )
        self.name = name
        self.available_on_server = available_on_server
        self.reason = reason


class RoleExists(GenError):
    """A role that the migrating role should become a member of was on the server before: it may be powerful."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"the role `{name}` exists on the server already, and gen grants only roles that it made",
            help="rehearse on a server of gen's own (without --database-url), or on one without this role",
        )
        self.name = name


@dataclass(frozen=True, slots=True)
class _Admin:
    name: str
    major: int
    is_superuser: bool
    creates_roles: bool


class Scratch:
    """Makes databases on one server. From `opened`; the databases may be used at the same time."""

    def __init__(self, address: Address, link: asyncpg.Connection, keeper: Keeper, admin: _Admin) -> None:
        self._address = address
        self._link = link
        self._keeper = keeper
        self._admin = admin
        self._lock = asyncio.Lock()  # One connection does one thing at a time.

    @property
    def major(self) -> int:
        """The server's major version."""
        return self._admin.major

    @asynccontextmanager
    async def database(self, hint: str, rehearsal: model.Rehearsal) -> AsyncIterator[Address]:
        """An empty database with the roles and extensions of `rehearsal`, seen as its owner.

        `hint` is for whoever reads the server's log. It is gone with the block, with all sessions in it.
        Raises MissingExtension, RoleExists, or another GenError.
        """
        name = f"{PREFIX}{_plain(hint)}_{secrets.token_hex(6)}"
        roles = tuple(dict.fromkeys((*rehearsal.roles, *rehearsal.member_of)))
        self._keeper.keep(Kept(name, self._admin.creates_roles, roles))
        try:
            address = await self._make(name, roles, rehearsal.member_of)
            await self._extend(name, rehearsal.extensions)
            yield address
        except BaseException:
            # What went wrong first is what a person has to know.
            with contextlib.suppress(GenError):
                await self._remove(name)
            raise
        await self._remove(name)

    async def _make(self, name: str, roles: Sequence[str], member_of: Sequence[str]) -> Address:
        address = self._address.replace(database=name)
        try:
            async with self._lock:
                if self._link.is_closed():
                    self._link, self._admin = await _linked(self._address, self._keeper)
                if self._admin.creates_roles:
                    password = secrets.token_hex(24)
                    address = address.replace(user=name, password=password)
                    await self._make_owner(name, password)
                await self._link.execute(
                    f"CREATE DATABASE {quoted(name)} OWNER {quoted(address.user)} TEMPLATE template0"
                    if self._admin.creates_roles
                    else f"CREATE DATABASE {quoted(name)} TEMPLATE template0"
                )
                await self._link.execute(f"REVOKE CONNECT ON DATABASE {quoted(name)} FROM PUBLIC")
                for role in roles:
                    made_here = await self._ensure_role(role, name)
                    if role in member_of:
                        if not made_here:
                            raise RoleExists(role)
                        await self._link.execute(f"GRANT {quoted(role)} TO {quoted(address.user)}")
        except (exceptions.PostgresError, exceptions.InterfaceError, OSError) as error:
            raise GenError(
                f"no rehearsal database could be made on {self._address.shown}: {connection.reason(error)}",
                help="give a server whose role may create databases and roles, or let gen start one of its own",
            ) from error
        return address

    async def _make_owner(self, name: str, password: str) -> None:
        await self._link.execute(
            f"CREATE ROLE {quoted(name)} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE "
            f"PASSWORD {literal(_verifier(password))}"
        )
        if not self._admin.is_superuser:
            # To give a database to a role, and to drop it, one has to be a member; from 16 on the maker of a
            # role only may make himself one (createrole_self_grant).
            options = " WITH INHERIT TRUE, SET TRUE" if self.major >= 16 else ""
            await self._link.execute(f"GRANT {quoted(name)} TO CURRENT_USER{options}")

    async def _ensure_role(self, role: str, database: str) -> bool:
        """Whether the role is one that gen made, now or for another rehearsal, and is still harmless."""
        if len(role.encode()) > MAX_IDENTIFIER:
            raise GenError(
                f"the role `{role}` has a name of more than {MAX_IDENTIFIER} bytes",
                help="PostgreSQL cuts such a name off: shorten it in services.yaml",
            )
        use = f"GRANT CONNECT ON DATABASE {quoted(database)} TO {quoted(role)}"
        for attempt in range(1, _ROLE_ATTEMPTS + 1):
            found = await self._link.fetchrow(_ROLE, role, MARK, PREFIX)
            if found is not None and not found["ours"]:
                return False
            try:
                if found is None:
                    await self._make_role(role, use)
                    return True
                await self._link.execute(use)
                # What came to the role since is seen only now that it cannot go away.
                found = await self._link.fetchrow(_ROLE, role, MARK, PREFIX)
                return found is not None and bool(found["ours"]) and bool(found["plain"])
            except exceptions.PostgresError as error:
                if connection.sqlstate(error) not in _RACE or attempt == _ROLE_ATTEMPTS:
                    raise
            await asyncio.sleep(0.02 * attempt)
        return False

    async def _make_role(self, role: str, use: str) -> None:
        if not self._admin.creates_roles:
            raise GenError(
                f"the rehearsal needs the role `{role}`, and {self._admin.name} may not create roles",
                help=f"create it on the server, or `ALTER ROLE {quoted(self._admin.name)} CREATEROLE`",
            )
        # All at once: another gen never sees the role without its mark, or unused.
        async with self._link.transaction():
            await self._link.execute(f"CREATE ROLE {quoted(role)} NOLOGIN")
            await self._link.execute(f"COMMENT ON ROLE {quoted(role)} IS {literal(MARK)}")
            await self._link.execute(use)

    async def _extend(self, name: str, extensions: Sequence[str]) -> None:
        if not extensions:
            return
        # template0 has the schema `public`, whatever the URL says of a search path.
        inside = await self._address.replace(database=name).connect(
            APPLICATION, settings={**_SETTINGS, "search_path": "public"}
        )
        try:
            for each in extensions:
                await _create_extension(inside, each)
        finally:
            # Nobody may wait for a server that is gone; the database is dropped with FORCE anyway.
            inside.terminate()

    async def _remove(self, name: str) -> None:
        async with self._lock:
            try:
                # An interrupted CREATE DATABASE goes on until the server has heard of it.
                await self._link.fetchval("SELECT 1", timeout=10)
            except (exceptions.PostgresError, exceptions.InterfaceError, OSError):
                self._link.terminate()
        await self._keeper.drop(name, after_watched=self._link.is_closed())

    def close(self) -> None:
        """`opened` does it."""
        self._link.terminate()


@asynccontextmanager
async def opened(admin: Address, patience: float = PATIENCE_S) -> AsyncIterator[Scratch]:
    """The server of `admin`, whose own database is left alone.

    At the end of the block everything is gone that was made in it; also after `kill -9`, where the clean-up
    waits for a server that went away for `patience` seconds (0 for one that ends with gen).
    """
    async with Keeper(admin, patience) as keeper:
        link, who = await _linked(admin, keeper)
        scratch = Scratch(admin, link, keeper, who)
        try:
            yield scratch
        finally:
            scratch.close()


async def _linked(address: Address, keeper: Keeper) -> tuple[asyncpg.Connection, _Admin]:
    link = await address.connect(APPLICATION, settings=_SETTINGS)
    try:
        found = await link.fetchrow(_WHO, _POWERFUL)
        keeper.watch(found["pid"], found["started"])
        return link, _examined(address, found)
    except exceptions.PostgresError as error:
        link.terminate()
        raise GenError(f"{address.shown} cannot be used: {connection.reason(error)}") from error
    except BaseException:
        link.terminate()
        raise


def _examined(admin: Address, who: asyncpg.Record) -> _Admin:
    """What the administrator may do. Raises GenError where that is not enough, or too much."""
    name, major = who["name"], who["major"]
    if major < OLDEST_MAJOR:
        raise GenError(
            f"{admin.shown} is PostgreSQL {major}: gen rehearses on {OLDEST_MAJOR} or newer",
            help="give another server, or let gen start one of its own",
        )
    if who["standby"]:
        raise GenError(
            f"{admin.shown} is a standby, which is read-only", help="give the address of the primary"
        )
    if who["rolsuper"]:
        return _Admin(name, major, is_superuser=True, creates_roles=True)
    if not who["rolcreatedb"]:
        raise GenError(
            f"{name} may not create databases on {admin.shown}",
            help=f"as an administrator: ALTER ROLE {quoted(name)} CREATEDB CREATEROLE; never on production",
        )
    if who["rolcreaterole"]:
        if major < 16 and not who["rolinherit"]:
            raise GenError(
                f"{name} is NOINHERIT, and so cannot drop what a role that it makes owns",
                help=f"as an administrator: ALTER ROLE {quoted(name)} INHERIT",
            )
        return _Admin(name, major, is_superuser=False, creates_roles=True)
    if who["powers"]:
        raise GenError(
            f"{name} may not create roles, and is too powerful to migrate itself: "
            f"it is a member of {', '.join(who['powers'])}",
            help=f"as an administrator: ALTER ROLE {quoted(name)} CREATEROLE, or give a role without such a membership",
        )
    return _Admin(name, major, is_superuser=False, creates_roles=False)


async def _create_extension(inside: asyncpg.Connection, name: str) -> None:
    known = await inside.fetchval("SELECT 1 FROM pg_catalog.pg_available_extensions WHERE name = $1", name)
    if known is None:
        raise MissingExtension(name, False, "it is not installed there")
    try:
        await inside.execute(f"CREATE EXTENSION IF NOT EXISTS {quoted(name)} CASCADE")
    except exceptions.PostgresError as error:
        raise MissingExtension(name, True, connection.reason(error)) from error


def _plain(hint: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", hint.lower())[:_LONGEST_HINT].strip("_") or "database"


def _verifier(password: str) -> str:
    """SCRAM-SHA-256 as the server stores it (RFC 5803): the password itself stays out of the server's log."""
    salt, rounds = secrets.token_bytes(16), 4096
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, rounds)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    told = (base64.b64encode(each).decode() for each in (salt, stored, server))
    return "SCRAM-SHA-256${rounds}:{0}${1}:{2}".format(*told, rounds=rounds)
