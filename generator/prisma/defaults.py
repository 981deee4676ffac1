"""Column defaults in one form: what Prisma writes into a schema, and what PostgreSQL prints of it.

`'1.50'::numeric`, `1.5` and `@default(1.5)` are one value; `now()` and CURRENT_TIMESTAMP(3) one kind. Prisma's own
engine reads defaults likewise (its `postgres/default.rs`); what neither understands is an expression, and is
compared by its text.
"""

from __future__ import annotations

import binascii
import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation

from generator.prisma import printed, types
from generator.prisma.relational import Default, DefaultKind, Type

NOW = Default(DefaultKind.NOW)
SEQUENCE = Default(DefaultKind.SEQUENCE)

_PIECES = re.compile(r"""[eE]?'(?:[^']|'')*'|"(?:[^"]|"")*"|\s+|[^\s'"]+""")
_PRINTED_CAST = re.compile(r"^\s*::\s*(?:text|regclass|character varying)\b(?!\s*[(\[])", re.IGNORECASE)
_LONGEST = 20_000
_DEEPEST = 50


def of_sql(text: str, type: Type) -> Default | None:
    """Of the text of a DEFAULT for a column of this type; None for NULL, which is none."""
    try:
        parsed = printed.parse(text)
    except printed.NotALiteral:
        return expression(text)
    if isinstance(parsed, printed.Null):
        return None
    if isinstance(parsed, printed.Call):
        kind = _kind(parsed.name, type)
        return expression(text) if kind is None else Default(kind, written=text)
    if type.is_array:
        elements = _array(parsed) if isinstance(parsed, str) else parsed
        found = None if elements is None else values(elements, type)
    else:
        found = value(parsed, type) if isinstance(parsed, str) else None
    return expression(text) if found is None else Default(DefaultKind.VALUE, found, text)


def _kind(function: str, type: Type) -> DefaultKind | None:
    if function == "nextval":
        return DefaultKind.SEQUENCE if type.name in types.INTEGERS and not type.is_array else None
    return DefaultKind.NOW if type.name in types.TIMES and not type.is_array else None


def expression(text: str) -> Default:
    return Default(DefaultKind.EXPRESSION, _folded(text), text)


def values(elements: Iterable[str], type: Type) -> str | None:
    """The text of a list's default: each element and a line break, in which backslashes and breaks are escaped."""
    one = [value(each, Type(type.name, type.modifiers)) for each in elements]
    if any(each is None for each in one):
        return None
    return "".join(str(each).replace("\\", "\\\\").replace("\n", "\\n") + "\n" for each in one)


def value(text: str, type: Type) -> str | None:
    """A literal's text in the form that all spellings share; None for one that is no literal of this type."""
    form = _FORMS.get(type.name)
    try:
        return text if form is None else form(text)
    except (ValueError, KeyError, InvalidOperation, OverflowError, RecursionError):
        return None


def _fraction(text: str) -> str:
    number = Decimal(text)
    if not number.is_finite():
        return str(number).lower()
    if abs(number.adjusted()) > 1000:  # Would be written out: 1e999999999 fits into no memory.
        return str(number)
    plain = format(number, "f")
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return "0" if plain in ("-0", "") else plain


def _json(text: str) -> str:
    return json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _bytes(text: str) -> str:
    if not text.startswith("\\x"):
        raise ValueError(text)
    return binascii.unhexlify(text[2:]).hex()


def _date(text: str) -> str:
    return date.fromisoformat(re.split(r"[T ]", text.strip(), maxsplit=1)[0]).isoformat()


def _clock(text: str) -> time:
    return time.fromisoformat(re.split(r"T|(?<=\d{4}-\d\d-\d\d) ", text.strip())[-1].replace(" ", ""))


def _moment(text: str) -> datetime:
    """Of what Prisma or PostgreSQL (ISO, UTC) write; Prisma's DDL has a space before the zone."""
    return datetime.fromisoformat(
        re.sub(r"\s+(?=[+-]\d\d(:?\d\d)?$)", "", text.strip().replace(" UTC", "+00:00"))
    )


def _instant(text: str) -> str:
    moment = _moment(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat()


# A type without a zone ignores the one that a literal has.
_FORMS: Mapping[str, Callable[[str], str]] = {
    **dict.fromkeys(types.INTEGERS, lambda text: str(int(text))),
    **dict.fromkeys(types.FRACTIONS, _fraction),
    **dict.fromkeys(types.JSONS, _json),
    "money": lambda text: _fraction(text.replace("$", "").replace(",", "")),
    "boolean": lambda text: {"t": "true", "true": "true", "f": "false", "false": "false"}[text.lower()],
    "bytea": _bytes,
    "character": lambda text: text.rstrip(" "),
    "uuid": str.lower,
    "date": _date,
    "time without time zone": lambda text: _clock(text).replace(tzinfo=None).isoformat(),
    "time with time zone": lambda text: _clock(text).isoformat(),
    "timestamp without time zone": lambda text: _moment(text).replace(tzinfo=None).isoformat(),
    "timestamp with time zone": _instant,
}


def _array(text: str) -> list[str] | None:
    """The elements of `{a,"b,c"}`; None for a nested one or one with NULL."""
    if not (text.startswith("{") and text.endswith("}")):
        return None
    body = text[1:-1]
    if not body.strip():
        return []
    # No `\s*` behind a bare word, which may end in spaces itself: two ways to match them take quadratic time.
    one = r'\s*(?:"((?:[^"\\]|\\.)*)"\s*|((?:[^",{}\\\s]|\\.)(?:[^",{}\\]|\\.)*))'
    if re.fullmatch(rf"{one}(?:,{one})*", body, re.DOTALL) is None:
        return None
    found = re.findall(one + r"(?:,|$)", body, re.DOTALL)
    plain = [(quoted, word.strip()) for quoted, word in found]
    if any(word.upper() == "NULL" for _, word in plain):
        return None
    return [re.sub(r"\\(.)", r"\1", quoted or word, flags=re.DOTALL) for quoted, word in plain]


def _folded(text: str) -> str:
    """An expression so that what PostgreSQL prints of it equals what a person wrote, as far as that is easy: case,
    spaces, parentheses around all of it, and the casts that PostgreSQL adds to strings do not count."""
    if len(text) > _LONGEST:
        return text
    found: list[str] = []
    rest = text.strip()
    for _ in range(_DEEPEST):
        rest = rest[1:-1].strip() if _is_wrapped(rest) else rest
    while rest:
        match = _PIECES.match(rest)
        piece = match[0] if match else rest[0]
        rest = rest[len(piece) :]
        if piece[-1] in "'\"":
            found.append(piece[0].lower() + piece[1:])
            rest = _PRINTED_CAST.sub("", rest) if piece[-1] == "'" else rest
        else:
            found.append(" " if piece.isspace() else piece.lower())
    joined = "".join(found)
    outside = re.split(r"""([eE]?'(?:[^']|'')*'|"(?:[^"]|"")*")""", joined)
    return "".join(
        each if at % 2 else re.sub(r"\s*([(),\[\]]|::)\s*", r"\1", each) for at, each in enumerate(outside)
    )


def _is_wrapped(text: str) -> bool:
    """Whether the first parenthesis is closed by the last."""
    if not (text.startswith("(") and text.endswith(")")):
        return False
    depth = 0
    for match in _PIECES.finditer(text):
        if match[0][-1] in "'\"" and match[0][0] in "'\"eE":
            continue
        for at, each in enumerate(match[0], match.start()):
            depth += (each == "(") - (each == ")")
            if depth == 0:
                return at == len(text) - 1
    return False
