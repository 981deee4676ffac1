"""Which of two lists' members belong together, though their names differ: renamed is one difference, not two."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

T = TypeVar("T")


def matched(
    mine: Iterable[T], theirs: Iterable[T], *alike: Callable[[T], Hashable]
) -> tuple[list[tuple[T, T]], list[T], list[T]]:
    """The pairs that are alike by the first of these that says so (None says nothing), and what is left of each."""
    pairs: list[tuple[T, T]] = []
    left, right = list(mine), list(theirs)
    for of in alike:
        if not left or not right:
            break
        by_key: dict[Hashable, list[T]] = {}
        for each in right:
            by_key.setdefault(of(each), []).append(each)
        by_key.pop(None, None)
        rest = []
        for each in left:
            others = by_key.get(of(each))
            if others:
                pairs.append((each, others.pop(0)))
            else:
                rest.append(each)
        taken = {id(other) for _, other in pairs}
        left, right = rest, [each for each in right if id(each) not in taken]
    return pairs, left, right
