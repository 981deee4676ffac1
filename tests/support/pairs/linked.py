"""Pairs of relations: foreign keys, their actions, and the tables that Prisma makes for lists on both sides."""

from __future__ import annotations

from dataclasses import replace

from tests.support.pairs.columns import NOTHING, NULLABILITY, TYPE, prisma, sql
from tests.support.pairs.keys import INDEX, KEY, UNIQUE
from tests.support.pairs.pair import Change, Mutation, Pair

RELATION = "prisma-relation-differs"

_KEY = " CONSTRAINT posts_user_id_fkey REFERENCES users (id)"
_FIELDS = "fields: [user_id], references: [id]"


def _many(name: str, column: str, relation: str, *mutations: Mutation, arity: str = "") -> Pair:
    """Posts of users: `column` stands behind `user_id int` in SQL, `relation` in the brackets of @relation."""
    return Pair(
        name,
        "CREATE TABLE users (id int PRIMARY KEY, mail text NOT NULL UNIQUE);\n"
        f"CREATE TABLE posts (id int PRIMARY KEY, user_id int{column});",
        "model users {\n  id Int @id\n  mail String @unique\n  posts posts[]\n}\n\n"
        f"model posts {{\n  id Int @id\n  user_id Int{arity}\n  user users{arity} @relation({relation})\n}}\n",
        mutations,
    )


_DEFAULTS = (
    _many(
        "one to many",
        f" NOT NULL{_KEY} ON DELETE RESTRICT ON UPDATE CASCADE",
        _FIELDS,
        sql(RELATION, " ON DELETE RESTRICT", ""),
        sql(RELATION, "ON DELETE RESTRICT", "ON DELETE CASCADE"),
        sql(RELATION, " ON UPDATE CASCADE", ""),
        sql(RELATION, f"{_KEY} ON DELETE RESTRICT ON UPDATE CASCADE", ""),
        sql(RELATION, "posts_user_id_fkey", "own"),
        sql(RELATION, "REFERENCES users (id)", "REFERENCES posts (id)"),
        sql(NULLABILITY, "user_id int NOT NULL", "user_id int"),
        sql(TYPE, "user_id int", "user_id bigint"),
        sql(NOTHING, "ON UPDATE CASCADE", "ON UPDATE CASCADE DEFERRABLE"),
        sql(NOTHING, "REFERENCES users (id)", "REFERENCES users (id) MATCH FULL"),
        prisma(RELATION, "[id])", "[id], onDelete: Cascade)"),
        prisma(RELATION, "[id])", "[id], onUpdate: NoAction)"),
        prisma(RELATION, "[id])", '[id], map: "own")'),
        prisma(NULLABILITY, "Int\n  user users @", "Int?\n  user users? @"),
    ),
    _many(
        "one to many, optional",
        f"{_KEY} ON DELETE SET NULL ON UPDATE CASCADE",
        _FIELDS,
        sql(RELATION, " ON DELETE SET NULL", ""),
        sql(RELATION, "SET NULL", "RESTRICT"),
        sql(RELATION, "ON UPDATE CASCADE", "ON UPDATE SET NULL"),
        sql(NULLABILITY, "user_id int", "user_id int NOT NULL"),
        prisma(RELATION, "[id])", "[id], onDelete: Restrict)"),
        prisma(NULLABILITY, "Int?\n  user users? @", "Int\n  user users @"),
        arity="?",
    ),
)

_ACTIONS = {
    "NoAction": "NO ACTION",
    "Restrict": "RESTRICT",
    "Cascade": "CASCADE",
    "SetNull": "SET NULL",
    "SetDefault": "SET DEFAULT",
}


def _of_action(action: str) -> Pair:
    own = _ACTIONS[action]
    others = [each for each in _ACTIONS if each != action]
    pair = _many(
        f"on delete and update, {action}",
        f" DEFAULT 1{_KEY} ON DELETE {own} ON UPDATE {own}",
        f"{_FIELDS}, onDelete: {action}, onUpdate: {action}",
        *(sql(RELATION, f"DELETE {own}", f"DELETE {_ACTIONS[each]}") for each in others),
        *(sql(RELATION, f"UPDATE {own}", f"UPDATE {_ACTIONS[each]}") for each in others),
        prisma(RELATION, f"onDelete: {action}", f"onDelete: {others[0]}"),
        prisma(RELATION, f"onUpdate: {action}", f"onUpdate: {others[1]}"),
        arity="?",
    )
    return replace(pair, prisma=pair.prisma.replace("user_id Int?", "user_id Int? @default(1)"))


_FORMS = (
    Pair(
        "a required column of an optional relation",
        "CREATE TABLE users (id int PRIMARY KEY);\n"
        f"CREATE TABLE posts (id int PRIMARY KEY, user_id int NOT NULL{_KEY} ON DELETE RESTRICT ON UPDATE CASCADE);",
        "model users {\n  id Int @id\n  posts posts[]\n}\n\n"
        f"model posts {{\n  id Int @id\n  user_id Int\n  user users? @relation({_FIELDS})\n}}\n",
        (
            sql(RELATION, "RESTRICT", "SET DEFAULT"),
            prisma(RELATION, "[id])", "[id], onDelete: NoAction)"),
        ),
    ),
    Pair(
        "one to one",
        "CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE profiles (\n"
        "  id int PRIMARY KEY, user_id int NOT NULL UNIQUE REFERENCES users ON DELETE RESTRICT ON UPDATE CASCADE\n);",
        "model users {\n  id Int @id\n  profile profiles?\n}\n\n"
        "model profiles {\n  id Int @id\n  user_id Int @unique\n"
        "  user users @relation(fields: [user_id], references: [id])\n}\n",
        (
            sql(UNIQUE, " UNIQUE", ""),
            sql(RELATION, " ON UPDATE CASCADE", ""),
            sql(RELATION, "REFERENCES users ON DELETE RESTRICT ON UPDATE CASCADE", ""),
        ),
    ),
    Pair(
        "one to one over the key",
        "CREATE TABLE users (id int PRIMARY KEY);\n"
        "CREATE TABLE profiles (id int PRIMARY KEY REFERENCES users ON DELETE CASCADE ON UPDATE CASCADE);",
        "model users {\n  id Int @id\n  profile profiles?\n}\n\n"
        "model profiles {\n  id Int @id\n"
        "  user users @relation(fields: [id], references: [id], onDelete: Cascade)\n}\n",
        (
            sql(RELATION, "ON DELETE CASCADE ", ""),
            prisma(RELATION, ", onDelete: Cascade", ""),
        ),
    ),
    Pair(
        "a tree",
        "CREATE TABLE nodes (id int PRIMARY KEY,\n"
        "  parent_id int REFERENCES nodes ON DELETE SET NULL ON UPDATE CASCADE);",
        "model nodes {\n  id Int @id\n  parent_id Int?\n"
        '  parent nodes? @relation("tree", fields: [parent_id], references: [id])\n'
        '  children nodes[] @relation("tree")\n}\n',
        (
            sql(RELATION, "ON DELETE SET NULL", "ON DELETE CASCADE"),
            sql(RELATION, "REFERENCES nodes ON DELETE SET NULL ON UPDATE CASCADE", ""),
            prisma(RELATION, "[id])", "[id], onDelete: Cascade)"),
        ),
    ),
    Pair(
        "a chain",
        "CREATE TABLE nodes (id int PRIMARY KEY,\n"
        "  next_id int UNIQUE REFERENCES nodes ON DELETE SET NULL ON UPDATE CASCADE);",
        "model nodes {\n  id Int @id\n  next_id Int? @unique\n"
        '  next nodes? @relation("chain", fields: [next_id], references: [id])\n'
        '  previous nodes? @relation("chain")\n}\n',
        (
            sql(UNIQUE, "UNIQUE ", ""),
            sql(RELATION, "ON DELETE SET NULL", "ON DELETE RESTRICT"),
        ),
    ),
    Pair(
        "several relations of two models",
        "CREATE TABLE users (id int PRIMARY KEY);\n"
        "CREATE TABLE posts (id int PRIMARY KEY,\n"
        "  author_id int NOT NULL REFERENCES users ON DELETE RESTRICT ON UPDATE CASCADE,\n"
        "  reader_id int REFERENCES users ON DELETE SET NULL ON UPDATE CASCADE);",
        "model users {\n  id Int @id\n"
        '  written posts[] @relation("author")\n  read posts[] @relation(name: "reader")\n}\n\n'
        "model posts {\n  id Int @id\n  author_id Int\n  reader_id Int?\n"
        '  author users @relation("author", fields: [author_id], references: [id])\n'
        '  reader users? @relation(name: "reader", fields: [reader_id], references: [id])\n}\n',
        (
            sql(RELATION, "REFERENCES users ON DELETE SET NULL ON UPDATE CASCADE", ""),
            sql(RELATION, "SET NULL", "CASCADE"),
            prisma(RELATION, 'name: "reader", fields', 'name: "reader", onUpdate: Restrict, fields'),
        ),
    ),
    Pair(
        "a key of two columns",
        "CREATE TABLE users (a int, b int, PRIMARY KEY (a, b), UNIQUE (b, a));\n"
        "CREATE TABLE posts (id int PRIMARY KEY, x int NOT NULL, y int NOT NULL,\n"
        "  FOREIGN KEY (x, y) REFERENCES users (a, b) ON DELETE RESTRICT ON UPDATE CASCADE);",
        "model users {\n  a Int\n  b Int\n  posts posts[]\n  @@id([a, b])\n  @@unique([b, a])\n}\n\n"
        "model posts {\n  id Int @id\n  x Int\n  y Int\n"
        "  user users @relation(fields: [x, y], references: [a, b])\n}\n",
        (
            sql(RELATION, "users (a, b) ON", "users (b, a) ON"),
            sql(RELATION, "FOREIGN KEY (x, y)", "CONSTRAINT posts_x_y_fkey FOREIGN KEY (y, x)"),
            sql(RELATION, "ON DELETE RESTRICT", "ON DELETE CASCADE"),
            prisma(RELATION, "references: [a, b]", "references: [b, a]"),
        ),
    ),
    Pair(
        "a key of two columns of which one is optional",
        "CREATE TABLE users (a int, b int, PRIMARY KEY (a, b));\n"
        "CREATE TABLE posts (id int PRIMARY KEY, x int NOT NULL, y int,\n"
        "  CONSTRAINT own FOREIGN KEY (x, y) REFERENCES users ON DELETE RESTRICT ON UPDATE NO ACTION);",
        "model users {\n  a Int\n  b Int\n  posts posts[]\n  @@id([a, b])\n}\n\n"
        "model posts {\n  id Int @id\n  x Int\n  y Int?\n"
        '  user users? @relation(fields: [x, y], references: [a, b], onUpdate: NoAction, map: "own")\n}\n',
        (
            sql(RELATION, "RESTRICT", "SET NULL"),
            sql(RELATION, "CONSTRAINT own ", ""),
            sql(RELATION, "NO ACTION", "CASCADE"),
            sql(NOTHING, "REFERENCES users", "REFERENCES users MATCH FULL"),
            prisma(RELATION, ', map: "own"', ""),
        ),
    ),
    Pair(
        "a reference to a unique column",
        "CREATE TABLE users (id int PRIMARY KEY, nr int NOT NULL UNIQUE);\n"
        "CREATE TABLE posts (id int PRIMARY KEY,\n"
        "  user_nr int NOT NULL REFERENCES users (nr) ON DELETE RESTRICT ON UPDATE CASCADE);",
        "model users {\n  id Int @id\n  nr Int @unique\n  posts posts[]\n}\n\n"
        "model posts {\n  id Int @id\n  user_nr Int\n"
        "  user users @relation(fields: [user_nr], references: [nr])\n}\n",
        (
            sql(RELATION, "users (nr)", "users (id)"),
            prisma(RELATION, "[nr]", "[id]"),
        ),
    ),
    Pair(
        "relations with names of their own",
        "CREATE TABLE users (nr int PRIMARY KEY);\n"
        "CREATE TABLE posts (id int PRIMARY KEY,\n"
        "  user_nr int NOT NULL CONSTRAINT own REFERENCES users ON DELETE CASCADE ON UPDATE RESTRICT);",
        'model User {\n  id Int @id @map("nr")\n  posts Post[]\n  @@map("users")\n}\n\n'
        'model Post {\n  id Int @id\n  userId Int @map("user_nr")\n'
        '  user User @relation(fields: [userId], references: [id], map: "own", onDelete: Cascade,'
        ' onUpdate: Restrict)\n  @@map("posts")\n}\n',
        (
            sql(RELATION, "CONSTRAINT own ", ""),
            prisma(RELATION, 'map: "own", ', ""),
            prisma(RELATION, '"own"', '"other"'),
            sql(RELATION, "ON UPDATE RESTRICT", ""),
        ),
    ),
)

_LISTS = (
    Pair(
        "lists on both sides",
        'CREATE TABLE "Post" (id int PRIMARY KEY); CREATE TABLE "Tag" (id varchar(5) PRIMARY KEY);\n'
        'CREATE TABLE "_PostToTag" ("A" int NOT NULL, "B" varchar(5) NOT NULL,\n'
        '  CONSTRAINT "_PostToTag_AB_pkey" PRIMARY KEY ("A", "B"),\n'
        '  CONSTRAINT "_PostToTag_A_fkey" FOREIGN KEY ("A") REFERENCES "Post" ON DELETE CASCADE ON UPDATE CASCADE,\n'
        '  CONSTRAINT "_PostToTag_B_fkey" FOREIGN KEY ("B") REFERENCES "Tag" ON DELETE CASCADE ON UPDATE CASCADE);\n'
        'CREATE INDEX "_PostToTag_B_index" ON "_PostToTag" ("B");',
        "model Post {\n  id Int @id\n  tags Tag[]\n}\n\n"
        "model Tag {\n  id String @id @db.VarChar(5)\n  posts Post[]\n}\n",
        (
            sql(INDEX, 'CREATE INDEX "_PostToTag_B_index" ON "_PostToTag" ("B");', ""),
            sql(INDEX, '_PostToTag" ("B")', '_PostToTag" ("B", "A")'),
            sql(KEY, 'CONSTRAINT "_PostToTag_AB_pkey" PRIMARY KEY ("A", "B")', "CHECK (true)"),
            sql(KEY, 'PRIMARY KEY ("A", "B")', 'PRIMARY KEY ("B", "A")'),
            sql(RELATION, '"Post" ON DELETE CASCADE', '"Post" ON DELETE RESTRICT'),
            sql(TYPE, '"B" varchar(5)', '"B" varchar(6)'),
            sql("prisma-column-missing", '"A" int NOT NULL', '"A" int NOT NULL, c int'),
            Mutation(
                "no lists",
                "prisma-table-missing",
                prisma=Change(
                    "  tags Tag[]\n}\n\nmodel Tag {\n  id String @id @db.VarChar(5)\n  posts Post[]\n",
                    "}\n\nmodel Tag {\n  id String @id @db.VarChar(5)\n",
                ),
            ),
        ),
    ),
    Pair(
        "lists of one model",
        'CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE _follow ("A" int NOT NULL, "B" int NOT NULL,\n'
        '  CONSTRAINT "_follow_AB_pkey" PRIMARY KEY ("A", "B"),\n'
        '  FOREIGN KEY ("A") REFERENCES users ON DELETE CASCADE ON UPDATE CASCADE,\n'
        '  FOREIGN KEY ("B") REFERENCES users ON UPDATE CASCADE ON DELETE CASCADE);\n'
        'CREATE INDEX "_follow_B_index" ON _follow ("B");',
        'model users {\n  id Int @id\n  follows users[] @relation("follow")\n'
        '  followers users[] @relation("follow")\n}\n',
        (
            sql(RELATION, "ON UPDATE CASCADE ON DELETE CASCADE", "ON DELETE CASCADE"),
            sql(INDEX, "_follow_B_index", "_follow_B_idx"),
        ),
    ),
    Pair(
        "a model between",
        "CREATE TABLE posts (id int PRIMARY KEY); CREATE TABLE tags (id int PRIMARY KEY);\n"
        "CREATE TABLE tagged (post_id int NOT NULL REFERENCES posts ON DELETE CASCADE ON UPDATE CASCADE,\n"
        "  tag_id int NOT NULL REFERENCES tags ON DELETE RESTRICT ON UPDATE CASCADE, at timestamptz(6) NOT NULL,\n"
        "  PRIMARY KEY (post_id, tag_id));\n"
        "CREATE INDEX ON tagged (tag_id);",
        "model posts {\n  id Int @id\n  tags tagged[]\n}\n\nmodel tags {\n  id Int @id\n  posts tagged[]\n}\n\n"
        "model tagged {\n  post_id Int\n  tag_id Int\n  at DateTime @db.Timestamptz(6)\n"
        "  post posts @relation(fields: [post_id], references: [id], onDelete: Cascade)\n"
        "  tag tags @relation(fields: [tag_id], references: [id])\n"
        "  @@id([post_id, tag_id])\n  @@index([tag_id])\n}\n",
        (
            sql(KEY, "PRIMARY KEY (post_id, tag_id)", "PRIMARY KEY (tag_id, post_id)"),
            sql(INDEX, "CREATE INDEX ON tagged (tag_id);", ""),
            sql(RELATION, "ON DELETE RESTRICT", ""),
            prisma(RELATION, ", onDelete: Cascade", ""),
            Mutation(
                "lists too",
                "prisma-model-extra",
                prisma=Change(
                    "}\n\nmodel tags {\n  id Int @id\n",
                    "  all tags[]\n}\n\nmodel tags {\n  id Int @id\n  all posts[]\n",
                ),
            ),
        ),
    ),
    Pair(
        "no foreign keys, by relationMode",
        "CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE posts (id int PRIMARY KEY, user_id int NOT NULL);\n"
        "CREATE INDEX ON posts (user_id);",
        'datasource db {\n  provider = "postgresql"\n  relationMode = "prisma"\n}\n\n'
        "model users {\n  id Int @id\n  posts posts[]\n}\n\n"
        "model posts {\n  id Int @id\n  user_id Int\n"
        "  user users @relation(fields: [user_id], references: [id])\n  @@index([user_id])\n}\n",
        (
            sql(RELATION, "user_id int NOT NULL", "user_id int NOT NULL REFERENCES users"),
            sql(INDEX, "CREATE INDEX ON posts (user_id);", ""),
            prisma(RELATION, '"prisma"', '"foreignKeys"'),
        ),
    ),
)

PAIRS: tuple[Pair, ...] = (*_DEFAULTS, *(_of_action(each) for each in _ACTIONS), *_FORMS, *_LISTS)
