"""Three metrics of a migration, derived from what kube-state-metrics says of the Job and its pods.

The Job vanishes after its TTL and the next one has the same name, so each rule latches: it reads its
own last value back. Where the Job reports to a Pushgateway, its report stands in for what kube-state-metrics
did not see, or what Prometheus forgot. docs/monitoring.md explains the rules one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from generator import conventions, model
from generator.monitoring import promql, pushed
from generator.monitoring.rule import Rule

FAILED_RUN = "migration:failed_run_start:seconds"
SUCCEEDED_RUN = "migration:succeeded_run_start:seconds"
SUCCEEDED_VERSION = "migration:succeeded_version_start:seconds"
# Only where the Job reports.
SUCCEEDED_END = "migration:succeeded_run_end:seconds"
FAILURE = "migration_failure_total"
DURATION = "migration_duration_seconds"
VERSION = "migration_version"

# How long a latch survives without an evaluation.
MEMORY = "1d"
# Series of one object from one scrape: two replicas of kube-state-metrics may be a scrape apart, and the
# condition of the Job before must not meet the start time of the one that took its name.
SAME_JOB = "on (namespace, job_name, instance)"
SAME_POD = "on (namespace, pod)"

identity = pushed.identity


def records(service: model.Service) -> tuple[Rule, ...]:
    """In the order in which they read each other."""
    version = f"max by (namespace, version) ({own(service, SUCCEEDED_VERSION)}) > bool 0"
    end = (_record(service, SUCCEEDED_END, _succeeded_end(service)),) if service.pushgateway else ()
    return (
        *end,
        _record(service, FAILED_RUN, _run_start(service, FAILED_RUN, "kube_job_failed")),
        _record(
            service, SUCCEEDED_RUN, _run_start(service, SUCCEEDED_RUN, "kube_job_complete", _reported_success)
        ),
        _record(service, FAILURE, _failure(service)),
        _record(service, DURATION, _duration(service)),
        _record(service, SUCCEEDED_VERSION, _succeeded_version(service)),
        _record(service, VERSION, version),
    )


def own(service: model.Service, metric: str, more: Mapping[str, str] | None = None) -> str:
    """A recorded metric of this service."""
    return f"{metric}{{{promql.matchers({**identity(service), **(more or {})})}}}"


def newest(service: model.Service, metric: str) -> str:
    """The same as one series per namespace, also where a ruler or a replica adds labels of its own."""
    return f"max by (namespace) ({own(service, metric)})"


def job_series(service: model.Service, metric: str, more: Mapping[str, str] | None = None) -> str:
    selected = {"namespace": service.namespace, "job_name": service.job, **(more or {})}
    return f"{metric}{{{promql.matchers(selected)}}}"


def job_is(service: model.Service, metric: str) -> str:
    """`kube_job_failed` or `kube_job_complete`: 1 where the Job has this condition."""
    return f"{job_series(service, metric, {'condition': 'true'})} == 1"


def pod_without_job(service: model.Service) -> str:
    """Something where a pod of a run was seen, and no Job ever: the Jobs' series are missing.

    A report would stand in for either of them, so where there are some the raw series have to tell.
    """
    if service.pushgateway is None:
        pod, job = newest(service, SUCCEEDED_VERSION), newest(service, SUCCEEDED_RUN)
    else:
        owned = promql.matchers({"namespace": service.namespace, "owner_name": service.job})
        pod = f"max by (namespace) (last_over_time(kube_pod_owner{{{owned}}}[{MEMORY}]))"
        job = f"last_over_time({job_series(service, 'kube_job_status_start_time')}[{MEMORY}])"
    return f"{pod}\n    unless on (namespace) {job}"


def _record(service: model.Service, metric: str, expr: str) -> Rule:
    return Rule(record=metric, alert=None, expr=expr, for_=None, labels=identity(service), annotations={})


def _run_start(
    service: model.Service,
    metric: str,
    condition: str,
    reported: Callable[[model.Service], str] | None = None,
) -> str:
    """The start of the newest run seen with this condition, in seconds since the epoch.

    The raw series has the label `job_name`, the latched one has not: `or` keeps both, `max` the newer.
    """
    return (
        "max by (namespace) (\n"
        f"  ({job_series(service, 'kube_job_status_start_time')}\n"
        f"    and {SAME_JOB} {job_is(service, condition)})\n"
        f"  or last_over_time({own(service, metric)}[{MEMORY}])\n"
        f"{_or(service, reported)}"
        ")"
    )


def _or(service: model.Service, reported: Callable[[model.Service], str] | None) -> str:
    """One more source, in an expression that takes the largest of all; pushed series have a label `job`."""
    return f"  or ({reported(service)})\n" if service.pushgateway and reported else ""


def _reported_success(service: model.Service) -> str:
    """While kube-state-metrics shows the Job, it decides: a node's clock and the controller's never meet. A
    report counts for a Job that was missed, and for all of them where Prometheus lost its data."""
    return f"{pushed.succeeded_start(service)}\n    unless {_job_is_shown(service)}"


def _reported_failure(service: model.Service) -> str:
    """Not while the Job goes on, for its next attempt may succeed; and not an attempt of a run that ended well,
    whose report of that was lost. Never latched: the Pushgateway remembers, and the next report corrects it."""
    ended = newest(service, SUCCEEDED_END)
    shown = job_series(service, "kube_job_status_start_time")
    return (
        f"max by (namespace) ({pushed.settled_failure(service)}) > bool 0"
        f"\n    unless on (namespace) last_over_time({shown}[{pushed.SETTLED}])"
        f"\n    unless on (namespace) {ended} >= {pushed.newest_start(service)}"
    )


def _succeeded_end(service: model.Service) -> str:
    """When the newest successful run was over."""
    return (
        "max by (namespace) (\n"
        f"  {job_series(service, 'kube_job_status_completion_time')}\n"
        f"  or last_over_time({own(service, SUCCEEDED_END)}[{MEMORY}])\n"
        f"  or ({pushed.succeeded_end(service)}\n    unless {_job_is_shown(service)})\n"
        ")"
    )


def _job_is_shown(service: model.Service) -> str:
    return f"on (namespace) {job_series(service, 'kube_job_status_start_time')}"


def _failure(service: model.Service) -> str:
    """1 where the newest finished run failed, 0 where it succeeded, nothing where none was seen."""
    failed, succeeded = newest(service, FAILED_RUN), newest(service, SUCCEEDED_RUN)
    reported = f"({_reported_failure(service)})\nor " if service.pushgateway else ""
    return f"{reported}({failed} > bool {succeeded})\nor ({failed} > bool 0)\nor ({succeeded} * 0)"


def _duration(service: model.Service) -> str:
    """Of the newest successful run: Kubernetes sets a completion time only then.

    No `on (…)`: both series carry the same labels, so two replicas of kube-state-metrics never clash.
    """
    reported = (
        f"\nor max by (namespace) ({pushed.succeeded_duration(service)})" if service.pushgateway else ""
    )
    return (
        "max by (namespace) (\n"
        f"  {job_series(service, 'kube_job_status_completion_time')}\n"
        f"  - {job_series(service, 'kube_job_status_start_time')}\n"
        ")\n"
        f"or max by (namespace) (last_over_time({own(service, DURATION)}[{MEMORY}]))"
        f"{reported}"
    )


def _succeeded_version(service: model.Service) -> str:
    """The version of the newest pod that succeeded, by the time it was created: one series, or none.

    The version is read from the container's name and not named here: a PreSync Job has run before Argo CD
    applies the rules of its commit, so it is the rules of the commit before that see it.
    A pod counts unless it is known to be another's: in one namespace, two services may stand at the same
    version. Pod names don't tell, since Kubernetes shortens them.
    """
    everything = promql.matchers({"namespace": service.namespace})
    succeeded = f'kube_pod_status_phase{{{everything},phase="Succeeded"}}'
    pattern = conventions.CONTAINER_PREFIX + "[0-9]+"
    return (
        "topk by (namespace) (1, max by (namespace, version) (\n"
        "  label_replace(\n"
        "    max by (namespace, pod, container) (\n"
        f"      kube_pod_container_info{{{everything},container=~{promql.quote(pattern)}}}\n"
        f"      and {SAME_POD} {succeeded} == 1\n"
        f"      unless {SAME_POD} kube_pod_owner{{{everything},owner_name!={promql.quote(service.job)}}}\n"
        f"    ) * {SAME_POD} group_left () max by (namespace, pod) (\n"
        f"      kube_pod_created{{{everything}}}\n"
        f"      or {SAME_POD} {succeeded} * on (namespace) group_left () {newest(service, SUCCEEDED_RUN)}\n"
        "    ),\n"
        f'    "version", "$1", "container", {promql.quote(conventions.CONTAINER_PREFIX + "(.+)")}\n'
        "  )\n"
        f"  or last_over_time({own(service, SUCCEEDED_VERSION)}[{MEMORY}])\n"
        f"{_or(service, _reported_success)}"
        "))"
    )
