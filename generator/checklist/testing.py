"""Item 6: every model that is concerned is used through Prisma Client in the service's tests.

Only that the call is there is verified; gen runs no test.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from generator import model
from generator.checklist import accessors, items, trees
from generator.checklist.items import Item, Outcome
from generator.diagnostics import Diagnostic
from generator.insync.excluding import Excluding
from generator.insync.run import NOTHING
from generator.migrations import mentions, quoting
from generator.migrations.model import Migration
from generator.prisma.nodes import Block, Kind, Schema
from generator.prisma.relational import Database, Table

MISSING = "checklist-test-missing"
PATH = "checklist-tests-path"
ENDINGS = frozenset(
    {".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"},
)
MAX_BYTES = 2 * 1024 * 1024
MAX_TOTAL = 64 * 1024 * 1024
_MOST_NAMED = 3
_COMMENT = re.compile(r"--[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
_WORD = re.compile(r"\w+")
# Statements that change nothing but what they name. What any other does is not in its text alone.
# fmt: off
_LITERAL = frozenset(
    {
        "create", "alter", "drop", "comment", "grant", "revoke", "insert", "update", "delete", "truncate",
        "set", "reset", "lock", "reindex", "analyze",
    }
)
# fmt: on
_RUNS = re.compile(r"\b(?:execute|perform|call|select)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Concerned:
    """The models to be used, and why these."""

    models: tuple[Block, ...]
    why: str


@dataclass(slots=True)
class _Looked:
    """Where each accessor was found first, and how many files there were."""

    uses: dict[str, tuple[str, int]]
    files: int
    unread: list[str]


def verify(
    root: Path, service: model.Service, schema: Schema, said: Database, new: Sequence[Migration] | None
) -> Outcome:
    """`said` is all that the schema says, and it has no mistakes; `new` are the new migrations, None for all."""
    settings = service.prisma
    assert settings is not None
    left, _ = Excluding(settings.exclude, service.table).without(schema, said, NOTHING)
    concerned = _concerned(schema, left, new)
    if not concerned.models:
        return _nothing(schema, concerned)
    if not settings.tests:
        return items.not_verified(
            Item.TESTS,
            "services.yaml does not say where the tests are",
            "write `prisma: {tests: [path/to/tests]}` under the service",
        )
    wanted = {accessors.name(each.name.text): each for each in concerned.models}
    looked, wrong = _look(root, service, wanted)
    missing = [block for name, block in wanted.items() if name not in looked.uses]
    found = [*wrong, *(_missing(schema, each, looked, settings.tests) for each in missing)]
    told = [
        f"`{block.name.text}` is used in {_place(looked, name)}"
        for name, block in wanted.items()
        if name in looked.uses
    ]
    told += [f"not read: {each}" for each in looked.unread]
    if found:
        return items.failed(Item.TESTS, found, told)
    return items.passed(Item.TESTS, [f"{concerned.why}; gen did not run the tests", *told])


def _place(looked: _Looked, name: str) -> str:
    path, line = looked.uses[name]
    return f"{path}:{line}"


def _nothing(schema: Schema, concerned: _Concerned) -> Outcome:
    if concerned.why:
        return items.passed(Item.TESTS, [f"nothing to do, because {concerned.why}"])
    if not schema.of(Kind.MODEL):
        return items.passed(Item.TESTS, ["nothing to do, because the schema has no model"])
    return items.not_verified(
        Item.TESTS,
        "every model of the schema is excluded or has `@@ignore`",
        "see whether `prisma.exclude` says more than it should",
    )


def _concerned(schema: Schema, said: Database, new: Sequence[Migration] | None) -> _Concerned:
    blocks = {each.name.span: each for each in schema.of(Kind.MODEL) if not _is_ignored(each)}
    tables = {
        blocks[each.origin]: each
        for each in said.tables.values()
        if each.origin in blocks and not each.is_join_table
    }
    models = tuple(each for each in blocks.values() if each in tables)
    if not models:
        return _Concerned((), "")
    every = _Concerned(
        models,
        f"all {len(models)} models were looked for" if len(models) > 1 else "the one model was looked for",
    )
    if new is None:
        return every
    hidden = next(_hidden(new), None)
    if hidden is not None:
        return _Concerned(models, f"{every.why}, for what {hidden} changes is not in its text alone")
    named = tuple(each for each in models if _is_named(tables[each], said, new))
    if not named:
        return _Concerned((), "the new migrations name no table of a model, nor an enum of its fields")
    return _Concerned(
        named, f"{len(named)} of {len(models)} models were looked for: those of the new migrations"
    )


def _is_ignored(block: Block) -> bool:
    return any(each.name.text == "ignore" for each in block.attributes)


def _is_named(table: Table, said: Database, new: Sequence[Migration]) -> bool:
    types = {each.type.name for each in table.columns.values()}
    enums = [name for schema, name in said.enums if f"{schema}.{name}" in types]
    return any(mentions.last((), [each], new) is not None for each in (table.name, *enums))


def _hidden(new: Iterable[Migration]) -> Iterator[str]:
    """The places of statements that may change what they do not name."""
    for migration in new:
        for statement in migration.up:
            text = _COMMENT.sub(" ", statement.text)
            word = _WORD.search(text)
            head = word[0].lower() if word else ""
            if head not in _LITERAL and (head != "do" or _RUNS.search(text)):
                yield f"{migration.path}:{statement.line}"


def _look(
    root: Path, service: model.Service, wanted: Mapping[str, Block]
) -> tuple[_Looked, list[Diagnostic]]:
    assert service.prisma is not None
    walk = trees.Walk(root, ENDINGS)
    looked = _Looked({}, 0, walk.unread)
    wrong: list[Diagnostic] = []
    total = 0
    for number, path in enumerate(service.prisma.tests):
        try:
            # All of them are looked for, so that a wrong path is told even where nothing is missing.
            found = sorted(walk.files(path))
        except trees.Unreadable as reason:
            wrong.append(_no_tests(path, str(reason), service, number))
            continue
        for shown, file in found:
            pending = wanted.keys() - looked.uses.keys()
            if not pending:
                break
            if total > MAX_TOTAL:
                walk.unread.append(f"{shown} and what follows: more than {MAX_TOTAL} bytes")
                break
            text = walk.text(file, shown, MAX_BYTES)
            looked.files += 1
            if text is not None:
                total += len(text)
                for name, index in accessors.calls(text, pending):
                    looked.uses.setdefault(name, (shown, text.count("\n", 0, index) + 1))
    return looked, wrong


def _no_tests(path: str, reason: str, service: model.Service, number: int) -> Diagnostic:
    return Diagnostic(
        PATH,
        f"`{quoting.shown(path)}` of `prisma.tests` {reason}",
        "name a file or folder with tests, by its path from the directory of services.yaml",
        service.where(f"prisma.tests.{number}"),
    )


def _missing(schema: Schema, block: Block, looked: _Looked, tests: Sequence[str]) -> Diagnostic:
    name = accessors.name(block.name.text)
    places = ", ".join(f"`{quoting.shown(each)}`" for each in tests[:_MOST_NAMED])
    more = f" and {len(tests) - _MOST_NAMED} more" if len(tests) > _MOST_NAMED else ""
    files = "1 file" if looked.files == 1 else f"{looked.files} files"
    return Diagnostic(
        MISSING,
        f"no test uses `{block.name.text}` through Prisma Client: no call such as `.{name}.findMany(…)` in {files} of "
        f"{places}{more}",
        f"write a test that calls a method of `prisma.{name}`, or exclude the model in services.yaml",
        schema.position(block.name.span),
    )
