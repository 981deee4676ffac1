"""`drift.ignore`: patterns for objects as the findings name them, and which of the patterns nothing needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from generator.database.catalog.snapshot import Catalog, Identity
from generator.text import patterns

_RELATIONS = ("table", "foreign table", "view", "materialized view", "composite type")
_DEEPEST = 4


@dataclass(slots=True)
class Ignoring:
    """`used` are the patterns that met something."""

    patterns: tuple[str, ...]
    catalogs: tuple[Catalog, ...]
    used: set[str] = field(default_factory=set)

    def passes_over(self, identity: Identity, attribute: str | None = None) -> bool:
        """Whether the object, what it is part of, or this attribute of it is named. Every pattern is tried."""
        names = {f"{kind} {name}" for kind, name in self._line(identity)}
        if attribute is not None:
            names.add(f"{identity.kind} {identity.name}: {attribute}")
        met = {each for each in self.patterns if any(patterns.matches(each, name) for name in names)}
        self.used |= met
        return bool(met)

    @property
    def unused(self) -> tuple[str, ...]:
        return tuple(each for each in self.patterns if each not in self.used)

    def _line(self, identity: Identity, depth: int = 0) -> Iterator[Identity]:
        """It, its table, its schema."""
        yield identity
        if depth == _DEEPEST:
            return
        for above in self._above(identity):
            yield from self._line(above, depth + 1)

    def _above(self, identity: Identity) -> Iterable[Identity]:
        for each in self.catalogs:
            attributes = each.objects.get(identity)
            if attributes is None:
                continue
            if "table" in attributes:
                place = str(attributes["table"])
                yield from (one for kind in _RELATIONS if (one := Identity(kind, place)) in each.objects)
            if "owned by" in attributes:
                yield Identity("column", str(attributes["owned by"]))
            if "schema" in attributes:
                yield Identity("schema", str(attributes["schema"]))
