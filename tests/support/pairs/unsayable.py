"""Pairs of a table with what Prisma cannot say, which is no difference: it stands beside."""

from __future__ import annotations

from tests.support.pairs.columns import NOTHING, NULLABILITY, TYPE, sql
from tests.support.pairs.keys import INDEX, UNIQUE
from tests.support.pairs.pair import Mutation, Pair

_FUNCTION = "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';\n"


def _pair(name: str, statements: str, *mutations: Mutation, line: str = "", inside: str = "") -> Pair:
    """A table `t`; `inside` stands in the brackets of its CREATE TABLE, `statements` behind it."""
    return Pair(
        name,
        f"CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL, s text{inside}); {statements}",
        f"model t {{\n  id Int @id\n  a Int\n  s String?\n{line}}}\n",
        mutations,
    )


_INDEXES = (
    _pair(
        "a partial index",
        "CREATE INDEX own ON t (a) WHERE a > 0;",
        sql(INDEX, " WHERE a > 0", ""),
        sql(NOTHING, "CREATE INDEX own ON t (a) WHERE a > 0;", ""),
        sql(NOTHING, "INDEX own", "INDEX other"),
        sql(TYPE, "a int", "a bigint"),
    ),
    _pair(
        "a partial unique index",
        "CREATE UNIQUE INDEX own ON t (s) WHERE a > 0;",
        sql(UNIQUE, " WHERE a > 0", ""),
        sql(NOTHING, "CREATE UNIQUE INDEX own ON t (s) WHERE a > 0;", ""),
    ),
    _pair(
        "an index of an expression",
        "CREATE UNIQUE INDEX own ON t (lower(s), a);",
        sql(UNIQUE, "lower(s)", "s"),
        sql(NOTHING, "CREATE UNIQUE INDEX own ON t (lower(s), a);", ""),
    ),
    _pair(
        "an index with its NULLs first",
        "CREATE INDEX t_a_idx ON t (a NULLS FIRST);",
        sql(NOTHING, " NULLS FIRST", ""),
        sql(INDEX, "a NULLS FIRST", "a DESC"),
        sql(INDEX, "CREATE INDEX t_a_idx ON t (a NULLS FIRST);", ""),
        line="  @@index([a])\n",
    ),
    _pair(
        "a unique index with NULLS NOT DISTINCT",
        "CREATE UNIQUE INDEX t_s_key ON t (s) NULLS NOT DISTINCT;",
        sql(NOTHING, " NULLS NOT DISTINCT", ""),
        sql(UNIQUE, "CREATE UNIQUE INDEX t_s_key ON t (s) NULLS NOT DISTINCT;", ""),
        line="  @@unique([s])\n",
    ),
)

_OTHERS = (
    _pair(
        "an exclusion constraint",
        "",
        sql(NOTHING, ", CONSTRAINT own EXCLUDE USING gist (int4range(id, a) WITH &&)", ""),
        sql(UNIQUE, "CONSTRAINT own EXCLUDE USING gist (int4range(id, a) WITH &&)", "UNIQUE (s)"),
        inside=", CONSTRAINT own EXCLUDE USING gist (int4range(id, a) WITH &&)",
    ),
    _pair(
        "check constraints",
        "",
        sql(NOTHING, ", CONSTRAINT positive CHECK (a > 0)", ""),
        sql(NOTHING, "positive", "over_zero"),
        sql(NULLABILITY, "a int NOT NULL", "a int"),
        inside=", CONSTRAINT positive CHECK (a > 0), CHECK (s <> '')",
    ),
    _pair(
        "a trigger",
        f"{_FUNCTION}CREATE TRIGGER seen BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f();",
        sql(NOTHING, "CREATE TRIGGER seen BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f();", ""),
        sql(TYPE, "s text", "s varchar"),
    ),
    _pair(
        "row level security",
        "ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY mine ON t USING (true);",
        sql(NOTHING, "ALTER TABLE t ENABLE ROW LEVEL SECURITY;", ""),
        sql(NOTHING, "CREATE POLICY mine ON t USING (true);", ""),
    ),
    _pair(
        "a rule",
        "CREATE RULE kept AS ON DELETE TO t DO INSTEAD NOTHING;",
        sql(NOTHING, "CREATE RULE kept AS ON DELETE TO t DO INSTEAD NOTHING;", ""),
    ),
    Pair(
        "a partitioned table",
        "CREATE TABLE t (id int, at date NOT NULL, PRIMARY KEY (id, at)) PARTITION BY LIST (at);\n"
        "CREATE TABLE t_2020 PARTITION OF t FOR VALUES IN ('2020-01-01');\n"
        "CREATE INDEX t_at_idx ON t (at);",
        "model t {\n  id Int\n  at DateTime @db.Date\n  @@id([id, at])\n  @@index([at])\n}\n",
        (
            sql(
                NOTHING,
                "LIST (at);\nCREATE TABLE t_2020 PARTITION OF t FOR VALUES IN ('2020-01-01')",
                "HASH (at);\nCREATE TABLE t_2020 PARTITION OF t FOR VALUES WITH (MODULUS 1, REMAINDER 0)",
            ),
            sql(INDEX, "CREATE INDEX t_at_idx ON t (at);", ""),
            sql("prisma-primary-key", "PRIMARY KEY (id, at)", "PRIMARY KEY (at, id)"),
        ),
    ),
    _pair(
        "a foreign table",
        "DROP FOREIGN DATA WRAPPER IF EXISTS far CASCADE; CREATE FOREIGN DATA WRAPPER far;\n"
        "CREATE SERVER away FOREIGN DATA WRAPPER far; CREATE FOREIGN TABLE there (id int) SERVER away;",
        sql(NOTHING, "CREATE FOREIGN TABLE there (id int) SERVER away;", ""),
        sql("prisma-table-missing", "FOREIGN TABLE there (id int) SERVER away", "TABLE there (id int)"),
    ),
    Pair(
        "inheritance",
        "CREATE TABLE base (id int PRIMARY KEY); CREATE TABLE t (id int PRIMARY KEY, more text) INHERITS (base);",
        "model base {\n  id Int @id\n}\n\nmodel t {\n  id Int @id\n  more String?\n}\n",
        (
            sql(NOTHING, " INHERITS (base)", ""),
            sql("prisma-column-missing", "more text", "more text, x int"),
        ),
    ),
    Pair(
        "a foreign key that is not whole",
        "CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE posts (id int PRIMARY KEY, user_id int);\n"
        "ALTER TABLE posts ADD FOREIGN KEY (user_id) REFERENCES users ON DELETE SET NULL ON UPDATE CASCADE NOT VALID;",
        "model users {\n  id Int @id\n  posts posts[]\n}\n\n"
        "model posts {\n  id Int @id\n  user_id Int?\n"
        "  user users? @relation(fields: [user_id], references: [id])\n}\n",
        (
            sql(NOTHING, " NOT VALID", ""),
            sql("prisma-relation-differs", "SET NULL", "CASCADE"),
        ),
    ),
)

PAIRS: tuple[Pair, ...] = (*_INDEXES, *_OTHERS)
