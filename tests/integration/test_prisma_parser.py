"""generator.prisma.parser against Prisma's own parser: the same texts are refused, and trees say the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from generator.diagnostics import Severity
from generator.prisma import nodes, parser
from tests.support import prisma_oracle
from tests.support.prisma_oracle import Oracle, OracleCrashError

MEDIUM = (Path(__file__).parents[1] / "cases" / "prisma" / "parser" / "medium.prisma").read_text("utf-8")

# Lines of a model that has a field `id` already.
LINES = (
    "  b Int ?",
    "  b Int [ ]",
    "  b Int []",
    "  b Int[] ?",
    "  b Int?[]",
    "  b Int??",
    "  b @ id",
    "  b Int @ unique",
    '  b Int @unique (map: "x")',
    '  b Int @unique(\n map: "x")',
    "  a Int @default(\n 1\n)",
    "  @@index([\n id\n])",
    "  @@index([id,\n id])",
    "  @@ index([id])",
    '  @@index ( [ id ] , map : "x" )',
    "  @@index([id]) // c",
    "  @@index([id]) /// c",
    "  @@index([id]) /* c */",
    "  @@index([id]) @@unique([id])",
    "  a Int @default(1,)",
    '  a String @default(dbgenerated("x",))',
    "  @@index([id,])",
    "  @@index([,id])",
    "  @@index([id id])",
    "  @@index(fields: [id],)",
    '  @@index([id(ops: raw("x",))])',
    "  @@index([id(sort:)])",
    "  a Int @default(,)",
    "  a Int @default(value:)",
    "  a Int @default(value : 1)",
    "  a String @default(dbgenerated(a:))",
    "  @@index(fields:)",
    "  a String @default(dbgenerated())",
    "  a Int /* x */ @unique",
    "  a Int /* x */ // y",
    "  a Int /* x\n y */",
    "  a Int /* x */ /* y */",
    "  /* x */ a Int",
    "  /* x */ /* y */ // z\n  a Int",
    "/* /* */ x */",
    "/**/",
    "/*/ */",
    "/* open",
    " a Int /*/",
    " a Int / /",
    " a Int //",
    " a Int ///",
    " ///",
    "////",
    ' a String @default("\\x")',
    ' a String @default("\\u12")',
    ' a String @default("\\u12é9")',
    ' a String @default("\\ud83d\\ude00")',
    ' a String @default("\\ud83d")',
    ' a String @default("\\ude00")',
    ' a String @default("\\ud83d\\u0041")',
    ' a String @default("\\\n")',
    ' a String @default("\\u00e9\\/\\b\\f\\n\\r\\t\\"\\\\")',
    ' a String @default("\\U00e9")',
    ' a String @default("\t")',
    ' a String @default("\x7f")',
    ' a String @default("\x01")',
    ' a String @default("\u2028")',
    ' a String @default("é😀")',
    ' a String @default("open)',
    ' a String @default("\\")',
    " a String @default('x')",
    " a String @default(x y)",
    " 1a Int",
    " a-b Int",
    " -a Int",
    " _a Int",
    " a_ Int",
    " a__b Int",
    " a.b Int",
    " id Int",
    " a Int @db.",
    " a Int @db..Integer",
    " a Int @db.Integer",
    " a Int @.db",
    " a Int @db._x",
    ' a Unsupported("x")?',
    ' a Unsupported( "x" )?',
    ' a Unsupported ("x")',
    " a Unsupported(x)",
    " a Unsupported()",
    ' a Unsupported("x"',
    ' a Unsupported("x") ?',
    " a Unsupported",
    " a Int!",
    " a [Int]",
    " a [ Int ]",
    " a [Int",
    " a Int[]?",
    " a: Int",
    " a : Int",
    " a",
    " a @id",
    " a Int b Int",
    " a Int;",
    " a Int,",
    " a Int = 1",
    " a Int @@unique",
    " @unique([id])",
    " @@unique id",
    " @@",
    " @@ ",
    " @",
    " a Int @",
    " a Float @default(-1.5)",
    " a Float @default(1e5)",
    " a Float @default(1.)",
    " a Float @default(.5)",
    " a Float @default(-)",
    " a Float @default(- 1)",
    " a Float @default(+1)",
    " a Float @default(1abc)",
    " a Float @default(1.5.5)",
    " a Int @default(1) @default",
    " a Int[] @default([1, 2])",
    " a Int[] @default([])",
    " a Int[] @default([[1], []])",
    " a Int[] @default([1 2])",
    ' a String @default(f(g(1), [h(), "x"], a: b.c))',
    " a String @default(f (1))",
    " a String @default(f(1)",
    " a String @default f(1)",
    " a String @default(f(1)))",
    " model Int",
    " type String",
    " enum String\n view String\n datasource String\n generator String",
    " model X {",
    " model {",
    " a Int {",
    " } x",
    " a Int }",
    " )",
    " #",
    " -- x",
    " a Int\r\n b Int",
    " a Int\r b Int",
    " a Int\n\r\n\r b Int",
    " a Int\f",
    " a Int\x0b",
    " a Int\x85 b Int",
    " a Int\u2028",
    " a\u00a0Int\u3000@unique\u1680",
    " a\u200bInt",
    " \0",
    " // \0",
    " a é",
    " a Int @é(ñ: ç.é)",
    ' a String @default(é("x"))',
    *(
        f" @@index([id], where: {each})"
        for each in (
            "{ id: 1 }",
            "{ id: { not: null } }",
            "{}",
            "{ id: 1, }",
            '{ "id": 1 }',
            "{\n id: 1\n}",
            "{ id = 1 }",
            "{ id: [1, 2] }",
            "{ a.b: 1 }",
            "{ id: }",
            "{ id: f(x: 1) }",
            "{ id: 1 b: 2 }",
            "{ id 1 }",
            "{,}",
            "{ /* x */ }",
            "{ 1a: 1 }",
            "[{ id: 1 }]",
            'raw("x")',
        )
    ),
    # Letters, and what only looks like them: other digits, numerals, marks, connectors.
    *(f" x{each} Int" for each in "é中ªßʰǅ²Ⅷ٣\u0301①℃😀\u200d½ᛮ\u0903\u203f·\u1885Ⓐ\u2160\U0001d7d8𐴰"),
    *(f" {each}x Int" for each in "éñ中ªºßʰǅ²Ⅷ٣\u0301①℃😀\u200d½ᛮ\u0903\u203f·\u1885Ⓐ\u2160\U0001d7d8𐴰"),
)

A = "model A {\n  id Int @id\n}\n"
SETTING = 'generator c {\n  provider = "x"\n  b = %s\n}\n'
TEXTS = (
    "",
    "  ",
    "\n",
    "// x",
    "/* x */",
    "/* x",
    A,
    A.replace("\n", "\r\n"),
    A.replace("\n", "\r"),
    A.rstrip(),
    "\ufeff" + A,
    "/* a\n b */\n" + A,
    "/* a */ " + A,
    "/* a\n" + A,
    "model /* a */ A {\n id Int @id\n}\n",
    "model A /* a */ {\n id Int @id\n}\n",
    "model A { /* a\n b */\n id Int @id\n}\n",
    "model A { /* a */\n id Int @id\n}\n",
    "model A { // a\n id Int @id\n}\n",
    "model A { junk\n id Int @id\n}\n",
    "model A {\n id Int @id\n/* x */}\n",
    "model A {\n id Int @id\n} // x\n",
    "model A {\n id Int @id\n} /* x */ // y\n",
    "model A {\n id Int @id\n}model B {\n id Int @id\n}\n",
    "model A {\n id Int @id\n} x\n",
    "model A {\n id Int @id\n",
    "model A {\n id Int @id }\n",
    "model A {",
    "model A {}",
    "model A {}\n",
    "model A { id Int @id }\n",
    "model A { id Int @id }\n}\n",
    "model A\n{\n id Int @id\n}\n",
    "model\nA {\n id Int @id\n}\n",
    "model A{\n id Int @id\n}\n",
    "modelA {\n id Int @id\n}\n",
    "models {\n id Int @id\n}\n",
    "modelA B {\n id Int @id\n}\n",
    "model A B {\n id Int @id\n}\n",
    'model "A" {\n id Int @id\n}\n',
    "model A @x {\n id Int @id\n}\n",
    "model 1A {\n id Int @id\n}\n",
    "model A-B {\n id Int @id\n}\n",
    "model A.B {\n id Int @id\n}\n",
    "model É {\n id Int @id\n}\n",
    "model String {\n id Int @id\n}\n",
    "model model {\n id Int @id\n}\n",
    "model {\n id Int @id\n}\n",
    "Model A {\n id Int @id\n}\n",
    "embed A {\n a Int\n}\n",
    "foo {\n a b c\n}\n" + A,
    "foo B {\n a b c\n}\n" + A,
    "type A = Int @id\n",
    "type A=Int\n",
    "}\n",
    A + "}\n",
    A + A,
    A + "enum A {\n a\n}\n",
    A + 'generator A {\n provider = "x"\n}\n',
    A + "view A {\n id Int @unique\n}\n",
    "enum A {\n a\n a\n}\n",
    'enum A {\n a @map("x") // c\n b /// d\n\n @@map("y")\n}\n',
    "enum A {\n a Int\n}\n",
    "enum A {\n a,\n}\n",
    "enum A {\n a: 1\n}\n",
    "enum A {\n a = 1\n}\n",
    'enum A {\n "a"\n}\n',
    'enum A {\n @map("x")\n}\n',
    "enum A {\n a b\n}\n",
    'enum A {\n type //{\n model ///{\n enum @map("x{")\n}\n',
    "enum A {\n type x{\n}\n",
    "enum A { a }\nenum B {\n b\n}\n",
    "enum A { a\n b\n}\n",
    "enum 1A {\n a\n}\n",
    "enum A {\n 1a\n b-c\n _d\n}\n",
    "enum Int {\n a\n}\n",
    "view V {\n id Int @unique\n}\n",
    "view 1V {\n id Int @unique\n}\n",
    "type T {\n a Int\n}\n",
    "type T-U {\n 1a Int\n}\n",
    'generator c {\n provider = "x"\n provider = "y"\n}\n',
    'generator c {\n provider = "x"\n}\n' * 2,
    'generator a-b {\n provider = "x"\n p-q = 1\n 9 = 2\n}\n',
    'generator 9 {\n provider = "x"\n}\n',
    'generator String {\n provider = "x"\n}\n',
    'generator c {\n provider: "x"\n}\n',
    "generator c {\n provider\n}\n",
    'generator c {\n provider\n = "x"\n}\n',
    'generator c {\n provider = "x" // y\n}\n',
    'generator c {\n provider = "x" "y"\n}\n',
    'generator c {\n @@map("x")\n}\n',
    "generator c {\n _p = 1\n}\n",
    'datasource d {\n provider = "sqlite"\n url = "x"\n}\ndatasource e {\n provider = "sqlite"\n url = "x"\n}\n',
    'datasource d {\n provider = "postgresql"\n}\ndatasource d {\n provider = "postgresql"\n}\n',
    'datasource String {\n provider = "postgresql"\n}\n',
    'datasource d {\n provider = "postgresql"\n url = env("X")\n}\n',
    'datasource d {\n provider = "postgresql"\n url = "a"b"\n}\n',
    *(
        SETTING % each
        for each in (
            "",
            '["a",\n "b"]',
            '[\n "a", // x\n\n "b"\n ]',
            '["a", "b",]',
            '[/* x */"a"]',
            'f(\n"a")',
            'f("x",)',
            "f(a: 1, b: c.d)",
            "[1 // c\n, 2]",
            "[[1], {a: 1}]",
            "1abc",
            "x y",
            '"\\q"',
            "true",
            "-5",
            "a.b",
            "'x'",
        )
    ),
    MEDIUM,
    MEDIUM.replace("\n", "\r\n"),
)


@pytest.fixture(scope="module")
def oracle() -> Iterator[Oracle]:
    with prisma_oracle.oracle() as running:
        yield running


def refused(text: str) -> list[str]:
    _, found = parser.parse("schema.prisma", text)
    return [each.message for each in found if each.severity is Severity.ERROR]


def model(lines: str) -> str:
    return f"model A {{\n  id Int @id\n{lines}\n}}\n"


def test_the_table_is_long() -> None:
    assert len({*map(model, LINES), *TEXTS}) == len(LINES) + len(TEXTS) >= 150


@pytest.mark.parametrize("text", [*map(model, LINES), *TEXTS], ids=ascii)
def test_the_same_texts_are_refused(oracle: Oracle, text: str) -> None:
    assert bool(refused(text)) == bool(oracle.refuses(text)), (refused(text), oracle.errors(text))


@pytest.mark.parametrize("version", [5, 6])
def test_what_older_versions_take_is_taken(oracle: Oracle, version: int) -> None:
    """Prisma 7 only added to the syntax: comments with /*, letters of all languages, conditions of indexes."""
    texts = [*map(model, LINES), *TEXTS]
    taken = [each for each in texts if not oracle.refuses(each, version)]
    assert len(taken) > 70
    assert [each for each in taken if refused(each)] == []


SLIPS = '{}()[]"\\@:,.?!=/\n\r \ta1é²-_'


@pytest.mark.parametrize("turn", [None, 0, 7, 13])
def test_every_single_slip(oracle: Oracle, turn: int | None) -> None:
    """Each character of a good schema left out; or before each, another one put, each in its turn."""
    differing, compared = [], 0
    for index in range(len(MEDIUM)):
        slip = "" if turn is None else SLIPS[(index + turn) % len(SLIPS)]
        text = MEDIUM[:index] + slip + MEDIUM[index + (turn is None) :]
        ours = refused(text)
        try:
            theirs = oracle.refuses(text) or _looked_away(text, ours)
        except OracleCrashError:  # an unknown function behind `ops:` is one to Prisma 7.10
            continue
        compared += 1
        if bool(ours) != bool(theirs):
            differing.append((text[max(0, index - 20) : index + 20], ours, oracle.errors(text)[:2]))
    assert differing == []
    assert compared > 1000


def _looked_away(text: str, ours: list[str]) -> bool:
    """Prisma takes a native type's `(320:)` for no argument at all. We do not."""
    return (
        len(ours) == 1
        and ours[0].startswith("a value behind")
        and re.search(r"@db\.\w+\([^)\n]*:", text) is not None
    )


def told(file: nodes.File) -> Mapping[str, Any]:
    """Our tree in the words of Prisma's datamodel, as far as it follows from the text alone."""
    return {
        "models": {
            each.name.text: _model(each)
            for each in file.blocks
            if each.kind in {nodes.Kind.MODEL, nodes.Kind.VIEW}
        },
        "enums": {
            each.name.text: {
                "dbName": _mapped(each.attributes),
                "values": [(value.name.text, _mapped(value.attributes)) for value in each.values],
            }
            for each in file.blocks
            if each.kind is nodes.Kind.ENUM
        },
    }


def _model(block: nodes.Block) -> Mapping[str, Any]:
    named = {each.name.text: each for each in block.attributes}
    return {
        "dbName": _mapped(block.attributes),
        "schema": _plain(named["schema"].arguments[0].value),
        "documentation": block.documentation,
        "primaryKey": _plain(named["id"].arguments[0].value) if "id" in named else None,
        "uniqueFields": [
            _plain(each.arguments[0].value) for each in block.attributes if each.name.text == "unique"
        ],
        "fields": [_field(each) for each in block.fields if each.type.name is not None],
    }


def _field(field: nodes.Field) -> Mapping[str, Any]:
    named = {each.name.text: each for each in field.attributes}
    native = next((each for each in field.attributes if each.name.text.startswith("db.")), None)
    relation = (
        {each.name.text: _plain(each.value) for each in named["relation"].arguments if each.name}
        if "relation" in named
        else {}
    )
    return {
        "name": field.name.text,
        "dbName": _mapped(field.attributes),
        "type": field.type.name,
        "isList": field.type.arity is nodes.Arity.LIST,
        "isRequired": field.type.arity is not nodes.Arity.OPTIONAL,
        "isId": "id" in named,
        "isUnique": "unique" in named,
        "isUpdatedAt": "updatedAt" in named,
        "documentation": field.documentation,
        "nativeType": native
        and [native.name.text[3:], [str(_plain(each.value)) for each in native.arguments]],
        "default": _plain(named["default"].arguments[0].value) if "default" in named else None,
        "from": relation.get("fields", []),
        "to": relation.get("references", []),
        "onDelete": relation.get("onDelete"),
    }


def _mapped(attributes: tuple[nodes.Attribute, ...]) -> str | None:
    found = [each.arguments[0].value for each in attributes if each.name.text == "map"]
    return _plain(found[0]) if found else None


def _plain(value: nodes.Expression) -> Any:
    match value:
        case nodes.Text():
            return value.value
        case nodes.Number():
            return float(value.value) if "." in value.value else int(value.value)
        case nodes.Constant():
            return {"true": True, "false": False}.get(value.value, value.value)
        case nodes.List():
            return [_plain(each) for each in value.values]
        case nodes.Call():
            return {"name": value.name, "args": [_plain(each.value) for each in value.arguments]}
        case nodes.Object():
            return {each.name.text: _plain(each.value) for each in value.members if each.name}


def theirs(said: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "models": {
            each["name"]: {
                "dbName": each["dbName"],
                "schema": each["schema"],
                "documentation": each.get("documentation"),
                "primaryKey": each["primaryKey"] and each["primaryKey"]["fields"],
                "uniqueFields": each["uniqueFields"],
                "fields": [_their_field(field) for field in each["fields"]],
            }
            for each in said["models"]
        },
        "enums": {
            each["name"]: {
                "dbName": each["dbName"],
                "values": [(value["name"], value.get("dbName")) for value in each["values"]],
            }
            for each in said["enums"]
        },
    }


def _their_field(field: Mapping[str, Any]) -> Mapping[str, Any]:
    same = ("name", "type", "isList", "isRequired", "isId", "isUnique")
    return {
        **{each: field[each] for each in same},
        "dbName": field.get("dbName"),
        "isUpdatedAt": field.get("isUpdatedAt", False),
        "documentation": field.get("documentation"),
        "nativeType": field.get("nativeType"),
        "default": field.get("default"),
        "from": field.get("relationFromFields", []),
        "to": field.get("relationToFields", []),
        "onDelete": field.get("relationOnDelete"),
    }


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_the_tree_says_what_prisma_says(oracle: Oracle, line_end: str) -> None:
    text = MEDIUM.replace("\n", line_end)
    file, found = parser.parse("schema.prisma", text)
    assert found == []
    assert told(file) == theirs(oracle.datamodel(text))


def test_taken_lines_make_the_tree_that_prisma_has(oracle: Oracle) -> None:
    """Names, types and arities of all lines that Prisma takes whole."""
    compared = 0
    for text in map(model, LINES):
        # Prisma leaves a `*` of the second of two such comments in its text.
        if oracle.errors(text) or "*/ /*" in text:
            continue
        file, _ = parser.parse("schema.prisma", text)
        (said,) = oracle.datamodel(text)["models"]
        ours = [
            (each.name.text, each.type.name, each.type.arity is nodes.Arity.OPTIONAL, each.documentation)
            for each in file.blocks[0].fields
            if each.type.name
        ]
        assert ours == [
            (each["name"], each["type"], not each["isRequired"], each.get("documentation"))
            for each in said["fields"]
        ], text
        compared += 1
    assert compared > 30
