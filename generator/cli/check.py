"""`gen check`"""

from __future__ import annotations

from pathlib import Path

import click

from generator import check
from generator.cli import options, shown
from generator.cli.main import COMMANDS, EXIT_PROBLEMS


@click.command("check", short_help=COMMANDS["check"])
@options.file
@options.format
@click.pass_context
def command(context: click.Context, file: Path, format: str) -> None:
    """Check services.yaml and every migration that it names, and write nothing.

    Everything wrong is told in one run, each at its file, line and column.
    """
    checked = check.check(file)
    report = shown.Report(format, checked.root)
    report.add(checked.diagnostics)
    if checked.is_sound and checked.project is not None:
        services = checked.project.services
        count = sum(len(each.migrations) for each in services)
        found = f"{shown.count(len(services), 'service')} and {shown.count(count, 'migration')}"
        report.say(f"{found}: no errors")
    report.finish()
    context.exit(0 if checked.is_sound else EXIT_PROBLEMS)
