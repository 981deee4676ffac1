"""Which functions a query calls of which gen does not know that they change nothing.

A SELECT may do whatever a function does: `SELECT archive_users()` is no question. Told apart by a list of
PostgreSQL's own functions that migrations use; any other name in front of a bracket is one that gen can't judge.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from generator.lint import tokens
from generator.lint.commands import Command, Name
from generator.lint.tokens import Kind

# Words in front of a bracket that are no function.
_SYNTAX = frozenset(
    """
    all and any array as between by case cast cube distinct else end escape except except exists extract filter from
    group having ilike in intersect is join key lateral like limit materialized not nulls offset on or order over
    overlay partition position recursive returning rollup row select sets similar some substring table then to trim
    treat union using values when where window with within
    bit char character dec decimal double float int integer interval nchar numeric precision real time timestamp
    timestamptz timetz varbit varchar varying zone
    """.upper().split()
)
_HARMLESS = frozenset(
    """
    abs age array_agg array_length array_to_string avg bool_and bool_or btrim cardinality ceil ceiling char_length
    clock_timestamp coalesce col_description concat concat_ws count current_database current_schema current_schemas
    current_setting current_user date_part date_trunc dense_rank encode every exists first_value floor format
    gen_random_uuid generate_series greatest has_table_privilege initcap json_agg json_build_object jsonb_agg
    jsonb_build_array jsonb_build_object jsonb_object_agg jsonb_set lag last_value lead least left length lower lpad
    ltrim make_date max md5 min mod now nullif obj_description octet_length pg_advisory_lock pg_advisory_unlock
    pg_advisory_xact_lock pg_backend_pid pg_get_constraintdef pg_get_indexdef pg_get_serial_sequence pg_get_viewdef
    pg_is_in_recovery pg_notify pg_relation_size pg_size_pretty pg_sleep pg_table_size pg_total_relation_size
    pg_try_advisory_lock pg_try_advisory_xact_lock pg_typeof power quote_ident quote_literal quote_nullable random rank
    regexp_match regexp_matches regexp_replace repeat replace reverse right round row_number row_to_json rpad rtrim
    session_user set_config sign split_part sqrt statement_timestamp string_agg string_to_array strpos substr sum
    to_char to_date to_json to_jsonb to_number to_regclass to_regproc to_regtype to_timestamp transaction_timestamp
    trunc txid_current unnest upper version
    """.upper().split()
)


def unknown(command: Command) -> Iterator[Name]:
    """The names, each once, in their order."""
    seen: set[Name] = set()
    closing = _closing(command)
    for index in range(1, len(command.tokens)):
        if command.tokens[index].key != "(":
            continue
        name = _before(command, index)
        if (
            name is not None
            and name not in seen
            and not _is_harmless(name)
            and not _is_alias(command, index, closing)
        ):
            seen.add(name)
            yield name


def _before(command: Command, bracket: int) -> Name | None:
    """The name in front of a bracket, None where there is none, or where a name cannot be a function's."""
    at = bracket - 1
    last = command.tokens[at]
    if last.kind not in (Kind.WORD, Kind.NAME):
        return None
    found = [tokens.folded(last)]
    while (
        at >= 2
        and command.tokens[at - 1].key == "."
        and command.tokens[at - 2].kind in (Kind.WORD, Kind.NAME)
    ):
        at -= 2
        found.insert(0, tokens.folded(command.tokens[at]))
    if len(found) == 1 and last.kind is Kind.WORD and last.value in _SYNTAX:
        return None
    # `AS t(a, b)`, `INSERT INTO t (a)` and `::t(1)`.
    before = [each.key for each in command.tokens[max(0, at - 2) : at]]
    is_no_call = before[-1:] in (["AS"], ["INTO"]) or before == [":", ":"]
    return None if is_no_call else tuple(found)


def _is_harmless(name: Name) -> bool:
    schema, last = name[:-1], name[-1]
    return schema in ((), ("pg_catalog",)) and last.upper() in _HARMLESS


def _closing(command: Command) -> dict[int, int]:
    """Where each bracket is closed."""
    found: dict[int, int] = {}
    opened: list[int] = []
    for index, token in enumerate(command.tokens):
        if token.key == "(":
            opened.append(index)
        elif token.key == ")" and opened:
            found[opened.pop()] = index
    return found


def _is_alias(command: Command, bracket: int, closing: Mapping[int, int]) -> bool:
    """`name (a, b) AS (` of a WITH, and `f() name (a, b)` of a FROM."""
    cursor = command.cursor(closing.get(bracket, len(command.tokens)) + 1)
    if cursor.take("AS"):
        cursor.take("NOT")
        cursor.take("MATERIALIZED")
        return cursor.take("(")
    return bracket >= 2 and command.tokens[bracket - 2].key == ")"
