"""The table of mutations in tests/cases/catalog: what is set up, what is changed, what the comparison says.

`-- case <name>[; admin][; since <major>]` starts a case, `-- mutation` its second half, and each `-- expect`
names one difference. Without `admin` the database's owner runs it, who is no superuser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DIRECTORY = Path(__file__).parent.parent / "cases" / "catalog"

_CASE = re.compile(r"^-- case (?P<name>[^;\n]+)(?P<flags>(?:; [^;\n]+)*)$", re.MULTILINE)
_EXPECT = re.compile(r"^-- expect (.+)\n?", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Case:
    """`expected` are sorted lines such as `changed column public.t.a (type)`."""

    name: str
    is_admin: bool
    since: int
    setup: str
    mutation: str
    expected: tuple[str, ...]


def cases() -> Iterator[Case]:
    for path in sorted(DIRECTORY.glob("*.sql")):
        text = path.read_text(encoding="utf-8")
        starts = list(_CASE.finditer(text))
        ends = [each.start() for each in starts[1:]] + [len(text)]
        for start, end in zip(starts, ends, strict=True):
            setup, mutation = text[start.end() : end].split("-- mutation\n")
            flags = start["flags"].split("; ")[1:]
            yield Case(
                f"{path.stem}: {start['name']}",
                "admin" in flags,
                next((int(each.removeprefix("since ")) for each in flags if each.startswith("since ")), 0),
                setup,
                _EXPECT.sub("", mutation),
                tuple(sorted(_EXPECT.findall(mutation))),
            )
