"""`gen migration`"""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import click

from generator import creation
from generator.cli import options, shown
from generator.cli.main import COMMANDS, EXIT_PROBLEMS
from generator.text import nearest


@click.command("migration", short_help=COMMANDS["migration"])
@click.argument("service")
@click.argument("name", nargs=-1, required=True)
@options.file
@click.option(
    "--no-transaction",
    is_flag=True,
    help="For what cannot run in a transaction, such as CREATE INDEX CONCURRENTLY.",
)
@click.option(
    "--timestamp",
    "numbering",
    flag_value=creation.Numbering.TIMESTAMP.value,
    help="Number the first migration by the time (UTC). That is the default.",
)
@click.option(
    "--sequential",
    "numbering",
    flag_value=creation.Numbering.SEQUENCE.value,
    help="Number the first migration 00001.",
)
@options.format
@click.pass_context
def command(
    context: click.Context,
    service: str,
    name: tuple[str, ...],
    file: Path,
    no_transaction: bool,
    numbering: str | None,
    format: str,
) -> None:
    """Create the next migration of a service, and print its path.

    NAME says in a few words what it does: `gen migration auth-service add last login` creates
    20260117093000_add_last_login.sql, or 00008_add_last_login.sql where the directory counts. Its version
    is always above all others. Nothing is ever written over, and mistakes in other files do not matter.

    To open it at once: $EDITOR "$(gen migration auth-service add last login)"
    """
    report = shown.Report(format, file.parent)
    services, found = creation.services(file)
    if not services:
        report.stop(context, found)
    created = creation.create(
        file.parent,
        _known(services, service),
        " ".join(name),
        datetime.now(UTC),
        numbering=creation.Numbering(numbering) if numbering else None,
        transaction=not no_transaction,
    )
    if isinstance(created, creation.Created):
        _tell(report, file, service, created)
    else:
        report.add(created)
    report.finish()
    context.exit(0 if isinstance(created, creation.Created) else EXIT_PROBLEMS)


def _tell(report: shown.Report, file: Path, service: str, created: creation.Created) -> None:
    path = (file.parent / created.path).as_posix()
    report.result(path=path, version=created.version.number, service=service)
    report.say(path)
    if created.version.is_forced:
        report.warn(
            f"note: the newest version, {created.newest}, is not before this machine's clock: "
            "the new one is the second after it"
        )
    report.warn(f"Write its Up and Down, then: gen check && gen test {shlex.quote(service)}")


def _known(services: Iterable[creation.Named], wanted: str) -> creation.Named:
    by_name = {each.name: each for each in services}
    if wanted not in by_name:
        guess = nearest.nearest(wanted, by_name)
        hint = f"did you mean `{guess}`?" if guess else f"known: {', '.join(sorted(by_name))}"
        raise click.UsageError(f"There is no service `{wanted}`: {hint}")
    return by_name[wanted]
