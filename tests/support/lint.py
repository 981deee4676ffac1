"""Migrations as text, read by gen's own parser, for the lint's tests."""

from __future__ import annotations

from generator import model
from generator.lint import commands
from generator.lint.rules import registry
from generator.migrations import parser
from generator.migrations.model import Migration
from tests.support import models

PATH = "migrations/auth-service/00003_change.sql"


def migration(text: str, path: str = PATH) -> Migration:
    name = path.rpartition("/")[2]
    made, found = parser.parse(path, name, text.encode())
    assert made is not None, found
    return made


def up(text: str, down: str = "SELECT 1;", no_transaction: bool = False) -> Migration:
    """`text` begins on line 2, or on line 3 behind NO TRANSACTION."""
    head = "-- +goose NO TRANSACTION\n" if no_transaction else ""
    return migration(f"{head}-- +goose Up\n{text}\n-- +goose Down\n{down}\n")


def own(made: Migration, **service: object) -> list[tuple[str, int, int]]:
    """What gen's own rules find: id, line and column, with nothing suppressed."""
    found = registry.check(models.service(**service), commands.read(made))
    return [(each.rule, each.position.line, each.position.column) for each in found]


def project(*migrations: Migration, **service: object) -> model.Project:
    made = models.service(migrations=migrations, **service)
    return model.Project("services.yaml", "", (made,), ())
