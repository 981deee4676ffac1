"""The known word that was probably meant, for "did you mean"."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_CUTOFF = 0.7
_LONGEST = 100


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate closest to the word, or None where none is close.

    Case and the way of joining words (`lock_timeout`, `lock-timeout`, `lockTimeout`) do not count.
    Equally close candidates are decided by the alphabet, not by their order.
    """
    # difflib is quadratic: a key of a megabyte must not stop the run.
    if len(word) > _LONGEST:
        return None
    by_core: dict[str, str] = {}
    for candidate in sorted(candidates, reverse=True):
        by_core[_core(candidate)] = candidate
    core = _core(word)
    if not core:
        return None
    if core in by_core:
        return by_core[core]
    found = difflib.get_close_matches(core, by_core, n=1, cutoff=_CUTOFF)
    return by_core[found[0]] if found else None


def _core(word: str) -> str:
    return "".join(each for each in word.casefold() if each not in "_- ")
