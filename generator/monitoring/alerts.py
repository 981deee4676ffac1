"""The alerts, and what they tell a tired person to do."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import quote

from generator import conventions, model
from generator.monitoring import promql, records
from generator.monitoring.rule import Rule

FAILED = "MigrationFailed"
MISSING = "MigrationMissing"
RUNNING_TOO_LONG = "MigrationRunningTooLong"
ROTATION_OVERDUE = "DatabaseSecretRotationOverdue"
METRICS_MISSING = "MigrationMetricsMissing"
RUNBOOK = "RUNBOOK.md"

WARNING = model.AlertSeverity.WARNING
# Longer than a rollout of kube-state-metrics, or a node that is drained, takes.
METRICS_MISSING_FOR = 15 * 60


def alerts(service: model.Service) -> tuple[Rule, ...]:
    found = [_failed(service), _missing(service), _running_too_long(service), _metrics_missing(service)]
    rotation = service.database.secret.rotation
    if rotation is not None:
        found.append(_rotation_overdue(service, rotation))
    return tuple(found)


def _failed(service: model.Service) -> Rule:
    return _alert(
        service,
        FAILED,
        f"{records.own(service, records.FAILURE)} > 0",
        severity=service.alerts.severity,
        summary=f"The database migration of {service.name} failed",
        description=(
            f"The newest finished run of the Job {service.job} in the namespace {service.namespace} failed,"
            " and none has succeeded since. Argo CD stops the sync there: the application stays at its old"
            " version.\n"
            f"{_look(service)}\n"
            f"The Job and its logs are deleted {promql.duration(service.limits.ttl)} after its end; this"
            " alert stays until a run succeeds.\n"
            "The migrations before the failing one are applied, the failing one is rolled back unless it is"
            " marked NO TRANSACTION. Repair the failing file itself (goose stops there, so a newer file does"
            f" not help), commit it and sync again.{_suspended(service)}"
        ),
    )


def _missing(service: model.Service) -> Rule:
    version = str(service.version)
    waited = promql.duration(service.alerts.missing_for)
    release = _kubectl(
        service, "get", "configmap", conventions.release_config_map(service.name), "--output=yaml"
    )
    return _alert(
        service,
        MISSING,
        f"absent({records.own(service, records.VERSION, {'version': version})})",
        severity=service.alerts.severity,
        for_=service.alerts.missing_for,
        labels={"version": version},
        summary=f"The database of {service.name} was not seen to reach version {version}",
        description=(
            f"Git expects version {version} of {service.name} in the namespace {service.namespace}, but for"
            f" {waited} the newest successful run had another target version, or none was seen. Argo CD skips"
            " the Job on a selective sync, on self-heal and on its own rollback. A sync that migrated the"
            " database and then got stuck raises this alert for the version before.\n"
            f"What is expected:\n{release}\n{_look(service)}\n"
            f"What the database has: SELECT max(version_id) FROM {service.table} WHERE is_applied;\n"
            "To run the migrations, sync the whole application, without a selection of resources. If the"
            " database has the version already (Prometheus lost its data), the same sync changes nothing and"
            f" ends this alert.{_suspended(service)}"
        ),
    )


def _running_too_long(service: model.Service) -> Rule:
    done = " or ".join(records.job_is(service, each) for each in ("kube_job_complete", "kube_job_failed"))
    # Not kube_job_status_active: it is 0 between two attempts, and while a lost node holds the last pod.
    expr = (
        "time() - max by (namespace) (\n"
        f"  {records.job_series(service, 'kube_job_status_start_time')}\n"
        f"  unless {records.SAME_JOB} ({done})\n"
        f") > {service.alerts.running_for}"
    )
    pods = _kubectl(service, "get", "pods", f"--selector=batch.kubernetes.io/job-name={service.job}")
    secret = _kubectl(service, "describe", "secret", service.database.secret.name)
    return _alert(
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
            f"{_look(service)}\n{pods}\n"
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
    expr = (
        "max(\n"
        f"  absent({present})\n"
        f"  or ({records.newest(service, records.SUCCEEDED_VERSION)}\n"
        f"    unless on (namespace) {records.newest(service, records.SUCCEEDED_RUN)})\n"
        ")"
    )
    return _alert(
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
    return _alert(
        service,
        ROTATION_OVERDUE,
        f"vector(time()) > {int(datetime.combine(due, time(), UTC).timestamp())}",
        severity=WARNING,
        summary=f"The database Secret of {service.name} has to be changed",
        description=(
            f"The Secret {name} in the namespace {service.namespace} was last changed on {rotation.last}"
            f" and is to be changed every {rotation.period_days} days: it has been due since {due}.\n"
            f"{_kubectl(service, 'describe', 'secret', name)}\n"
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


def _alert(
    service: model.Service,
    name: str,
    expr: str,
    *,
    severity: model.AlertSeverity,
    summary: str,
    description: str | tuple[str, str, str],
    for_: int = 0,
    labels: Mapping[str, str] | None = None,
) -> Rule:
    """`description` is text, or text, a template action and text. gen's labels win over the service's."""
    if isinstance(description, str):
        described = promql.literal(description)
    else:
        before, action, behind = description
        described = promql.literal(before) + action + promql.literal(behind)
    annotations = {"summary": promql.literal(summary), "description": described}
    base = service.alerts.runbook_base_url
    if base is not None:
        url = f"{base}/{quote(service.name, safe='')}/{RUNBOOK}#{name.lower()}"
        annotations["runbook_url"] = promql.literal(url)
    everything = {
        **service.alerts.labels,
        **records.identity(service),
        **(labels or {}),
        "severity": severity.value,
    }
    return Rule(
        record=None,
        alert=name,
        expr=expr,
        for_=promql.duration(for_) if for_ else None,
        labels={key: promql.literal(value) for key, value in sorted(everything.items())},
        annotations=annotations,
    )


def _look(service: model.Service) -> str:
    selector = f"--selector=batch.kubernetes.io/job-name={service.job}"
    return "\n".join(
        (
            _kubectl(service, "describe", "job", service.job),
            _kubectl(service, "logs", selector, "--prefix", "--tail=-1"),
        )
    )


def _kubectl(service: model.Service, *arguments: str) -> str:
    return shlex.join(["kubectl", "--namespace", service.namespace, *arguments])


def _suspended(service: model.Service) -> str:
    if not service.suspend:
        return ""
    return (
        f"\n{service.name} is suspended in {conventions.INPUT}: no run happens, and this alert stays, until"
        " `suspend` is taken away."
    )
