"""A service's schema.prisma, or its folder of them, as one schema.

The files are somebody else's, as migrations are: links, devices and FIFOs may be among them. Nothing outside of
the repository is opened, nothing that is not a plain file is read, and no read is longer than a schema may be.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

from generator import plain_files
from generator.diagnostics import Diagnostic, Position
from generator.migrations import quoting
from generator.prisma import declared, parser
from generator.prisma.nodes import Block, File, Schema

ENDING = ".prisma"
MAX_BYTES = 5 * 1024 * 1024
MAX_TOTAL = 16 * 1024 * 1024
# Entries of all folders together, so that a folder that is none of Prisma's does not stop the run.
MAX_ENTRIES = 20_000
_CONFIGURATION = re.compile(r"prisma\.config\.[cm]?[jt]s")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def read(root: Path, path: str, where: Position) -> tuple[Schema, list[Diagnostic]]:
    """The schema at `path` (relative to `root`, the repository) and all problems of all its files.

    A folder is read with all folders in it, as Prisma 6.7 and later do, by path. `where` is the place in
    services.yaml that names it. Files with problems are in the schema as far as they could be read.
    """
    shown = quoting.path(posixpath.normpath(path))
    real = _inside(root, path, shown, where)
    if isinstance(real, Diagnostic):
        return Schema(()), [real]
    found: list[Diagnostic] = []
    files: list[File] = []
    earlier: list[Block] = []
    total = 0
    for name, file in sorted(_candidates(root, real, shown, where, found)):
        data = _content(root, file, name)
        if isinstance(data, Diagnostic):
            found.append(data)
            continue
        total += len(data)
        if total > MAX_TOTAL:
            message = (
                f"the files in `{shown}` have more than {MAX_TOTAL} bytes together; the rest was not read"
            )
            found.append(Diagnostic("prisma-size", message, "keep only the schema in this folder", where))
            break
        text = _text(data, name)
        if isinstance(text, Diagnostic):
            found.append(text)
            continue
        parsed, problems = parser.parse(name, text)
        found.extend(problems)
        if not parser.is_full(problems):
            known = set(problems)
            found.extend(each for each in _repeated(parsed, earlier) if each not in known)
        earlier.extend(parsed.blocks)
        files.append(parsed)
    return Schema(tuple(files)), found


def located(root: Path, path: str) -> dict[str, Path]:
    """The files of the schema at `path`, by the path that is shown."""
    shown = quoting.path(posixpath.normpath(path))
    real = _inside(root, path, shown, Position(shown))
    return {} if isinstance(real, Diagnostic) else dict(_candidates(root, real, shown, Position(shown), []))


def _repeated(file: File, earlier: list[Block]) -> Iterator[Diagnostic]:
    """Names that another file has; the file's own repeated ones are told by the parser in the same words."""
    for each in declared.repeated_blocks(file.blocks, earlier):
        where = Position.within(file.path, file.text, each.begin, each.length)
        yield Diagnostic(each.rule, each.message, each.help, where)


def _inside(root: Path, path: str, shown: str, where: Position) -> Path | Diagnostic:
    normal = posixpath.normpath(path)
    if posixpath.isabs(normal) or normal == ".." or normal.startswith("../"):
        return Diagnostic(
            "prisma-link",
            f"`{shown}` is outside the repository",
            "name a file or folder below the directory of services.yaml, by its path from there",
            where,
        )
    if not path:
        return _missing(shown, where, "has no name")
    if _CONFIGURATION.fullmatch(posixpath.basename(normal)):
        return Diagnostic(
            "prisma-missing",
            f"`{shown}` is Prisma's configuration, and no schema",
            "name the file or folder that it has as `schema`, by its path from the directory of services.yaml",
            where,
        )
    try:
        return plain_files.inside(root, normal)
    except plain_files.Outside:
        return Diagnostic(
            "prisma-link",
            f"`{shown}` is a link out of the repository",
            "put the schema itself into the repository",
            where,
        )
    except FileNotFoundError:
        problem = "does not exist"
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
    except ValueError:  # NUL or a lone surrogate, which no file system can name
        problem = "is not a file's name"
    return _missing(shown, where, problem)


def _missing(shown: str, where: Position, what: str) -> Diagnostic:
    return Diagnostic(
        "prisma-missing",
        f"the Prisma schema `{shown}` {what}",
        "create it, or correct the path: it counts from the directory of services.yaml",
        where,
    )


def _candidates(
    root: Path, real: Path, shown: str, where: Position, found: list[Diagnostic]
) -> Iterator[tuple[str, Path]]:
    """The path to show and the file, for each file of the schema. Links are followed, as Prisma does."""
    if not real.is_dir():
        yield shown, real
        return
    base = os.path.realpath(root)
    folders, seen, entries, is_empty = [(shown, real)], {real}, 0, True
    while folders:
        prefix, folder = folders.pop()
        try:
            names = sorted(each.name for each in folder.iterdir())
        except OSError as error:
            found.append(_missing(prefix, where, f"cannot be read: {error.strerror}"))
            continue
        entries += len(names)
        if entries > MAX_ENTRIES:
            message = f"`{shown}` holds more than {MAX_ENTRIES} files and folders; the rest was not read"
            found.append(
                Diagnostic("prisma-size", message, "name the folder that holds the schema alone", where)
            )
            return
        for name in names:
            path = quoting.path(name) if prefix == "." else f"{prefix}/{quoting.path(name)}"
            target = Path(os.path.realpath(folder / name))
            # A folder is a folder of the schema whatever its name is; what it links to may not be.
            if os.path.isdir(target):  # noqa: PTH112 - never raises
                if target.is_relative_to(base) and target not in seen:
                    seen.add(target)
                    folders.append((path, target))
            elif name.endswith(ENDING):
                is_empty = False
                yield path, folder / name
    if is_empty and not found:
        found.append(_missing(shown, where, f"holds no file that ends with {ENDING}"))


def _content(root: Path, file: Path, shown: str) -> bytes | Diagnostic:
    try:
        return plain_files.read(plain_files.inside(root, file), MAX_BYTES)
    except plain_files.Outside:
        return _link(shown, "is a link out of the repository")
    except plain_files.NotPlain:
        return _not_a_file(shown)
    except plain_files.TooLarge:
        message = f"`{posixpath.basename(shown)}` has more than {MAX_BYTES} bytes, which no schema needs"
        return Diagnostic(
            "prisma-size", message, "check that this is a schema.prisma at all", Position(shown)
        )
    except FileNotFoundError:
        return _link(shown, "is a link to nothing")
    except OSError as error:
        return _link(shown, f"cannot be read: {error.strerror}")


def _text(data: bytes, shown: str) -> str | Diagnostic:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if data.startswith(_UTF16):
            message, where = "the file is UTF-16, not UTF-8", Position(shown)
        else:
            before = data[: error.start].decode("utf-8")
            message = f"the byte 0x{data[error.start]:02x} is not UTF-8"
            where = Position.within(shown, before, len(before), 1)
        return Diagnostic("prisma-encoding", message, "save the file as UTF-8", where)


def _link(shown: str, what: str) -> Diagnostic:
    return Diagnostic(
        "prisma-link",
        f"`{posixpath.basename(shown)}` {what}",
        "put the schema itself into the repository",
        Position(shown),
    )


def _not_a_file(shown: str) -> Diagnostic:
    return Diagnostic(
        "prisma-not-a-file",
        f"`{posixpath.basename(shown)}` is not a plain file",
        f"remove it, or give it a name that does not end with {ENDING}",
        Position(shown),
    )
