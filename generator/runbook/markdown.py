"""The only place where text becomes part of Markdown, so that none can break out of it.

GitHub's dialect, which Gitea, GitLab and Backstage read too. A reason, a file's name and SQL are other people's
text: they may hold fences, HTML comments, pipes, and characters that a terminal obeys.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

# `$` begins a formula on GitHub, `@` mentions somebody.
_SPECIAL = re.compile(r"[\\`*_\[\]<>#|~&$@]")
_FENCE = re.compile(r"`{3,}")
_TICKS = re.compile(r"`+")
_KEPT = re.compile(r"[^\w\- ]")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, and what stands below it."""

    title: str
    blocks: tuple[str, ...]

    @property
    def anchor(self) -> str:
        return anchor(self.title)


def page(blocks: Iterable[str]) -> bytes:
    return ("\n\n".join(blocks) + "\n").encode()


def anchor(title: str) -> str:
    """The fragment that GitHub gives a heading: lower case, spaces as `-`, no other punctuation than `-` and `_`."""
    return _KEPT.sub("", title.lower()).replace(" ", "-")


def link(title: str, shown: str | None = None) -> str:
    """To a heading of the same file."""
    return f"[{shown or title}](#{anchor(title)})"


def visible(text: str, kept: str = "") -> str:
    """What a terminal or a reader could not see as it is, as an escape; `kept` stays."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() or each in kept else ascii(each)[1:-1] for each in text)


def text(words: str) -> str:
    """Somebody's words on one line of prose."""
    line = visible(" ".join(words.split()))
    return _SPECIAL.sub(r"\\\g<0>", line)


def code(words: str) -> str:
    """On one line, as it is. The fence is longer than any inside."""
    line = visible(" ".join(words.split()))
    longest = max((len(each) for each in _TICKS.findall(line)), default=0)
    ticks = "`" * (longest + 1)
    # Spaces at both ends are no part of it; without them a `` ` `` at an end would be one of the fence.
    room = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{ticks}{room}{line}{room}{ticks}"


def fence(body: str, language: str = "text") -> str:
    """Lines as they are."""
    shown = visible(body.strip("\n"), kept="\n\t")
    longest = max((len(each) for each in _FENCE.findall(shown)), default=2)
    ticks = "`" * (longest + 1)
    return f"{ticks}{language}\n{shown}\n{ticks}"


def sql(body: str) -> str:
    return fence(body, "sql")


def sh(command: str) -> str:
    return fence(command, "sh")


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Cells are Markdown, without `text`; a `|` in one is no border, not even in a code span."""
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(_cell(each) for each in line)} |" for line in lines)


def _cell(words: str) -> str:
    return words.replace("|", "\\|")


def bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {each}" for each in lines)


def numbered(lines: Iterable[str]) -> str:
    return "\n".join(f"{number}. {each}" for number, each in enumerate(lines, start=1))


def box(*lines: str) -> str:
    """GitHub's warning; elsewhere a quotation."""
    return "\n".join(f"> {each}".rstrip() for each in ("[!WARNING]", *lines))


def count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
