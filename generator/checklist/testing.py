"""Item 6: every model that is concerned is used through Prisma Client in the service's tests.

Only that the call is there is verified; gen runs no test.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from generator import model
from generator.checklist import accessors, clients, concerned, items, looking
from generator.checklist.concerned import Concerned
from generator.checklist.items import Item, Outcome, State
from generator.checklist.looking import Looked, Use
from generator.checklist.migrating import New
from generator.diagnostics import Diagnostic
from generator.insync.excluding import Excluding
from generator.insync.run import NOTHING
from generator.migrations import quoting
from generator.prisma.nodes import Block, Kind, Schema
from generator.prisma.relational import Database

MISSING = "checklist-test-missing"
PATH = "checklist-tests-path"
_MOST_NAMED = 3


def verify(
    root: Path, service: model.Service, schema: Schema, said: Database, new: New | None, models: State
) -> Outcome:
    """`said` is all that the schema says, and it has no mistakes; `new` is None where all models are concerned;
    `models` is what became of item 2."""
    settings = service.prisma
    assert settings is not None
    if new is not None and not new.migrations:
        why = f"there is no migration that is new against {new.reference}, so that no model is concerned"
        return items.not_verified(Item.TESTS, why, "mend item 1 first")
    left, _ = Excluding(settings.exclude, service.table).without(schema, said, NOTHING)
    migrations = None if new is None else new.migrations
    found = _verify(root, service, schema, concerned.models(schema, left, migrations, service.migrations))
    if new is not None and models is not State.PASSED and found.state is State.PASSED:
        # A new table without a model has no test through a client either.
        why = "the new migrations may concern models that are not there, or not right"
        return items.not_verified(Item.TESTS, why, f"mend item {2 if models is State.FAILED else 1} first")
    return found


def _verify(root: Path, service: model.Service, schema: Schema, of: Concerned) -> Outcome:
    settings = service.prisma
    assert settings is not None
    if not of.models:
        return _nothing(schema, of)
    if not settings.tests:
        return items.not_verified(
            Item.TESTS,
            "services.yaml does not say where the tests are",
            "write `prisma: {tests: [path/to/tests]}` under the service",
        )
    wanted = {accessors.name(each.name.text): each for each in of.models}
    looked = looking.look(
        root, settings.tests, frozenset(wanted), frozenset(clients.folders(root, service, schema))
    )
    used = {block.name.text: looked.uses[name] for name, block in wanted.items() if name in looked.uses}
    told = list(_told(used, looked))
    unread = [f"not read: {each}" for each in looked.unread]
    wrong = [_no_tests(settings.tests[number], why, service, number) for number, why in looked.wrong.items()]
    right = [each for number, each in enumerate(settings.tests) if number not in looked.wrong]
    missing = [block for name, block in wanted.items() if name not in looked.uses] if right else []
    if missing and unread and not wrong:
        named = ", ".join(f"`{each.name.text}`" for each in missing[:_MOST_NAMED])
        more = f" and {len(missing) - _MOST_NAMED} more" if len(missing) > _MOST_NAMED else ""
        why = f"no call of {named}{more} was found, and not every file was read"
        help = "make these files readable and smaller, or name fewer folders in `prisma.tests`"
        return Outcome(Item.TESTS, State.NOT_VERIFIED, (why, *unread, *told), help)
    found = [*wrong, *(_missing(schema, each, looked, right) for each in missing if not unread)]
    if found:
        return items.failed(Item.TESTS, found, [*told, *unread])
    return items.passed(Item.TESTS, [f"{of.why}; gen did not run the tests", *told, *unread])


def _told(used: Mapping[str, Use], looked: Looked) -> Iterator[str]:
    """What counted, by model."""
    yield from (f"`{model}`: `{use.said}` in {use.path}:{use.line}" for model, use in used.items())
    unknown = list(dict.fromkeys(use.path for use in used.values() if not use.is_clients))
    if unknown:
        more = f" and {len(unknown) - _MOST_NAMED} more" if len(unknown) > _MOST_NAMED else ""
        named = f"{', '.join(unknown[:_MOST_NAMED])}{more}"
        yield f"whose client that is, gen does not know, for Prisma Client is not imported there: {named}"
    if looked.others:
        number = "1 file" if looked.others == 1 else f"{looked.others} files"
        yield f"{number} below `prisma.tests` did not count: no test by name (`*.test.*`, …) or folder (`test`, …)"


def _nothing(schema: Schema, of: Concerned) -> Outcome:
    if of.why:
        return items.passed(Item.TESTS, [f"nothing to do, because {of.why}"])
    if not schema.of(Kind.MODEL):
        return items.passed(Item.TESTS, ["nothing to do, because the schema has no model"])
    return items.not_verified(
        Item.TESTS,
        "every model of the schema is excluded or has `@@ignore`",
        "see whether `prisma.exclude` says more than it should",
    )


def _no_tests(path: str, reason: str, service: model.Service, number: int) -> Diagnostic:
    return Diagnostic(
        PATH,
        f"`{quoting.shown(path)}` of `prisma.tests` {reason}",
        "name a file or folder with tests, by its path from the directory of services.yaml",
        service.where(f"prisma.tests.{number}"),
    )


def _missing(schema: Schema, block: Block, looked: Looked, tests: Sequence[str]) -> Diagnostic:
    name = accessors.name(block.name.text)
    places = ", ".join(f"`{quoting.shown(each)}`" for each in tests[:_MOST_NAMED])
    more = f" and {len(tests) - _MOST_NAMED} more" if len(tests) > _MOST_NAMED else ""
    files = "1 test file" if looked.files == 1 else f"{looked.files} test files"
    only, help = (
        "",
        f"write a test that calls a method of `prisma.{name}`, or exclude the model in services.yaml",
    )
    if (use := looked.skipped.get(name)) is not None:
        only = f", only in {use.path}:{use.line}, in a test that is skipped"
        help = f"run that test again, or {help}"
    elif (use := looked.beside.get(name)) is not None:
        only = f", only in {use.path}:{use.line}, which is no test by its name"
        help = f"if it is one, name the file itself in `prisma.tests`; or {help}"
    return Diagnostic(
        MISSING,
        f"no test uses `{block.name.text}` through Prisma Client: no call such as `.{name}.findMany(…)` in {files} of "
        f"{places}{more}{only}",
        help,
        schema.position(block.name.span),
    )
