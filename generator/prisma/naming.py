"""What things of the database are called in the schema: in the style of its other names, and so that Prisma takes it.

Prisma 5 takes ASCII only, so a name in other letters is spelled in these or replaced; `@map` and `@@map` keep it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from generator.prisma import words
from generator.prisma.declared import SCALARS
from generator.prisma.relational import Database

# prisma-engines' reserved_model_names.rs, and what the client's generator refuses beside these.
_WORDS = """
PrismaClient Prisma Unsupported async await break case catch class const continue debugger default delete do else enum
export extends false finally for function if implements import in instanceof interface let new null package private
protected public return super switch this throw true try typeof using var void while with yield
"""
_RESERVED = SCALARS | set(_WORDS.split())
_RESERVED_FIELDS = frozenset({"AND", "OR", "NOT"})
_LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "Æ": "Ae", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "œ": "oe"})
_KEY = re.compile(r"(?<=[^_])(?:_(?:id|uuid|fk)|(?<=[a-z0-9])(?:Id|ID|Uuid|Fk))$")
_LAST = re.compile(r"(?:[A-Z]?[a-z]+|[A-Z]+)$")


@dataclass(frozen=True, slots=True)
class Style:
    """`models`: `User` for `users`, else as the table is called; `fields`: `createdAt` for `created_at`, likewise."""

    models: bool = True
    fields: bool = True


def style(of: Database) -> Style:
    """That of most names of a schema. Only names that would differ count for fields: `id` is `id` in either."""
    models = [each for each in of.tables.values() if not each.is_join_table]
    mapped = sum(each.called != each.name for each in models)
    fields = [(column.called, column.name) for each in models for column in each.columns.values()]
    verbatim = sum(name == column != _camel(column) for name, column in fields)
    return Style(
        models=not models or mapped * 2 > len(models),
        fields=sum(name != column for name, column in fields) >= verbatim,
    )


def block(of: Style, name: str, schema: str | None, taken: Collection[str], kind: str) -> str:
    """Of a model or enum; `schema` is None for the default one. To the client, two names in other case are one."""
    one = _pascal(name, words.singular) if of.models else _verbatim(name, kind)
    options = [one, *([_pascal(schema, str) + one] if schema else []), _pascal(name, str)]
    lower = {each.lower() for each in taken}
    spelled = list(map(_begun(kind), options))
    usable = [each for each in spelled if each not in _RESERVED and each.lower() not in lower]
    return usable[0] if usable else _numbered(spelled[0], kind, lower)


def field(of: Style, column: str, taken: Collection[str]) -> str:
    name = _begun("column")(_camel(column)) if of.fields else _verbatim(column, "column")
    return _free(name, taken)


def value(text: str, taken: Collection[str]) -> str:
    """Of an enum: as it is, where Prisma can spell it."""
    return _free(_verbatim(text, "value"), taken)


def singular(of: Style, model: str) -> str:
    """A field that is one of this model."""
    return _ended(_lowered(of, model), words.singular)


def plural(of: Style, model: str) -> str:
    return _ended(_lowered(of, model), words.plural)


def of_key(name: str) -> str:
    """What a foreign key's field refers to: `author` for `authorId`; empty where the name does not tell."""
    base = _KEY.sub("", name)
    return base if base != name else ""


def joined(first: str, second: str, word: str = "") -> str:
    """Two fields' names as one: `postsAsAuthor`, or `posts_as_author` where all is in lower case with `_`."""
    if "_" in first + second and (first + second).lower() == first + second:
        return "_".join(filter(None, (first, word, second)))
    return first + capital(word) + capital(second)


def capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def free(options: Iterable[str], taken: Collection[str]) -> str:
    """The first that nobody has, else the first with a number."""
    every = list(options)
    return next((each for each in every if each not in taken), None) or _free(every[0], taken)


def _free(name: str, taken: Collection[str]) -> str:
    bad = {*taken, *_RESERVED_FIELDS}
    return name if name not in bad else _numbered(name, "", {each.lower() for each in bad})


def _numbered(name: str, kind: str, lower: Collection[str]) -> str:
    if (name + kind).lower() not in lower:
        return name + kind
    number = 2
    while f"{name}_{number}".lower() in lower:
        number += 1
    return f"{name}_{number}"


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return "".join(each for each in plain if each.isascii() or not unicodedata.combining(each))


def _words(text: str) -> list[str]:
    """`USER_IDs` and `user ids` are two; what is all in capitals is as if it were not."""
    found = re.findall(r"[A-Za-z0-9]+", _ascii(text))
    return [each.lower() if each.isupper() else each for each in found]


def _pascal(text: str, ending: Callable[[str], str]) -> str:
    return _ended("".join(map(capital, _apart(_words(text)))), ending)


def _camel(text: str) -> str:
    first, *rest = _words(text) or [""]
    return "".join(_apart([first[:1].lower() + first[1:], *map(capital, rest)]))


def _apart(parts: list[str]) -> list[str]:
    """`a1_2` and `a12` are two names."""
    return [
        f"_{each}" if at and each[0].isdigit() and parts[at - 1][-1:].isdigit() else each
        for at, each in enumerate(parts)
    ]


def _verbatim(text: str, kind: str) -> str:
    plain = "".join(
        each if each.isascii() and (each.isalnum() or each == "_") else "_" for each in _ascii(text)
    )
    return _begun(kind)(plain if plain.strip("_") else "")


def _begun(kind: str) -> Callable[[str], str]:
    """With a letter at its beginning."""

    def begun(name: str) -> str:
        bare = name.lstrip("_")
        return bare if bare[:1].isalpha() else kind + bare

    return begun


def _lowered(of: Style, model: str) -> str:
    return _camel(model) if of.fields else model[:1].lower() + model[1:]


def _ended(name: str, ending: Callable[[str], str]) -> str:
    """With its last word changed: `userAccounts`, `USERS`."""
    found = _LAST.search(name)
    if found is None:
        return name
    word = found[0]
    changed = ending(word.lower())
    if word.isupper() and len(word) > 1:
        changed = changed.upper()
    elif word[0].isupper():
        changed = capital(changed)
    return name[: found.start()] + changed
