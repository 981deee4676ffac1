"""`gen status`"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from generator import model, status
from generator.cli import options, shown, status_table
from generator.cli.main import COMMANDS, EXIT_PROBLEMS
from generator.diagnostics import Position, has_errors
from generator.status import Entry, Status

URL_VARIABLE = "GEN_DATABASE_URL"


@click.command("status", short_help=COMMANDS["status"])
@click.argument("services", nargs=-1, metavar="[SERVICE]...")
@options.file
@options.database_url
@options.format
@click.pass_context
def command(
    context: click.Context, services: tuple[str, ...], file: Path, database_url: str | None, format: str
) -> None:
    """Show the migrations of SERVICE (default: all): the files, the lock, and what a database says of them.

    UP and DOWN count the statements; a DOWN of `-` cannot be rolled back. TX says whether it runs in a
    transaction. LOCK is what migrations.lock says. DATABASE is when it was applied, in the time zone of the
    session that did it, or

    \b
      pending       goose will apply it
      out of order  not applied, though a newer one is: goose refuses to go on
      file missing  applied, and there is no such file here
      rolled back   an old goose left a row for it: goose will skip it

    A database belongs to one service: name it, unless there is only one. It is only read. The exit code
    says whether everything could be read, and nothing about what is pending.
    """
    report = shown.Report(format, file.parent)
    read = status.read(file)
    found = [each for each in read.diagnostics if has_errors([each])]
    if read.project is None:
        report.stop(context, found)
    options.known(read.project, services)
    chosen = [each for each in read.project.services if not services or each.name in services]
    own = [each for each in found if not services or _is_of(each.position, chosen)]
    tables = [status.local(each, read.diagnostics) for each in chosen]
    if database_url and (len(tables) == 1 or not _is_from_environment(context)):
        if len(tables) > 1:
            raise click.UsageError(
                f"A database belongs to one service: name it. There are {', '.join(each.name for each in chosen)}"
            )
        tables = [_with_database(tables[0], database_url)]
    elif database_url:
        report.warn(f"note: {URL_VARIABLE} is set, but a database belongs to one service: name it")
    report.add(own)
    for number, each in enumerate(tables):
        if number:
            report.say("")
        for line in status_table.lines(each):
            report.say(line)
    report.result(services=[_json(each) for each in tables])
    sys.stdout.flush()
    report.finish()
    context.exit(EXIT_PROBLEMS if own else 0)


def _is_of(position: Position, services: Iterable[model.Service]) -> bool:
    folder = position.path.rpartition("/")[0]
    return any(
        folder == each.lock.path.rpartition("/")[0] or position == each.where("migrations.directory")
        for each in services
    )


def _is_from_environment(context: click.Context) -> bool:
    return context.get_parameter_source("database_url") is click.core.ParameterSource.ENVIRONMENT


def _with_database(local: Status, url: str) -> Status:
    from generator.database.address import Address  # noqa: PLC0415 - not needed for the files alone

    return status.compared(local, status.recorded(Address.parse(url), local.service.table))


def _json(each: Status) -> dict[str, Any]:
    result: dict[str, Any] = {
        "name": each.service.name,
        "directory": each.service.migrations_directory,
        "expectedVersion": each.expected,
        "newestVersion": each.newest,
        "pinned": each.service.pin is not None,
        "bytes": each.size,
        "configMaps": each.parts,
        "migrations": [_json_entry(entry, each.recorded is not None) for entry in each.entries],
    }
    if each.recorded is not None:
        is_migrated = each.recorded.rows is not None
        result["database"] = {
            "table": each.service.table,
            "migrated": is_migrated,
            "version": each.recorded.current if is_migrated else None,
        }
    return result


def _json_entry(entry: Entry, has_database: bool) -> dict[str, Any]:
    known = entry.migration
    result: dict[str, Any] = {
        "version": entry.version,
        "file": entry.name,
        "readable": known is not None,
        "bytes": entry.size,
        "upStatements": len(known.up) if known else None,
        "downStatements": len(known.down) if known else None,
        "reversible": known.has_down if known else None,
        "transaction": not known.no_transaction if known else None,
        "lock": entry.lock.value if entry.lock else None,
    }
    if has_database:
        result["state"] = entry.state.value if entry.state else None
        result["appliedAt"] = entry.when.isoformat() if entry.when else None
    return result
