"""`gen rollback`"""

from __future__ import annotations

import shlex
from datetime import UTC, date, datetime
from pathlib import Path

import click

from generator import diagnostics, model, pinning
from generator.cli import options, rollback_shown, shown
from generator.cli.main import COMMANDS, EXIT_PROBLEMS
from generator.source import decoding

_LONGEST_REASON = 1000


@click.command("rollback", short_help=COMMANDS["rollback"])
@click.argument("service")
@click.option("--to", "to", metavar="VERSION", help="The version to go back to; 0 for an empty schema.")
@click.option("--last", "is_last", is_flag=True, help="Take back the last migration.")
@click.option("--reason", "reason", metavar="TEXT", help="Why: it is shown wherever the pin is.")
@click.option(
    "--expires",
    "expires",
    metavar="DATE",
    help="The day (UTC), as 2026-01-31, from which on `gen check` refuses the pin.",
)
@click.option(
    "--phase",
    "phase",
    type=click.Choice([each.value for each in model.PinPhase]),
    default=model.PinPhase.POST_SYNC.value,
    show_default=True,
    help="PostSync: when the reverted application is healthy. PreSync: before it, for one that was stopped first.",
)
@click.option(
    "--accept-data-loss",
    "accepted",
    metavar="VERSION",
    multiple=True,
    help="A migration whose Down may lose data; may be repeated.",
)
@click.option("--job", "only_job", is_flag=True, help="Write nothing; print a one-off Job for kubectl.")
@click.option("--release", "is_release", is_flag=True, help="Take the pin away again.")
@options.file
@options.format
@click.pass_context
def command(
    context: click.Context,
    service: str,
    to: str | None,
    is_last: bool,
    reason: str | None,
    expires: str | None,
    phase: str,
    accepted: tuple[str, ...],
    only_job: bool,
    is_release: bool,
    file: Path,
    format: str,
) -> None:
    """Take the database of a service back to an older version, or let it go forward again.

    \b
      gen rollback auth-service --last --reason "the new index blocks logins"
      gen rollback auth-service --to 20260117000005 --reason "…" --expires 2026-12-01
      gen rollback --release auth-service

    It shows what is undone, statement by statement, and pins the version in services.yaml. After the next
    `gen build`, commit and sync, the Job takes the database down or up to that version and fails if anything
    above it is still applied. Later migrations wait behind the pin until it is released.

    A migration without a Down is never passed, one that loses data only with --accept-data-loss.

    --job is for the emergency: nothing is written, and the Job that it prints runs without Argo CD.
    """
    _demand_sense(context, to, is_last, reason, only_job, is_release)
    report = shown.Report(format, file.parent)
    project, chosen = _chosen(context, report, file, service, only_job)
    if is_release:
        release = pinning.release(project, chosen)
        pinning.write(file, release)
        rollback_shown.released(report, release, file)
        return
    version = pinning.last(chosen) if is_last else _version(chosen, to or "")
    _demand_way(chosen, version)
    wish = pinning.Wish(
        version=version,
        reason=_reason(reason or ""),
        expires=_expiry(expires),
        phase=model.PinPhase(phase),
        accepted=tuple({_migration(chosen, each): None for each in accepted}),
    )
    planned = pinning.pin(project, chosen, wish)
    rollback_shown.undone(report, planned, is_aside=only_job)
    if planned.is_refused:
        report.add(planned.found)
    elif only_job:
        rollback_shown.job(report, planned, _typed(planned, file))
    else:
        pinning.write(file, planned)
        rollback_shown.pinned(report, planned, file)
        report.add(planned.found)
    report.finish()
    context.exit(EXIT_PROBLEMS if planned.is_refused else 0)


def _demand_sense(
    context: click.Context,
    to: str | None,
    is_last: bool,
    reason: str | None,
    only_job: bool,
    is_release: bool,
) -> None:
    """A usage error for options that do not go together."""
    given = {
        each.name: each.opts[0]
        for each in context.command.params
        if each.name is not None
        and context.get_parameter_source(each.name) is click.core.ParameterSource.COMMANDLINE
    }
    if is_release:
        others = [given[each] for each in given if each not in ("service", "is_release", "file", "format")]
        if others:
            raise click.UsageError(f"--release takes the pin away: leave {', '.join(others)} out.")
        return
    if only_job and ("expires" in given or "phase" in given):
        raise click.UsageError("--job runs once and at once: leave --expires and --phase out.")
    if (to is None) == (not is_last):
        raise click.UsageError("Say where to: --to VERSION, or --last.")
    if reason is None:
        raise click.UsageError("Say why: --reason TEXT. Whoever finds the pin will want to know.")


def _chosen(
    context: click.Context, report: shown.Report, file: Path, name: str, is_alone: bool
) -> tuple[model.Project, model.Service]:
    """The project and the service. What is wrong with a pin is no reason not to change it or take it away."""
    from generator import check  # noqa: PLC0415 - 0.2 s that --help can do without

    checked = check.check(file)
    found = pinning.blocking(checked.diagnostics)
    if checked.project is not None:
        options.known(checked.project, [name])
        found = pinning.of_service(found, checked.project, name) if is_alone else found
    if checked.project is None or diagnostics.has_errors(found):
        report.stop(context, found)
    (chosen,) = [each for each in checked.project.services if each.name == name]
    return checked.project, chosen


def _version(service: model.Service, text: str) -> int:
    known = [each.version for each in service.migrations]
    number = options.version(text)
    if number == 0 or number in known:
        return number
    raise options.no_such_version(service, text)


def _migration(service: model.Service, text: str) -> int:
    number = options.version(text)
    if number not in {each.version for each in service.migrations}:
        raise options.no_such_version(service, text)
    return number


def _demand_way(service: model.Service, version: int) -> None:
    if version == service.newest:
        what = f"{version} is the newest migration of `{service.name}`: there is nothing to take back."
        raise click.UsageError(what + (" To end its pin: --release." if service.pin else ""))


def _reason(text: str) -> str:
    if not text.strip():
        raise click.UsageError("The reason is empty: say why, for whoever finds the pin.")
    if len(text) > _LONGEST_REASON:
        raise click.UsageError(f"The reason is too long: at most {_LONGEST_REASON} characters.")
    unsafe = decoding.UNSAFE.search(text)
    if unsafe is not None:
        raise click.UsageError(f"The reason holds a character that services.yaml may not: {unsafe[0]!a}.")
    return text


def _expiry(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        # Python reads more forms: 20260131, 2026-W05-6.
        day = date.fromisoformat(text if len(text) == len("2026-01-31") and "W" not in text else "")
    except ValueError:
        raise click.UsageError(f"`{text}` is not a date: write year-month-day, as 2026-01-31.") from None
    if day <= datetime.now(UTC).date():
        raise click.UsageError(f"{day} is not in the future: the pin would be expired at once.")
    return day


def _typed(planned: pinning.Plan, file: Path) -> str:
    """The command as it is to be typed, for the comment in what it prints."""
    wished = planned.wished
    words = ["gen", "rollback", planned.service.name, "--to", str(wished.version), "--reason", wished.reason]
    for each in wished.accepted:
        words += ["--accept-data-loss", str(each)]
    if file != Path("services.yaml"):
        words += ["--file", str(file)]
    return shlex.join([*words, "--job"])
