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


def identity(service: model.Service) -> dict[str, str]:
    """The labels of everything: a service of the same name in another namespace is another service."""
    return {"namespace": service.namespace, "service": service.name}


def series(service: model.Service, metric: str) -> str:
    return f"{metric}{{{_selected(service)}}}"


def starts(service: model.Service, *, failed: bool) -> str:
    """The start of the reported run by the node's clock, if it ended this way."""
    return f"{series(service, RUN_START)} and {_ended(service, failed)}"


def ends(service: model.Service, *, failed: bool) -> str:
    end = f"{series(service, RUN_START)} + {series(service, RUN_DURATION)}"
    return f"{end} and {_ended(service, failed)}"


def durations(service: model.Service, *, failed: bool) -> str:
    """In seconds, of one attempt."""
    return f"{series(service, RUN_DURATION)} and {_ended(service, failed)}"


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


def _ended(service: model.Service, failed: bool) -> str:
    return f"{series(service, RUN_FAILED)} == {int(failed)}"
