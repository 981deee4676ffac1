"""What is written into a schema is what Prisma takes, as its formatter writes it, and the same as the database.

Prisma's own validator, formatter and engine and a real PostgreSQL decide.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generator.prisma import adding, comparing, describing, expected, nodes, parser
from generator.prisma.comparing import Difference
from generator.prisma.relational import Database
from tests.support import postgres, prisma_engine, prisma_oracle
from tests.support.prisma_engine import DATASOURCE, Engine
from tests.support.prisma_oracle import Oracle
from tests.support.prisma_schemas import SCHEMAS

SOME = settings(max_examples=40, suppress_health_check=list(HealthCheck))
RESET = (
    "SET client_min_messages = error; DROP SCHEMA IF EXISTS app CASCADE; DROP SCHEMA public CASCADE;"
    "CREATE SCHEMA public;\n"
)
MULTI = 'datasource db {\n  provider = "postgresql"\n  schemas  = ["public", "app"]\n}\n'
# Where Prisma's engine does not know its own work again, however the schema is written: see
# test_prisma_describing.py.
FORGOTTEN = frozenset(
    {
        "BigInt[] @default([5000000000])",
        '@@index([s(ops: raw("text_pattern_ops"))])',
        '@@index([s(ops: raw("varchar_pattern_ops"), sort: Desc), a])',
        "unsupported types",
    }
)


@dataclass(frozen=True, slots=True)
class Synced:
    text: str
    added: tuple[str, ...]
    left: tuple[Difference, ...]
    change: str


@dataclass(frozen=True, slots=True)
class Prisma:
    oracle: Oracle
    engine: Engine
    database: postgres.Database

    def synced(self, sql: str, before: str = "") -> Synced:
        """Into a schema: it is one that Prisma takes and formats as it is, and a second time adds nothing."""
        self.database.query(RESET + sql)
        schema = parsed(before)
        found = self.described(schema)
        added = adding.add(schema, found)
        text = added.files.get("schema.prisma", before)
        assert self.oracle.errors(text) == []
        ((_, formatted),) = self.oracle.ask("format", [("file:///schema.prisma", text)], 7)
        assert formatted == text
        after = parsed(text)
        says, wrong = expected.read(after)
        assert wrong == []
        assert adding.add(after, found) == adding.Added({}, ())
        left = comparing.compare(says, found)
        return Synced(text, added.added, left, self.engine.change(text, self.database.dsn))

    def described(self, schema: nodes.Schema) -> Database:
        async def read() -> Database:
            connection = await asyncpg.connect(self.database.dsn)
            try:
                every = await connection.fetch(
                    "SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|info)'"
                )
                schemas = [each[0] for each in every] if schema.is_blank else expected.schemas(schema)
                return await describing.read(connection, schemas, ())
            finally:
                await connection.close()

        return asyncio.run(read())


def parsed(text: str) -> nodes.Schema:
    file, problems = parser.parse("schema.prisma", text)
    assert problems == []
    return nodes.Schema((file,))


@pytest.fixture(scope="module")
def prisma() -> Iterator[Prisma]:
    with (
        # NULLS NOT DISTINCT is of PostgreSQL 15.
        postgres.server(postgres.of_major(15, 16, 17, 18)) as server,
        server.database() as database,
        prisma_oracle.oracle() as oracle,
        prisma_engine.engine() as engine,
    ):
        yield Prisma(oracle, engine, database)


@pytest.mark.parametrize("name", SCHEMAS)
def test_from_nothing_what_prisma_makes_of_a_schema(name: str, prisma: Prisma) -> None:
    text = SCHEMAS[name]
    sql = prisma.engine.ddl(text, prisma.database.dsn)
    synced = prisma.synced(sql)
    assert synced.left == ()
    assert bool(synced.change) is (name in FORGOTTEN)
    whole = parsed(text)
    assert adding.add(whole, prisma.described(whole)).added == ()


RELATIONS = """
CREATE TABLE users (id serial PRIMARY KEY, email varchar(50) NOT NULL UNIQUE, "parent_id" int REFERENCES users,
    best_id int UNIQUE REFERENCES users ON DELETE SET NULL ON UPDATE CASCADE, team_id int);
CREATE TABLE teams (id int PRIMARY KEY, owner_id int NOT NULL REFERENCES users ON DELETE CASCADE ON UPDATE CASCADE);
ALTER TABLE users ADD FOREIGN KEY (team_id) REFERENCES teams ON DELETE RESTRICT;
CREATE TABLE profiles (user_id int PRIMARY KEY REFERENCES users, mail text);
CREATE TABLE posts (id int PRIMARY KEY, author_id int NOT NULL REFERENCES users ON DELETE CASCADE ON UPDATE CASCADE,
    "reviewerId" int REFERENCES users ON DELETE SET DEFAULT, mail varchar(50) REFERENCES users (email));
CREATE TABLE boxes (a int, b int, c int, d int NOT NULL, PRIMARY KEY (a, b), UNIQUE (c, d));
CREATE TABLE stacks (id int PRIMARY KEY, a int, b int NOT NULL, c int, d int, FOREIGN KEY (a, b) REFERENCES boxes,
    FOREIGN KEY (d, c) REFERENCES boxes (d, c) ON DELETE SET NULL, UNIQUE (b, a), UNIQUE (d, c));
CREATE TABLE twice (id int PRIMARY KEY, a int REFERENCES users,
    CONSTRAINT again FOREIGN KEY (a) REFERENCES users (id) ON DELETE CASCADE);
CREATE TABLE tags (id uuid PRIMARY KEY);
CREATE TABLE "_PostToTag" ("A" int NOT NULL, "B" uuid NOT NULL, CONSTRAINT "_PostToTag_AB_pkey" PRIMARY KEY ("A", "B"),
    CONSTRAINT "_PostToTag_A_fkey" FOREIGN KEY ("A") REFERENCES posts ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "_PostToTag_B_fkey" FOREIGN KEY ("B") REFERENCES tags ON DELETE CASCADE ON UPDATE CASCADE);
CREATE INDEX "_PostToTag_B_index" ON "_PostToTag" ("B");
CREATE TABLE "_liked by" ("A" int NOT NULL, "B" int NOT NULL,
    CONSTRAINT "_liked by_A_fkey" FOREIGN KEY ("A") REFERENCES posts ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "_liked by_B_fkey" FOREIGN KEY ("B") REFERENCES users ON DELETE CASCADE ON UPDATE CASCADE);
CREATE UNIQUE INDEX "_liked by_AB_unique" ON "_liked by" ("A", "B");
CREATE INDEX "_liked by_B_index" ON "_liked by" ("B");
CREATE TABLE "_follow" ("A" int NOT NULL, "B" int NOT NULL, CONSTRAINT "_follow_AB_pkey" PRIMARY KEY ("A", "B"),
    CONSTRAINT "_follow_A_fkey" FOREIGN KEY ("A") REFERENCES users ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "_follow_B_fkey" FOREIGN KEY ("B") REFERENCES users ON DELETE CASCADE ON UPDATE CASCADE);
CREATE INDEX "_follow_B_index" ON "_follow" ("B");
-- The other way round than Prisma has it, so it is a table like any other.
CREATE TABLE "_user_posts" ("A" int NOT NULL, "B" int NOT NULL,
    CONSTRAINT "_user_posts_AB_pkey" PRIMARY KEY ("A", "B"),
    CONSTRAINT "_user_posts_A_fkey" FOREIGN KEY ("A") REFERENCES users ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "_user_posts_B_fkey" FOREIGN KEY ("B") REFERENCES posts ON DELETE CASCADE ON UPDATE CASCADE);
CREATE INDEX "_user_posts_B_index" ON "_user_posts" ("B");
"""


def test_from_nothing_every_form_of_relation(prisma: Prisma) -> None:
    synced = prisma.synced(RELATIONS)
    assert synced.left == ()
    # Since Prisma 6 such a table has a primary key.
    assert [each for each in synced.change.split("\n") if each and not each.startswith("--")] == [
        'ALTER TABLE "_liked by" ADD CONSTRAINT "_liked by_AB_pkey" PRIMARY KEY ("A", "B");',
        'DROP INDEX "_liked by_AB_unique";',
    ]
    text = " ".join(synced.text.split())
    for line in (
        'author User @relation("PostAuthor", fields: [authorId], references: [id], onDelete: Cascade)',
        'postsAsAuthor Post[] @relation("PostAuthor")',
        'parent User? @relation("UserParent", fields: [parentId], references: [id], onDelete: NoAction, onUpdate:',
        'children User[] @relation("UserParent")',
        'best User? @relation("UserBest", fields: [bestId], references: [id])',
        'userAsBest User? @relation("UserBest")',
        "profile Profile?",
        "tags Tag[]",
        "posts Post[]",
        'posts Post[] @relation("liked by")',
        'usersA User[] @relation("follow") usersB User[] @relation("follow")',
        "model UserPost {",
    ):
        assert line in text


ODD = """
CREATE TYPE "Role" AS ENUM ('A', 'b c', '1x', '_z', 'true', 'null', 'ä');
CREATE TYPE nothing AS ENUM ();
CREATE TABLE users (id int PRIMARY KEY, "Role" "Role" DEFAULT 'b c', roles "Role"[] DEFAULT '{ä,1x}',
    flag "Role" DEFAULT 'true');
CREATE TABLE "Users" (id int PRIMARY KEY);
CREATE TABLE "user" (id int PRIMARY KEY, n nothing);
CREATE TABLE role (id int PRIMARY KEY);
CREATE TABLE "1st" ("1a" int PRIMARY KEY, "a-b" int, "a b" int, "_x" int, "é" int, "日本" int, "中国" int, "_1" int,
    "AND" int, "OR" int, "NOT" int, "a""b'c\\d" text, "model" int, "enum" int);
CREATE TABLE "String" (id int PRIMARY KEY, string_id int REFERENCES "String");
CREATE TABLE "PrismaClient" (id int PRIMARY KEY);
CREATE TABLE "prisma" (id int PRIMARY KEY);
CREATE TABLE "async" (id int PRIMARY KEY);
CREATE TABLE "Unsupported" (id int PRIMARY KEY);
CREATE TABLE "model" (id int PRIMARY KEY);
CREATE TABLE "日本" (id int PRIMARY KEY);
CREATE TABLE "中国" (id int PRIMARY KEY);
CREATE TABLE "a very long name of a table with spaces in it, and no end of i" (id int PRIMARY KEY,
    "a very long name of a column with spaces in it, and no end of it" int UNIQUE);
CREATE TABLE no_key (a int, b int UNIQUE, user_id int REFERENCES users);
CREATE TABLE no_key_either (a tsvector PRIMARY KEY);
CREATE TABLE of_no_key (id int PRIMARY KEY, b int REFERENCES no_key (b), a tsvector REFERENCES no_key_either);
CREATE TABLE lists (a int[] PRIMARY KEY, b text[] NOT NULL UNIQUE, c int[] REFERENCES lists);
CREATE TABLE other_type (id bigint PRIMARY KEY, user_id bigint REFERENCES users);
CREATE TABLE no_columns ();
CREATE TABLE indexed (id int PRIMARY KEY, a int UNIQUE, b text NOT NULL, c inet, j jsonb, t tsvector, x xml,
    UNIQUE NULLS NOT DISTINCT (a, b), CONSTRAINT same FOREIGN KEY (a) REFERENCES users);
CREATE INDEX same ON indexed (a);
CREATE UNIQUE INDEX second ON indexed (a DESC);
CREATE UNIQUE INDEX pattern ON indexed (b text_pattern_ops);
CREATE UNIQUE INDEX partial ON indexed (b) WHERE id > 3;
CREATE INDEX expression ON indexed (lower(b));
CREATE INDEX including ON indexed (b) INCLUDE (a);
CREATE INDEX nulls ON indexed (b DESC NULLS LAST, a);
CREATE INDEX ON indexed USING gist (c inet_ops);
CREATE INDEX ON indexed USING gin (j jsonb_path_ops);
CREATE INDEX ON indexed USING gin (t);
CREATE INDEX ON indexed USING brin (a int4_minmax_multi_ops, b);
CREATE INDEX ON indexed USING hash (b);
CREATE INDEX ON indexed USING spgist (b);
"""


def test_from_nothing_what_nobody_should_make(prisma: Prisma) -> None:
    synced = prisma.synced(ODD)
    assert {(each.rule, each.object) for each in synced.left} == {
        ("prisma-table-missing", "no_columns"),
        ("prisma-enum", "nothing"),
        ("prisma-column-missing", "user.n"),
        ("prisma-primary-key", "lists.lists_pkey"),
        # To a key that is none in Prisma, to another type, and with the name of an index.
        ("prisma-relation-differs", "lists.lists_c_fkey"),
        ("prisma-relation-differs", "other_type.other_type_user_id_fkey"),
        ("prisma-relation-differs", "indexed.same"),
        ("prisma-unique", "indexed.pattern"),
    }
    text = " ".join(synced.text.split())
    for line in (
        "model StringTable {",
        "model Async {",
        'column Int? @map("日本")',
        '@@map("PrismaClient")',
    ):
        assert line in text
    assert synced.text.count("@@ignore") == 2
    assert synced.text.count("/// The underlying table does not contain a valid unique identifier") == 2
    assert synced.text.count(" @ignore") == 3


@pytest.mark.parametrize("version", [5, 6])
def test_earlier_versions_take_it_too(version: int, prisma: Prisma) -> None:
    for sql in (RELATIONS, ODD):
        text = prisma.synced(sql).text.replace("}", '  url = "postgresql://localhost"\n}', 1)
        assert prisma.oracle.errors(text, version) == []


def test_the_shape_of_db_pull(prisma: Prisma) -> None:
    """Where names are as Prisma's own introspection has them anyway, the whole is as it writes it."""
    sql = """
    CREATE TYPE "Kind" AS ENUM ('A', 'B');
    CREATE TABLE "Writer" (id serial PRIMARY KEY, name varchar(20) NOT NULL DEFAULT 'x', seen timestamptz DEFAULT now(),
        kind "Kind" NOT NULL DEFAULT 'B', kinds "Kind"[], score numeric(5, 2), raw tsvector);
    CREATE UNIQUE INDEX names ON "Writer" (name, seen DESC);
    CREATE INDEX ON "Writer" USING gin (raw);
    CREATE TABLE "Loose" (a int);
    CREATE TABLE "Pair" (a int, b uuid DEFAULT gen_random_uuid() UNIQUE, PRIMARY KEY (a, b));
    """
    synced = prisma.synced(sql)
    assert synced.text == prisma.engine.introspect(DATASOURCE, prisma.database.dsn)
    assert (synced.left, synced.change) == ((), "")


VIEWS = (
    'generator c {\n  provider        = "prisma-client"\n  previewFeatures = ["views"]\n}\n\n'
    + DATASOURCE.strip()
    + "\n"
)


def test_views_where_the_schema_has_views(prisma: Prisma) -> None:
    sql = """
    CREATE TABLE users (id int PRIMARY KEY, full_name varchar(9) DEFAULT 'x');
    CREATE VIEW all_users AS SELECT * FROM users;
    CREATE MATERIALIZED VIEW "Names" AS SELECT full_name FROM users;
    """
    assert prisma.synced(sql).left == ()
    synced = prisma.synced(sql, VIEWS)
    assert (synced.left, synced.change) == ((), "")
    assert (
        'view AllUser {\n  id       Int?\n  fullName String? @map("full_name") @db.VarChar(9)\n\n'
        in synced.text
    )


def test_schemas_of_the_database(prisma: Prisma) -> None:
    sql = """
    CREATE SCHEMA app;
    CREATE TYPE app.role AS ENUM ('a');
    CREATE TABLE users (id int PRIMARY KEY, role app.role);
    CREATE TABLE app.users (id int PRIMARY KEY, user_id int REFERENCES users);
    """
    synced = prisma.synced(sql, MULTI)
    assert (synced.left, synced.change) == ((), "")
    assert "model AppUser {" in synced.text
    assert prisma.synced(sql).text == synced.text
    only = prisma.synced("CREATE SCHEMA app; CREATE TABLE app.users (id int PRIMARY KEY)")
    assert (only.left, only.change) == ((), "")
    assert '  schemas  = ["app"]\n' in only.text
    # One that lists no schemas is about the default one alone.
    alone = prisma.synced(
        sql.replace("role app.role", "role int"), MULTI.replace('  schemas  = ["public", "app"]\n', "")
    )
    assert (alone.left, "@@schema" in alone.text, "AppUser" in alone.text) == ((), False, False)


TYPES = {
    "integer": ("5", "-3"),
    "bigint": ("7",),
    "smallint": ("1",),
    "text": ("'x'", "''", "'it''s \\ \"'", "now()::text"),
    "varchar(10)": ("'abc'",),
    "numeric(10, 2)": ("1.5", "-2"),
    "numeric": ("0",),
    "double precision": ("1.5",),
    "boolean": ("true",),
    "timestamptz(3)": ("now()", "'2020-01-01'", "clock_timestamp()"),
    "timestamp": ("now()",),
    "date": ("current_date",),
    "time(0)": ("'10:00'",),
    "uuid": ("gen_random_uuid()", "'0e37df36-f698-11e6-8dd4-cb9ced3df976'"),
    "jsonb": ("'{\"a\": [1, 2.50]}'",),
    "bytea": ("'\\x00ff'",),
    "inet": ("'127.0.0.1'",),
    "text[]": ("'{}'", "'{a,\"b c\"}'"),
    "integer[]": ("'{1,-2}'",),
    "interval": ("'1 day'",),
    "tsvector": (),
    '"the mood"': ("'so so'",),
    '"the mood"[]': ("'{ok}'",),
}
NAMES = st.one_of(
    st.sampled_from(
        ["users", "user", "User", "posts", "Categories", "status", "id", "user_id", "userId", "_x", "String"]
    ),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=15),
)
ACTIONS = ("NO ACTION", "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT")


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@st.composite
def databases(draw: st.DrawFn) -> str:
    """Tables with columns, keys and indexes at random; each foreign key has columns of its own."""
    statements = ["CREATE TYPE \"the mood\" AS ENUM ('ok', 'so so', '1');"]
    keys: list[tuple[str, list[tuple[str, str]]]] = []
    for table in draw(st.lists(NAMES, unique=True, min_size=1, max_size=5)):
        columns = {
            name: draw(st.sampled_from(sorted(TYPES)))
            for name in draw(st.lists(NAMES, unique=True, min_size=1, max_size=6))
        }
        lines = [_column(draw, name, type) for name, type in columns.items()]
        plain = [each for each, type in columns.items() if not type.endswith("[]")]
        own: list[list[tuple[str, str]]] = []
        for kind in ("PRIMARY KEY", "UNIQUE", "UNIQUE"):
            few = draw(st.lists(st.sampled_from(plain), unique=True, max_size=2)) if plain else []
            if few:
                lines.append(f"{kind} ({', '.join(map(quoted, few))})")
                own.append([(each, columns[each]) for each in few])
        statements.append(f"CREATE TABLE {quoted(table)} ({', '.join(lines)});")
        keys += [(table, each) for each in own]
        for other, referenced in draw(st.lists(st.sampled_from(keys), max_size=3)) if keys else []:
            statements += _foreign_key(draw, table, columns, other, referenced)
        statements += [_index(draw, table, columns) for _ in range(draw(st.integers(0, 2)))]
    return "\n".join(statements)


def _column(draw: st.DrawFn, name: str, type: str) -> str:
    default = draw(st.sampled_from(["", *(f" DEFAULT {each}" for each in TYPES[type])]))
    return f"{quoted(name)} {type}{' NOT NULL' if draw(st.booleans()) else ''}{default}"


def _foreign_key(
    draw: st.DrawFn, table: str, columns: dict[str, str], other: str, referenced: list[tuple[str, str]]
) -> list[str]:
    names = draw(st.lists(NAMES, unique=True, min_size=len(referenced), max_size=len(referenced)))
    if set(names) & set(columns):
        return []
    new = dict(zip(names, (type for _, type in referenced), strict=True))
    columns |= new
    lines = [
        f"ADD {quoted(name)} {type}{' NOT NULL' if draw(st.booleans()) else ''}" for name, type in new.items()
    ]
    if draw(st.booleans()):
        lines.append(f"ADD UNIQUE ({', '.join(map(quoted, names))})")
    lines.append(
        f"ADD FOREIGN KEY ({', '.join(map(quoted, names))}) REFERENCES {quoted(other)}"
        f" ({', '.join(quoted(each) for each, _ in referenced)})"
        f" ON DELETE {draw(st.sampled_from(ACTIONS))} ON UPDATE {draw(st.sampled_from(ACTIONS))}"
    )
    return [f"ALTER TABLE {quoted(table)} {', '.join(lines)};"]


def _index(draw: st.DrawFn, table: str, columns: dict[str, str]) -> str:
    few = draw(st.lists(st.sampled_from(sorted(columns)), unique=True, min_size=1, max_size=2))
    parts = [quoted(each) + draw(st.sampled_from(["", " DESC"])) for each in few]
    unique = draw(st.sampled_from(["", "UNIQUE "]))
    return f"CREATE {unique}INDEX ON {quoted(table)} ({', '.join(parts)});"


@SOME
@given(sql=databases())
def test_from_nothing_a_database_at_random(sql: str, prisma: Prisma) -> None:
    synced = prisma.synced(sql)
    assert synced.left == ()
    assert synced.change == ""
