"""A migration's commands: what PostgreSQL runs, where goose's statements may hold several.

goose cuts a file at lines that end with `;`. Two commands on one line, or in one StatementBegin block, are one
statement for goose, and PostgreSQL runs them in one implicit transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from generator.diagnostics import Position
from generator.lint import tokens
from generator.lint.places import Place
from generator.lint.tokens import Kind, Token
from generator.migrations import lines
from generator.migrations.model import Migration, Statement

# Its parts, folded, from the outermost.
Name = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Command:
    """`tokens` are without comments and the final `;`, and never empty. `is_alone` in goose's statement."""

    place: Place
    tokens: tuple[Token, ...]
    is_alone: bool

    def starts(self, *words: str) -> bool:
        return self.tokens[0].key == words[0] and Cursor(self.tokens).take(*words)

    def has(self, *words: str) -> bool:
        """Whether the words stand in it, one behind the other."""
        return self.find(*words) is not None

    def find(self, *words: str, start: int = 0, end: int | None = None) -> int | None:
        """The index of the first of the words, which stand one behind the other before the token `end`."""
        last = len(self.tokens) if end is None else end
        for index in range(start, last - len(words) + 1):
            if self.tokens[index].key == words[0] and Cursor(self.tokens, index).take(*words):
                return index
        return None

    def actions(self, start: int) -> Iterator[tuple[int, int]]:
        """Where the parts that commas outside of brackets separate begin and end, from a token on."""
        depth = 0
        for index in range(start, len(self.tokens)):
            key = self.tokens[index].key
            depth += {"(": 1, ")": -1, "[": 1, "]": -1}.get(key, 0)
            if key == "," and depth == 0:
                yield start, index
                start = index + 1
        if start < len(self.tokens):
            yield start, len(self.tokens)

    def cursor(self, at: int = 0) -> Cursor:
        return Cursor(self.tokens, at)

    def position(self, first: int = 0, last: int = 0) -> Position:
        """From the token `first` to the token `last`, as far as they are on one line."""
        start = self.tokens[first].start
        end = self.tokens[max(first, min(last, len(self.tokens) - 1))].end
        return self.place.position(start, end - start)

    @property
    def statement(self) -> Statement:
        return self.place.statement

    @property
    def verb(self) -> Position:
        """The first words, up to three: enough to see what is meant."""
        count = 0
        while count < min(3, len(self.tokens)) and self.tokens[count].kind is Kind.WORD:
            count += 1
        return self.position(0, max(0, count - 1))


@dataclass(slots=True)
class Cursor:
    """Goes along a command's tokens; `take` goes on only behind what is there."""

    tokens: Sequence[Token]
    at: int = 0

    def take(self, *words: str) -> bool:
        at = self.at
        for word in words:
            if at >= len(self.tokens) or self.tokens[at].key != word:
                return False
            at += 1
        self.at = at
        return True

    def take_any(self, *words: str) -> bool:
        is_there = self.at < len(self.tokens) and self.tokens[self.at].key in words
        self.at += is_there
        return is_there

    def name(self) -> str | None:
        """A name, without its schema."""
        found = self.qualified()
        return None if found is None else found[-1]

    def qualified(self) -> Name | None:
        """A name as written."""
        found: list[str] = []
        while self.at < len(self.tokens) and self.tokens[self.at].kind in (Kind.WORD, Kind.NAME):
            found.append(tokens.folded(self.tokens[self.at]))
            self.at += 1
            if not self.take("."):
                break
        return tuple(found) or None

    def altered(self) -> Name | None:
        """The name behind ALTER TABLE, with what may stand around it."""
        self.take("IF", "EXISTS")
        self.take("ONLY")
        found = self.qualified()
        self.take("*")
        return found

    def names(self) -> list[str]:
        """Names with commas between them, behind IF EXISTS or not."""
        return [each[-1] for each in self.qualified_names()]

    def qualified_names(self) -> list[Name]:
        """The same with their schemas; of functions without the arguments."""
        self.take("IF", "EXISTS")
        found = []
        while (name := self.qualified()) is not None:
            found.append(name)
            self.take("*")
            self.brackets()
            if not self.take(","):
                break
        return found

    def option(self, name: str) -> bool:
        """Whether a list of options in brackets switches one on."""
        if not self.take("("):
            return False
        is_on = False
        while self.at < len(self.tokens) and not self.take(")"):
            if self.take(name):
                follows = self.tokens[self.at].value.upper() if self.at < len(self.tokens) else ""
                is_on = follows not in ("FALSE", "OFF", "0")
            else:
                self.at += 1
        return is_on

    def brackets(self) -> bool:
        """Goes behind a bracket and all that it holds."""
        depth = 0
        while self.at < len(self.tokens):
            depth += {"(": 1, ")": -1}.get(self.tokens[self.at].key, 0)
            if depth == 0:
                break
            self.at += 1
        return self.take(")")


@dataclass(frozen=True, slots=True)
class Script:
    """The commands of both directions in their order; `source` are the file's lines."""

    migration: Migration
    source: Sequence[str]
    up: tuple[Command, ...]
    down: tuple[Command, ...]

    @property
    def all(self) -> tuple[Command, ...]:
        return self.up + self.down


def read(migration: Migration) -> Script:
    source = lines.split(migration.text)
    return Script(
        migration,
        source,
        _of([Place(migration.path, source, each) for each in migration.up]),
        _of([Place(migration.path, source, each) for each in migration.down]),
    )


def split(found: Iterator[Token]) -> Iterator[tuple[Token, ...]]:
    """Cut at each `;` that ends a command: not in brackets (CREATE RULE), not in a body of BEGIN ATOMIC.

    As psql does it (src/fe_utils/psqlscan.l).
    """
    gathered: list[Token] = []
    brackets = depth = 0
    for token in found:
        if token.kind is Kind.COMMENT:
            continue
        if token.kind is Kind.SYMBOL:
            if token.value == "(":
                brackets += 1
            elif token.value == ")":
                brackets = max(0, brackets - 1)
            elif token.value == ";" and not brackets and not depth:
                if gathered:
                    yield tuple(gathered)
                gathered = []
                continue
        elif token.kind is Kind.WORD and not brackets and token.value in ("BEGIN", "CASE", "END"):
            depth = _depth(token.value, depth, gathered)
        gathered.append(token)
    if gathered:
        yield tuple(gathered)


def _depth(word: str, depth: int, gathered: Sequence[Token]) -> int:
    if word == "END":
        return max(0, depth - 1)
    if depth == 0 and (word == "CASE" or not _makes_routine(gathered)):
        return 0
    return depth + 1


def _makes_routine(gathered: Sequence[Token]) -> bool:
    cursor = Cursor(gathered)
    if not cursor.take("CREATE"):
        return False
    cursor.take("OR", "REPLACE")
    return cursor.take_any("FUNCTION", "PROCEDURE")


def _of(places: Sequence[Place]) -> tuple[Command, ...]:
    made: list[Command] = []
    for each in places:
        parts = list(split(tokens.read(each.statement.text)))
        made += [Command(each, part, len(parts) == 1) for part in parts]
    return tuple(made)
