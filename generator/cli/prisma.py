"""`gen prisma check` and `gen prisma sync`"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator import model, tools
from generator.cli import options, shown
from generator.cli.main import COMMANDS, EXIT_PROBLEMS

if TYPE_CHECKING:
    from generator.insync.run import Result

_services = click.argument("services", nargs=-1, metavar="[SERVICE]...")


@click.group("prisma", short_help=COMMANDS["prisma"])
def command() -> None:
    """Keep goose and Prisma in step.

    goose runs the migrations of a service in a throw-away database, and what they make there is held against
    the service's schema.prisma: `prisma: {schema: …}` in services.yaml says where that is.
    """


@command.command("check", short_help="Tell every difference between migrations and schema.prisma.")
@_services
@options.file
@options.database_url
@options.format
@click.pass_context
def check(
    context: click.Context, services: tuple[str, ...], file: Path, database_url: str | None, format: str
) -> None:
    """Tell every difference between the migrations of SERVICE (default: all) and its schema.prisma.

    Each is an error at its line in schema.prisma, with the migration that made what the database has. Goose's
    table, Prisma's own, and what `prisma.exclude` names are left out. What Prisma cannot express (check
    constraints, partial indexes, triggers) is listed and is no difference.

    The server is that of --database-url, else one started here, as for `gen test`. The exit code is 0 where
    the two are in step, 1 where they are not, and 2 where they could not be compared.
    """
    from generator.report import prisma as report_prisma  # noqa: PLC0415 - 0.2 s that --help can do without

    report = shown.Report(format, file.parent)
    done = _checked(context, report, file, services, database_url)
    for line in report_prisma.lines(done):
        report.say(line)
    for each in done.services:
        report.add(each.diagnostics)
    report.result(**report_prisma.values(done))
    report.finish()
    context.exit(0 if all(each.is_in_step for each in done.services) else EXIT_PROBLEMS)


@command.command("sync", short_help="Write what schema.prisma lacks; change nothing else.")
@_services
@click.option("--diff", "only_diff", is_flag=True, help="Write nothing; show the difference.")
@options.file
@options.database_url
@options.format
@click.pass_context
def sync(
    context: click.Context,
    services: tuple[str, ...],
    only_diff: bool,
    file: Path,
    database_url: str | None,
    format: str,
) -> None:
    """Write what the migrations of SERVICE (default: all) make and its schema.prisma lacks into schema.prisma.

    Models, fields, enums, indexes and relations are added in Prisma's own formatting; no line that is there is
    changed or removed. What is there and differs is listed, as left to you, and makes the exit code 1.

    \b
      gen prisma sync auth-service --diff
    """
    from generator.insync import sync as syncing  # noqa: PLC0415
    from generator.report import prisma as report_prisma  # noqa: PLC0415

    report = shown.Report(format, file.parent)
    done = _checked(context, report, file, services, database_url)
    plans = syncing.plan(done.services)
    for plan in plans:
        if only_diff:
            for edit in plan.edits:
                report.say_exactly(report_prisma.diff(edit))
        else:
            syncing.write(file.parent, plan)
            for line in report_prisma.written(plan):
                report.say(line)
    for each in done.services:
        if each.made is None:
            report.add(each.diagnostics)
    for plan in plans:
        report.add((plan.left_before if only_diff else plan.left).diagnostics)
    report.result(**report_prisma.synced(done, plans, is_written=not only_diff))
    report.finish()
    is_done = len(plans) == len(done.services) and all(plan.left.is_in_step for plan in plans)
    context.exit(0 if is_done else EXIT_PROBLEMS)


def _checked(
    context: click.Context,
    report: shown.Report,
    file: Path,
    wanted: tuple[str, ...],
    database_url: str | None,
) -> Result:
    from generator.cli import rehearsing  # noqa: PLC0415
    from generator.insync import run  # noqa: PLC0415

    found = rehearsing.services(context, report, file, wanted)
    chosen = tuple(each for each in found if each.prisma is not None)
    _demand_schema(found, chosen, bool(wanted))
    with options.stoppable():
        return run.check(run.Request(file.parent, tools.directory(file.parent), chosen, database_url))


def _demand_schema(found: Iterable[model.Service], chosen: tuple[model.Service, ...], is_named: bool) -> None:
    without = [each.name for each in found if each.prisma is None]
    if without and (is_named or not chosen):
        names = ", ".join(f"`{each}`" for each in without[:3]) + (", …" if len(without) > 3 else "")
        raise click.UsageError(
            f"services.yaml names no Prisma schema for {names}: write `prisma: {{schema: path/to/schema.prisma}}`."
        )
