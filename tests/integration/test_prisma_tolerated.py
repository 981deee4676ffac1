"""Where `gen prisma check` is silent and Prisma's engine is not, on purpose: both forms are good ones, and no client
minds. These are not in the table of pairs, which is for where the two agree or the engine is wrong about itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from generator.prisma import comparing, expected, nodes, parser
from tests.integration.test_prisma_describing import RESET, described
from tests.support import postgres, prisma_engine
from tests.support.prisma_engine import Engine

VIEWS = 'generator c {\n  provider = "prisma-client"\n  output = "c"\n  previewFeatures = ["views"]\n}\n\n'


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with prisma_engine.engine() as running:
        yield running


@pytest.fixture(scope="module")
def shared() -> Iterator[postgres.Database]:
    with postgres.server() as server, server.database() as database:
        yield database


def told(text: str, shared: postgres.Database) -> tuple[list[str], tuple[str, ...]]:
    """The rules of the differences, and what is beside."""
    file, problems = parser.parse("schema.prisma", text)
    wanted, wrong = expected.read(nodes.Schema((file,)))
    assert [*problems, *wrong] == []
    found = described(shared)
    differences = comparing.compare(wanted, found)
    return [each.rule for each in differences], comparing.beside(found, expected=wanted)


LISTS = "model Post {\n  id Int @id\n  tags Tag[]\n}\n\nmodel Tag {\n  id Int @id\n  posts Post[]\n}\n"


def test_a_join_table_of_prisma_5(engine: Engine, shared: postgres.Database) -> None:
    """Its key is a unique index. Prisma 6 reads it as it is, and only `migrate` would change it."""
    text = prisma_engine.DATASOURCE + LISTS
    made = engine.ddl(text, shared.dsn)
    shared.query(
        RESET
        + made
        + 'ALTER TABLE "_PostToTag" DROP CONSTRAINT "_PostToTag_AB_pkey";'
        + 'CREATE UNIQUE INDEX "_PostToTag_AB_unique" ON "_PostToTag" ("A", "B");'
    )
    assert told(text, shared) == ([], ())
    assert 'ADD CONSTRAINT "_PostToTag_AB_pkey"' in engine.change(text, shared.dsn)
    assert "model _PostToTag" not in engine.introspect(text, shared.dsn)
    # The same of any other name, or none, is no such table.
    shared.query('ALTER INDEX "_PostToTag_AB_unique" RENAME TO own')
    assert told(text, shared)[0] == ["prisma-primary-key"]
    shared.query("DROP INDEX own")
    assert told(text, shared)[0] == ["prisma-primary-key"]


def test_columns_that_an_index_includes(engine: Engine, shared: postgres.Database) -> None:
    """Prisma's engine takes them for columns of the key, which makes another promise of a unique index."""
    shared.query(
        RESET + "CREATE TABLE t (id int PRIMARY KEY, a int); CREATE UNIQUE INDEX own ON t (a) INCLUDE (id)"
    )
    model = prisma_engine.DATASOURCE + "model t {\n  id Int @id\n  a Int?\nLINE}\n"
    beside = ("`t`: `own` (include index)",)
    none = model.replace("LINE", "")
    assert told(none, shared) == ([], beside)
    assert "DROP INDEX" in engine.change(none, shared.dsn)
    right = model.replace("LINE", '\n  @@unique([a], map: "own")\n')
    assert told(right, shared) == ([], beside)
    assert "DROP INDEX" in engine.change(right, shared.dsn)
    pulled = model.replace("LINE", '\n  @@unique([a, id], map: "own")\n')
    assert told(pulled, shared)[0] == ["prisma-unique"]
    assert engine.change(pulled, shared.dsn) == ""


@pytest.mark.parametrize("kind", ["MATERIALIZED VIEW", "VIEW"])
def test_a_view_with_a_block(kind: str, engine: Engine, shared: postgres.Database) -> None:
    """`db pull` passes over a materialized view and takes its block away; a client reads it like any other."""
    shared.query(
        RESET + f"CREATE TABLE t (id int PRIMARY KEY); CREATE {kind} v AS SELECT 1 AS id, 'x'::text AS a"
    )
    text = VIEWS + prisma_engine.DATASOURCE + "model t {\n  id Int @id\n}\n\n"
    text += "view v {\n  id Int    @unique\n  a  String\n}\n"
    assert told(text, shared) == ([], ())
    assert ("view v" in engine.repull(text, shared.dsn)) is (kind == "VIEW")
    assert told(text.replace("String", "Int"), shared)[0] == ["prisma-type"]
    assert told(text.replace("  a  String\n", ""), shared)[0] == ["prisma-column-missing"]
    assert told(text.partition("view v")[0], shared)[0] == ([] if "MATERIALIZED" in kind else ["prisma-view"])


def test_a_model_of_a_foreign_table(engine: Engine) -> None:
    with postgres.server() as server, server.database() as made:
        admin = replace(server.admin, name=made.name)  # The superuser alone makes them.
        admin.query(
            "CREATE FOREIGN DATA WRAPPER far; CREATE SERVER away FOREIGN DATA WRAPPER far;"
            "CREATE FOREIGN TABLE t (id int NOT NULL) SERVER away;"
        )
        text = prisma_engine.DATASOURCE + "model t {\n  id Int\n  @@ignore\n}\n"
        assert told(text, admin) == ([], ("`t`: `foreign table` (of a foreign server)",))
        assert "CREATE TABLE" in engine.change(text, admin.dsn)
        assert told(text.replace("id Int", "id String"), admin)[0] == ["prisma-type"]
