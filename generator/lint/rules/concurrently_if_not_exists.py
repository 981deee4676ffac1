"""CREATE INDEX CONCURRENTLY IF NOT EXISTS, which takes the leftover of a failed attempt for the index.

An attempt that fails (a lock timeout, a killed pod) leaves an invalid index with that name: no query uses it,
and the retry reports success.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.diagnostics import Diagnostic
from generator.lint import repeating
from generator.lint.commands import Script
from generator.migrations import quoting
from generator.model import Service


def check(service: Service, script: Script) -> Iterator[Diagnostic]:
    for commands in (script.up, script.down):
        dropped: set[str] = set()
        for command in commands:
            dropped.update(repeating.dropped_index(command))
            cursor = command.cursor()
            if not cursor.take("CREATE"):
                continue
            cursor.take("UNIQUE")
            if not cursor.take("INDEX", "CONCURRENTLY", "IF", "NOT", "EXISTS"):
                continue
            first = cursor.at
            name = cursor.name() or ""
            if name not in dropped:
                shown = quoting.shown(name)
                yield Diagnostic(
                    "lint-concurrently-if-not-exists",
                    f"after a failed attempt `{shown}` is there and invalid, and IF NOT EXISTS takes that for success",
                    f"write `DROP INDEX CONCURRENTLY IF EXISTS {shown};` before it, and no IF NOT EXISTS",
                    command.position(first, cursor.at - 1),
                )
