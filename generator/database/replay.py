"""Runs SQL statement by statement until the server refuses one, to learn what goose does not pass on: where
in the text the mistake is, the server's detail and its hint.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg
from asyncpg import exceptions


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the server said of the statement with this index; `offset` counts characters of its text from 0.

    `offset` is None where the server names no place, or one inside a function's body; `context` is then where
    it was in that, in the server's words.
    """

    statement: int
    message: str
    sqlstate: str
    detail: str
    hint: str
    context: str
    offset: int | None


async def refusal(
    connection: asyncpg.Connection, statements: Sequence[str], in_transaction: bool
) -> Refusal | None:
    """The first refusal, None if the server takes them all; in a transaction, nothing of it stays."""
    if not in_transaction:
        return await _refusal(connection, statements)
    transaction = connection.transaction()
    await transaction.start()
    try:
        return await _refusal(connection, statements)
    finally:
        if not connection.is_closed():
            await transaction.rollback()


async def _refusal(connection: asyncpg.Connection, statements: Sequence[str]) -> Refusal | None:
    for number, text in enumerate(statements):
        try:
            await connection.execute(text)
        except exceptions.PostgresError as error:
            told = error.as_dict()
            position = told.get("position")
            return Refusal(
                number,
                told.get("message") or str(error),
                told.get("sqlstate") or "",
                told.get("detail") or "",
                told.get("hint") or "",
                told.get("context") or "",
                int(position) - 1 if position else None,
            )
        except (exceptions.InterfaceError, OSError) as error:
            return Refusal(number, str(error), "", "", "", "", None)
    return None
