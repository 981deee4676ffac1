"""The strategy's three metrics, derived from what kube-state-metrics says of the Job and its pods.

The Job vanishes after its TTL and the next one has the same name, so each rule latches: it reads its
own last value back. docs/monitoring.md explains the rules one by one.
"""

from __future__ import annotations

from collections.abc import Mapping

from generator import conventions, model
from generator.monitoring import promql
from generator.monitoring.rule import Rule

FAILED_RUN = "migration:failed_run_start:seconds"
SUCCEEDED_RUN = "migration:succeeded_run_start:seconds"
SUCCEEDED_VERSION = "migration:succeeded_version_start:seconds"
FAILURE = "migration_failure_total"
DURATION = "migration_duration_seconds"
VERSION = "migration_version"

# How long a latch survives without an evaluation.
MEMORY = "1d"
# Series of one object from one scrape: two replicas of kube-state-metrics may be a scrape apart, and the
# condition of the Job before must not meet the start time of the one that took its name.
SAME_JOB = "on (namespace, job_name, instance)"
SAME_POD = "on (namespace, pod)"


def records(service: model.Service) -> tuple[Rule, ...]:
    """In the order in which they read each other."""
    version = f"max by (namespace, version) ({own(service, SUCCEEDED_VERSION)}) > bool 0"
    return (
        _record(service, FAILED_RUN, _run_start(service, FAILED_RUN, "kube_job_failed")),
        _record(service, SUCCEEDED_RUN, _run_start(service, SUCCEEDED_RUN, "kube_job_complete")),
        _record(service, FAILURE, _failure(service)),
        _record(service, DURATION, _duration(service)),
        _record(service, SUCCEEDED_VERSION, _succeeded_version(service)),
        _record(service, VERSION, version),
    )


def identity(service: model.Service) -> dict[str, str]:
    """The labels of everything: a service of the same name in another namespace is another service."""
    return {"namespace": service.namespace, "service": service.name}


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


def _record(service: model.Service, metric: str, expr: str) -> Rule:
    return Rule(record=metric, alert=None, expr=expr, for_=None, labels=identity(service), annotations={})


def _run_start(service: model.Service, metric: str, condition: str) -> str:
    """The start of the newest run seen with this condition, in seconds since the epoch.

    The raw series has the label `job_name`, the latched one has not: `or` keeps both, `max` the newer.
    """
    return (
        "max by (namespace) (\n"
        f"  ({job_series(service, 'kube_job_status_start_time')}\n"
        f"    and {SAME_JOB} {job_is(service, condition)})\n"
        f"  or last_over_time({own(service, metric)}[{MEMORY}])\n"
        ")"
    )


def _failure(service: model.Service) -> str:
    """1 where the newest finished run failed, 0 where it succeeded, nothing where none was seen."""
    failed, succeeded = newest(service, FAILED_RUN), newest(service, SUCCEEDED_RUN)
    return f"({failed} > bool {succeeded})\nor ({failed} > bool 0)\nor ({succeeded} * 0)"


def _duration(service: model.Service) -> str:
    """Of the newest successful run: Kubernetes sets a completion time only then.

    No `on (…)`: both series carry the same labels, so two replicas of kube-state-metrics never clash.
    """
    return (
        "max by (namespace) (\n"
        f"  {job_series(service, 'kube_job_status_completion_time')}\n"
        f"  - {job_series(service, 'kube_job_status_start_time')}\n"
        ")\n"
        f"or max by (namespace) (last_over_time({own(service, DURATION)}[{MEMORY}]))"
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
        "))"
    )
