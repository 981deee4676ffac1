"""Operator classes as Prisma names them, and which of them PostgreSQL takes anyway.

`ops: JsonbPathOps` is `jsonb_path_ops`. One that is the type's default for the access method is none: the
database does not tell whether somebody wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

METHODS: Mapping[str, str] = {
    "BTree": "btree",
    "Hash": "hash",
    "Gist": "gist",
    "Gin": "gin",
    "SpGist": "spgist",
    "Brin": "brin",
}

# Prisma's OperatorClass: those that its schema knows by name.
_KINDS = ("Bloom", "MinMax", "MinMaxMulti")
_BRIN = ("Date", "Float4", "Float8", "Inet", "Int2", "Int4", "Int8", "Numeric", "Oid", "Time", "TimeTz")
NAMED = frozenset(
    {
        *("InetOps", "JsonbOps", "JsonbPathOps", "ArrayOps", "TextOps", "BitMinMaxOps", "VarBitMinMaxOps"),
        *("BpcharBloomOps", "BpcharMinMaxOps", "ByteaBloomOps", "ByteaMinMaxOps", "InetInclusionOps"),
        *("TextBloomOps", "TextMinMaxOps"),
        *(f"{each}{kind}Ops" for each in (*_BRIN, "Timestamp", "TimestampTz", "Uuid") for kind in _KINDS),
    }
)

# pg_opclass.opcdefault of PostgreSQL 13 to 18. A type's name alone is no rule: `varchar_ops` is no default.
_OF_TYPES = re.compile(
    r"(aclitem|array|bit|bool|bpchar|bytea|char|cid|date|enum|float[48]|inet|int[248]|interval|jsonb|macaddr8?|money"
    r"|multirange|name|numeric|oid|oidvector|pg_lsn|range|record|text|tid|time|timestamp|timestamptz|timetz|tsquery"
    r"|tsvector|uuid|varbit|xid|xid8)_ops"
)
_DEFAULTS: Mapping[str, frozenset[str]] = {
    "gin": frozenset({"array_ops", "jsonb_ops", "tsvector_ops"}),
    "gist": frozenset(
        f"{each}_ops"
        for each in ("box", "circle", "multirange", "point", "poly", "range", "tsquery", "tsvector")
    ),
    "spgist": frozenset(f"{each}_ops" for each in ("box", "inet", "poly", "quad_point", "range", "text")),
}


def named(name: str, method: str) -> str | None:
    """What `ops: <name>` is, a member of NAMED; None for the default."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return raw(
        words.replace("var_bit", "varbit")
        .replace("min_max", "minmax")
        .replace("timestamp_tz", "timestamptz")
        .replace("time_tz", "timetz"),
        method,
    )


def raw(name: str, method: str) -> str | None:
    """What `ops: raw("<name>")` is; None for the default."""
    plain = name.strip().removeprefix("pg_catalog.")
    if method in ("btree", "hash"):
        is_default = _OF_TYPES.fullmatch(plain) is not None
    elif method == "brin":
        # An address has two, and that which includes is its default.
        is_default = re.fullmatch(r"(?!inet_minmax)\w+_(minmax|inclusion)_ops", plain) is not None
    else:
        is_default = plain in _DEFAULTS.get(method, ())
    return None if is_default else plain
