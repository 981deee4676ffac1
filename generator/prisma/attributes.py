"""The attributes of a schema.prisma, read by what Prisma's own validator allows: unknown ones and wrong arguments
become diagnostics, whatever else there is goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from generator.diagnostics import Diagnostic
from generator.prisma import nodes
from generator.prisma.nodes import Span
from generator.text import nearest
from generator.text.problem import shown

Values = Mapping[str, nodes.Expression]

# By attribute: the names of its arguments; the first is the one that needs none.
FIELD: Mapping[str, tuple[str, ...]] = {
    "id": ("", "map", "sort", "length", "clustered"),
    "unique": ("", "map", "sort", "length", "clustered", "where"),
    "default": ("value", "map"),
    "relation": ("name", "fields", "references", "onDelete", "onUpdate", "map"),
    "map": ("name",),
    "updatedAt": ("",),
    "ignore": ("",),
}
BLOCK: Mapping[str, tuple[str, ...]] = {
    "id": ("fields", "name", "map", "clustered"),
    "unique": ("fields", "name", "map", "clustered", "where"),
    "index": ("fields", "name", "map", "type", "clustered", "where"),
    "map": ("name",),
    "schema": ("map",),
    "ignore": ("",),
}
ENUM: Mapping[str, tuple[str, ...]] = {"map": ("name",), "schema": ("map",)}
ENUM_VALUE: Mapping[str, tuple[str, ...]] = {"map": ("name",)}


@dataclass(frozen=True, slots=True)
class Found:
    """Where the mistakes of one schema gather."""

    schema: nodes.Schema
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def add(self, rule: str, message: str, help: str, span: Span) -> None:
        self.diagnostics.append(Diagnostic(rule, message, help, self.schema.position(span)))

    def argument(self, message: str, help: str, span: Span) -> None:
        self.add("prisma-argument", message, help, span)


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute with its arguments by name."""

    node: nodes.Attribute
    values: Values
    found: Found

    def text(self, name: str) -> str | None:
        """A string; anything else is told and None."""
        value = self.values.get(name)
        if value is None or (isinstance(value, nodes.Text) and value.value):
            return value.value if isinstance(value, nodes.Text) else None
        self._wanted(name, 'a string that is not empty, as in `"users"`', value.span)
        return None

    def constant(self, name: str, allowed: Iterable[str]) -> str | None:
        """One of these words; anything else is told and None."""
        value = self.values.get(name)
        words = tuple(allowed)
        if value is None or (isinstance(value, nodes.Constant) and value.value in words):
            return value.value if isinstance(value, nodes.Constant) else None
        self._wanted(name, "one of " + ", ".join(words), value.span)
        return None

    def list(self, name: str) -> tuple[nodes.Expression, ...]:
        """A list, or the one thing that stands for a list of it."""
        value = self.values.get(name)
        if value is None:
            return ()
        return value.values if isinstance(value, nodes.List) else (value,)

    def _wanted(self, name: str, what: str, span: Span) -> None:
        argument = f"`{name}` of @{self.node.name.text}" if name else f"@{self.node.name.text}"
        self.found.argument(f"{argument} is not {what.partition(',')[0]}", f"write {what}", span)


def read(
    given: Iterable[nodes.Attribute],
    known: Mapping[str, tuple[str, ...]],
    found: Found,
    prefix: str = "@",
    others: Iterable[str] = (),
) -> list[tuple[str, Attribute]]:
    """The known attributes by name, in their order. Names that begin like one of `others` are somebody else's."""
    result: list[tuple[str, Attribute]] = []
    for each in given:
        name = each.name.text
        if any(name.startswith(f"{other}.") for other in others):
            continue
        if name not in known:
            guess = nearest.nearest(name, known)
            found.add(
                "prisma-unknown-attribute",
                f"{shown(prefix + name)} is not an attribute of PostgreSQL schemas",
                f"did you mean {prefix}{guess}?" if guess else f"remove it; known: {_listed(prefix, known)}",
                each.span,
            )
            continue
        if name in [earlier for earlier, _ in result] and name not in ("unique", "index"):
            found.argument(f"{prefix}{name} stands here twice", "keep one of them", each.span)
            continue
        result.append((name, Attribute(each, _arguments(each, known[name], prefix, found), found)))
    return result


def one(given: Iterable[tuple[str, Attribute]], name: str) -> Attribute | None:
    return next((attribute for each, attribute in given if each == name), None)


def _listed(prefix: str, known: Iterable[str]) -> str:
    return ", ".join(prefix + each for each in known)


def _arguments(attribute: nodes.Attribute, known: tuple[str, ...], prefix: str, found: Found) -> Values:
    values: dict[str, nodes.Expression] = {}
    for each in attribute.arguments:
        name = known[0] if each.name is None else each.name.text
        shown_name = f"{prefix}{attribute.name.text}"
        if name == "" or name not in known:
            names = [other for other in known if other]
            guess = nearest.nearest(name, names)
            found.argument(
                f"{shown_name} has no argument {shown(name)}"
                if name
                else f"{shown_name} takes no argument here",
                f"did you mean `{guess}`?" if guess else _takes(shown_name, names),
                each.span,
            )
        elif name in values:
            found.argument(f"{shown_name} has the argument `{name}` twice", "keep one of them", each.span)
        else:
            values[name] = each.value
    return values


def _takes(attribute: str, names: Iterable[str]) -> str:
    listed = ", ".join(f"`{each}:`" for each in names)
    return f"{attribute} takes {listed}" if listed else f"write {attribute} alone"
