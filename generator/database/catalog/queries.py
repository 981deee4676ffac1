"""The SQL that reads the catalogs: one file per kind of object, joined to one statement.

One statement, because a rehearsal takes hundreds of snapshots, and because it sees one state of the catalogs.
Each file is a query whose column `name` is the object's name and whose other columns are its attributes; NULL
stands for "has none". Lines that end in `-- since N` or `-- before N` are only for those major versions.
"""

from __future__ import annotations

import re
from pathlib import Path

OLDEST = 13

KINDS = (
    "access method",
    "aggregate",
    "base type",
    "cast",
    "collation",
    "column",
    "composite type",
    "constraint",
    "conversion",
    "database",
    "default privileges",
    "domain",
    "enum",
    "event trigger",
    "extension",
    "foreign table",
    "foreign-data wrapper",
    "function",
    "index",
    "language",
    "materialized view",
    "operator",
    "operator class",
    "operator family",
    "policy",
    "procedure",
    "publication",
    "range type",
    "rule",
    "schema",
    "sequence",
    "server",
    "statistics",
    "subscription",
    "table",
    "text search configuration",
    "text search dictionary",
    "text search parser",
    "text search template",
    "transform",
    "trigger",
    "user mapping",
    "view",
)

DIRECTORY = Path(__file__).parent / "queries"
_CONDITION = re.compile(r"-- (since|before) (\d+)")


def statement(major: int) -> str:
    """Rows of (kind, its objects as one line of JSON each); parameters $1 and $2 as in `_shared.sql`."""
    parts = (
        f"SELECT '{kind}', string_agg(row_to_json(q)::text, E'\\n') FROM (\n{_read(kind, major)}) q"
        for kind in KINDS
    )
    return _read("_shared", major) + "\nUNION ALL ".join(parts)


def single(kind: str, major: int) -> str:
    """The query of one kind, with its columns as they are."""
    return _read("_shared", major) + _read(kind, major)


def file_name(kind: str) -> str:
    return re.sub(r"[ -]", "_", kind) + ".sql"


def _read(kind: str, major: int) -> str:
    lines = (DIRECTORY / file_name(kind)).read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if _holds(line, major))


def _holds(line: str, major: int) -> bool:
    return all((major >= int(number)) is (word == "since") for word, number in _CONDITION.findall(line))
