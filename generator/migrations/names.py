"""A migration's file name → goose's version, and whether the name can be a ConfigMap's key.

The version follows `NumericComponent` (goose v3.27.3, migration.go); the key follows Kubernetes'
`IsConfigMapKey`.
"""

from __future__ import annotations

import re

from generator.diagnostics import Diagnostic, Position
from generator.migrations import quoting

MAX_KEY = 253
MAX_VERSION = 2**63 - 1
_KEY = re.compile(r"[-._a-zA-Z0-9]+")
_INTEGER = re.compile(r"[+-]?[0-9]+")
_EXAMPLE = "20260117000001_create_users.sql"


def check(path: str, name: str) -> tuple[int | None, list[Diagnostic]]:
    """The version, `None` if goose finds none, and everything that is wrong with the name."""
    found: list[Diagnostic] = []
    where = Position(path)
    if not _KEY.fullmatch(name):
        odd = sorted({each for each in name if not _KEY.fullmatch(each)})
        what = quoting.shown("".join(odd[:8])) or "nothing"
        found.append(
            Diagnostic(
                "migration-name",
                f"the name `{quoting.shown(name)}` cannot be a ConfigMap key: it holds `{what}`",
                f"use only letters, digits, `-`, `_` and `.`, as in `{_EXAMPLE}`",
                where,
            )
        )
    if len(name) > MAX_KEY:
        found.append(
            Diagnostic(
                "migration-name",
                f"the name has {len(name)} characters, a ConfigMap key at most {MAX_KEY}",
                f"shorten the part behind the version to fit {MAX_KEY} characters",
                where,
            )
        )
    number = version(name)
    if number is None:
        found.append(
            Diagnostic(
                "migration-name",
                f"`{quoting.shown(name)}` does not begin with a version and `_`: goose stops at such a file",
                f"name it like `{_EXAMPLE}`, or give it another ending if it is no migration",
                where,
            )
        )
    elif not 1 <= number <= MAX_VERSION:
        found.append(
            Diagnostic(
                "migration-version-range",
                f"the version of `{quoting.shown(name)}` is not between 1 and {MAX_VERSION}",
                f"begin the name with a number from 1 on, as in `{_EXAMPLE}`",
                where,
            )
        )
        number = None
    return number, found


def version(name: str) -> int | None:
    """The integer before the first `_`, 0 or less and too large ones included; `None` for anything else."""
    before, separator, _ = name.partition("_")
    if not separator or not _INTEGER.fullmatch(before):
        return None
    digits = before.lstrip("+-").lstrip("0") or "0"
    # int() refuses thousands of digits; anything of 20 digits is out of range already.
    size = int(digits[:20])
    return -size if before.startswith("-") else size


def is_go_migration(name: str) -> bool:
    """Whether goose takes the file for a migration in Go (`collectGoMigrations`, migrate.go)."""
    if not name.endswith(".go") or name.endswith("_test.go"):
        return False
    number = version(name)
    return number is not None and 1 <= number <= MAX_VERSION
