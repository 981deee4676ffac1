"""`gen lock`"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from generator import conventions
from generator.cli import options, shown
from generator.cli.main import COMMANDS, EXIT_PROBLEMS

if TYPE_CHECKING:
    from generator import locking, model


@click.command("lock", short_help=COMMANDS["lock"])
@click.argument("services", nargs=-1, metavar="[SERVICE]...")
@options.file
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit 1 if something is not locked.")
@options.since
@click.option(
    "--amend",
    "version",
    type=click.IntRange(min=1),
    metavar="VERSION",
    help="Replace the checksum of a migration that failed in every database.",
)
@click.option("--reason", metavar="TEXT", help="Why it is amended; stays in the lock for ever.")
@options.database_url
@options.format
@click.pass_context
def command(
    context: click.Context,
    services: tuple[str, ...],
    file: Path,
    only_check: bool,
    since: str | None,
    version: int | None,
    reason: str | None,
    database_url: str | None,
    format: str,
) -> None:
    """Record the migrations of SERVICE (default: all) in migrations.lock, so that a later edit is noticed.

    New migrations are added; an entry that is there never changes, and nothing is written while a locked
    migration is edited, renamed or gone. With --since, only what is merged there counts as locked: the
    entries of a branch in progress follow its files, and a merge conflict in the lock is resolved.

    --amend is for a migration that failed in every database: edit its file, then amend. With a database URL,
    refused if the version is applied there.
    """
    from generator import check, locking  # noqa: PLC0415 - 0.2 s, mostly pydantic

    _demand_usage(context, only_check, version, reason)
    report = shown.Report(format, file.parent)
    checked = check.check(file)
    if checked.project is None:
        report.stop(context, checked.diagnostics)
    options.known(checked.project, services)
    amendment = None
    if version is not None:
        amendment = locking.Amendment(_target(checked.project, services, version), version, reason or "")
    plan = locking.plan(checked.project, file.parent, checked.diagnostics, services, since, amendment)
    if amendment is not None and database_url is not None and not plan.is_refused:
        plan = locking.verified(plan, checked.project, amendment, database_url)
    report.add(plan.diagnostics)
    context.exit(_finish(report, plan, file.parent, only_check))


def _demand_usage(context: click.Context, only_check: bool, version: int | None, reason: str | None) -> None:
    from generator.migrations import lock  # noqa: PLC0415

    if (version is None) != (reason is None):
        raise click.UsageError("--amend and --reason go together.")
    if version is not None and only_check:
        raise click.UsageError("--amend and --check exclude each other.")
    if version is None and context.get_parameter_source("database_url") is ParameterSource.COMMANDLINE:
        raise click.UsageError("--database-url is for --amend.")
    problem = lock.reason_problem(reason) if reason is not None else None
    if problem is not None:
        raise click.UsageError(f"--reason has to be one line of text: {problem}.")


def _target(project: model.Project, services: Sequence[str], version: int) -> str:
    """The service whose migration is amended."""
    from generator import locking  # noqa: PLC0415

    found = locking.targets(project, services, version)
    if len(found) == 1:
        return found[0]
    if found:
        raise click.UsageError(f"Several services have a version {version}: name one of {', '.join(found)}.")
    raise click.UsageError(f"There is no migration of version {version} that can be read.")


def _finish(report: shown.Report, plan: locking.Plan, root: Path, only_check: bool) -> int:
    """Writes and tells; the exit code."""
    from generator import locking  # noqa: PLC0415

    if plan.is_refused:
        report.finish()
        return EXIT_PROBLEMS
    if not only_check:
        locking.write(plan, root)
    changed = [each.path for each in plan.changes]
    kinds = _kinds(plan.changes)
    report.result(written=[] if only_check else changed, stale=changed if only_check else [], **kinds)
    for kind, paths in kinds.items():
        for path in paths:
            report.say(f"{'unlocked' if only_check and kind == 'locked' else kind:<10} {path}")
    if not changed:
        report.say("every migration is locked")
    elif only_check:
        report.warn("run `gen lock` and commit the result")
    report.finish()
    return EXIT_PROBLEMS if only_check and changed else 0


def _kinds(changes: Sequence[locking.Change]) -> dict[str, list[str]]:
    """The paths of migrations by what happens to their entries; `mended` are locks with no other change."""
    kinds: dict[str, list[str]] = {"locked": [], "amended": [], "rewritten": [], "dropped": [], "mended": []}
    for each in changes:
        folder = each.path.removesuffix(conventions.LOCK)
        named = {
            "locked": each.locked,
            "amended": each.amended,
            "rewritten": each.rewritten,
            "dropped": each.dropped,
        }
        for kind, names in named.items():
            kinds[kind] += [f"{folder}{name}" for name in names]
        if not any(named.values()):
            kinds["mended"].append(each.path)
    return kinds
