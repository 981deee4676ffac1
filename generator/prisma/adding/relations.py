"""Foreign keys as relation fields on both sides, and the tables of implicit many-to-many relations as two lists.

What Prisma's validator would refuse is not written: a key to columns of another type, or to something that is no key
in the schema.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from generator.prisma import default_names, join_tables, naming, nodes, wording
from generator.prisma.adding.plan import Plan, Row
from generator.prisma.adding.present import Model, Present
from generator.prisma.naming import Style
from generator.prisma.relational import Action, ForeignKey, IndexKind, Table


@dataclass(frozen=True, slots=True)
class Link:
    """A foreign key of `model` to `other`, both of the schema."""

    model: Model
    key: ForeignKey
    other: Model

    @property
    def pair(self) -> frozenset[str]:
        return frozenset((self.model.name, self.other.name))


@dataclass(slots=True)
class Writer:
    """Writes relations into a plan, and remembers what names are used up by them."""

    present: Present
    style: Style
    plan: Plan
    fields: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    relations: set[str] = field(default_factory=set)
    pairs: Counter[frozenset[str]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        models = {each.name for each in self.present.models.values()}
        for model in self.present.models.values():
            for each in model.block.fields:
                self.fields[model.name].add(each.name.text)
                if each.type.name in models:
                    # Both sides have one, so a relation counts twice.
                    self.pairs[frozenset((model.name, each.type.name))] += 1
                    self.relations |= set(_relation_names(each))

    def link(self, model: Model, key: ForeignKey) -> Link | None:
        """None for what cannot be written."""
        other = self.present.models.get(key.table)
        if other is None or not self.present.has_keys or model.table.is_view or other.table.is_view:
            return None
        if not all(each in model.fields for each in key.columns) or key.name in {
            *model.table.indexes,
            *model.table.foreign_keys,
        }:
            return None
        if not all(each in other.fields for each in key.referenced):
            return None
        pairs = zip(key.columns, key.referenced, strict=True)
        is_alike = all(_type(model.fields[one]) == _type(other.fields[two]) for one, two in pairs)
        is_key = other.has_unique(key.referenced, in_order=False)
        return Link(model, key, other) if is_alike and is_key else None

    def write(self, links: Sequence[Link]) -> None:
        """Together, because two relations between the same models need names."""
        self.pairs.update(each.pair for each in links)
        for each in links:
            self._write(each)

    def _write(self, link: Link) -> None:
        model, key, other = link.model, link.key, link.other
        is_named = self.pairs[link.pair] > 1 or model.name == other.name
        base, name = self._field(link)
        is_one = model.has_unique(key.columns, in_order=True)
        counterpart = self._counterpart(link, base, is_named=is_named, is_one=is_one)
        relation = self._named(naming.joined(model.name, base)) if is_named else None
        arities = [model.fields[each].type.arity for each in key.columns]
        is_optional = nodes.Arity.OPTIONAL in arities
        written = _relation(link, relation, is_cleared=is_optional and nodes.Arity.REQUIRED not in arities)
        self._put(model, name, other.name + "?" * is_optional, written, other)
        back = "" if relation is None else f"@relation({wording.string(relation)})"
        self._put(other, counterpart, model.name + ("?" if is_one else "[]"), back, model)
        self._told(f"{model.name}.{name}", f"{other.name}.{counterpart}", key.name)

    def _field(self, link: Link) -> tuple[str, str]:
        """What the other side is to this one, and the field's name."""
        taken = self.fields[link.model.name]
        columns = [link.model.fields[each].name.text for each in link.key.columns]
        one = naming.singular(self.style, link.other.name)
        told = naming.of_key(columns[0]) if len(columns) == 1 else ""
        # `granted_by` beside `user_id`: the first is no plain `user`.
        if not told and len(columns) == 1 and self.pairs[link.pair] > 1 and columns[0] != one:
            told = columns[0]
        base = told or one
        options = [base, *([naming.joined(base, one)] if told else []), naming.joined(one, columns[0], "by")]
        name = naming.free(options, taken)
        taken.add(name)
        return (base if name == base or told else name), name

    def _counterpart(self, link: Link, base: str, *, is_named: bool, is_one: bool) -> str:
        taken = self.fields[link.other.name]
        ending = naming.singular if is_one else naming.plural
        plain = ending(self.style, link.model.name)
        long = naming.joined(plain, base, "as")
        if link.model.name == link.other.name and base == "parent" and not is_one:
            long = "children"
        name = naming.free([long] if is_named else [plain, long], taken)
        taken.add(name)
        return name

    def _named(self, wanted: str) -> str:
        name = naming.free([wanted], self.relations)
        self.relations.add(name)
        return name

    def _put(self, model: Model, name: str, type: str, attribute: str, other: Model) -> None:
        ignored = "@ignore" if other.is_ignored and not model.is_ignored else ""
        self.plan.rows(model.name, [Row(name, type, " ".join(filter(None, (attribute, ignored))))])

    def _told(self, one: str, other: str, name: str) -> None:
        self.plan.added.append(f"relation {one} and {other} ({name})")

    def write_lists(self, table: Table) -> bool:
        """Of a join table, if Prisma would make just this table of two lists."""
        sides = self._sides(table)
        if sides is None:
            return False
        a, b = sides
        pair = frozenset((a.name, b.name))
        relation = table.name[1:]
        is_plain = relation == f"{a.name}To{b.name}" and a is not b and not self.pairs[pair]
        self.pairs[pair] += 1
        self.relations.add(relation)
        attribute = "" if is_plain else f"@relation({wording.string(relation)})"
        told = []
        for own, other, letter in ((a, b, "a"), (b, a, "b")):
            many = naming.plural(self.style, other.name)
            # Of one model the names tell which side is A: the first of them.
            options = [naming.joined(many, letter)] if a is b else [many, naming.joined(many, relation, "by")]
            name = naming.free(map(_spelled, options), self.fields[own.name])
            self.fields[own.name].add(name)
            self._put(own, name, f"{other.name}[]", attribute, other)
            told.append(f"{own.name}.{name}")
        self._told(told[0], told[1], table.name)
        return True

    def _sides(self, table: Table) -> tuple[Model, Model] | None:
        keys = {each.columns: each for each in table.foreign_keys.values()}
        if not self.present.has_keys or not join_tables.is_one(table):
            return None
        a, b = (self.present.models.get(keys[(letter,)].table) for letter in "AB")
        if a is None or b is None or a.name > b.name or a.key[0] != table.schema:
            return None
        for letter, model in (("A", a), ("B", b)):
            key = next(
                (each for each in model.table.indexes.values() if each.kind is IndexKind.PRIMARY), None
            )
            columns = () if key is None else tuple(each.name for each in key.columns)
            is_alike = (
                columns == keys[(letter,)].referenced
                and len(columns) == 1
                and columns[0] in model.fields
                and model.table.columns[columns[0]].type == table.columns[letter].type
            )
            if model.is_ignored or model.table.is_view or not is_alike:
                return None
        return a, b


def _type(of: nodes.Field) -> tuple[str | None, str | None, bool]:
    return of.type.name, of.type.unsupported, of.type.arity is nodes.Arity.LIST


def _relation_names(of: nodes.Field) -> Iterator[str]:
    for attribute in of.attributes:
        for each in attribute.arguments if attribute.name.text == "relation" else ():
            if isinstance(each.value, nodes.Text) and (each.name is None or each.name.text == "name"):
                yield each.value.value


def _relation(link: Link, name: str | None, *, is_cleared: bool) -> str:
    """`is_cleared`: Prisma's own choice is to set the columns to NULL."""
    key = link.key
    fields = _listed(link.model, key.columns)
    parts = [] if name is None else [wording.string(name)]
    parts += [f"fields: [{fields}]", f"references: [{_listed(link.other, key.referenced)}]"]
    if key.on_delete is not (Action.SET_NULL if is_cleared else Action.RESTRICT):
        parts.append(f"onDelete: {key.on_delete}")
    if key.on_update is not Action.CASCADE:
        parts.append(f"onUpdate: {key.on_update}")
    if key.name != default_names.foreign_key(link.model.table.name, key.columns):
        parts.append(f"map: {wording.string(key.name)}")
    return f"@relation({', '.join(parts)})"


def _listed(model: Model, columns: Iterable[str]) -> str:
    return ", ".join(model.fields[each].name.text for each in columns)


def _spelled(name: str) -> str:
    """A relation's name may have anything in it."""
    return "".join(each if each.isascii() and (each.isalnum() or each == "_") else "_" for each in name)
