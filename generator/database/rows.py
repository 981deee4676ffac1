"""The rows of a throw-away database as numbers, to see whether a migration loses any.

A table's rows are counted, and each column's values are summed up as hashes: the order of the rows does not
matter, and no value leaves the server.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import asyncpg

from generator.database.identifiers import quoted

# Leaves of partitioned tables one by one: a partition that is detached keeps its rows. A table that the
# migrating role may not read is left out.
_TABLES = """
SELECT class.oid::bigint,
       pg_catalog.format('%I.%I', namespace.nspname, class.relname) AS name,
       coalesce(pg_catalog.pg_partition_root(class.oid)::oid, class.oid)::bigint AS root,
       coalesce(pg_catalog.pg_partition_root(class.oid)::regclass::text, '') AS root_name,
       pg_catalog.array_agg(attribute.attname::text ORDER BY attribute.attname) AS columns
FROM pg_catalog.pg_class AS class
JOIN pg_catalog.pg_namespace AS namespace ON namespace.oid = class.relnamespace
JOIN pg_catalog.pg_attribute AS attribute
  ON attribute.attrelid = class.oid AND attribute.attnum > 0 AND NOT attribute.attisdropped
WHERE class.relkind = 'r' AND class.relpersistence <> 't'
  AND namespace.nspname !~ '^pg_' AND namespace.nspname <> 'information_schema'
  AND pg_catalog.has_schema_privilege(namespace.oid, 'USAGE')
  AND pg_catalog.has_table_privilege(class.oid, 'SELECT')
GROUP BY class.oid, namespace.nspname, class.relname
ORDER BY 2
"""


@dataclass(frozen=True, slots=True)
class Content:
    """One table without partitions: how many rows, and per column a sum over hashes of its values.

    `root` is the partitioned table that it is a part of, else itself; `name` is that one's.
    """

    name: str
    root: int
    rows: int
    columns: Mapping[str, int]


# By the table's oid, which neither RENAME nor SET SCHEMA changes.
Contents = Mapping[int, Content]


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


async def contents(connection: asyncpg.Connection, skip: str) -> dict[int, Content]:
    """Without the table `skip` (goose's), which is qualified and quoted."""
    found = {}
    for oid, name, root, root_name, columns in await connection.fetch(_TABLES):
        if name != skip:
            found[oid] = await _content(connection, name, root, root_name or name, columns)
    return found


async def _content(
    connection: asyncpg.Connection, name: str, root: int, shown: str, columns: list[str]
) -> Content:
    sums = [f"sum(hashtextextended({quoted(each)}::text, 0)::numeric)::text" for each in columns]
    row = await connection.fetchrow(f"SELECT {', '.join(['count(*)', *sums])} FROM {name}")
    assert row is not None
    return Content(
        shown, root, row[0], {each: int(row[number] or 0) for number, each in enumerate(columns, start=1)}
    )


def lost_by_up(before: Contents, after: Contents) -> Iterator[Loss]:
    """Rows of a table that is gone, or has fewer now. Changed values are what an Up may be for."""
    for old, now in _pairs(before, after):
        if now.rows < old.rows:
            yield Loss(old.name, old.rows - now.rows)


def lost_by_both(before: Contents, after: Contents) -> Iterator[Loss]:
    """What Up and Down together did not leave as it was. Of a table or column that did not come back, the
    comparison of the catalogs tells."""
    names = {each.name: oid for oid, each in after.items()}
    # A table that was dropped and made again has another oid.
    again = {oid: names.get(each.name, oid) for oid, each in before.items() if oid not in after}
    renamed = {again.get(oid, oid): each for oid, each in before.items()}
    for old, now in _pairs(renamed, after):
        if not now.columns:
            continue
        if now.rows < old.rows:
            yield Loss(old.name, old.rows - now.rows)
        elif now.rows == old.rows:
            for column, value in old.columns.items():
                if now.columns.get(column, value) != value:
                    yield Loss(old.name, 0, column)


def _pairs(before: Contents, after: Contents) -> Iterator[tuple[Content, Content]]:
    """Each table before, partitions together, and what there is now of it, wherever its parts are."""
    for root in dict.fromkeys(each.root for each in before.values()):
        parts = [oid for oid, each in before.items() if each.root == root]
        now = [oid for oid, each in after.items() if oid in parts or each.root == root]
        yield _joined([before[each] for each in parts]), _joined([after[each] for each in now])


def _joined(parts: Sequence[Content]) -> Content:
    if not parts:
        return Content("", 0, 0, {})
    columns: dict[str, int] = {}
    for each in parts:
        for column, value in each.columns.items():
            columns[column] = columns.get(column, 0) + value
    return Content(parts[0].name, parts[0].root, sum(each.rows for each in parts), columns)
