"""What PostgreSQL refuses inside a transaction block, told from the text of a command.

Every caller of PreventInTransactionBlock in PostgreSQL's sources whose arguments decide it. What depends on
the catalog (REINDEX or CLUSTER of a partitioned table) is left to the rehearsal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from generator.lint import commands, tokens
from generator.lint.commands import Command, Script
from generator.lint.tokens import Kind

_ALWAYS = {
    "CREATE": ("DATABASE", "TABLESPACE"),
    "DROP": ("DATABASE", "TABLESPACE", "SUBSCRIPTION"),
    "ALTER": ("SYSTEM",),
    "COMMIT": ("PREPARED",),
    "ROLLBACK": ("PREPARED",),
    "DISCARD": ("ALL",),
}


def refused(command: Command) -> str | None:
    """The command's name, if it cannot run inside a transaction block."""
    first = command.tokens[0].key
    if first == "VACUUM":
        return first
    for second in _ALWAYS.get(first, ()):
        if command.starts(first, second):
            return f"{first} {second}"
    for each in _BY_ARGUMENTS.get(first, ()):
        name = each(command)
        if name is not None:
            return name
    return None


def may_be_refused(command: Command) -> bool:
    """A procedure may commit; of a partitioned table, REINDEX and CLUSTER are refused."""
    return refused(command) is not None or command.tokens[0].key in ("CALL", "REINDEX", "CLUSTER")


def needed(script: Script) -> bool:
    """Whether a file may need NO TRANSACTION, for one of its commands or for two that must not share one."""
    return any(may_be_refused(each) for each in script.all) or any(
        _must_part(each) for each in (script.up, script.down)
    )


def _must_part(commands: Sequence[Command]) -> bool:
    """A new value of an enumeration cannot be used before its transaction ends (55P04); VALIDATE CONSTRAINT
    scans under the ACCESS EXCLUSIVE lock that ADD CONSTRAINT took in the same transaction."""
    added: set[str] = set()
    for index, command in enumerate(commands):
        if command.starts("ALTER", "TYPE") and command.has("ADD", "VALUE") and index + 1 < len(commands):
            return True
        if not command.starts("ALTER", "TABLE"):
            continue
        at = command.find("VALIDATE", "CONSTRAINT")
        if at is not None and (command.cursor(at + 2).name() or "") in added:
            return True
        at = command.find("ADD", "CONSTRAINT")
        while at is not None:
            added.add(command.cursor(at + 2).name() or "")
            at = command.find("ADD", "CONSTRAINT", start=at + 2)
    return False


def _index(command: Command) -> str | None:
    cursor = command.cursor()
    if cursor.take("CREATE"):
        cursor.take("UNIQUE")
        if cursor.take("INDEX", "CONCURRENTLY"):
            return "CREATE INDEX CONCURRENTLY"
    elif cursor.take("DROP", "INDEX", "CONCURRENTLY"):
        return "DROP INDEX CONCURRENTLY"
    return None


def _reindex(command: Command) -> str | None:
    cursor = command.cursor()
    if not cursor.take("REINDEX"):
        return None
    concurrently = cursor.option("CONCURRENTLY")
    for kind in ("INDEX", "TABLE", "SCHEMA", "DATABASE", "SYSTEM"):
        if cursor.take(kind):
            if concurrently or cursor.take("CONCURRENTLY"):
                return "REINDEX CONCURRENTLY"
            return None if kind in ("INDEX", "TABLE") else f"REINDEX {kind}"
    return None


def _detach(command: Command) -> str | None:
    if not command.starts("ALTER", "TABLE"):
        return None
    at = command.find("DETACH", "PARTITION")
    if at is None:
        return None
    cursor = command.cursor(at + 2)
    cursor.name()
    return "DETACH PARTITION CONCURRENTLY" if cursor.take("CONCURRENTLY") else None


def _alter_database(command: Command) -> str | None:
    cursor = command.cursor()
    if not cursor.take("ALTER", "DATABASE"):
        return None
    cursor.name()
    return "ALTER DATABASE SET TABLESPACE" if cursor.take("SET", "TABLESPACE") else None


def _subscription(command: Command) -> str | None:
    cursor = command.cursor()
    if cursor.take("CREATE", "SUBSCRIPTION"):
        has_slot = not (_is_off(command, "CREATE_SLOT") or _is_off(command, "CONNECT"))
        return "CREATE SUBSCRIPTION" if has_slot else None
    if not cursor.take("ALTER", "SUBSCRIPTION"):
        return None
    cursor.name()
    if cursor.take("REFRESH", "PUBLICATION"):
        return "ALTER SUBSCRIPTION … REFRESH PUBLICATION"
    changes = cursor.take_any("SET", "ADD", "DROP") and cursor.take("PUBLICATION")
    return "ALTER SUBSCRIPTION … PUBLICATION" if changes and not _is_off(command, "REFRESH") else None


def _is_off(command: Command, option: str) -> bool:
    at = command.find(option, "=")
    if at is None or at + 2 >= len(command.tokens):
        return False
    return command.tokens[at + 2].value.upper() in ("FALSE", "OFF", "0")


def _cluster(command: Command) -> str | None:
    """Of all tables, that is without the name of one."""
    cursor = command.cursor()
    if not cursor.take("CLUSTER"):
        return None
    cursor.option("VERBOSE")
    cursor.take("VERBOSE")
    return None if cursor.name() else "CLUSTER of all tables"


def _committing_block(command: Command) -> str | None:
    """DO, whose body ends a transaction."""
    if not command.starts("DO"):
        return None
    body = next((each for each in command.tokens if each.kind in (Kind.DOLLAR, Kind.STRING)), None)
    if body is None:
        return None
    for part in commands.split(tokens.read(body.value)):
        # What stands before it in the same part: BEGIN, THEN, ELSE, LOOP or a label.
        for index, token in enumerate(part):
            if token.kind is Kind.WORD and token.value in ("COMMIT", "ROLLBACK"):
                rest = [each.key for each in part[index + 1 :]]
                if rest in ([], ["AND", "CHAIN"], ["AND", "NO", "CHAIN"]):
                    return f"DO with {token.value}"
    return None


_BY_ARGUMENTS: Mapping[str, tuple[Callable[[Command], str | None], ...]] = MappingProxyType(
    {
        "CREATE": (_index, _subscription),
        "DROP": (_index,),
        "ALTER": (_detach, _alter_database, _subscription),
        "REINDEX": (_reindex,),
        "CLUSTER": (_cluster,),
        "DO": (_committing_block,),
    }
)
