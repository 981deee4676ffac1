"""Our comparison gives Prisma's own verdict: on each pair of SQL and Prisma that are equal, and on each mutation of it.

Where Prisma's engine is known to be wrong the table says why, and the second witness decides: the database that the
engine makes of the schema, described by the catalogs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import asyncpg
import pytest

from generator.prisma import attributes, comparing, describing, expected, literals, nodes, parser, types
from generator.prisma.relational import Database
from tests.support import postgres, prisma_engine
from tests.support.pairs import relations
from tests.support.pairs import types as of_types
from tests.support.pairs.pair import Change, Mutation, Pair
from tests.support.prisma_engine import Engine

T = TypeVar("T")

PAIRS = (*of_types.PAIRS, *relations.PAIRS)
MUTATED = tuple((pair, each) for pair in PAIRS for each in pair.mutations)
# Not PostgreSQL's: `auto` is MongoDB's, `sequence` CockroachDB's.
_OF_OTHERS = {"auto", "sequence"}


@dataclass(frozen=True, slots=True)
class Scratch:
    """A database that is emptied before each use, seen as a superuser: base types and extensions need one."""

    runner: asyncio.Runner
    connection: asyncpg.Connection
    dsn: str

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def holds(self, *scripts: str) -> None:
        self.run(self._hold(scripts))

    async def _hold(self, scripts: tuple[str, ...]) -> None:
        await self.connection.execute("DROP EXTENSION IF EXISTS plpgsql CASCADE")
        schemas = await self.connection.fetch(
            r"SELECT quote_ident(nspname) FROM pg_namespace"
            r" WHERE nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema'"
        )
        for (schema,) in schemas:
            await self.connection.execute(f"DROP SCHEMA {schema} CASCADE")
        await self.connection.execute("CREATE SCHEMA public; CREATE EXTENSION plpgsql")
        for each in filter(None, scripts):  # asyncpg fails on an empty one.
            await self.connection.execute(each)

    def described(self, schema: nodes.Schema) -> Database:
        return self.run(describing.read(self.connection, expected.schemas(schema), []))


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with prisma_engine.engine() as running:
        yield running


@pytest.fixture(scope="module")
def scratches() -> Iterator[tuple[Scratch, Scratch]]:
    # NULLS NOT DISTINCT is of PostgreSQL 15.
    with (
        postgres.server(postgres.of_major(15, 16, 17, 18)) as server,
        asyncio.Runner() as runner,
        server.database() as first,
        server.database() as second,
    ):
        dsns = [replace(server.admin, name=each.name).dsn for each in (first, second)]
        one, two = (Scratch(runner, runner.run(_connected(dsn)), dsn) for dsn in dsns)
        yield one, two
        for each in (one, two):
            each.run(each.connection.close())


async def _connected(dsn: str) -> asyncpg.Connection:
    connection: asyncpg.Connection = await asyncpg.connect(
        dsn, server_settings={"client_min_messages": "error"}
    )
    return connection


def understood(text: str) -> tuple[Database, nodes.Schema]:
    file, problems = parser.parse("schema.prisma", text)
    schema = nodes.Schema((file,))
    database, wrong = expected.read(schema)
    assert [*problems, *wrong] == []
    return database, schema


def changed(text: str, change: Change | None) -> str:
    if change is None:
        return text
    assert text.count(change.old) == 1
    return text.replace(*change)


def mutant(pair: Pair, by: Mutation) -> Pair:
    assert by.sql or by.prisma
    return replace(pair, sql=changed(pair.sql, by.sql), prisma=changed(pair.prisma, by.prisma))


@dataclass(frozen=True, slots=True)
class Verdicts:
    """`differences` are ours, `beside` what we list as none of Prisma's; `engine` is how Prisma's engine would mend
    the database, or the schema."""

    differences: tuple[comparing.Difference, ...]
    beside: tuple[str, ...]
    engine: str


def verdicts(pair: Pair, engine: Engine, scratch: Scratch) -> Verdicts:
    wanted, schema = understood(pair.schema)
    scratch.holds(pair.before, pair.sql)
    found = scratch.described(schema)
    return Verdicts(
        comparing.compare(wanted, found),
        comparing.beside(found, expected=wanted),
        engine.change(pair.schema, scratch.dsn) or repulled(pair.schema, engine, scratch.dsn),
    )


def repulled(text: str, engine: Engine, dsn: str) -> str:
    """What `db pull` would make of a schema that may have views, to which the engine's differ is blind; empty if
    nothing else."""
    if '"views"' not in text:
        return ""
    pulled = engine.repull(text, dsn)
    return pulled if pulled.split() != text.split() else ""


def is_remade(pair: Pair, engine: Engine, scratches: tuple[Scratch, Scratch]) -> bool:
    """Whether the engine's own work from the schema is the database that `verdicts` left."""
    first, second = scratches
    _, schema = understood(pair.schema)
    second.holds(pair.before, engine.ddl(pair.schema, second.dsn))
    return second.described(schema) == first.described(schema)


@pytest.mark.parametrize("pair", [pytest.param(each, id=each.name) for each in PAIRS])
def test_an_equal_pair_is_silent(pair: Pair, engine: Engine, scratches: tuple[Scratch, Scratch]) -> None:
    ours = verdicts(pair, engine, scratches[0])
    assert ours.differences == ()
    if pair.engine:
        assert ours.engine != "", f"the engine is right now, though: {pair.engine}"
        assert is_remade(pair, engine, scratches)
    else:
        assert ours.engine == ""


@pytest.mark.parametrize(
    ("pair", "by"), [pytest.param(pair, by, id=f"{pair.name}/{by.name}") for pair, by in MUTATED]
)
def test_a_mutated_pair_is_told(
    pair: Pair, by: Mutation, engine: Engine, scratches: tuple[Scratch, Scratch]
) -> None:
    changed_pair = mutant(pair, by)
    ours = verdicts(changed_pair, engine, scratches[0])
    assert [each.rule for each in ours.differences] == ([by.rule] if by.rule else [])
    is_told = bool(by.rule)
    if by.engine:
        assert (ours.engine != "") is not is_told, f"the engine is right now, though: {by.engine}"
    else:
        assert (ours.engine != "") is is_told
    if by.engine or pair.engine:
        assert is_remade(changed_pair, engine, scratches) is not is_told
        verdicts(pair, engine, scratches[0])
        assert is_remade(pair, engine, scratches)
    if not is_told:
        assert verdicts(pair, engine, scratches[0]).beside != ours.beside


def test_the_table_is_long_enough() -> None:
    names = [each.name for each in PAIRS]
    assert len(set(names)) == len(names) >= 120
    assert [each.name for each in PAIRS if not each.mutations] == []
    mutations = [(pair.name, by.name) for pair, by in MUTATED]
    assert len(set(mutations)) == len(mutations)


def _files() -> Iterator[nodes.File]:
    for pair in PAIRS:
        file, problems = parser.parse("schema.prisma", pair.schema)
        assert problems == []
        yield file


def _attributes(of: nodes.Block) -> Iterator[tuple[str, nodes.Attribute]]:
    yield from ((f"{of.kind} @@", each) for each in of.attributes)
    yield from (("@", each) for field in of.fields for each in field.attributes)
    yield from (("enum value @", each) for value in of.values for each in value.attributes)


def test_the_table_has_everything_of_prisma() -> None:
    blocks = [block for file in _files() for block in file.blocks]
    fields = [field for block in blocks for field in block.fields]
    arities = {(field.type.name, field.type.arity) for field in fields}
    assert arities >= {(scalar, arity) for scalar in (*types.SCALAR, None) for arity in nodes.Arity}
    found = [(where, each) for block in blocks for where, each in _attributes(block)]
    used = {(each.name.text, bool(each.arguments)) for _, each in found}
    for name, native in types.NATIVE.items():
        assert (f"db.{name}", False) in used
        assert (f"db.{name}", True) in used or native.most == 0
    names = {where + each.name.text for where, each in found}
    assert names >= {f"@{each}" for each in attributes.FIELD}
    assert names >= {f"model @@{each}" for each in attributes.BLOCK}
    assert names >= {f"enum @@{each}" for each in attributes.ENUM}
    assert names >= {f"enum value @{each}" for each in attributes.ENUM_VALUE}
    values = [each.arguments[0].value for _, each in found if each.name.text == "default"]
    functions = {each.name for each in values if isinstance(each, nodes.Call)}
    assert functions == literals._FUNCTIONS - _OF_OTHERS
