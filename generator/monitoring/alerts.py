"""The alerts, and what they tell a tired person to do."""

from __future__ import annotations

from datetime import date, timedelta

from generator import conventions, model
from generator.monitoring import alert, pins, promql, records, reports
from generator.monitoring.rule import Rule

FAILED = "MigrationFailed"
MISSING = "MigrationMissing"
RUNNING_TOO_LONG = "MigrationRunningTooLong"
ROTATION_OVERDUE = "MigrationSecretRotationOverdue"
METRICS_MISSING = "MigrationMetricsMissing"
VERSION_BEHIND = reports.BEHIND
VERSION_AHEAD = reports.AHEAD
REPORT_MISSING = reports.MISSING
PINNED = pins.PINNED
PIN_EXPIRED = pins.EXPIRED
# All that any service can have.
NAMES = (
    FAILED,
    MISSING,
    RUNNING_TOO_LONG,
    METRICS_MISSING,
    VERSION_BEHIND,
    VERSION_AHEAD,
    REPORT_MISSING,
    PINNED,
    PIN_EXPIRED,
    ROTATION_OVERDUE,
)

WARNING = model.AlertSeverity.WARNING
# Longer than a rollout of kube-state-metrics, or a node that is drained, takes.
METRICS_MISSING_FOR = 15 * 60


def alerts(service: model.Service) -> tuple[Rule, ...]:
    found = [_failed(service), _missing(service), _running_too_long(service), _metrics_missing(service)]
    found += [*reports.alerts(service), *pins.alerts(service)]
    rotation = service.database.secret.rotation
    if rotation is not None:
        found.append(_rotation_overdue(service, rotation))
    return tuple(found)


def _failed(service: model.Service) -> Rule:
    what, advice = (
        (f"The database migration of {service.name} failed", _failure(service))
        if service.pin is None
        else (
            f"The rollback of the database of {service.name} to {service.pin.version} failed",
            pins.failed(service, service.pin),
        )
    )
    return alert.make(
        service,
        FAILED,
        f"{records.own(service, records.FAILURE)} > 0",
        severity=service.alerts.severity,
        summary=what,
        description=(
            f"The newest finished run of the Job {service.job} in the namespace {service.namespace} failed,"
            f" and none has succeeded since. {advice}\n{_one_off(service)}"
            f"The Job and its logs are deleted {promql.duration(service.limits.ttl)} after its end; this"
            f" alert stays until a run succeeds.{alert.suspended(service)}"
        ),
    )


def _one_off(service: model.Service) -> str:
    if service.pushgateway is None:
        return ""
    return "A one-off Job (`gen rollback --job`) reports to the same place: it may be that one.\n"


def _failure(service: model.Service) -> str:
    return (
        "Argo CD stops the sync there: the application stays at its old version.\n"
        f"{alert.look(service)}\n"
        "The migrations before the failing one are applied, the failing one is rolled back unless it is"
        " marked NO TRANSACTION. Repair the failing file itself (goose stops there, so a newer file does"
        " not help), commit it and sync again."
    )


def _missing(service: model.Service) -> Rule:
    version = str(service.version)
    release = alert.kubectl(
        service, "get", "configmap", conventions.release_config_map(service.name), "--output=yaml"
    )
    return alert.make(
        service,
        MISSING,
        f"absent({records.own(service, records.VERSION, {'version': version})})",
        severity=service.alerts.severity,
        for_=service.alerts.missing_for,
        labels={"version": version},
        summary=f"The database of {service.name} was not seen to reach version {version}",
        description=(
            f"{_expected(service)}, but for {promql.duration(service.alerts.missing_for)} the newest successful"
            " run had another target version, or none was seen. Argo CD skips the Job on a selective sync, on"
            " self-heal and on its own rollback. A sync that migrated the database and then got stuck raises"
            " this alert for the version before.\n"
            f"What is expected:\n{release}\n{alert.look(service)}\n{alert.found(service)}\n"
            f"To run the {'migrations' if service.pin is None else 'rollback'}, sync the whole application, without"
            " a selection of resources. If the database has the version already (Prometheus lost its data), the"
            f" same sync changes nothing and ends this alert.{alert.suspended(service)}"
        ),
    )


def _expected(service: model.Service) -> str:
    if service.pin is None:
        return f"Git expects version {service.version} of {service.name} in the namespace {service.namespace}"
    return f"{pins.held(service, service.pin)} (the runbook has the order: {alert.runbook(service)})"


def _running_too_long(service: model.Service) -> Rule:
    done = " or ".join(records.job_is(service, each) for each in ("kube_job_complete", "kube_job_failed"))
    # Not kube_job_status_active: it is 0 between two attempts, and while a lost node holds the last pod.
    expr = (
        "time() - max by (namespace) (\n"
        f"  {records.job_series(service, 'kube_job_status_start_time')}\n"
        f"  unless {records.SAME_JOB} ({done})\n"
        f") > {service.alerts.running_for}"
    )
    pods = alert.kubectl(service, "get", "pods", f"--selector=batch.kubernetes.io/job-name={service.job}")
    secret = alert.kubectl(service, "describe", "secret", service.database.secret.name)
    return alert.make(
        service,
        RUNNING_TOO_LONG,
        expr,
        severity=WARNING,
        summary=f"The database migration of {service.name} takes unusually long",
        description=(
            # humanizeDuration is Prometheus' own template function.
            f"The Job {service.job} in the namespace {service.namespace} has been running for ",
            "{{ $value | humanizeDuration }}",
            f" (expected: at most {promql.duration(service.alerts.running_for)}). After"
            f" {promql.duration(service.limits.deadline)} Kubernetes ends it as failed. The application's"
            " sync waits for it.\n"
            f"{alert.look(service)}\n{pods}\n"
            "A pod that does not start misses its image, its ServiceAccount, a ConfigMap or the Secret:\n"
            f"{secret}\n"
            "A pod that runs and prints nothing waits for a lock or rewrites a large table; in the database:"
            " SELECT pid, pg_blocking_pids(pid), wait_event_type, state, query FROM pg_stat_activity"
            f" WHERE application_name = '{service.job}';",
        ),
    )


def _metrics_missing(service: model.Service) -> Rule:
    """kube-state-metrics always has something to say of a namespace that exists, and this rule lives in it.

    The other series stand in where it may not read namespaces. A run whose pod was seen but whose Job was not
    means that only the Jobs' series are missing: then no failure would ever be seen. `max` leaves one series.
    """
    namespace = promql.matchers({"namespace": service.namespace})
    proofs = ("kube_namespace_created", "kube_namespace_status_phase", "kube_job_info", "kube_pod_info")
    present = " or ".join(f"{metric}{{{namespace}}}" for metric in proofs)
    expr = f"max(\n  absent({present})\n  or ({records.pod_without_job(service)})\n)"
    return alert.make(
        service,
        METRICS_MISSING,
        expr,
        severity=WARNING,
        for_=METRICS_MISSING_FOR,
        summary=f"Nobody watches the database migrations of {service.name}",
        description=(
            f"Prometheus has no series of kube-state-metrics for the namespace {service.namespace}, or none"
            " of its Jobs. A failing migration raises no alert until they are back.\n"
            "kubectl get pods --all-namespaces --selector=app.kubernetes.io/name=kube-state-metrics\n"
            "If it runs, look at its target in Prometheus, and at its collectors (it needs jobs, pods and"
            " namespaces) and its metric allow-list (it should have none)."
        ),
    )


def _rotation_overdue(service: model.Service, rotation: model.Rotation) -> Rule:
    due = due_date(rotation)
    name = service.database.secret.name
    return alert.make(
        service,
        ROTATION_OVERDUE,
        alert.begun(due),
        severity=WARNING,
        summary=f"The database Secret of {service.name} has to be changed",
        description=(
            f"The Secret {name} in the namespace {service.namespace} was last changed on {rotation.last}"
            f" and is to be changed every {rotation.period_days} days: it has been due since {due}.\n"
            f"{alert.kubectl(service, 'describe', 'secret', name)}\n"
            "Change the password in the database and in the Secret, then write the new date to"
            f" database.secret.rotation.last of {service.name} in {conventions.INPUT}: that ends this alert."
        ),
    )


def due_date(rotation: model.Rotation) -> date:
    """The day at whose beginning (UTC) the Secret is overdue: a constant of the input, whatever today is."""
    try:
        return rotation.last + timedelta(days=rotation.period_days)
    except OverflowError:
        return date.max
