"""Makes catalogs of two places comparable: who migrates has another name there, and a server may know more.

What a place decides and no migration is taken away: tablespaces, an extension's version, whether a materialized
view has been filled.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from generator.database.catalog import queries
from generator.database.catalog.snapshot import Attributes, Catalog, Identity, Value

# No quoted identifier looks like these.
MIGRATING = "the migrating role"
OWNER = "the owner"
PUBLIC = "PUBLIC"

_MAINTAIN_SINCE = 17
_TABLE = ("DELETE", "INSERT", "MAINTAIN", "REFERENCES", "SELECT", "TRIGGER", "TRUNCATE", "UPDATE")
# acldefault(): the owner's privileges, and those of everybody.
_BUILT_IN: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    **dict.fromkeys(("table", "view", "materialized view", "foreign table"), (_TABLE, ())),
    "sequence": (("SELECT", "UPDATE", "USAGE"), ()),
    "schema": (("CREATE", "USAGE"), ()),
    **dict.fromkeys(("aggregate", "function", "procedure"), (("EXECUTE",), ("EXECUTE",))),
    **dict.fromkeys(
        ("base type", "composite type", "domain", "enum", "language", "range type"), (("USAGE",), ("USAGE",))
    ),
    **dict.fromkeys(("foreign-data wrapper", "server"), (("USAGE",), ())),
}
_OF_THE_PLACE = {
    ("extension", "version"),
    ("extension", "owner"),
    ("extension", "comment"),
    ("index", "clustered"),
    ("index", "tablespace"),
    ("materialized view", "populated"),
    ("materialized view", "tablespace"),
    ("table", "tablespace"),
}
# What stands before the role's name, and what may stand behind it.
_WITH_ROLE: Mapping[str, tuple[str, Sequence[str]]] = {
    "default privileges": ("of ", (" on ", " in schema ")),
    "user mapping": ("for ", (" server ",)),
}
_GRANT = re.compile(r"(?P<privilege>[A-Z ]+) TO (?P<role>.*?)(?P<option> WITH GRANT OPTION)?", re.DOTALL)
# A printed expression without what PostgreSQL versions print or leave out: space, parentheses, qualifiers.
# The group is what stays: literals and quoted names as they are, and every other word or character.
_WORD = re.compile(
    r"""(?:"(?:[^"]|"")+"|[^\W\d][\w$]*)\.(?=["\w])|[\s()]+"""
    r"""|('(?:[^']|'')*'|"(?:[^"]|"")+"|\d+(?:\.\d+)?|[\w$]+|.)"""
)


def catalog(given: Catalog, roles: Mapping[str, str], other_major: int) -> Catalog:
    """With `roles` under other names, and without what the server of `other_major` does not know."""
    made: dict[Identity, Attributes] = {}
    for identity, attributes in given.objects.items():
        made[_named(identity, roles)] = _attributes(identity, attributes, roles, given.major, other_major)
    return Catalog(made, given.major)


def built_in(kind: str, major: int) -> frozenset[str]:
    """The grants that an object has by itself; nothing for a kind that has no grants of its own."""
    own, everybody = _BUILT_IN.get(kind, ((), ()))
    lines = [f"{each} TO {OWNER}" for each in own if each != "MAINTAIN" or major >= _MAINTAIN_SINCE]
    return frozenset([*lines, *(f"{each} TO {PUBLIC}" for each in everybody)])


def same_printed(expected: Value | None, found: Value | None) -> bool:
    """Whether two servers of different versions may have printed the same expression so."""
    return _essence(expected) == _essence(found)


def _essence(value: Value | None) -> object:
    if isinstance(value, str):
        words = (each for each in _WORD.findall(value.rstrip().rstrip(";")) if each)
        return [each if each[0] in "'\"" else each.lower() for each in words]
    if isinstance(value, list | tuple):
        return [_essence(each) for each in value]
    return value


def _named(identity: Identity, roles: Mapping[str, str]) -> Identity:
    """The names of two kinds have a role's name in them."""
    begin, ends = _WITH_ROLE.get(identity.kind, ("", ()))
    for role, name in roles.items() if ends else ():
        if identity.name.startswith(tuple(f"{begin}{role}{end}" for end in ends)):
            return Identity(identity.kind, f"{begin}{name}{identity.name[len(begin) + len(role) :]}")
    return identity


def _attributes(
    identity: Identity, given: Attributes, roles: Mapping[str, str], major: int, other_major: int
) -> Attributes:
    kind = identity.kind
    made = {
        key: value
        for key, value in given.items()
        if (kind, key) not in _OF_THE_PLACE and _is_known(kind, key, major, other_major)
    }
    owner = roles.get(str(made["owner"]), made["owner"]) if "owner" in made else None
    if owner is not None:
        made["owner"] = owner
    if "roles" in made:
        made["roles"] = sorted({roles.get(each, each) for each in _texts(made["roles"])})
    if "grants" in made:
        has_maintain = min(major, other_major) >= _MAINTAIN_SINCE
        told = {_grant(each, owner, roles) for each in _texts(made["grants"])}
        made["grants"] = sorted(each for each in told if has_maintain or not each.startswith("MAINTAIN "))
    elif kind in _BUILT_IN and owner is not None:
        made["grants"] = sorted(built_in(kind, min(major, other_major)))
    return made


def _grant(line: str, owner: Value | None, roles: Mapping[str, str]) -> str:
    found = _GRANT.fullmatch(line)
    if found is None:
        return line
    role = roles.get(found["role"], found["role"])
    return f"{found['privilege']} TO {OWNER if role == owner else role}{found['option'] or ''}"


def _texts(value: Value) -> Iterable[str]:
    return value if isinstance(value, list | tuple) else ()


def _is_known(kind: str, attribute: str, major: int, other_major: int) -> bool:
    if major <= other_major:
        return True
    return attribute in _query(kind, other_major) or attribute not in _query(kind, major)


@cache
def _query(kind: str, major: int) -> str:
    return queries.single(kind, major)
