"""Item 5: what `prisma generate` wrote, found where it would be, and held against the schema.

Nothing of it is run or imported. Where a generator writes is read off Prisma's own source (@prisma/internals,
`getGenerators`; @prisma/client-generator-js, `getDefaultOutdir`), and tests hold it against what the real ones wrote.
"""

from __future__ import annotations

import json
import os
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from generator import diagnostics, model
from generator.checklist import copies, items, trees
from generator.checklist.items import Item, Outcome
from generator.diagnostics import Diagnostic
from generator.migrations import quoting
from generator.prisma import files, nodes, parser
from generator.prisma.nodes import Block, Kind, Schema

JAVASCRIPT = "prisma-client-js"
TYPESCRIPT = "prisma-client"
STALE = "checklist-client-stale"
NONE = "checklist-generator-missing"
# A client of Prisma 5 for some hundred models has a few MiB beside the schema.
MAX_BYTES = 64 * 1024 * 1024
_INLINE = re.compile(r'^[ \t]*"inlineSchema":[ \t]*(?=")', re.MULTILINE)
_EXTENSIONS = frozenset({"ts", "mts", "cts"})
_RUN = "run `pnpm prisma generate`, and `gen checklist` behind it"


@dataclass(frozen=True, slots=True)
class _Copy:
    """The schema that a client holds; `path` is the file that holds it."""

    path: str
    schema: Schema


class _UnknownError(Exception):
    """Why a client could not be compared, and what to do about it."""

    def __init__(self, why: str, help: str = _RUN) -> None:
        super().__init__(why)
        self.help = help


def verify(root: Path, service: model.Service, schema: Schema) -> Outcome:
    """`schema` is the service's, without mistakes."""
    assert service.prisma is not None
    generators = [each for each in schema.of(Kind.GENERATOR) if _provider(each) in (JAVASCRIPT, TYPESCRIPT)]
    unknown = [each for each in schema.of(Kind.GENERATOR) if _provider(each) is None]
    if not generators and not unknown:
        return items.failed(Item.GENERATE, [_none(schema)])
    places = files.located(root, service.prisma.schema)
    told: list[str] = []
    found: list[Diagnostic] = []
    missing: list[_UnknownError] = [_no_provider(each) for each in unknown]
    for generator in generators:
        try:
            copy = _copy(root, generator, places[generator.span.path])
        except _UnknownError as reason:
            missing.append(reason)
            continue
        different = list(copies.differences(schema, copy.schema))
        if different:
            found.append(_stale(schema, generator, copy, different))
        else:
            told.append(f"the client of `generator {generator.name.text}` holds this schema: {copy.path}")
    reasons = [str(each) for each in missing]
    if found:
        return items.failed(Item.GENERATE, found, [*told, *(f"not verified: {each}" for each in reasons)])
    if missing:
        return items.not_verified(Item.GENERATE, "; ".join(reasons), missing[0].help)
    return items.passed(Item.GENERATE, told)


def _provider(generator: Block) -> str | None:
    return _text(generator, "provider")


def _text(generator: Block, name: str) -> str | None:
    value = next((each.value for each in generator.properties if each.name.text == name), None)
    return value.value if isinstance(value, nodes.Text) else None


def _no_provider(generator: Block) -> _UnknownError:
    return _UnknownError(
        f"`generator {generator.name.text}` names no `provider` as a plain text",
        f'write it out, e.g. `provider = "{JAVASCRIPT}"`',
    )


def _copy(root: Path, generator: Block, written: Path) -> _Copy:
    """`written` is the file with the generator: Prisma counts from its folder. Raises _UnknownError."""
    base = posixpath.normpath(os.path.relpath(written.parent, os.path.realpath(root)))
    output = next((each.value for each in generator.properties if each.name.text == "output"), None)
    provider = _provider(generator)
    if output is None and provider == TYPESCRIPT:
        raise _UnknownError(
            f"`generator {generator.name.text}` has no `output`, without which Prisma generates nothing",
            f"write one, and {_RUN}",
        )
    if output is not None and not isinstance(output, nodes.Text):
        raise _UnknownError(
            f"the `output` of `generator {generator.name.text}` is no plain text, so gen does not know where it is",
            "write the path itself",
        )
    folder = (
        _default(root, base) if output is None else posixpath.normpath(posixpath.join(base, output.value))
    )
    path, text = _typescript(root, generator, folder) if provider == TYPESCRIPT else _javascript(root, folder)
    parsed, problems = parser.parse(path, text)
    if diagnostics.has_errors(problems):
        raise _UnknownError(f"the schema in {path} cannot be read")
    return _Copy(path, Schema((parsed,)))


def _default(root: Path, base: str) -> str:
    """Beside the package that Node.js would find; pnpm's is a link into node_modules/.pnpm."""
    looked = []
    for folder in _upwards(base):
        path = posixpath.normpath(posixpath.join(folder, trees.PACKAGES, "@prisma", "client"))
        looked.append(path)
        try:
            package = trees.real(root, path)
        except trees.Absent:
            continue
        except trees.Unreadable as reason:
            raise _UnknownError(
                f"{quoting.path(path)} {reason}", "install the packages inside the repository"
            ) from reason
        inside = package.relative_to(os.path.realpath(root)).as_posix()
        return posixpath.normpath(posixpath.join(inside, "..", "..", ".prisma", "client"))
    raise _UnknownError(
        f"there is no generated client, and no package @prisma/client: looked at {_shown(looked)}",
        f"run `pnpm install`; {_RUN}",
    )


def _upwards(base: str) -> Iterator[str]:
    """The folder and its parents up to the repository's, but for those that Node.js passes over."""
    parts = [] if base == "." else base.split("/")
    for length in range(len(parts), -1, -1):
        if not length or parts[length - 1] != trees.PACKAGES:
            yield "/".join(parts[:length]) or "."


def _javascript(root: Path, folder: str) -> tuple[str, str]:
    """`schema.prisma` beside the code, which has the same text inside."""
    path, code = f"{folder}/schema.prisma", f"{folder}/index.js"
    if not trees.is_file(root, code):
        raise _UnknownError(f"there is no generated client: looked at {_shown([code])}")
    return quoting.path(path), _read(root, path)


def _typescript(root: Path, generator: Block, folder: str) -> tuple[str, str]:
    extension = _text(generator, "generatedFileExtension") or "ts"
    if extension not in _EXTENSIONS:
        raise _UnknownError(
            f"`generatedFileExtension` of `generator {generator.name.text}` is none that Prisma has",
            "write ts, mts or cts",
        )
    path = f"{folder}/internal/class.{extension}"
    text = _read(root, path)
    begin = _INLINE.search(text)
    try:
        if begin is None:
            raise ValueError(path)
        schema, _ = json.JSONDecoder().raw_decode(text, begin.end())
    except ValueError as error:
        raise _UnknownError(
            f"{quoting.path(path)} holds no `inlineSchema`, as a client of Prisma's does"
        ) from error
    return quoting.path(path), schema


def _read(root: Path, path: str) -> str:
    try:
        return trees.text(root, path, MAX_BYTES)
    except trees.Absent as reason:
        raise _UnknownError(f"there is no generated client: looked at {_shown([path])}") from reason
    except trees.Unreadable as reason:
        raise _UnknownError(f"{quoting.path(path)} {reason}") from reason


def _shown(paths: list[str]) -> str:
    return ", ".join(quoting.path(each) for each in paths)


def _stale(schema: Schema, generator: Block, copy: _Copy, found: list[copies.Difference]) -> Diagnostic:
    first = found[0]
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    return Diagnostic(
        STALE,
        f"the client of `generator {generator.name.text}` is of another schema: it {first.what}{more}",
        f"run `pnpm prisma generate`; the schema that the client was made of is in {copy.path}",
        schema.position(first.place or generator.name.span),
    )


def _none(schema: Schema) -> Diagnostic:
    blocks = [*schema.of(Kind.DATASOURCE), *(each for file in schema.files for each in file.blocks)]
    span = blocks[0].name.span if blocks else nodes.Span(schema.files[0].path, 0, 0)
    return Diagnostic(
        NONE,
        "the schema has no generator of Prisma Client, so `pnpm prisma generate` makes none",
        f'write `generator client {{ provider = "{JAVASCRIPT}" }}`, or `"{TYPESCRIPT}"` with an `output`',
        schema.position(span),
    )
