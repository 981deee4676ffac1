"""Statements that goose cuts in two: those that end, for goose, inside a quote or a comment.

goose knows nothing of quotes: outside a block it ends a statement at any line that ends with `;`, in the
middle of a function's body too, and PostgreSQL refuses the first half.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from generator.diagnostics import Diagnostic, Position
from generator.migrations import lexer, quoting
from generator.migrations.lexer import Kind, Open
from generator.migrations.lines import Line

_NAMES = {
    Kind.STRING: "string",
    Kind.ESCAPE: "string",
    Kind.NAME: "quoted identifier",
    Kind.DOLLAR: "dollar quote",
    Kind.COMMENT: "comment",
}
_CLOSING = {Kind.STRING: "'", Kind.ESCAPE: "'", Kind.NAME: '"', Kind.COMMENT: "*/"}


@dataclass(slots=True)
class Splits:
    """The statements of one file in their order; `cut` is what the last one that was cut left open.

    The pieces behind a cut look broken too. A piece is a mistake of its own only if it is one both
    when it goes on with what was cut and when it begins anew, behind a quote that was forgotten.
    """

    path: str
    cut: Open | None = None

    def begin(self) -> None:
        """Nothing goes on from the Up into the Down."""
        self.cut = None

    def statement(self, lines: Sequence[Line]) -> Diagnostic | None:
        """A statement that goose ended at a `;`."""
        if any(each.spoilt for each in lines):
            return None
        text = _text(lines)
        found = lexer.unclosed(text)
        if self.cut is not None:
            rest = lexer.unclosed(text, self.cut)
            if rest is not None and rest.offset is None:
                self.cut = rest
                return None
            found = rest if found is not None else None
        self.cut = found
        if found is None:
            return None
        end = f"goose ends the statement at the `;` on line {lines[-1].number}"
        return Diagnostic(
            "migration-statement-split",
            f"{end}, inside the {_shown(found)} that opens here",
            f"put `-- +goose StatementBegin` before line {_first(lines)} and `-- +goose StatementEnd` behind "
            f"the whole statement{_or_close(found)}",
            self._position(lines, found),
        )

    def block(self, lines: Sequence[Line], end: int) -> Diagnostic | None:
        """The statement of a block whose StatementEnd is on line `end`."""
        if any(each.spoilt for each in lines):
            return None
        text = _text(lines)
        found = lexer.unclosed(text)
        closes = self.cut is not None and lexer.unclosed(text, self.cut) is None
        self.cut = None if closes else found
        if self.cut is None or found is None:
            return None
        return Diagnostic(
            "migration-statement-split",
            f"the {_shown(found)} that opens here is still open at the StatementEnd on line {end}",
            f"close it with `{_closing(found)}`, or move `-- +goose StatementEnd` behind its end",
            self._position(lines, found),
        )

    def goes_on(self, lines: Sequence[Line]) -> bool:
        """Whether these lines, which have no `;`, are the end of what was cut."""
        if self.cut is None:
            return False
        rest = lexer.unclosed(_text(lines), self.cut)
        return rest is None or rest.offset is None

    def _position(self, lines: Sequence[Line], found: Open) -> Position:
        offset = found.offset or 0
        for each in lines:
            if offset <= len(each.text):
                break
            offset -= len(each.text) + 1
        length = len(found.opening)
        column = _column(each, offset, length)
        return Position.at(self.path, each.number, column + 1, min(length, len(each.source) - column))


def _text(lines: Sequence[Line]) -> str:
    return "\n".join(each.text for each in lines)


def _first(lines: Sequence[Line]) -> int:
    return next((each.number for each in lines if each.text.strip()), lines[0].number)


def _column(line: Line, offset: int, length: int) -> int:
    """Where a place in the line that goose sends is in the file; the line's start if ENVSUB made it."""
    if line.source.startswith(line.text[: offset + length]):
        return offset
    if line.source.endswith(line.text[offset:]):
        return len(line.source) - len(line.text) + offset
    return 0


def _shown(found: Open) -> str:
    name = _NAMES[found.kind]
    return f"{name} `{quoting.shown(found.opening)}`" if found.kind is Kind.DOLLAR else name


def _closing(found: Open) -> str:
    return quoting.shown(_CLOSING.get(found.kind, found.opening))


def _or_close(found: Open) -> str:
    if found.kind is Kind.DOLLAR:
        return ""
    within = "; a `'` inside a string is written `''`" if found.kind in (Kind.STRING, Kind.ESCAPE) else ""
    return f", or close the {_NAMES[found.kind]} with `{_closing(found)}` if that is missing{within}"
