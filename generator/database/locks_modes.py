"""PostgreSQL's eight lock modes of a relation, in their order, and whom each of them stops.

https://www.postgresql.org/docs/current/explicit-locking.html, table 13.2. The order is that of the server's
numbers (lockdefs.h); a later mode stops everybody that an earlier one does.
"""

from __future__ import annotations

from enum import IntEnum


class LockMode(IntEnum):
    """A mode as the server numbers it, so the strongest of several is their `max`."""

    ACCESS_SHARE = 1
    ROW_SHARE = 2
    ROW_EXCLUSIVE = 3
    SHARE_UPDATE_EXCLUSIVE = 4
    SHARE = 5
    SHARE_ROW_EXCLUSIVE = 6
    EXCLUSIVE = 7
    ACCESS_EXCLUSIVE = 8

    @classmethod
    def named(cls, text: str) -> LockMode:
        """From the name that pg_locks shows: `ShareRowExclusiveLock`."""
        return _NAMED[text]

    @property
    def sql(self) -> str:
        """As the documentation and LOCK TABLE write it: `SHARE ROW EXCLUSIVE`."""
        return self.name.replace("_", " ")

    @property
    def blocks(self) -> str:
        """What an application can't do on the table meanwhile; empty if it can do everything."""
        if self is LockMode.ACCESS_EXCLUSIVE:
            return "reads and writes"
        return "writes" if self >= LockMode.SHARE else ""


_NAMED = {f"{mode.name.title().replace('_', '')}Lock": mode for mode in LockMode}
