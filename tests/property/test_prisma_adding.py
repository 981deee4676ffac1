"""Whatever is taken out of a schema is written into it again, and every line that was left stays as it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generator.prisma import adding, comparing, expected, naming, nodes, parser
from generator.prisma.naming import Style
from generator.prisma.relational import Database

MANY = settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])

# Formatted by nobody: tabs, comments in odd places, no blank lines, blank lines too many.
FULL = """\
// The schema of the shop.
generator client {
  provider = "prisma-client-js"
}

datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL") // of the pod
}


/// Somebody who buys.
model User {
  id        Int      @id @default(autoincrement())
  email     String   @unique @db.VarChar(255) // lower case
  // The name is theirs.
  fullName  String?  @map("full_name")
  role      Role     @default(PLAIN)
  createdAt DateTime @default(now()) @map("created_at") @db.Timestamptz(6)

  posts     Post[]   @relation("author")
  reviews   Post[]   @relation("reviewer")
  profile   Profile?
  friends   User[]   @relation("friends")
  friendOf  User[]   @relation("friends")
  parentId  Int?     @map("parent_id")
  parent    User?    @relation("tree", fields: [parentId], references: [id], onDelete: SetNull)
  children  User[]   @relation("tree")
  @@index([fullName, createdAt(sort: Desc)])
  @@map("users")
}
model Profile {
\tid\tInt\t@id
\tbio\tString\t@default("it's \\"me\\"")
\tuserId\tInt\t@unique @map("user_id")
\tuser\tUser\t@relation(fields: [userId], references: [id], onDelete: Cascade, onUpdate: NoAction)
\tdata\tJson[]
\t@@map("profiles")
}

model Post { // all of them
      id String @id @default(dbgenerated("gen_random_uuid()")) @db.Uuid
      title      String?
      /* Set by
         the client */
      authorId Int @map("author_id")
      author User @relation("author", fields: [authorId], references: [id])
      reviewerId Int? @map("reviewer_id")

      reviewer User? @relation("reviewer", fields: [reviewerId], references: [id], map: "post_is_reviewed")
      price Decimal? @default(1.5) @db.Decimal(10, 2)
      tags Tag[]

      search Unsupported("tsvector")?

      @@unique([authorId, title], map: "one_title")

      // Slow without it.
      @@index([search], type: Gin)
      @@map("posts")

}

model Tag {
  a Int
  id Int @id

  posts Post[]
  lines Line[]
  roles Role[] @default([ADMIN])
  @@map("tags")
  // The end.
}
  model Line {
    x   Int
    y   Int
    tag Tag  @relation(fields: [tagId], references: [id])
    tagId Int @map("tag_id")
    kind kind_of_line
    next Line? @relation("chain", fields: [nextX, nextY], references: [x, y], onUpdate: Restrict)
    nextX Int?
    nextY Int? @map("next_y")
    before Line[] @relation("chain")
    /* a comment */ last Boolean @default(true) /// and what it says
    @@id([x, y])
  }

/// What somebody may do.
enum Role {
  PLAIN
  /// All.
  ADMIN @map("admin")
  READER

  @@map("role")
}

enum kind_of_line {
  SOLID // drawn
  DASHED
}
"""


@dataclass
class Removal:
    """What goes, with all that cannot be there without it."""

    schema: nodes.Schema
    text: str
    gone: set[nodes.Span] = field(default_factory=set)

    def model(self, name: str) -> None:
        (block,) = [each for each in self.schema.files[0].blocks if each.name.text == name]
        self.gone.add(block.span)
        for each in block.fields:
            self.field(block, each)
        for other, each in self.fields():
            if each.type.name == name:
                self.field(other, each)

    def fields(self) -> list[tuple[nodes.Block, nodes.Field]]:
        return [(block, each) for block in self.schema.of(nodes.Kind.MODEL) for each in block.fields]

    def field(self, block: nodes.Block, of: nodes.Field) -> None:
        if of.span in self.gone:
            return
        self.gone.add(of.span)
        self.gone |= {each.span for each in block.attributes if of.name.text in named(each)}
        models = {each.name.text for each in self.schema.of(nodes.Kind.MODEL)}
        for other, each in self.fields():
            is_of_it = other is block and of.name.text in mentioned(each, "fields")
            is_to_it = each.type.name == block.name.text and of.name.text in mentioned(each, "references")
            is_side = (
                of.type.name in models
                and {other.name.text, each.type.name} == {block.name.text, of.type.name}
                and each.type.name in models
                and relation(each) == relation(of)
            )
            # Two lists need an @id on both sides.
            is_list = (
                other is block
                and is_key(of)
                and each.type.name in models
                and is_one_of_two_lists(self, block, each)
            )
            if is_of_it or is_to_it or is_side or is_list:
                self.field(other, each)

    def result(self) -> str:
        lines = self.text.split("\n")
        gone: set[int] = set()
        for each in self.gone:
            first = self.text.count("\n", 0, each.begin)
            gone |= set(range(first, self.text.count("\n", 0, each.end) + 1))
        return "\n".join(line for at, line in enumerate(lines) if at not in gone)


def is_key(of: nodes.Field) -> bool:
    return any(each.name.text == "id" for each in of.attributes)


def is_one_of_two_lists(of: Removal, block: nodes.Block, one: nodes.Field) -> bool:
    others = [
        each
        for other, each in of.fields()
        if other.name.text == one.type.name
        and each.type.name == block.name.text
        and relation(each) == relation(one)
    ]
    return all(each.type.arity is nodes.Arity.LIST for each in (one, *others))


def named(attribute: nodes.Attribute) -> set[str]:
    return {
        value.value if isinstance(value, nodes.Constant) else value.name
        for each in attribute.arguments
        if isinstance(each.value, nodes.List)
        for value in each.value.values
        if isinstance(value, nodes.Constant | nodes.Call)
    }


def mentioned(of: nodes.Field, argument: str) -> set[str]:
    return {
        value.value
        for attribute in of.attributes
        for each in attribute.arguments
        if each.name is not None and each.name.text == argument and isinstance(each.value, nodes.List)
        for value in each.value.values
        if isinstance(value, nodes.Constant)
    }


def relation(of: nodes.Field) -> str | None:
    for attribute in of.attributes:
        for each in attribute.arguments if attribute.name.text == "relation" else ():
            if each.name is None and isinstance(each.value, nodes.Text):
                return each.value.value
    return None


def understood(texts: Mapping[str, str]) -> tuple[nodes.Schema, Database]:
    files = []
    for path, text in texts.items():
        file, problems = parser.parse(path, text)
        assert problems == []
        files.append(file)
    schema = nodes.Schema(tuple(files))
    database, wrong = expected.read(schema)
    assert wrong == []
    return schema, database


WHOLE, FOUND = understood({"schema.prisma": FULL})
FIELDS = [(block, each) for block in WHOLE.of(nodes.Kind.MODEL) for each in block.fields]
INDEXES = [
    each.span
    for block in WHOLE.of(nodes.Kind.MODEL)
    for each in block.attributes
    if each.name.text in ("index", "unique", "id")
]
# PLAIN is a default, and the first; a Role without it would be one for whose field nothing can be said.
VALUES = [
    each.span
    for block in WHOLE.of(nodes.Kind.ENUM)
    for each in block.values
    if each.name.text not in ("PLAIN", "ADMIN")
]
BLOCKS = [
    each.name.text for each in WHOLE.files[0].blocks if each.kind in (nodes.Kind.MODEL, nodes.Kind.ENUM)
]


@st.composite
def partial(draw: st.DrawFn) -> str:
    removal = Removal(WHOLE, FULL)
    for name in draw(st.sets(st.sampled_from(BLOCKS), max_size=4)):
        removal.model(name)
    for at in draw(st.sets(st.integers(0, len(FIELDS) - 1), max_size=8)):
        removal.field(*FIELDS[at])
    removal.gone |= draw(st.sets(st.sampled_from(INDEXES)))
    removal.gone |= draw(st.sets(st.sampled_from(VALUES), max_size=2))
    return removal.result()


def is_subsequence(few: Sequence[str], many: Sequence[str]) -> bool:
    rest = iter(many)
    return all(any(each == other for other in rest) for each in few)


def lines(text: str) -> list[str]:
    return text.split("\n")


def files_of(text: str, places: Sequence[int]) -> Mapping[str, str]:
    """The blocks of a schema in up to three files; what is between two of them goes with the second."""
    schema, _ = understood({"schema.prisma": text})
    found = {0: "", 1: "", 2: ""}
    begin = 0
    for at, block in enumerate(schema.files[0].blocks):
        end = text.find("\n", block.span.end) + 1 or len(text)
        found[places[at % len(places)]] += text[begin:end]
        begin = end
    found[0] += text[begin:]
    return {f"prisma/{at}.prisma": each for at, each in found.items()}


@MANY
@given(partial(), st.lists(st.integers(0, 2), min_size=1, max_size=9), st.sampled_from(["\n", "\r\n"]))
def test_what_is_missing_is_written_and_what_is_there_stays(text: str, places: list[int], end: str) -> None:
    before = {path: each.replace("\n", end) for path, each in files_of(text, places).items()}
    schema, _ = understood(before)
    added = adding.add(schema, FOUND)
    after = {**before, **added.files}
    again, said = understood(after)
    assert comparing.compare(said, FOUND) == ()
    for path, each in before.items():
        assert is_subsequence(lines(each), lines(after[path]))
        if end == "\r\n":
            assert after[path].count("\n") == after[path].count("\r\n")
    assert bool(added.added) is bool(added.files)
    assert adding.add(again, FOUND) == adding.Added({}, ())


def test_nothing_is_missing_in_the_whole() -> None:
    assert adding.add(WHOLE, FOUND) == adding.Added({}, ())


@MANY
@given(
    st.sampled_from([Style(models, fields) for models in (False, True) for fields in (False, True)]),
    st.lists(st.text(min_size=1, max_size=100), unique=True, max_size=8),
    st.sampled_from(["Table", "Enum", "View"]),
)
def test_names_are_such_as_prisma_takes(style: Style, names: list[str], kind: str) -> None:
    blocks: set[str] = set()
    fields: set[str] = set()
    values: set[str] = set()
    for each in names:
        for taken, name in (
            (blocks, naming.block(style, each, None, blocks, kind)),
            (fields, naming.field(style, each, fields)),
            (values, naming.value(each, values)),
        ):
            assert name not in taken
            taken.add(name)
    body = "".join(f"  {each} Int\n" for each in fields)
    text = "".join(f"model {each} {{\n{body}}}\n" for each in blocks)
    text += "enum Values {\n" + "".join(f"  {each}\n" for each in values) + "}\n"
    _, problems = parser.parse("schema.prisma", text)
    assert problems == []
    assert text.isascii()
    assert not {"AND", "OR", "NOT"} & fields
    assert len({each.lower() for each in blocks}) == len(blocks)
