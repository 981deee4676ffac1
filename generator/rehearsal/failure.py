"""Why goose stopped at a migration → a diagnostic at the character that the server points to."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass

from generator import model
from generator.database import goose, replay
from generator.database.address import Address
from generator.diagnostics import Diagnostic, Position
from generator.migrations.model import Migration, Statement
from generator.rehearsal import places, remedies

_LINE_OF_BLOCK = re.compile(r"function inline_code_block line (\d+)")
_DOLLAR = re.compile(r"\$\w*\$")
_ENVSUB = re.compile(r"^--.*\+goose\s+ENVSUB\s+ON", re.IGNORECASE | re.MULTILINE)
_COMMIT = re.compile(r"^\s*COMMIT\b", re.IGNORECASE | re.MULTILINE)
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Direction:
    """`rule` is that of a failure, `name` how a person calls it."""

    rule: str
    name: str
    is_up: bool

    def statements(self, migration: Migration) -> tuple[Statement, ...]:
        return migration.up if self.is_up else migration.down

    def place(self, migration: Migration) -> Position:
        return places.up(migration) if self.is_up else places.down(migration)


UP = Direction("rehearsal-up-failed", "Up", True)
DOWN = Direction("rehearsal-down-failed", "Down", False)
AGAIN = Direction("rehearsal-again-failed", "second Up, after the Down,", True)
WHOLE = Direction("rehearsal-whole-failed", "Up, in one run of all migrations,", True)


async def explain(
    service: model.Service,
    address: Address,
    migration: Migration,
    direction: Direction,
    ended: goose.Result,
    applied: Sequence[Migration],
) -> Diagnostic:
    """`applied` are the migrations that the database had before."""
    if ended.exit_code is None:
        return _too_slow(service, migration, direction)
    told = goose.failure(ended.output)
    statements = direction.statements(migration)
    refusal = None
    # What ENVSUB makes of a statement, only goose knows.
    if told is not None and told.sqlstate and not _ENVSUB.search(migration.text):
        refusal = await _again(address, migration, statements, told.query)
        if refusal is not None and refusal.sqlstate != told.sqlstate:
            refusal = None  # Something else is wrong with it now, such as what a COMMIT in it left.
    reason = refusal.message if refusal else told.message if told is not None else last_line(ended.output)
    where = direction.place(migration)
    number = (
        refusal.statement
        if refusal is not None
        else _number(statements, told.query if told is not None else None)
    )
    if number is not None:
        where = _place(migration, statements[number], refusal)
    rule, help = remedies.find(reason, service.table, direction.rule)
    lines = [help] if help else []
    if refusal is not None:
        lines += [f"{refusal.detail}"] if refusal.detail else []
        lines += [f"PostgreSQL's hint: {refusal.hint}"] if refusal.hint else []
    lines.append(_left(migration, direction, applied))
    state = (refusal.sqlstate if refusal else told.sqlstate if told else None) or ""
    message = f"the {direction.name} failed: {reason[:_LONGEST]}" + (f" (SQLSTATE {state})" if state else "")
    return Diagnostic(rule, message, "\n".join(lines), where)


def disturbed(migration: Migration, reason: str) -> Diagnostic:
    """The migration did something to the sessions that watch it."""
    return Diagnostic(
        UP.rule,
        f"the rehearsal of this migration was cut off: {' '.join(reason.split())[:_LONGEST]}",
        "a migration that ends other sessions, changes the migrating role or its database's limits, or drops "
        "goose's table cannot be rehearsed, and is dangerous in production too",
        places.up(migration),
    )


def _too_slow(service: model.Service, migration: Migration, direction: Direction) -> Diagnostic:
    return Diagnostic(
        direction.rule,
        f"the {direction.name} did not end within {service.limits.timeout} s, the time limit of the Job",
        "look for a wait that nothing ends, or raise `job.timeout`: in the cluster goose would be ended too",
        direction.place(migration),
    )


def missing_extension(name: str, where: Position) -> Diagnostic:
    return Diagnostic(
        "rehearsal-extension-missing",
        f"the extension {name} is not installed for the PostgreSQL that rehearses",
        f"install {name} there, or give `--database-url` of a PostgreSQL that has it",
        where,
    )


def role_exists(name: str, where: Position) -> Diagnostic:
    return Diagnostic(
        "rehearsal-role-missing",
        f"the role {name} is there already, and gen makes no throw-away role a member of a real one",
        "rehearse on a server without it: leave `--database-url` out, or name one that is only for rehearsals",
        where,
    )


async def _again(
    address: Address, migration: Migration, statements: Sequence[Statement], query: str | None
) -> replay.Refusal | None:
    """What the server says when the same is run once more. Without a transaction, only the statement that
    failed is: those before it are applied."""
    connection = await address.connect("gen-replay")
    try:
        if not migration.no_transaction:
            return await replay.refusal(connection, [each.text for each in statements], True)
        number = _number(statements, query)
        if number is None:
            return None
        found = await replay.refusal(connection, [statements[number].text], False)
        return None if found is None else dataclasses.replace(found, statement=number)
    finally:
        await connection.close()


def _number(statements: Sequence[Statement], query: str | None) -> int | None:
    """Which of them goose names."""
    if query is None:
        return None
    wanted = _squeezed(query)
    return next((place for place, each in enumerate(statements) if _squeezed(each.text) == wanted), None)


def _squeezed(text: str) -> str:
    """goose takes comments and line breaks out of the statement that it shows."""
    return re.sub(r"\s+", "", re.sub(r"^\s*--.*$", "", text, flags=re.MULTILINE)).rstrip(";")


def _place(migration: Migration, statement: Statement, refusal: replay.Refusal | None) -> Position:
    if refusal is not None and refusal.offset is not None and refusal.offset <= len(statement.text):
        word = re.compile(r"[\w$]+|.").match(statement.text, refusal.offset)
        return statement.position(migration.path, refusal.offset, len(word[0]) if word else 1)
    lines = statement.text.split("\n")
    number = next((place for place, each in enumerate(lines) if each.strip()), 0)
    inside = _LINE_OF_BLOCK.search(refusal.context) if refusal is not None else None
    body = _DOLLAR.search(statement.text)
    if inside is not None and body is not None:
        # The first line of a DO block's body is that of its opening dollar quote.
        number = min(statement.text.count("\n", 0, body.start()) + int(inside[1]) - 1, len(lines) - 1)
    line = lines[number]
    start = sum(len(each) + 1 for each in lines[:number]) + len(line) - len(line.lstrip())
    return statement.position(migration.path, start, len(line.strip()))


def _left(migration: Migration, direction: Direction, applied: Sequence[Migration]) -> str:
    before = (
        f"{applied[-1].version} and all before it are applied" if applied else "nothing is applied before it"
    )
    if migration.no_transaction:
        return (
            f"{before}; the statements of this file that stand before it stay: it runs without a transaction"
        )
    if any(_COMMIT.search(each.text) for each in direction.statements(migration)):
        return f"{before}; what stands before the COMMIT in this file stays"
    what = "nothing of this file stays" if direction.is_up else "nothing was undone"
    return f"{before}; {what}: goose rolled it back"


def last_line(output: str) -> str:
    lines = [each.strip() for each in output.splitlines() if each.strip()]
    return lines[-1] if lines else "goose said nothing"
