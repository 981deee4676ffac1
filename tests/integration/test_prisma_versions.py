"""Schemas as Prisma 5, 6 and 7 have them: read whole, compared, and told of at a place when they are broken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from generator.diagnostics import Diagnostic, Position
from generator.prisma import expected, files, nodes
from tests.integration.test_prisma_check import SECRET, SETTING, problems, run, told
from tests.support import postgres, prisma_engine, prisma_oracle, projects
from tests.support.prisma_oracle import Oracle

FILES = Path(__file__).parents[1] / "cases" / "prisma" / "versions"
TEXTS = {
    version: (FILES / f"{version}.prisma").read_text(encoding="utf-8") for version in prisma_oracle.VERSIONS
}
# What only a generator or a client has to do with, or an older Prisma: the engine of Prisma 7 makes no table of it.
ADDRESSES = ("url", "directUrl", "shadowDatabaseUrl", "extensions")


@pytest.fixture(scope="module")
def oracle() -> Iterator[Oracle]:
    with prisma_oracle.oracle() as running:
        yield running


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    with postgres.server() as started:
        yield started


def without_addresses(text: str) -> str:
    return "\n".join(line for line in text.split("\n") if line.split(" =")[0].strip() not in ADDRESSES)


def project(root: Path, schema: bytes, migration: str) -> Path:
    made = projects.write(root, SETTING, {"00001_all.sql": projects.migration(migration)})
    (made / "prisma").mkdir()
    (made / "prisma" / "schema.prisma").write_bytes(schema)
    return made


@pytest.mark.parametrize("version", prisma_oracle.VERSIONS)
def test_the_fixtures_are_right_for_their_version(oracle: Oracle, version: int) -> None:
    assert oracle.errors(TEXTS[version], version) == []


@pytest.mark.parametrize("version", prisma_oracle.VERSIONS)
def test_a_schema_is_in_step_with_what_prisma_makes_of_it(
    tmp_path: Path, server: postgres.Server, version: int
) -> None:
    with prisma_engine.engine() as engine, server.database() as database:
        ddl = engine.ddl(without_addresses(TEXTS[version]), database.dsn)
    made = project(
        tmp_path, TEXTS[version].encode(), ddl.replace('CREATE SCHEMA IF NOT EXISTS "public";', "")
    )
    found = told(made, server)
    assert (problems(found), found["exit"]) == ([], 0)


@pytest.mark.parametrize("ends", ["\r\n", "\n"])
def test_line_ends_and_a_byte_order_mark(tmp_path: Path, ends: str) -> None:
    broken = TEXTS[7].replace("State  @default(active)", "Stat  @default(active)").replace("\n", ends)
    found = told(project(tmp_path, broken.encode(), "SELECT 1;"), None)
    assert problems(found)[0][:3] == ("prisma-unknown-type", "prisma/schema.prisma", 15)


# What stands in the schema, what stands there instead, and the rule that is told there.
BROKEN = {
    "cut in a block": ("model User {", "model User", "prisma-syntax"),
    "no type": ("  id        String    @id", "  id", "prisma-syntax"),
    "an unknown attribute": ("@unique", "@uniqe", "prisma-unknown-attribute"),
    "an unknown type": ("name      String?", "name      Strng?", "prisma-unknown-type"),
    "an unknown native type": ("@db.VarChar(100)", "@db.Varchar(100)", "prisma-native-type"),
    "a length that is none": ("@db.VarChar(100)", "@db.VarChar(none)", "prisma-native-type"),
    "an enum's value that is none": ("@default(USER)", "@default(ROOT)", "prisma-default"),
    "an index of no field": ("@@index([email,", "@@index([mail,", "prisma-unknown-field"),
    "an unknown argument": ('name: "by_email_and_name"', 'nam: "by_email_and_name"', "prisma-argument"),
    "a relation to no field": (
        "references: [id], onDelete: Cascade",
        "references: [ids], onDelete: Cascade",
        "prisma-unknown-field",
    ),
    "an action that is none": ("onDelete: Cascade", "onDelete: Cascad", "prisma-argument"),
    "a relation without its other side": ("  events    Event[]\n", "", "prisma-relation"),
    "a name twice": ("model Profile {", "model User {", "prisma-duplicate"),
    "another database": (
        'provider          = "postgresql"',
        'provider          = "mysql"',
        "prisma-provider",
    ),
    "a conflict": ("model Post {", "<<<<<<< HEAD\nmodel Post {", "prisma-syntax"),
    "a string that does not end": ('@map("deleted_at")', '@map("deleted_at)', "prisma-syntax"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_told_at_its_line(tmp_path: Path, oracle: Oracle, name: str) -> None:
    old, new, rule = BROKEN[name]
    broken = TEXTS[5].replace(old, new, 1)
    # Without its other side the relation itself is what is wrong.
    place = TEXTS[5].index(old) if new else broken.index("user   User?")
    line = broken.count("\n", 0, place) + 1
    found = told(project(tmp_path, broken.encode(), "SELECT 1;"), None)
    assert (rule, "prisma/schema.prisma", line) in [each[:3] for each in problems(found)]
    assert all(each["help"] for each in found["diagnostics"])
    assert found["exit"] == 1
    # Prisma refuses it too, or has no error for another database.
    assert oracle.errors(broken, 5) or name == "another database"


HOSTILE = {
    "empty": b"",
    "NUL": b"model A {\0}\n",
    "not UTF-8": b"model A { id Int \xff }\n",
    "UTF-16": "model A { id Int @id }\n".encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + TEXTS[7].encode(),
    "deep": b"model A {\n a Int @default(" + b"[" * 100_000,
    "long": b'model A {\n a Int @default(dbgenerated("' + b"x" * 200_000 + b'"))\n}\n',
    "braces": b"{" * 10_000,
    "escapes": b"model \x1b[31mA {\n}\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files(tmp_path: Path, name: str) -> None:
    said = run(project(tmp_path, HOSTILE[name], "SELECT 1;"), None)
    assert "internal error" not in said.stderr
    assert "\x1b" not in said.stderr
    if said.returncode == 2:  # It is right, and the server is not there.
        assert "127.0.0.1" in said.stderr
    else:
        assert said.returncode == 1
        assert "prisma/schema.prisma:" in said.stderr


@pytest.mark.parametrize("version", prisma_oracle.VERSIONS)
def test_a_file_that_ends_anywhere_is_told_of_inside_it(tmp_path: Path, version: int) -> None:
    text = TEXTS[version]
    for end in range(0, len(text), 7):
        (tmp_path / "schema.prisma").write_bytes(text[:end].encode())
        schema, found = files.read(tmp_path, "schema.prisma", Position("services.yaml"))
        _, more = expected.read(schema)
        lines = text[:end].split("\n")
        for each in (*found, *more):
            assert_inside(each, schema, lines)


def assert_inside(found: Diagnostic, schema: nodes.Schema, lines: list[str]) -> None:
    where = found.position
    assert where.path == "schema.prisma"
    assert 1 <= where.line <= len(lines), (found, schema)
    assert 1 <= where.column <= len(lines[where.line - 1]) + 1, (found, schema)
    assert found.message
    assert found.help


def test_the_path_may_be_a_link_a_folder_or_nonsense(tmp_path: Path) -> None:
    outside = tmp_path / "outside.prisma"
    outside.write_text(TEXTS[7], encoding="utf-8")
    (tmp_path / "a").mkdir()
    made = project(tmp_path / "a", b"", "SELECT 1;")
    (made / "prisma" / "schema.prisma").unlink()
    (made / "prisma" / "schema.prisma").symlink_to(outside)
    assert [each[0] for each in problems(told(made, None))] == ["prisma-link"]
    paths = {"../outside.prisma": "prisma-link", "prisma/none": "prisma-missing", "/etc": "prisma-link"}
    for path, rule in paths.items():
        projects.write(made, f"{SECRET}prisma:\n  schema: {path}\n", {})
        assert [each[0] for each in problems(told(made, None))] == [rule]
