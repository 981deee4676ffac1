"""How a command's findings reach a person or a program.

Text: findings go to standard error and results to standard output, so that a result can be piped.
JSON: one object on standard output.
"""

from __future__ import annotations

import dataclasses
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NoReturn

import click

from generator.cli.main import EXIT_PROBLEMS
from generator.diagnostics import Diagnostic
from generator.report import json as report_json
from generator.report import text as report_text


class Report:
    """Collects findings and results; `finish` prints what has to be printed once."""

    def __init__(self, format: str, root: Path) -> None:
        self.is_json = format == "json"
        self._root = root
        self._found: list[Diagnostic] = []
        self._results: dict[str, Any] = {}

    def add(self, found: Iterable[Diagnostic]) -> None:
        self._found += [self._seen_from_here(each) for each in found]

    def say(self, line: str) -> None:
        """A line of the result, for people."""
        if not self.is_json:
            click.echo(line)

    def say_exactly(self, text: str) -> None:
        """A result that is a text of its own, such as a diff."""
        if not self.is_json:
            click.echo(text, nl=False)

    def warn(self, line: str) -> None:
        """A line that a person should see even where the result is piped away."""
        if not self.is_json:
            click.echo(line, err=True)

    def result(self, **values: Any) -> None:
        """Parts of the result, for programs."""
        self._results.update(values)

    def finish(self) -> None:
        if self.is_json:
            click.echo(report_json.render(self._found, self._results), nl=False)
        elif self._found:
            color = sys.stderr.isatty() and "NO_COLOR" not in os.environ
            click.echo(report_text.render(self._found, _source, color), err=True, nl=False, color=color)

    def stop(
        self, context: click.Context, found: Iterable[Diagnostic], code: int = EXIT_PROBLEMS
    ) -> NoReturn:
        """Ends the command: before these are mended there is no result."""
        self.add(found)
        self.finish()
        context.exit(code)

    def _seen_from_here(self, found: Diagnostic) -> Diagnostic:
        """Paths are relative to services.yaml inside gen; a person clicks on what they see from here."""
        path = Path(os.path.normpath(self._root / found.position.path)).as_posix()
        return dataclasses.replace(found, position=dataclasses.replace(found.position, path=path))


def count(number: int, noun: str) -> str:
    """`1 service`, `2 services`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _source(path: str) -> str | None:
    try:
        file = Path(path)
        if not file.is_file() or file.stat().st_size > 16 * 1024 * 1024:
            return None
        return file.read_bytes().decode("utf-8", "replace")
    except OSError:
        return None
