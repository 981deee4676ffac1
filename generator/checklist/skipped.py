"""The tests of a text that nobody runs: `it.skip(…)`, `xdescribe(…)`, as Jest, Vitest and Mocha have them.

Only what always skips: `skipIf` of Vitest and a condition in the test are not looked at.
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence

from generator.checklist import chains
from generator.checklist.scanning import Kind, Token

_RUNNERS = frozenset({"it", "test", "describe", "suite", "context", "specify"})
_SKIPPING = frozenset({"xit", "xtest", "xdescribe", "xcontext", "xspecify"})
_MOST_WORDS = 5


def ranges(read: Sequence[Token]) -> list[tuple[int, int]]:
    """From which token to before which, in order, none in another."""
    found = []
    place = 0
    while place < len(read):
        begin = _begin(read, place)
        if begin is None:
            place += 1
            continue
        end = _end(read, begin)
        found.append((place, end))
        place = end
    return found


def holds(ranges: Sequence[tuple[int, int]], place: int) -> bool:
    """`ranges` as the function gives them."""
    at = bisect.bisect_right(ranges, place, key=lambda each: each[0])
    return at > 0 and place < ranges[at - 1][1]


def _begin(read: Sequence[Token], place: int) -> int | None:
    """Where the arguments of what is skipped begin, None if nothing skipped begins at `place`."""
    word = read[place]
    is_runner = word.kind is Kind.WORD and (word.text in _RUNNERS or word.text in _SKIPPING)
    if not is_runner or chains.is_mark(read, place - 1, "."):
        return None
    is_skipped = word.text in _SKIPPING
    place += 1
    for _ in range(_MOST_WORDS):
        if not chains.is_mark(read, place, ".") or place + 1 >= len(read):
            break
        is_skipped = is_skipped or read[place + 1].text == "skip"
        place += 2
    is_argument = chains.is_mark(read, place, "(") or (
        place < len(read) and read[place].kind is Kind.STRING  # it.skip.each`…`(…)
    )
    return place if is_skipped and is_argument else None


def _end(read: Sequence[Token], place: int) -> int:
    """Behind the parentheses, also those that follow directly: `it.skip.each([…])(…)`."""
    depth = 0
    while place < len(read):
        if chains.is_mark(read, place, "("):
            depth += 1
        elif chains.is_mark(read, place, ")"):
            depth -= 1
        place += 1
        if not depth and not chains.is_mark(read, place, "(") and chains.is_mark(read, place - 1, ")"):
            break
    return place
