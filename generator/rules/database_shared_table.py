"""Two services that keep their versions in one table of one database: each takes the other's for its own."""

from __future__ import annotations

from collections.abc import Iterator

from generator import model
from generator.diagnostics import Diagnostic

Identity = tuple[object, ...]


def check(project: model.Project) -> Iterator[Diagnostic]:
    first: dict[Identity, model.Service] = {}
    for service in project.services:
        secret = service.database.secret
        if not service.namespace:
            continue  # not known, and told
        table = service.table.removeprefix("public.")
        identity = (service.namespace, secret.name, secret.dsn_key, secret.keys, table)
        other = first.setdefault(identity, service)
        if other is not service:
            yield Diagnostic(
                "database-shared-table",
                f"`{service.name}` and `{other.name}` use the same Secret `{secret.name}` and both keep their"
                f" versions in `{service.table}`: goose would mix them up",
                "give one of them its own `migrations.table`, or its own database",
                service.where("migrations.table"),
            )
