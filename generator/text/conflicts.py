"""What a text holds that Git could not merge: both sides of each conflict count, the common ancestor does not."""

from __future__ import annotations

import re

# Of any `conflict-marker-size`; the ancestor is what the diff3 style shows.
_ANCESTOR = re.compile(r"\|{7,}( .*)?")
_MIDDLE = re.compile(r"={7,}")
_SIDE = re.compile(r"(<{7,}|>{7,})( .*)?")


def both_sides(lines: list[str]) -> tuple[list[tuple[int, str]], int | None]:
    """The numbered lines without conflict markers and common ancestor; the first marker's number."""
    kept: list[tuple[int, str]] = []
    first: int | None = None
    in_ancestor = False
    for number, line in enumerate(lines, start=1):
        if _ANCESTOR.fullmatch(line):
            in_ancestor = True
        elif _MIDDLE.fullmatch(line) or _SIDE.fullmatch(line):
            in_ancestor = False
        else:
            if not in_ancestor:
                kept.append((number, line))
            continue
        first = first or number
    return kept, first
