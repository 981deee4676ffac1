"""What a command does first that works on a sound project only: read everything, and stop where something is wrong."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator.cli import options, shown

if TYPE_CHECKING:  # 25 ms that --help need not pay
    from generator import model


def services(
    context: click.Context, report: shown.Report, file: Path, wanted: Collection[str] = ()
) -> tuple[model.Service, ...]:
    """The services of these names, all for none. Ends the command where anything in the project is wrong."""
    from generator import check  # noqa: PLC0415 - 0.2 s that --help can do without

    checked = check.check(file)
    if not checked.is_sound or checked.project is None:
        report.stop(context, checked.diagnostics)
    options.known(checked.project, wanted)
    return tuple(each for each in checked.project.services if not wanted or each.name in wanted)
