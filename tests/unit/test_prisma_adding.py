"""What is missing is written into a schema's text: its names, its form and its place."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent

import pytest

from generator.prisma import adding, comparing, expected, naming, nodes, parser, words
from generator.prisma.naming import Style
from generator.prisma.relational import Database

SOURCE = 'datasource db {\n  provider = "postgresql"\n}\n'


def schema(texts: Mapping[str, str] | str) -> nodes.Schema:
    files = []
    for path, text in ({"schema.prisma": texts} if isinstance(texts, str) else texts).items():
        file, problems = parser.parse(path, text)
        assert [each for each in problems if each.severity == "error"] == []
        files.append(file)
    return nodes.Schema(tuple(files))


def database(text: str) -> Database:
    """The one that Prisma makes of a schema."""
    found, problems = expected.read(schema(SOURCE + dedent(text)))
    assert problems == []
    return found


def synced(before: str, whole: str) -> str:
    added = adding.add(schema(before), database(whole))
    after = added.files.get("schema.prisma", before)
    assert adding.add(schema(after), database(whole)) == adding.Added({}, ())
    return after


def left(text: str, found: Database) -> list[str]:
    says, _ = expected.read(schema(text))
    return [f"{each.rule} {each.object}" for each in comparing.compare(says, found)]


def block(text: str) -> str:
    return SOURCE + "\n" + dedent(text)


USER = "model User {\n  id Int @id\n  name String?\n  @@index([name])\n  @@unique([name, id])\n}\n"


@pytest.mark.parametrize("before", ["", "\n", "// nothing yet\n", "// nothing yet"])
def test_an_empty_file_gets_a_datasource(before: str) -> None:
    head = {"": "", "\n": "\n"}.get(before, "// nothing yet\n\n")
    assert synced(before, USER) == head + block("""\
        model User {
          id   Int     @id
          name String?

          @@unique([name, id])
          @@index([name])
        }
        """)


def test_nothing_is_written_where_nothing_is_missing() -> None:
    assert adding.add(schema(""), Database({}, {})) == adding.Added({}, ())
    assert adding.add(schema(SOURCE + USER), database(USER)) == adding.Added({}, ())
    assert adding.add(nodes.Schema(()), database(USER)) == adding.Added({}, ())


def test_a_line_for_each_thing_that_is_written() -> None:
    whole = """
        enum Role {
          A
          B @map("b")
        }
        model User {
          id        Int      @id
          createdAt DateTime @map("created_at")
          role      Role
          posts     Post[]
          @@index([role])
          @@map("users")
        }
        model Post {
          id       Int  @id
          authorId Int  @map("author_id")
          author   User @relation(fields: [authorId], references: [id])
          @@map("posts")
        }
    """
    before = SOURCE + 'enum Role {\n  A\n}\nmodel User {\n  id Int @id\n  role Role\n  @@map("users")\n}\n'
    assert adding.add(schema(before), database(whole)).added == (
        "value Role.b (Role)",
        "model Post (table posts)",
        "field User.createdAt (users.created_at)",
        "@@index([role]) on User",
        "relation Post.author and User.posts (posts_author_id_fkey)",
    )
    assert adding.add(schema(""), database(whole)).added[:2] == ("datasource db", "enum Role (Role)")


PLACES = {
    "aligned": (
        """\
        model User {
          id    Int    @id
          email String @unique // theirs

          @@map("User")
        }
        """,
        """\
        model User {
          id    Int    @id
          email String @unique // theirs
          a     Int
          name  String? @db.VarChar(9)

          @@map("User")
          @@index([name])
        }
        """,
    ),
    "by nobody's rule": (
        """\
        model User {
              id Int @id
              email   String   @unique /* of
              two lines */

        // the end
        }
        """,
        """\
        model User {
              id Int @id
              email   String   @unique /* of
              two lines */
              a Int
              name String? @db.VarChar(9)

        // the end

              @@index([name])
        }
        """,
    ),
    "tabs": (
        """\
        model User {
        \tid\tInt\t@id
        \temail\tString\t@unique
        }
        """,
        """\
        model User {
        \tid\tInt\t@id
        \temail\tString\t@unique
        \ta\tInt
        \tname\tString?\t@db.VarChar(9)

        \t@@index([name])
        }
        """,
    ),
    "a comment before the brace": (
        """\
        model User { // all of them
          id    Int    @id
          /// The address.
          email String @unique
          /* so far */ }
        """,
        """\
        model User { // all of them
          id    Int    @id
          /// The address.
          email String @unique
          a     Int
          name  String? @db.VarChar(9)

          @@index([name])
          /* so far */ }
        """,
    ),
    "an empty line before the brace": (
        """\
          model User {
            id Int @id
            email String @unique

          }
        """,
        """\
          model User {
            id Int @id
            email String @unique
            a Int
            name String? @db.VarChar(9)

            @@index([name])
          }
        """,
    ),
    "attributes in the middle": (
        """\
        model User {
          @@map("User") // its name
          id Int @id

          email String @unique
          // old Int
        }
        """,
        """\
        model User {
          @@map("User") // its name
          @@index([name])
          id Int @id

          email String @unique
          a     Int
          name  String? @db.VarChar(9)
          // old Int
        }
        """,
    ),
}
MEMBERS = """
    model User {
      id    Int     @id
      email String  @unique
      a     Int
      name  String? @db.VarChar(9)
      @@index([name])
    }
"""


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("name", PLACES)
def test_a_line_looks_like_its_neighbours(name: str, end: str) -> None:
    before, after = (block(each).replace("\n", end) for each in PLACES[name])
    assert synced(before, MEMBERS) == after


def test_a_file_that_ends_without_a_line_break_keeps_its_last_line() -> None:
    before = SOURCE.replace("\n", "\r\n") + "// the end"
    after = synced(before, "model User {\n  id Int @id\n}\n")
    assert after == before + "\r\n\r\nmodel User {\r\n  id Int @id\r\n}\r\n"


def test_empty_lines_at_the_end_of_a_file_are_enough() -> None:
    assert (
        synced(SOURCE + "\n\n", "model A {\n  id Int @id\n}\n") == SOURCE + "\n\nmodel A {\n  id Int @id\n}\n"
    )


def test_a_model_without_fields() -> None:
    assert synced(SOURCE + "model A {\n  // none yet\n}\n", "model A {\n  id Int @id\n}\n") == SOURCE + (
        "model A {\n  id Int\n  // none yet\n\n  @@id([id])\n}\n"
    )
    assert synced(SOURCE + 'model B {\n  @@map("A")\n}\n', "model A {\n  id Int\n}\n") == SOURCE + (
        'model B {\n  id Int\n\n  @@map("A")\n}\n'
    )


def test_values_of_an_enum_go_to_their_place() -> None:
    before = (
        SOURCE
        + 'enum E {\n  /// The second.\n  B    // b\n  /// The fourth.\n  D    @map("d")\n  @@map("E")\n}\n'
    )
    whole = 'enum E {\n  A\n  B\n  C @map("c d")\n  D @map("d")\n  F\n  G\n}\n'
    assert synced(before, whole) == SOURCE + (
        'enum E {\n  A\n  /// The second.\n  B    // b\n  c_d  @map("c d")\n  /// The fourth.\n  D    @map("d")\n'
        '  F\n  G\n  @@map("E")\n}\n'
    )
    # In another order, or with one that the database lacks, more would not be all.
    for other in ("enum E {\n  D\n  B\n}\n", "enum E {\n  X\n  B\n}\n"):
        assert adding.add(schema(SOURCE + other), database(whole)).added == ()


def test_each_file_gets_what_is_of_its_models() -> None:
    texts = {
        "prisma/a.prisma": "model Post {\n  id Int @id\n}\n",
        "prisma/base.prisma": SOURCE,
        "prisma/user.prisma": "model User {\r\n  id Int @id\r\n}\r\n",
    }
    found = database("""
        model User {
          id    Int     @id
          posts Post[]
        }
        model Post {
          id      Int   @id
          user_id Int?
          user    User? @relation(fields: [user_id], references: [id])
          tags    Tag[]
        }
        model Tag {
          id    Int    @id
          posts Post[]
        }
    """)
    assert adding.add(schema(texts), found).files == {
        "prisma/a.prisma": 'model Post {\n  id Int @id\n  userId Int? @map("user_id")\n'
        "  user User? @relation(fields: [userId], references: [id])\n  tags Tag[]\n}\n",
        "prisma/base.prisma": SOURCE + "\nmodel Tag {\n  id    Int    @id\n  posts Post[]\n}\n",
        "prisma/user.prisma": "model User {\r\n  id Int @id\r\n  posts Post[]\r\n}\r\n",
    }


def test_the_style_is_that_of_most_names() -> None:
    whole = """
        model users {
          id         Int         @id
          created_at DateTime
          line_items line_items[]
        }
        model line_items {
          id      Int   @id
          user_id Int
          user    users @relation(fields: [user_id], references: [id])
          best_id Int?
          best    line_items? @relation("x", fields: [best_id], references: [id])
          rest    line_items[] @relation("x")
        }
    """
    verbatim = SOURCE + "model users {\n  id Int @id\n  created_at DateTime\n}\n"
    assert synced(verbatim, whole) == SOURCE + dedent("""\
        model users {
          id Int @id
          created_at DateTime
          line_items line_items[]
        }

        model line_items {
          id                 Int          @id
          user_id            Int
          best_id            Int?
          user               users        @relation(fields: [user_id], references: [id])
          best               line_items?  @relation("line_items_best", fields: [best_id], references: [id])
          line_items_as_best line_items[] @relation("line_items_best")
        }
    """)
    mapped = (
        SOURCE + 'model User {\n  id Int @id\n  createdAt DateTime @map("created_at")\n  @@map("users")\n}\n'
    )
    assert (
        'model LineItem {\n  id              Int        @id\n  userId          Int        @map("user_id")'
        in synced(mapped, whole)
    )


def test_a_relation_beside_one_that_is_there_has_a_name() -> None:
    before = SOURCE + dedent("""
        model User {
          id    Int    @id
          posts Post[]
        }

        model Post {
          id       Int  @id
          authorId Int
          author   User @relation(fields: [authorId], references: [id])
          readerId Int
        }
    """)
    whole = before.removeprefix(SOURCE).replace(
        "  readerId Int\n",
        '  readerId Int\n  reader User @relation("r", fields: [readerId], references: [id], onDelete: Cascade)\n',
    )
    whole = whole.replace("  posts Post[]\n", '  posts Post[]\n  read Post[] @relation("r")\n')
    after = synced(before, whole)
    assert (
        '  reader   User @relation("PostReader", fields: [readerId], references: [id], onDelete: Cascade)\n'
        in after
    )
    assert '  postsAsReader Post[] @relation("PostReader")\n' in after


def test_a_name_that_is_taken_is_not_taken_again() -> None:
    before = SOURCE + dedent("""
        model User {
          id    Int    @id
          posts String
        }

        model Post {
          id       Int  @id
          authorId Int
          author   String
          user     String
        }
    """)
    whole = before.removeprefix(SOURCE).replace(
        "  author   String\n", "  author String\n  x User @relation(fields: [authorId], references: [id])\n"
    )
    whole = whole.replace("  posts String\n", "  posts String\n  y Post[]\n")
    after = synced(before, whole)
    assert "  authorUser User @relation(fields: [authorId], references: [id])\n" in after
    assert "  postsAsAuthor Post[]\n" in after


def test_what_would_not_be_prisma_is_left() -> None:
    found = database("""
        model A {
          id Int @id
          b  A[] @relation("x")
          c  Int
          d  A   @relation("x", fields: [c], references: [id])
        }
    """)
    for before, rest in {
        # The key of a field that may be NULL.
        "model A {\n  id Int?\n  c Int\n}\n": {
            "prisma-nullability A.id",
            "prisma-primary-key A.A_pkey",
            "prisma-relation-differs A.A_c_fkey",
        },
        # Two types.
        "model A {\n  id BigInt @id\n  c Int\n}\n": {
            "prisma-type A.id",
            "prisma-relation-differs A.A_c_fkey",
        },
        # Another name of the table: a person decides which.
        "model a {\n  id Int @id\n}\n": {"prisma-map A"},
    }.items():
        added = adding.add(schema(SOURCE + before), found)
        assert set(left(added.files.get("schema.prisma", SOURCE + before), found)) >= rest
        assert not any(each.startswith(("@@id", "relation")) for each in added.added)
    mode = SOURCE.replace("}", '  relationMode = "prisma"\n}') + "model A {\n  id Int @id\n  c Int\n}\n"
    assert adding.add(schema(mode), found).added == ()


def test_the_datasource_has_a_name_and_schemas() -> None:
    found = database("model User {\n  id Int @id\n  name String @db.VarChar(3)\n}\nenum E {\n  A\n}")
    before = 'datasource pg {\n  provider = "postgresql"\n  schemas = ["public"]\n}\n'
    assert adding.add(schema(before), found).files["schema.prisma"] == before + (
        '\nmodel User {\n  id   Int    @id\n  name String @pg.VarChar(3)\n\n  @@schema("public")\n}\n'
        '\nenum E {\n  A\n\n  @@schema("public")\n}\n'
    )
    # No model where Prisma does not look.
    assert adding.add(schema(before.replace("public", "app")), found).added == ()


def test_what_a_schema_says_can_be_given() -> None:
    """Without a model that is excluded, which would pass for the table: it has its name, in another schema."""
    before = (
        SOURCE.replace("}", '  schemas = ["public", "app"]\n}')
        + 'model A {\n  id Int @id\n  @@schema("app")\n}\n'
    )
    found = database("model A {\n  id Int @id\n}")
    assert adding.add(schema(before), found).added == ()
    added = adding.add(schema(before), found, reading=lambda of: _without(of, ("app", "A")))
    assert added.added == ("model ATable (table A)",)


def _without(of: nodes.Schema, key: tuple[str, str]) -> Database:
    says, _ = expected.read(of)
    return Database({each: table for each, table in says.tables.items() if each != key}, says.enums)


@pytest.mark.parametrize(
    ("many", "one"),
    {
        "users": "user",
        "categories": "category",
        "addresses": "address",
        "boxes": "box",
        "branches": "branch",
        "wishes": "wish",
        "heroes": "hero",
        "photos": "photo",
        "databases": "database",
        "houses": "house",
        "statuses": "status",
        "people": "person",
        "children": "child",
        "indices": "index",
        "analyses": "analysis",
        "movies": "movie",
        "caches": "cache",
        "days": "day",
    }.items(),
)
def test_one_and_many(many: str, one: str) -> None:
    assert words.singular(many) == one
    assert words.singular(one) == one
    assert words.plural(many) == many
    assert words.singular(words.plural(one)) == one


@pytest.mark.parametrize(
    "word", ["status", "news", "series", "address", "basis", "bus", "data", "as", "sms", "s", ""]
)
def test_what_may_be_one_stays(word: str) -> None:
    assert words.singular(word) == word


@pytest.mark.parametrize(
    ("table", "mapped", "verbatim"),
    [
        ("users", "User", "users"),
        ("user_accounts", "UserAccount", "user_accounts"),
        ("USER_STATUSES", "UserStatus", "USER_STATUSES"),
        ("OrderItems", "OrderItem", "OrderItems"),
        ("news", "News", "news"),
        ("_private", "Private", "Private"),
        ("2fa codes", "Table2faCode", "Table2fa_codes"),
        ("Größen", "Grossen", "Grossen"),
        ("日本", "Table", "Table"),
        ("string", "StringTable", "string"),
        ("class", "Class", "Class"),
        ("strings", "Strings", "strings"),
        ("prisma_client", "PrismaClientTable", "prisma_client"),
        ("a1_2", "A1_2", "a1_2"),
    ],
)
def test_names_of_models(table: str, mapped: str, verbatim: str) -> None:
    assert naming.block(Style(), table, None, set(), "Table") == mapped
    assert naming.block(Style(models=False), table, None, set(), "Table") == verbatim


def test_names_of_models_that_meet() -> None:
    taken: set[str] = set()
    for name, schema_name, wanted in (
        ("user", None, "User"),
        ("users", None, "Users"),
        ("USER", None, "UserTable"),
        ("users", "app", "AppUser"),
    ):
        found = naming.block(Style(), name, schema_name, taken, "Table")
        assert found == wanted
        taken.add(found)


@pytest.mark.parametrize(
    ("column", "mapped", "verbatim"),
    [
        ("created_at", "createdAt", "created_at"),
        ("ID", "id", "ID"),
        ("user_ID", "userId", "user_ID"),
        ("userId", "userId", "userId"),
        ("e-mail", "eMail", "e_mail"),
        ("1st", "column1st", "column1st"),
        ("", "column", "column"),
        ("NOT", "not", "NOT_2"),
    ],
)
def test_names_of_fields(column: str, mapped: str, verbatim: str) -> None:
    assert naming.field(Style(), column, set()) == mapped
    assert naming.field(Style(fields=False), column, set()) == verbatim
    assert naming.field(Style(), column, {mapped}) == f"{mapped}_2"


@pytest.mark.parametrize(
    ("name", "base"),
    [
        ("author_id", "author"),
        ("authorId", "author"),
        ("authorID", "author"),
        ("author_uuid", "author"),
        ("id", ""),
        ("paid", ""),
        ("_id", ""),
        ("author", ""),
    ],
)
def test_what_a_key_is_of(name: str, base: str) -> None:
    assert naming.of_key(name) == base
