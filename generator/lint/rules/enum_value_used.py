"""A new value of an enumeration, used in the transaction that adds it: PostgreSQL refuses that as unsafe."""

from __future__ import annotations

from collections.abc import Iterator

from generator.diagnostics import Diagnostic
from generator.lint.commands import Command, Script
from generator.lint.tokens import Kind
from generator.migrations import quoting
from generator.model import Service


def check(service: Service, script: Script) -> Iterator[Diagnostic]:
    if script.migration.no_transaction:
        return
    added: dict[str, int] = {}
    for command in script.up:
        value = _added(command)
        if value is not None:
            added.setdefault(value, command.statement.line)
        elif added:
            yield from _used(command, added)


def _added(command: Command) -> str | None:
    cursor = command.cursor()
    if not cursor.take("ALTER", "TYPE") or cursor.name() is None or not cursor.take("ADD", "VALUE"):
        return None
    cursor.take("IF", "NOT", "EXISTS")
    if cursor.at < len(command.tokens) and command.tokens[cursor.at].kind is Kind.STRING:
        return command.tokens[cursor.at].value
    return None


def _used(command: Command, added: dict[str, int]) -> Iterator[Diagnostic]:
    if command.starts("COMMENT"):
        return
    for index, token in enumerate(command.tokens):
        if token.kind is Kind.STRING and token.value in added:
            yield Diagnostic(
                "lint-enum-value-used",
                f"'{quoting.shown(token.value)}' was added to its type on line {added[token.value]}: PostgreSQL "
                "refuses to use it before the transaction has ended",
                "move what uses it into a migration of its own; if it is another text, say so: "
                "`-- gen:allow lint-enum-value-used: <reason>`",
                command.position(index, index),
            )
