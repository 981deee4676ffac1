"""Relation fields as foreign keys, and implicit many-to-many relations as the tables that Prisma makes for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from generator.prisma import default_names, indexes, nodes
from generator.prisma.attributes import Attribute, Found
from generator.prisma.models import Model
from generator.prisma.relational import (
    Action,
    Column,
    ForeignKey,
    Index,
    IndexColumn,
    IndexKind,
    Table,
)
from generator.text.problem import shown

_ACTIONS = {each.value: each for each in Action}
_Models = Mapping[str, Model]


@dataclass(frozen=True, slots=True)
class Linked:
    foreign_keys: tuple[tuple[Model, ForeignKey], ...]
    join_tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class _Side:
    """A relation field. `name` is the relation's, None for one without."""

    model: Model
    field: nodes.Field
    attribute: Attribute | None
    name: str | None

    @property
    def is_list(self) -> bool:
        return self.field.type.arity is nodes.Arity.LIST

    @property
    def has_fields(self) -> bool:
        return self.attribute is not None and "fields" in self.attribute.values

    @property
    def is_many(self) -> bool:
        return self.is_list and not self.has_fields


def read(models: _Models, found: Found) -> Linked:
    """The foreign keys with the models that have them, and the join tables."""
    sides = [side for model in models.values() for side in _sides(model)]
    by_pair: dict[tuple[str, str, str | None], list[_Side]] = {}
    for side in sides:
        by_pair.setdefault((side.model.name, side.field.type.name or "", side.name), []).append(side)
    for pair, together in by_pair.items():
        _ambiguous(pair, together, found)
    keys, tables = [], []
    for side in sides:
        other = models[side.field.type.name or ""]
        opposites = [
            each for each in by_pair.get((other.name, side.model.name, side.name), ()) if each is not side
        ]
        is_view = side.model.is_view or other.is_view
        if side.has_fields:
            if not opposites:
                _incomplete(side, other, (), found)
            key = _foreign_key(side, other, found)
            if key is not None and not is_view:
                keys.append((side.model, key))
        elif side.is_many and opposites and opposites[0].is_many:
            if not is_view and _is_first(side, opposites[0]):
                table = _join_table(side, opposites[0], found)
                tables += [table] if table is not None else []
        elif not any(each.has_fields for each in opposites):
            _incomplete(side, other, opposites, found)
    return Linked(tuple(keys), tuple(tables))


def _sides(model: Model) -> Iterator[_Side]:
    for field, attribute in model.relations.values():
        yield _Side(model, field, attribute, attribute.text("name") if attribute else None)


def _ambiguous(pair: tuple[str, str, str | None], together: list[_Side], found: Found) -> None:
    """More relation fields than one relation has on this side."""
    model, other, name = pair
    for side in together[2 if model == other else 1 :]:
        found.add(
            "prisma-relation",
            f"{shown(model)} has another relation to {shown(other)} "
            + (f"called {shown(name)}" if name else "without a name"),
            'give each relation a name of its own on both sides: @relation("author")',
            side.field.span,
        )


def _incomplete(side: _Side, other: Model, opposites: Iterable[_Side], found: Found) -> None:
    message = f"the relation {shown(side.field.name.text)} has no column on either side"
    help = f"one side needs @relation(fields: […], references: […]), in {side.model.name} or {other.name}"
    if not list(opposites):
        message = f"the relation {shown(side.field.name.text)} has no other side in {shown(other.name)}"
        help = f"add a field of type {side.model.name} to {other.name}, with the same relation name if this has one"
    found.add("prisma-relation", message, help, side.field.span)


def _foreign_key(side: _Side, other: Model, found: Found) -> ForeignKey | None:
    attribute = side.attribute
    assert attribute is not None
    here = _columns(side.model, attribute, "fields", found)
    there = _columns(other, attribute, "references", found)
    if here is None or there is None:
        return None
    if len(here) != len(there) or not here:
        found.add(
            "prisma-relation",
            f"{len(here)} fields refer to {len(there)}",
            "name as many in `references:` as in `fields:`, in their order",
            attribute.node.span,
        )
        return None
    columns = tuple(side.model.fields[each].column.name for each in here)
    is_optional = side.field.type.arity is nodes.Arity.OPTIONAL and all(
        side.model.fields[each].node.type.arity is not nodes.Arity.REQUIRED for each in here
    )
    on_delete = attribute.constant("onDelete", _ACTIONS)
    on_update = attribute.constant("onUpdate", _ACTIONS)
    return ForeignKey(
        attribute.text("map") or default_names.foreign_key(side.model.table, columns),
        columns,
        other.key,
        tuple(other.fields[each].column.name for each in there),
        _ACTIONS[on_delete] if on_delete else Action.SET_NULL if is_optional else Action.RESTRICT,
        _ACTIONS[on_update] if on_update else Action.CASCADE,
        origin=attribute.node.span,
        called=side.name or "",
        is_implied=on_delete is None,
    )


def _columns(model: Model, attribute: Attribute, argument: str, found: Found) -> tuple[str, ...] | None:
    result = []
    for value in attribute.list(argument):
        if not isinstance(value, nodes.Constant):
            found.argument(
                "this is not the name of a field", "write the field's name without quotes", value.span
            )
            return None
        if value.value not in model.fields:
            indexes.unknown_field(model, value.value, value.span, found)
            return None
        result.append(value.value)
    return tuple(result)


def _is_first(side: _Side, other: _Side) -> bool:
    """Whether this is side A: by the model's name, of one model by the field's."""
    return (side.model.name, side.field.name.text) < (other.model.name, other.field.name.text)


def _join_table(a: _Side, b: _Side, found: Found) -> Table | None:
    keys = []
    for side in (a, b):
        key = side.model.primary_key()
        if len(key) != 1:
            found.add(
                "prisma-relation",
                f"{shown(side.model.name)} has no @id of one field, which a list on both sides needs",
                "give it an @id, or make the table between the two a model of its own",
                side.field.span,
            )
            return None
        keys.append(side.model.fields[key[0]].column)
    table = default_names.join_table(a.name or f"{a.model.name}To{b.model.name}")
    columns = {
        name: Column(name, replace(key.type), is_nullable=False, default=None, origin=side.field.span)
        for name, key, side in zip("AB", keys, (a, b), strict=True)
    }
    primary = Index(
        default_names.join_key(table),
        IndexKind.PRIMARY,
        (IndexColumn("A"), IndexColumn("B")),
        is_constraint=True,
        origin=a.field.span,
    )
    plain = Index(default_names.join_index(table), IndexKind.PLAIN, (IndexColumn("B"),), origin=a.field.span)
    foreign_keys = [
        ForeignKey(
            default_names.join_foreign_key(table, name),
            (name,),
            side.model.key,
            (key.name,),
            Action.CASCADE,
            Action.CASCADE,
            origin=side.field.span,
        )
        for name, key, side in zip("AB", keys, (a, b), strict=True)
    ]
    return Table(
        a.model.schema,
        table,
        columns=columns,
        indexes={each.name: each for each in (primary, plain)},
        foreign_keys={each.name: each for each in foreign_keys},
        origin=a.field.span,
        is_join_table=True,
    )
