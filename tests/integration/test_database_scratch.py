"""Throw-away databases on real servers: who owns them, what is in them, that nothing of them stays."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import asyncpg
import pytest

from generator.database import scratch
from generator.database.address import Address
from generator.diagnostics import GenError
from generator.model import Rehearsal
from tests.support import postgres

NOTHING = Rehearsal((), (), (), None, None)
INVENTORY = """
SELECT 'role', rolname FROM pg_roles WHERE oid > 16383
UNION ALL SELECT 'database', datname FROM pg_database
UNION ALL SELECT 'session', application_name FROM pg_stat_activity
  WHERE application_name LIKE 'gen-%' AND backend_type = 'client backend'
ORDER BY 1, 2
"""


@pytest.fixture(scope="module", params=[15, 18])
def server(request: pytest.FixtureRequest) -> Iterator[postgres.Server]:
    """The semantics of CREATEROLE changed in 16. 13 and 14 are as 15."""
    majors = (13, 14, 15) if request.param == 15 else (18, 17, 16)
    with postgres.server(postgres.of_major(*majors)) as running:
        yield running


@pytest.fixture
def admin(server: postgres.Server) -> Iterator[postgres.Database]:
    """The superuser; nothing may be left on the server behind a test."""
    before = server.admin.query(INVENTORY)
    yield server.admin
    assert server.admin.query(INVENTORY) == before


@pytest.fixture
def make_role(admin: postgres.Database) -> Iterator[Callable[[str], Address]]:
    """Makes an administrator with these attributes, in a database of its own kind: `postgres`."""
    made = []

    def make(attributes: str) -> Address:
        name = f"admin_{secrets.token_hex(4)}"
        admin.query(f"CREATE ROLE {name} LOGIN PASSWORD 'x' {attributes}")
        made.append(name)
        return admin.address.replace(user=name, password="x")

    yield make
    for each in made:
        admin.query(f"DROP OWNED BY {each}; DROP ROLE {each}")


def inside(
    address: Address, rehearsal: Rehearsal, use: Callable[[Address, asyncpg.Connection], Awaitable[Any]]
) -> Any:
    async def main() -> Any:
        async with (
            scratch.opened(address) as opened,
            opened.database("Auth Service", rehearsal) as made,
        ):
            connection = await made.connect("gen-test")
            try:
                return await use(made, connection)
            finally:
                await connection.close()

    return asyncio.run(main())


async def refused(connection: asyncpg.Connection, *statements: str) -> None:
    for each in statements:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(each)


@pytest.mark.parametrize("attributes", ["SUPERUSER", "CREATEROLE CREATEDB"])
def test_owner_is_a_role_of_its_own_without_any_power(
    make_role: Callable[[str], Address], admin: postgres.Database, attributes: str
) -> None:
    async def use(made: Address, connection: asyncpg.Connection) -> None:
        assert made.database.startswith("gen_rehearsal_auth_service_")
        assert made.user == made.database
        row = await connection.fetchrow(
            "SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls, rolcanlogin, "
            "(SELECT count(*) FROM pg_auth_members WHERE member = role.oid) "
            "FROM pg_roles AS role WHERE rolname = current_user"
        )
        assert tuple(row) == (False, False, False, False, False, True, 0)
        await connection.execute("CREATE SCHEMA app; CREATE TABLE public.t ()")
        await refused(
            connection,
            "COPY (SELECT 1) TO PROGRAM 'true'",
            "COPY pg_class TO '/tmp/x'",
            "SELECT pg_read_file('/etc/passwd')",
            "SELECT lo_import('/etc/passwd')",
            "CREATE ROLE other",
            "CREATE DATABASE other",
            "ALTER SYSTEM SET fsync = on",
            "SET SESSION AUTHORIZATION postgres",
            "SET ROLE pg_read_server_files",
        )
        (told,) = admin.query(
            f"SELECT count(*) FROM pg_shadow WHERE passwd LIKE 'SCRAM-SHA-256$%' AND usename = '{made.user}'"
        )
        assert told == ("1",)

    inside(make_role(attributes), NOTHING, use)


def test_nobody_else_connects(make_role: Callable[[str], Address], admin: postgres.Database) -> None:
    other = make_role("")

    async def use(made: Address, _: asyncpg.Connection) -> None:
        with pytest.raises(GenError, match="permission denied for database"):
            await other.replace(database=made.database).connect("gen-test")

    inside(admin.address, NOTHING, use)


def test_administrator_who_cannot_make_roles_owns_the_database(make_role: Callable[[str], Address]) -> None:
    address = make_role("CREATEDB")

    async def use(made: Address, connection: asyncpg.Connection) -> None:
        assert (made.user, made.password) == (address.user, "x")
        await connection.execute("CREATE TABLE t ()")
        await refused(connection, "COPY (SELECT 1) TO PROGRAM 'true'", "CREATE ROLE other")

    inside(address, NOTHING, use)
    with pytest.raises(GenError, match=f"needs the role `app`, and {address.user} may not create roles"):
        inside(address, Rehearsal(("app",), (), (), None, None), use)


def test_missing_or_dangerous_powers_are_named(
    make_role: Callable[[str], Address], admin: postgres.Database
) -> None:
    async def never(made: Address, _: asyncpg.Connection) -> None:
        raise AssertionError(made.shown)

    with pytest.raises(GenError, match="may not create databases") as caught:
        inside(make_role("CREATEROLE"), NOTHING, never)
    assert "CREATEDB CREATEROLE" in caught.value.help
    powerful = make_role("CREATEDB")
    admin.query(f"GRANT pg_read_server_files TO {powerful.user}")
    with pytest.raises(GenError, match=r"too powerful to migrate itself: .*pg_read_server_files"):
        inside(powerful, NOTHING, never)
    disguised = make_role("CREATEDB NOINHERIT")
    admin.query(f"GRANT postgres TO {disguised.user}")
    with pytest.raises(GenError, match="a member of postgres"):
        inside(disguised, NOTHING, never)


@pytest.mark.parametrize("attributes", ["SUPERUSER", "CREATEROLE CREATEDB"])
def test_roles_are_shared_and_go_with_the_last_database(
    make_role: Callable[[str], Address], admin: postgres.Database, attributes: str
) -> None:
    address = make_role(attributes)
    wanted = Rehearsal(("app_reader", 'app "x"'), ("app_owner",), (), None, None)

    def there() -> list[tuple[str, ...]]:
        return admin.query("SELECT rolname, rolcanlogin FROM pg_roles WHERE rolname LIKE 'app%' ORDER BY 1")

    async def use(made: Address) -> None:
        connection = await made.connect("gen-test")
        await connection.execute(
            'CREATE TABLE t (); GRANT SELECT ON t TO app_reader, "app ""x"""; SET ROLE app_owner; RESET ROLE'
        )
        await refused(connection, "SET ROLE app_reader")
        await connection.close()

    async def one_gen(count: int, arrived: asyncio.Barrier) -> None:
        async with scratch.opened(address) as opened:

            async def one_service(number: int) -> None:
                async with opened.database("x", wanted) as made:
                    await use(made)
                    await arrived.wait()
                    await asyncio.sleep(0.1 * number)
                    connection = await made.connect("gen-test")
                    await connection.execute("GRANT SELECT ON t TO app_owner")
                    await connection.close()

            await asyncio.gather(*(one_service(number) for number in range(count)))

    async def two_gens() -> None:
        arrived = asyncio.Barrier(5)
        tasks = [asyncio.create_task(one_gen(2, arrived)) for _ in range(2)]
        await arrived.wait()
        assert there() == [('app "x"', "f"), ("app_owner", "f"), ("app_reader", "f")]
        await asyncio.gather(*tasks)

    asyncio.run(two_gens())
    assert there() == []


def test_role_that_was_there_is_used_but_neither_granted_nor_dropped(
    make_role: Callable[[str], Address], admin: postgres.Database
) -> None:
    was_there = make_role("").user

    async def use(_: Address, connection: asyncpg.Connection) -> None:
        await connection.execute(f"CREATE TABLE t (); GRANT SELECT ON t TO {was_there}")
        await refused(connection, f"SET ROLE {was_there}")

    inside(admin.address, Rehearsal((was_there,), (), (), None, None), use)
    for name in (was_there, "pg_execute_server_program", "postgres"):
        with pytest.raises(scratch.RoleExists) as caught:
            inside(admin.address, Rehearsal((), (name,), (), None, None), use)
        assert caught.value.name == name
    assert admin.query(f"SELECT count(*) FROM pg_roles WHERE rolname = '{was_there}'") == [("1",)]


def test_role_that_became_powerful_meanwhile_is_not_granted(
    make_role: Callable[[str], Address], admin: postgres.Database
) -> None:
    wanted = Rehearsal((), ("app_owner",), (), None, None)
    other = make_role("").user

    async def main(change: str, undo: str) -> None:
        async with (
            scratch.opened(admin.address) as opened,
            opened.database("first", wanted),
        ):
            async with opened.database("second", wanted):
                pass
            admin.query(change)
            with pytest.raises(scratch.RoleExists):
                async with opened.database("third", wanted):
                    pass
            admin.query(undo)

    for change, undo in (
        ("GRANT pg_read_server_files TO app_owner", "REVOKE pg_read_server_files FROM app_owner"),
        (f"GRANT {other} TO app_owner", f"REVOKE {other} FROM app_owner"),
        ("ALTER ROLE app_owner CREATEDB", "ALTER ROLE app_owner NOCREATEDB"),
        (
            "GRANT CREATE ON DATABASE postgres TO app_owner",
            "REVOKE CREATE ON DATABASE postgres FROM app_owner",
        ),
    ):
        asyncio.run(main(change, undo))


def test_extensions_are_made_by_the_administrator(
    make_role: Callable[[str], Address], admin: postgres.Database
) -> None:
    """Debian's server has the contrib modules, the Python package's only `vector`."""
    known = {name for (name,) in admin.query("SELECT name FROM pg_available_extensions")}
    wanted = ["earthdistance", "uuid-ossp"] if "earthdistance" in known else ["vector"]
    for_superusers = "file_fdw" if "file_fdw" in known else "vector"

    async def use(_: Address, connection: asyncpg.Connection) -> None:
        found = [each for (each,) in await connection.fetch("SELECT extname::text FROM pg_extension")]
        assert {*wanted, for_superusers} <= set(found)
        await refused(connection, f"DROP EXTENSION {for_superusers}")

    inside(admin.address, Rehearsal((), (), (*wanted, for_superusers), None, None), use)
    with pytest.raises(scratch.MissingExtension) as caught:
        inside(admin.address, Rehearsal((), (), ('post"gis',), None, None), use)
    assert (caught.value.name, caught.value.available_on_server) == ('post"gis', False)
    with pytest.raises(scratch.MissingExtension) as caught:
        inside(make_role("CREATEROLE CREATEDB"), Rehearsal((), (), (for_superusers,), None, None), use)
    assert (caught.value.name, caught.value.available_on_server) == (for_superusers, True)
    assert "permission denied" in caught.value.reason


def test_everything_goes_when_the_body_fails_with_sessions_open(admin: postgres.Database) -> None:
    async def main() -> None:
        async with scratch.opened(admin.address) as opened, opened.database("x", NOTHING) as made:
            left_open = await made.connect("gen-test")
            await left_open.execute("BEGIN; CREATE TABLE t ()")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        asyncio.run(main())


def test_owner_who_left_something_in_the_administrators_database_is_still_removed(
    admin: postgres.Database,
) -> None:
    async def main() -> None:
        async with scratch.opened(admin.address) as opened, opened.database("x", NOTHING) as made:
            admin.query(f"CREATE SCHEMA theirs AUTHORIZATION {made.user}")

    asyncio.run(main())
    assert admin.query("SELECT to_regnamespace('theirs') IS NULL") == [("t",)]


@pytest.mark.parametrize("attributes", ["SUPERUSER", "CREATEROLE CREATEDB"])
def test_cancelled_in_the_middle_of_create_database(
    make_role: Callable[[str], Address], admin: postgres.Database, attributes: str
) -> None:
    address = make_role(attributes)

    async def main() -> None:
        blocker = await admin.address.connect("blocker")
        async with scratch.opened(address) as opened:

            async def make() -> None:
                async with opened.database("x", NOTHING):
                    raise AssertionError

            # It conflicts with the lock on the template.
            await blocker.execute("BEGIN; COMMENT ON DATABASE template0 IS 'blocked'")
            task = asyncio.create_task(make())
            while not admin.query("SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'"):
                await asyncio.sleep(0.05)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await blocker.execute("ROLLBACK")
            async with opened.database("y", NOTHING) as made:
                await (await made.connect("gen-test")).close()
        await blocker.close()

    asyncio.run(main())


def test_lost_connections_are_made_again(admin: postgres.Database) -> None:
    async def main() -> None:
        async with scratch.opened(admin.address) as opened:
            async with opened.database("x", NOTHING):
                admin.query(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE application_name IN ('gen-scratch', 'gen-cleanup')"
                )
                await asyncio.sleep(0.2)
            assert not admin.query("SELECT datname FROM pg_database WHERE datname LIKE 'gen%'")
            async with opened.database("y", NOTHING) as made:
                await (await made.connect("gen-test")).close()

    asyncio.run(main())


def test_what_cannot_be_removed_is_named(admin: postgres.Database) -> None:
    async def main() -> str:
        async with scratch.opened(admin.address) as opened, opened.database("x", NOTHING) as made:
            admin.query(f"ALTER DATABASE {made.database} IS_TEMPLATE true")
            return made.database

    with pytest.raises(GenError, match="cannot drop a template database") as caught:
        asyncio.run(main())
    name = caught.value.help.split('"')[1]
    admin.query(
        f'ALTER DATABASE "{name}" IS_TEMPLATE false; DROP DATABASE "{name}" WITH (FORCE); DROP ROLE "{name}"'
    )
