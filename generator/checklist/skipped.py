"""The tests of a text that nobody runs, as Jest, Vitest, Mocha, Playwright and node:test have them: `it.skip(…)`,
`it("…", { skip: true }, …)`, `xdescribe(…)`.

Only what always skips: `skipIf` of Vitest and a condition in the test are not looked at. `todo` runs in some of them,
and whether it fails is all the same.
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence

from generator.checklist import chains
from generator.checklist.scanning import Kind, Token

_RUNNERS = frozenset({"it", "test", "describe", "suite", "context", "specify"})
_SKIPPING = frozenset({"xit", "xtest", "xdescribe", "xcontext", "xspecify"})
_WORDS = frozenset({"skip", "todo", "fixme"})
_OPTIONS = frozenset({"skip", "todo"})
_MOST_WORDS = 5
# Tokens of a call in which its options begin.
_MOST = 60


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
        member = _member(read, place)
        if member is None:
            break
        place, name = member
        is_skipped = is_skipped or name in _WORDS
    if chains.is_mark(read, place, "("):
        return place if is_skipped or _is_opted_out(read, place) else None
    is_table = place < len(read) and read[place].kind is Kind.STRING  # it.skip.each`…`(…)
    return place if is_skipped and is_table else None


def _member(read: Sequence[Token], place: int) -> tuple[int, str] | None:
    """The name behind `.`, or in brackets and quotes, and where it ends."""
    if chains.is_mark(read, place, ".") and place + 1 < len(read):
        return place + 2, read[place + 1].text
    if chains.is_mark(read, place, "[") and chains.is_mark(read, place + 2, "]"):
        return (place + 3, read[place + 1].text) if read[place + 1].kind is Kind.STRING else None
    return None


def _is_opted_out(read: Sequence[Token], place: int) -> bool:
    """Whether an argument of the call is an object with `skip: true` or `skip: "why"`; `place` is the parenthesis."""
    depth = 0
    is_options = False
    for at in range(place, min(place + _MOST, len(read))):
        token = read[at]
        if token.kind is Kind.MARK and token.text in "([{":
            depth += 1
            if depth == 2:
                is_options = (
                    token.text == "{" and read[at - 1].kind is Kind.MARK and read[at - 1].text in "(,"
                )
        elif token.kind is Kind.MARK and token.text in ")]}":
            depth -= 1
            if not depth:
                return False
        elif depth == 2 and is_options and token.text in _OPTIONS and chains.is_mark(read, at + 1, ":"):
            value = read[at + 2] if at + 2 < len(read) else token
            is_end = any(chains.is_mark(read, at + 3, each) for each in ",}")
            is_on = (
                value.text == "true" if value.kind is Kind.WORD else value.kind is Kind.STRING and value.text
            )
            if is_end and is_on:
                return True
    return False


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
