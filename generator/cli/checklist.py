"""`gen checklist`"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from generator import tools
from generator.cli import options, shown
from generator.cli.main import COMMANDS, EXIT_ERROR, EXIT_PROBLEMS
from generator.diagnostics import Diagnostic


@click.command("checklist", short_help=COMMANDS["checklist"])
@click.argument("service")
@options.file
@options.database_url
@click.option(
    "--since",
    "since",
    metavar="REF",
    default=None,
    help="A Git reference that says what is merged, e.g. origin/main: there has to be a new migration, and tests of "
    "what the new ones name.",
)
@options.format
@click.pass_context
def command(
    context: click.Context,
    service: str,
    file: Path,
    database_url: str | None,
    since: str | None,
    format: str,
) -> None:
    """Go through the six things that a new migration of SERVICE needs.

    \b
      1. Create goose SQL migration
      2. Define Prisma model with @@map("table_name")
      3. Match all column types exactly
      4. Add indexes with @@index if defined in SQL
      5. Run pnpm prisma generate
      6. Write tests using Prisma Client

    Each is passed, with what was verified and how; failed, with file and line; or not verified, with what to
    do about it. gen runs the migrations with goose, and neither npm nor the tests: of 5 it reads the schema in
    the generated client, of 6 the calls in `prisma.tests` of services.yaml.

    The server is that of --database-url, else one started here, as for `gen test`. The exit code is 0 only
    where all six are passed: an item that is not verified makes it 1, as one that failed. It is 2 where the
    list could not be gone through: no PostgreSQL, no such reference, a mistake in services.yaml or in the command.
    """
    from generator import check  # noqa: PLC0415 - 0.2 s that --help can do without
    from generator.checklist import run  # noqa: PLC0415
    from generator.report import checklist as report_checklist  # noqa: PLC0415

    report = shown.Report(format, file.parent)
    read = check.check(file)
    if read.project is None or not read.project.services:
        _stop(context, report, read.diagnostics)
    assert read.project is not None
    options.known(read.project, [service])
    (chosen,) = [each for each in read.project.services if each.name == service]
    hindering = run.hindering(read.diagnostics, read.project, chosen)
    if hindering:
        _stop(context, report, hindering)
    request = run.Request(
        root=file.parent,
        tools=tools.directory(file.parent),
        project=read.project,
        found=read.diagnostics,
        service=chosen,
        reference=since,
        database_url=database_url,
    )
    with options.stoppable():
        done = run.check(request)
    for line in report_checklist.lines(done):
        report.say(line)
    report.add(done.diagnostics)
    report.result(**report_checklist.values(done))
    report.finish()
    context.exit(0 if done.is_passed else EXIT_PROBLEMS)


def _stop(context: click.Context, report: shown.Report, found: Iterable[Diagnostic]) -> None:
    """Nothing can be said before these are mended."""
    report.add(found)
    report.finish()
    context.exit(EXIT_ERROR)
