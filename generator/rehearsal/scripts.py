"""The SQL files of `rehearsal.setup` and `rehearsal.seed`: read safely, run as the migrating role."""

from __future__ import annotations

import os
import posixpath
import stat
from pathlib import Path

from generator.database import replay
from generator.database.address import Address
from generator.diagnostics import Diagnostic, Position
from generator.migrations import parser, quoting

_MAX_BYTES = parser.MAX_BYTES


async def run(root: Path, script: str, where: Position, address: Address) -> Diagnostic | None:
    """Runs one file, in one transaction; `where` names it in services.yaml."""
    shown = quoting.path(posixpath.normpath(script))
    text = read(root, script)
    if text is None:
        return Diagnostic(
            "rehearsal-script",
            f"`{shown}` cannot be read as an SQL file of this repository",
            "name a plain UTF-8 file below the directory of services.yaml, by its path from there",
            where,
        )
    connection = await address.connect("gen-script")
    try:
        refusal = await replay.refusal(connection, [text], False)
    finally:
        await connection.close()
    if refusal is None:
        return None
    hints = [each for each in (refusal.detail, refusal.hint) if each]
    return Diagnostic(
        "rehearsal-script",
        f"PostgreSQL refuses this: {refusal.message} (SQLSTATE {refusal.sqlstate})",
        "\n".join(
            ["it runs as the migrating role, who is no superuser; psql's commands do not work here", *hints]
        ),
        Position.within(shown, text, refusal.offset or 0, 1),
    )


def read(root: Path, script: str) -> str | None:
    """The text; None for anything that is not a plain UTF-8 file inside `root`."""
    try:
        base = Path(os.path.realpath(root, strict=True))
        file = Path(os.path.realpath(base / script, strict=True))
        if not file.is_relative_to(base):
            return None
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as stream:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return None
            data = stream.read(_MAX_BYTES + 1)
        return data.decode("utf-8") if len(data) <= _MAX_BYTES else None
    except (OSError, ValueError):
        return None
