"""BEGIN, COMMIT or ROLLBACK inside a migration.

COMMIT ends goose's transaction: what follows stays when something fails later. ROLLBACK undoes the
migration, and goose records it as applied. Without goose's transaction a BEGIN that is a statement of its own
is undone at once: Go's pgx gives up a connection with an open transaction (stdlib/sql.go, ResetSession).
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.diagnostics import Diagnostic
from generator.lint.commands import Command, Script
from generator.model import Service

_HELP = "remove it: goose begins and commits; a file that cannot run in a transaction has NO TRANSACTION"


_ALONE = "without a transaction of goose's, each statement runs alone: this one has no effect on the next"
_HELP_ALONE = "put all that belongs together into one block, from StatementBegin to StatementEnd, without it"


def check(service: Service, script: Script) -> Iterator[Diagnostic]:
    statements = [command.statement for command in script.all]
    for command in script.all:
        message, help = _problem(command), _HELP
        if message is not None and script.migration.no_transaction:
            if sum(each is command.statement for each in statements) > 1:
                continue
            message, help = _ALONE, _HELP_ALONE
        if message is not None:
            yield Diagnostic("lint-transaction-control", message, help, command.verb)


def _problem(command: Command) -> str | None:
    cursor = command.cursor()
    if cursor.take_any("COMMIT", "END"):
        message = "this ends goose's transaction: if a later statement fails, what is above stays applied"
    elif cursor.take_any("ROLLBACK", "ABORT"):
        cursor.take_any("WORK", "TRANSACTION")
        message = "this undoes the migration, and goose records it as applied"
    elif cursor.take("BEGIN") or cursor.take("START", "TRANSACTION"):
        message = "goose has begun a transaction already: this only warns, and its COMMIT ends goose's"
    elif cursor.take("PREPARE", "TRANSACTION"):
        message = "this takes goose's transaction away before goose commits it"
    else:
        return None
    # A savepoint is the migration's own affair; of a prepared transaction, see lint-needs-no-transaction.
    return None if cursor.take_any("TO", "PREPARED") else message
