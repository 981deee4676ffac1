"""The alerts on what the Job reports to a Pushgateway: the version that goose found, and whether it reports."""

from __future__ import annotations

from generator import conventions, model
from generator.monitoring import alert, pins, promql, pushed, records
from generator.monitoring.rule import Rule

BEHIND = "MigrationVersionBehind"
AHEAD = "MigrationVersionAhead"
MISSING = "MigrationReportMissing"

# Longer than a Pushgateway takes to come back.
MISSING_FOR = 15 * 60
# A run starts by the Job controller's clock, its report by the node's.
CLOCKS_S = 5 * 60
# Of the series; the alert's own label is the version that is expected, whatever is found.
_FOUND = "{{ $labels.version }}"


def alerts(service: model.Service) -> tuple[Rule, ...]:
    if service.pushgateway is None:
        return ()
    return (_behind(service), _ahead(service), _missing(service))


def _other(
    service: model.Service, name: str, side: str, comparison: str, severity: model.AlertSeverity, why: str
) -> Rule:
    """The alert on a version that is not the expected one; `why` goes on behind the version that was found."""
    expected = service.version
    return alert.make(
        service,
        name,
        pushed.other_versions(service, comparison),
        severity=severity,
        for_=service.alerts.missing_for,
        labels={"version": str(expected)},
        summary=f"The database of {service.name} is {side} version {expected}",
        description=(
            f"Git expects version {expected} of {service.name} in the namespace {service.namespace}, but for"
            f" {promql.duration(service.alerts.missing_for)} the newest report of its Job has said that the"
            " database is at version ",
            _FOUND,
            why,
        ),
    )


def _behind(service: model.Service) -> Rule:
    why = (
        ". A run failed, Argo CD skipped the Job (a selective sync, self-heal, its own rollback), or somebody"
        " restored an older database and the Job ran against that. goose tells the version that it applied last:"
        f" where max(version_id) is {service.version} already, an older one was applied after it (out of order), and"
        " the next new migration ends this alert.\n"
        f"{alert.look(service)}\n{alert.found(service)}\n"
        "To run the Job, sync the whole application, without a selection of resources; the next"
        f" report ends this alert.{_below(service)}{alert.suspended(service)}"
    )
    # Not `<`: beyond 2^53 two versions may be one number.
    return _other(service, BEHIND, "behind", "<=", service.alerts.severity, why)


def _below(service: model.Service) -> str:
    if service.pin is None:
        return ""
    return (
        f"\n{pins.held(service, service.pin)}: a rollback that came out below its target applies the rest of it"
        " (`up-to`) when it runs again."
    )


def _ahead(service: model.Service) -> Rule:
    why = f". {_why_ahead(service)}\n{alert.look(service)}\n{alert.found(service)}{alert.suspended(service)}"
    return _other(service, AHEAD, "ahead of", ">", model.AlertSeverity.WARNING, why)


def _why_ahead(service: model.Service) -> str:
    if service.pin is None:
        back = alert.gen("rollback", service.name, "--to", str(service.version), "--reason", "why")
        return (
            "Compare with Git first. Has its newest commit that version, then its sync migrated the database and got"
            " stuck: finish that sync, and change nothing here. Has it not, then a commit that took migrations away was"
            " merged: that rolls nothing back, for goose no longer knows them. To keep them, bring their files back."
            f" To undo them, bring their files back too, and let this decide:\n{back}\nThe order is in the runbook:"
            f" {alert.runbook(service)}"
        )
    return (
        f"{pins.held(service, service.pin)}: the rollback has not run, or it failed. Its Job runs {_when(service)};"
        " Argo CD skips it on a selective sync, on self-heal and on its own rollback. Sync the whole application,"
        f" without a selection of resources.\nThe runbook has the order: {alert.runbook(service)}"
    )


def _when(service: model.Service) -> str:
    if service.hook == model.PinPhase.POST_SYNC.value:
        return "when the reverted application is healthy (PostSync), and not before"
    return f"before the application ({service.hook})"


def _missing(service: model.Service) -> Rule:
    """The value is the start of the run that nobody reported."""
    reported = f"{pushed.newest_start(service)} + {CLOCKS_S}"
    failed = records.newest(service, records.FAILED_RUN)
    succeeded = records.newest(service, records.SUCCEEDED_RUN)
    expr = (
        f"({failed}\n  unless {failed} <= {reported})\nor ({succeeded}\n  unless {succeeded} <= {reported})"
    )
    group = f"job={conventions.PUSH_JOB}, namespace={service.namespace}, service={service.name}"
    return alert.make(
        service,
        MISSING,
        expr,
        severity=model.AlertSeverity.WARNING,
        for_=MISSING_FOR,
        summary=f"The newest database migration of {service.name} was not reported",
        description=(
            f"A run of the Job {service.job} in the namespace {service.namespace} ended, and the Pushgateway"
            f" {service.pushgateway} has no report of it, or Prometheus does not scrape it."
            f" {BEHIND} and {AHEAD} judge by an older report, or by none. The migration itself is not concerned."
            f" A node's clock that is more than {promql.duration(CLOCKS_S)} behind looks the same.\n"
            f"{alert.look(service)}\n"
            "The last lines of the log say why a report was not taken. There is none of a pod that never started,"
            " or that was killed (no memory, SIGKILL).\n"
            f"If the Pushgateway shows the group {group}, look at its target in Prometheus, which needs"
            " `honorLabels: true`. If it was restarted without its file, the next run reports again: sync the"
            " whole application."
        ),
    )
