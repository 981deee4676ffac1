"""Where a text of JavaScript or TypeScript calls Prisma Client on a model: `prisma.user.findMany(…)`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from generator.checklist import scanning
from generator.checklist.scanning import Kind, Token

# Those that a client has for PostgreSQL (`ModelAction` in @prisma/client's runtime, 5 to 7).
# fmt: off
METHODS = frozenset(
    {
        "findUnique", "findUniqueOrThrow", "findFirst", "findFirstOrThrow", "findMany", "create",
        "createMany", "createManyAndReturn", "update", "updateMany", "updateManyAndReturn", "upsert",
        "delete", "deleteMany", "count", "aggregate", "groupBy",
    }
)
# fmt: on
# Type arguments are looked through up to here.
_MOST_TYPES = 100


def name(model: str) -> str:
    """What the client calls a model: only the first letter changes (`dmmfToJSModelName` in @prisma/client)."""
    return model[:1].lower() + model[1:]


def calls(text: str, wanted: Collection[str]) -> Iterator[tuple[str, int]]:
    """Each call of a method of one of the `wanted` accessors, and the offset of the accessor."""
    # Most files need no closer look.
    if not re.search(rf"[.'\"]\s*(?:{'|'.join(map(re.escape, wanted))})\b", text):
        return
    read = list(scanning.tokens(text))
    for place, each in enumerate(read):
        if each.text in wanted and each.kind is not Kind.MARK:
            end = _accessed(read, place)
            if end is not None and _is_call(read, end):
                yield each.text, each.at


def _accessed(read: Sequence[Token], place: int) -> int | None:
    """Where `.user` or `["user"]` ends, None where the token is neither."""
    if read[place].kind is Kind.WORD:
        is_member = _is(read, place - 1, ".") and not _is(read, place - 2, ".")
        return place + 1 if is_member else None
    if not (_is(read, place - 1, "[") and _is(read, place + 1, "]")):
        return None
    # Else a list: `["user"]`.
    before = read[place - 2] if place > 1 else None
    is_value = before is not None and (before.kind is Kind.WORD or before.text in (")", "]", "!", "."))
    return place + 2 if is_value else None


def _is_call(read: Sequence[Token], place: int) -> bool:
    """Whether `.findMany(`, with `?.`, `!` and type arguments where they may be, begins here."""
    place = _past(read, place, "!")
    place = _past(read, place, "?")
    if _is(read, place, "."):
        place += 1
        if not _is(read, place, "["):
            return _is_method(read, place, Kind.WORD) and _is_called(read, place + 1)
    elif place and _is(read, place - 1, "?"):
        return False
    is_indexed = (
        _is(read, place, "[") and _is_method(read, place + 1, Kind.STRING) and _is(read, place + 2, "]")
    )
    return is_indexed and _is_called(read, place + 3)


def _is_method(read: Sequence[Token], place: int, kind: Kind) -> bool:
    return place < len(read) and read[place].kind is kind and read[place].text in METHODS


def _is_called(read: Sequence[Token], place: int) -> bool:
    place = _past(read, place, "!")
    if _is(read, place, "?"):
        if not _is(read, place + 1, "."):
            return False
        place += 2
    if _is(read, place, "<"):
        place = _past_types(read, place)
    return _is(read, place, "(")


def _past_types(read: Sequence[Token], place: int) -> int:
    """Behind the type arguments that begin here; an arrow's `>` closes none."""
    depth = 0
    for at in range(place, min(place + _MOST_TYPES, len(read))):
        if _is(read, at, "<"):
            depth += 1
        elif _is(read, at, ">") and not _is(read, at - 1, "="):
            depth -= 1
            if not depth:
                return at + 1
        elif _is(read, at, ";") and depth == 1:
            break
    return len(read)


def _past(read: Sequence[Token], place: int, mark: str) -> int:
    return place + 1 if _is(read, place, mark) else place


def _is(read: Sequence[Token], place: int, mark: str) -> bool:
    return 0 <= place < len(read) and read[place].kind is Kind.MARK and read[place].text == mark
