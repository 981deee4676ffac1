"""The form of the table that holds our comparison against Prisma: see `tests/integration/test_prisma_pairs.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

DATASOURCE = 'datasource db {\n  provider = "postgresql"\n}\n\n'


class Change(NamedTuple):
    """A text that stands exactly once in the pair's SQL or Prisma, and what stands there instead."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Mutation:
    """One change to one side (or to both, where one alone would be two differences), and the rule that tells it."""

    name: str
    rule: str
    sql: Change | None = None
    prisma: Change | None = None
    # Why Prisma's engine says nothing here, or something where it made the database itself; "" where it is right.
    engine: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """`sql` runs in an empty database; `prisma` gets a datasource unless it has one. The two are equal.

    `before` runs first, as a superuser like `sql`, and also where Prisma's engine makes the schema itself: what
    stands for an extension. `engine` is as in `Mutation`, of the pair as it stands.
    """

    name: str
    sql: str
    prisma: str
    mutations: tuple[Mutation, ...] = ()
    engine: str = ""
    before: str = ""

    @property
    def schema(self) -> str:
        return self.prisma if "datasource " in self.prisma else DATASOURCE + self.prisma
