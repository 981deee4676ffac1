"""Which texts may call Prisma Client at all: most files of a repository do not, and need no tokenizer.

It lets too many through rather than too few: what accessors finds has a method with an accessor near in front of it,
or with a name that is near an accessor elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from generator.checklist.chains import METHODS

_METHOD = re.compile(rf"(?<![\w$])(?:{'|'.join(sorted(METHODS))})(?![\w$])")
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_WORD = re.compile(r"[\w$]+")
# In front of a method: comments, line breaks and a cast may stand there.
_NEAR = 300
_BEFORE = re.compile(r"[^\w$;{}=]*([\w$]+)")
_RENAMING = re.compile(r"([\w$]+)\s*:\s*\Z")
_ASSIGNED = re.compile(r"\s{0,20}(?::[^=;]{0,150})?=(?!=)([^;]{0,200})")


def may_call(text: str, wanted: Collection[str]) -> bool:
    """Whether a closer look is worth it."""
    if not any(each in text for each in wanted):
        return False
    names: set[str] = set()
    for found in _METHOD.finditer(text):
        near = text[max(0, found.start() - _NEAR) : found.start()]
        word, gap = _last(near)
        ends = [(near, word, gap)]
        # A comment may stand between; first as it is, for `//` may be in a string or a pattern, too.
        if "/" in gap or "\n" in gap:
            bare = _COMMENT.sub(" ", near)
            ends.append((bare, *_last(bare)))
        for before, last, between in ends:
            if last in wanted:
                return True
            if ")" in between and any(each in wanted for each in _WORD.findall(before)):
                return True
            names.add(last)
    names.discard("")
    return bool(names) and _is_other_name(text, names, wanted)


def _last(before: str) -> tuple[str, str]:
    """The last word, and what follows it; no word where a statement begins behind it."""
    found = _BEFORE.match(before[::-1])  # a search for the end would begin at every word
    return (found[1][::-1], found[0][: found.start(1)]) if found else ("", "")


def _is_other_name(text: str, names: Collection[str], wanted: Collection[str]) -> bool:
    """Whether `u = prisma.user` or `{ user: u }` may be there for one of the names."""
    which = "|".join(map(re.escape, sorted(names)))
    for found in re.finditer(rf"(?<![\w$])(?:{which})(?![\w$])", text):
        renaming = _RENAMING.search(text[max(0, found.start() - 120) : found.start()])
        if renaming and renaming[1] in wanted:
            return True
        value = _ASSIGNED.match(text, found.end())
        if value and any(each in wanted for each in _WORD.findall(value[1])):
            return True
    return False
