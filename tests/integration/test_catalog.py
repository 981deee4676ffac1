"""Catalog snapshots of a real PostgreSQL, and what the comparison makes of one mutation after the other."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

import asyncpg
import pytest

from generator.database.catalog import comparison, queries, snapshot
from generator.database.catalog.comparison import Difference
from generator.database.catalog.snapshot import Catalog, Exclusion, Identity
from tests.support import catalog_cases, postgres

CASES = tuple(catalog_cases.cases())
EXCLUSION = Exclusion(tables=("public.goose_db_version",))

# Attributes that cannot change while the object keeps its name, or that only follow another one.
FIXED = {
    ("user mapping", "server"),
    ("statistics", "table"),
    ("index", "table"),
    ("index", "primary"),
    ("index", "constraint"),
    ("constraint", "domain"),
    ("constraint", "parent"),
    ("trigger", "function"),
}

SETUP = """
CREATE ROLE app; CREATE ROLE reader; GRANT app TO {owner}; GRANT CREATE ON SCHEMA public TO app;
ALTER DATABASE {name} RESET ALL;
SET allow_in_place_tablespaces = on; CREATE TABLESPACE elsewhere LOCATION '';
"""
REMOVAL = """
REASSIGN OWNED BY app TO postgres; DROP OWNED BY app, reader; DROP ROLE app, reader; DROP TABLESPACE elsewhere;
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A database with a superuser's connection, whose every test is rolled back."""

    database: postgres.Database
    runner: asyncio.Runner
    connection: asyncpg.Connection
    reader: snapshot.Reader

    def differences(self, case: catalog_cases.Case) -> tuple[Difference, ...]:
        return self.runner.run(self._differences(case))

    async def _differences(self, case: catalog_cases.Case) -> tuple[Difference, ...]:
        transaction = self.connection.transaction()
        await transaction.start()
        try:
            await self._run(case, case.setup)
            before = await self._taken()
            await self._run(case, case.mutation)
            return comparison.compare(before, await self._taken())
        finally:
            await transaction.rollback()

    async def _run(self, case: catalog_cases.Case, sql: str) -> None:
        who = "RESET ROLE" if case.is_admin else f"SET LOCAL ROLE {self.database.user}"
        await self.connection.execute(f"{who}; {sql.replace(':owner', self.database.user)}")

    async def _taken(self) -> Catalog:
        """As the owner, who is no superuser."""
        await self.connection.execute(f"SET LOCAL ROLE {self.database.user}")
        return await self.reader.take()


def _place(server: AbstractContextManager[postgres.Server]) -> Iterator[Place]:
    with server as running, running.database() as database, asyncio.Runner() as runner:
        admin = postgres.Database(
            database.binaries, database.port, database.name, running.admin.user, running.admin.password
        )
        running.admin.query("SELECT 1")
        admin.query(SETUP.format(owner=database.user, name=database.name))
        connection = runner.run(asyncpg.connect(admin.dsn))
        try:
            yield Place(database, runner, connection, snapshot.Reader(connection, EXCLUSION))
        finally:
            runner.run(connection.close())
            admin.query(REMOVAL)


@pytest.fixture(scope="module")
def machine() -> Iterator[Place]:
    """The PostgreSQL that the machine has."""
    yield from _place(postgres.server())


@pytest.fixture(scope="module")
def package() -> Iterator[Place]:
    """The newest of the Python package."""
    yield from _place(postgres.server(postgres.of_major(18)))


def _lines(differences: tuple[Difference, ...]) -> tuple[str, ...]:
    told = (f"{each.what} {each.kind} {each.name}" for each in differences)
    attributes = (f" ({each.attribute})" if each.attribute else "" for each in differences)
    return tuple(sorted(line + attribute for line, attribute in zip(told, attributes, strict=True)))


def _check(place: Place, case: catalog_cases.Case) -> None:
    if place.connection.get_server_version().major >= case.since:
        assert _lines(place.differences(case)) == case.expected


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_mutation_is_told_as_one_line_per_cause(machine: Place, case: catalog_cases.Case) -> None:
    _check(machine, case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_mutation_is_told_by_the_newest_postgres(package: Place, case: catalog_cases.Case) -> None:
    _check(package, case)


def _attributes(place: Place) -> set[tuple[str, str]]:
    """What the queries say of each kind."""

    async def named() -> set[tuple[str, str]]:
        major = place.connection.get_server_version().major
        found = set()
        for kind in queries.KINDS:
            statement = await place.connection.prepare(queries.single(kind, major))
            found |= {(kind, each.name) for each in statement.get_attributes()}
        return found

    return {
        (kind, name) for kind, name in place.runner.run(named()) if name not in ("name", "schema", "table")
    } - FIXED


def test_every_attribute_of_every_kind_has_a_mutation(package: Place) -> None:
    told = {line for case in CASES for line in case.expected}
    changed = {
        (kind, line.rpartition(" (")[2].removesuffix(")"))
        for line in told
        for kind in queries.KINDS
        if line.startswith(f"changed {kind} ")
    }
    assert _attributes(package) - changed == set()


def test_every_kind_has_a_mutation_that_makes_or_takes_one() -> None:
    told = {line for case in CASES for line in case.expected}
    whole = {
        kind
        for kind in queries.KINDS
        if any(line.startswith((f"extra {kind} ", f"missing {kind} ")) for line in told)
    }
    assert set(queries.KINDS) - whole == {"database"}


def test_every_query_is_a_kind() -> None:
    files = {each.name for each in queries.DIRECTORY.glob("*.sql")}
    assert files == {queries.file_name(kind) for kind in (*queries.KINDS, "_shared")}
    assert tuple(sorted(queries.KINDS)) == queries.KINDS


def _own(work: Callable[[asyncpg.Connection, postgres.Server], Awaitable[None]]) -> None:
    """`work` with the owner's connection to a database of its own."""

    async def connected(dsn: str, server: postgres.Server) -> None:
        connection = await asyncpg.connect(dsn)
        try:
            await work(connection, server)
        finally:
            await connection.close()

    with postgres.server() as server, server.database() as database:
        asyncio.run(connected(database.dsn, server))


def test_an_index_that_could_not_be_built_is_not_valid() -> None:
    async def work(connection: asyncpg.Connection, server: postgres.Server) -> None:
        await connection.execute(
            "CREATE TABLE t (a int); CREATE UNIQUE INDEX i ON t (a); INSERT INTO t VALUES (1)"
        )
        before = await snapshot.take(connection, EXCLUSION)
        await connection.execute("DROP INDEX i; INSERT INTO t VALUES (1)")
        with pytest.raises(asyncpg.UniqueViolationError):
            await connection.execute("CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)")
        failed = await snapshot.take(connection, EXCLUSION)
        assert _lines(comparison.compare(before, failed)) == (
            "changed index public.i (ready)",
            "changed index public.i (valid)",
        )

    _own(work)


def _there(server: postgres.Server, connection: asyncpg.Connection) -> postgres.Database:
    """The connection's database, as the superuser."""
    admin = server.admin
    return dataclasses.replace(admin, name=connection._params.database)


def test_what_happens_to_rows_is_no_difference() -> None:
    async def work(connection: asyncpg.Connection, server: postgres.Server) -> None:
        await connection.execute("CREATE TABLE t (a serial PRIMARY KEY, b text); CREATE INDEX i ON t (b)")
        before = await snapshot.take(connection, EXCLUSION)
        await connection.execute("INSERT INTO t (b) SELECT 'x' FROM generate_series(1, 1000)")
        for statement in ("VACUUM FULL t", "VACUUM ANALYZE t", "REINDEX TABLE t", "CLUSTER t USING i"):
            await connection.execute(statement)
        await connection.execute("ALTER TABLE t SET WITHOUT CLUSTER")
        assert comparison.compare(before, await snapshot.take(connection, EXCLUSION)) == ()

    _own(work)


def test_the_session_is_as_before() -> None:
    async def work(connection: asyncpg.Connection, server: postgres.Server) -> None:
        await connection.execute("SET search_path = other, public; SET timezone = 'Asia/Tokyo'")
        settings = await connection.fetch("SELECT name, setting FROM pg_settings")
        reader = snapshot.Reader(connection, EXCLUSION)
        await reader.take()
        assert not connection.is_in_transaction()
        assert await connection.fetch("SELECT name, setting FROM pg_settings") == settings
        async with connection.transaction():
            await connection.execute("CREATE TABLE public.t (a int); SET LOCAL search_path = yet_another")
            inside = await reader.take()
            assert await connection.fetchval("SHOW search_path") == "yet_another"
        assert Identity("table", "public.t") in inside.objects
        assert await reader.take() == inside
        assert await connection.fetch("SELECT name, setting FROM pg_settings") == settings

    _own(work)


def test_a_snapshot_that_fails_leaves_the_session_usable() -> None:
    async def work(connection: asyncpg.Connection, server: postgres.Server) -> None:
        await connection.execute(
            "CREATE TABLE t (a int PRIMARY KEY, b int DEFAULT 1); SET lock_timeout = '50ms'"
        )
        other = await asyncpg.connect(_there(server, connection).dsn)
        reader = snapshot.Reader(connection, EXCLUSION)
        try:
            async with other.transaction():
                await other.execute("LOCK TABLE t IN ACCESS EXCLUSIVE MODE")
                with pytest.raises(asyncpg.LockNotAvailableError):
                    await reader.take()
                async with connection.transaction():
                    with pytest.raises(asyncpg.LockNotAvailableError):
                        await reader.take()
                    assert await connection.fetchval("SHOW plan_cache_mode") == "auto"
        finally:
            await other.close()
        assert not connection.is_in_transaction()
        assert Identity("column", "public.t.b") in (await reader.take()).objects

    _own(work)


def test_databases_of_other_owners_made_in_another_order_are_equal() -> None:
    first = """CREATE TABLE a (id serial PRIMARY KEY, n int CHECK (n > 0));
        GRANT SELECT ON a TO pg_monitor;"""
    second = """CREATE TYPE mood AS ENUM ('sad'); CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
        REVOKE ALL ON FUNCTION f() FROM PUBLIC; ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO pg_monitor;"""

    async def taken(dsn: str, sql: str) -> Catalog:
        connection = await asyncpg.connect(dsn)
        try:
            await connection.execute(sql)
            return await snapshot.take(connection, EXCLUSION)
        finally:
            await connection.close()

    # The default privileges would reach the table that is made behind them.
    again = "ALTER DEFAULT PRIVILEGES REVOKE SELECT ON TABLES FROM pg_monitor;"
    last = "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO pg_monitor;"
    with postgres.server() as server, server.database() as one, server.database() as other:
        left = asyncio.run(taken(one.dsn, first + second))
        right = asyncio.run(taken(other.dsn, second + again + first + last))
    assert comparison.compare(left, right) == ()
    assert left.to_json() == right.to_json()
    assert one.user not in left.to_json()
    assert one.name not in left.to_json()


def test_json_tells_the_same_catalog(machine: Place) -> None:
    async def taken() -> Catalog:
        transaction = machine.connection.transaction()
        await transaction.start()
        try:
            await machine.connection.execute(
                'CREATE TABLE "T\u00e9" (a int PRIMARY KEY, "b\n" text DEFAULT E\'x\\ny\');'
                "CREATE FUNCTION f() RETURNS SETOF int LANGUAGE sql COST 0.5 AS 'SELECT 1';"
                "CREATE TYPE mood AS ENUM ('a', 'b')"
            )
            return await machine.reader.take()
        finally:
            await transaction.rollback()

    catalog = machine.runner.run(taken())
    text = catalog.to_json()
    again = Catalog.from_json(text)
    assert again == catalog
    assert again.major == catalog.major == machine.connection.get_server_version().major
    assert again.to_json() == text
