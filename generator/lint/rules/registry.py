"""All of gen's own lint rules that read one migration, in the order in which they run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from generator.diagnostics import Diagnostic
from generator.lint.commands import Script
from generator.lint.rules import (
    concurrently_if_not_exists,
    down_missing,
    enum_value_used,
    irreversible,
    needs_no_transaction,
    no_transaction_mixed,
    no_transaction_unneeded,
    session_setting,
    table_rewrite,
    transaction_control,
)
from generator.lint.rules.rule import Rule
from generator.model import Service

RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "lint-concurrently-if-not-exists": concurrently_if_not_exists,
        "lint-down-missing": down_missing,
        "lint-enum-value-used": enum_value_used,
        "lint-irreversible": irreversible,
        "lint-needs-no-transaction": needs_no_transaction,
        "lint-no-transaction-mixed": no_transaction_mixed,
        "lint-no-transaction-unneeded": no_transaction_unneeded,
        "lint-session-setting": session_setting,
        "lint-table-rewrite": table_rewrite,
        "lint-transaction-control": transaction_control,
    }
)


def check(service: Service, script: Script) -> Iterator[Diagnostic]:
    """Everything that the rules find in a migration."""
    for rule in RULES.values():
        yield from rule.check(service, script)
