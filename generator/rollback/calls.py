"""Which functions a command calls of which gen does not know that they change nothing.

A SELECT may do whatever a function does: `SELECT archive_users()` is no question, and no other is
`CREATE TABLE log AS SELECT archive_users()`. Told apart by a list of PostgreSQL's own functions that migrations use;
any other name in front of a bracket is one that gen can't judge.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from generator.lint import tokens
from generator.lint.commands import Command, Name
from generator.lint.tokens import Kind

# Words in front of a bracket that are no function.
_SYNTAX = frozenset(
    """
    all and any array as between by case cast cube default distinct else end escape except exists extract filter from
    group having ilike in intersect is join key lateral like limit materialized not nulls offset on only or order over
    overlay partition position recursive returning rollup row select sets similar some substring table then to trim
    treat union using values when where window with within
    bit char character dec decimal double float int integer interval nchar numeric precision real time timestamp
    timestamptz timetz varbit varchar varying zone
    """.upper().split()
)
_WHOLE = ("SELECT", "WITH", "VALUES", "TABLE", "(", "INSERT", "UPDATE", "DELETE", "MERGE", "DECLARE")
# What a column has behind its DEFAULT.
_BEHIND_DEFAULT = frozenset(
    """
    check collate constraint deferrable generated initially not null primary references unique
    """.upper().split()
)
# What a sequence gives is gone with each failed transaction too: no loss.
HARMLESS = frozenset(
    """
    abs age array_agg array_append array_cat array_length array_lower array_position array_prepend array_remove
    array_replace array_to_json array_to_string array_upper ascii avg bit_and bit_or bool_and bool_or btrim
    cardinality cbrt ceil ceiling char_length chr clock_timestamp coalesce col_description concat concat_ws
    convert_from convert_to count cume_dist current_database current_schema current_schemas current_setting
    current_user currval date_bin date_part date_trunc daterange decode degrees dense_rank div encode every exists exp
    first_value floor format gen_random_uuid generate_series generate_subscripts greatest has_table_privilege hashtext
    initcap int4range int8range isempty isfinite json_agg json_array_elements json_array_elements_text
    json_array_length json_build_array json_build_object json_each json_each_text json_extract_path
    json_extract_path_text json_object json_object_agg json_object_keys json_populate_record json_strip_nulls
    json_to_record json_to_recordset json_typeof jsonb_agg jsonb_array_elements jsonb_array_elements_text
    jsonb_array_length jsonb_build_array jsonb_build_object jsonb_each jsonb_each_text jsonb_extract_path
    jsonb_extract_path_text jsonb_insert jsonb_object jsonb_object_agg jsonb_object_keys jsonb_path_exists
    jsonb_path_query jsonb_path_query_array jsonb_path_query_first jsonb_populate_record jsonb_pretty jsonb_set
    jsonb_strip_nulls jsonb_to_record jsonb_to_recordset jsonb_typeof justify_days justify_hours justify_interval lag
    last_value lastval lead least left length ln log lower lower_inc lpad ltrim make_date make_interval make_time
    make_timestamp make_timestamptz max md5 min mod mode nextval now nth_value ntile nullif numrange obj_description
    octet_length percent_rank percentile_cont percentile_disc pg_advisory_lock pg_advisory_unlock
    pg_advisory_xact_lock pg_backend_pid pg_get_constraintdef pg_get_indexdef pg_get_serial_sequence pg_get_viewdef
    pg_is_in_recovery pg_notify pg_relation_size pg_size_pretty pg_sleep pg_table_size pg_total_relation_size
    pg_try_advisory_lock pg_try_advisory_xact_lock pg_typeof pi power quote_ident quote_literal quote_nullable radians
    random range_agg range_merge rank regexp_match regexp_matches regexp_replace regexp_split_to_array
    regexp_split_to_table repeat replace reverse right round row_number row_to_json rpad rtrim session_user set_config
    sha224 sha256 sha384 sha512 sign split_part sqrt starts_with statement_timestamp stddev string_agg string_to_array
    string_to_table strpos substr sum timezone to_char to_date to_hex to_json to_jsonb to_number to_regclass
    to_regproc to_regtype to_timestamp to_tsquery to_tsvector transaction_timestamp translate trunc tsrange tstzrange
    txid_current unnest upper upper_inc variance version width_bucket
    """.upper().split()
)


def unknown(command: Command) -> Iterator[Name]:
    """The names that are called as soon as the command runs, each once, in their order."""
    seen: set[Name] = set()
    closing = _closing(command)
    for start, end in _running(command, closing):
        for index in range(max(start, 1), end):
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


def _running(command: Command, closing: Mapping[int, int]) -> Iterator[tuple[int, int]]:
    """Where expressions stand that are evaluated at once: not those of a view, a function, a CHECK."""
    cursor, end = command.cursor(), len(command.tokens)
    if cursor.take_any(*_WHOLE):
        yield 0, end
    elif cursor.take("COPY"):
        if 1 in closing:
            yield 2, closing[1]
        elif (at := command.find("WHERE")) is not None:
            yield at, end
    elif cursor.take("CREATE"):
        at = _query(command)
        if at is not None and not command.cursor(end - 3).take("WITH", "NO", "DATA"):
            yield at, end
    elif cursor.take("ALTER", "TABLE"):
        cursor.altered()
        for start, last in command.actions(cursor.at):
            default = command.find("DEFAULT", start=start, end=last)
            if default is not None and command.cursor(start).take("ADD"):
                yield default, _end_of_default(command, default + 1, last)


def _query(command: Command) -> int | None:
    """Where the query of a CREATE … AS begins whose rows are kept."""
    cursor = command.cursor(1)
    while cursor.take_any("GLOBAL", "LOCAL", "TEMP", "TEMPORARY", "UNLOGGED"):
        pass
    if not (cursor.take("TABLE") or cursor.take("MATERIALIZED", "VIEW")):
        return None
    while cursor.at < len(command.tokens):
        if cursor.take("AS"):
            return cursor.at
        if not cursor.brackets():
            cursor.at += 1
    return None


def _end_of_default(command: Command, start: int, end: int) -> int:
    depth = 0
    for index in range(start, end):
        token = command.tokens[index]
        depth += {"(": 1, ")": -1}.get(token.key, 0)
        if depth == 0 and token.key in _BEHIND_DEFAULT:
            return index
    return end


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
    # `ON CONFLICT (a)`, `THEN INSERT (a)` and `UPDATE t SET (a, b)`: words that may be a function's name elsewhere.
    is_no_call |= (before[-1:], found) in ((["ON"], ["conflict"]), (["THEN"], ["insert"]))
    is_no_call |= found == ["set"] and command.has("UPDATE")
    return None if is_no_call else tuple(found)


def _is_harmless(name: Name) -> bool:
    schema, last = name[:-1], name[-1]
    return schema in ((), ("pg_catalog",)) and last.upper() in HARMLESS


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
