"""Trees, positions and messages of generator.prisma.parser, and what generator.prisma.files may read.

What is accepted at all is compared with Prisma itself in tests/integration/test_prisma_parser.py.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from generator.diagnostics import Diagnostic, Position, Severity
from generator.prisma import files, parser
from generator.prisma.nodes import (
    Arity,
    Block,
    Call,
    Constant,
    File,
    Kind,
    List,
    Number,
    Object,
    Schema,
    Span,
    Text,
)

GOOD = "model A {\n  id Int @id\n}\n"
WHERE = Position.at("services.yaml", 9, 16, 10)


def good(text: str) -> File:
    file, found = parser.parse("schema.prisma", text)
    assert found == []
    return file


def problems(text: str) -> list[Diagnostic]:
    return parser.parse("schema.prisma", text)[1]


def places(text: str) -> list[tuple[int, int, str]]:
    return [(each.position.line, each.position.column, each.message) for each in problems(text)]


def cut(file: File, span: Span) -> str:
    assert span.path == file.path
    return file.text[span.begin : span.end]


def only(file: File) -> Block:
    (block,) = file.blocks
    return block


def test_spans_cut_exactly_what_was_written() -> None:
    file = good(
        "// é 😀\r\nmodel  User {\r\n"
        '  name   String ?  @db.VarChar( 10 ) @map("n") // why\r\n'
        '  place  Unsupported( "circle" )[]\r\n'
        '  @@index([name(sort: Desc)], map : "x") // how\r\n}\r\n'
    )
    block = only(file)
    assert cut(file, block.span).startswith("model  User {")
    assert cut(file, block.span).endswith("}")
    assert file.text[block.close] == "}"
    assert cut(file, block.name.span) == "User"
    name, place = block.fields
    assert cut(file, name.span) == 'name   String ?  @db.VarChar( 10 ) @map("n")'
    assert cut(file, name.type.span) == "String ?"
    assert [cut(file, each.span) for each in name.attributes] == ["@db.VarChar( 10 )", '@map("n")']
    assert [cut(file, each.name.span) for each in name.attributes] == ["db.VarChar", "map"]
    assert cut(file, place.span) == 'place  Unsupported( "circle" )[]'
    assert cut(file, place.type.span) == 'Unsupported( "circle" )[]'
    (index,) = block.attributes
    assert cut(file, index.span) == '@@index([name(sort: Desc)], map : "x")'
    assert [cut(file, each.span) for each in index.arguments] == ["[name(sort: Desc)]", 'map : "x"']


def test_values() -> None:
    file = good(
        'model A {\n  b Int @x("\\u00e9\\"\\ud83d\\ude00", -1.5, a.b, [1, true], f(g: h()), { c: null })\n}\n'
    )
    values = [each.value for each in only(file).fields[0].attributes[0].arguments]
    text, number, constant, listed, call, condition = values
    assert isinstance(text, Text)
    assert text.value == 'é"😀'
    assert isinstance(number, Number)
    assert number.value == "-1.5"
    assert isinstance(constant, Constant)
    assert constant.value == "a.b"
    assert isinstance(listed, List)
    assert [type(each) for each in listed.values] == [Number, Constant]
    assert isinstance(call, Call)
    assert call.name == "f"
    (argument,) = call.arguments
    assert argument.name is not None
    assert argument.name.text == "g"
    assert isinstance(argument.value, Call)
    assert argument.value.name == "h"
    assert isinstance(condition, Object)
    assert [each.name and each.name.text for each in condition.members] == ["c"]


def test_types() -> None:
    file = good('model A {\n  a Int\n  b Int?\n  c Int[]\n  d Unsupported("x y")?\n  model Int ?\n}\n')
    found = [(each.type.name, each.type.unsupported, each.type.arity) for each in only(file).fields]
    assert found == [
        ("Int", None, Arity.REQUIRED),
        ("Int", None, Arity.OPTIONAL),
        ("Int", None, Arity.LIST),
        (None, "x y", Arity.OPTIONAL),
        ("Int", None, Arity.OPTIONAL),
    ]


def test_the_schemas_of_all_versions() -> None:
    """`url` belongs into the datasource up to Prisma 6, and not any more in 7."""
    old = good('datasource db {\n  provider = "postgresql"\n  url = env("DATABASE_URL")\n}\n' + GOOD)
    new = good('datasource db {\n  provider = "postgresql"\n}\n' + GOOD)
    assert [len(each.blocks[0].properties) for each in (old, new)] == [2, 1]
    assert [each.kind for each in old.blocks] == [Kind.DATASOURCE, Kind.MODEL]


def test_comments() -> None:
    file = good(
        "/// floating\n\n/// a\n// not this\n///   b\nmodel A {\n  /// c\n\n  d Int /// e\n  // none\n  f Int\n}\n"
        "/* g\n h */ enum I {\n  J /* k */\n}\n"
    )
    model, enum = file.blocks
    assert model.documentation == "a\nb"
    assert [each.documentation for each in model.fields] == ["c\ne", None]
    assert enum.documentation == "g\n h"
    assert [each.documentation for each in enum.values] == ["k"]


def test_every_mistake_of_a_file_in_one_run() -> None:
    text = (
        "model A {\n  id Int! @id\n  b [User]\n  c: String\n  d\n  e String;\n  ok String\n  @@index id\n}\n"
        "embed B {\n  a Int\n}\n"
        "enum C {\n  x = 1\n}\n"
        'model D {\n  id Int @id(\n    map: "x"\n  )\n  e Int[]?\n'
        "model E {\n  id Int\n}\n}\n"
    )
    assert places(text) == [
        (2, 9, "`!` behind a type is of Prisma 1"),
        (3, 5, "`[User]` is how Prisma 1 wrote a list"),
        (4, 4, "a `:` stands between name and type, as in Prisma 1"),
        (5, 3, "field `d` has no type"),
        (6, 11, "the end of the line was expected, but there is `;`"),
        (8, 11, "the end of the line was expected, but there is `id`"),
        (10, 1, "`embed` begins no block"),
        (14, 5, "the end of the line was expected, but there is `=`"),
        (17, 13, "the line ends before this `(` is closed"),
        (20, 5, "a list can't be optional"),
        (16, 9, "model `D` is not closed"),
        (24, 1, "this `}` closes nothing"),
    ]
    assert {each.rule for each in problems(text)} == {"prisma-syntax"}
    assert all(each.help and each.severity is Severity.ERROR for each in problems(text))
    file, _ = parser.parse("schema.prisma", text)
    # A wrong line is missing, and nothing else; of a wrong block all of it.
    found = [(each.name.text, len(each.fields)) for each in file.blocks]
    assert found == [("A", 1), ("C", 0), ("D", 0), ("E", 1)]


@pytest.mark.parametrize(
    ("text", "message", "help"),
    [
        ("Model A {\n  id Int\n}\n", "`Model` begins no block", "write `model`"),
        ("table A {\n  id Int\n}\n", "`table` begins no block", "write `model`"),
        ("type A = Int\n", "another name for a type", "remove this line"),
        ("model A\n{\n  id Int\n}\n", "`model A` has no `{` on its line", "write `model A {`"),
        ("model A { id Int @id }\n", "model `A` stands on one line", "on a line of its own"),
        ("model A {\n  _a Int\n}\n", "can't begin with `_`", '@map("_name")'),
        ("model A {\n  a Int @@unique\n}\n", "but there is `@`", "a single @"),
        ("model A {\n  @unique([a])\n}\n", "stands alone", "@@"),
        ("model A {\n  a String @default('x')\n}\n", "single quotes", "double quotes"),
        ('model A {\n  a String @default("x)\n}\n', "is not closed on its line", "end it"),
        ('model A {\n  a String @x("C:\\data")\n}\n', "`\\d` means nothing", "C:\\\\data"),
        ("# x\n", "begins no comment", "//"),
        ("/* x\n", "never closed", "*/"),
        ("model A {\n  a Int @x([1,])\n}\n", "a comma stands before `]`", "remove the comma"),
        ("model A {\n  a Int @x(" + "[" * 99 + "\n}\n", "nested deeper", "fewer"),
        ("\ufeffmodel A {\n  a Int\n}\n", "byte order mark", "UTF-8"),
    ],
)
def test_a_mistake_and_what_to_do(text: str, message: str, help: str) -> None:
    (found,) = problems(text)
    assert message in found.message
    assert help in found.help


def test_repeated_and_impossible_names() -> None:
    text = (
        "model A {\n  id Int\n  id Int\n}\nenum A {\n  b\n  b\n}\nmodel String {\n  1a Int\n  a-b Int\n}\n"
        "generator A {\n  p = 1\n  p = 2\n}\ndatasource d {\n}\ndatasource e {\n}\n"
    )
    assert {(each.position.line, each.position.column, each.rule) for each in problems(text)} == {
        (3, 3, "prisma-duplicate"),
        (5, 6, "prisma-duplicate"),
        (7, 3, "prisma-duplicate"),
        (9, 7, "prisma-name"),
        (10, 3, "prisma-name"),
        (11, 3, "prisma-name"),
        (15, 3, "prisma-duplicate"),
        (19, 12, "prisma-duplicate"),
    }


def test_what_prisma_ignores_is_a_warning() -> None:
    (found,) = problems("model A { id Int @id\n  b Int @id\n}\n")
    assert (found.severity, found.position) == (Severity.WARNING, Position.at("schema.prisma", 1, 11, 10))


@pytest.mark.parametrize(
    "line",
    [
        'url = "postgresql://u:s3cr"et@h/d"',
        "url = s3cret.x y",
        'url = "a" s3cret',
        'url = "s3c\\ret\\q"',
        "s3cret",
    ],
)
def test_no_message_holds_a_password(line: str) -> None:
    (found,) = problems(f"datasource db {{\n  {line}\n}}\n")
    assert not any(each in found.message + found.help for each in ("s3c", "ret", "et@h", "u:"))


def test_a_file_that_is_no_schema_is_given_up() -> None:
    found = problems("what is this\n" * 100_000)
    assert len(found) == parser.MAX_PROBLEMS + 1
    assert "more than 100 problems" in found[-1].message


@pytest.mark.parametrize(
    "text", ["/*\n" * 300_000, "model A {\n" * 100_000, "model A {\n" + 'a T @x("\\\n' * 100_000]
)
def test_giants_do_not_stop_the_run(text: str) -> None:
    assert problems(text)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with one good file in `db`."""
    made = tmp_path / "repository"
    (made / "db").mkdir(parents=True)
    (made / "db" / "schema.prisma").write_text(GOOD, encoding="utf-8")
    return made


def read(root: Path, path: str = "db") -> list[tuple[str, str]]:
    return [(each.rule, each.position.path) for each in files.read(root, path, WHERE)[1]]


@pytest.mark.parametrize("path", ["db", "db/", "./db", "db/schema.prisma", "db/../db/schema.prisma"])
def test_a_file_or_a_folder(root: Path, path: str) -> None:
    schema, found = files.read(root, path, WHERE)
    assert found == []
    assert [each.path for each in schema.files] == ["db/schema.prisma"]
    (block,) = schema.of(Kind.MODEL)
    assert schema.position(block.name.span) == Position.at("db/schema.prisma", 1, 7, 1)


def test_folders_in_folders_by_path(root: Path) -> None:
    (root / "db" / "a" / "b").mkdir(parents=True)
    (root / "db" / "z.prisma").write_text("enum Z {\n  a\n}\n", encoding="utf-8")
    (root / "db" / "a" / "b" / "c.prisma").write_text("enum C {\n  a\n}\n", encoding="utf-8")
    (root / "db" / "README.md").write_text("no schema", encoding="utf-8")
    (root / "db" / "a" / "loop").symlink_to(root / "db")
    (root / "db" / "outside").symlink_to("/")
    schema, found = files.read(root, "db", WHERE)
    assert found == []
    assert [each.path for each in schema.files] == ["db/a/b/c.prisma", "db/schema.prisma", "db/z.prisma"]


def test_names_are_unique_over_all_files(root: Path) -> None:
    (root / "db" / "z.prisma").write_text("enum A {\n  a\n}\nenum A {\n  a\n}\n", encoding="utf-8")
    _, found = files.read(root, "db", WHERE)
    assert {(each.position.path, each.position.line, each.rule) for each in found} == {
        ("db/z.prisma", 1, "prisma-duplicate"),
        ("db/z.prisma", 4, "prisma-duplicate"),
    }
    assert "in `db/schema.prisma`" in found[-1].message


@pytest.mark.parametrize("path", ["", "nothing", "db/schema.prisma/x", "a\0b", "\ud800", "x" * 5000, "empty"])
def test_missing(root: Path, path: str) -> None:
    (root / "empty").mkdir()
    schema, (found,) = files.read(root, path, WHERE)
    assert schema == Schema(())
    assert (found.rule, found.position) == ("prisma-missing", WHERE)
    found.message.encode()


@pytest.mark.parametrize("path", ["/etc/passwd", "..", "../x", "out"])
def test_outside(root: Path, path: str) -> None:
    (root / "out").symlink_to("/etc/passwd")
    assert read(root, path) == [("prisma-link", "services.yaml")]


@pytest.mark.parametrize("path", ["db", "db/x.prisma"])
def test_hostile_files(root: Path, path: str) -> None:
    file = root / "db" / "x.prisma"
    os.mkfifo(file)
    assert read(root, path) == [("prisma-not-a-file", "db/x.prisma")]
    file.unlink()
    file.touch()
    os.truncate(file, files.MAX_BYTES + 1)
    assert read(root, path) == [("prisma-size", "db/x.prisma")]
    file.write_bytes(GOOD.replace("A", "B").encode("utf-16"))
    assert read(root, path) == [("prisma-encoding", "db/x.prisma")]
    file.write_bytes(b"// a\n// \xe9\n")
    _, (found,) = files.read(root, path, WHERE)
    assert (found.rule, found.position) == ("prisma-encoding", Position.at("db/x.prisma", 2, 4, 1))


@pytest.mark.parametrize("target", ["/etc/passwd", "nothing", "x.prisma"])
def test_links_among_the_files(root: Path, target: str) -> None:
    (root / "db" / "x.prisma").symlink_to(target)
    assert read(root) == [("prisma-link", "db/x.prisma")]


def test_the_files_of_a_folder_have_a_limit_together(root: Path) -> None:
    for number in range(4):
        (root / "db" / f"{number}.prisma").write_bytes(b"// x\n" * (files.MAX_BYTES // 5))
    assert read(root) == [("prisma-size", "services.yaml")]
