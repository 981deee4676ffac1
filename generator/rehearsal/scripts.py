"""The SQL files of `rehearsal.setup` and `rehearsal.seed`: read safely, run as the migrating role."""

from __future__ import annotations

import posixpath
from pathlib import Path

from generator import plain_files
from generator.database import replay
from generator.database.address import Address
from generator.diagnostics import Diagnostic, Position
from generator.migrations import parser, quoting


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
        return plain_files.read(plain_files.inside(root, script), parser.MAX_BYTES).decode("utf-8")
    except (OSError, ValueError):
        return None
