"""Pairs of several schemas of the database, and of views."""

from __future__ import annotations

from tests.support.pairs.columns import TYPE, prisma, sql
from tests.support.pairs.keys import INDEX
from tests.support.pairs.linked import RELATION
from tests.support.pairs.pair import Change, Mutation, Pair

SCHEMA = "prisma-other-schema"
ENUM = "prisma-enum"
VIEW = "prisma-view"

# Why Prisma's engine is wrong.
_OTHER = "does not look at the schema of the table that a foreign key refers to"

_TWO = 'datasource db {\n  provider = "postgresql"\n  schemas  = ["public", "app"]\n}\n\n'

_SPACES = (
    Pair(
        "two schemas",
        "CREATE SCHEMA app; CREATE TYPE app.role AS ENUM ('A', 'B');\n"
        "CREATE TABLE users (id int PRIMARY KEY, role app.role NOT NULL DEFAULT 'A');\n"
        "CREATE TABLE app.posts (id int PRIMARY KEY,\n"
        "  user_id int NOT NULL REFERENCES users ON DELETE RESTRICT ON UPDATE CASCADE);\n"
        "CREATE INDEX ON app.posts (user_id);",
        _TWO + 'enum role {\n  A\n  B\n  @@schema("app")\n}\n\n'
        'model users {\n  id Int @id\n  role role @default(A)\n  posts posts[]\n  @@schema("public")\n}\n\n'
        "model posts {\n  id Int @id\n  user_id Int\n"
        "  user users @relation(fields: [user_id], references: [id])\n"
        '  @@index([user_id])\n  @@schema("app")\n}\n',
        (
            sql(INDEX, "CREATE INDEX ON app.posts (user_id);", ""),
            sql(RELATION, "ON DELETE RESTRICT", "ON DELETE CASCADE"),
            sql(ENUM, "('A', 'B')", "('A', 'B', 'C')"),
            sql("prisma-default-differs", "DEFAULT 'A'", "DEFAULT 'B'"),
            sql(
                "prisma-table-missing",
                "CREATE TABLE app.posts",
                "CREATE TABLE app.more (id int); CREATE TABLE app.posts",
            ),
            prisma(ENUM, "  B\n", ""),
        ),
    ),
    Pair(
        "the same name in two schemas",
        "CREATE SCHEMA app; CREATE TABLE users (id int PRIMARY KEY, a int);\n"
        "CREATE TABLE app.users (id int PRIMARY KEY, user_id int CONSTRAINT own REFERENCES users);",
        _TWO + 'model users {\n  id Int @id\n  a Int?\n  others other[]\n  @@schema("public")\n}\n\n'
        "model other {\n  id Int @id\n  user_id Int?\n"
        "  user users? @relation(fields: [user_id], references: [id], onDelete: NoAction, onUpdate: NoAction,"
        ' map: "own")\n'
        '  @@map("users")\n  @@schema("app")\n}\n',
        (
            sql(TYPE, "a int", "a text"),
            sql(TYPE, "user_id int CONSTRAINT", "user_id bigint CONSTRAINT"),
            sql(RELATION, "REFERENCES users", "REFERENCES app.users", _OTHER),
        ),
    ),
    Pair(
        "the same enum in two schemas",
        "CREATE SCHEMA app; CREATE TYPE role AS ENUM ('A'); CREATE TYPE app.role AS ENUM ('B');\n"
        "CREATE TABLE users (id int PRIMARY KEY, a role, b app.role);",
        _TWO + 'enum role {\n  A\n  @@schema("public")\n}\n\n'
        'enum other {\n  B\n  @@map("role")\n  @@schema("app")\n}\n\n'
        'model users {\n  id Int @id\n  a role?\n  b other?\n  @@schema("public")\n}\n',
        (
            sql(TYPE, "b app.role", "b role"),
            sql(ENUM, "('B')", "('B', 'C')"),
        ),
    ),
    Pair(
        "a table in another schema",
        "CREATE SCHEMA app; CREATE TABLE app.users (id int PRIMARY KEY); CREATE TABLE posts (id int PRIMARY KEY);",
        _TWO + 'model users {\n  id Int @id\n  @@schema("app")\n}\n\n'
        'model posts {\n  id Int @id\n  @@schema("public")\n}\n',
        (
            sql(SCHEMA, "app.users", "users"),
            sql(SCHEMA, "TABLE posts", "TABLE app.posts"),
            prisma(SCHEMA, 'schema("app")', 'schema("public")'),
        ),
    ),
    Pair(
        "an enum in another schema",
        "CREATE SCHEMA app; CREATE TYPE app.role AS ENUM ('A');\n"
        "CREATE TABLE users (id int PRIMARY KEY, a app.role, b app.role[]);",
        _TWO + 'enum role {\n  A\n  @@schema("app")\n}\n\n'
        'model users {\n  id Int @id\n  a role?\n  b role[]\n  @@schema("public")\n}\n',
        (
            Mutation("moved", SCHEMA, prisma=Change('schema("app")', 'schema("public")')),
            sql(ENUM, "CREATE TABLE", "CREATE TYPE more AS ENUM ('A'); CREATE TABLE"),
        ),
    ),
    Pair(
        "a schema that nobody names",
        "CREATE SCHEMA app; CREATE TABLE app.users (id int PRIMARY KEY); CREATE TYPE app.role AS ENUM ('A');\n"
        "CREATE TABLE users (id int PRIMARY KEY);",
        "model users {\n  id Int @id\n}\n",
        (sql("prisma-table-missing", "TABLE app.users", "TABLE more"),),
    ),
    Pair(
        "an enum that nobody uses",
        "CREATE TYPE role AS ENUM ('A'); CREATE TABLE users (id int PRIMARY KEY);",
        "enum role {\n  A\n}\n\nmodel users {\n  id Int @id\n}\n",
        (
            sql(ENUM, "CREATE TYPE role AS ENUM ('A');", ""),
            prisma(ENUM, "enum role {\n  A\n}\n\n", ""),
        ),
    ),
)

_VIEWS = (
    'generator client {\n  provider        = "prisma-client"\n  output          = "client"\n'
    '  previewFeatures = ["views"]\n}\n\ndatasource db {\n  provider = "postgresql"\n}\n\n'
)
_TABLE = "CREATE TABLE users (id int PRIMARY KEY, name varchar(9));\n"
_MODEL = "model users {\n  id Int @id\n  name String? @db.VarChar(9)\n}\n\n"

_OF_VIEWS = (
    Pair(
        "a view",
        f"{_TABLE}CREATE VIEW named AS SELECT id, name, 1 AS one FROM users WHERE name IS NOT NULL;",
        f"{_VIEWS}{_MODEL}view named {{\n  id Int @unique\n  name String? @db.VarChar(9)\n  one Int?\n}}\n",
        (
            sql("prisma-column-missing", "1 AS one", "1 AS one, 2 AS two"),
            sql("prisma-field-extra", ", 1 AS one", ""),
            sql(TYPE, "1 AS one", "1::bigint AS one"),
            sql(
                VIEW, "CREATE VIEW named AS SELECT id, name, 1 AS one FROM users WHERE name IS NOT NULL;", ""
            ),
            sql(VIEW, "CREATE VIEW named", "CREATE VIEW more AS SELECT 1 AS x; CREATE VIEW named"),
            prisma(TYPE, "one Int?", "one String?"),
            prisma("prisma-column-missing", "  one Int?\n", ""),
            prisma("prisma-field-extra", "  one Int?\n", "  one Int?\n  two Int?\n"),
            prisma(VIEW, "view named", "model named"),
        ),
    ),
    Pair(
        "views with other names",
        f'{_TABLE}CREATE VIEW "all" AS SELECT id AS "user id", name FROM users;',
        f'{_VIEWS}{_MODEL}view Users {{\n  id Int? @map("user id")\n  name String? @db.VarChar(9)\n\n'
        '  @@map("all")\n  @@ignore\n}\n',
        (
            prisma(
                TYPE, '"user id")\n  name String? @db.VarChar(9)', '"user id")\n  name String? @db.VarChar(8)'
            ),
            sql("prisma-map", '"user id"', "userid"),
            sql("prisma-map", 'VIEW "all"', 'VIEW "ALL"'),
        ),
    ),
    Pair(
        "a view with a relation",
        f"{_TABLE}CREATE VIEW named AS SELECT id, name FROM users;",
        f"{_VIEWS}model users {{\n  id Int @id\n  name String? @db.VarChar(9)\n  named named?\n}}\n\n"
        "view named {\n  id Int @unique\n  name String? @db.VarChar(9)\n"
        "  user users @relation(fields: [id], references: [id])\n}\n",
        (sql("prisma-column-missing", "SELECT id, name", "SELECT id, name, 1 AS one"),),
    ),
    Pair(
        "views where the schema has none",
        f"{_TABLE}CREATE VIEW named AS SELECT id FROM users;",
        _MODEL,
        (
            sql("", "CREATE VIEW named AS SELECT id FROM users;", ""),
            sql("", "VIEW named", "MATERIALIZED VIEW named"),
            sql("prisma-table-missing", "VIEW named", "TABLE named"),
            prisma(VIEW, "model users", "model named {\n  id Int @id\n}\n\nmodel users"),
        ),
    ),
    Pair(
        "a materialized view without a block",
        f"{_TABLE}CREATE MATERIALIZED VIEW named AS SELECT id FROM users;",
        f"{_VIEWS}{_MODEL}",
        (
            sql("", "CREATE MATERIALIZED VIEW named AS SELECT id FROM users;", ""),
            sql(VIEW, "MATERIALIZED VIEW", "VIEW"),
        ),
    ),
)

PAIRS: tuple[Pair, ...] = (*_SPACES, *_OF_VIEWS)
