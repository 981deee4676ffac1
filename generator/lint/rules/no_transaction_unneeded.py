"""NO TRANSACTION in a file of which nothing needs it."""

from __future__ import annotations

from collections.abc import Iterator

from generator.diagnostics import Diagnostic
from generator.lint import places, repeating, transactions
from generator.lint.commands import Script
from generator.model import Service


def check(service: Service, script: Script) -> Iterator[Diagnostic]:
    migration = script.migration
    if not migration.no_transaction or not script.up:
        return
    if transactions.needed(script) or any(repeating.unrepeatable(script)):
        return
    yield Diagnostic(
        "lint-no-transaction-unneeded",
        "no statement of this file needs NO TRANSACTION: without it, a failure leaves nothing behind",
        "remove the line, or say before `-- +goose Up` why it is there: "
        "`-- gen:allow lint-no-transaction-unneeded: <reason>`",
        places.no_transaction(migration, script.source),
    )
