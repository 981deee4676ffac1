"""`gen check`"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from generator import conventions, diagnostics
from generator.cli import options, shown
from generator.cli.main import COMMANDS, EXIT_PROBLEMS


@click.command("check", short_help=COMMANDS["check"])
@options.file
@options.since
@options.format
@click.pass_context
def command(context: click.Context, file: Path, since: str | None, format: str) -> None:
    """Check services.yaml and every migration that it names, and write nothing.

    Everything wrong is told in one run, each at its file, line and column.

    --since compares with what is merged: a new migration whose version is too low, and a merged one that
    was edited together with its entry in migrations.lock. Meant for CI, with the target branch.
    """
    report = shown.Report(format, file.parent)
    # What was sound a moment ago may not be so beside what was merged since.
    services = _known_sound(file) if since is None else None
    is_sound = True
    if services is None:
        from generator import check  # noqa: PLC0415 - 0.2 s, mostly pydantic

        checked = check.check(file)
        report.add(checked.diagnostics)
        is_sound = checked.is_sound
        if checked.project is not None:
            from generator import rollback  # noqa: PLC0415 - with the check

            overdue = tuple(rollback.expired(checked.project, datetime.now(UTC).date()))
            report.add(overdue)
            is_sound = is_sound and not overdue
        if since is not None and checked.project is not None:
            from generator import locking  # noqa: PLC0415 - Git is asked only here

            found = locking.check(checked.project, file.parent, since, checked.diagnostics)
            report.add(found)
            is_sound = is_sound and not diagnostics.has_errors(found)
        services = len(checked.project.services) if checked.project is not None else 0
    if is_sound:
        report.say(f"{shown.count(services, 'service')}: no errors")
    report.finish()
    context.exit(0 if is_sound else EXIT_PROBLEMS)


def _known_sound(file: Path) -> int | None:
    if not (file.parent / conventions.STATE).is_dir():
        return None
    from generator import build  # noqa: PLC0415 - 20 ms that a project never built can do without

    return build.known_sound(file)
