"""Pairs about the columns of one table `t` with a key `id`, in few words."""

from __future__ import annotations

from tests.support.pairs.pair import Change, Mutation, Pair

TYPE = "prisma-type"
NULLABILITY = "prisma-nullability"
DEFAULT = "prisma-default-differs"
ENUM = "prisma-enum"
NOTHING = ""


def table(columns: str, name: str = "t") -> str:
    return f"CREATE TABLE {name} (id int PRIMARY KEY, {columns});"


def model(fields: str, name: str = "t") -> str:
    """`fields` are lines."""
    lines = "".join(f"  {each.strip()}\n" for each in fields.splitlines())
    return f"model {name} {{\n  id Int @id\n{lines}}}\n"


def sql(rule: str, old: str, new: str, engine: str = "") -> Mutation:
    return Mutation(f"{old} → {new}", rule, sql=Change(old, new), engine=engine)


def prisma(rule: str, old: str, new: str, engine: str = "") -> Mutation:
    return Mutation(f"{old} ⇒ {new}", rule, prisma=Change(old, new), engine=engine)


def pair(
    name: str, columns: str, fields: str, *mutations: Mutation, engine: str = "", before: str = ""
) -> Pair:
    return Pair(name, table(columns), model(fields), mutations, engine, before)


def default(
    name: str, type: str, text: str, field: str, *others: str, engine: str = "", mutated: str = ""
) -> Pair:
    """A column `a` of a type with this default; each of `others` is a default in SQL that is not equal. `mutated` is
    why the engine is wrong about these, as `engine` is about the pair."""
    mutations = tuple(sql(DEFAULT, f"DEFAULT {text})", f"DEFAULT {other})", mutated) for other in others)
    return Pair(name, table(f"a {type} DEFAULT {text}"), model(f"a {field}"), mutations, engine)
