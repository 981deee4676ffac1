"""One section for each alert: what it means, how to see it, what to do, when it ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from generator import conventions, model
from generator.monitoring import alerts, promql, reports
from generator.runbook import commands, markdown, procedures, rollbacks
from generator.runbook.markdown import Section

Blocks = tuple[str, ...]


def alert(service: model.Service, name: str) -> Section:
    """ValueError for an alert that nobody has written about."""
    if name not in ALERTS:
        raise ValueError(f"the runbook has no section for the alert {name}")
    return Section(name, ALERTS[name](service))


def _failed(service: model.Service) -> Blocks:
    pinned = service.pin is not None
    what = f"the rollback to {service.version}" if pinned else "the migration"
    return (
        f"**Means:** the newest run of {what} failed, and none has succeeded since. {_stops(service)}",
        f"**See:** the log; where it is gone already, {markdown.link(procedures.LOGS, 'what is left')}.",
        commands.logs(service),
        commands.job(service),
        f"What the database has ({markdown.link(procedures.CONNECT)} first):",
        commands.typed("gen", "status", service.name),
        "**Do,** by what the log says:",
        markdown.table(("log", "do"), _remedies(service)),
        *_why_failed(service),
        *_one_off(service),
        "**Ends** with the next run that succeeds, not with the Job's deletion.",
    )


def _one_off(service: model.Service) -> Blocks:
    if service.pushgateway is None:
        return ()
    return (
        f"A one-off Job ({markdown.link(rollbacks.JOB)}) reports to the same group of the Pushgateway: it may be"
        f" {markdown.code(f'job/{conventions.rollback(service.name)}')} that failed.",
    )


def _why_failed(service: model.Service) -> Blocks:
    if service.pin is not None:
        return (
            "The container that failed tells the step: `assert-before` (the database has a migration that the rollback"
            " was not decided for; nothing was changed), `down-to` (a Down failed), `up-to` (an Up below the target"
            f" failed), {markdown.code(conventions.container(service.version))} (the target is not reached, or"
            " something above it is still applied).",
            "Whatever was undone stays undone: the next run goes on from there. To give it up and go forward again:"
            f" {markdown.link(rollbacks.RELEASE)}.",
        )
    return (
        "The migrations before the failing one are applied, the failing one is rolled back unless it is marked NO"
        f" TRANSACTION. An edited file that is in `{conventions.LOCK}` needs a new checksum: `gen lock --amend VERSION"
        " --reason TEXT`, only if it was applied nowhere.",
        f"To deploy without it: {markdown.link(procedures.HOTFIX)}. To go back:"
        f" {markdown.link(rollbacks.EMERGENCY)}.",
    )


def _remedies(service: model.Service) -> list[tuple[str, str]]:
    again = markdown.link(procedures.AGAIN)
    rows = [
        ("`failed to connect`, `password authentication failed`", f"the Secret or the network; then {again}"),
        (
            "`canceling statement due to lock timeout`",
            f"{markdown.link(procedures.LOCKS)}, end the one that blocks; then {again}",
        ),
        (
            "`canceling statement due to statement timeout`, `context deadline exceeded`",
            "more time: `job.timeout`, `database.statementTimeout` in services.yaml;"
            f" {markdown.link(procedures.EFFECT)}",
        ),
        (
            "`unrecognized configuration parameter`",
            "the Secret holds a DSN made for Prisma: give the migration a key of its own",
        ),
    ]
    if service.pin is None:
        rows += [
            (
                "an SQL error",
                "repair the failing file itself (a newer one does not help: goose stops there);"
                f" {markdown.link(procedures.EFFECT)}",
            ),
            ("`missing migrations`", "two branches merged in the wrong order: `gen status` shows which"),
        ]
    else:
        rows += [
            (
                "`this database has newer ones`",
                "nothing was changed: check the newest migration files out, release the pin and roll back again",
            ),
            (
                "`(out of order)`",
                "nothing was changed: the end of the message says to which version first, and to which then",
            ),
            (
                "`still applied above`",
                f"something else migrated at the same time; {again}, and it says what to do",
            ),
            (
                "an SQL error in a Down",
                "repair the Down in its file; it is sent to the Job with the next sync",
            ),
        ]
    if any(each.no_transaction for each in service.migrations):
        rows.append(("a NO TRANSACTION file", markdown.link(procedures.HALF_WAY)))
    return rows


def _stops(service: model.Service) -> str:
    if service.hook == model.PinPhase.POST_SYNC:
        return "The reverted application is deployed; the schema is not back yet."
    return "Argo CD stopped the sync there: the application is still the old one."


def _missing(service: model.Service) -> Blocks:
    return (
        f"**Means:** Git expects version {service.version}, and for {promql.duration(service.alerts.missing_for)} the"
        " newest successful run had another target, or none was seen. The new application may be running on the old"
        " schema.",
        "**See:** what is expected, and what ran.",
        commands.release(service),
        commands.job(service),
        f"What the database has ({markdown.link(procedures.CONNECT)} first):",
        commands.typed("gen", "status", service.name),
        f"**Do:** no Job, or an old one: {markdown.link(procedures.SKIPPED)}. A sync that hangs after it migrated:"
        " look at what it waits for, the alert names the version before. The database has the version: Prometheus"
        f" lost its memory, {markdown.link(procedures.AGAIN, 'sync once')}, it changes nothing."
        + (" It is suspended, so this stays until `suspend` is taken away." if service.suspend else ""),
        "**Ends** when a run with that version succeeded.",
    )


def _running_too_long(service: model.Service) -> Blocks:
    references = [
        f"Secret {markdown.code(service.database.secret.name)}",
        f"image {markdown.code(service.runner.image)}",
    ]
    return (
        f"**Means:** the Job has run for more than {promql.duration(service.alerts.running_for)}. After"
        f" {promql.duration(service.limits.deadline)} Kubernetes ends it as failed. The sync waits for it.",
        "**See:** whether its pod started.",
        commands.pods(service),
        commands.logs(service),
        f"**Do:** a pod that does not start misses something; the events say what ({', '.join(references)}, or a key"
        " `digest-…`: then something else writes its ConfigMap).",
        commands.kubectl(service, "get", "secret", service.database.secret.name),
        f"A pod that runs and prints nothing waits for a lock, or rewrites a table: {markdown.link(procedures.LOCKS)}."
        f" To stop it: {markdown.link(procedures.HANGING)}.",
        "**Ends** when the Job does, or is deleted. MigrationFailed takes over if it failed.",
    )


def _metrics_missing(service: model.Service) -> Blocks:
    return (
        "**Means:** Prometheus has no series of kube-state-metrics for this namespace, or none of its Jobs. A migration"
        " that fails now raises no alert.",
        "**See:** whether it runs (its labels are those of its usual charts).",
        markdown.sh("kubectl get pods --all-namespaces --selector=app.kubernetes.io/name=kube-state-metrics"),
        "**Do:** look at its target in Prometheus (*Status → Targets*), at its collectors (it needs `jobs`, `pods` and"
        " `namespaces`) and at its metric allow-list (it should have none). Until it is back, look yourself after each"
        " sync:",
        commands.kubectl(service, "get", "jobs", service.job),
        "**Ends** when the series are back.",
    )


def _behind(service: model.Service) -> Blocks:
    return (
        f"**Means:** the last report of a run says that the database is below {service.version}, the version that Git"
        f" expects, for {promql.duration(service.alerts.missing_for)}. The application may run on an old schema.",
        f"**See:** what the database has now ({markdown.link(procedures.CONNECT)} first).",
        commands.typed("gen", "status", service.name),
        commands.release(service),
        f"**Do:** with MigrationFailed, {markdown.link(alerts.FAILED, 'go there')}. Otherwise the Job did not run:"
        f" {markdown.link(procedures.SKIPPED)}. A migration below the newest that was never applied"
        " (`out of order`): goose refuses it; give it a version above all others.",
        "goose tells the version that it applied *last*. Where this gives the expected one, an older one was applied"
        " after it, and nothing is missing; the next new migration ends the alert:",
        markdown.sql(f"SELECT max(version_id) FROM {service.table} WHERE is_applied;"),
        f"**Ends** with the report of a run that finds {service.version}.",
    )


def _ahead(service: model.Service) -> Blocks:
    means = (
        f"**Means:** the last report of a run says that the database is above {service.version}, the version that this"
        " alert was built for"
    )
    look = (
        f"**See:** which versions ({markdown.link(procedures.CONNECT)} first); `file missing` is what the commit here"
        " does not have.",
        commands.typed("gen", "status", service.name),
    )
    end = f"**Ends** with the report of a run that finds {service.version}"
    if service.pin is not None:
        return (
            f"{means}: the rollback that is pinned has not happened.",
            *look,
            f"**Do:** with MigrationFailed, {markdown.link(alerts.FAILED, 'go there')}; otherwise Argo CD skipped its"
            f" Job, or the application that has to be healthy first is not: {markdown.link(procedures.AGAIN)}.",
            f"{end}.",
        )
    return (
        f"{means}. Either the sync of a newer commit got stuck after its Job, or a commit that took migrations away (a"
        " revert, another branch) was merged, which rolls nothing back.",
        *look,
        *_compare(service),
        "- *The version is added there* (`A`), and not taken away since: that commit's sync got stuck. Finish it, or"
        " repair what it waits for, and roll nothing back.\n"
        "- *It is taken away there* (`D`), *or not to be found*: bring the files back. If the schema may stay ahead,"
        " commit them, with the application as it is. If not,"
        f" {markdown.link(rollbacks.VERSION, 'roll back')} with them in place.",
        "What a sync that got stuck waits for:",
        commands.argocd(service, "get", "--show-operation"),
        f"{end}, or once the newer commit is synced.",
    )


def _compare(service: model.Service) -> Blocks:
    """The last changes to the files on every branch: what was added, and what was deleted."""
    log = ("git", "log", "--all", "--max-count=5", "--name-status", "--", f"{service.migrations_directory}/")
    return (
        "**Do:** compare with the release in Git first, before any rollback:",
        commands.typed("git", "fetch"),
        commands.typed(*log),
    )


def _report_missing(service: model.Service) -> Blocks:
    return (
        "**Means:** a run ended, and the Pushgateway has no report of it. MigrationVersionBehind and"
        " MigrationVersionAhead judge by an older one; MigrationFailed still works.",
        "**See:** a line of the reporter in the log.",
        commands.logs(service),
        f"**Do:** is {markdown.code(service.pushgateway or '')} reachable from the namespace (NetworkPolicy), does its"
        " target in Prometheus work, with `honor_labels: true`? A pod that was killed (out of memory, node lost)"
        " reports nothing; so does an image without `/bin/sh` and `wget`. A node whose clock is more than"
        f" {promql.duration(reports.CLOCKS_S)} behind looks the same: its report is there, and older than the run.",
        f"**Ends** with the next report: {markdown.link(procedures.AGAIN)}.",
    )


def _pinned(service: model.Service) -> Blocks:
    pin = service.pin
    assert pin is not None
    until = f" It expires on {pin.expires}." if pin.expires is not None else " It does not expire."
    return (
        f"**Means:** no fault. A rollback holds the database at {pin.version}; everything newer waits.{until}",
        f"Reason: {markdown.text(pin.reason)}",
        "**See:**",
        commands.release(service),
        commands.kubectl(service, "get", "jobs", service.job),
        f"**Do:** repair what it was rolled back for, then {markdown.link(rollbacks.RELEASE, 'release it')}. Until then"
        " silence this alert, or route `info` away.",
        "**Ends** with the pin's release.",
    )


def _pin_expired(service: model.Service) -> Blocks:
    pin = service.pin
    assert pin is not None
    return (
        f"**Means:** the rollback to {pin.version} was to end on {pin.expires} (UTC). Nothing has changed in the"
        " cluster; `gen check` fails, and with it the pipeline.",
        f"Reason: {markdown.text(pin.reason)}",
        "**See:** what waits behind it.",
        commands.typed("gen", "status", service.name),
        f"**Do:** {markdown.link(rollbacks.RELEASE, 'release it')}, or decide anew: the same `gen rollback` with a"
        " later `--expires`.",
        "**Ends** with the release, or with a later date, once it is synced.",
    )


def _rotation_overdue(service: model.Service) -> Blocks:
    name = service.database.secret.name
    rotation = service.database.secret.rotation
    assert rotation is not None
    return (
        f"**Means:** the Secret {markdown.code(name)} was last changed on {rotation.last} and is to be changed every"
        f" {rotation.period_days} days. Nothing is broken: do it by day.",
        "**See:**",
        commands.kubectl(service, "describe", "secret", name),
        "**Do:** change the password in the database and in the Secret. Write the day to"
        f" `database.secret.rotation.last` of {markdown.code(service.name)} in {conventions.INPUT},"
        f" {markdown.link(procedures.EFFECT, 'put it into effect')}: that sync proves that the new password works.",
        "**Ends** with the new date.",
    )


ALERTS: Mapping[str, Callable[[model.Service], Blocks]] = MappingProxyType(
    {
        alerts.FAILED: _failed,
        alerts.MISSING: _missing,
        alerts.RUNNING_TOO_LONG: _running_too_long,
        alerts.METRICS_MISSING: _metrics_missing,
        alerts.VERSION_BEHIND: _behind,
        alerts.VERSION_AHEAD: _ahead,
        alerts.REPORT_MISSING: _report_missing,
        alerts.PINNED: _pinned,
        alerts.PIN_EXPIRED: _pin_expired,
        alerts.ROTATION_OVERDUE: _rotation_overdue,
    }
)
