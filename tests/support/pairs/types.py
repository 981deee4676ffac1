"""Pairs of columns: types, nullability, defaults, enums."""

from __future__ import annotations

from tests.support.pairs import defaults, enums, natives, special
from tests.support.pairs.pair import Pair

PAIRS: tuple[Pair, ...] = (*natives.PAIRS, *defaults.PAIRS, *enums.PAIRS, *special.PAIRS)
