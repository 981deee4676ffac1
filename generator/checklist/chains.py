"""Chains of members in JavaScript and TypeScript, token by token: `prisma!.user?.findMany<X>(`."""

from __future__ import annotations

from collections.abc import Sequence

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
# Words in front of a parenthesis that does not call them.
_NO_VALUES = frozenset(
    {
        "return", "typeof", "in", "of", "void", "throw", "case", "else", "await", "yield", "default", "if", "while",
        "for", "do", "delete",
    }
)
# fmt: on
# Tokens of type arguments, of a type behind `as`, and of a chain of members.
_MOST = 100
_DEEPEST = 8
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
_CHAINED = frozenset(".?!")


def is_mark(read: Sequence[Token], place: int, mark: str) -> bool:
    return 0 <= place < len(read) and read[place].kind is Kind.MARK and read[place].text == mark


def accessed(read: Sequence[Token], place: int) -> int | None:
    """Where `.user` or `["user"]` ends, None where the token is neither."""
    if read[place].kind is Kind.WORD:
        is_member = is_mark(read, place - 1, ".") and not is_mark(read, place - 2, ".")
        return place + 1 if is_member else None
    if not (is_mark(read, place - 1, "[") and is_mark(read, place + 1, "]")):
        return None
    # Else a list: `["user"]`.
    return place + 2 if _is_value(read, place - 2) or is_mark(read, place - 2, ".") else None


def past_group(read: Sequence[Token], place: int, end: int) -> int:
    """Behind `(prisma.user as any)`, where `place` is the accessor's and `end` behind it; else `end`."""
    at = end
    if at < len(read) and read[at].kind is Kind.WORD and read[at].text in ("as", "satisfies"):
        at = next((each for each in range(at, min(at + _MOST, len(read))) if is_mark(read, each, ")")), end)
    if not is_mark(read, at, ")"):
        return end
    begin = _begin(read, place)
    if is_mark(read, begin - 1, "(") and not _is_value(read, begin - 2):
        return at + 1
    return end


def assigned(read: Sequence[Token], place: int, end: int) -> str | None:
    """The `u` of `const u = prisma.user` and `u = prisma.user`, whose accessor ends before `end`."""
    if end < len(read) and read[end].kind is Kind.MARK and read[end].text in ".([?!<":
        return None
    at = _begin(read, place) - 1
    if not is_mark(read, at, "=") or (at and read[at - 1].kind is Kind.MARK):
        return None
    at -= 1
    # The name of a type stands between: `const u: Prisma.UserDelegate = …`.
    before = at
    while before > 1 and is_mark(read, before - 1, ".") and at - before < _MOST:
        before -= 2
    if is_mark(read, before - 1, ":"):
        at = before - 2
    elif before != at:
        return None  # `this.u = …`
    is_name = at >= 0 and read[at].kind is Kind.WORD and not is_mark(read, at - 1, ".")
    return read[at].text if is_name else None


def is_client(read: Sequence[Token], place: int) -> bool:
    """Whether `= prisma`, `= this.db` or `= new PrismaClient(` begins here: what a call returns may be anything."""
    if not is_mark(read, place, "="):
        return False
    place += 1
    if place < len(read) and read[place].kind is Kind.WORD and read[place].text == "new":
        return True
    if place < len(read) and read[place].text == "await":
        place += 1
    end = place
    while end < min(place + _MOST, len(read)) and (
        read[end].kind is Kind.WORD if (end - place) % 2 == 0 else is_mark(read, end, ".")
    ):
        end += 1
    return end > place and (end - place) % 2 == 1 and not is_mark(read, end, "(")


def called(read: Sequence[Token], place: int) -> str | None:
    """The method where `.findMany(`, with `?.`, `!` and type arguments where they may be, begins here."""
    place = _past(read, place, "!")
    place = _past(read, place, "?")
    if is_mark(read, place, "."):
        place += 1
        if not is_mark(read, place, "["):
            return _method(read, place, Kind.WORD, place + 1)
    elif place and is_mark(read, place - 1, "?"):
        return None
    if is_mark(read, place, "[") and is_mark(read, place + 2, "]"):
        return _method(read, place + 1, Kind.STRING, place + 3)
    return None


def _method(read: Sequence[Token], place: int, kind: Kind, end: int) -> str | None:
    is_method = place < len(read) and read[place].kind is kind and read[place].text in METHODS
    return read[place].text if is_method and _is_called(read, end) else None


def _is_called(read: Sequence[Token], place: int) -> bool:
    place = _past(read, place, "!")
    if is_mark(read, place, "?"):
        if not is_mark(read, place + 1, "."):
            return False
        place += 2
    if not is_mark(read, place, "<"):
        return is_mark(read, place, "(")
    end = _past_types(read, place)
    # `a < b && c > (d)` compares; type arguments have their parenthesis directly behind them.
    return end is not None and is_mark(read, end, "(") and read[end].at == read[end - 1].at + 1


def _past_types(read: Sequence[Token], place: int) -> int | None:
    """Behind the type arguments that begin here; an arrow's `>` closes none."""
    depth, nested = 0, 0
    for at in range(place, min(place + _MOST, len(read))):
        kind, said, _ = read[at]
        if kind is Kind.MARK:
            nested += (said in _OPENING) - (said in _CLOSING)
            depth += said == "<"
            if said == ">" and not is_mark(read, at - 1, "="):
                depth -= 1
                if not depth:
                    return at + 1
            is_type = nested >= 0 and depth <= _DEEPEST and not _is_operator(read, at)
        else:
            # `count < 3` compares.
            is_type = kind is Kind.STRING or depth > 1 or nested > 0 or not said[0].isdigit()
        if not is_type and (nested <= 0 or depth > _DEEPEST):
            return None
    return None


def _is_operator(read: Sequence[Token], place: int) -> bool:
    """Whether it ends a comparison: `;`, or one of `&&`, `||`, `==`."""
    said = read[place].text
    if said not in ("&", "|", "="):
        return said == ";"
    return is_mark(read, place + 1, said) and read[place + 1].at == read[place].at + 1


def _begin(read: Sequence[Token], place: int) -> int:
    """Where the chain of members with this accessor begins: at `this` of `this.db.user`."""
    at = place
    if is_mark(read, at - 1, "["):
        at -= 1
    else:
        at -= 2 if is_mark(read, at - 2, "?") or is_mark(read, at - 2, "!") else 1
    for _ in range(_MOST):
        while at > 0 and read[at - 1].kind is Kind.MARK and read[at - 1].text in _CHAINED:
            at -= 1
        if at < 1 or read[at - 1].kind is not Kind.WORD:
            break
        at -= 1
        if not is_mark(read, at - 1, "."):
            break
    return at


def _is_value(read: Sequence[Token], place: int) -> bool:
    if place < 0:
        return False
    before = read[place]
    if before.kind is Kind.WORD:
        return before.text not in _NO_VALUES
    return before.kind is Kind.MARK and before.text in (")", "]", "!")


def _past(read: Sequence[Token], place: int, mark: str) -> int:
    return place + 1 if is_mark(read, place, mark) else place
