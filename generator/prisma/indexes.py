"""`@id`, `@unique`, `@@id`, `@@unique` and `@@index` as PostgreSQL's indexes, with the names that Prisma gives them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from generator.prisma import default_names, nodes, operators
from generator.prisma.attributes import Attribute, Found
from generator.prisma.models import Model, ScalarField
from generator.prisma.relational import Index, IndexColumn, IndexKind, Sort
from generator.text import nearest
from generator.text.problem import shown

_KINDS = {"id": IndexKind.PRIMARY, "unique": IndexKind.UNIQUE, "index": IndexKind.PLAIN}
_SORTS = ("Asc", "Desc")
# What Prisma's validator refuses without an operator class (index_algorithm_is_supported, Prisma 5 to 7), as far as
# the scalar type alone tells it.
_NO_GIST = frozenset({"Int", "BigInt", "Float", "Decimal", "Boolean", "DateTime", "Json", "Bytes"})
_UNINDEXED: Mapping[str, frozenset[str]] = {
    "gin": _NO_GIST - {"Json"} | {"String"},
    "gist": _NO_GIST,
    "spgist": _NO_GIST,
    "brin": frozenset({"Boolean", "Json"}),
}


def read(model: Model, found: Found) -> dict[str, Index]:
    """The indexes by name."""
    result: dict[str, Index] = {}
    for field in model.fields.values():
        for name, attribute in field.attributes:
            if name in ("id", "unique"):
                sort = attribute.constant("sort", _SORTS)
                column = IndexColumn(field.column.name, _sort(sort))
                index = replace(_index(model, name, attribute, (column,)), is_of_field=True)
                _add(result, index, found)
    for name, attribute in model.attributes:
        if name in _KINDS:
            method = operators.METHODS[attribute.constant("type", operators.METHODS) or "BTree"]
            _two_names(name, attribute, found)
            columns = [_column(model, each, method, found) for each in attribute.list("fields")]
            plain = tuple(each for each in columns if each is not None)
            if plain and len(plain) == len(columns):
                _add(result, _index(model, name, attribute, plain, method), found)
            elif not columns:
                found.argument(f"@@{name} names no field", f"write @@{name}([email])", attribute.node.span)
    return result


def _index(
    model: Model, name: str, attribute: Attribute, columns: tuple[IndexColumn, ...], method: str = "btree"
) -> Index:
    kind = _KINDS[name]
    called, client = attribute.text("map"), attribute.text("name") or ""
    if called is None and kind is IndexKind.PLAIN:
        called = client  # Of old: Prisma takes it for `map`.
    of = [each.name for each in columns]
    if kind is IndexKind.PRIMARY:
        # CREATE TABLE says PRIMARY KEY (…) without an order.
        columns = tuple(IndexColumn(each.name) for each in columns)
        called = called or default_names.primary_key(model.table)
    elif kind is IndexKind.UNIQUE:
        called = called or default_names.unique(model.table, of)
    unsayable = ("partial",) if "where" in attribute.values else ()
    return Index(
        called or default_names.index(model.table, of),
        kind,
        columns,
        method,
        is_constraint=kind is IndexKind.PRIMARY,
        unsayable=unsayable,
        origin=attribute.node.span,
        called=client,
    )


def _two_names(name: str, attribute: Attribute, found: Found) -> None:
    if _KINDS[name] is IndexKind.PLAIN and {"name", "map"} <= attribute.values.keys():
        found.argument(
            "@@index has both `name:` and `map:`, which are the same to Prisma",
            "keep `map:`, the name of the index in the database",
            attribute.node.span,
        )


def _add(result: dict[str, Index], index: Index, found: Found) -> None:
    if index.kind is IndexKind.PRIMARY and any(each.kind is index.kind for each in result.values()):
        assert index.origin is not None
        found.argument("there are two primary keys", "keep one @id or @@id", index.origin)
        return
    if index.name in result and index.origin is not None:
        found.add(
            "prisma-same-name",
            f"there are two of the index {shown(index.name)}",
            "remove one of them, or give it another name with `map:`",
            index.origin,
        )
        return
    result[index.name] = index


def _column(model: Model, value: nodes.Expression, method: str, found: Found) -> IndexColumn | None:
    """Of `email` or `email(sort: Desc, ops: raw("…"))`."""
    arguments: tuple[nodes.Argument, ...] = ()
    if isinstance(value, nodes.Constant):
        name = value.value
    elif isinstance(value, nodes.Call):
        name, arguments = value.name, value.arguments
    else:
        found.argument("this is not the name of a field", "write the field's name without quotes", value.span)
        return None
    field = model.fields.get(name)
    if field is None:
        unknown_field(model, name, value.span, found)
        return None
    sort, operator_class, is_classed = Sort.ASC, None, False
    for each in arguments:
        called = each.name.text if each.name else ""
        if called == "sort":
            sort = _sort(_one_of(each.value, _SORTS, found))
        elif called == "ops":
            operator_class, is_classed = _operators(each.value, method, found), True
        elif called != "length":
            found.argument(
                f"a field of an index has no argument {shown(called)}", "known: `sort:`, `ops:`", each.span
            )
    if not is_classed and _scalar(field) in _UNINDEXED.get(method, ()):
        found.argument(
            f"{shown(name)} is {_scalar(field)}, which has no operator class for {method}",
            'write another type of index, or name an operator class with `ops: raw("…")`',
            value.span,
        )
    return IndexColumn(field.column.name, sort, operator_class)


def _scalar(field: ScalarField) -> str | None:
    """The scalar type of a field that is nothing more: no list, no native type."""
    is_plain = not any("." in each.name.text for each in field.node.attributes)
    return field.node.type.name if is_plain and field.node.type.arity is not nodes.Arity.LIST else None


def unknown_field(model: Model, name: str, span: nodes.Span, found: Found) -> None:
    if name in model.relations:
        message = f"{shown(name)} is a relation, not a column"
        help = "name the fields of its `fields: […]`"
    else:
        guess = nearest.nearest(name, model.fields)
        message = f"{shown(model.name)} has no field {shown(name)}"
        help = f"did you mean {guess}?" if guess else "add the field, or correct the name"
    found.add("prisma-unknown-field", message, help, span)


def _operators(value: nodes.Expression, method: str, found: Found) -> str | None:
    match value:
        case nodes.Call(name="raw", arguments=(nodes.Argument(value=nodes.Text(value=text)),)):
            return operators.raw(text, method)
        case nodes.Constant(value=name) if name in operators.NAMED:
            return operators.named(name, method)
    guess = nearest.nearest(value.value, operators.NAMED) if isinstance(value, nodes.Constant) else None
    found.argument(
        "this is not an operator class",
        f"did you mean {guess}?" if guess else "write one of Prisma's, or raw(\"…\") with PostgreSQL's name",
        value.span,
    )
    return None


def _one_of(value: nodes.Expression, words: tuple[str, ...], found: Found) -> str | None:
    if isinstance(value, nodes.Constant) and value.value in words:
        return value.value
    found.argument(f"this is not one of {', '.join(words)}", f"write {words[0]}", value.span)
    return None


def _sort(word: str | None) -> Sort:
    return Sort.DESC if word == "Desc" else Sort.ASC
