"""The statements of a Down that lose data, or may: somebody has to agree before they run.

More is told than lint-irreversible tells of an Up, which has to be certain: what overwrites values, and code whose
effect is not to be seen in the text. Not told is what PostgreSQL can make again (indexes, views, constraints), and
what it refuses while there is data (DROP TYPE without CASCADE). What the same Down made before is no loss.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from generator.lint import losing, tokens
from generator.lint.commands import Command, Cursor, Name, Script
from generator.lint.made import Made
from generator.lint.places import Place
from generator.lint.tokens import Kind
from generator.migrations import quoting
from generator.migrations.model import Statement
from generator.rollback import calls

_CODE = "runs code that gen can't judge"
_EVERY = "every row of it"
_MATCHING = "the rows that match"
# An identifier has 63 bytes at most; this is one with its schema.
_LONGEST_NAME = 130

_OF_IT = {
    "TABLE": _EVERY,
    "SEQUENCE": "its value",
    "EXTENSION": "its own tables, and what they hold",
    "DATABASE": "everything in it",
    "SCHEMA": "every table in it, with its rows",
    "TYPE": "every column that has it",
    "DOMAIN": "every column that has it",
    "COLLATION": "every column that has it",
    "ACCESS METHOD": "every table that has it, with its rows",
}
_WITH_CASCADE = (*losing.WITH_CASCADE, "COLLATION", "ACCESS METHOD")
# The conversion to one of these keeps every value, if the statement does not say how to convert.
_KEEPS_ALL = (("TEXT",), ("VARCHAR",), ("CHARACTER", "VARYING"))
_QUERIES = ("SELECT", "WITH", "VALUES", "TABLE", "(")
_STORED = ("FUNCTION", "PROCEDURE", "RULE", "TRIGGER", "VIEW")
_BEFORE_KIND = ("OR", "REPLACE", "TEMP", "TEMPORARY", "RECURSIVE", "CONSTRAINT", "EVENT")
# What loses no data whatever stands behind it, unless it is told below.
_HARMLESS = frozenset(
    {
        "ABORT", "ALTER", "ANALYSE", "ANALYZE", "BEGIN", "CHECKPOINT", "CLOSE", "CLUSTER", "COMMENT", "COMMIT", "COPY",
        "CREATE", "DEALLOCATE", "DECLARE", "DELETE", "DISCARD", "DROP", "END", "EXPLAIN", "FETCH", "GRANT", "IMPORT",
        "INSERT", "LISTEN", "LOCK", "MERGE", "MOVE", "NOTIFY", "PREPARE", "REASSIGN", "REFRESH", "REINDEX", "RELEASE",
        "RESET", "REVOKE", "ROLLBACK", "SAVEPOINT", "SECURITY", "SET", "SHOW", "START", "TRUNCATE", "UNLISTEN",
        "UPDATE", "VACUUM", *_QUERIES,
    }
)  # fmt: skip
_FOR_NAMES = ("GRANT", "REVOKE", "COMMENT", "SET", "RESET")


@dataclass(frozen=True, slots=True)
class Loss:
    """`what` names the object and what of it is lost: `DROP TABLE users: every row of it`."""

    statement: Statement
    what: str


def of(script: Script) -> tuple[Loss, ...]:
    """What the Down of a migration loses, in the order of its statements."""
    made = Made.strictly()
    found: dict[Loss, None] = {}
    for command in script.down:
        for what in _of(command, made):
            found[Loss(command.statement, what)] = None
        made.note(command)
    for each in _substituted(script, {each.statement for each in found}):
        found[each] = None
    order = {id(each): number for number, each in enumerate(script.migration.down)}
    return tuple(sorted(found, key=lambda each: order[id(each.statement)]))


def _substituted(script: Script, told: set[Statement]) -> Iterator[Loss]:
    """What ENVSUB makes of a statement is known in the pod only, unless it is a role's name or a comment."""
    named = {each.statement for each in script.down if each.tokens[0].key in _FOR_NAMES}
    for each in script.migration.down:
        if each in told or each in named or Place("", script.source, each).is_as_written:
            continue
        yield Loss(each, "ENVSUB: what it makes of this statement is known only in the pod")


def _of(command: Command, made: Made) -> Iterator[str]:
    first = command.tokens[0].key
    if first == "DROP":
        yield from _dropped(command, made)
    elif first == "ALTER":
        yield from _altered(command, made)
    elif first == "TRUNCATE":
        yield from _truncated(command, made)
    elif first not in _HARMLESS or _runs_more(command):
        yield f"{quoting.shown(first)}: {_CODE}"
    elif first not in ("PREPARE", "EXPLAIN") and not _is_stored(command):
        yield from _written(command, made)
    verb = "SELECT" if first == "(" else first if first in _QUERIES else f"{first} …"
    for name in calls.unknown(command):
        yield f"{verb} {_shown(name)}(…): {_CODE}"


def _runs_more(command: Command) -> bool:
    """EXPLAIN ANALYZE runs what it explains, PROGRAM a program of the server's, and AS EXECUTE what was prepared."""
    return (
        (command.starts("EXPLAIN") and any(command.has(each) for each in ("ANALYZE", "ANALYSE")))
        or (command.starts("COPY") and command.has("PROGRAM"))
        or (command.starts("CREATE") and command.has("AS", "EXECUTE"))
    )


def _is_stored(command: Command) -> bool:
    """Whether what it holds is kept for later."""
    cursor = command.cursor()
    if not cursor.take("CREATE"):
        return False
    while cursor.take_any(*_BEFORE_KIND):
        pass
    return cursor.take_any(*_STORED)


def _dropped(command: Command, made: Made) -> Iterator[str]:
    cursor = command.cursor(1)
    if cursor.take("OWNED", "BY"):
        for start, end in command.actions(cursor.at):
            yield f"DROP OWNED BY {_named(command, start, end)}: whatever the role owns, with its rows"
        return
    kind = next((each for each in _OF_IT if cursor.take(*each.split())), "")
    is_cascading = command.has("CASCADE")
    if not kind or (kind in _WITH_CASCADE and not is_cascading):
        return
    cursor.take("IF", "EXISTS")
    cascade = ", and what depends on it" if is_cascading else ""
    # What CASCADE takes along may be older than what is dropped.
    for name in _unmade(command, cursor.at, made, kind):
        yield f"DROP {kind} {name}: {_OF_IT[kind]}{cascade}"


def _truncated(command: Command, made: Made) -> Iterator[str]:
    cursor = command.cursor(1)
    cursor.take("TABLE")
    cascade = ", and of the tables that refer to it" if command.has("CASCADE") else ""
    for name in _unmade(command, cursor.at, made, "TABLE"):
        yield f"TRUNCATE {name}: {_EVERY}{cascade}"


def _unmade(command: Command, start: int, made: Made, kind: str) -> Iterator[str]:
    """The names from a token on, of what was there before."""
    for first, end in command.actions(start):
        cursor = command.cursor(first)
        cursor.take("ONLY")
        name = cursor.qualified()
        is_whole = name is not None and (cursor.at >= end or cursor.tokens[cursor.at].kind is not Kind.SYMBOL)
        if not (is_whole and kind in losing.DROPPED and made.has(name, kind)):
            yield _shown(name)


def _named(command: Command, start: int, end: int) -> str:
    name = command.cursor(start).qualified()
    return _shown(name) if start < end else _shown(None)


def _altered(command: Command, made: Made) -> Iterator[str]:
    cursor = command.cursor(1)
    kind = next((each for each in ("TABLE", "TYPE", "SEQUENCE", "EXTENSION") if cursor.take(each)), "")
    if kind == "EXTENSION":
        name = cursor.qualified()
        if cursor.take("UPDATE"):
            yield f"ALTER EXTENSION {_shown(name)} UPDATE: {_CODE}"
        return
    if not kind:
        return
    name = cursor.altered()
    if made.has(name, kind):
        return
    if kind == "SEQUENCE":
        if command.find("RESTART", start=cursor.at) is not None:
            yield f"ALTER SEQUENCE {_shown(name)} RESTART: its value"
        return
    for part in losing.dropped_parts(command, cursor.at):
        what = "ATTRIBUTE" if part.is_attribute else "COLUMN"
        yield f"DROP {what} {_shown((part.name,))} of {_shown(name)}: what is in it"
    for start, end in command.actions(cursor.at):
        yield from _changed(command, start, end, name)


def _changed(command: Command, start: int, end: int, name: Name | None) -> Iterator[str]:
    """An action `ALTER [COLUMN] name …`."""
    cursor = command.cursor(start)
    if not cursor.take("ALTER"):
        return
    what = "ATTRIBUTE" if cursor.take("ATTRIBUTE") else "COLUMN"
    cursor.take("COLUMN")
    column = cursor.qualified()
    whole = f"{_shown(column)} of {_shown(name)}"
    if cursor.take("DROP", "IDENTITY"):
        yield f"DROP IDENTITY of {whole}: the value of its sequence"
    elif cursor.take("TYPE") or cursor.take("SET", "DATA", "TYPE"):
        if not _keeps_all(command, cursor, end):
            yield f"ALTER {what} {whole} TYPE: values that the new type can't hold are rounded, cut or refused"
    elif command.find("RESTART", start=cursor.at, end=end) is not None:
        yield f"RESTART of {whole}: the value of its sequence"


def _keeps_all(command: Command, cursor: Cursor, end: int) -> bool:
    if command.find("USING", start=cursor.at, end=end) is not None:
        return False
    if not any(cursor.take(*each) for each in _KEEPS_ALL):
        return False
    return cursor.at >= end or cursor.tokens[cursor.at].key in ("COLLATE", "CASCADE", "RESTRICT")


def _written(command: Command, made: Made) -> Iterator[str]:
    """DELETE, UPDATE and MERGE, wherever they stand: in a WITH, behind CREATE TABLE … AS, in a COPY."""
    for index in losing.deletes(command):
        cursor, name = _table(command, index + 2)
        if not made.has(name):
            yield f"DELETE FROM {_shown(name)}: {_rows(command, cursor.at, index > 0)}"
    for index, token in enumerate(command.tokens):
        if token.kind is not Kind.WORD:
            continue
        if token.value == "UPDATE":
            yield from _updated(command, index, made)
        elif token.value == "MERGE" and command.cursor(index).take("MERGE", "INTO"):
            yield from _merged(command, index, made)
    into: Name | None = None
    for index, token in enumerate(command.tokens):
        if token.key == "INTO" and index and command.tokens[index - 1].key == "INSERT":
            _, into = _table(command, index + 1)
        elif token.key == "UPDATE" and index and command.tokens[index - 1].key == "DO" and not made.has(into):
            yield f"INSERT INTO {_shown(into)} … ON CONFLICT DO UPDATE: overwrites values of the rows that are there"


def _rows(command: Command, start: int, is_inner: bool) -> str:
    if losing.takes_all(command, start, False):
        is_moved = not losing.takes_all(command, start, is_inner)
        return f"{_EVERY} that the INSERT does not keep" if is_moved else _EVERY
    return _MATCHING


def _table(command: Command, start: int) -> tuple[Cursor, Name | None]:
    cursor = command.cursor(start)
    cursor.take("ONLY")
    is_bracketed = cursor.take("(")
    name = cursor.qualified()
    if is_bracketed:
        cursor.take(")")
    return cursor, name


def _updated(command: Command, index: int, made: Made) -> Iterator[str]:
    """Not `FOR UPDATE`, nor the action of an INSERT or a MERGE: no name and SET follow there."""
    if index and command.tokens[index - 1].key in ("DO", "THEN", "FOR", "KEY", "ON"):
        return
    cursor, name = _table(command, index + 1)
    cursor.take("*")
    cursor.take("AS")
    if name is None or not (cursor.take("SET") or (cursor.name() and cursor.take("SET"))):
        return
    if not made.has(name):
        rows = "every row" if losing.takes_all(command, cursor.at, False) else _MATCHING
        yield f"UPDATE {_shown(name)}: overwrites values of {rows}"


def _merged(command: Command, index: int, made: Made) -> Iterator[str]:
    _, name = _table(command, index + 2)
    done = {"UPDATE": "overwrites values of", "DELETE": "deletes"}
    found = [text for verb, text in done.items() if command.find("THEN", verb, start=index) is not None]
    if found and not made.has(name):
        yield f"MERGE INTO {_shown(name)}: {' and '.join(found)} {_MATCHING}"


def _shown(name: Sequence[str] | None) -> str:
    """As the catalog has it; quoted where it could be taken for something else."""
    if not name:
        return "(a name that gen can't read)"
    return quoting.shown(".".join(_quoted(each) for each in name), _LONGEST_NAME)


def _quoted(name: str) -> str:
    read = list(tokens.read(name))
    is_plain = len(read) == 1 and read[0].kind is Kind.WORD and tokens.folded(read[0]) == name
    return name if is_plain else '"' + name.replace('"', '""') + '"'
