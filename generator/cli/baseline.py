"""`gen baseline`"""

from __future__ import annotations

from pathlib import Path

import click

from generator import baseline, model
from generator.cli import options, shown, sound
from generator.cli.main import COMMANDS


@click.command("baseline", short_help=COMMANDS["baseline"])
@click.argument("service")
@click.option(
    "--version",
    "version",
    required=True,
    metavar="V",
    help="The newest migration whose changes are in the database already.",
)
@click.option("--sql", "only_sql", is_flag=True, help="Print the SQL alone, for psql.")
@options.file
@options.format
@click.pass_context
def command(
    context: click.Context, service: str, version: str, only_sql: bool, file: Path, format: str
) -> None:
    """Print what takes an existing database under goose's control.

    A database that was made by hand, or by another tool, has the tables but no record of the migrations:
    goose would start with the first one and fail. The one-off Job that this prints records all versions up
    to V as applied and runs none of them; after it goose applies the later ones.

    \b
      gen baseline auth-service --version 20260117000003 | kubectl create -f -

    It refuses a database that has a version above 0 recorded, and one without any table. All of it happens
    in one transaction. The comment at its top says what to do before and after. Nothing is written here.
    """
    report = shown.Report(format, file.parent)
    (chosen,) = sound.services(context, report, file, [service])
    planned = _plan(chosen, version)
    text = baseline.psql(planned) if only_sql else baseline.manifests(planned)
    report.say_exactly(text)
    report.result(
        service=service,
        version=planned.version,
        recorded=[each.name for each in planned.recorded],
        later=[each.name for each in planned.later],
        **{"sql" if only_sql else "manifests": text},
    )
    report.finish()


def _plan(service: model.Service, version: str) -> baseline.Baseline:
    planned = baseline.plan(service, options.version(version))
    if planned is None:
        raise options.no_such_version(service, version)
    return planned
