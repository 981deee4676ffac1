"""Which models item 6 is about: all, or those that new migrations name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from generator.checklist import hiding
from generator.migrations import mentions
from generator.migrations.model import Migration
from generator.prisma.nodes import Block, Kind, Schema
from generator.prisma.relational import Database, Table


@dataclass(frozen=True, slots=True)
class Concerned:
    """The models to be used, and why these; without a reason there is none that could be."""

    models: tuple[Block, ...]
    why: str


def models(
    schema: Schema, said: Database, new: Sequence[Migration] | None, every: Sequence[Migration]
) -> Concerned:
    """`said` is what the schema says but for what is excluded, `new` the new migrations of `every` one, None for no
    such question."""
    blocks = {each.name.span: each for each in schema.of(Kind.MODEL) if not _is_ignored(each)}
    tables = {
        blocks[each.origin]: each
        for each in said.tables.values()
        if each.origin in blocks and not each.is_join_table
    }
    found = tuple(each for each in blocks.values() if each in tables)
    if not found:
        return Concerned((), "")
    all_of_them = Concerned(
        found,
        f"all {len(found)} models were looked for" if len(found) > 1 else "the one model was looked for",
    )
    if new is None:
        return all_of_them
    hidden = next(hiding.places(new, every, said), None)
    if hidden is not None:
        return Concerned(found, f"{all_of_them.why}, for what {hidden} changes is not in its text alone")
    named = tuple(each for each in found if _is_named(tables[each], said, new))
    if not named:
        return Concerned((), "the new migrations name no table of a model, nor an enum of its fields")
    return Concerned(
        named, f"{len(named)} of {len(found)} models were looked for: those of the new migrations"
    )


def _is_ignored(block: Block) -> bool:
    return any(each.name.text == "ignore" for each in block.attributes)


def _is_named(table: Table, said: Database, new: Sequence[Migration]) -> bool:
    types = {each.type.name for each in table.columns.values()}
    enums = [name for schema, name in said.enums if f"{schema}.{name}" in types]
    # The table of a relation with a list on both sides holds what is in fields of both models.
    joins = [
        each.name
        for each in said.tables.values()
        if each.is_join_table
        and any(key.table == (table.schema, table.name) for key in each.foreign_keys.values())
    ]
    return any(mentions.last((), [each], new) is not None for each in (table.name, *enums, *joins))
