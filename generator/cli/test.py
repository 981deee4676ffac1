"""`gen test`"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from generator import diagnostics, tools
from generator.cli import options, shown
from generator.cli.main import COMMANDS, EXIT_PROBLEMS


@click.command("test", short_help=COMMANDS["test"])
@click.argument("services", nargs=-1, metavar="[SERVICE]...")
@options.file
@options.database_url
@click.option(
    "--from",
    "reference",
    metavar="REF",
    help="Rehearse only what is new against this Git reference, e.g. origin/main, on top of the state there.",
)
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=None,
    help="How many databases are at work at once. Default: the number of processors.",
)
@options.format
@click.pass_context
def command(
    context: click.Context,
    services: tuple[str, ...],
    file: Path,
    database_url: str | None,
    reference: str | None,
    jobs: int | None,
    format: str,
) -> None:
    """Rehearse the migrations of SERVICE (default: all) on a real PostgreSQL.

    The real goose applies each migration, takes it back and applies it again, in throw-away databases, as a
    role that is no superuser. Shown are the time and the strongest lock of each, what a Down leaves behind,
    and where exactly a migration fails.

    The server is that of --database-url, else one started here: from the PostgreSQL on this machine, or
    from the Python package in `pip install 'gitops-migrations[postgres]'`. The database that the URL names
    is not touched.
    """
    from generator.cli import rehearsing  # noqa: PLC0415 - 0.2 s, mostly pydantic
    from generator.rehearsal import run  # noqa: PLC0415
    from generator.report import rehearsal as report_rehearsal  # noqa: PLC0415

    report = shown.Report(format, file.parent)
    wanted = rehearsing.services(context, report, file, services)
    request = run.Request(
        root=file.parent,
        services=wanted,
        tools=tools.directory(file.parent),
        database_url=database_url,
        reference=reference,
        workers=jobs or os.cpu_count() or 1,
    )
    with options.stoppable(), _bar(format) as progress:
        done = run.rehearse(request, progress)
    for line in report_rehearsal.lines(done):
        report.say(line)
    report.add(done.diagnostics)
    report.result(**report_rehearsal.values(done))
    report.finish()
    context.exit(EXIT_PROBLEMS if diagnostics.has_errors(done.diagnostics) else 0)


@contextmanager
def _bar(format: str) -> Iterator[Callable[[int], None]]:
    """A progress bar on a terminal, nothing elsewhere."""
    if format != "text" or not sys.stderr.isatty():
        yield lambda total: None
        return
    with click.progressbar(length=1, label="rehearsing", file=sys.stderr, show_eta=False) as bar:

        def advance(total: int) -> None:
            bar.length = total
            bar.update(1)

        yield advance
