"""Every outside address in the file: HTTPS, no credentials, no numbers for a name, an allowed domain.

One walk for the url-… rules: an address breaks one of them at a time.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator import model
from generator.diagnostics import Diagnostic
from generator.text import urls


def check(project: model.Project) -> Iterator[Diagnostic]:
    for service in project.services:
        for name, url in _addresses(service):
            problem = urls.check(url, project.allowed_domains)
            if problem is not None:
                yield Diagnostic(problem.rule, problem.message, problem.help, service.where(name))


def _addresses(service: model.Service) -> Iterator[tuple[str, str]]:
    if service.alerts.runbook_base_url is not None:
        yield "alerts.runbookBaseUrl", service.alerts.runbook_base_url
    for index, url in enumerate(service.callback_urls):
        yield f"callbackUrls.{index}", url
