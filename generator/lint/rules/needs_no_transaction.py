"""A command that PostgreSQL refuses inside a transaction block, where it would run in one.

goose puts a file into a transaction unless it says NO TRANSACTION; and several commands in one statement of
goose's are sent in one message, which PostgreSQL runs in an implicit transaction.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.diagnostics import Diagnostic
from generator.lint import transactions
from generator.lint.commands import Script
from generator.model import Service

_ID = "lint-needs-no-transaction"


def check(service: Service, script: Script) -> Iterator[Diagnostic]:
    for command in script.all:
        name = transactions.refused(command)
        if name is None:
            continue
        if not script.migration.no_transaction:
            yield Diagnostic(
                _ID,
                f"PostgreSQL refuses {name} inside a transaction, and goose runs this file in one",
                "move it into a migration of its own that has `-- +goose NO TRANSACTION` above `-- +goose Up`",
                command.verb,
            )
        elif not command.is_alone:
            yield Diagnostic(
                _ID,
                f"PostgreSQL refuses {name} here: goose sends it together with other commands, "
                "which run in one transaction",
                "put it on lines of its own, outside of StatementBegin and StatementEnd",
                command.verb,
            )
