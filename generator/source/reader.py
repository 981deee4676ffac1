"""The way in for services.yaml: a file that nobody has looked at yet.

The file is untrusted: a pull request may hold anything. So it is opened without ever waiting, read
up to a limit, and parsed without recursion, and every problem becomes a diagnostic.
"""

from __future__ import annotations

import gc
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from generator.diagnostics import Diagnostic, Position, ordered
from generator.source import decoding, syntax
from generator.source.document import Branch, Document, Text
from generator.source.tree import Builder, Stop

_KINDS = {
    stat.S_IFDIR: "a directory",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFSOCK: "a socket",
}


def load(path: Path, shown: str) -> tuple[Document | None, list[Diagnostic]]:
    """Read and parse a file. `shown` is its path in diagnostics.

    There is a document together with errors when only parts of it are wrong, so that the rest can be
    checked in the same run. Without one there is at least one error.
    """
    read = _read(path, shown)
    return (None, [read]) if isinstance(read, Diagnostic) else parse(read, shown)


def parse(data: bytes, shown: str) -> tuple[Document | None, list[Diagnostic]]:
    """Parse the bytes of a file, as `load` does. Never raises, whatever the bytes are."""
    decoded = decoding.decode(data, shown)
    if isinstance(decoded, Diagnostic):
        return None, [decoded]
    places = Text(shown, decoded.parsable)
    builder = Builder(places)
    with _collector_paused():
        complete = _build(builder, places, decoded.found)
    found = [*decoded.found, *builder.found]
    document = None
    if complete:
        document = _document(builder, decoded.text, found, places)
    return document, list(ordered(found))


def _read(path: Path, shown: str) -> bytes | Diagnostic:
    help = f"create {shown}, or name another file with -f"
    try:
        # Opening a FIFO for reading waits for a writer, unless it is told not to.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    except FileNotFoundError:
        return Diagnostic("yaml-missing", "the file does not exist", help, Position(shown))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        return Diagnostic("yaml-missing", f"the file cannot be read: {reason}", help, Position(shown))
    try:
        mode = os.fstat(handle).st_mode
        if not stat.S_ISREG(mode):
            kind = _KINDS.get(stat.S_IFMT(mode), "something else")
            return Diagnostic("yaml-missing", f"this is {kind}, not a file", help, Position(shown))
        with os.fdopen(handle, "rb", closefd=False) as stream:
            return stream.read(decoding.MAX_BYTES + 1)
    except OSError as error:
        return Diagnostic("yaml-missing", f"the file cannot be read: {error.strerror}", help, Position(shown))
    finally:
        os.close(handle)


@contextmanager
def _collector_paused() -> Iterator[None]:
    # 100,000 new objects that all stay alive: the collector would walk them again and again (a third
    # of the time).
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _build(builder: Builder, places: Text, earlier: tuple[Diagnostic, ...]) -> bool:
    """Whether the whole file was read."""
    # Not at the top: the import takes 50 ms, which `gen --help` must not pay.
    from ruamel.yaml import events  # noqa: PLC0415
    from ruamel.yaml.cyaml import CParser  # type: ignore[attr-defined]  # noqa: PLC0415
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415

    parser: Any = CParser(places.text)
    handlers = {getattr(events, name): handler for name, handler in builder.handlers().items()}
    try:
        while True:
            event = parser.get_event()
            handler = handlers.get(type(event))
            if handler is not None:
                handler(event)
            elif type(event) is events.StreamEndEvent:
                return True
    except YAMLError as error:
        diagnostic = syntax.explain(error, places)
        # A tab or a control character is what makes the rest unreadable: one diagnostic is enough.
        causes = [each.position for each in earlier if each.rule in ("yaml-tab", "yaml-control-character")]
        if not any(cause.line <= diagnostic.position.line for cause in causes):
            builder.found.append(diagnostic)
    except Stop:
        pass
    return False


def _document(builder: Builder, text: str, found: list[Diagnostic], places: Text) -> Document | None:
    root = builder.root
    if isinstance(root, Branch) and isinstance(builder.value, dict):
        reported = frozenset(each.position for each in found)
        return Document(text, builder.value, reported, root, places)
    position = places.of(root) if root is not None else Position(places.path)
    if builder.value is None and position.column == position.end_column:
        found.append(
            Diagnostic(
                "yaml-empty",
                "the file is empty",
                "describe at least one service: `gen explain yaml-empty` shows how to begin",
                Position(places.path),
            )
        )
        return None
    if any(each.rule == "yaml-control-character" for each in found):
        return None  # a binary file is no mapping, either
    kinds: dict[type, str] = {list: "a list", str: "text", bool: "true or false", type(None): "null"}
    found.append(
        Diagnostic(
            "yaml-root",
            f"the file holds {kinds.get(type(builder.value), 'a number')}, not a mapping",
            "begin it with keys such as `services:` at the left margin",
            position,
        )
    )
    return None
