"""Pairs of what stands on columns: names, keys, indexes, relations, schemas, views; and what Prisma cannot say."""

from __future__ import annotations

from tests.support.pairs import indexes, keys, linked, spaces, unsayable
from tests.support.pairs.pair import Pair

PAIRS: tuple[Pair, ...] = (
    *keys.PAIRS,
    *indexes.PAIRS,
    *linked.PAIRS,
    *spaces.PAIRS,
    *unsayable.PAIRS,
)
