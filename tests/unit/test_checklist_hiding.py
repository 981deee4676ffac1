"""Which statements of a new migration may change tables that they do not name."""

from __future__ import annotations

import pytest

from generator.checklist import hiding
from generator.migrations import parser as migrations
from generator.migrations.model import Migration
from generator.prisma import expected, nodes, parser

SCHEMA = """
enum Role {
  A

  @@map("role")
}

model User {
  id   Int   @id
  role Role?

  @@map("users")
}
"""
BEFORE = """-- +goose Up
CREATE TYPE role AS ENUM ('A');
CREATE TABLE users (id int PRIMARY KEY, role role);
CREATE TABLE ev (id int) PARTITION BY RANGE (id);
CREATE TABLE ev_1 PARTITION OF ev FOR VALUES FROM (0) TO (9);
CREATE TABLE IF NOT EXISTS app.log (id int);
CREATE TABLE old_users () INHERITS (users);
CREATE TABLE ev_2 (id int);
ALTER TABLE ev ATTACH PARTITION ev_2 DEFAULT;
CREATE TEMPORARY TABLE "Odd name" (id int);
ALTER TABLE app.log RENAME TO journal;
CREATE VIEW uv AS SELECT id FROM users;
CREATE FUNCTION touch() RETURNS int LANGUAGE sql AS 'SELECT 1';
"""
HIDING = [
    "DELETE FROM ev_1 WHERE id = 4;",
    "ALTER TABLE ev_1 ADD CHECK (id > 0);",
    "TRUNCATE ev_2;",
    "UPDATE old_users SET id = 1;",
    "UPDATE uv SET id = 4;",
    "INSERT INTO app.uv VALUES (1);",
    'DELETE FROM "uv" -- not users\n;',
    "ALTER DOMAIN email ADD CHECK (value <> '');",
    "ALTER SEQUENCE users_id_seq AS int;",
    "DROP SEQUENCE users_id_seq CASCADE;",
    "DROP FUNCTION other() CASCADE;",
    "ALTER SCHEMA app RENAME TO b;",
    "REINDEX INDEX users_pkey;",
    "REINDEX (VERBOSE) INDEX users_pkey;",
    "REINDEX SCHEMA public;",
    "ALTER INDEX users_pkey RENAME TO pk;",
    "DROP INDEX users_pkey;",
    "SELECT touch();",
    "INSERT INTO journal SELECT touch();",
    'UPDATE U&"\\0075sers" SET id = 1;',
    "DO $$ BEGIN PERFORM touch(); END $$;",
]
PLAIN = [
    "DELETE FROM ev WHERE id = 4;",
    "DELETE FROM Users;",
    "ALTER TABLE users ADD a int;",
    "ALTER TYPE role ADD VALUE 'B';",
    "UPDATE app.journal SET id = 1;",
    "ALTER TABLE log ADD a int;",
    'DROP TABLE "Odd name";',
    "REINDEX TABLE users;",
    "CREATE VIEW v AS SELECT 1;",
    "DROP VIEW uv;",
    "DROP MATERIALIZED VIEW other;",
    "COMMENT ON SCHEMA public IS 'x';",
    "CREATE EXTENSION citext;",
    "GRANT USAGE ON SCHEMA public TO reader;",
    "CREATE SEQUENCE q;",
    "SET lock_timeout = '1s';",
]


def migration(number: int, text: str) -> Migration:
    name = f"0000{number}_a.sql"
    made, problems = migrations.parse(f"m/{name}", name, text.encode())
    assert made is not None
    assert problems == []
    return made


def hides(statement: str) -> bool:
    file, problems = parser.parse("schema.prisma", SCHEMA)
    assert problems == []
    said, wrong = expected.read(nodes.Schema((file,)))
    assert wrong == []
    block = f"-- +goose Up\n-- +goose StatementBegin\n{statement}\n-- +goose StatementEnd\n"
    old, new = migration(1, BEFORE), migration(2, block)
    return list(hiding.places([new], [old, new], said)) != []


@pytest.mark.parametrize("statement", HIDING)
def test_what_may_change_more_than_it_names(statement: str) -> None:
    assert hides(statement)


@pytest.mark.parametrize("statement", PLAIN)
def test_what_changes_what_it_names(statement: str) -> None:
    assert not hides(statement)
