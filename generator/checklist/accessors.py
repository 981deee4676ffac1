"""Where a text of JavaScript or TypeScript calls Prisma Client on a model: `prisma.user.findMany(…)`.

Whose accessor `.user` is cannot be told from a text; what a file imports is a hint, and `Found` has it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from generator.checklist import chains, prefilter, scanning, skipped
from generator.checklist.scanning import Kind, Token

_DECLARING = frozenset({"const", "let", "var"})
# Entries of `const { … } =`.
_MOST_ENTRIES = 200


@dataclass(frozen=True, slots=True)
class Call:
    """`name` is the accessor, `method` what is called, `at` the offset of the accessor or of its alias."""

    name: str
    method: str
    at: int


@dataclass(frozen=True, slots=True)
class Found:
    """`skipped` are calls in tests that nobody runs; `strings` and `words` of the text tell whose client it may be."""

    calls: tuple[Call, ...]
    skipped: tuple[Call, ...] = ()
    strings: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()


def name(model: str) -> str:
    """What the client calls a model: only the first letter changes (`dmmfToJSModelName` in @prisma/client)."""
    return model[:1].lower() + model[1:]


def calls(text: str, wanted: Collection[str]) -> Found:
    """Each call of a method of one of the `wanted` accessors."""
    # Most files need no closer look.
    if not wanted or not prefilter.may_call(text, wanted):
        return Found(())
    read = list(scanning.tokens(text))
    ranges = skipped.ranges(read)
    every = list(_calls(read, wanted))
    found = tuple(each for place, each in every if not skipped.holds(ranges, place))
    idle = tuple(each for place, each in every if skipped.holds(ranges, place))
    if not found:
        return Found((), idle)
    strings = frozenset(each.text for each in read if each.kind is Kind.STRING and each.text)
    return Found(found, idle, strings, frozenset(each.text for each in read if each.kind is Kind.WORD))


def _calls(read: Sequence[Token], wanted: Collection[str]) -> Iterator[tuple[int, Call]]:
    """With the place of the accessor, in the order of the text."""
    aliases: dict[str, str] = {}
    for place, token in enumerate(read):
        if token.kind is Kind.MARK:
            continue
        if token.kind is Kind.WORD and token.text in _DECLARING:
            aliases = {**aliases, **_destructured(read, place + 1, wanted)}
            if place + 1 < len(read):
                aliases.pop(read[place + 1].text, None)
        is_alias = (
            token.text in aliases and token.kind is Kind.WORD and not chains.is_mark(read, place - 1, ".")
        )
        if is_alias:
            method = chains.called(read, place + 1)
            if method is not None:
                yield place, Call(aliases[token.text], method, token.at)
        elif token.text in wanted:
            end = chains.accessed(read, place)
            if end is None:
                continue
            method = chains.called(read, chains.past_group(read, place, end))
            if method is not None:
                yield place, Call(token.text, method, token.at)
            elif (other := chains.assigned(read, place, end)) is not None:
                aliases[other] = token.text


def _destructured(read: Sequence[Token], place: int, wanted: Collection[str]) -> Mapping[str, str]:
    """The aliases of `const { user, post: p } = prisma`; `place` is behind `const`. All others in it lose theirs."""
    if not chains.is_mark(read, place, "{"):
        return {}
    found: dict[str, str] = {}
    at = place + 1
    for _ in range(_MOST_ENTRIES):
        if at >= len(read) or read[at].kind is not Kind.WORD:
            break
        of = other = read[at].text
        if chains.is_mark(read, at + 1, ":") and at + 2 < len(read) and read[at + 2].kind is Kind.WORD:
            at, other = at + 2, read[at + 2].text
        if of in wanted:
            found[other] = of
        at += 1
        if not chains.is_mark(read, at, ","):
            break
        at += 1
    is_whole = chains.is_mark(read, at, "}") and chains.is_client(read, at + 1)
    return found if is_whole else {}
