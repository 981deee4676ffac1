"""Statements without a transaction, of which a failure leaves the first ones applied for good.

goose begins again with the first statement; one that cannot run a second time then fails for ever, and the
repair is made by hand, in the database.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.diagnostics import Diagnostic
from generator.lint import repeating, transactions
from generator.lint.commands import Script
from generator.model import Service


def check(service: Service, script: Script) -> Iterator[Diagnostic]:
    if not script.migration.no_transaction:
        return
    needed = transactions.needed(script)
    help = (
        "make it repeatable (IF NOT EXISTS, IF EXISTS, ON CONFLICT, a DROP … IF EXISTS before it), "
        "or move it into a migration of its own"
        if needed
        else "remove `-- +goose NO TRANSACTION`: no statement of this file needs it"
    )
    for command in repeating.unrepeatable(script):
        yield Diagnostic(
            "lint-no-transaction-mixed",
            "if a later statement fails, this one stays applied, and the next attempt stops at it",
            help,
            command.verb,
        )
