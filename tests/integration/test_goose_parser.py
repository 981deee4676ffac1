"""gen's verdict on each directory of tests/cases/migrations, beside that of the real goose and PostgreSQL.

goose parses a file once per direction, when it runs it: only `up` and then `down-to 0` show whether it
takes a directory. Every case has a version table of its own, and none leaves anything else behind.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from generator.diagnostics import Position, has_errors
from generator.migrations import directory
from tests.support import goose, migration_cases, postgres
from tests.support.migration_cases import Case
from tests.support.postgres import Database, Server

CASES = migration_cases.all_cases()
SAMPLES = Path(__file__).parents[2] / "migrations"
SERVICES = ("auth-service", "billing-service", "catalog-service")
WHERE = Position("services.yaml")
OBJECTS = """
WITH ours AS (
    SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
)
SELECT 'relation', relname || ' ' || relkind::text FROM pg_class
WHERE relnamespace IN (SELECT oid FROM ours) AND relname !~ '^goose_db_version'
UNION ALL
SELECT 'column', attrelid::regclass || '.' || attname || ' ' || format_type(atttypid, atttypmod)
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
WHERE relnamespace IN (SELECT oid FROM ours) AND relname !~ '^goose_db_version'
    AND attnum > 0 AND NOT attisdropped
UNION ALL
SELECT 'index', indexrelid::regclass || ' valid ' || indisvalid
FROM pg_index JOIN pg_class ON indexrelid = oid
WHERE relnamespace IN (SELECT oid FROM ours) AND relname !~ '^goose_db_version'
UNION ALL
SELECT 'constraint', conrelid::regclass || ' ' || conname FROM pg_constraint
WHERE connamespace IN (SELECT oid FROM ours) AND conname !~ '^goose_db_version'
UNION ALL
SELECT 'trigger', tgrelid::regclass || ' ' || tgname FROM pg_trigger WHERE NOT tgisinternal
UNION ALL
SELECT 'function', proname FROM pg_proc WHERE pronamespace IN (SELECT oid FROM ours)
UNION ALL
SELECT 'type', typname FROM pg_type
WHERE typnamespace IN (SELECT oid FROM ours) AND typname !~ 'goose_db_version'
UNION ALL
SELECT 'schema', nspname FROM pg_namespace WHERE oid IN (SELECT oid FROM ours)
UNION ALL
SELECT 'extension', extname FROM pg_extension
ORDER BY 1, 2;
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with postgres.server() as running:
        yield running


@pytest.fixture(scope="module")
def scratch(server: Server) -> Iterator[Database]:
    with server.database() as made:
        yield made


@pytest.fixture
def database(server: Server) -> Iterator[Database]:
    with server.database() as made:
        yield made


def run(database: Database, folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {"GOOSE_DRIVER": "postgres", "GOOSE_DBSTRING": database.dsn}
    return goose.run(["-env=none", f"-dir={folder}", *command], environment)


def succeed(database: Database, folder: Path, *command: str) -> None:
    answer = run(database, folder, *command)
    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize("case", CASES, ids=lambda each: f"{each.kind}-{each.name}")
def test_same_verdict(case: Case, scratch: Database, tmp_path: Path) -> None:
    folder = case.write(tmp_path)
    table = f"-table=v{CASES.index(case)}"
    up = run(scratch, folder, table, "up")
    down = run(scratch, folder, table, "down-to", "0")
    accepted = up.returncode == down.returncode == 0
    _, found = directory.read(tmp_path, migration_cases.DIRECTORY, WHERE)
    refused = has_errors(found)

    assert accepted == case.goose_accepts, f"{up.stdout}\n{down.stdout}"
    assert refused == (case.kind != "ok"), found
    assert (case.kind == "stricter") == (accepted and refused)
    assert case.kind != "stricter" or case.reason
    # goose validate parses Go files that goose up ignores, and knows nothing of duplicate versions.
    if not any(name.endswith(".go") for name, _ in case.files):
        assert refused or run(scratch, folder, "validate").returncode == 0


def test_goose_loses_the_line_behind_an_empty_block(database: Database, tmp_path: Path) -> None:
    """Why `migration-statement-empty` is an error."""
    (tmp_path / "1_a.sql").write_text(
        "-- +goose Up\n-- +goose StatementBegin\n-- nothing\n-- +goose StatementEnd\n"
        "CREATE TABLE lost ();\nCREATE TABLE kept ();\n"
    )
    succeed(database, tmp_path, "up")
    assert database.query("SELECT to_regclass('lost') IS NULL, to_regclass('kept') IS NULL") == [("t", "f")]


def test_goose_runs_a_mistyped_down_as_part_of_the_up(database: Database, tmp_path: Path) -> None:
    """Why `migration-annotation` covers comments that only look like an annotation."""
    (tmp_path / "1_a.sql").write_text(
        "-- +goose Up\nCREATE TABLE precious ();\n-- goose Down\nDROP TABLE precious;\n"
    )
    succeed(database, tmp_path, "up")
    assert database.query("SELECT to_regclass('precious') IS NULL") == [("t",)]


def test_goose_hides_what_stands_behind_a_lone_carriage_return(database: Database, tmp_path: Path) -> None:
    """Why `migration-control-character` covers a lone CR: it ends the comment for PostgreSQL alone."""
    (tmp_path / "1_a.sql").write_bytes(
        b"-- +goose Up\nCREATE TABLE a () -- note\r; CREATE TABLE hidden ()\n;\n"
    )
    succeed(database, tmp_path, "up")
    assert database.query("SELECT to_regclass('hidden') IS NOT NULL") == [("t",)]


@pytest.mark.parametrize("service", SERVICES)
def test_samples_go_up_down_and_up_again(service: str, database: Database) -> None:
    folder = SAMPLES / service
    migrations, found = directory.read(SAMPLES.parent, f"migrations/{service}", WHERE)
    assert found == []
    assert migrations
    assert all(each.has_down for each in migrations)
    empty = database.query(OBJECTS)
    succeed(database, folder, "up")
    full = database.query(OBJECTS)
    assert len(full) > len(empty)
    assert not [each for each in full if each[1].endswith("valid false")]
    succeed(database, folder, "down-to", "0")
    assert database.query(OBJECTS) == empty
    succeed(database, folder, "up")
    assert database.query(OBJECTS) == full
    assert database.query("SELECT max(version_id) FROM goose_db_version") == [(str(migrations[-1].version),)]


@pytest.mark.parametrize("service", SERVICES)
def test_each_sample_has_a_true_down(service: str, database: Database) -> None:
    folder = SAMPLES / service
    migrations, _ = directory.read(SAMPLES.parent, f"migrations/{service}", WHERE)
    for each in migrations:
        before = database.query(OBJECTS)
        succeed(database, folder, "up-to", str(each.version))
        after = database.query(OBJECTS)
        succeed(database, folder, "down")
        assert database.query(OBJECTS) == before, each.name
        succeed(database, folder, "up-to", str(each.version))
        assert database.query(OBJECTS) == after, each.name


def test_the_catalog_sample_works(database: Database) -> None:
    """Its trigger fills the search column, and its non-ASCII rows arrive as they were written."""
    succeed(database, SAMPLES / "catalog-service", "up")
    database.query(
        "INSERT INTO products (sku, category_id, name)"
        " SELECT 'A-1', id, 'Grüner Tee' FROM categories WHERE slug = 'tea'"
    )
    assert database.query("SELECT sku FROM products WHERE search @@ to_tsquery('simple', 'grüner')") == [
        ("A-1",)
    ]
    names = database.query("SELECT name FROM category_names WHERE language IN ('ja', 'uk') ORDER BY name")
    assert ("コーヒー",) in names
    assert ("Солодощі 🍬",) in names


def test_the_concurrent_index_sample_mends_an_invalid_index(database: Database) -> None:
    """A failed CREATE INDEX CONCURRENTLY leaves an invalid index; the next run replaces it."""
    folder = SAMPLES / "billing-service"
    succeed(database, folder, "up-to", "3")
    database.query(
        "INSERT INTO accounts (customer_reference, currency) VALUES ('a', 'EUR');"
        "INSERT INTO invoices (account_id, number) SELECT id, n FROM accounts, (VALUES ('1'), ('2')) AS v (n)"
    )
    with pytest.raises(RuntimeError, match="could not create unique index"):
        database.query("CREATE UNIQUE INDEX CONCURRENTLY invoices_account_id_idx ON invoices (account_id)")
    valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'invoices_account_id_idx'::regclass"
    assert database.query(valid) == [("f",)]
    succeed(database, folder, "up")
    assert database.query(valid) == [("t",)]
