"""A setting that outlives the migration, or hides goose's own table from it.

goose runs all migrations on one connection, and writes the version in the migration's own transaction. Under
another search_path it does not find its table, even under SET LOCAL; any SET without LOCAL holds for the
migrations that follow.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator.diagnostics import Diagnostic
from generator.lint import tokens
from generator.lint.commands import Command, Cursor, Script
from generator.lint.tokens import Kind
from generator.model import Service

_ID = "lint-session-setting"
_PATH = "search_path"
_WHO = ("role", "session authorization")


def check(service: Service, script: Script) -> Iterator[Diagnostic]:
    in_transaction = not script.migration.no_transaction
    is_qualified = "." in service.table
    for commands in (script.up, script.down):
        for index, command in enumerate(commands):
            found = _setting(command)
            if found is None:
                continue
            name, is_local, at = found
            if _is_reset(commands[index + 1 :], name):
                continue
            message = _problem(name, is_local, in_transaction, is_qualified)
            if message is not None:
                yield Diagnostic(
                    _ID, message, _help(name, in_transaction, is_qualified), command.position(at, at)
                )


def _problem(name: str, is_local: bool, in_transaction: bool, is_qualified: bool) -> str | None:
    if name == _PATH and not is_qualified and (in_transaction or not is_local):
        return "`search_path` is still changed when goose writes the version: it may not find its own table"
    if is_local:
        return None
    if name in (_PATH, *_WHO):
        return f"`{name}` stays changed for the migrations that follow in the same run"
    # Without a transaction SET LOCAL does nothing, and there is no other way.
    return (
        f"`{name}` stays changed for the migrations that follow in the same run" if in_transaction else None
    )


def _help(name: str, in_transaction: bool, is_qualified: bool) -> str:
    if name == "session authorization":
        return "write `RESET SESSION AUTHORIZATION;` behind the statements that need it"
    if name == _PATH and not is_qualified:
        return "write the schema before each name, or `RESET search_path;` behind the statements that need it"
    if in_transaction:
        return "write `SET LOCAL`, which ends with the transaction (the third argument of set_config is then true)"
    return f"write `RESET {name};` behind the statements that need it"


def _setting(command: Command) -> tuple[str, bool, int] | None:
    """What is set, whether for the transaction alone, and the token that names it."""
    cursor = command.cursor()
    if not cursor.take("SET"):
        return _set_config(command)
    is_local = cursor.take("LOCAL")
    at = cursor.at
    name = _named(cursor)
    if name is None:
        return None
    cursor.take_any("TO", "=")
    return None if cursor.take_any("DEFAULT", "NONE") else (name, is_local, at)


def _named(cursor: Cursor) -> str | None:
    """None of what holds for the transaction alone."""
    if cursor.take("SESSION", "CHARACTERISTICS"):
        return "transaction mode"
    if cursor.take("SESSION", "AUTHORIZATION"):
        return "session authorization"
    cursor.take("SESSION")
    if cursor.take_any("CONSTRAINTS", "TRANSACTION"):
        return None
    return _PATH if cursor.take("SCHEMA") else _dotted(cursor)


def _set_config(command: Command) -> tuple[str, bool, int] | None:
    """`SELECT set_config('name', …, false)`, as pg_dump writes it."""
    if not command.starts("SELECT"):
        return None
    at = command.find("SET_CONFIG", "(", "'")
    if at is None:
        return None
    close = command.find(")", start=at)
    last = command.tokens[close - 1] if close is not None else None
    is_local = last is not None and last.value.upper() in ("TRUE", "T", "ON", "1")
    return command.tokens[at + 2].value.lower(), is_local, at + 2


def _is_reset(later: Sequence[Command], name: str) -> bool:
    for command in later:
        cursor = command.cursor()
        if cursor.take("RESET") or cursor.take("DISCARD"):
            if cursor.take("ALL"):
                return name not in _WHO
            if cursor.take("SESSION", "AUTHORIZATION"):
                if name == "session authorization":
                    return True
            elif _dotted(cursor) == name:
                return True
        elif cursor.take("SET"):
            cursor.take("LOCAL")
            if _named(cursor) == name and command.tokens[-1].key in ("DEFAULT", "NONE"):
                return True
    return False


def _dotted(cursor: Cursor) -> str | None:
    parts = []
    while cursor.at < len(cursor.tokens) and cursor.tokens[cursor.at].kind in (Kind.WORD, Kind.NAME):
        parts.append(tokens.folded(cursor.tokens[cursor.at]).lower())
        cursor.at += 1
        if not cursor.take("."):
            break
    return ".".join(parts) or None
