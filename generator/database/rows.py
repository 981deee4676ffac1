"""The rows of a throw-away database as numbers, to see whether a migration loses any.

A table's rows are counted, and each column's values are summed up as hashes: the order of the rows does not
matter, and no value leaves the server.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import asyncpg

from generator.database.identifiers import quoted

_TABLES = """
SELECT pg_catalog.format('%I.%I', namespace.nspname, class.relname) AS name,
       pg_catalog.array_agg(attribute.attname::text ORDER BY attribute.attname) AS columns
FROM pg_catalog.pg_class AS class
JOIN pg_catalog.pg_namespace AS namespace ON namespace.oid = class.relnamespace
JOIN pg_catalog.pg_attribute AS attribute
  ON attribute.attrelid = class.oid AND attribute.attnum > 0 AND NOT attribute.attisdropped
WHERE class.relkind IN ('r', 'p') AND NOT class.relispartition AND class.relpersistence <> 't'
  AND namespace.nspname !~ '^pg_' AND namespace.nspname <> 'information_schema'
GROUP BY 1
ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Content:
    """One table: how many rows, and per column a sum over hashes of its values."""

    rows: int
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Loss:
    """What of a table is gone: `rows` of them, or where `column` is given, values of that column."""

    table: str
    rows: int
    column: str | None = None

    @property
    def sentence(self) -> str:
        if self.column is not None:
            return f"column {self.column} of {self.table} does not hold what it held"
        return f"{self.rows} row{'s' if self.rows != 1 else ''} of {self.table} lost"


async def contents(connection: asyncpg.Connection, skip: str) -> dict[str, Content]:
    """By qualified, quoted name; without the table `skip` (goose's)."""
    tables = await connection.fetch(_TABLES)
    return {name: await _content(connection, name, columns) for name, columns in tables if name != skip}


async def _content(connection: asyncpg.Connection, name: str, columns: list[str]) -> Content:
    sums = [f"sum(hashtextextended({quoted(each)}::text, 0)::numeric)::text" for each in columns]
    row = await connection.fetchrow(f"SELECT {', '.join(['count(*)', *sums])} FROM {name}")
    assert row is not None
    return Content(row[0], {each: row[number] or "" for number, each in enumerate(columns, start=1)})


def lost_by_up(before: Mapping[str, Content], after: Mapping[str, Content]) -> Iterator[Loss]:
    """Rows of a table that is gone, or has fewer now. Changed values are what an Up may be for."""
    for table, content in before.items():
        now = after[table].rows if table in after else 0
        if now < content.rows:
            yield Loss(table, content.rows - now)


def lost_by_both(before: Mapping[str, Content], after: Mapping[str, Content]) -> Iterator[Loss]:
    """What Up and Down together did not leave as it was. Of a table or column that did not come back, the
    comparison of the catalogs tells."""
    for table, content in before.items():
        if table not in after:
            continue
        now = after[table]
        if now.rows < content.rows:
            yield Loss(table, content.rows - now.rows)
        elif now.rows == content.rows:
            for column, value in content.columns.items():
                if now.columns.get(column, value) != value:
                    yield Loss(table, 0, column)
