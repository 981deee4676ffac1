"""What is in a database before and after a migration, as far as locks and rewrites need it.

pg_locks knows relations by number. The table that a number belonged to may be gone when the migration is
done, and an index, a TOAST table or a column's sequence says little to a reader: so the relations are read
before, and each is shown as the table that it is a part of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import asyncpg

from generator.database.locks_modes import LockMode

# One text instead of thousands of records, and only what changed since the transaction $1: 300 tables are
# 1,800 rows, which cost 12 ms to read in full and 2 ms otherwise. `owner` is the table of an index, a TOAST
# table or a column's sequence, `parent` what a partition is in. Every change that matters here gives the row
# of pg_class or pg_index a new xmin; a schema that is renamed changes `schemas`.
_CLASSES = r"""
SELECT
  pg_catalog.txid_snapshot_xmin(pg_catalog.txid_current_snapshot()) & 4294967295 AS since,
  (SELECT pg_catalog.count(*) FROM pg_catalog.pg_class
   WHERE oid >= 16384 AND relpersistence <> 't') AS total,
  (SELECT pg_catalog.string_agg(pg_catalog.concat(oid, nspname), ',' ORDER BY oid)
   FROM pg_catalog.pg_namespace WHERE nspname !~ '^pg_(toast_)?temp_') AS schemas,
  pg_catalog.string_agg(pg_catalog.concat_ws(E'\t', class.oid, class.relkind, class.relfilenode,
    coalesce(CASE class.relkind
      WHEN 'i' THEN index.indrelid
      WHEN 'I' THEN index.indrelid
      WHEN 't' THEN pg_catalog.substring(class.relname, '^pg_toast_([0-9]+)$')::pg_catalog.oid
      WHEN 'S' THEN (
        SELECT depend.refobjid FROM pg_catalog.pg_depend AS depend
        WHERE depend.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND depend.objid = class.oid
          AND depend.refclassid = depend.classid AND depend.deptype IN ('a', 'i'))
    END, 0),
    coalesce(CASE WHEN class.relispartition THEN (
      SELECT inhparent FROM pg_catalog.pg_inherits WHERE inhrelid = class.oid) END, 0),
    coalesce(index.indisvalid, true),
    pg_catalog.translate(pg_catalog.format('%I.%I', namespace.nspname, class.relname), E'\t\n', '  ')),
  E'\n') AS changed
FROM pg_catalog.pg_class AS class
JOIN pg_catalog.pg_namespace AS namespace ON namespace.oid = class.relnamespace
LEFT JOIN pg_catalog.pg_index AS index ON index.indexrelid = class.oid
WHERE class.oid >= 16384 AND class.relpersistence <> 't'
  AND ($1::pg_catalog.xid IS NULL
    OR pg_catalog.age(class.xmin) <= pg_catalog.age($1) OR pg_catalog.age(index.xmin) <= pg_catalog.age($1))
"""

_OIDS = """
SELECT pg_catalog.string_agg(oid::pg_catalog.text, ',') FROM pg_catalog.pg_class
WHERE oid >= 16384 AND relpersistence <> 't'
"""

_INDEXES = ("i", "I")
_STORED = ("r", "m", "i")


@dataclass(frozen=True, slots=True)
class Relation:
    """One row of pg_class. `owner` and `parent` are 0 where there is none."""

    oid: int
    kind: str
    file: int
    owner: int
    parent: int
    is_valid: bool
    name: str


@dataclass(frozen=True)
class Relations:
    """All relations of a database at one moment, the system's and temporary ones excepted."""

    by_oid: Mapping[int, Relation]

    @cached_property
    def tables(self) -> tuple[Relation, ...]:
        """What LOCK TABLE takes: tables, partitioned ones and partitions."""
        return tuple(each for each in self.by_oid.values() if each.kind in ("r", "p"))

    @cached_property
    def materialized_views(self) -> tuple[Relation, ...]:
        return tuple(each for each in self.by_oid.values() if each.kind == "m")

    def table_of(self, oid: int) -> Relation | None:
        """What is shown for this relation; None for one that did not exist."""
        found = self.by_oid.get(oid)
        # An index of a TOAST table is two steps away.
        while found is not None and found.owner in self.by_oid:
            found = self.by_oid[found.owner]
        return found

    def ancestors(self, relation: Relation) -> Iterator[Relation]:
        """The partitioned tables that it is a partition of, the nearest first."""
        parent = self.by_oid.get(relation.parent)
        while parent is not None:
            yield parent
            parent = self.by_oid.get(parent.parent)


class Catalog:
    """Reads the relations of one database again and again, and each time only what has changed."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self._known: dict[int, Relation] = {}
        self._since: int | None = None
        self._schemas = ""

    async def read(self) -> Relations:
        row = await self._read()
        if self._since is not None and row["schemas"] != self._schemas:
            self._since = None
            self._known = {}
            row = await self._read()
        changed = map(_relation, row["changed"].split("\n") if row["changed"] else ())
        self._known |= {each.oid: each for each in changed}
        self._since, self._schemas = row["since"], row["schemas"]
        if len(self._known) != row["total"]:
            there = await self._connection.fetchval(_OIDS) or ""
            oids = {int(each) for each in there.split(",") if each}
            self._known = {oid: each for oid, each in self._known.items() if oid in oids}
        return Relations(dict(self._known))

    async def _read(self) -> asyncpg.Record:
        row: asyncpg.Record | None = await self._connection.fetchrow(_CLASSES, self._since)
        assert row is not None
        return row


def _relation(line: str) -> Relation:
    oid, kind, file, owner, parent, is_valid, name = line.split("\t")
    return Relation(int(oid), kind, int(file), int(owner), int(parent), is_valid == "t", name)


def strongest(
    locks: Iterable[tuple[int, LockMode]], before: Relations, skip: int, *, alone: bool
) -> dict[str, LockMode]:
    """The strongest mode by the name of the table, a partition only where it is locked harder than all above.

    An index counts as its table: whoever plans a query locks all indexes of its tables. `skip` is goose's own
    table. `alone` says that the locks are those of one statement outside a transaction.
    """
    own: dict[int, LockMode] = {}
    parts: dict[int, LockMode] = {}
    for oid, mode in locks:
        table = before.table_of(oid)
        if table is None or table.oid == skip or (table.kind == "S" and mode <= LockMode.ROW_EXCLUSIVE):
            continue  # nextval() takes ROW EXCLUSIVE on a sequence, which stops nobody.
        by_oid = own if table.oid == oid else parts
        by_oid[table.oid] = max(mode, by_oid.get(table.oid, mode))
    for oid, mode in parts.items():
        # DROP INDEX CONCURRENTLY ends with ACCESS EXCLUSIVE on an index that nobody plans with any more
        # (catalog/index.c, index_drop); it, REINDEX CONCURRENTLY and VACUUM have this mode on the table.
        if not alone or own.get(oid) is not LockMode.SHARE_UPDATE_EXCLUSIVE:
            own[oid] = max(mode, own.get(oid, mode))
    kept = {}
    for oid, mode in own.items():
        above = (own.get(each.oid, 0) for each in before.ancestors(before.by_oid[oid]))
        if all(mode > each for each in above):
            kept[before.by_oid[oid].name] = mode
    return kept


def rewrites(before: Relations, after: Relations, skip: int) -> tuple[str, ...]:
    """What has another file than before, by name.

    An index that was written together with its table is not told, nor a partition together with its root.
    TRUNCATE gives a table another file too; the file does not tell which it was.
    """
    changed = {
        oid: old
        for oid, old in before.by_oid.items()
        if old.kind in _STORED
        and oid != skip
        and (new := after.by_oid.get(oid)) is not None
        and new.file != old.file
    }
    found = set()
    for old in changed.values():
        if old.kind != "i":
            found.add(_whole(old, before, changed).name)
        elif old.owner not in changed and old.owner != skip and before.by_oid[old.owner].kind != "t":
            found.add(old.name)
    return tuple(sorted(found))


def _whole(relation: Relation, before: Relations, changed: Mapping[int, Relation]) -> Relation:
    """The topmost partitioned table all of whose partitions are among the changed, else the relation itself."""
    for ancestor in reversed(tuple(before.ancestors(relation))):
        parts = (each for each in before.by_oid.values() if each.kind == "r" and each.parent)
        if all(each.oid in changed for each in parts if ancestor in before.ancestors(each)):
            return ancestor
    return relation


def invalid_indexes(before: Relations, after: Relations) -> tuple[str, ...]:
    """Indexes that are invalid now and were not before, by name."""
    return tuple(
        sorted(
            each.name
            for each in after.by_oid.values()
            if each.kind in _INDEXES
            and not each.is_valid
            and ((old := before.by_oid.get(each.oid)) is None or old.is_valid)
        )
    )
