"""What the database has and the schema has not, written into the schema: in rounds, each held against the database.

A foreign key to a table that was missing is no difference before that table has its model, so what is written is read
and compared again until nothing comes of it. What cannot be written stays a difference, for a person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from generator.diagnostics import Diagnostic, GenError, has_errors
from generator.prisma import comparing, expected, join_tables, naming, parser, wording
from generator.prisma.adding import blocks, edits, layout, present, relations
from generator.prisma.adding.plan import Draft, Plan, Row
from generator.prisma.adding.present import Key, Present
from generator.prisma.comparing import Difference
from generator.prisma.nodes import File, Kind, Schema
from generator.prisma.relational import Database, ForeignKey, Table

# Blocks and fields; relations; join tables; and again for those that became models. The rest is for what nobody knows.
_ROUNDS = 8


class Stage(Enum):
    """What a round writes: the first of these of which there is anything."""

    BLOCKS = "models, enums and what is in them"
    RELATIONS = "foreign keys between models that are there"
    JOIN_TABLES = "tables that may be two lists of models that are there, or else are models"


@dataclass(frozen=True, slots=True)
class Added:
    """`files` are the new texts of those that change, by path; `added` is a line for each thing that is written."""

    files: Mapping[str, str]
    added: tuple[str, ...]


def add(
    schema: Schema,
    found: Database,
    default_schema: str = expected.DEFAULT_SCHEMA,
    reading: Callable[[Schema], Database] | None = None,
) -> Added:
    """`found` is the database without what is excluded; `reading` gives what a schema says, likewise, if that is not
    all of it. The schema has no mistakes."""
    if not schema.files:
        return Added({}, ())
    return _Run(schema, found, default_schema, reading).added()


def main(schema: Schema) -> File:
    """The file that gets new blocks: the one with the datasource, else the first."""
    sources = {each.span.path for each in schema.of(Kind.DATASOURCE)}
    return next((each for each in schema.files if each.path in sources), schema.files[0])


class _Run:
    def __init__(
        self,
        schema: Schema,
        found: Database,
        default_schema: str,
        reading: Callable[[Schema], Database] | None,
    ) -> None:
        self._found = found
        self._default = default_schema
        self._reading = reading
        self._plan = Plan()
        self._before = present.read(schema, default_schema)
        self._style = naming.style(self._before.expected)
        self._schemas = _schemas(found, default_schema) if schema.is_blank else self._before.schemas
        self._tried: set[tuple[str, Key | None, str]] = set()

    def added(self) -> Added:
        now = self._before
        for _ in range(_ROUNDS):
            before = len(self._plan.added)
            self._round(now)
            if len(self._plan.added) == before:
                break
            now = self._written()
        texts = {each.path: each.text for each in self._before.schema.files}
        files = {each.path: each.text for each in now.schema.files if each.text != texts[each.path]}
        return Added(files, tuple(self._plan.added))

    def _round(self, of: Present) -> None:
        says = of.expected if self._reading is None else self._reading(of.schema)
        missing = [
            each
            for each in comparing.compare(says, self._found, self._default)
            if each.missing is not None and (each.rule, each.table, each.object) not in self._tried
        ]
        stages = _in_stages(missing)
        writer = blocks.Writer(of, self._found, self._style, self._plan, self._default, self._schemas)
        linking = relations.Writer(of, self._style, self._plan)
        for stage in (Stage.BLOCKS, Stage.RELATIONS, Stage.JOIN_TABLES):
            before = len(self._plan.added)
            those = stages[stage]
            self._tried |= {(each.rule, each.table, each.object) for each in those}
            if stage is Stage.BLOCKS:
                self._blocks(writer, those)
            elif stage is Stage.RELATIONS:
                linking.write(list(_linked(linking, those)))
            else:
                self._join_tables(writer, linking, those)
            if len(self._plan.added) > before:
                self._source(of)
                return

    def _blocks(self, writer: blocks.Writer, missing: Sequence[Difference]) -> None:
        writer.enums(missing)
        writer.tables([each.missing for each in missing if isinstance(each.missing, Table)])
        writer.columns(missing)
        writer.indexes(missing)

    def _join_tables(
        self, writer: blocks.Writer, linking: relations.Writer, missing: Sequence[Difference]
    ) -> None:
        tables = [each.missing for each in missing if isinstance(each.missing, Table)]
        writer.tables([each for each in tables if not linking.write_lists(each)])

    def _source(self, of: Present) -> None:
        if not of.has_source:
            # No model is called so, with a space in it.
            rows = [Row("provider", '= "postgresql"')]
            if self._schemas is not None:
                rows.append(Row("schemas", f"= [{', '.join(map(wording.string, self._schemas))}]"))
            self._plan.drafts["datasource db"] = Draft(Kind.DATASOURCE, "db", rows)
            self._plan.added.insert(0, "datasource db")

    def _written(self) -> Present:
        """The schema with all of the plan."""
        first = self._before.schema
        end = main(first).path
        files: list[File] = []
        problems: list[Diagnostic] = []
        for each in first.files:
            below = layout.blocks(self._plan.drafts.values()) if each.path == end else ()
            file, wrong = parser.parse(each.path, edits.inserted(each, self._plan.insertions, below))
            files.append(file)
            problems += wrong
        now = present.read(Schema(tuple(files)), self._default)
        problems += now.problems
        if has_errors(problems) and not has_errors(self._before.problems):
            raise _invalid(problems)
        return now


def _schemas(found: Database, default_schema: str) -> tuple[str, ...] | None:
    """Those of the database that have something for Prisma, the default one first; None if it is the only one."""
    tables = [key for key, each in found.tables.items() if not (each.is_extension or each.is_view)]
    schemas = {schema for schema, _ in (*tables, *found.enums)}
    if schemas <= {default_schema}:
        return None
    return tuple(sorted(schemas, key=lambda each: (each != default_schema, each)))


def _in_stages(missing: Sequence[Difference]) -> Mapping[Stage, list[Difference]]:
    stages: dict[Stage, list[Difference]] = {each: [] for each in Stage}
    for each in missing:
        if isinstance(each.missing, Table) and join_tables.is_one(each.missing):
            stages[Stage.JOIN_TABLES].append(each)
        else:
            stages[Stage.RELATIONS if isinstance(each.missing, ForeignKey) else Stage.BLOCKS].append(each)
    return stages


def _linked(linking: relations.Writer, missing: Sequence[Difference]) -> Iterator[relations.Link]:
    for each in missing:
        model = None if each.origin is None else linking.present.at.get(each.origin)
        if model is not None and model.key == each.table and isinstance(each.missing, ForeignKey):
            link = linking.link(model, each.missing)
            if link is not None:
                yield link


def _invalid(problems: Sequence[Diagnostic]) -> GenError:
    first = next(each for each in problems if has_errors([each]))
    return GenError(
        f"what would be written is no valid schema: {first.message}",
        help="nothing was written; write the models by hand, and report this with the migrations",
    )
