"""Schemas by name, each about one thing that a schema.prisma can say of a PostgreSQL database: the table for tests
that hold our reading against Prisma's own engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from textwrap import dedent

from generator.prisma import types

DATASOURCE = 'datasource db {\n  provider = "postgresql"\n}\n\n'
MULTI = 'datasource db {\n  provider = "postgresql"\n  schemas = ["public", "app"]\n}\n\n'
NO_KEYS = 'datasource db {\n  provider = "postgresql"\n  relationMode = "prisma"\n}\n\n'
LONG = "a_very_long_name_for_anything_in_a_database_of_which_there_is"

_ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    "Decimal": ("", "(10, 2)", "(65, 30)", "(1000, 1000)", "(5, 0)"),
    "VarChar": ("", "(1)", "(255)"),
    "Char": ("", "(1)", "(36)"),
    "Timestamp": ("", "(0)", "(3)", "(6)"),
    "Timestamptz": ("", "(0)", "(3)", "(6)"),
    "Time": ("", "(0)", "(3)", "(6)"),
    "Timetz": ("", "(0)", "(3)", "(6)"),
    "Bit": ("", "(1)", "(8)"),
    "VarBit": ("", "(8)"),
}

_DEFAULTS: tuple[str, ...] = (
    'String @default("plain")',
    'String @default("")',
    'String @default("it\'s a \\"test\\" \\\\ with\\nlines")',
    'String @default("ünï→")',
    'String @default("now()")',
    "String? @default(dbgenerated(\"'x' || 'y'\"))",
    'String @default("abc") @db.VarChar(10)',
    'String @default("ab") @db.Char(3)',
    'String @default("101") @db.Bit(3)',
    'String @default("127.0.0.1") @db.Inet',
    'String @default("<a/>") @db.Xml',
    'String @default("0E37DF36-F698-11E6-8DD4-CB9CED3DF976") @db.Uuid',
    'String @default(dbgenerated("gen_random_uuid()")) @db.Uuid',
    "String @default(uuid())",
    "String @default(uuid(7))",
    "String @default(cuid())",
    "String @default(cuid(2))",
    "String @default(ulid())",
    "String @default(nanoid())",
    "Int @default(0)",
    "Int @default(-5)",
    "Int @default(autoincrement())",
    "Int @default(7) @db.SmallInt",
    "Int @default(autoincrement()) @db.SmallInt",
    "Int @default(5) @db.Oid",
    "BigInt @default(5000000000)",
    "BigInt @default(-1)",
    "BigInt @default(autoincrement())",
    "Float @default(1.5)",
    "Float @default(-0.25)",
    "Float @default(3)",
    "Float @default(1.10) @db.Real",
    "Decimal @default(1.50)",
    "Decimal @default(-1.5) @db.Decimal(10, 2)",
    "Decimal @default(0.0000001)",
    "Decimal @default(2.5) @db.Money",
    "Boolean @default(true)",
    "Boolean @default(false)",
    "DateTime @default(now())",
    "DateTime @default(now()) @db.Timestamptz(6)",
    "DateTime @default(now()) @db.Date",
    'DateTime @default("2020-01-31T12:30:00.000Z")',
    'DateTime @default("2020-01-31T12:30:00+02:00") @db.Timestamptz(3)',
    'DateTime @default("2020-01-31T00:00:00Z") @db.Date',
    "DateTime @updatedAt",
    "DateTime @default(now()) @updatedAt",
    'Json @default("{\\"b\\": [1, 2.50, null], \\"a\\": \\"x\\"}")',
    'Json @default("[]") @db.Json',
    'Bytes @default("aGk=")',
    'Unsupported("point")? @default(dbgenerated("\'(1,2)\'::point"))',
    "String @default(dbgenerated())",
    "Role @default(ADMIN)",
    "Role @default(PLAIN)",
    "Role[] @default([ADMIN, PLAIN])",
    'String[] @default(["a", "b, c", "d\\"e", "f\\\\g"])',
    "String[] @default([])",
    'String[] @default([""])',
    'String[] @default(["x"]) @db.VarChar(5)',
    "Int[] @default([1, -2])",
    "BigInt[] @default([5000000000])",
    "Float[] @default([1.5, 2])",
    "Decimal[] @default([1.50, -2])",
    "Boolean[] @default([true, false])",
    'DateTime[] @default(["2020-01-31T12:30:00Z"])',
    'Json[] @default(["{\\"a\\": 1}"])',
    'Bytes[] @default(["aGk="])',
)

_INDEXES: tuple[str, ...] = (
    "@@id([a, b])",
    '@@id([a, b], map: "own_key")',
    '@@id([b, a], name: "client_only")',
    "@@unique([a])",
    "@@unique([a, b])",
    '@@unique([a, b], map: "own_unique")',
    '@@unique([a, b], name: "client_only")',
    "@@unique([a(sort: Desc), b])",
    "@@index([a])",
    "@@index([a, b])",
    "@@index([b, a])",
    "@@index([a, b(sort: Desc)])",
    '@@index([a], map: "own_index")',
    '@@index([a], name: "old_spelling")',
    "@@index(fields: [a])",
    "@@index([a], type: BTree)",
    "@@index([a], type: Hash)",
    "@@index([a], type: Brin)",
    '@@index([s(ops: raw("text_pattern_ops"))])',
    '@@index([s(ops: raw("text_ops"))])',
    '@@index([s(ops: raw("varchar_pattern_ops"), sort: Desc), a])',
    "@@index([j], type: Gin)",
    "@@index([j(ops: JsonbOps)], type: Gin)",
    "@@index([j(ops: JsonbPathOps)], type: Gin)",
    '@@index([j(ops: raw("jsonb_path_ops"))], type: Gin)',
    "@@index([l], type: Gin)",
    "@@index([l(ops: ArrayOps)], type: Gin)",
    "@@index([i(ops: InetOps)], type: Gist)",
    "@@index([i], type: SpGist)",
    "@@index([i(ops: InetOps)], type: SpGist)",
    "@@index([s], type: SpGist)",
    "@@index([s(ops: TextOps)], type: SpGist)",
    "@@index([a(ops: Int4MinMaxOps)], type: Brin)",
    "@@index([a(ops: Int4BloomOps)], type: Brin)",
    "@@index([a(ops: Int4MinMaxMultiOps), b], type: Brin)",
    "@@index([i(ops: InetInclusionOps)], type: Brin)",
    "@@index([t(ops: TimestampMinMaxMultiOps)], type: Brin)",
    "@@index([t(ops: TimestampMinMaxOps)], type: Brin)",
    '@@index([ts], type: Gin, map: "of_unsupported")',
)

_WHOLE: Mapping[str, str] = {
    "mapped names": """
        model User {
          id   Int    @id @map("user_id")
          mail String @unique @map("e-mail")
          @@map("The users")
        }
    """,
    "key with a name": 'model User {\n  id Int @id(map: "own")\n  a Int @unique(map: "own_too")\n}',
    "unique in descending order": "model User {\n  id Int @id\n  a Int @unique(sort: Desc)\n}",
    "no key but unique": "model User {\n  a Int @unique\n}",
    "ignored": "model User {\n  id Int @id\n  a Int @ignore\n}\nmodel B {\n  x Int\n  @@ignore\n}",
    "long names": f"""
        model User {{
          id Int @id
          {LONG} Int @unique
          b Int
          owner Int
          user User @relation("self", fields: [owner], references: [id])
          users User[] @relation("self")
          @@index([{LONG}, b])
          @@index([{LONG}], map: "short")
          @@map("{LONG}")
        }}
    """,
    "long names of more bytes": """
        model User {
          id Int @id
          größenänderungsüberprüfungsöffnung Int @unique @map("größenänderungsüberprüfungsöffnung_der_tür_am_abend")
          @@map("ähnlichkeitsüberprüfungsmaßnahmenbögenöffnerüb")
        }
    """,
    "enum": "enum Role {\n  A\n  B\n}\nmodel User {\n  id Role @id\n  r Role?\n  l Role[]\n}",
    "enum with other names": """
        enum Role {
          A @map("admin user")
          B @map("b")
          @@map("role names")
        }
        model User {
          id Int @id
          r Role @default(B)
        }
    """,
    "enum that nobody uses": "enum Role {\n  A\n}\nmodel User {\n  id Int @id\n}",
    "one to many": """
        model User {
          id Int @id
          posts Post[]
        }
        model Post {
          id Int @id
          userId Int
          user User @relation(fields: [userId], references: [id])
        }
    """,
    "one to many, optional": """
        model User {
          id Int @id
          posts Post[]
        }
        model Post {
          id Int @id
          userId Int?
          user User? @relation(fields: [userId], references: [id])
        }
    """,
    "relation optional over a column that is not": """
        model User {
          id Int @id
          posts Post[]
        }
        model Post {
          id Int @id
          userId Int
          user User? @relation(fields: [userId], references: [id])
        }
    """,
    "one to one": """
        model User {
          id Int @id
          profile Profile?
        }
        model Profile {
          id Int @id
          userId Int @unique
          user User @relation(fields: [userId], references: [id])
        }
    """,
    "one to one over the key": """
        model User {
          id Int @id
          profile Profile?
        }
        model Profile {
          id Int @id
          user User @relation(fields: [id], references: [id], onDelete: Cascade)
        }
    """,
    "composite key": """
        model User {
          a Int
          b Int @map("bee")
          posts Post[]
          @@id([a, b])
        }
        model Post {
          id Int @id
          x Int
          y Int? @map("why")
          user User? @relation(fields: [x, y], references: [a, b], onDelete: NoAction)
        }
    """,
    "composite key, all optional": """
        model User {
          a Int
          b Int
          posts Post[]
          @@unique([a, b])
        }
        model Post {
          id Int @id
          x Int?
          y Int?
          user User? @relation(fields: [x, y], references: [a, b])
        }
    """,
    "name of a foreign key": """
        model User {
          id Int @id
          posts Post[]
        }
        model Post {
          id Int @id
          userId Int
          user User @relation(fields: [userId], references: [id], map: "own_fkey")
        }
    """,
    "several relations of two models": """
        model User {
          id Int @id
          written Post[] @relation("author")
          read Post[] @relation("reader")
        }
        model Post {
          id Int @id
          authorId Int
          author User @relation("author", fields: [authorId], references: [id])
          readerId Int?
          reader User? @relation(name: "reader", fields: [readerId], references: [id])
        }
    """,
    "self relation": """
        model Node {
          id Int @id
          parentId Int?
          parent Node? @relation("tree", fields: [parentId], references: [id])
          children Node[] @relation("tree")
        }
    """,
    "self relation, one to one": """
        model Node {
          id Int @id
          nextId Int? @unique
          next Node? @relation("chain", fields: [nextId], references: [id])
          previous Node? @relation("chain")
        }
    """,
    "reference to a unique column": """
        model User {
          id Int @id
          mail String @unique @db.VarChar(50)
          posts Post[]
        }
        model Post {
          id Int @id
          mail String @db.VarChar(50)
          user User @relation(fields: [mail], references: [mail])
        }
    """,
    "many to many": """
        model Post {
          id Int @id @default(autoincrement())
          tags Tag[]
        }
        model Tag {
          id String @id @db.VarChar(5)
          posts Post[]
        }
    """,
    "many to many with a name": """
        model Post {
          id Int @id @map("nr")
          tags Tag[] @relation("PostTags")
          @@map("posts")
        }
        model Tag {
          id BigInt @id
          posts Post[] @relation("PostTags")
        }
    """,
    "many to many, the other order": """
        model Zebra {
          id Int @id
          apples Apple[]
        }
        model Apple {
          name String @id
          zebras Zebra[]
        }
    """,
    "many to many of one model": """
        model User {
          id Int @id
          follows User[] @relation("follow")
          followers User[] @relation("follow")
        }
    """,
    "many to many with a long name": f"""
        model Post {{
          id Int @id
          tags Tag[] @relation("{LONG}")
        }}
        model Tag {{
          id Int @id
          posts Post[] @relation("{LONG}")
        }}
    """,
    "many to many through an enum key": """
        enum Kind {
          X
          Y
        }
        model Post {
          id Kind @id
          tags Tag[]
        }
        model Tag {
          id Int @id
          posts Post[]
        }
    """,
    "unsupported types": """
        model User {
          id Int @id
          a Unsupported("tsvector")
          b Unsupported("point")?
          c Unsupported("int4range")[]
          d Unsupported("interval(3)")?
          e Unsupported("cidr")
          f Unsupported("macaddr")
          g Unsupported("\\"char\\"")
          h Unsupported("interval day to second(3)")
        }
    """,
}

_OTHER_SOURCES: Mapping[str, str] = {
    "two schemas": MULTI
    + dedent("""
        enum Role {
          A
          @@schema("app")
        }
        model User {
          id Int @id
          role Role @default(A)
          posts Post[]
          tags Tag[]
          @@schema("public")
        }
        model Post {
          id Int @id
          userId Int
          user User @relation(fields: [userId], references: [id])
          @@index([userId])
          @@map("User")
          @@schema("app")
        }
        model Tag {
          id Int @id
          users User[]
          @@schema("app")
        }
    """),
    "relation mode prisma": NO_KEYS
    + dedent("""
        model User {
          id Int @id
          posts Post[]
          tags Tag[]
        }
        model Post {
          id Int @id
          userId Int
          user User @relation(fields: [userId], references: [id])
          @@index([userId])
        }
        model Tag {
          id Int @id
          users User[]
        }
    """),
}


def _natives() -> Iterator[tuple[str, str]]:
    for name, native in types.NATIVE.items():
        if name == "Citext":
            continue  # Needs an extension.
        for arguments in _ARGUMENTS.get(name, ("",)):
            type = f"@db.{name}{arguments}"
            fields = (
                f"a {native.scalar} {type}",
                f"b {native.scalar}? {type}",
                f"c {native.scalar}[] {type}",
            )
            yield f"{native.scalar} {type}", _model(*fields)


def _model(*lines: str) -> str:
    return "model User {\n  id Int @id\n" + "".join(f"  {line}\n" for line in lines) + "}\n"


def _actions() -> Iterator[tuple[str, str]]:
    for action in ("Cascade", "Restrict", "NoAction", "SetNull", "SetDefault"):
        yield (
            f"onDelete {action}",
            dedent(f"""
                model User {{
                  id Int @id
                  posts Post[]
                }}
                model Post {{
                  id Int @id
                  userId Int? @default(1)
                  user User? @relation(fields: [userId], references: [id], onDelete: {action}, onUpdate: {action})
                }}
            """),
        )


def _all() -> Iterator[tuple[str, str]]:
    for scalar in types.SCALAR:
        yield scalar, _model(f"a {scalar}", f"b {scalar}?", f"c {scalar}[]")
    yield from _natives()
    for each in _DEFAULTS:
        enum = 'enum Role {\n  ADMIN @map("admin")\n  PLAIN\n}\n' if each.startswith("Role") else ""
        yield each, enum + _model(f"a {each}")
    for each in _INDEXES:
        fields = ("a Int", "b Int", "s String", "j Json", "l Int[]", "i String @db.Inet", "t DateTime")
        key = () if each.startswith("@@id") else ("id Int @id",)
        body = "".join(f"  {line}\n" for line in (*key, *fields, 'ts Unsupported("tsvector")?', each))
        yield each, f"model User {{\n{body}}}\n"
    yield from _actions()
    yield from ((name, dedent(text)) for name, text in _WHOLE.items())


SCHEMAS: Mapping[str, str] = {
    **{name: DATASOURCE + text for name, text in _all()},
    **_OTHER_SOURCES,
}
