"""Pairs of names of tables and columns, and of primary keys and unique indexes."""

from __future__ import annotations

from tests.support.pairs.columns import NOTHING, NULLABILITY, TYPE, prisma, sql
from tests.support.pairs.pair import Mutation, Pair

KEY = "prisma-primary-key"
UNIQUE = "prisma-unique"
INDEX = "prisma-index"
MAP = "prisma-map"

_LONG = "a_very_long_name_for_anything_in_a_database_of_which_there_is"
_WIDE = "größenänderungsüberprüfungsöffnung_der_tür_am_abends"

_NAMES = (
    Pair(
        "tables and models",
        'CREATE TABLE "User" (id int PRIMARY KEY, mail text NOT NULL); CREATE TABLE post (id int PRIMARY KEY);',
        "model User {\n  id Int @id\n  mail String\n}\n\nmodel post {\n  id Int @id\n}\n",
        (
            sql("prisma-table-missing", "CREATE TABLE post", "CREATE TABLE more (id int); CREATE TABLE post"),
            sql("prisma-model-extra", "CREATE TABLE post (id int PRIMARY KEY);", ""),
            sql("prisma-column-missing", "mail text NOT NULL", "mail text NOT NULL, more int"),
            sql("prisma-field-extra", ", mail text NOT NULL", ""),
            sql(MAP, 'TABLE "User"', 'TABLE "user"'),
            sql(MAP, "mail text", '"Mail" text'),
            prisma("prisma-table-missing", "model post {\n  id Int @id\n}\n", ""),
            prisma("prisma-model-extra", "model post", "model more {\n  id Int @id\n}\n\nmodel post"),
            prisma("prisma-column-missing", "  mail String\n", ""),
            prisma("prisma-field-extra", "  mail String\n", "  mail String\n  more Int?\n"),
        ),
    ),
    Pair(
        "@@map and @map",
        "CREATE TABLE users (user_id int PRIMARY KEY, e_mail text NOT NULL UNIQUE);",
        'model Users {\n  id Int @id @map("user_id")\n  eMail String @unique @map("e_mail")\n  @@map("users")\n}\n',
        (
            prisma(MAP, '  @@map("users")\n', ""),
            prisma(MAP, '"users"', '"user_s"'),
            prisma(MAP, ' @map("e_mail")', ""),
            sql(MAP, "e_mail", "email"),
            sql("prisma-column-missing", "UNIQUE", "UNIQUE, mail text"),
        ),
    ),
    Pair(
        "quoted and odd names",
        """
CREATE TABLE "The ""users"" of \\ it's" (
  "1st" int CONSTRAINT "p k." PRIMARY KEY, "e-mail" text, "select" int, "$1 {x} %s" int
);
CREATE INDEX "a ""b"" \\" ON "The ""users"" of \\ it's" ("e-mail", "select");
""",
        r"""
model User {
  first  Int     @id(map: "p k.") @map("1st")
  mail   String? @map("e-mail")
  select Int?
  odd    Int?    @map("$1 {x} %s")

  @@index([mail, select], map: "a \"b\" \\")
  @@map("The \"users\" of \\ it's")
}
""",
        (
            sql(KEY, '"p k."', '"p.k"'),
            sql(INDEX, 'INDEX "a ""b"" \\"', 'INDEX "a ""b"" /"'),
            sql(TYPE, '%s" int', '%s" bigint'),
            prisma(INDEX, r'"a \"b\" \\"', '"a b"'),
            prisma(NULLABILITY, "odd    Int?", "odd    Int"),
        ),
    ),
    Pair(
        "names beyond 63 bytes",
        f"CREATE TABLE {_LONG} (\n"
        f'  id int CONSTRAINT "{_LONG[:58]}_pkey" PRIMARY KEY, {_LONG} int, b int,\n'
        f'  owner int CONSTRAINT "{_LONG[:58]}_fkey" REFERENCES {_LONG} ON UPDATE CASCADE ON DELETE SET NULL,\n'
        f'  CONSTRAINT "{_LONG[:59]}_key" UNIQUE ({_LONG})\n);\n'
        f'CREATE INDEX "{_LONG[:59]}_idx" ON {_LONG} ({_LONG}, b);',
        f"""model User {{
  id Int @id
  {_LONG} Int? @unique
  b Int?
  owner Int?
  user User? @relation("self", fields: [owner], references: [id])
  users User[] @relation("self")
  @@index([{_LONG}, b])
  @@map("{_LONG}")
}}
""",
        (
            # PostgreSQL cuts each part of a name, Prisma the whole.
            sql("prisma-relation-differs", f'CONSTRAINT "{_LONG[:58]}_fkey" ', ""),
            sql(UNIQUE, f'CONSTRAINT "{_LONG[:59]}_key" ', ""),
            sql(INDEX, f'CREATE INDEX "{_LONG[:59]}_idx"', "CREATE INDEX"),
            prisma(INDEX, ", b])", ', b], map: "short")'),
        ),
    ),
    Pair(
        "names of many bytes",
        f"CREATE TABLE {_WIDE} (\n"
        f'  id int CONSTRAINT "{_WIDE[:-1]}_pkey" PRIMARY KEY, "{_WIDE}" int,\n'
        f'  CONSTRAINT "{_WIDE}_key" UNIQUE ("{_WIDE}")\n);',
        f'model User {{\n  id Int @id\n  a Int? @unique @map("{_WIDE}")\n  @@map("{_WIDE}")\n}}\n',
        (
            sql(UNIQUE, f'CONSTRAINT "{_WIDE}_key" ', ""),
            prisma(UNIQUE, "@unique", '@unique(map: "short")'),
        ),
    ),
    Pair(
        "what is ignored",
        "CREATE TABLE a (id int PRIMARY KEY, b int); CREATE TABLE c (x int);",
        "model a {\n  id Int @id\n  b Int? @ignore\n}\n\nmodel c {\n  x Int?\n  @@ignore\n}\n",
        (
            sql(TYPE, "b int", "b bigint"),
            sql("prisma-field-extra", ", b int", ""),
            sql(TYPE, "(x int)", "(x text)"),
            sql("prisma-model-extra", "CREATE TABLE c (x int);", ""),
            prisma("prisma-column-missing", "  b Int? @ignore\n", ""),
        ),
    ),
)


def _keyed(name: str, sql: str, lines: str, *mutations: Mutation) -> Pair:
    """A table `t` of the columns a, b and c, with this behind them."""
    return Pair(
        name,
        f"CREATE TABLE t (a int NOT NULL, b int NOT NULL, c text NOT NULL{sql}",
        f"model t {{\n  a Int\n  b Int\n  c String\n{lines}\n}}\n",
        mutations,
    )


_KEYS = (
    Pair(
        "@id",
        "CREATE TABLE t (id int CONSTRAINT t_pkey PRIMARY KEY, b int NOT NULL);",
        "model t {\n  id Int @id\n  b Int\n}\n",
        (
            sql(KEY, "CONSTRAINT t_pkey PRIMARY KEY", "NOT NULL"),
            sql(KEY, "CONSTRAINT t_pkey PRIMARY KEY", "CONSTRAINT t_id_key UNIQUE NOT NULL"),
            sql(KEY, "t_pkey", "own"),
            sql(KEY, "int CONSTRAINT t_pkey PRIMARY KEY, b int NOT NULL", "int NOT NULL, b int PRIMARY KEY"),
            prisma(KEY, "@id", '@id(map: "own")'),
            prisma(KEY, "@id", "@unique"),
        ),
    ),
    Pair(
        "@id(map)",
        "CREATE TABLE t (id uuid CONSTRAINT own PRIMARY KEY);",
        'model t {\n  id String @id(map: "own") @db.Uuid\n}\n',
        (
            sql(KEY, "CONSTRAINT own ", ""),
            prisma(KEY, '(map: "own")', ""),
            prisma(KEY, '"own"', '"other"'),
        ),
    ),
    _keyed(
        "@@id",
        ", PRIMARY KEY (a, b));",
        "  @@id([a, b])",
        sql(KEY, "(a, b)", "(b, a)"),
        sql(KEY, "(a, b)", "(a)"),
        sql(KEY, "(a, b)", "(a, b, c)"),
        sql(KEY, "PRIMARY KEY", "UNIQUE"),
        sql(KEY, ", PRIMARY KEY (a, b)", ", CONSTRAINT own PRIMARY KEY (a, b)"),
        prisma(KEY, "[a, b]", "[b, a]"),
        prisma(KEY, "[a, b]", "[a, c]"),
        prisma(KEY, "@@id([a, b])", "@@unique([a, b])"),
    ),
    _keyed(
        "@@id(map)",
        ", CONSTRAINT own PRIMARY KEY (b, a));",
        '  @@id([b, a], map: "own")',
        sql(KEY, "(b, a)", "(a, b)"),
        sql(KEY, "CONSTRAINT own ", ""),
        prisma(KEY, ', map: "own"', ""),
        prisma(KEY, "[b, a]", "[a, b]"),
    ),
    _keyed(
        "@@id(name), which is the client's",
        ", PRIMARY KEY (b, a));",
        '  @@id(fields: [b, a], name: "clients")',
        sql(KEY, "(b, a)", "(a, b)"),
        sql(KEY, ", PRIMARY KEY", ", CONSTRAINT clients PRIMARY KEY"),
        prisma(KEY, 'name: "clients"', 'map: "clients"'),
    ),
)

_UNIQUES = (
    Pair(
        "@unique, a constraint",
        "CREATE TABLE t (id int PRIMARY KEY, a int CONSTRAINT t_a_key UNIQUE);",
        "model t {\n  id Int @id\n  a Int? @unique\n}\n",
        (
            sql(UNIQUE, " CONSTRAINT t_a_key UNIQUE", ""),
            sql(UNIQUE, "t_a_key", "own"),
            sql(UNIQUE, "CONSTRAINT t_a_key UNIQUE", ", CONSTRAINT t_a_key UNIQUE (a, id)"),
            sql(NOTHING, "t_a_key UNIQUE", "t_a_key UNIQUE NULLS NOT DISTINCT"),
            sql(NOTHING, "t_a_key UNIQUE", "t_a_key UNIQUE DEFERRABLE"),
            prisma(UNIQUE, " @unique", ""),
            prisma(UNIQUE, "@unique", '@unique(map: "own")'),
            prisma(UNIQUE, "@unique", "@unique(sort: Desc)"),
        ),
    ),
    Pair(
        "@unique, an index",
        "CREATE TABLE t (id int PRIMARY KEY, a int); CREATE UNIQUE INDEX t_a_key ON t (a);",
        "model t {\n  id Int @id\n  a Int? @unique\n}\n",
        (
            sql(UNIQUE, "CREATE UNIQUE INDEX t_a_key ON t (a);", ""),
            sql(UNIQUE, "UNIQUE INDEX", "INDEX"),
            sql(UNIQUE, "(a)", "(a DESC)"),
            sql(UNIQUE, "(a)", "(id)"),
            sql(NOTHING, "(a)", "(a NULLS FIRST)"),
        ),
    ),
    Pair(
        "@unique with a name and an order",
        "CREATE TABLE t (id int PRIMARY KEY, a int); CREATE UNIQUE INDEX own ON t (a DESC);",
        'model t {\n  id Int @id\n  a Int? @unique(map: "own", sort: Desc)\n}\n',
        (
            sql(UNIQUE, "a DESC", "a"),
            sql(UNIQUE, "own", "t_a_key"),
            sql(NOTHING, "a DESC", "a DESC NULLS LAST"),
            prisma(UNIQUE, "sort: Desc", "sort: Asc"),
            prisma(UNIQUE, 'map: "own", ', ""),
        ),
    ),
    _keyed(
        "@@unique",
        ", UNIQUE (a, c), UNIQUE (b));",
        "  @@unique([a, c])\n  @@unique([b])",
        sql(UNIQUE, "(a, c)", "(c, a)"),
        sql(UNIQUE, "(a, c)", "(a, c, b)"),
        sql(UNIQUE, ", UNIQUE (b)", ""),
        sql(UNIQUE, ", UNIQUE (b)", ", UNIQUE (b), UNIQUE (c)"),
        sql(KEY, ", UNIQUE (b)", ", UNIQUE (b), PRIMARY KEY (c)"),
        prisma(UNIQUE, "[a, c]", "[c, a]"),
        prisma(UNIQUE, "  @@unique([b])", ""),
        prisma(UNIQUE, "[a, c]", "[a(sort: Desc), c]"),
    ),
    _keyed(
        "@@unique with names",
        ", CONSTRAINT own UNIQUE (a, b), UNIQUE (b, c));",
        '  @@unique([a, b], map: "own")\n  @@unique([b, c], name: "clients")',
        sql(UNIQUE, "CONSTRAINT own ", ""),
        sql(UNIQUE, ", UNIQUE (b, c)", ", CONSTRAINT clients UNIQUE (b, c)"),
        prisma(UNIQUE, ', map: "own"', ""),
        prisma(UNIQUE, '"own"', '"other"'),
    ),
    _keyed(
        "@@unique in an order",
        "); CREATE UNIQUE INDEX t_a_b_key ON t (a DESC, b);",
        "  @@unique([a(sort: Desc), b(sort: Asc)])",
        sql(UNIQUE, "a DESC, b", "a, b"),
        sql(UNIQUE, "a DESC, b", "a DESC, b DESC"),
        sql(UNIQUE, "a DESC, b", "b, a DESC"),
        prisma(UNIQUE, "sort: Asc", "sort: Desc"),
    ),
    _keyed(
        "unique and an index of the same column",
        ", PRIMARY KEY (b), UNIQUE (a)); CREATE INDEX t_a_idx ON t (a);",
        "  @@id([b])\n  @@unique([a])\n  @@index([a])",
        sql(INDEX, "CREATE INDEX t_a_idx ON t (a);", ""),
        sql(UNIQUE, ", UNIQUE (a)", ""),
        prisma(INDEX, "  @@index([a])", ""),
        prisma(UNIQUE, "  @@unique([a])", ""),
    ),
)

PAIRS: tuple[Pair, ...] = (*_NAMES, *_KEYS, *_UNIQUES)
