"""Lines as comments of YAML, SQL or a shell, which no text can break out of."""

from __future__ import annotations

from collections.abc import Iterable


def block(lines: Iterable[str], mark: str) -> str:
    """Each line behind `mark`. What would end a line, or could not be seen, is written as an escape."""
    return "".join(f"{mark} {_visible(line)}".rstrip() + "\n" for line in lines)


def _visible(line: str) -> str:
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in line)
