"""A pinned Job's exact containers on a real database with rows in it, from every state that it can meet.

One services.yaml pins the same migrations at every version, one service for each, and one `gen build` makes all
the Jobs. The outcome is held against the catalog that a plain `goose up-to` gives in another database.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from generator.database.catalog import comparison, snapshot
from generator.database.catalog.snapshot import Catalog, Exclusion
from tests.support import forked, goose, pod, postgres, projects, waiting

Contents = dict[str, list[dict[str, object]]]

EXCLUSION = Exclusion(tables=("public.goose_db_version",))

UP = "-- +goose Up\n"
OUTSIDE = "-- +goose NO TRANSACTION\n-- +goose Up\n"
DOWN = "\n-- +goose Down\n"
BODY = "-- +goose StatementBegin\n{}\n-- +goose StatementEnd\n"

TOUCH = """CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.changed := now();
    RETURN NEW;
END
$$;"""

# What a team writes in a year. Each Down gives back what was there.
SQL: dict[int, str] = {
    1: f"""{UP}CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL UNIQUE);
COMMENT ON TABLE users IS 'who may log in';
{DOWN}DROP TABLE users;
""",
    2: f"""{UP}CREATE TYPE state AS ENUM ('new', 'paid', 'sent');
CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, user_id bigint NOT NULL REFERENCES users (id),
    state state NOT NULL DEFAULT 'new', amount integer NOT NULL, made timestamptz NOT NULL DEFAULT now());
{DOWN}DROP TABLE orders;
DROP TYPE state;
""",
    3: f"""{UP}ALTER TABLE users ADD COLUMN name text NOT NULL DEFAULT '';
{DOWN}ALTER TABLE users DROP COLUMN name;
""",
    4: f"""{OUTSIDE}CREATE INDEX CONCURRENTLY orders_made ON orders (made);
{DOWN}DROP INDEX CONCURRENTLY orders_made;
""",
    5: f"""{UP}ALTER TABLE orders ADD COLUMN changed timestamptz;
{BODY.format(TOUCH)}CREATE TRIGGER touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();
{DOWN}DROP TRIGGER touch ON orders;
DROP FUNCTION touch();
ALTER TABLE orders DROP COLUMN changed;
""",
    6: f"""{UP}ALTER TABLE orders ADD CONSTRAINT positive CHECK (amount > 0) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT positive;
{DOWN}ALTER TABLE orders DROP CONSTRAINT positive;
""",
    7: f"""{UP}CREATE TABLE events (at date NOT NULL, what text) PARTITION BY RANGE (at);
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE events_rest PARTITION OF events DEFAULT;
CREATE INDEX events_at ON events (at);
{DOWN}DROP TABLE events;
""",
    8: f"""{UP}ALTER TABLE orders ALTER COLUMN amount TYPE bigint;
{DOWN}ALTER TABLE orders ALTER COLUMN amount TYPE integer;
""",
    9: f"""{UP}ALTER TABLE users RENAME COLUMN name TO full_name;
{DOWN}ALTER TABLE users RENAME COLUMN full_name TO name;
""",
    10: f"""{UP}ALTER TABLE users ADD COLUMN login text;
UPDATE users SET login = lower(email);
ALTER TABLE users ALTER COLUMN login SET NOT NULL;
ALTER TABLE users ALTER COLUMN login SET DEFAULT 'none';
{DOWN}ALTER TABLE users DROP COLUMN login;
""",
    11: f"""{UP}CREATE VIEW sums AS SELECT user_id, count(*) AS orders FROM orders GROUP BY user_id;
CREATE SEQUENCE numbers START 1000;
{DOWN}DROP SEQUENCE numbers;
DROP VIEW sums;
""",
    12: f"""{UP}CREATE SCHEMA audit;
CREATE TABLE audit.entries (id bigint PRIMARY KEY, what jsonb NOT NULL);
{DOWN}DROP TABLE audit.entries;
DROP SCHEMA audit;
""",
}
# Put in once a version is reached, and good in every later one.
ROWS = {
    1: "INSERT INTO users (email) SELECT 'User' || n || '@example.com' FROM generate_series(1, 50) AS n;",
    2: "INSERT INTO orders (user_id, state, amount) SELECT id, 'paid', id + 1 FROM users;",
    7: "INSERT INTO events SELECT date '2025-12-01' + n, 'e' || n FROM generate_series(1, 60) AS n;",
    12: "INSERT INTO audit.entries SELECT n, '{}' FROM generate_series(1, 5) AS n;",
}
NEWEST = max(SQL)
TARGETS = range(NEWEST + 1)
# A team that knows its tables are small.
LINT = "{{rules: {{{}}}}}".format(
    ", ".join(
        f"lint-{rule}: ignore"
        for rule in (
            "adding-not-nullable-field",
            "changing-column-type",
            "constraint-missing-not-valid",
            "renaming-column",
        )
    )
)
AUTH = f"database: {{secret: {{name: db, key: url}}}}\nlint: {LINT}"


def name_of(version: int) -> str:
    return f"{version:05d}_step.sql"


def pinned(version: int, newest: int = NEWEST, **more: str) -> dict[str, str]:
    accepted = [each for each in SQL if version < each <= newest]
    return {
        "database": f"{{secret: {{name: db-{version}, key: url}}}}",
        "lint": LINT,
        "migrations": "{directory: migrations/auth-service}",
        "pin": f"{{version: {version}, from: {newest}, reason: 'it broke', acceptDataLoss: {accepted}}}",
        **more,
    }


@dataclass(frozen=True, slots=True)
class Job:
    """The containers of a service's Job in a project, and what a plain goose does with its migrations."""

    root: Path
    objects: Sequence[pod.Manifest]

    @property
    def migrations(self) -> Path:
        return self.root / "migrations" / "auth-service"

    def containers(self, service: str, database: postgres.Database) -> list[pod.Container]:
        place = self.root / "pods" / f"{service}-{database.name}"
        return pod.steps(self.objects, service, {"url": database.dsn}, place, image={"/sql": self.migrations})

    def run(self, service: str, database: postgres.Database) -> list[subprocess.CompletedProcess[str]]:
        """As the kubelet does: one after the other, until one fails."""
        done = []
        for each in self.containers(service, database):
            done.append(pod.run(each))
            if done[-1].returncode != 0:
                break
        return done

    def plain(self, database: postgres.Database, *command: str) -> subprocess.CompletedProcess[str]:
        environment = {"GOOSE_DRIVER": "postgres", "GOOSE_DBSTRING": database.dsn}
        return goose.run([f"-dir={self.migrations}", *command], environment)


def project(root: Path, services: Mapping[str, Mapping[str, str]], sql: Mapping[int, str]) -> Job:
    """`auth-service`, not pinned, and these beside it, built by the real command."""
    files = {name_of(version): text for version, text in sql.items()}
    projects.write(root, AUTH, files)
    with (root / "services.yaml").open("a", encoding="utf-8") as file:
        for name, settings in services.items():
            file.write(f"  {name}:\n" + "".join(f"    {key}: {text}\n" for key, text in settings.items()))
    said = forked.gen("build", cwd=root)
    assert said.returncode == 0, said.stderr
    return Job(root, pod.manifests(root / "out"))


def taken(database: postgres.Database) -> Catalog:
    async def work() -> Catalog:
        connection = await asyncpg.connect(database.dsn)
        try:
            return await snapshot.take(connection, EXCLUSION)
        finally:
            await connection.close()

    return asyncio.run(work())


def applied(database: postgres.Database) -> list[int]:
    found = database.query("SELECT version_id FROM goose_db_version WHERE is_applied ORDER BY id")
    return [int(version) for (version,) in found]


def contents(database: postgres.Database) -> Contents:
    """Every row of every table."""

    async def work() -> Contents:
        connection = await asyncpg.connect(database.dsn)
        try:
            tables = await connection.fetch(
                "SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('r', 'p')"
                " AND relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('public', 'audit'))"
                " AND relname <> 'goose_db_version'"
            )
            return {
                table: [
                    json.loads(row)
                    for (row,) in await connection.fetch(f"SELECT to_jsonb(t) FROM {table} AS t")
                ]
                for (table,) in tables
            }
        finally:
            await connection.close()

    return asyncio.run(work())


def surviving(rows: list[dict[str, object]], other: list[dict[str, object]]) -> list[str]:
    """The rows with the columns that both have."""
    columns = (set(rows[0]) & set(other[0])) if rows and other else set()
    return sorted(json.dumps({key: row[key] for key in sorted(columns)}) for row in rows)


def assert_kept(before: Contents, after: Contents) -> None:
    for table in before.keys() & after.keys():
        assert len(before[table]) == len(after[table]), table
        assert surviving(before[table], after[table]) == surviving(after[table], before[table]), table


def fill(database: postgres.Database, version: int, above: int = 0) -> None:
    """The rows of the versions above one, up to another."""
    database.query("".join(sql for since, sql in ROWS.items() if above < since <= version) or "SELECT")


@pytest.fixture(scope="module")
def jobs(tmp_path_factory: pytest.TempPathFactory) -> Job:
    """`at-<version>` for every version; `stale` is pinned by somebody who knew of ten only."""
    services = {f"at-{version}": pinned(version) for version in TARGETS}
    services["stale"] = pinned(3, newest=10, database="{secret: {name: db-stale, key: url}}")
    return project(tmp_path_factory.mktemp("jobs"), services, SQL)


@pytest.fixture(scope="module")
def plain(jobs: Job, postgres_server: postgres.Server) -> list[Catalog]:
    """The catalog of each version, by the plain goose."""
    found = []

    async def work(database: postgres.Database) -> None:
        connection = await asyncpg.connect(database.dsn)
        reader = snapshot.Reader(connection, EXCLUSION)
        for version in TARGETS:
            done = jobs.plain(database, *(["up-to", str(version)] if version else ["status"]))
            assert done.returncode == 0, done.stdout
            found.append(await reader.take())
        await connection.close()

    with postgres_server.database() as database:
        asyncio.run(work(database))
    # What is compared tells one version from the next.
    assert all(comparison.compare(one, other) for one, other in itertools.pairwise(found))
    return found


RELEASED = None
# From one target to the next in one database; between some of them the service is released.
FIXED = (0, 0, 5, RELEASED, 0, RELEASED, NEWEST, RELEASED, 7, 7, 4, 9, 4, RELEASED)


def walk() -> list[int | None]:
    dice = random.Random(20260117)
    return [*FIXED, *(dice.choice(TARGETS) for _ in range(20))]


@pytest.mark.parametrize("first", [0, 6])
def test_a_new_database_gets_what_a_plain_goose_gives(
    first: int, jobs: Job, plain: list[Catalog], database: postgres.Database
) -> None:
    assert_reached(jobs, plain, database, first)


def test_from_every_version_to_every_other_as_a_plain_goose(
    jobs: Job, plain: list[Catalog], database: postgres.Database
) -> None:
    assert jobs.plain(database, "up").returncode == 0
    fill(database, NEWEST)
    at = NEWEST
    for wanted in walk():
        target = NEWEST if wanted is RELEASED else wanted
        before = contents(database)
        assert_reached(jobs, plain, database, wanted)
        after = contents(database)
        assert_kept(before, after)
        least = min(at, target)
        assert len(after.get("users", [])) == (50 if least else 0)
        fill(database, target, above=least)
        at = target


def assert_reached(jobs: Job, plain: list[Catalog], database: postgres.Database, wanted: int | None) -> None:
    """By the containers of the service that is pinned there, or of the one that is not pinned."""
    target = NEWEST if wanted is RELEASED else wanted
    done = jobs.run("auth-service" if wanted is RELEASED else f"at-{target}", database)
    number = 1 if wanted is RELEASED else 4 if target else 3
    assert [each.returncode for each in done] == [0] * number, done[-1].stderr
    assert comparison.compare(plain[target], taken(database)) == (), wanted
    assert applied(database) == [*range(target + 1)]
    # goose's own table only: the assertions left nothing.
    tables = "SELECT count(*) FROM pg_class WHERE relname LIKE '%goose_db%' AND relkind = 'r'"
    assert database.query(tables) == [("1",)]


# Out of order.


def out_of_order(jobs: Job, database: postgres.Database, order: Sequence[int]) -> None:
    """Applies exactly these, one after the other, as `goose up -allow-missing` of different branches does."""
    every = jobs.migrations
    for version in order:
        alone = jobs.root / f"alone-{database.name}-{version}"
        alone.mkdir()
        (alone / name_of(version)).write_bytes((every / name_of(version)).read_bytes())
        environment = {"GOOSE_DRIVER": "postgres", "GOOSE_DBSTRING": database.dsn}
        done = goose.run([f"-dir={alone}", "-allow-missing", "up"], environment)
        assert done.returncode == 0, done.stdout
    assert applied(database) == [0, *order]


def test_a_late_version_that_would_keep_newer_ones_is_refused_before_anything_is_undone(
    jobs: Job, plain: list[Catalog], database: postgres.Database
) -> None:
    """goose itself says that there is nothing to do, twice, and ends well."""
    out_of_order(jobs, database, [1, 2, 3, 4, 5, 7, 8, 6])
    before = taken(database)
    (refused,) = jobs.run("at-6", database)
    assert refused.returncode == 1
    assert "nothing was changed: 6 was applied after 7, 8 (out of order)" in refused.stderr
    assert (
        "Roll back to 5 first (gen rollback at-6 --to 5), then to 6 (SQLSTATE P0001)"
        in refused.stderr[-2048:]
    )
    assert comparison.compare(before, taken(database)) == ()
    # What goose alone would do.
    _, down, up, after = jobs.containers("at-6", database)
    assert (pod.run(down).returncode, pod.run(up).returncode) == (0, 0)
    assert "still applied above the rollback's target 6: 7, 8" in pod.run(after).stderr
    # What was advised.
    for target in (5, 6):
        assert jobs.run(f"at-{target}", database)[-1].returncode == 0
        assert comparison.compare(plain[target], taken(database)) == ()


# What was applied, one after the other; the target; where the way out begins.
ORDERS = (
    ((3, 1, 2), 2, 0),
    ((1, 3, 2), 2, 1),
    ((4, 2, 6, 3), 3, 0),
    ((1, 4, 2, 6, 3), 3, 1),
    ((1, 2, 5, 3, 6, 4), 4, 2),
    # The target itself was never applied.
    ((1, 2, 6, 3), 4, 2),
    ((2, 3, 6, 1, 5, 4), 5, 0),
)


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Job:
    """Migrations that go up and down in any order."""
    sql = {
        each: f"{UP}CREATE TABLE t{each} ();\n{DOWN}DROP TABLE t{each};\n"
        for each in sorted({each for order, _, _ in ORDERS for each in order})
    }
    newest = max(sql)
    services = {f"at-{version}": pinned(version, newest) for version in range(newest + 1)}
    return project(tmp_path_factory.mktemp("apart"), services, sql)


@pytest.mark.parametrize(("order", "target", "way"), ORDERS)
def test_the_way_out_that_is_named_leads_out(
    order: Sequence[int], target: int, way: int, apart: Job, database: postgres.Database
) -> None:
    out_of_order(apart, database, order)
    (refused,) = apart.run(f"at-{target}", database)
    assert (
        f"Roll back to {way} first (gen rollback at-{target} --to {way}), then to {target}" in refused.stderr
    )
    assert applied(database) == [0, *order]
    # Nothing between them would do.
    for between in {each for each in order if way < each < target}:
        (refused,) = apart.run(f"at-{between}", database)
        assert f"Roll back to {way} first" in refused.stderr
    for each in (way, target):
        assert apart.run(f"at-{each}", database)[-1].returncode == 0
    assert applied(database) == [*range(target + 1)]


def test_a_target_that_was_not_reached_fails_the_job(jobs: Job, database: postgres.Database) -> None:
    """The last look does not trust the steps before it."""
    jobs.plain(database, "up-to", "3")
    *_, after = jobs.containers("at-5", database)
    done = pod.run(after)
    assert done.returncode == 1
    assert "the rollback's target 5 is not applied" in done.stderr


def test_a_late_version_above_the_target_is_undone_with_the_others(
    jobs: Job, plain: list[Catalog], database: postgres.Database
) -> None:
    out_of_order(jobs, database, [1, 2, 3, 4, 5, 7, 8, 6])
    fill(database, 7)
    before = contents(database)
    assert jobs.run("at-4", database)[-1].returncode == 0
    assert comparison.compare(plain[4], taken(database)) == ()
    assert_kept(before, contents(database))


def test_a_hole_at_the_target_is_filled_and_can_be_interrupted(
    jobs: Job, plain: list[Catalog], database: postgres.Database
) -> None:
    """The one start from which goose goes down and up. The Job is killed between the two, and runs again."""
    out_of_order(jobs, database, [1, 2, 3, 5, 7])
    before, down, *_ = jobs.containers("at-4", database)
    assert (pod.run(before).returncode, pod.run(down).returncode) == (0, 0)
    assert applied(database) == [0, 1, 2, 3]
    assert jobs.run("at-4", database)[-1].returncode == 0
    assert comparison.compare(plain[4], taken(database)) == ()


def test_a_hole_below_the_target_fails_the_job_in_gooses_words(
    jobs: Job, database: postgres.Database
) -> None:
    out_of_order(jobs, database, [1, 2, 3, 5, 7])
    *_, last = done = jobs.run("at-5", database)
    assert (len(done), last.returncode) == (3, 1)
    assert "found 1 missing migrations before current version 5" in last.stderr


# What the pin's author did not know.


def test_a_database_that_is_newer_than_the_pins_author_knew_is_left_alone(
    jobs: Job, database: postgres.Database
) -> None:
    jobs.plain(database, "up")
    fill(database, NEWEST)
    before, rows = taken(database), contents(database)
    (refused,) = jobs.run("stale", database)
    assert refused.returncode == 1
    assert (
        "decided when 10 was the newest migration, and this database has newer ones: 11, 12" in refused.stderr
    )
    again = (
        "Decide again, with the newest files checked out: gen rollback --release stale, then "
        "gen rollback stale --to 3 (SQLSTATE P0001)"
    )
    assert again in refused.stderr[-2048:]
    assert "nothing was changed" in refused.stderr[-2048:]
    assert (comparison.compare(before, taken(database)), contents(database)) == ((), rows)
    assert applied(database) == [*range(NEWEST + 1)]


def test_versions_that_wait_behind_the_pin_stay_away(
    jobs: Job, plain: list[Catalog], database: postgres.Database
) -> None:
    jobs.plain(database, "up-to", "10")
    assert jobs.run("stale", database)[-1].returncode == 0
    assert comparison.compare(plain[3], taken(database)) == ()


# Half failed.


def broken(root: Path, down_of_11: str | None = None, up_of_12: str | None = None) -> Job:
    """The migrations with a Down or an Up that fails, pinned at 9."""
    sql = dict(SQL)
    if down_of_11 is not None:
        sql[11] = SQL[11].split(DOWN)[0] + DOWN + down_of_11
    if up_of_12 is not None:
        sql[12] = up_of_12
    return project(root, {"at-9": pinned(9)}, sql)


def test_a_down_that_fails_stops_there_and_goes_on_once_it_can(
    tmp_path: Path, plain: list[Catalog], database: postgres.Database
) -> None:
    """Somebody made a view on ours by hand: a Down that drops ours fails."""
    jobs = broken(tmp_path)
    jobs.plain(database, "up")
    database.query("CREATE VIEW by_hand AS SELECT * FROM sums;")
    *_, last = done = jobs.run("at-9", database)
    assert (len(done), last.returncode) == (2, 1)
    assert "cannot drop view sums because other objects depend on it" in last.stderr
    assert applied(database) == [*range(12)]
    # In a transaction: the sequence, dropped before the view, is back.
    assert database.query("SELECT count(*) FROM pg_class WHERE relname = 'numbers'") == [("1",)]
    database.query("DROP VIEW by_hand;")
    assert jobs.run("at-9", database)[-1].returncode == 0
    assert comparison.compare(plain[9], taken(database)) == ()


def test_a_migration_that_failed_in_its_transaction_is_as_if_it_never_was(
    tmp_path: Path, plain: list[Catalog], database: postgres.Database
) -> None:
    jobs = broken(tmp_path, up_of_12=f"{UP}CREATE SCHEMA audit;\nSELECT 1 / 0;\n{DOWN}DROP SCHEMA audit;\n")
    assert jobs.plain(database, "up").returncode == 1
    assert applied(database) == [*range(12)]
    assert jobs.run("at-9", database)[-1].returncode == 0
    assert comparison.compare(plain[9], taken(database)) == ()


def test_an_index_that_a_failed_migration_left_is_the_one_thing_that_stays(
    tmp_path: Path, plain: list[Catalog], database: postgres.Database
) -> None:
    """goose has no record of a migration that failed outside a transaction: nothing can undo it (docs/guard.md)."""
    text = f"{OUTSIDE}CREATE UNIQUE INDEX CONCURRENTLY once ON orders (state);\n{DOWN}DROP INDEX CONCURRENTLY once;\n"
    jobs = broken(tmp_path, up_of_12=text)
    jobs.plain(database, "up-to", "2")
    fill(database, 2)
    failed = jobs.plain(database, "up")
    assert failed.returncode == 1
    assert "could not create unique index" in failed.stdout
    assert jobs.run("at-9", database)[-1].returncode == 0
    different = comparison.compare(plain[9], taken(database))
    assert [(each.what, each.kind, each.name) for each in different] == [
        (comparison.What.EXTRA, "index", "public.once")
    ]
    database.query("DROP INDEX once;")
    assert comparison.compare(plain[9], taken(database)) == ()


def test_a_job_that_is_killed_in_a_down_runs_again(
    jobs: Job, plain: list[Catalog], database: postgres.Database
) -> None:
    jobs.plain(database, "up")
    fill(database, NEWEST)
    before = contents(database)
    _, down, *_ = jobs.containers("at-3", database)
    blocked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"

    async def held() -> None:
        connection = await asyncpg.connect(database.dsn)
        async with connection.transaction():
            # The Down of 8 cannot have this table.
            await connection.execute("LOCK TABLE orders IN ACCESS SHARE MODE")
            with pod.running(down):
                # Another query than the one that is blocked: 11, the view on it, is undone before.
                assert waiting.until(lambda: database.query(blocked) == [("1",)])
        await connection.close()

    asyncio.run(held())
    idle = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'at-3-migration'"
    assert waiting.until(lambda: database.query(idle) == [("0",)]), "a killed goose's session is still there"
    assert 3 < max(applied(database)) < NEWEST
    assert jobs.run("at-3", database)[-1].returncode == 0
    assert comparison.compare(plain[3], taken(database)) == ()
    assert_kept(before, contents(database))


# The other forms of the same Job.


def test_the_sql_in_the_image_goes_the_same_way(
    tmp_path: Path, plain: list[Catalog], database: postgres.Database
) -> None:
    image = f"{{image: 'registry.example.com/auth/sql:3.27.3@sha256:{'0' * 64}'}}"
    source = "{directory: migrations/auth-service, source: image, imageDirectory: /sql}"
    jobs = project(tmp_path, {"at-5": pinned(5, runner=image, migrations=source)}, SQL)
    jobs.plain(database, "up")
    done = jobs.run("at-5", database)
    assert [each.returncode for each in done] == [0, 0, 0, 0], done[-1].stderr
    assert comparison.compare(plain[5], taken(database)) == ()


DESIGNS = {
    "PreSync": "{secret: {name: db-5, key: url}}",
    "Sync": "{secret: {name: db-5, key: url, managedBy: application}}",
}


@pytest.mark.parametrize("design", DESIGNS)
def test_both_phases_run_the_same_pod(design: str, tmp_path: Path) -> None:
    found = {}
    for phase in ("PostSync", "PreSync"):
        pin = pinned(5)["pin"]
        # PostSync is what nobody has to write.
        written = pin if phase == "PostSync" else pin.replace("}", f", phase: {phase}}}")
        root = tmp_path / phase
        root.mkdir()
        jobs = project(root, {"at-5": pinned(5, pin=written, database=DESIGNS[design])}, SQL)
        found[phase] = pod.one(jobs.objects, "Job", "at-5-migration")
    hooks = [each["metadata"]["annotations"]["argocd.argoproj.io/hook"] for each in found.values()]
    assert hooks == ["PostSync", design]
    assert found["PostSync"]["spec"] == found["PreSync"]["spec"]
