"""How a piece of somebody's file is shown in a message: on one line, printable and short.

File names may hold line breaks, escape sequences and bytes that are no UTF-8; a message that repeats
them as they stand breaks the terminal, the JSON report, or both.
"""

from __future__ import annotations

import unicodedata

LIMIT = 60


def shown(text: str, limit: int = LIMIT) -> str:
    """`text` with every unprintable character escaped, cut to `limit` characters."""
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(each if each.isprintable() else _escaped(each) for each in cut)


def path(text: str) -> str:
    """A path in full, with every unprintable character escaped."""
    return shown(text, limit=max(LIMIT, len(text)))


def character(found: str) -> str:
    """`U+2028 (LINE SEPARATOR)`; control characters have no name in Unicode."""
    name = unicodedata.name(found, "")
    code = f"U+{ord(found):04X}"
    return f"{code} ({name})" if name else code


def _escaped(each: str) -> str:
    code = ord(each)
    if 0xDC80 <= code <= 0xDCFF:  # os.fsdecode's stand-in for a byte that is no UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return each.encode("unicode_escape").decode("ascii")
