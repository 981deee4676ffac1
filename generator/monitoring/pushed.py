"""What the Job reports to a Pushgateway, as report.sh names it, in PromQL.

The group has one run: the next report of the service replaces it. All of a report carries the same labels, so
that nothing here needs `on (…)`, and two scrapes of one Pushgateway never clash.
"""

from __future__ import annotations

from generator import conventions, model
from generator.monitoring import promql

RUN_START = "migration_run_start_time_seconds"
RUN_DURATION = "migration_run_duration_seconds"
RUN_FAILED = "migration_run_failed"
DATABASE_VERSION = "migration_database_version"

# Longer than a Job waits for its next attempt after the first ones, and than a scrape of two targets is apart.
SETTLED = "5m"


def identity(service: model.Service) -> dict[str, str]:
    """The labels of everything: a service of the same name in another namespace is another service."""
    return {"namespace": service.namespace, "service": service.name}


def series(service: model.Service, metric: str) -> str:
    return f"{metric}{{{_selected(service)}}}"


def succeeded_start(service: model.Service) -> str:
    """The start of the reported run by the node's clock, if it succeeded."""
    return f"{series(service, RUN_START)} and {_succeeded(service)}"


def settled_failure(service: model.Service) -> str:
    """The same of a run that failed, once nothing else was reported for a while: the next attempt would have been,
    and two targets are never scraped in the same instant. No clock of a node takes part in that."""
    failed = series(service, RUN_FAILED)
    return f"{series(service, RUN_START)} and min_over_time({failed}[{SETTLED}]) == 1 and {failed} offset {SETTLED}"


def succeeded_end(service: model.Service) -> str:
    end = f"{series(service, RUN_START)} + {series(service, RUN_DURATION)}"
    return f"{end} and {_succeeded(service)}"


def succeeded_duration(service: model.Service) -> str:
    """In seconds, of one attempt."""
    return f"{series(service, RUN_DURATION)} and {_succeeded(service)}"


def newest_start(service: model.Service) -> str:
    """As one series per namespace."""
    return f"max by (namespace) ({series(service, RUN_START)})"


def other_versions(service: model.Service, comparison: str) -> str:
    """The version that goose found, where it is another one than expected and `comparison` (`<=`, `>`) holds.

    The label is exact, the value is not beyond 2^53: `<=` of two labels that differ leaves no difference out.
    Anybody may push: a text that is no version must not get into an alert.
    """
    found = (
        f"{DATABASE_VERSION}{{{_selected(service)}"
        f',version=~"[0-9]+",version!={promql.quote(str(service.version))}}}'
    )
    return f"topk by (namespace) (1, max by (namespace, version) ({found}) {comparison} {service.version})"


def _selected(service: model.Service) -> str:
    return promql.matchers({"job": conventions.PUSH_JOB, **identity(service)})


def _succeeded(service: model.Service) -> str:
    return f"{series(service, RUN_FAILED)} == 0"
