"""PostgreSQL's and goose's time limits have to nest: lock < statement <= goose's own."""

from __future__ import annotations

from collections.abc import Iterator

from generator import model
from generator.diagnostics import Diagnostic
from generator.text import durations

# Its time limits are 32-bit numbers of milliseconds (guc_tables.c).
MOST_MS = 2**31 - 1


def check(project: model.Project) -> Iterator[Diagnostic]:
    for service in project.services:
        database = service.database
        lock, statement = database.lock_timeout_ms, database.statement_timeout_ms
        timeout = service.limits.timeout * 1000
        if statement and lock >= statement:
            yield Diagnostic(
                "database-timeouts",
                f"the lock timeout of {durations.render(lock)} never comes before the statement timeout of"
                f" {durations.render(statement)}",
                "write a shorter `lockTimeout`; a wait for a lock counts as part of the statement",
                service.where("database.lockTimeout"),
            )
        for name, limit in (("lockTimeout", lock), ("statementTimeout", statement)):
            if limit > MOST_MS:
                yield Diagnostic(
                    "database-timeouts",
                    f"PostgreSQL refuses a time limit of {durations.render(limit)}: the most is 24d, or none",
                    f"write a shorter `{name}` (it follows `job.timeout` where it is not written), or `0s` for none",
                    service.where(f"database.{name}"),
                )
        if statement > timeout:
            yield Diagnostic(
                "database-timeouts",
                f"a statement may run for {durations.render(statement)}, but goose gives up after"
                f" {durations.render(timeout)}",
                "write a shorter `statementTimeout`, or a longer `job.timeout`",
                service.where("database.statementTimeout"),
            )
