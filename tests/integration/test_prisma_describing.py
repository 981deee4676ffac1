"""A schema's database as our own reading expects it is the one that Prisma's engine makes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Sequence

import asyncpg
import pytest

from generator.prisma import describing, expected, nodes, parser
from generator.prisma.relational import Column, Database, DefaultKind, IndexKind, Type
from tests.support import postgres, prisma_engine
from tests.support.prisma_engine import Engine
from tests.support.prisma_schemas import SCHEMAS

# Here Prisma's engine does not know its own work again, whatever the database has, and would change it at each run:
# a type without the length that PostgreSQL gives it, a default that it does not read back, an operator class as text.
FORGOTTEN = frozenset(
    {
        "String @db.Char",
        "String @db.Bit",
        'String @default("0E37DF36-F698-11E6-8DD4-CB9CED3DF976") @db.Uuid',
        "String? @default(dbgenerated(\"'x' || 'y'\"))",
        "BigInt[] @default([5000000000])",
        "Decimal[] @default([1.50, -2])",
        '@@index([s(ops: raw("text_pattern_ops"))])',
        '@@index([s(ops: raw("text_ops"))])',
        '@@index([s(ops: raw("varchar_pattern_ops"), sort: Desc), a])',
        '@@index([j(ops: raw("jsonb_path_ops"))], type: Gin)',
        "unsupported types",
    }
)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with prisma_engine.engine() as running:
        yield running


@pytest.fixture(scope="module")
def shared() -> Iterator[postgres.Database]:
    # NULLS NOT DISTINCT is of PostgreSQL 15.
    with postgres.server(postgres.of_major(15, 16, 17, 18)) as server, server.database() as database:
        yield database


RESET = (
    "SET client_min_messages = error; DROP SCHEMA IF EXISTS app CASCADE; DROP SCHEMA public CASCADE;"
    "CREATE SCHEMA public;\n"
)


def described(
    database: postgres.Database,
    schemas: Sequence[str] = ("public",),
    exclude: Collection[tuple[str, str]] = (),
) -> Database:
    async def read() -> Database:
        connection = await asyncpg.connect(database.dsn)
        try:
            return await describing.read(connection, schemas, exclude)
        finally:
            await connection.close()

    return asyncio.run(read())


def understood(text: str) -> tuple[Database, nodes.Schema]:
    file, problems = parser.parse("schema.prisma", text)
    schema = nodes.Schema((file,))
    database, wrong = expected.read(schema)
    assert [*problems, *wrong] == []
    return database, schema


def column(database: Database, name: str, table: str = "t") -> Column:
    return database.tables["public", table].columns[name]


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_what_prisma_makes_of_it(name: str, engine: Engine, shared: postgres.Database) -> None:
    text = SCHEMAS[name]
    wanted, schema = understood(text)
    shared.query(RESET + engine.ddl(text, shared.dsn))
    found = described(shared, expected.schemas(schema))
    if "dbgenerated()" in text:  # Whatever the database has; the engine makes none.
        default = column(wanted, "a", "User").default
        assert default is not None
        assert (default.kind, default.text) == (DefaultKind.EXPRESSION, "")
        assert column(found, "a", "User").default is None
    else:
        assert found == wanted
    assert bool(engine.change(text, shared.dsn)) is (name in FORGOTTEN)


# What a migration may do differently; the second half are things that Prisma's engine does not see.
MUTATED = """
enum Role {
  A
  B
}

model User {
  id    Int      @id @default(autoincrement())
  mail  String   @db.VarChar(50)
  price Decimal  @default(1.5) @db.Decimal(10, 2)
  at    DateTime @default(now())
  role  Role     @default(A)
  tags  String[]
  json  Json
  posts Post[]

  @@unique([mail, role])
  @@index([at(sort: Desc), price])
  @@index([json(ops: JsonbPathOps)], type: Gin)
}

model Post {
  id     Int   @id
  userId Int?
  user   User? @relation(fields: [userId], references: [id])
}
"""
MUTATIONS = {
    'ALTER TABLE "User" ALTER mail TYPE varchar(51)': True,
    'ALTER TABLE "User" ALTER mail TYPE text': True,
    'ALTER TABLE "User" ALTER price TYPE numeric(10, 3)': True,
    'ALTER TABLE "User" ALTER price TYPE numeric(11, 2)': True,
    'ALTER TABLE "User" ALTER price SET DEFAULT 1.51': True,
    'ALTER TABLE "User" ALTER price DROP DEFAULT': True,
    'ALTER TABLE "User" ALTER price SET DEFAULT random()': True,
    'ALTER TABLE "User" ALTER at TYPE timestamptz(3)': True,
    'ALTER TABLE "User" ALTER at TYPE timestamp(0)': True,
    "ALTER TABLE \"User\" ALTER at SET DEFAULT '2020-01-01'": True,
    "ALTER TABLE \"User\" ALTER role SET DEFAULT 'B'": True,
    'ALTER TABLE "User" ALTER mail DROP NOT NULL': True,
    'ALTER TABLE "User" ALTER id DROP DEFAULT': True,
    'ALTER TABLE "User" ALTER tags TYPE varchar(5)[]': True,
    'ALTER TABLE "User" DROP tags': True,
    'ALTER TABLE "User" ADD more text': True,
    'ALTER TABLE "User" RENAME mail TO email': True,
    'ALTER TABLE "User" RENAME TO users': True,
    'ALTER TABLE "User" RENAME CONSTRAINT "User_pkey" TO own': True,
    "ALTER TYPE \"Role\" ADD VALUE 'C'": True,
    "ALTER TYPE \"Role\" RENAME VALUE 'B' TO 'b'": True,
    'DROP INDEX "User_mail_role_key"': True,
    'DROP INDEX "User_mail_role_key"; CREATE UNIQUE INDEX "User_mail_role_key" ON "User" (role, mail)': True,
    'DROP INDEX "User_mail_role_key"; CREATE INDEX "User_mail_role_key" ON "User" (mail, role)': True,
    'DROP INDEX "User_at_price_idx"; CREATE INDEX "User_at_price_idx" ON "User" (at, price)': True,
    'DROP INDEX "User_json_idx"; CREATE INDEX "User_json_idx" ON "User" USING gin (json)': True,
    'DROP INDEX "User_json_idx"; CREATE INDEX "User_json_idx" ON "User" USING hash (json)': True,
    'ALTER INDEX "User_json_idx" RENAME TO own': True,
    'CREATE INDEX more ON "User" (mail)': True,
    'ALTER TABLE "Post" DROP CONSTRAINT "Post_userId_fkey"': True,
    'ALTER TABLE "Post" RENAME CONSTRAINT "Post_userId_fkey" TO own': True,
    'ALTER TABLE "Post" DROP CONSTRAINT "Post_userId_fkey", ADD CONSTRAINT "Post_userId_fkey"'
    ' FOREIGN KEY ("userId") REFERENCES "User" ON DELETE CASCADE ON UPDATE CASCADE': True,
    'ALTER TABLE "Post" DROP CONSTRAINT "Post_pkey"': True,
    'DROP TABLE "Post"': True,
    "CREATE TABLE more (id int PRIMARY KEY)": True,
    "CREATE TYPE more AS ENUM ('x')": True,
    'DROP INDEX "User_at_price_idx"; CREATE INDEX "User_at_price_idx" ON "User" (at DESC NULLS LAST, price)': False,
    'DROP INDEX "User_at_price_idx"; CREATE INDEX "User_at_price_idx" ON "User" (at DESC, price) WHERE id > 5': False,
    "CREATE VIEW more AS SELECT 1 AS one": False,
}
INNOCENT = (
    'ALTER TABLE "User" ALTER tags SET NOT NULL',
    'ALTER TABLE "User" ALTER price SET DEFAULT 1.50',
    'ALTER TABLE "User" ALTER at SET DEFAULT now()',
    'ALTER TABLE "User" ALTER mail TYPE varchar(50) COLLATE "C"',
    'ALTER TABLE "User" ADD CHECK (price > 0)',
    'DROP INDEX "User_mail_role_key"; ALTER TABLE "User" ADD CONSTRAINT "User_mail_role_key" UNIQUE (mail, role)',
    'ALTER TABLE "User" ALTER id DROP DEFAULT, ALTER id ADD GENERATED BY DEFAULT AS IDENTITY',
    'ALTER SEQUENCE "User_id_seq" RENAME TO own',
    'ALTER TABLE "User" ENABLE ROW LEVEL SECURITY',
)


@pytest.mark.parametrize("sql", [*MUTATIONS, *INNOCENT])
def test_what_a_migration_does_differently(sql: str, engine: Engine, shared: postgres.Database) -> None:
    text = prisma_engine.DATASOURCE + MUTATED
    wanted, _ = understood(text)
    shared.query(RESET + engine.ddl(text, shared.dsn) + sql)
    assert (described(shared) != wanted) is (sql in MUTATIONS)
    assert bool(engine.change(text, shared.dsn)) is MUTATIONS.get(sql, False)


def test_the_table_is_long_enough() -> None:
    assert len(SCHEMAS) >= 180
    assert set(SCHEMAS) >= FORGOTTEN


@pytest.mark.parametrize("major", [16, 18])
def test_other_servers(major: int, engine: Engine) -> None:
    with postgres.server(postgres.of_major(major)) as server, server.database() as database:
        for name in ("two schemas", "enum with other names", "composite key", "@@unique([a(sort: Desc), b])"):
            text = SCHEMAS[name]
            wanted, schema = understood(text)
            database.query(RESET + engine.ddl(text, database.dsn))
            assert described(database, expected.schemas(schema)) == wanted
        database.query(RESET + "CREATE TABLE t (id int PRIMARY KEY, a int CHECK (a > 0) NOT NULL)")
        assert described(database).tables["public", "t"].beside == {"t_a_check": "check constraint"}


def test_what_prisma_cannot_say_is_beside(shared: postgres.Database) -> None:
    shared.query(
        RESET
        + """
        CREATE DOMAIN code AS varchar(5) NOT NULL;
        CREATE TABLE parent (id int PRIMARY KEY, b int UNIQUE);
        CREATE TABLE t (
            id int PRIMARY KEY, a int CHECK (a > 0), c text COLLATE "C", d code,
            doubled int GENERATED ALWAYS AS (a * 2) STORED,
            p int CONSTRAINT p_fkey REFERENCES parent (id) DEFERRABLE,
            u int CONSTRAINT u_key UNIQUE DEFERRABLE,
            r int4range, CONSTRAINT r_excl EXCLUDE USING gist (r WITH &&),
            CONSTRAINT full_fkey FOREIGN KEY (a) REFERENCES parent (b) MATCH FULL
        ) ;
        ALTER TABLE t ADD CONSTRAINT late_fkey FOREIGN KEY (id) REFERENCES parent (id) NOT VALID;
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        CREATE TRIGGER seen BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
        ALTER TABLE t ENABLE ROW LEVEL SECURITY;
        CREATE POLICY mine ON t USING (true);
        CREATE RULE ruled AS ON DELETE TO t DO INSTEAD NOTHING;
        CREATE TABLE child () INHERITS (parent);
        CREATE TABLE parts (id int, at date) PARTITION BY RANGE (at);
        CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
        """
    )
    found = described(shared)
    assert found.tables["public", "t"].beside == {
        "c collation": "C",
        "d domain": "code",
        "full_fkey": "foreign key with MATCH FULL",
        "late_fkey": "foreign key that is not validated",
        "mine": "policy",
        "p_fkey": "deferrable foreign key",
        "r_excl": "exclusion constraint",
        "row level security": "enabled",
        "ruled": "rule",
        "seen": "trigger",
        "t_a_check": "check constraint",
        "u_key": "deferrable constraint",
    }
    assert "r_excl" not in found.tables["public", "t"].indexes
    assert found.tables["public", "child"].beside == {"inheritance": "parent"}
    assert found.tables["public", "parts"].beside == {"partitioning": "RANGE (at)"}
    assert ("public", "parts_1") not in found.tables
    assert column(found, "d") == Column("d", Type("character varying", (5,)), False, None)
    assert column(found, "doubled").is_generated


def test_indexes_that_prisma_cannot_say(shared: postgres.Database) -> None:
    shared.query(
        RESET
        + """
        CREATE TABLE t (id int PRIMARY KEY, a int, b text);
        CREATE INDEX partial ON t (a) WHERE a > 0;
        CREATE UNIQUE INDEX expression ON t (lower(b), a DESC);
        CREATE INDEX include ON t (a) INCLUDE (id);
        CREATE UNIQUE INDEX nulls ON t (a) NULLS NOT DISTINCT;
        CREATE INDEX "collation" ON t (b COLLATE "C" text_pattern_ops);
        CREATE INDEX last ON t (a DESC NULLS LAST, id NULLS FIRST, b DESC);
        ALTER TABLE t ADD CONSTRAINT own UNIQUE (a);
        """
    )
    indexes = described(shared).tables["public", "t"].indexes
    assert {name: each.unsayable for name, each in indexes.items()} == {
        "partial": ("partial",),
        "expression": ("expression",),
        "include": ("include",),
        "nulls": ("nulls",),
        "collation": ("collation",),
        "last": (),
        "own": (),
        "t_pkey": (),
    }
    assert [each.name for each in indexes["expression"].columns] == ["lower(b)", "a"]
    assert [each.name for each in indexes["include"].columns] == ["a"]
    assert indexes["collation"].columns[0].operator_class == "text_pattern_ops"
    assert [each.is_nulls_default for each in indexes["last"].columns] == [False, False, True]
    assert (indexes["own"].kind, indexes["own"].is_constraint) == (IndexKind.UNIQUE, True)
    assert not indexes["nulls"].is_constraint


def test_an_invalid_index_is_told(shared: postgres.Database) -> None:
    shared.query(RESET + "CREATE TABLE t (a int); INSERT INTO t VALUES (1), (1)")
    with pytest.raises(RuntimeError, match="could not create unique index"):
        shared.query("CREATE UNIQUE INDEX CONCURRENTLY broken ON t (a)")
    assert described(shared).tables["public", "t"].beside == {"broken": "invalid index"}


def test_defaults_that_people_write(shared: postgres.Database) -> None:
    shared.query(
        RESET
        + """
        CREATE SEQUENCE s;
        CREATE TABLE t (
            a int DEFAULT nextval('s'), b bigint GENERATED ALWAYS AS IDENTITY, c bigserial,
            d timestamptz DEFAULT CURRENT_TIMESTAMP(3), e date DEFAULT now()::date, f timestamp DEFAULT LOCALTIMESTAMP,
            g text DEFAULT NULL, h uuid DEFAULT gen_random_uuid(), i timestamp DEFAULT (now() AT TIME ZONE 'utc'),
            j text[] DEFAULT '{a,"b,c"}', k text[] DEFAULT '{a,NULL}', l date DEFAULT CURRENT_DATE,
            m numeric(10,2) DEFAULT 1.50, n interval DEFAULT '1 day', o date DEFAULT 'infinity',
            p int[] DEFAULT '{{1},{2}}', q timestamp DEFAULT CURRENT_TIMESTAMP
        );
        """
    )
    found = {
        name: None if each.default is None else (each.default.kind, each.default.text)
        for name, each in described(shared).tables["public", "t"].columns.items()
    }
    value, expression = DefaultKind.VALUE, DefaultKind.EXPRESSION
    assert found == {
        **dict.fromkeys("abc", (DefaultKind.SEQUENCE, "")),
        # Prisma's engine takes none of them for now().
        "d": (expression, "current_timestamp(3)"),
        "e": (expression, "(now())::date"),
        "f": (expression, "localtimestamp"),
        "q": (DefaultKind.NOW, ""),
        "g": None,
        "h": (expression, "gen_random_uuid()"),
        "i": (expression, "now()at time zone 'utc'"),
        "j": (value, "a\nb,c\n"),
        "k": (expression, "'{a,NULL}'::text[]"),
        "l": (expression, "current_date"),
        "m": (value, "1.5"),
        "n": (value, "1 day"),
        "o": (expression, "'infinity'::date"),
        "p": (expression, "'{{1},{2}}'::integer[]"),
    }


def test_names_of_every_kind(shared: postgres.Database) -> None:
    name, value = "a \"b\" \\ 'c' \t.x", 'it\'s\n"x" \\ ü'
    quoted = '"' + name.replace('"', '""') + '"'
    literal = "E'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    shared.query(
        RESET
        + f"""
        CREATE TYPE {quoted} AS ENUM ({literal}, 'x');
        CREATE TABLE "{"T" + quoted[1:]} (
            {quoted} {quoted} DEFAULT {literal} PRIMARY KEY,
            t {quoted}[] DEFAULT ARRAY[{literal}]::{quoted}[]
        );
        CREATE TABLE "pg_class" (oid int PRIMARY KEY);
        """
    )
    found = described(shared)
    assert found.enums["public", name].values == (value, "x")
    one = found.tables["public", "T" + name].columns[name]
    assert one.type == Type(f"public.{name}")
    assert one.default is not None
    assert one.default.text == value
    listed = found.tables["public", "T" + name].columns["t"].default
    assert listed is not None
    assert listed.text == value.replace("\\", "\\\\").replace("\n", "\\n") + "\n"
    assert set(found.tables) == {("public", "T" + name), ("public", "pg_class")}


def test_views_schemas_and_what_is_left_out(shared: postgres.Database) -> None:
    shared.query(
        RESET
        + """
        CREATE SCHEMA app;
        CREATE TYPE app.pair AS (x int, y int);
        CREATE TYPE app.mood AS ENUM ('b', 'a');
        CREATE TYPE pair AS (x int);
        CREATE TABLE t (a app.pair, b pair, c app.mood[], d app.pair[], e "char", f pg_catalog.int4range);
        CREATE TABLE app.t (id int PRIMARY KEY);
        CREATE TABLE goose_db_version (id int);
        CREATE VIEW v AS SELECT a FROM t;
        CREATE MATERIALIZED VIEW m AS SELECT c FROM t;
        CREATE TEMPORARY TABLE gone (a int);
        """
    )
    found = described(shared, ["public"], [("public", "goose_db_version")])
    assert set(found.tables) == {("public", "t"), ("public", "v"), ("public", "m")}
    assert found.enums == {}
    types = {name: each.type for name, each in found.tables["public", "t"].columns.items()}
    assert types == {
        "a": Type("app.pair"),
        "b": Type("pair"),
        "c": Type("app.mood", is_array=True),
        "d": Type("app.pair", is_array=True),
        "e": Type('"char"'),
        "f": Type("int4range"),
    }
    assert found.tables["public", "v"].is_view
    assert found.tables["public", "m"].is_view
    both = described(shared, ["public", "app"])
    assert ("app", "t") in both.tables
    assert both.enums["app", "mood"].values == ("b", "a")


def test_the_session_is_left_as_it_was(shared: postgres.Database) -> None:
    shared.query(RESET + "CREATE TABLE t (at timestamptz DEFAULT '2020-01-01 00:00:00Z')")

    async def read() -> tuple[Database, Database, list[str]]:
        connection = await asyncpg.connect(shared.dsn)
        await connection.execute(
            "SET search_path = nowhere; SET timezone = 'Asia/Tokyo'; SET datestyle = german"
        )
        await connection.execute("SET default_transaction_read_only = on")
        outside = await describing.read(connection, ["public"], [])
        async with connection.transaction():
            inside = await describing.read(connection, ["public"], [])
        settings = [await connection.fetchval(f"SHOW {each}") for each in ("search_path", "timezone")]
        await connection.close()
        return outside, inside, settings

    outside, inside, settings = asyncio.run(read())
    assert outside == inside
    default = column(outside, "at").default
    assert default is not None
    assert default.text == "2020-01-01T00:00:00+00:00"
    assert settings == ["nowhere", "Asia/Tokyo"]
