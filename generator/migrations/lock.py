"""`migrations.lock`: the checksums of the migrations that are merged, beside them.

The lines are coreutils' own (`sha256sum -c migrations.lock` works in the directory). The first line is a
digest over all others, so that two branches that both add a migration always conflict.
"""

from __future__ import annotations

from generator.diagnostics import Diagnostic
from generator.migrations.model import Lock


def parse(path: str, data: bytes) -> tuple[Lock, list[Diagnostic]]:
    """One lock file; nothing that it holds raises."""
    return Lock(path, data.decode("utf-8", "replace"), ()), []
