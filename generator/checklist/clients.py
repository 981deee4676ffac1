"""Item 5: what `prisma generate` wrote, found where it would be, and held against the schema.

Nothing of it is run or imported. Where a generator writes is read off Prisma's own source (@prisma/internals,
`getGenerators`; @prisma/client-generator-js, `getDefaultOutdir`), and tests hold it against what the real ones wrote.
"""

from __future__ import annotations

import json
import os
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
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
            copy = _copy(root, generator, places)
        except _UnknownError as reason:
            missing.append(reason)
            continue
        different = [*copies.differences(schema, copy.schema), *copies.features(generator, copy.schema)]
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


def folders(root: Path, service: model.Service, schema: Schema) -> Iterator[str]:
    """Where the clients would be that have an `output` of their own, from `root`."""
    assert service.prisma is not None
    places = files.located(root, service.prisma.schema)
    for each in schema.of(Kind.GENERATOR):
        output = _text(each, "output")
        if output is not None and _provider(each) in (JAVASCRIPT, TYPESCRIPT):
            yield _output(root, places[each.span.path], output)


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


def _output(root: Path, written: Path, output: str) -> str:
    """From `root`. `written` is the file with the generator: Prisma counts from its folder."""
    if posixpath.isabs(output):
        for base in (os.path.realpath(root), os.path.abspath(root)):  # noqa: PTH100 - links as they are
            if output.startswith(base.rstrip("/") + "/"):
                return os.path.relpath(output, base)
        return output
    return posixpath.normpath(posixpath.join(_base(root, written), output))


def _base(root: Path, written: Path) -> str:
    return posixpath.normpath(os.path.relpath(written.parent, os.path.realpath(root)))


def _copy(root: Path, generator: Block, places: Mapping[str, Path]) -> _Copy:
    """`places` are the files of the schema. Raises _UnknownError."""
    written = places[generator.span.path]
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
        _default(root, _base(root, written), generator)
        if output is None
        else _output(root, written, output.value)
    )
    if posixpath.isabs(folder) or folder == ".." or folder.startswith("../"):
        raise _UnknownError(
            f"the client of `generator {generator.name.text}` is outside of the directory of services.yaml, where gen "
            f"does not look: {_shown([folder])}",
            "let the `output` be inside of it",
        )
    if provider == TYPESCRIPT:
        path, text = _typescript(root, generator, folder)
    else:
        path, text = _javascript(root, folder, places.values())
    parsed, problems = parser.parse(path, text)
    if diagnostics.has_errors(problems):
        raise _UnknownError(f"the schema in {path} cannot be read")
    return _Copy(path, Schema((parsed,)))


def _default(root: Path, base: str, generator: Block) -> str:
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
        f"run `pnpm install`; {_RUN}; what lies above the directory of services.yaml is not looked at: give "
        f"`generator {generator.name.text}` an `output` below it",
    )


def _upwards(base: str) -> Iterator[str]:
    """The folder and its parents up to the repository's, but for those that Node.js passes over."""
    parts = [] if base == "." else base.split("/")
    for length in range(len(parts), -1, -1):
        if not length or parts[length - 1] != trees.PACKAGES:
            yield "/".join(parts[:length]) or "."


def _javascript(root: Path, folder: str, own: Iterable[Path]) -> tuple[str, str]:
    """What is inside the code; a client of an early 5 has it only beside it. `own` are the files of the schema, which
    is not compared with itself."""
    code, beside = f"{folder}/index.js", f"{folder}/schema.prisma"
    text = _read(root, code)
    schema = _inline(text)
    if schema is not None and "{" in schema:  # Base64 in an early 5
        return quoting.path(code), schema
    if not text.strip() or any(_is_same(root, beside, each) for each in own):
        raise _UnknownError(f"{quoting.path(code)} is no client of Prisma's: it holds no `inlineSchema`")
    absent = f"{quoting.path(code)} holds no `inlineSchema`, as a client of Prisma's does, and there is no "
    return quoting.path(beside), _read(root, beside, absent + quoting.path(beside))


def _is_same(root: Path, path: str, other: Path) -> bool:
    """Also of hard links."""
    try:
        return os.path.samefile(trees.real(root, path), other)  # noqa: PTH121
    except (trees.Unreadable, OSError):
        return False


def _typescript(root: Path, generator: Block, folder: str) -> tuple[str, str]:
    extension = _text(generator, "generatedFileExtension") or "ts"
    if extension not in _EXTENSIONS:
        raise _UnknownError(
            f"`generatedFileExtension` of `generator {generator.name.text}` is none that Prisma has",
            "write ts, mts or cts",
        )
    path = f"{folder}/internal/class.{extension}"
    schema = _inline(_read(root, path))
    if schema is None:
        raise _UnknownError(f"{quoting.path(path)} holds no `inlineSchema`, as a client of Prisma's does")
    return quoting.path(path), schema


def _inline(text: str) -> str | None:
    begin = _INLINE.search(text)
    if begin is None:
        return None
    try:
        schema, _ = json.JSONDecoder().raw_decode(text, begin.end())
    except ValueError:
        return None
    return schema if isinstance(schema, str) else None


def _read(root: Path, path: str, absent: str | None = None) -> str:
    try:
        return trees.text(root, path, MAX_BYTES)
    except trees.Absent as reason:
        told = absent or f"there is no generated client: looked at {_shown([path])}"
        raise _UnknownError(told) from reason
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
