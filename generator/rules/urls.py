"""Every outside address in the file: HTTPS, no credentials, no numbers for a name, an allowed domain.

One walk for the url-… rules: an address breaks one of them at a time.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator import model
from generator.diagnostics import Diagnostic
from generator.text import urls

# What gen appends a path to.
_PUSHGATEWAY = "metrics.pushgateway"
_BASES = frozenset({"alerts.runbookBaseUrl", _PUSHGATEWAY})


def check(project: model.Project) -> Iterator[Diagnostic]:
    for service in project.services:
        for name, url in _addresses(service):
            problem = urls.check(url, project.allowed_domains)
            if problem is not None:
                yield Diagnostic(problem.rule, problem.message, problem.help, service.where(name))
            elif name == _PUSHGATEWAY and url.endswith("/metrics"):
                yield Diagnostic(
                    "url-syntax",
                    "this URL ends with `/metrics`, where Prometheus reads; gen appends the path to write to",
                    "write the address of the Pushgateway alone, e.g. `http://pushgateway.monitoring.svc:9091`",
                    service.where(name),
                )
            elif name in _BASES and ("?" in url or "#" in url):
                yield Diagnostic(
                    "url-syntax",
                    "this URL is continued with a path, so it can't have a query or a fragment",
                    "write the address alone, without `?` and `#`",
                    service.where(name),
                )


def _addresses(service: model.Service) -> Iterator[tuple[str, str]]:
    if service.alerts.runbook_base_url is not None:
        yield "alerts.runbookBaseUrl", service.alerts.runbook_base_url
    if service.pushgateway is not None:
        yield _PUSHGATEWAY, service.pushgateway
    for index, url in enumerate(service.callback_urls):
        yield f"callbackUrls.{index}", url
