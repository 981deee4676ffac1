"""What is wrong with a schema.prisma is told with its place, and the rest is understood all the same."""

from __future__ import annotations

import pytest

from generator.prisma import expected, nodes, parser
from generator.prisma.relational import Action, Column, Database, IndexKind, Type

GOOD = """\
datasource db {
  provider = "postgresql"
}

enum Role {
  ADMIN
  USER
}

model User {
  id    Int    @id @default(autoincrement())
  email String @unique @db.VarChar(50)
  role  Role   @default(USER)
  posts Post[]

  @@index([email])
  @@map("users")
}

model Post {
  id     Int  @id
  userId Int
  user   User @relation(fields: [userId], references: [id])
}
"""

# What is written instead of what, and which rule finds which text.
MISTAKES = [
    ("Role   @default(USER)", "Rolle", "prisma-unknown-type", "Rolle"),
    ("  posts Post[]", "  posts Past[]\n  p Post[]", "prisma-unknown-type", "Past[]"),
    ("@unique", "@uniqe", "prisma-unknown-attribute", "@uniqe"),
    ('@@map("users")', "@@mapp", "prisma-unknown-attribute", "@@mapp"),
    ('@@map("users")', "@@fulltext([email])", "prisma-unknown-attribute", "@@fulltext([email])"),
    ("@unique", '@unique(mapp: "x")', "prisma-argument", 'mapp: "x"'),
    ("@unique", "@unique(5)", "prisma-argument", "5"),
    ("@unique", "@unique(map: 5)", "prisma-argument", "5"),
    ("@unique", '@unique(map: "")', "prisma-argument", '""'),
    ("@unique", "@unique(sort: Down)", "prisma-argument", "Down"),
    ("@unique", '@unique(map: "a", map: "b")', "prisma-argument", 'map: "b"'),
    ("@@index([email])", "@@index([email], type: Tree)", "prisma-argument", "Tree"),
    ("@@index([email])", "@@index([email(ops: Nothing)])", "prisma-argument", "Nothing"),
    ("@@index([email])", '@@index([email(ops: row("x"))])', "prisma-argument", 'row("x")'),
    ("@@index([email])", "@@index([email(order: Desc)])", "prisma-argument", "order: Desc"),
    ("@@index([email])", '@@index(["email"])', "prisma-argument", '"email"'),
    ("@@index([email])", "@@index([])", "prisma-argument", "@@index([])"),
    (
        "@@index([email])",
        '@@index([email], name: "x", map: "y")',
        "prisma-argument",
        '@@index([email], name: "x", map: "y")',
    ),
    ("@@index([email])", "@@index([id], type: Gin)", "prisma-argument", "id"),
    ("@@index([email])", "@@index([role, id], type: SpGist)", "prisma-argument", "id"),
    ("@@index([email])", "@@index([emial])", "prisma-unknown-field", "emial"),
    ("@@index([email])", "@@index([posts])", "prisma-unknown-field", "posts"),
    ("@@index([email])", "@@index([email])\n  @@index([email])", "prisma-same-name", "@@index([email])"),
    ("@@index([email])", "@@id([email])", "prisma-argument", "@@id([email])"),
    ("@db.VarChar(50)", "@db.Varchar(50)", "prisma-native-type", "@db.Varchar(50)"),
    ("@db.VarChar(50)", "@db.VarChar(0)", "prisma-native-type", "@db.VarChar(0)"),
    ("@db.VarChar(50)", "@db.VarChar(1, 2)", "prisma-native-type", "@db.VarChar(1, 2)"),
    ("@db.VarChar(50)", "@db.Text(50)", "prisma-native-type", "@db.Text(50)"),
    ("@db.VarChar(50)", "@db.SmallInt", "prisma-native-type", "@db.SmallInt"),
    ("@default(USER)", "@default(GUEST)", "prisma-default", "GUEST"),
    ("@default(USER)", '@default("USER")', "prisma-default", '"USER"'),
    ("@default(USER)", "@default([USER])", "prisma-default", "[USER]"),
    ("@default(USER)", "@default(now())", "prisma-default", "now()"),
    ("autoincrement()", "autoincrment()", "prisma-default", "autoincrment()"),
    ("autoincrement()", '"five"', "prisma-default", '"five"'),
    ("autoincrement()", "1.5", "prisma-default", "1.5"),
    ("autoincrement()", "dbgenerated(5)", "prisma-default", "dbgenerated(5)"),
    ("fields: [userId]", "fields: [usrId]", "prisma-unknown-field", "usrId"),
    ("references: [id]", "references: [nr]", "prisma-unknown-field", "nr"),
    (
        "fields: [userId]",
        "fields: [userId, id]",
        "prisma-relation",
        "@relation(fields: [userId, id], references: [id])",
    ),
    ("references: [id]", "references: [id], onDelete: Delete", "prisma-argument", "Delete"),
    ("  posts Post[]\n", "  posts Post[]\n  best Post?\n", "prisma-relation", None),
    ('"postgresql"', '"mysql"', "prisma-provider", '"mysql"'),
    ("model Post {", 'model Post {\n  @@map("users")', "prisma-same-name", "Post"),
    (
        "  userId Int\n",
        '  userId Int\n  other Int @map("userId")\n',
        "prisma-same-name",
        'other Int @map("userId")',
    ),
    ('@@map("users")', '@@map("users")\n  @@map("two")', "prisma-argument", '@@map("two")'),
]


def read(text: str) -> tuple[Database, list[tuple[str, str]], nodes.Schema]:
    """The database, and each mistake's rule with the text that it points at."""
    file, problems = parser.parse("schema.prisma", text)
    assert problems == []
    schema = nodes.Schema((file,))
    database, found = expected.read(schema)
    lines = text.split("\n")
    told = []
    for each in found:
        place = each.position
        assert place.line == place.end_line
        told.append((each.rule, lines[place.line - 1][place.column - 1 : place.end_column - 1]))
        assert each.message[0] == each.message[0].lower() or each.message[0] == "`"
        assert each.help
    return database, told, schema


def test_a_good_schema() -> None:
    database, found, schema = read(GOOD)
    assert found == []
    users, posts = database.tables["public", "users"], database.tables["public", "Post"]
    assert users.columns["role"].type == Type("public.Role")
    assert set(users.indexes) == {"users_pkey", "users_email_key", "users_email_idx"}
    (key,) = posts.foreign_keys.values()
    assert (key.name, key.table, key.on_delete) == ("Post_userId_fkey", ("public", "users"), Action.RESTRICT)
    assert expected.schemas(schema) == ("public",)


@pytest.mark.parametrize(("old", "new", "rule", "at"), MISTAKES)
def test_a_mistake(old: str, new: str, rule: str, at: str | None) -> None:
    assert GOOD.count(old) >= 1
    database, found, _ = read(GOOD.replace(old, new, 1))
    if at is None:
        assert {each for each, _ in found} == {rule}
    else:
        assert found == [(rule, at)]
    assert ("public", "users") in database.tables or old.startswith("@@map")


def test_all_mistakes_are_told_at_once() -> None:
    text = GOOD.replace("@unique", "@uniqe").replace("[userId]", "[nope]").replace("(USER)", "(GUEST)")
    _, found, _ = read(text)
    assert [rule for rule, _ in found] == [
        "prisma-unknown-attribute",
        "prisma-default",
        "prisma-unknown-field",
    ]


def test_everything_says_where_it_is_written() -> None:
    database, _, schema = read(GOOD)
    (file,) = schema.files

    def text(span: nodes.Span | None) -> str:
        assert span is not None
        return file.text[span.begin : span.end]

    users, posts = database.tables["public", "users"], database.tables["public", "Post"]
    assert text(users.origin) == "User"
    assert text(users.columns["email"].origin) == "email String @unique @db.VarChar(50)"
    assert text(users.indexes["users_email_key"].origin) == "@unique"
    assert text(users.indexes["users_email_idx"].origin) == "@@index([email])"
    assert text(posts.foreign_keys["Post_userId_fkey"].origin).startswith("@relation(")
    assert text(database.enums["public", "Role"].origin) == "Role"


def test_a_view_has_columns_only() -> None:
    database, found, _ = read(
        GOOD
        + "view Seen {\n  id Int @unique\n  user User @relation(fields: [id], references: [id])\n"
        '  @@map("seen")\n}\n'.replace("user User", "other Seen2")
        + "view Seen2 {\n  id Int @unique\n  seen Seen?\n}\n"
    )
    assert found == []
    view = database.tables["public", "seen"]
    assert view.is_view
    assert (dict(view.indexes), dict(view.foreign_keys)) == ({}, {})
    assert view.columns == {"id": Column("id", Type("integer"), False, None)}


def test_a_partial_index_is_one_that_prisma_could_not_say_long() -> None:
    database, found, _ = read(
        GOOD.replace("@@index([email])", '@@index([email], where: raw("email IS NULL"))')
    )
    assert found == []
    assert database.tables["public", "users"].indexes["users_email_idx"].unsayable == ("partial",)


def test_two_tables_with_one_index_name() -> None:
    _, found, _ = read(GOOD.replace("  userId Int\n", '  userId Int @unique(map: "users_pkey")\n'))
    assert found == [("prisma-same-name", '@unique(map: "users_pkey")')]


def test_another_default_schema_and_datasource() -> None:
    text = GOOD.replace("datasource db {", "datasource pg {").replace("@db.", "@pg.")
    file, _ = parser.parse("schema.prisma", text)
    database, found = expected.read(nodes.Schema((file,)), "app")
    assert found == []
    assert set(database.tables) == {("app", "users"), ("app", "Post")}
    assert database.tables["app", "users"].columns["email"].type == Type("character varying", (50,))


def test_several_files_are_one_schema() -> None:
    head, tail = GOOD.split("model Post")
    files = [
        parser.parse(name, text)[0] for name, text in (("a.prisma", head), ("b.prisma", "model Post" + tail))
    ]
    database, found = expected.read(nodes.Schema(tuple(files)))
    assert found == []
    whole, _, _ = read(GOOD)
    assert database == whole


def test_many_to_many_without_a_key_of_one_field() -> None:
    text = GOOD.replace("  user   User @relation(fields: [userId], references: [id])\n", "  users User[]\n")
    database, found, _ = read(text)
    assert found == []
    table = database.tables["public", "_PostToUser"]
    assert table.is_join_table
    assert table.indexes["_PostToUser_AB_pkey"].kind is IndexKind.PRIMARY
    _, found, _ = read(text.replace("  id     Int  @id\n", "  id     Int  @unique\n"))
    assert [rule for rule, _ in found] == ["prisma-relation"]
