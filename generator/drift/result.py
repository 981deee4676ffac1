"""What a comparison of a live database comes to, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from generator.database.catalog.comparison import What
from generator.database.catalog.snapshot import Attributes, Catalog, Identity, Value
from generator.diagnostics import Diagnostic
from generator.status import Status

RULES: Mapping[What, str] = MappingProxyType(
    {What.CHANGED: "drift-changed", What.MISSING: "drift-missing", What.EXTRA: "drift-extra"}
)
INVALID_INDEX = "drift-invalid-index"


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the migrations make. `before` is what was there before the first of them, `versions` which were applied,
    `source` where all that was found out. `schema` is the one in which goose's table stands."""

    catalog: Catalog
    before: Catalog
    versions: tuple[int, ...]
    schema: str
    source: str
    warnings: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One attribute of an object; None is "has none". A secret in a value is masked."""

    attribute: str
    expected: Value | None
    found: Value | None


@dataclass(frozen=True, slots=True)
class Finding:
    """One object that is not as the migrations make it. `changes` are empty where it is missing or extra, `found` are
    then the attributes that tell an extra one from others. `migration` names the file that says most of it."""

    what: What
    identity: Identity
    changes: tuple[Change, ...]
    found: Attributes
    is_invalid_index: bool
    migration: str | None
    diagnostic: Diagnostic


@dataclass(frozen=True, slots=True)
class Drift:
    """`status` is what the version table says, `problems` what is wrong with that and whatever else is told, by rule;
    `ignored` counts the objects that a setting passes over."""

    status: Status
    database: str
    server: str
    source: str
    findings: tuple[Finding, ...]
    problems: tuple[Diagnostic, ...]
    ignored: int

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        return (*(each.diagnostic for each in self.findings), *self.problems)
