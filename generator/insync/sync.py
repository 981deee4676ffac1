"""One use case: what the database has and schema.prisma has not, written into it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from generator.diagnostics import GenError
from generator.insync import run
from generator.insync.run import Checked
from generator.output import difference, edited
from generator.prisma import adding, files, nodes, parser


@dataclass(frozen=True, slots=True)
class Edit:
    """One file's text before and after; `path` is the one that is shown."""

    path: str
    before: str
    after: str

    @property
    def diff(self) -> str:
        return difference.of_file(self.path, self.before.encode(), self.after.encode())


@dataclass(frozen=True, slots=True)
class Synced:
    """`added` is a line for each thing that is written, `left` what the schema then still has otherwise than the
    database: for a person."""

    edits: tuple[Edit, ...]
    added: tuple[str, ...]
    left: Checked


def plan(checked: Checked) -> Synced:
    """Nothing is written yet. `checked` was compared."""
    settings = checked.service.prisma
    assert settings is not None
    added = adding.add(
        checked.schema,
        checked.found,
        settings.default_schema,
        lambda schema: run.expects(checked, schema),
    )
    schema = nodes.Schema(
        tuple(
            parser.parse(each.path, added.files[each.path])[0] if each.path in added.files else each
            for each in checked.schema.files
        )
    )
    return Synced(tuple(_edits(checked.schema, added)), added.added, run.compared(checked, schema))


def _edits(schema: nodes.Schema, added: adding.Added) -> Iterator[Edit]:
    for each in schema.files:
        after = added.files.get(each.path, each.text)
        if after != each.text:
            yield Edit(each.path, each.text, after)


def write(root: Path, synced: Synced) -> None:
    """Raises GenError, with nothing written in that file, where one changed since it was read."""
    settings = synced.left.service.prisma
    assert settings is not None
    places = files.located(root, settings.schema)
    for each in synced.edits:
        if each.path not in places:
            raise GenError(f"{each.path} is gone", help="run the same command again")
        edited.write(places[each.path], each.before.encode(), each.after.encode(), root)
