"""Whether a generated client is of this schema: the copy of the schema that it holds, compared by meaning.

Prisma writes the copy in its own formatting, all files as one, with comments (`mergeSchemas` in @prisma/internals;
5 copies a single file as it is). The datasource and the generators are not compared, but for `previewFeatures`:
another machine's binary targets make no other client, a preview feature does.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from generator.migrations import quoting
from generator.prisma.nodes import (
    Argument,
    Attribute,
    Block,
    Call,
    Constant,
    Expression,
    Field,
    Kind,
    List,
    Number,
    Object,
    Schema,
    Span,
    Text,
)

_FEATURES = "previewFeatures"
_COMPARED = (Kind.MODEL, Kind.VIEW, Kind.TYPE, Kind.ENUM)


@dataclass(frozen=True, slots=True)
class Difference:
    """A block that the two have not alike: `what` ends a sentence that begins with the client. `place` is where it is
    in the schema, None where only the client has it."""

    what: str
    place: Span | None


def differences(schema: Schema, copy: Schema) -> Iterator[Difference]:
    """In the order of the schema, and then what only the copy has."""
    mine, theirs = _blocks(schema), _blocks(copy)
    for key, block in mine.items():
        said = f"{block.kind} `{block.name.text}`"
        other = theirs.get(key)
        if other is None:
            yield Difference(f"has no {said}", block.name.span)
        elif _meaning(block) != _meaning(other):
            what, place = _within(block, other)
            yield Difference(f"has the {said} otherwise: {what}", place)
    for key, block in theirs.items():
        if key not in mine:
            yield Difference(f"has the {block.kind} `{block.name.text}`, and the schema has not", None)


def features(generator: Block, copy: Schema) -> Iterator[Difference]:
    """Whether the client was made with other preview features than its generator has now."""
    theirs = [each for each in copy.of(Kind.GENERATOR) if each.name.text == generator.name.text]
    if theirs and _features(theirs[0]) != _features(generator):
        mine = next((each for each in generator.properties if each.name.text == _FEATURES), None)
        said = ", ".join(sorted(f"`{quoting.shown(each)}`" for each in _features(theirs[0]))) or "none"
        place = generator.name.span if mine is None else mine.name.span
        yield Difference(f"was made with other `{_FEATURES}`: {said}", place)


def _features(generator: Block) -> frozenset[str]:
    """One text is a list of one, for Prisma too."""
    value = next((each.value for each in generator.properties if each.name.text == _FEATURES), None)
    values = value.values if isinstance(value, List) else (value,)
    return frozenset(each.value for each in values if isinstance(each, Text))


def _blocks(schema: Schema) -> Mapping[tuple[Kind, str], Block]:
    blocks = (each for file in schema.files for each in file.blocks if each.kind in _COMPARED)
    return {(each.kind, each.name.text): each for each in blocks}


def _within(block: Block, other: Block) -> tuple[str, Span]:
    """The first thing in a block that is not alike."""
    theirs = {each.name.text: each for each in other.fields}
    for field in block.fields:
        if field.name.text not in theirs:
            return f"the field `{field.name.text}` is not in it", field.span
        if _field(field) != _field(theirs[field.name.text]):
            return f"the field `{field.name.text}` differs", field.span
    gone = [each for each in theirs if each not in {one.name.text for one in block.fields}]
    if gone:
        return f"its field `{gone[0]}` is not in the schema", block.name.span
    if _values(block) != _values(other):
        return "its values differ", block.name.span
    attributes = _attributes(other.attributes)
    for each in block.attributes:
        if _attribute(each) not in attributes:
            return f"`@@{each.name.text}` is not in it, or differs", each.span
    return "an attribute of it is not in the schema", block.name.span


def _meaning(block: Block) -> Hashable:
    """Equal for blocks that say the same: the order of fields and attributes, comments and places say nothing."""
    fields = frozenset(_field(each) for each in block.fields)
    return block.kind, block.name.text, fields, _values(block), _attributes(block.attributes)


def _field(field: Field) -> Hashable:
    type_ = field.type
    said = (field.name.text, type_.name, type_.unsupported, type_.arity)
    return said, _attributes(field.attributes)


def _values(block: Block) -> tuple[Hashable, ...]:
    return tuple((each.name.text, _attributes(each.attributes)) for each in block.values)


def _attributes(attributes: Iterable[Attribute]) -> frozenset[Hashable]:
    return frozenset(_attribute(each) for each in attributes)


def _attribute(attribute: Attribute) -> Hashable:
    return attribute.name.text, _arguments(attribute.arguments)


def _arguments(arguments: Iterable[Argument]) -> tuple[Hashable, ...]:
    return tuple((each.name.text if each.name else None, _expression(each.value)) for each in arguments)


def _expression(value: Expression) -> Hashable:
    match value:
        case Text() | Number() | Constant():
            return type(value).__name__, value.value
        case Call():
            return "call", value.name, _arguments(value.arguments)
        case List():
            return "list", tuple(_expression(each) for each in value.values)
        case Object():
            return "object", _arguments(value.members)
