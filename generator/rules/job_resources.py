"""Amounts that make no sense, and requests above their limit, which Kubernetes refuses."""

from __future__ import annotations

from collections.abc import Iterator

from generator import model
from generator.diagnostics import Diagnostic
from generator.text import quantities
from generator.text.problem import Problem


def check(project: model.Project) -> Iterator[Diagnostic]:
    for service in project.services:
        yield from _amounts(service)
        yield from _above_limits(service)


def _amounts(service: model.Service) -> Iterator[Diagnostic]:
    resources = service.runner.resources
    for kind, amounts in (("requests", resources.requests), ("limits", resources.limits)):
        for name, amount in amounts.items():
            problem = quantities.check(name, amount)
            if problem is not None:
                where = service.where.of("runner", "resources", kind, name)
                yield Diagnostic("job-resources", problem.message, problem.help, where)


def _above_limits(service: model.Service) -> Iterator[Diagnostic]:
    resources = service.runner.resources
    for name, request in resources.requests.items():
        limit = resources.limits.get(name)
        if limit is None or quantities.check(name, request) or quantities.check(name, limit):
            continue
        wanted, most = quantities.parse(request), quantities.parse(limit)
        if isinstance(wanted, Problem) or isinstance(most, Problem):
            continue
        if wanted > most:
            kind = "requests" if service.where.has("runner", "resources", "requests", name) else "limits"
            yield Diagnostic(
                "job-resources",
                f"the request of {request} {name} is above the limit of {limit}",
                "raise the limit or lower the request; gen's defaults count too:"
                " requests of 50m cpu and 64Mi memory, a limit of 256Mi memory",
                service.where.of("runner", "resources", kind, name),
            )
