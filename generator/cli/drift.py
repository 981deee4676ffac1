"""`gen drift`"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from generator import status, tools
from generator.cli import options, shown
from generator.cli.main import COMMANDS, EXIT_ERROR, EXIT_PROBLEMS
from generator.diagnostics import Diagnostic, has_errors

if TYPE_CHECKING:
    from generator import model
    from generator.drift import run
    from generator.status import Status

_PATH = click.Path(path_type=Path, readable=False)


@click.command("drift", short_help=COMMANDS["drift"])
@click.argument("service")
@options.file
@options.database_url
@click.option(
    "--snapshot",
    "snapshot",
    type=_PATH,
    metavar="FILE",
    help="Compare with this file of --write-snapshot; no second PostgreSQL is needed then.",
)
@click.option(
    "--write-snapshot",
    "written",
    type=_PATH,
    metavar="FILE",
    help="Look at no database: write what the migrations make to this file.",
)
@click.option(
    "--rehearsal-url",
    "rehearsal_url",
    envvar="GEN_REHEARSAL_URL",
    metavar="URL",
    help="The server for the throw-away database. Default: one started here, of the live one's version if there is it.",
)
@options.format
@click.pass_context
def command(
    context: click.Context,
    service: str,
    file: Path,
    database_url: str | None,
    snapshot: Path | None,
    written: Path | None,
    rehearsal_url: str | None,
    format: str,
) -> None:
    """Compare a live database with what the migrations of SERVICE make.

    goose runs the migrations that the database has, no others, in a throw-away database; then the catalogs of
    the two are compared, object by object. A database that is merely behind is told so, and is no drift.

    \b
      GEN_DATABASE_URL=postgres://… gen drift auth-service

    The live database is only read: one read-only transaction with time limits, and no table but goose's own
    is looked into. The role needs CONNECT, and SELECT on that table. `drift.ignore` in services.yaml names
    what is somebody else's.

    The exit code is 0 without drift, 1 with it, 2 where the two could not be compared.
    """
    _demand_usage(context, database_url, snapshot, written)
    report = shown.Report(format, file.parent)
    read = status.read(file)
    if read.project is None:
        report.stop(context, [each for each in read.diagnostics if has_errors([each])], EXIT_ERROR)
    options.known(read.project, [service])
    (chosen,) = [each for each in read.project.services if each.name == service]
    own = [each for each in read.diagnostics if has_errors([each]) and _hinders(each, chosen)]
    if own:
        report.stop(context, own, EXIT_ERROR)
    local = status.local(chosen, read.diagnostics)
    with options.stoppable():
        if written is not None:
            _write(report, file, local, written, rehearsal_url)
        else:
            from generator.drift import run  # noqa: PLC0415 - 0.1 s that --help can do without

            request = run.Request(
                root=file.parent,
                tools=tools.directory(file.parent),
                project=read.project,
                local=local,
                url=database_url or "",
                rehearsal_url=rehearsal_url,
                snapshot=snapshot,
            )
            context.exit(_compare(report, request))


def _demand_usage(
    context: click.Context, database_url: str | None, snapshot: Path | None, written: Path | None
) -> None:
    if written is None:
        if not database_url:
            raise click.UsageError("Give the live database: --database-url or GEN_DATABASE_URL.")
        return
    if snapshot is not None:
        raise click.UsageError("--snapshot and --write-snapshot exclude each other.")
    if context.get_parameter_source("database_url") is ParameterSource.COMMANDLINE:
        raise click.UsageError("--write-snapshot looks at no database: leave out --database-url.")


def _hinders(found: Diagnostic, service: model.Service) -> bool:
    """What is wrong with this service's migrations, but for their lock."""
    folder = service.lock.path.rpartition("/")[0]
    is_own = found.position.path.rpartition("/")[0] == folder and not found.rule.startswith("migration-lock")
    return is_own or found.position == service.where("migrations.directory")


def _compare(report: shown.Report, request: run.Request) -> int:
    """Tells what was found; the exit code."""
    from generator.drift import run  # noqa: PLC0415 - 0.1 s that --help can do without
    from generator.report import drift as report_drift  # noqa: PLC0415

    found = run.find(request)
    for line in report_drift.lines(found):
        report.say(line)
    if report.is_json:
        report.add(found.diagnostics)
    report.result(**report_drift.values(found))
    report.finish()
    return EXIT_PROBLEMS if has_errors(found.diagnostics) else 0


def _write(report: shown.Report, file: Path, local: Status, written: Path, rehearsal_url: str | None) -> None:
    from generator.drift import run, snapshots  # noqa: PLC0415

    snapshots.demand_place(written)
    text, taken = run.taken(file.parent, tools.directory(file.parent), local, rehearsal_url)
    is_changed = snapshots.write(written, text)
    report.add(taken.warnings)
    state = "written" if is_changed else "unchanged"
    version = max(taken.versions, default=0)
    report.say(f"{state} {written}: {local.service.name} at version {version}, as {taken.source} has it")
    report.result(service=local.service.name, version=version, written=[str(written)] if is_changed else [])
    report.finish()
