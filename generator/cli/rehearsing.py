"""What the commands that rehearse do first: read everything, and stop where it makes no sense to go on."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from generator import check, model
from generator.cli import options, shown
from generator.rehearsal import run


def services(
    context: click.Context, report: shown.Report, file: Path, wanted: Iterable[str]
) -> tuple[model.Service, ...]:
    """The services of these names, all for none. Ends the command where one of them cannot be rehearsed."""
    wanted = tuple(wanted)
    checked = check.check(file)
    project = checked.project
    if project is not None:
        options.known(project, wanted)
    everything = project.services if project is not None else ()
    chosen = tuple(each for each in everything if not wanted or each.name in wanted)
    directories = {each.migrations_directory for each in chosen}
    others = {each.migrations_directory for each in everything} - directories
    hindering = [each for each in checked.diagnostics if run.hinders(each, others)]
    if project is None or hindering:
        report.stop(context, hindering)
    return chosen
