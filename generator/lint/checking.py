"""Lint of a project's migrations: squawk's rules and gen's own, with the levels and suppressions that hold."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping

from generator.diagnostics import Diagnostic
from generator.lint import commands, foreign, levels, mistaken, suppressions
from generator.lint.foreign import Linted
from generator.lint.rules import registry
from generator.lint.squawk import Settings
from generator.lint.suppressions import Allowed, Suppressions
from generator.migrations.model import Migration
from generator.model import LintLevel, Project, Service
from generator.text import nearest

_UNREAD = Linted((), True)
# The first is not told where one of the others is told of the same line.
_SAID_BY = {
    "lint-constraint-missing-not-valid": (
        "lint-disallowed-unique-constraint",
        "lint-adding-foreign-key-constraint",
        "lint-adding-serial-primary-key-field",
    ),
    "lint-ban-uncommitted-transaction": ("lint-transaction-control",),
}
_ONCE_A_LINE = frozenset({"lint-ban-duplicate-column-assignments"})


def check(project: Project) -> Iterator[Diagnostic]:
    """Everything that the lint rules find, where they are not off or declared right."""
    migrations = {
        (_settings(service, each), each.path): each
        for service in project.services
        for each in service.migrations
    }
    wanted = {
        rule for rule in levels.DEFAULTS if any(not _is_off(service, rule) for service in project.services)
    }
    linted = foreign.lint(migrations, wanted)
    own = {each.path: commands.read(each) for each in migrations.values()}
    declared = {each.path: suppressions.of(each) for each in migrations.values()}
    for service in project.services:
        yield from _levelled(service, _unknown_rules(service))
        for migration in service.migrations:
            theirs = linted.get((_settings(service, migration), migration.path), _UNREAD)
            script = own[migration.path]
            holding = mistaken.without(script, service.postgres, theirs.found)
            found = [*_once(holding), *registry.check(service, script)]
            yield from _levelled(
                service, _declared(service, found, declared[migration.path], theirs.is_whole)
            )


def _once(found: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """squawk's findings without a second one for the same mistake."""
    kept = tuple(found)
    told = {(each.rule, each.position.line) for each in kept}
    seen = set()
    for each in kept:
        line = each.position.line
        is_told = any((rule, line) in told for rule in _SAID_BY.get(each.rule, ()))
        is_repeated = each.rule in _ONCE_A_LINE and (each.rule, line) in seen
        seen.add((each.rule, line))
        if not (is_told or is_repeated):
            yield each


def _settings(service: Service, migration: Migration) -> Settings:
    return Settings(not migration.no_transaction, service.postgres)


def _declared(
    service: Service, found: list[Diagnostic], declared: Suppressions, is_whole: bool
) -> Iterator[Diagnostic]:
    """What is not declared right, and what is wrong with the declarations."""
    used: set[Allowed] = set()
    for each in found:
        by = declared.by(each.rule, each.position.line)
        if by is None:
            yield each
        else:
            used.add(by)
    yield from declared.found
    yield from suppressions.unknown(declared, tuple(levels.DEFAULTS))
    if is_whole and declared.allowed:
        looked_for = {rule for rule in (*levels.SQUAWK, *levels.OWN) if not _is_off(service, rule)}
        yield from suppressions.unused(declared, used, looked_for)


def _levelled(service: Service, found: Iterator[Diagnostic]) -> Iterator[Diagnostic]:
    for each in found:
        severity = levels.severity(service, each.rule)
        if severity is not None and not _is_set_by_service(service, each.rule):
            yield dataclasses.replace(each, severity=severity)


def _is_off(service: Service, rule: str) -> bool:
    return levels.severity(service, rule) is None or _is_set_by_service(service, rule)


def _is_set_by_service(service: Service, rule: str) -> bool:
    """A timeout that the service sets for every migration need not be set in each, unless somebody says so."""
    if rule in service.lint or not service.database.session_parameters:
        return False
    timeouts = {
        "lint-require-lock-timeout": service.database.lock_timeout_ms,
        "lint-require-statement-timeout": service.database.statement_timeout_ms,
    }
    return timeouts.get(rule, 0) > 0


def _unknown_rules(service: Service) -> Iterator[Diagnostic]:
    known: Mapping[str, LintLevel] = levels.DEFAULTS
    for rule in service.lint:
        if rule not in known:
            guess = nearest.nearest(rule, known) or nearest.nearest(f"{levels.PREFIX}{rule}", known)
            yield Diagnostic(
                "lint-unknown-rule",
                f"there is no lint rule `{rule}`",
                f"did you mean `{guess}`?" if guess else "write the id that stands in brackets in a finding",
                service.where.key("lint", "rules", rule),
            )
