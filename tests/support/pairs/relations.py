"""Pairs of what stands on columns: keys, indexes, relations, views, schemas."""

from __future__ import annotations

from tests.support.pairs.pair import Pair

PAIRS: tuple[Pair, ...] = ()
