"""`gen build`"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import click

from generator import build, conventions
from generator.cli import options, shown
from generator.cli.main import COMMANDS, EXIT_PROBLEMS
from generator.diagnostics import Severity
from generator.output import diff


@click.command("build", short_help=COMMANDS["build"])
@options.file
@options.output
@click.option("--service", "services", multiple=True, help="Build only this service; may be repeated.")
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit 1 and list what is stale.")
@click.option("--diff", "only_diff", is_flag=True, help="Write nothing; show the difference.")
@options.format
@click.pass_context
def command(
    context: click.Context,
    file: Path,
    output: Path | None,
    services: tuple[str, ...],
    only_check: bool,
    only_diff: bool,
    format: str,
) -> None:
    """Write the manifests of all services to out/, ready to be committed.

    Everything is checked and rendered before the first file is written; a service's SHA256SUMS comes
    last. Files of services that are gone are removed, files that are not gen's are kept.

    --check renders everything afresh and exits with 1 when out/ is not exactly that.
    """
    if only_check and only_diff:
        raise click.UsageError("--check and --diff exclude each other: --check lists, --diff shows.")
    root = file.parent
    out = output or root / conventions.OUTPUT
    report = shown.Report(format, root)
    is_plain = not (services or only_check or only_diff)
    made = build.settled(file, out, _shown(out, root)) if is_plain else None
    if made is None:
        build.look_ahead(root, afresh=only_check, of_all=is_plain)
        # 0.2 s that a build with nothing to do must not cost
        from generator import check, rollback  # noqa: PLC0415

        checked = check.check(file)
        report.add(checked.diagnostics)
        if checked.project is not None:
            # A build in the night must not stop because a day has come: `gen check` says so in the morning.
            report.add(
                dataclasses.replace(each, severity=Severity.WARNING)
                for each in rollback.expired(checked.project, datetime.now(UTC).date())
            )
        if not checked.is_sound or checked.project is None:
            report.finish()
            context.exit(EXIT_PROBLEMS)
        options.known(checked.project, services)
        _demand_own_directory(out, root, [each.migrations_directory for each in checked.project.services])
        made = build.prepare(
            checked.project,
            root,
            out,
            _shown(out, root),
            services or None,
            afresh=only_check,
            spotless=not checked.diagnostics,
        )
    report.add(made.diagnostics)
    _results(report, made)
    if made.is_blocked:
        report.finish()
        context.exit(EXIT_PROBLEMS)
    if only_check:
        context.exit(_check(report, made))
    if only_diff:
        report.say_exactly(diff(made.plan))
        report.finish()
        return
    _write(report, made)


def _demand_own_directory(out: Path, root: Path, migrations: Iterable[str]) -> None:
    """A usage error for an output directory in which gen's files would lie among somebody else's."""
    place, top = out.resolve(), root.resolve()
    if top.is_relative_to(place):
        raise click.UsageError(f"{out} holds services.yaml: give --output a directory of its own.")
    for each in sorted(set(migrations)):
        directory = (top / each).resolve()
        if place.is_relative_to(directory) or directory.is_relative_to(place):
            raise click.UsageError(
                f"{out} and the migrations in {each} would mix: give --output another directory."
            )


def _shown(out: Path, root: Path) -> str:
    """How the findings call `out`: seen from services.yaml, as all paths in findings are."""
    return Path(os.path.relpath(out, root)).as_posix()


def _results(report: shown.Report, made: build.Build) -> None:
    plan = made.plan
    report.result(
        written=[each.path for each in plan.writes],
        deleted=[each.path for each in plan.deletes],
        removedServices=list(plan.removed_services),
        commands=list(made.removals),
    )


def _check(report: shown.Report, made: build.Build) -> int:
    plan = made.plan
    for change in plan.changes:
        state = "missing" if change.old is None else "stale" if change.new is not None else "superfluous"
        report.say(f"{state:<12} {plan.request.shown}/{change.path}")
    for name in plan.leftovers:
        report.say(f"{'left over':<12} {plan.request.shown}/{name}")
    if plan.is_empty:
        report.say(
            f"{plan.request.shown}/ is what services.yaml says ({shown.count(len(made.services), 'service')})"
        )
    else:
        report.warn("run `gen build` and commit the result")
    report.finish()
    return 0 if plan.is_empty else EXIT_PROBLEMS


def _write(report: shown.Report, made: build.Build) -> None:
    # Before the write: a build that is killed in it must not take these lines with it.
    for line in made.removals:
        report.warn("Argo CD does not prune hooks; once the application has synced without them, run:")
        report.warn(f"  {line}")
    build.write(made)
    plan = made.plan
    for change in plan.changes:
        verb = "removed" if change.new is None else "added" if change.old is None else "changed"
        report.say(f"{verb:<8} {plan.request.shown}/{change.path}")
    if plan.is_empty:
        report.say(f"{plan.request.shown}/ is up to date ({shown.count(len(made.services), 'service')})")
    report.finish()
