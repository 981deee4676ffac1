"""What Prisma itself makes of a schema in a database: its own schema engine, which npm has as WebAssembly.

The engine needs a database for each question, by Prisma's own driver adapter; the SQL for a schema it makes without
looking at it. Pinned and installed with the other packages of `tests/prisma` (see `prisma_oracle`).
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.support import prisma_oracle

DATASOURCE = 'datasource db {\n  provider = "postgresql"\n}\n\n'
_EMPTY = "-- This is an empty migration."


class EngineError(Exception):
    """Prisma refuses the schema, or fails."""


class Engine:
    """A running Node.js that answers one question at a time; `dsn` is the database's URL."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ddl(self, schema: str, dsn: str) -> str:
        """The SQL that makes the schema in an empty database."""
        return str(self._ask("ddl", schema, dsn)["stdout"])

    def change(self, schema: str, dsn: str) -> str:
        """The SQL that makes the database what the schema says; empty if it is so already."""
        said = self._ask("change", schema, dsn)
        sql = str(said["stdout"]).strip()
        return "" if said["exitCode"] == 0 or sql == _EMPTY else sql

    def introspect(self, schema: str, dsn: str) -> str:
        """The schema that `prisma db pull` writes."""
        return self._pull("introspect", schema, dsn)

    def repull(self, schema: str, dsn: str) -> str:
        """The same, with what a person wrote kept where the database does not say otherwise."""
        return self._pull("repull", schema, dsn)

    def _pull(self, question: str, schema: str, dsn: str) -> str:
        (file,) = self._ask(question, schema, dsn)["schema"]["files"]
        return str(file["content"])

    def _ask(self, question: str, schema: str, dsn: str) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        files = [("schema.prisma", schema)]
        self._process.stdin.write(json.dumps({"question": question, "files": files, "url": dsn}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise EngineError("the engine ended")
        said = json.loads(line)
        if "error" in said:
            raise EngineError(said["error"])
        return said["answer"]


@contextmanager
def engine() -> Iterator[Engine]:
    """A running engine. It ends with its standard input."""
    with subprocess.Popen(
        [prisma_oracle.node(), str(prisma_oracle.SOURCES / "engine.js")],
        cwd=prisma_oracle.directory(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        yield Engine(process)
