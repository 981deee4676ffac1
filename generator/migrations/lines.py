"""The lines of a migration as goose sees them: where they end, and what of them it takes for code."""

from __future__ import annotations

import re
from typing import NamedTuple

from generator.migrations.markers import SPACE

_COMMENT = re.compile(f"(?:^|[{SPACE}])--")


class Line(NamedTuple):
    """One line of a statement: `text` is what goose sends, `source` what stands in the file.

    They differ under ENVSUB; `spoilt` is a line that ENVSUB does not leave as it was meant.
    """

    number: int
    text: str
    source: str
    spoilt: bool = False

    @property
    def code(self) -> str:
        """Up to the comment that goose's `endsWithSemicolon` sees, without white space behind it."""
        comment = _COMMENT.search(self.text)
        return (self.text[: comment.start()] if comment else self.text).rstrip(SPACE)


def split(text: str) -> list[str]:
    """As bufio.ScanLines: a line ends at LF, one CR before it does not count."""
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    return [each.removesuffix("\r") for each in lines]
