"""Findings that somebody declared right, inline and with a reason: `-- gen:allow <rule>[, <rule>]: <reason>`.

On a line of its own before a statement, inside it or behind its end, it holds for that statement; before
`-- +goose Up` for the whole file. squawk's own comments give no reason, so they have no effect here.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Collection, Iterator, Sequence, Set
from dataclasses import dataclass

from generator.diagnostics import Diagnostic, Position
from generator.lint import places, tokens
from generator.lint.tokens import Kind
from generator.migrations import lines, markers, quoting
from generator.migrations.model import Migration, Statement
from generator.text import nearest

# At the start of a comment: what stands further on is prose.
_START = r"(?:--|/\*)[-*\s]*"
_MARK = re.compile(rf"{_START}(?P<mark>gen:\s*allow\b)", re.IGNORECASE)
_FORM = re.compile(r"--[ \t]*gen:allow[ \t]+(?P<rules>[^:]*)(?::(?P<reason>.*))?")
_RULE = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_FOREIGN = re.compile(rf"{_START}(?P<mark>squawk-(?:ignore|disable)[a-z-]*)", re.IGNORECASE)
_UNSUPPRESSIBLE = frozenset({"lint-suppression", "lint-suppression-unused", "lint-unknown-rule"})


@dataclass(frozen=True, slots=True)
class Allowed:
    """One rule that one comment allows, from line `first` to line `last`; in a whole file if they are None.

    A comment with nothing behind it holds for no line: `first` is beyond `last`.
    """

    rule: str
    reason: str
    first: int | None
    last: int | None
    position: Position

    def holds(self, rule: str, line: int) -> bool:
        if rule != self.rule:
            return False
        return self.first is None or self.last is None or self.first <= line <= self.last


@dataclass(frozen=True, slots=True)
class Suppressions:
    """What one migration allows; `found` is what is wrong with the comments themselves."""

    allowed: tuple[Allowed, ...]
    found: tuple[Diagnostic, ...]

    def allows(self, rule: str, line: int) -> bool:
        """Whether a finding of `rule` at a line of the file is declared right."""
        return self.by(rule, line) is not None

    def by(self, rule: str, line: int) -> Allowed | None:
        """What allows it: a statement's own comment before one for the whole file."""
        holding = [each for each in self.allowed if each.holds(rule, line)]
        return min(holding, key=lambda each: each.first is None) if holding else None


NONE = Suppressions((), ())


@dataclass(frozen=True, slots=True)
class _Comment:
    """`line` is where it is; `first` and `last` are the lines that it holds for."""

    text: str
    position: Position
    first: int | None
    last: int | None


def of(migration: Migration) -> Suppressions:
    """The suppressions of both directions. Nothing inside a string or a dollar quote is one."""
    if _MARK.search(migration.text) is None and _FOREIGN.search(migration.text) is None:
        return NONE
    allowed: list[Allowed] = []
    found: list[Diagnostic] = []
    for comment in _comments(migration):
        foreign = _FOREIGN.match(comment.text)
        if foreign is not None:
            found.append(_not_ours(comment, foreign))
        mark = _MARK.match(comment.text)
        if mark is not None:
            _read(comment, mark, allowed, found)
    return Suppressions(tuple(allowed), tuple(found))


def unused(
    suppressions: Suppressions, used: Set[Allowed], looked_for: Collection[str]
) -> Iterator[Diagnostic]:
    """Those that no finding needed, of the rules that were looked for."""
    for each in suppressions.allowed:
        if each in used or each.rule not in looked_for or each.rule in _UNSUPPRESSIBLE:
            continue
        where = "this statement" if each.first is not None else "this file"
        yield Diagnostic(
            "lint-suppression-unused",
            f"`{each.rule}` finds nothing in {where}"
            if each.first is None or each.last is None or each.first <= each.last
            else f"no statement follows that `{each.rule}` could find something in",
            "remove it, or put it on the line before the statement it is meant for "
            "(before `-- +goose Up` for the whole file)",
            each.position,
        )


def unknown(suppressions: Suppressions, known: Sequence[str]) -> Iterator[Diagnostic]:
    """Rules that do not exist, or that cannot be suppressed."""
    names = set(known) - _UNSUPPRESSIBLE
    for each in suppressions.allowed:
        if each.rule in names:
            continue
        if each.rule in _UNSUPPRESSIBLE:
            message, help = f"`{each.rule}` cannot be allowed", "correct what it finds"
        else:
            guess = nearest.nearest(each.rule, names) or nearest.nearest(f"lint-{each.rule}", names)
            message = f"there is no lint rule `{quoting.shown(each.rule)}`"
            help = (
                f"did you mean `{guess}`?" if guess else "write the id that stands in brackets in the finding"
            )
        yield Diagnostic("lint-suppression", message, help, each.position)


def _read(comment: _Comment, mark: re.Match[str], allowed: list[Allowed], found: list[Diagnostic]) -> None:
    form = _FORM.match(comment.text)
    where = _within(comment.position, mark)
    if form is None or not (form["reason"] or "").strip():
        what = "cannot be understood" if form is None else "gives no reason"
        found.append(
            Diagnostic(
                "lint-suppression",
                f"this suppression {what}",
                "write `-- gen:allow <rule>[, <rule>]: <reason>`, as a comment of its own on one line",
                where,
            )
        )
        return
    at = form.start("rules")
    for part in form["rules"].split(","):
        name = part.strip()
        start = at + len(part) - len(part.lstrip())
        at += len(part) + 1
        column = comment.position.column + start
        position = Position.at(comment.position.path, comment.position.line, column, len(name))
        if _RULE.fullmatch(name):
            allowed.append(Allowed(name, form["reason"].strip(), comment.first, comment.last, position))
        else:
            found.append(
                Diagnostic(
                    "lint-suppression",
                    f"`{quoting.shown(name)}` is not a rule's id" if name else "a rule's id is missing here",
                    "write the id that stands in brackets in the finding, such as `lint-irreversible`",
                    position,
                )
            )


def _not_ours(comment: _Comment, foreign: re.Match[str]) -> Diagnostic:
    return Diagnostic(
        "lint-suppression",
        f"`{quoting.shown(foreign['mark'])}` has no effect in gen, because it gives no reason",
        "write `-- gen:allow lint-<squawk's rule>: <reason>`",
        _within(comment.position, foreign),
    )


def _within(position: Position, found: re.Match[str]) -> Position:
    if "\n" in found.string[: found.start("mark")]:
        return position
    column = position.column + found.start("mark")
    return Position.at(position.path, position.line, column, len(found["mark"]))


def _comments(migration: Migration) -> Iterator[_Comment]:
    source = lines.split(migration.text)
    inside: set[int] = set()
    for statement in (*migration.up, *migration.down):
        inside.update(statement.numbers)
        yield from _inside(places.Place(migration.path, source, statement))
    ends = _Ends.of(migration)
    for number, line in enumerate(source, start=1):
        text = line.strip(markers.SPACE)
        if number in inside or not text.startswith("--") or markers.is_annotation(line):
            continue
        position = Position.at(migration.path, number, line.index("--") + 1, len(text))
        if number < migration.up_line:
            yield _Comment(text, position, None, None)
        else:
            follows = ends.after(number)
            first, last = (follows.line, follows.last_line) if follows else _in_empty_down(migration, number)
            yield _Comment(text, position, first, last)


def _inside(place: places.Place) -> Iterator[_Comment]:
    statement = place.statement
    if _MARK.search(statement.text) is None and _FOREIGN.search(statement.text) is None:
        return
    for token in tokens.read(statement.text):
        if token.kind is Kind.COMMENT:
            position = place.position(token.start, token.end - token.start)
            yield _Comment(token.value, position, statement.line, statement.last_line)


def _in_empty_down(migration: Migration, number: int) -> tuple[int, int]:
    """The line of a Down that has no statement, where one would look for its reason; else no line."""
    if migration.down_line is not None and not migration.down and number > migration.down_line:
        return migration.down_line, migration.down_line
    return 1, 0


@dataclass(frozen=True, slots=True)
class _Ends:
    """The statements by their first line, to find the one that follows a comment in the same direction."""

    firsts: tuple[int, ...]
    statements: tuple[Statement, ...]
    down_line: int | None

    @classmethod
    def of(cls, migration: Migration) -> _Ends:
        statements = (*migration.up, *migration.down)
        return cls(tuple(each.line for each in statements), statements, migration.down_line)

    def after(self, line: int) -> Statement | None:
        index = bisect.bisect_right(self.firsts, line)
        if index == len(self.statements):
            return None
        found = self.statements[index]
        crosses = self.down_line is not None and line < self.down_line < found.line
        return None if crosses else found
