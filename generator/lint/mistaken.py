"""squawk's findings that do not hold, because of what the rest of the file says or PostgreSQL does.

squawk follows what a file makes only inside a transaction, and not through renames, views and ALTER TABLE; it
takes most DEFAULT expressions for volatile ones; and it does not look whether a file makes again what it drops.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from generator.diagnostics import Diagnostic
from generator.lint import constant
from generator.lint.commands import Command, Cursor, Name, Script
from generator.lint.made import Made, key

_DEFAULT = "lint-adding-field-with-default"
_INDEX = "lint-require-concurrent-index-creation"
_CONSTRAINT = "lint-ban-drop-constraint"
_AGAIN = {
    "lint-ban-drop-view": ("VIEW",),
    "lint-ban-drop-function": ("FUNCTION", "PROCEDURE", "AGGREGATE"),
}
# What is harmless where nobody uses the table yet.
_ON_A_TABLE = frozenset(
    {
        _CONSTRAINT,
        _DEFAULT,
        _INDEX,
        "lint-adding-foreign-key-constraint",
        "lint-adding-not-nullable-field",
        "lint-adding-required-field",
        "lint-adding-serial-primary-key-field",
        "lint-ban-alter-identity",
        "lint-ban-disable-trigger",
        "lint-ban-drop-default",
        "lint-ban-drop-generated-expression",
        "lint-ban-set-schema",
        "lint-changing-column-type",
        "lint-constraint-missing-not-valid",
        "lint-disallowed-unique-constraint",
        "lint-renaming-column",
        "lint-renaming-object",
        "lint-renaming-table",
        "lint-require-concurrent-reindex",
    }
)
_LOOKED_AT = _ON_A_TABLE | set(_AGAIN)
# Older ones keep no default in the catalog.
_KEEPS_DEFAULTS = 11


def without(script: Script, postgres: int | None, found: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """The findings without those that do not hold."""
    file = _File(script)
    for each in found:
        if each.rule not in _LOOKED_AT or not file.is_mistaken(each, postgres):
            yield each


@dataclass(slots=True)
class _File:
    """Reads of the script only what a finding asks for."""

    script: Script
    places: dict[int, dict[tuple[int, int], tuple[int, int]]] = field(default_factory=dict)
    new: list[bool] = field(default_factory=list)
    kept: set[str] = field(default_factory=set)

    def is_mistaken(self, finding: Diagnostic, postgres: int | None) -> bool:
        at = self._find(finding.position.line, finding.position.column)
        if at is None:
            return False
        index, token = at
        command = self.script.up[index]
        if finding.rule in _ON_A_TABLE and self._is_new(index):
            return True
        if finding.rule == _DEFAULT:
            keeps = postgres is None or postgres >= _KEEPS_DEFAULTS
            is_default = token > 0 and command.tokens[token - 1].key == "DEFAULT"
            return keeps and is_default and constant.is_kept_once(command.cursor(token))
        if finding.rule == _INDEX:
            return command.has("ON", "ONLY")
        later = self.script.up[index + 1 :]
        if finding.rule == _CONSTRAINT:
            return self._is_kept(command, token) and _is_replaced(
                command, token, self.script.up[:index], later
            )
        kinds = _AGAIN.get(finding.rule)
        return kinds is not None and _is_made_again(command, kinds, later)

    def _find(self, line: int, column: int) -> tuple[int, int] | None:
        """The command and its token that stand there, by their indexes."""
        up = self.script.up
        last = bisect.bisect_right(up, line, key=lambda each: each.statement.line) - 1
        if last < 0:
            return None
        if last not in self.places:
            self.places[last] = _tokens(up, last)
        return self.places[last].get((line, column))

    def _is_kept(self, command: Command, token: int) -> bool:
        """Whether the file adds or validates some constraint of that name: cheaper than to look for it each time."""
        if not self.kept:
            self.kept.add("")
            for each in self.script.up:
                for index, word in enumerate(each.tokens[:-2]):
                    if word.key in ("ADD", "VALIDATE") and each.tokens[index + 1].key == "CONSTRAINT":
                        self.kept.add(each.cursor(index + 2).name() or "")
        cursor = command.cursor(token)
        cursor.take("DROP", "CONSTRAINT")
        cursor.take("IF", "EXISTS")
        return cursor.name() in self.kept

    def _is_new(self, index: int) -> bool:
        if not self.new:
            made = Made.by(self.script.up)
            for command in self.script.up:
                self.new.append(made.has(_table(command)))
                made.note(command)
        return self.new[index]


def _tokens(up: Sequence[Command], last: int) -> dict[tuple[int, int], tuple[int, int]]:
    """Where the tokens stand of all commands that are in one statement of goose's with the last."""
    found = {}
    for index in range(last, -1, -1):
        if up[index].statement is not up[last].statement:
            break
        for number in range(len(up[index].tokens)):
            where = up[index].position(number, number)
            found[where.line, where.column] = (index, number)
    return found


def _table(command: Command) -> Name | None:
    """The table, view or materialized view that a command is about."""
    cursor = command.cursor()
    if cursor.take("ALTER"):
        cursor.take_any("MATERIALIZED", "FOREIGN")
        return cursor.altered() if cursor.take_any("TABLE", "VIEW", "SEQUENCE") else None
    if cursor.take("REINDEX"):
        cursor.brackets()
        return cursor.qualified() if cursor.take("TABLE") else None
    if not cursor.take("CREATE"):
        return None
    cursor.take("UNIQUE")
    if not cursor.take("INDEX"):
        return None
    cursor.take("IF", "NOT", "EXISTS")
    if not cursor.take("ON"):
        cursor.qualified()
        if not cursor.take("ON"):
            return None
    cursor.take("ONLY")
    return cursor.qualified()


def _is_made_again(command: Command, kinds: Sequence[str], later: Sequence[Command]) -> bool:
    """Under the same names, whatever the arguments of a function. CASCADE takes away more than is named."""
    cursor = command.cursor(1)
    cursor.take("MATERIALIZED")
    cursor.at += 1
    names = {key(each) for each in cursor.qualified_names()}
    if not names or command.tokens[-1].key == "CASCADE":
        return False
    return names.issubset(key(name) for each in later if (name := _created(each, kinds)) is not None)


def _created(command: Command, kinds: Sequence[str]) -> Name | None:
    cursor = command.cursor()
    if not cursor.take("CREATE"):
        return None
    while cursor.take_any("OR", "REPLACE", "RECURSIVE", "MATERIALIZED"):
        pass
    if not cursor.take_any(*kinds):
        return None
    cursor.take("IF", "NOT", "EXISTS")
    return cursor.qualified()


def _is_replaced(command: Command, token: int, earlier: Sequence[Command], later: Sequence[Command]) -> bool:
    """A constraint that the same file adds again, or that NOT NULL on its column has made superfluous."""
    cursor = command.cursor(token)
    if not cursor.take("DROP", "CONSTRAINT"):
        return False
    cursor.take("IF", "EXISTS")
    name = cursor.name()
    table = _table(command)
    if name is None or table is None:
        return False
    behind = [_Part(command, cursor.at), *_of_table(later, table)]
    if any(each.names("ADD", "CONSTRAINT", name) for each in behind):
        return True
    is_validated = False
    for each in (*_of_table(earlier, table), _Part(command)):
        is_validated = is_validated or each.names("VALIDATE", "CONSTRAINT", name)
        if is_validated and each.command.has("SET", "NOT", "NULL"):
            return True
    return False


@dataclass(frozen=True, slots=True)
class _Part:
    """A command from one of its tokens on."""

    command: Command
    start: int = 0

    def names(self, verb: str, kind: str, name: str) -> bool:
        at = self.command.find(verb, kind, start=self.start)
        while at is not None:
            cursor: Cursor = self.command.cursor(at + 2)
            if cursor.name() == name:
                return True
            at = self.command.find(verb, kind, start=at + 2)
        return False


def _of_table(commands: Sequence[Command], table: Name) -> Iterator[_Part]:
    for each in commands:
        other = _table(each) if each.starts("ALTER", "TABLE") else None
        if other is not None and key(other) == key(table):
            yield _Part(each)
