"""Pairs of indexes: columns, order, names, access methods, operator classes."""

from __future__ import annotations

from tests.support.pairs.columns import NOTHING, prisma, sql
from tests.support.pairs.keys import INDEX, UNIQUE
from tests.support.pairs.pair import Mutation, Pair

# Why Prisma's engine is wrong.
_RAW = "reads no operator class that it has no name for"
_TWINS = "does not look at the names of indexes where several are of the same columns"

_COLUMNS = (
    "id int PRIMARY KEY, a int NOT NULL, b int NOT NULL, s text NOT NULL, j jsonb NOT NULL, l int[], i inet"
)
_FIELDS = "  id Int @id\n  a Int\n  b Int\n  s String\n  j Json\n  l Int[]\n  i String? @db.Inet\n"


def _pair(name: str, index: str, line: str, *mutations: Mutation, engine: str = "") -> Pair:
    """`index` is what stands behind CREATE, `line` is a block attribute of its own or several."""
    return Pair(
        name,
        f"CREATE TABLE t ({_COLUMNS}); CREATE {index};",
        f"model t {{\n{_FIELDS}  {line}\n}}\n",
        mutations,
        engine,
    )


_PLAIN = (
    _pair(
        "@@index",
        "INDEX t_a_idx ON t (a)",
        "@@index([a])",
        sql(INDEX, "CREATE INDEX t_a_idx ON t (a);", ""),
        sql(INDEX, "t_a_idx", "own"),
        sql(INDEX, "(a)", "(a DESC)"),
        sql(INDEX, "(a)", "(b)"),
        sql(INDEX, "(a)", "(a, b)"),
        sql(INDEX, "ON t (a)", "ON t USING hash (a)"),
        sql(UNIQUE, "INDEX t_a_idx", "UNIQUE INDEX t_a_idx"),
        sql(INDEX, "INDEX t_a_idx", "INDEX t_b_idx ON t (b); CREATE INDEX t_a_idx"),
        sql(NOTHING, "(a)", "(a NULLS FIRST)"),
        prisma(INDEX, "  @@index([a])\n", ""),
        prisma(INDEX, "[a]", "[a(sort: Desc)]"),
        prisma(INDEX, "[a])", "[a], type: Brin)"),
        prisma(UNIQUE, "@@index", "@@unique"),
    ),
    _pair(
        "@@index of several columns",
        "INDEX t_a_b_s_idx ON t (a, b DESC, s)",
        "@@index(fields: [a, b(sort: Desc), s])",
        sql(INDEX, "(a, b DESC, s)", "(b DESC, a, s)"),
        sql(INDEX, "(a, b DESC, s)", "(a, b, s)"),
        sql(INDEX, "(a, b DESC, s)", "(a, b DESC)"),
        sql(INDEX, "(a, b DESC, s)", "(a DESC, b DESC, s)"),
        sql(NOTHING, "b DESC", "b DESC NULLS LAST"),
        prisma(INDEX, "[a, b(sort: Desc), s]", "[a, s, b(sort: Desc)]"),
        prisma(INDEX, "sort: Desc", "sort: Asc"),
    ),
    _pair(
        "@@index(map)",
        "INDEX own ON t (b, a)",
        '@@index([b, a], map: "own", type: BTree)',
        sql(INDEX, "own", "t_b_a_idx"),
        sql(INDEX, "(b, a)", "(a, b)"),
        prisma(INDEX, ', map: "own"', ""),
        prisma(INDEX, '"own"', '"other"'),
        prisma(INDEX, "BTree", "Brin"),
    ),
    _pair(
        "@@index(name), the old word for map",
        "INDEX own ON t (a)",
        '@@index([a], name: "own")',
        sql(INDEX, "own", "other"),
        prisma(INDEX, ', name: "own"', ""),
    ),
    _pair(
        "two indexes of the same column",
        "INDEX t_a_idx ON t (a); CREATE INDEX own ON t (a DESC); CREATE INDEX fast ON t USING hash (a)",
        '@@index([a])\n  @@index([a(sort: Desc)], map: "own")\n  @@index([a], map: "fast", type: Hash)',
        sql(INDEX, "CREATE INDEX own ON t (a DESC);", ""),
        sql(INDEX, "t_a_idx", "other", _TWINS),
        prisma(INDEX, '  @@index([a], map: "fast", type: Hash)\n', ""),
        prisma(INDEX, '"own"', '"other"', _TWINS),
    ),
    _pair(
        "an index with a collation",
        'INDEX t_s_idx ON t (s COLLATE "C")',
        "@@index([s])",
        sql(NOTHING, ' COLLATE "C"', ""),
        sql(INDEX, 's COLLATE "C"', 's COLLATE "C" DESC'),
        prisma(INDEX, "  @@index([s])\n", ""),
    ),
)

_METHODS = (
    _pair(
        "Hash",
        "INDEX t_a_idx ON t USING hash (a)",
        "@@index([a], type: Hash)",
        sql(INDEX, "USING hash", "USING brin"),
        sql(INDEX, "USING hash ", ""),
        prisma(INDEX, ", type: Hash", ""),
    ),
    _pair(
        "Gin",
        "INDEX t_j_idx ON t USING gin (j); CREATE INDEX t_l_idx ON t USING gin (l)",
        "@@index([j(ops: JsonbOps)], type: Gin)\n  @@index([l], type: Gin)",
        sql(INDEX, "(j)", "(j jsonb_path_ops)"),
        sql(INDEX, "USING gin (j)", "(j)"),
        sql(INDEX, "USING gin (l)", "(l)"),
        prisma(INDEX, "JsonbOps", "JsonbPathOps"),
        prisma(INDEX, "[l], type: Gin", "[l]"),
    ),
    _pair(
        "Gin with operator classes",
        "INDEX t_j_idx ON t USING gin (j jsonb_path_ops); CREATE INDEX t_l_idx ON t USING gin (l array_ops)",
        "@@index([j(ops: JsonbPathOps)], type: Gin)\n  @@index([l(ops: ArrayOps)], type: Gin)",
        sql(INDEX, " jsonb_path_ops", ""),
        sql(INDEX, "(l array_ops)", "(l, j)"),
        prisma(INDEX, "(ops: JsonbPathOps)", ""),
    ),
    _pair(
        "Gist",
        "INDEX t_i_idx ON t USING gist (i inet_ops)",
        "@@index([i(ops: InetOps)], type: Gist)",
        sql(INDEX, "gist (i inet_ops)", "spgist (i)"),
        prisma(INDEX, "Gist", "SpGist"),
    ),
    _pair(
        "SpGist",
        "INDEX t_i_idx ON t USING spgist (i); CREATE INDEX t_s_idx ON t USING spgist (s)",
        "@@index([i(ops: InetOps)], type: SpGist)\n  @@index([s(ops: TextOps)], type: SpGist)",
        sql(INDEX, "spgist (i)", "gist (i inet_ops)"),
        sql(INDEX, "USING spgist (s)", "(s)"),
        prisma(INDEX, "[s(ops: TextOps)], type: SpGist", "[s]"),
    ),
    _pair(
        "Brin",
        "INDEX t_a_b_idx ON t USING brin (a, b int4_minmax_multi_ops)",
        "@@index([a, b(ops: Int4MinMaxMultiOps)], type: Brin)",
        sql(INDEX, "(a, b int4_minmax_multi_ops)", "(a, b)"),
        sql(INDEX, "(a, b int4_minmax_multi_ops)", "(b int4_minmax_multi_ops, a)"),
        sql(INDEX, "(a, b", "(a int4_bloom_ops, b"),
        prisma(INDEX, "Int4MinMaxMultiOps", "Int4BloomOps"),
        prisma(INDEX, "Int4MinMaxMultiOps", "Int4MinMaxOps"),
        prisma(INDEX, "[a, b(ops: Int4MinMaxMultiOps)], type: Brin", "[a, b]"),
    ),
    _pair(
        "Gin of another type",
        "INDEX t_l_idx ON t USING gin (l array_ops)",
        '@@index([l(ops: raw("array_ops"))], type: Gin)',
        sql(INDEX, "USING gin (l array_ops)", "(l)"),
        engine=_RAW,
    ),
    _pair(
        "an operator class as text",
        "INDEX t_s_a_idx ON t (s text_pattern_ops DESC, a)",
        '@@index([s(ops: raw("text_pattern_ops"), sort: Desc), a])',
        sql(INDEX, " text_pattern_ops", ""),
        sql(INDEX, "text_pattern_ops", "varchar_pattern_ops"),
        sql(INDEX, " DESC", ""),
        prisma(INDEX, "text_pattern_ops", "text_ops"),
        prisma(INDEX, 'ops: raw("text_pattern_ops"), ', "", _RAW),
        engine=_RAW,
    ),
)

# What Prisma calls each type of BRIN's operator classes, PostgreSQL's word in them, and a column of it on each side.
_TYPES = {
    "Bit": ("bit", "bit(3)", "String? @db.Bit(3)"),
    "VarBit": ("varbit", "varbit(3)", "String? @db.VarBit(3)"),
    "Bpchar": ("bpchar", "char(3)", "String? @db.Char(3)"),
    "Bytea": ("bytea", "bytea", "Bytes?"),
    "Text": ("text", "text", "String?"),
    "Date": ("date", "date", "DateTime? @db.Date"),
    "Float4": ("float4", "real", "Float? @db.Real"),
    "Float8": ("float8", "double precision", "Float?"),
    "Inet": ("inet", "inet", "String? @db.Inet"),
    "Int2": ("int2", "smallint", "Int? @db.SmallInt"),
    "Int4": ("int4", "int", "Int?"),
    "Int8": ("int8", "bigint", "BigInt?"),
    "Numeric": ("numeric", "numeric(9,2)", "Decimal? @db.Decimal(9, 2)"),
    "Oid": ("oid", "oid", "Int? @db.Oid"),
    "Time": ("time", "time(3)", "DateTime? @db.Time(3)"),
    "TimeTz": ("timetz", "timetz(3)", "DateTime? @db.Timetz(3)"),
    "Timestamp": ("timestamp", "timestamp(3)", "DateTime?"),
    "TimestampTz": ("timestamptz", "timestamptz(3)", "DateTime? @db.Timestamptz(3)"),
    "Uuid": ("uuid", "uuid", "String? @db.Uuid"),
}
_KINDS = {
    "MinMax": ("minmax", tuple(_TYPES)),
    "Bloom": ("bloom", tuple(each for each in _TYPES if each not in ("Bit", "VarBit"))),
    "MinMaxMulti": (
        "minmax_multi",
        tuple(each for each in _TYPES if each not in ("Bit", "VarBit", "Bpchar", "Bytea", "Text")),
    ),
    "Inclusion": ("inclusion", ("Inet",)),
}


def _of_brin(kind: str) -> Pair:
    """Each operator class on an index of its own; changed to another where the type has one."""
    word, types = _KINDS[kind]
    other = "minmax" if kind == "Bloom" else "bloom"
    columns, indexes, fields, lines, mutations = [], [], [], [], []
    for type in types:
        name, column, field = _TYPES[type]
        columns.append(f'"{name}" {column}')
        index = f'USING brin ("{name}" {name}_{word}_ops)'
        indexes.append(f"CREATE INDEX t_{name}_idx ON t {index};")
        fields.append(f"{name} {field}")
        lines.append(f"@@index([{name}(ops: {type}{kind}Ops)], type: Brin)")
        changed = index.replace(word, other) if type in _KINDS["Bloom"][1] else f'("{name}")'
        mutations.append(sql(INDEX, index, changed))
    return Pair(
        f"Brin, {kind}",
        f"CREATE TABLE t (id int PRIMARY KEY, {', '.join(columns)}); {' '.join(indexes)}",
        "model t {\n  id Int @id\n" + "".join(f"  {each}\n" for each in (*fields, *lines)) + "}\n",
        tuple(mutations),
    )


PAIRS: tuple[Pair, ...] = (*_PLAIN, *_METHODS, *(_of_brin(each) for each in _KINDS))
