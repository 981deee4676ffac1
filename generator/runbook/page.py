"""The whole page: what it is about, where to find what, how to look, each alert, each procedure."""

from __future__ import annotations

from collections.abc import Iterator

from generator import conventions, model
from generator.migrations import partition
from generator.monitoring import alerts, promql
from generator.runbook import history, markdown, procedures, rollbacks, sections
from generator.runbook.markdown import Section


def render(service: model.Service) -> bytes:
    """The Markdown of `out/<service>/RUNBOOK.md`. ValueError for an alert without a section."""
    steps = history.newest(service)
    found = [
        procedures.look(service),
        *(sections.alert(service, each.name) for each in alerts.alerts(service)),
        *rollbacks.all_of_them(service, steps),
        *procedures.all_of_them(service),
        history.section(service, steps),
    ]
    blocks = [
        conventions.RUNBOOK_HEADER,
        f"# Database migrations of {service.name}",
        *_boxes(service),
        _facts(service),
        _how_to_read(service),
        markdown.bullets(markdown.link(each.title) for each in found),
    ]
    for each in found:
        blocks += [f"## {each.title}", *each.blocks]
    _demand_unique(found)
    return markdown.page(blocks)


def _demand_unique(found: list[Section]) -> None:
    anchors = [each.anchor for each in found]
    if len(set(anchors)) < len(anchors):
        raise ValueError(f"two headings of the runbook have the same anchor: {anchors}")


def _how_to_read(service: model.Service) -> str:
    return (
        "Run the commands in the directory of services.yaml, with the commit checked out that is deployed. The"
        f" Application in Argo CD and the Deployment are taken to be called {markdown.code(service.name)}: put their"
        " real names in where they differ."
        + ("" if service.alerts.enabled else " The alerts of this service are switched off.")
    )


def _boxes(service: model.Service) -> Iterator[str]:
    pin = service.pin
    if pin is not None:
        until = f", until {pin.expires} (UTC)" if pin.expires is not None else ""
        yield markdown.box(
            f"**Pinned to version {pin.version}**{until}. The newest migration was {pin.newest} then, and is"
            f" {service.newest} now: what is above {pin.version} is to be undone, what came later waits.",
            "",
            f"Reason: {markdown.text(pin.reason)}",
            "",
            f"{markdown.link(rollbacks.RELEASE)}, when it is over.",
        )
    if service.suspend:
        yield markdown.box(
            "**Suspended**: no sync runs the migrations."
            f" {markdown.link(procedures.HOTFIX, 'What that means, and how it ends')}."
        )


def _facts(service: model.Service) -> str:
    code, name = markdown.code, service.name
    return markdown.table(
        ("", ""),
        (
            ("service", f"{code(name)}, namespace {code(service.namespace)}"),
            ("Job", f"{code(service.job)}, {_design(service)}"),
            ("version expected", _expected(service)),
            ("Secret", _secret(service)),
            ("ConfigMaps", ", ".join(code(each) for each in _config_maps(service))),
            ("ServiceAccount", code(conventions.service_account(name))),
            ("version table", code(service.table)),
            ("image", code(service.runner.image)),
            ("limits", _limits(service)),
            ("after its end", f"the Job and its logs stay {promql.duration(service.limits.ttl)}"),
            ("files", code(f"{service.migrations_directory}/")),
        ),
    )


def _expected(service: model.Service) -> str:
    newest = (
        f"{markdown.code(str(service.version))}, of {markdown.count(len(service.migrations), 'migration')}"
    )
    return newest if service.pin is None else f"{newest}; **pinned**, the newest is {service.newest}"


def _design(service: model.Service) -> str:
    if service.suspend:
        return "hook `Skip`: suspended"
    when = {
        "PreSync": "before anything else of the sync",
        "Sync": "in the sync, in a wave before the workloads",
        "PostSync": "when the application is healthy",
    }
    return f"hook `{service.hook}`, wave {service.sync.job_wave}: {when[service.hook]}"


def _secret(service: model.Service) -> str:
    secret = service.database.secret
    if secret.keys is None:
        keys = [secret.dsn_key or ""]
    else:
        parts = secret.keys
        keys = [parts.host, parts.port or "", parts.user, parts.password, parts.database]
    named = ", ".join(markdown.code(each) for each in keys if each)
    of = "the same Argo CD application" if secret.managed_by is model.ManagedBy.APPLICATION else "outside"
    return f"{markdown.code(secret.name)}, key {named}; it comes from {of}"


def _config_maps(service: model.Service) -> list[str]:
    """With the release marker; see charts/config_map.py `parts`."""
    number = 1
    if service.source is not model.MigrationSource.IMAGE:
        number = len(partition.split(service.migrations))
    elif not (service.database.session_parameters or service.pushgateway or service.pin):
        number = 0
    parts = [conventions.migrations_config_map(service.name, part) for part in range(1, number + 1)]
    return [*parts, conventions.release_config_map(service.name)]


def _limits(service: model.Service) -> str:
    limits, database = service.limits, service.database
    found = [
        f"an attempt {promql.duration(limits.timeout)}",
        markdown.count(limits.retries + 1, "attempt"),
        f"the Job {promql.duration(limits.deadline)}",
    ]
    if database.session_parameters:
        for what, value in (
            ("a lock", database.lock_timeout_ms),
            ("a statement", database.statement_timeout_ms),
        ):
            found.append(f"{what} {value / 1000:g} s" if value else f"{what} without limit")
    return ", ".join(found)
