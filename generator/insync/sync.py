"""One use case: what the database has and schema.prisma has not, written into it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from generator.diagnostics import GenError, Position
from generator.insync import run
from generator.insync.findings import Finding
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
    database: for a person. `before` is the same service as it was read."""

    before: Checked
    edits: tuple[Edit, ...]
    added: tuple[str, ...]
    left: Checked

    @property
    def left_before(self) -> Checked:
        """What is left, at the places that it has as long as nothing is written."""
        found = {_name(each): each for each in self.before.findings}
        # What shows only beside something new has no place yet.
        left = [found.get(_name(each), _nowhere(each)) for each in self.left.findings]
        return replace(self.left, schema=self.before.schema, findings=tuple(left))


def _name(of: Finding) -> tuple[str, str, str]:
    return of.difference.rule, of.difference.object, of.difference.message


def _nowhere(of: Finding) -> Finding:
    return replace(of, diagnostic=replace(of.diagnostic, position=Position(of.diagnostic.position.path)))


def plan(services: Iterable[Checked]) -> tuple[Synced, ...]:
    """For those that were compared. Nothing is written yet; where services share a file, each goes on from what the
    ones before it made of it."""
    texts: dict[str, str] = {}
    plans = []
    for each in services:
        if each.made is not None:
            checked = _with(each, texts)
            added = _added(checked)
            texts.update(added.files)
            plans.append((each, checked, added))
    return tuple(
        Synced(each, tuple(_edits(checked.schema, added)), added.added, _with(each, texts))
        for each, checked, added in plans
    )


def _added(checked: Checked) -> adding.Added:
    settings = checked.service.prisma
    assert settings is not None
    return adding.add(
        checked.schema,
        checked.found,
        settings.default_schema,
        lambda schema: run.expects(checked, schema),
    )


def _with(checked: Checked, texts: Mapping[str, str]) -> Checked:
    """Compared with these texts in the place of its own."""
    if not any(each.path in texts for each in checked.schema.files):
        return checked
    files_now = tuple(
        parser.parse(each.path, texts[each.path])[0] if each.path in texts else each
        for each in checked.schema.files
    )
    return run.compared(checked, nodes.Schema(files_now))


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
