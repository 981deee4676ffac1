"""The names that a schema declares: each once, and such as Prisma allows.

Prisma's parser takes `1a` and `a-b` for names, and the step behind it refuses them (names.rs and
validate_identifiers of prisma-engines' parser-database), as it does repeated ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from generator.migrations import quoting
from generator.prisma.lexer import Mistake
from generator.prisma.nodes import Block, Kind, Name

SCALARS = frozenset({"BigInt", "Boolean", "Bytes", "DateTime", "Decimal", "Float", "Int", "Json", "String"})
_CONFIGURATION = frozenset({Kind.DATASOURCE, Kind.GENERATOR})


def check(blocks: Iterable[Block]) -> Iterator[Mistake]:
    """What is wrong with the names of one file."""
    blocks = tuple(blocks)
    yield from repeated_blocks(blocks)
    for block in blocks:
        if block.name.text in SCALARS:
            yield _reserved(block)
        if block.kind in _CONFIGURATION:
            yield from _repeated("setting", block, [each.name for each in block.properties])
        elif block.kind is Kind.ENUM:
            yield from _inside("value", block, [each.name for each in block.values])
        else:
            yield from _inside("field", block, [each.name for each in block.fields])


def repeated_blocks(blocks: Iterable[Block], of_other_files: Iterable[Block] = ()) -> Iterator[Mistake]:
    """Blocks whose name another one has: those of `blocks`, where `of_other_files` were there first.

    Models, views, types and enums share their names; datasources have their own, and so have generators.
    """
    seen = {_place(each): each for each in of_other_files}
    has_source = any(each.kind is Kind.DATASOURCE for each in seen.values())
    for block in blocks:
        name, place = block.name, _place(block)
        first = seen.get(place)
        if first is not None:
            other = first.name.span.path
            where = "there" if other == name.span.path else f"in `{other}`"
            yield _twice(f"{first.kind} `{quoting.shown(name.text)}` is {where} already", name)
        elif block.kind is Kind.DATASOURCE and has_source:
            yield Mistake(
                name.span.begin,
                len(name.text),
                f"`{quoting.shown(name.text)}` is a second datasource",
                "remove all but one: Prisma works with one database",
                rule="prisma-duplicate",
            )
        seen.setdefault(place, block)
        has_source = has_source or block.kind is Kind.DATASOURCE


def _place(block: Block) -> tuple[Kind, str]:
    return (block.kind if block.kind in _CONFIGURATION else Kind.MODEL, block.name.text)


def _inside(what: str, block: Block, names: list[Name]) -> Iterator[Mistake]:
    for name in (block.name, *names):
        if name.text[0] in "0123456789" or "-" in name.text:
            yield _refused(name)
    yield from _repeated(what, block, names)


def _reserved(block: Block) -> Mistake:
    return Mistake(
        block.name.span.begin,
        len(block.name.text),
        f"`{block.name.text}` is the name of one of Prisma's own types",
        'choose another; @@map("…") gives the name in the database',
        rule="prisma-name",
    )


def _refused(name: Name) -> Mistake:
    shown = quoting.shown(name.text)
    why = "contains `-`" if "-" in name.text else "begins with a digit"
    return Mistake(
        name.span.begin,
        len(name.text),
        f"the name `{shown}` {why}",
        "use letters, digits and `_`, a letter first; @map and @@map give the name in the database",
        rule="prisma-name",
    )


def _repeated(what: str, block: Block, names: list[Name]) -> Iterator[Mistake]:
    seen: set[str] = set()
    for name in names:
        if name.text in seen:
            where = f"{block.kind} `{quoting.shown(block.name.text)}`"
            yield _twice(f"{where} has a {what} `{quoting.shown(name.text)}` already", name)
        seen.add(name.text)


def _twice(message: str, name: Name) -> Mistake:
    help = "remove one of the two, or rename it"
    return Mistake(name.span.begin, len(name.text), message, help, rule="prisma-duplicate")
