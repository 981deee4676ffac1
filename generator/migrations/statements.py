"""The lines of a migration → its statements per direction, as goose splits them, and what is wrong with them.

A port of `ParseSQLMigration` (goose v3.27.3, internal/sqlparser/parser.go). goose parses a file twice, once
per direction, stops at the first problem, and finds an unfinished Down only when somebody rolls back; this
reads both directions in one pass and goes on after each problem. Five things that goose lets through are
refused, because the SQL that then runs is not the one in the file: see `_swallow`, `_open_block`,
`markers.lookalike`, `_expand` and `splits`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from generator.diagnostics import Diagnostic, Position, Severity
from generator.migrations import envsub, lines, markers
from generator.migrations.lines import Line
from generator.migrations.markers import SPACE, Annotation
from generator.migrations.model import Statement
from generator.migrations.splits import Splits

_BLOCK_COMMENT = re.compile(r"/\*.*?(?:\*/|$)", re.DOTALL)
_END_OF_STATEMENT = (
    "goose ends a statement at a line whose last word, before any ` --` comment, ends with `;`; "
    "put statements that hold `;` inside between StatementBegin and StatementEnd"
)


class _Part(Enum):
    START = auto()
    EARLY_DOWN = auto()
    UP = auto()
    DOWN = auto()


@dataclass(frozen=True, slots=True)
class Parsed:
    """The statements of each direction, and everything that is wrong."""

    up: tuple[Statement, ...]
    down: tuple[Statement, ...]
    up_line: int
    down_line: int | None
    no_transaction: bool
    found: tuple[Diagnostic, ...]


def read(path: str, text: str) -> Parsed:
    reader = _Reader(path, Splits(path))
    for number, line in enumerate(lines.split(text), start=1):
        reader.take(number, line)
    return reader.finish()


@dataclass(slots=True)
class _Reader:
    path: str
    splits: Splits
    part: _Part = _Part.START
    no_transaction: bool = False
    substitutes: bool = False
    block: int | None = None  # the line of the open StatementBegin
    empty_block: int | None = None  # the line of a StatementEnd behind nothing
    pending: list[Line] = field(default_factory=list)
    statements: dict[_Part, list[Statement]] = field(default_factory=dict)
    first_text: Position | None = None
    up: Position | None = None
    early_down: Position | None = None
    down_line: int | None = None
    found: list[Diagnostic] = field(default_factory=list)

    def take(self, number: int, line: str) -> None:
        if not line and not self.pending:
            return
        if markers.is_annotation(line):
            self._annotate(number, line)
            return
        meant = markers.lookalike(line)
        if meant is not None:
            self._report(
                "migration-annotation",
                f"goose does not read this line as an annotation, though it looks like {meant.value}",
                f"write `{meant.line}`, or reword the comment",
                self._line(number, line),
            )
        if not self.pending and line.strip(SPACE).startswith("--"):
            return
        if self.part is _Part.START:
            if self.first_text is None and line.strip(SPACE):
                self.first_text = self._line(number, line)
        elif self.empty_block is not None:
            self._swallow(number, line)
        else:
            self._gather(number, line)

    def finish(self) -> Parsed:
        if self.block is not None:
            self._report_open_block("the end of the file")
        else:
            self._end_part()
        if self.up is None:
            where = self.early_down or self.first_text or Position(self.path)
            self._report(
                "migration-up-missing",
                "the file has no `-- +goose Up`",
                "put `-- +goose Up` on a line of its own before the first statement",
                where,
            )
        elif not self.statements.get(_Part.UP) and not self.found:
            self._report(
                "migration-empty",
                "the Up has no statement: goose records the version and changes nothing",
                "write the statements behind `-- +goose Up`, or remove the file if it was never applied",
                self.up,
                Severity.WARNING,
            )
        return Parsed(
            tuple(self.statements.get(_Part.UP, ())),
            tuple(self.statements.get(_Part.DOWN, ())),
            self.up.line if self.up is not None else 1,
            self.down_line,
            self.no_transaction,
            tuple(self.found),
        )

    def _annotate(self, number: int, line: str) -> None:
        where = self._line(number, line)
        read = markers.read(line)
        if isinstance(read, markers.Malformed):
            self._report("migration-annotation", read.message, read.help, where)
            return
        handlers: dict[Annotation, Callable[[Position], None]] = {
            Annotation.UP: self._begin_up,
            Annotation.DOWN: self._begin_down,
            Annotation.STATEMENT_BEGIN: self._open_block,
            Annotation.STATEMENT_END: self._close_block,
        }
        if read in handlers:
            handlers[read](where)
        elif read is Annotation.NO_TRANSACTION:
            self.no_transaction = True
        else:
            self.substitutes = read is Annotation.ENVSUB_ON

    def _begin_up(self, where: Position) -> None:
        if self.up is not None:
            self._report(
                "migration-up-duplicate",
                f"a second `-- +goose Up`; the first is on line {self.up.line}",
                "keep one Up and one Down per file, and move the rest to a file with a version of its own",
                where,
            )
            return
        self.up = where
        if self.early_down is not None:
            self._report(
                "migration-down-order",
                f"`-- +goose Down` stands before `-- +goose Up` (line {where.line})",
                "move the Down, with its statements, behind those of the Up",
                self.early_down,
            )
        if self.first_text is not None:
            self._report(
                "migration-up-missing",
                f"this stands before `-- +goose Up` (line {where.line}), where only `--` comments may stand",
                "move `-- +goose Up` above this line",
                self.first_text,
            )
        self.part, self.block, self.empty_block = _Part.UP, None, None
        self.splits.begin()
        self.pending.clear()

    def _begin_down(self, where: Position) -> None:
        if self.block is not None:
            self._report_open_block(f"`-- +goose Down` (line {where.line})")
        else:
            self._end_part()
        if self.part in (_Part.DOWN, _Part.EARLY_DOWN):
            self._report(
                "migration-down-order",
                "a second `-- +goose Down`",
                "keep one Up and one Down per file, and move the rest to a file with a version of its own",
                where,
            )
        elif self.part is _Part.START:
            self.early_down = where
            self.part = _Part.EARLY_DOWN
        else:
            self.part = _Part.DOWN
            self.down_line = where.line
        self.empty_block = None
        self.splits.begin()

    def _open_block(self, where: Position) -> None:
        """goose glues an unfinished statement in front of a block to the block's text."""
        if self.part is _Part.START and self.first_text is None:
            self.first_text = where
        if self.block is not None:
            self._report(
                "migration-statement-unpaired",
                f"`-- +goose StatementBegin` inside the block that begins on line {self.block}",
                "close the first block with `-- +goose StatementEnd` before opening another",
                where,
            )
        elif _BLOCK_COMMENT.sub("", self._code()).strip(SPACE):
            self._report_unfinished()
        self.block = where.line
        self.empty_block = None

    def _close_block(self, where: Position) -> None:
        if self.part is _Part.START and self.first_text is None:
            self.first_text = where
        if self.block is None:
            self._report(
                "migration-statement-unpaired",
                "`-- +goose StatementEnd` without a StatementBegin before it",
                "put `-- +goose StatementBegin` before the statement, or remove this line",
                where,
            )
            return
        self.block = None
        if self.pending:
            self._store(self.splits.block(self.pending, where.line))
        else:
            self.empty_block = where.line

    def _swallow(self, number: int, line: str) -> None:
        """Behind an empty block goose drops the next line of SQL, without a word."""
        if line.strip(SPACE):
            self._report(
                "migration-statement-empty",
                f"goose skips this line, because the block that ends on line {self.empty_block} is empty",
                "remove the empty StatementBegin and StatementEnd",
                self._line(number, line),
            )
        self.empty_block = None

    def _gather(self, number: int, line: str) -> None:
        gathered = self._expand(number, line) if self.substitutes else Line(number, line, line)
        self.pending.append(gathered)
        if self.block is None and gathered.code.endswith(";"):
            self._store(self.splits.statement(self.pending))

    def _expand(self, number: int, line: str) -> Line:
        expanded = envsub.expand(line)
        for each in expanded.problems:
            where = Position.at(self.path, number, each.offset + 1, each.length)
            self._report("migration-envsub", each.message, each.help, where)
        return Line(number, expanded.text, line, bool(expanded.problems))

    def _store(self, split: Diagnostic | None) -> None:
        if split is not None:
            self.found.append(split)
        if any(each.text.strip(SPACE) for each in self.pending):
            self.statements.setdefault(self.part, []).append(_statement(self.pending))
        self.pending.clear()

    def _end_part(self) -> None:
        if any(each.text.strip(SPACE) for each in self.pending):
            self._report_unfinished()
        self.pending.clear()

    def _report_open_block(self, end: str) -> None:
        line = self.block or 1
        self._report(
            "migration-statement-unpaired",
            f"`-- +goose StatementBegin` is not closed before {end}",
            "put `-- +goose StatementEnd` behind the statement",
            Position.at(self.path, line, 1, len(Annotation.STATEMENT_BEGIN.line)),
        )
        self.block = None
        self.pending.clear()

    def _report_unfinished(self) -> None:
        if self.splits.goes_on(self.pending):
            self.pending.clear()
            return
        if _BLOCK_COMMENT.sub("", self._code()).strip(SPACE):
            last = next(each for each in reversed(self.pending) if each.code)
            number, line, end = last.number, last.text, len(last.code)
            message, help = "the statement that ends here has no `;`", _END_OF_STATEMENT
            if ";--" in line:
                end = line.rindex(";--") + 1
                message, help = "goose does not see the `;` before `--`", "put a space between `;` and `--`"
            where = Position.at(self.path, number, end, 1)
        else:
            first = next(each for each in self.pending if each.text.strip(SPACE))
            number, line = first.number, first.text
            message = "goose takes this comment for a statement without `;`"
            help = "use `--` instead of `/* */` behind the last statement, and no line of spaces before it"
            where = self._line(number, line)
        self._report("migration-semicolon", message, help, where)
        self.pending.clear()

    def _code(self) -> str:
        return "\n".join(each.code for each in self.pending)

    def _line(self, number: int, line: str) -> Position:
        text = line.rstrip(SPACE)
        start = len(text) - len(text.lstrip(SPACE))
        return Position.at(self.path, number, start + 1, len(text) - start)

    def _report(
        self, rule: str, message: str, help: str, where: Position, severity: Severity = Severity.ERROR
    ) -> None:
        self.found.append(Diagnostic(rule, message, help, where, severity))


def _statement(gathered: Sequence[Line]) -> Statement:
    first, last = gathered[0].number, gathered[-1].number
    is_whole = last - first + 1 == len(gathered)
    return Statement(
        "\n".join(each.text for each in gathered),
        range(first, last + 1) if is_whole else tuple(each.number for each in gathered),
    )
