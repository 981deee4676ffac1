"""What is wrong with a piece of text, before anybody knows which file it stands in."""

from __future__ import annotations

from dataclasses import dataclass

_MOST = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a text. `offset` and `length` are characters of that text; 0, 0 is all of it."""

    rule: str
    message: str
    help: str
    offset: int = 0
    length: int = 0


def shown(text: str) -> str:
    """The text as a message may quote it: on one line, in printable ASCII, shortened.

    Look-alike letters and bidirectional controls would otherwise deceive whoever reads the message.
    """
    plain = text if len(text) <= _MOST else f"{text[: _MOST - 3]}..."
    escaped = "".join(each if " " <= each <= "~" else ascii(each)[1:-1] for each in plain)
    return f"`{escaped}`"
