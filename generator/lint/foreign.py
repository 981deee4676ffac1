"""squawk's findings as diagnostics at their place, under our ids.

squawk's parser is not PostgreSQL's, and one statement that it does not understand hides all other findings
of the file. So such a statement is told once, as something that was not checked, and the rest is asked again
without it: whether SQL is right, only PostgreSQL decides.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from generator.diagnostics import Diagnostic, Position
from generator.lint import levels, sent, squawk
from generator.lint.sent import Sent
from generator.lint.squawk import Answer, Finding, Settings
from generator.migrations.model import Migration

_SYNTAX = "lint-syntax"
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Linted:
    """What was found in one migration; `is_whole` if squawk understood all of it."""

    found: tuple[Diagnostic, ...]
    is_whole: bool


@dataclass(slots=True)
class _File:
    sent: Sent
    left_out: set[int]
    found: list[Diagnostic]
    is_whole: bool = True


def lint(
    migrations: Mapping[tuple[Settings, str], Migration], wanted: Collection[str]
) -> dict[tuple[Settings, str], Linted]:
    """By the settings and the migration's path. `wanted` are our ids of the rules that somebody wants."""
    files = {key: _File(sent.of(each), set(), []) for key, each in migrations.items() if each.up}
    names = {rule.removeprefix(levels.PREFIX): rule in wanted for rule in levels.SQUAWK}
    include = [name for name, is_wanted in names.items() if is_wanted]
    exclude = [name for name, is_wanted in names.items() if not is_wanted]
    asked = list(files)
    for _ in range(_ROUNDS):
        if not asked:
            break
        groups: dict[Settings, list[str]] = {}
        for settings, path in asked:
            file = files[settings, path]
            groups.setdefault(settings, []).append(file.sent.text(file.left_out))
        answers = {settings: iter(each) for settings, each in squawk.run(groups, include, exclude).items()}
        asked = [key for key in asked if not _take(files[key], next(answers[key[0]]))]
    return {key: Linted(tuple(each.found), each.is_whole) for key, each in files.items()}


def _take(file: _File, answer: Answer) -> bool:
    """Adds an answer to a file's findings; False if it has to be asked again."""
    if answer.findings is None:
        file.found.append(_unreadable(file.sent.migration))
        file.is_whole = False
        return True
    syntax = [each for each in answer.findings if each.rule == squawk.SYNTAX]
    if not syntax:
        file.found += [_diagnostic(file.sent, each) for each in answer.findings]
        return True
    file.is_whole = False
    for each in syntax:
        index = file.sent.statement(each)
        # What ENVSUB leaves of a line without the pod's variables need not be SQL.
        if index not in file.left_out and file.sent.places[index].is_as_written:
            file.found.append(_misunderstood(file.sent, each))
        file.left_out.add(index)
    return False


def _diagnostic(where: Sent, finding: Finding) -> Diagnostic:
    rule = f"{levels.PREFIX}{finding.rule}"
    help = _sentence(finding.help) or f"`gen explain {rule}` says why, and what to do instead"
    return Diagnostic(rule, _sentence(finding.message), help, where.position(finding))


def _misunderstood(where: Sent, finding: Finding) -> Diagnostic:
    return Diagnostic(
        _SYNTAX,
        f"squawk does not understand this statement, so it was not checked: {_sentence(finding.message)}",
        "correct it if it is wrong; `gen test` asks PostgreSQL",
        where.position(finding),
    )


def _unreadable(migration: Migration) -> Diagnostic:
    return Diagnostic(
        _SYNTAX,
        "squawk crashed on this file or did not come to an end, so its rules were not checked",
        "make very long or deeply nested expressions simpler",
        Position.at(migration.path, migration.up_line, 1, len("-- +goose Up")),
    )


def _sentence(text: str) -> str:
    """On one line, the first letter lower case unless it begins a word such as `ALTER`, no full stop."""
    line = " ".join(text.split()).removesuffix(".")
    is_plain = line[1:2].islower() or line[1:2] == " "
    return line[:1].lower() + line[1:] if is_plain else line
