"""Options that several commands share."""

from __future__ import annotations

import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator import conventions
from generator.text import nearest

if TYPE_CHECKING:  # 25 ms that not every command need pay
    from generator import model

file = click.option(
    "-f",
    "--file",
    "file",
    type=click.Path(path_type=Path, readable=False),
    default=Path(conventions.INPUT),
    show_default=True,
    help="The services to read. Other paths are seen from its directory.",
)

output = click.option(
    "-o",
    "--output",
    "output",
    type=click.Path(path_type=Path, readable=False),
    default=None,
    help=f"The tree of manifests. Default: {conventions.OUTPUT}/ beside the file.",
)

format = click.option(
    "--format",
    "format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to print what was found. JSON goes to standard output.",
)


database_url = click.option(
    "--database-url",
    "database_url",
    envvar="GEN_DATABASE_URL",
    metavar="URL",
    default=None,
    help="postgres://user:password@host:port/database, better from the environment variable GEN_DATABASE_URL: "
    "others can read a command line.",
)


since = click.option(
    "--since",
    "since",
    metavar="REF",
    default=None,
    help="A Git reference that says what is merged, e.g. origin/main.",
)


def version(text: str) -> int:
    """The number that was typed; -1 for what is none that goose could have."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else -1


def no_such_version(service: model.Service, text: str) -> click.UsageError:
    """A usage error for a version that no migration of the service has."""
    known = sorted(each.version for each in service.migrations)
    guess = nearest.nearest(text, [str(each) for each in known])
    hint = f"did you mean `{guess}`?" if guess else f"known: {known[0]} … {known[-1]}" if known else ""
    return click.UsageError(f"`{service.name}` has no version `{text}`: {hint}")


def known(project: model.Project, wanted: Iterable[str]) -> None:
    """A usage error for a service that services.yaml does not have."""
    names = [each.name for each in project.services]
    for name in wanted:
        if name not in names:
            guess = nearest.nearest(name, names)
            hint = f"did you mean `{guess}`?" if guess else f"known: {', '.join(names)}"
            raise click.UsageError(f"There is no service `{name}`: {hint}")


@contextmanager
def stoppable() -> Iterator[None]:
    """What ends a terminal or a CI job is taken as Ctrl-C is: everything is cleaned away first."""
    ending = (signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(each, lambda *_: signal.raise_signal(signal.SIGINT)) for each in ending]
    # A shell starts `gen test &` with Ctrl-C ignored.
    interrupt = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, interrupt)
        for each, handler in zip(ending, before, strict=True):
            signal.signal(each, handler)
