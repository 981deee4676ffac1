"""What Kubernetes, PostgreSQL and Prometheus accept as a name, before they are asked in the middle of a sync.

The limits are those of `k8s.io/apimachinery/pkg/util/validation/validation.go`. Every function returns
what is wrong with the text, or None. `fullmatch` throughout: `$` would let a final newline pass.
"""

from __future__ import annotations

import re

from generator.text.problem import shown

_LABEL = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?")
_QUALIFIED = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?")
_DATA_KEY = re.compile(r"[-._a-zA-Z0-9]+")
_C_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SQL_IDENTIFIER = re.compile(r"[a-z_][a-z0-9_]*")

MAX_LABEL = 63
MAX_SUBDOMAIN = 253
# NAMEDATALEN - 1: PostgreSQL cuts longer names off, and goose would not find its table again.
MAX_SQL_IDENTIFIER = 63
MAX_GROUP = 256

# Reserved in PostgreSQL 15 and later: `pg_get_keywords()`, categories R and T. goose writes the table's
# name into its SQL without quotes (internal/dialects/postgres.go).
_RESERVED_SQL = frozenset(
    """all analyse analyze and any array as asc asymmetric authorization binary both case cast check
    collate collation column concurrently constraint create cross current_catalog current_date
    current_role current_schema current_time current_timestamp current_user default deferrable desc
    distinct do else end except false fetch for foreign freeze from full grant group having ilike in
    initially inner intersect into is isnull join lateral leading left like limit localtime
    localtimestamp natural not notnull null offset on only or order outer overlaps placing primary
    references returning right select session_user similar some symmetric system_user table
    tablesample then to trailing true union unique user using variadic verbose when where window
    with""".split()  # noqa: SIM905 - eighty lines of one word each read worse
)


def dns_label(text: str) -> str | None:
    """Services, namespaces, Jobs, containers: an RFC 1123 label."""
    if wrong := _size(text, MAX_LABEL):
        return wrong
    if _LABEL.fullmatch(text):
        return None
    if "." in text and dns_subdomain(text) is None:
        return f"{shown(text)} has a `.` in it"
    return _lower_case_hint(text) or f"{shown(text)} is not a DNS label"


def dns_subdomain(text: str) -> str | None:
    """Secrets, ConfigMaps, ServiceAccounts, Roles: RFC 1123 labels joined by dots.

    As in Kubernetes, a single part may be longer than 63 characters.
    """
    if wrong := _size(text, MAX_SUBDOMAIN):
        return wrong
    if all(_LABEL.fullmatch(part) for part in text.split(".")):
        return None
    return _lower_case_hint(text) or f"{shown(text)} is not a DNS name"


def label_key(text: str) -> str | None:
    """`name` or `prefix/name`; annotations have the same keys."""
    prefix, slash, name = text.rpartition("/")
    if slash:
        if not prefix:
            return f"the key {shown(text)} has nothing before its `/`"
        if "/" in prefix:
            return f"the key {shown(text)} has more than one `/`"
        if wrong := dns_subdomain(prefix):
            return f"the prefix of the key is wrong: {wrong}"
    if wrong := _size(name, MAX_LABEL):
        return wrong
    if not _QUALIFIED.fullmatch(name):
        return f"{shown(text)} is not a label key"
    return None


def annotation_key(text: str) -> str | None:
    """As a label's key. Kubernetes lower-cases an annotation's key before it checks it."""
    return label_key(text.lower())


def label_value(text: str) -> str | None:
    """May be empty."""
    if len(text) > MAX_LABEL:
        return f"{shown(text)} is too long: {len(text)} characters of at most {MAX_LABEL}"
    if text and not _QUALIFIED.fullmatch(text):
        return f"{shown(text)} is not a label value"
    return None


def data_key(text: str) -> str | None:
    """A key of a ConfigMap or a Secret, which becomes a file's name in a volume."""
    if wrong := _size(text, MAX_SUBDOMAIN):
        return wrong
    if text == "." or text.startswith(".."):
        return f"{shown(text)} can't be the name of a file in a volume"
    if not _DATA_KEY.fullmatch(text):
        return f"{shown(text)} is not a key of a Secret or a ConfigMap"
    return None


def environment_name(text: str) -> str | None:
    """An environment variable, narrower than Kubernetes: `.` and `-` can't be read by a shell."""
    if not text:
        return "the name is empty"
    if not _C_IDENTIFIER.fullmatch(text):
        return f"{shown(text)} is not the name of an environment variable"
    return None


def service_account(text: str) -> str | None:
    """A DNS subdomain."""
    return dns_subdomain(text)


def postgres_table(text: str) -> str | None:
    """`table` or `schema.table` for goose's `-table`, which goose writes into SQL as it stands."""
    parts = text.split(".")
    if len(parts) > 2:
        return f"{shown(text)} has more than one `.`"
    for part in parts:
        if wrong := _sql_identifier(part):
            return wrong
    if len(parts) == 2 and (parts[0].startswith("pg_") or parts[0] == "information_schema"):
        return f"the schema {shown(parts[0])} belongs to PostgreSQL"
    return None


def rbac_group(text: str) -> str | None:
    """A group of the identity provider, as the subject of a RoleBinding.

    Kubernetes accepts any text. `system:` groups are refused: `system:authenticated` is everybody, and
    `system:masters` may do everything without asking RBAC.
    """
    if wrong := _size(text, MAX_GROUP):
        return wrong
    if text != text.strip():
        return f"the group {shown(text)} begins or ends with white space"
    if not text.isprintable():
        return f"the group {shown(text)} has a character that can't be printed"
    if text.casefold().startswith("system:"):
        return f"the group {shown(text)} is one of Kubernetes' own"
    if "*" in text:
        return f"the group {shown(text)} has a `*`, which RBAC does not read as a pattern"
    return None


def prometheus_label_name(text: str) -> str | None:
    """A label of an alert. Names with `__` in front are Prometheus' own."""
    if not text:
        return "the name is empty"
    if not _C_IDENTIFIER.fullmatch(text):
        return f"{shown(text)} is not the name of a Prometheus label"
    if text.startswith("__"):
        return f"{shown(text)} begins with `__`, which Prometheus keeps for itself"
    return None


def _sql_identifier(text: str) -> str | None:
    if wrong := _size(text, MAX_SQL_IDENTIFIER):
        return wrong
    if not _SQL_IDENTIFIER.fullmatch(text):
        hint = " without quotes PostgreSQL would look for its lower-case form" if text != text.lower() else ""
        return f"{shown(text)} is not a plain PostgreSQL name{':' if hint else ''}{hint}"
    if text in _RESERVED_SQL:
        return f"{shown(text)} is a reserved word of PostgreSQL"
    return None


def _size(text: str, most: int) -> str | None:
    if not text:
        return "the name is empty"
    if len(text) > most:
        return f"{shown(text)} is too long: {len(text)} characters of at most {most}"
    return None


def _lower_case_hint(text: str) -> str | None:
    lowered = text.lower().replace("_", "-")
    if lowered != text and all(_LABEL.fullmatch(part) for part in lowered.split(".")):
        return f"{shown(text)} has capital letters or `_`: {shown(lowered)} would do"
    return None
