"""The way back and the way forward again, and what is said of a pin."""

from __future__ import annotations

from datetime import date

import pytest

from generator import model, rollback
from generator.diagnostics import Severity
from generator.migrations.model import Migration
from generator.rollback import path
from tests.support import lint, models


def migration(version: int, down: str | None = "SELECT 1;", up: str = "SELECT 2;") -> Migration:
    name = f"migrations/auth-service/{version:05}_change.sql"
    text = f"-- +goose Up\n{up}\n"
    return lint.migration(text if down is None else f"{text}-- +goose Down\n{down}\n", name)


def service(*migrations: Migration, pin: model.Pin | None = None, **changes: object) -> model.Service:
    return models.service(migrations=migrations, pin=pin, **changes)


def pin(version: int, newest: int, *accepted: int, expires: date | None = None) -> model.Pin:
    return models.pin(version=version, newest=newest, accepted=accepted, expires=expires)


def found(made: model.Service) -> list[tuple[str, str, Severity]]:
    project = model.Project("services.yaml", "", (made,), ())
    return [(each.rule, each.message, each.severity) for each in rollback.check(project)]


def rules(made: model.Service) -> list[str]:
    return [rule for rule, _, _ in found(made)]


def versions(migrations: tuple[Migration, ...]) -> list[int]:
    return [each.version for each in migrations]


# Directories are read by name: 10 stands before 9.
UNORDERED = tuple(migration(each) for each in (10, 11, 8, 9))


@pytest.mark.parametrize(
    ("target", "newest", "undone"),
    [
        (0, 11, [11, 10, 9, 8]),
        (8, 11, [11, 10, 9]),
        (8, 10, [10, 9]),
        (9, 9, []),
        (11, 11, []),
        (11, 8, []),
    ],
)
def test_the_newest_version_is_undone_first(target: int, newest: int, undone: list[int]) -> None:
    steps = path.steps(service(*UNORDERED), target, newest)
    assert [each.migration.version for each in steps] == undone


def test_up_applies_what_is_above_the_oldest_first() -> None:
    assert versions(path.again(service(*UNORDERED), 0)) == [8, 9, 10, 11]
    assert versions(path.again(service(*UNORDERED), 9)) == [10, 11]
    assert versions(path.again(service(*UNORDERED), 11)) == []


def test_what_is_newer_than_the_pin_waits() -> None:
    assert versions(path.waiting(service(*UNORDERED), pin(8, 9))) == [10, 11]
    assert path.waiting(service(*UNORDERED), pin(8, 11)) == ()


def test_a_step_holds_the_statements_of_its_down_and_their_losses() -> None:
    (step,) = path.steps(service(migration(1, "DROP INDEX i;\nDROP TABLE a;")), 0, 1)
    assert [each.text for each in step.statements] == ["DROP INDEX i;", "DROP TABLE a;"]
    assert [(each.statement, each.what) for each in step.losses] == [
        (step.statements[1], "DROP TABLE a: every row of it")
    ]
    assert not step.is_missing


@pytest.mark.parametrize(
    ("down", "is_missing"),
    [
        (None, True),
        ("", True),
        ("-- nothing", True),
        ("/* nothing */;", True),
        ("SELECT 'down SQL query';", True),
        ("SELECT 1;", False),
        ("DROP TABLE a;", False),
    ],
)
def test_a_down_that_does_nothing_is_missing(down: str | None, is_missing: bool) -> None:
    (step,) = path.steps(service(migration(1, down)), 0, 1)
    assert step.is_missing == is_missing


def test_an_up_without_a_statement_needs_no_down() -> None:
    (step,) = path.steps(service(migration(1, None, up="")), 0, 1)
    assert not step.is_missing


def test_a_pin_that_is_right_is_no_finding() -> None:
    assert found(service(migration(1), migration(2, "DROP TABLE a;"), pin=pin(1, 2, 2))) == []
    # Before the first migration, with one only; and a hold, which undoes nothing.
    assert found(service(migration(1), pin=pin(0, 1))) == []
    assert found(service(migration(1), pin=pin(1, 1))) == []
    assert found(service(migration(1))) == []


@pytest.mark.parametrize("wrong", [pin(3, 2), pin(1, 3), pin(0, 3), pin(2, 1)])
def test_a_version_that_does_not_exist_is_told_and_nothing_else_is_guessed(wrong: model.Pin) -> None:
    made = service(migration(1, "DROP TABLE a;"), migration(2, None), pin=wrong)
    assert rules(made) == ["pin-version"]


def test_the_help_names_the_versions_around_a_wrong_one() -> None:
    stamps = [migration(20260117000000 + each) for each in range(1, 7)]
    project = model.Project(
        "services.yaml", "", (service(*stamps, pin=pin(202601170000035, 20260117000006)),), ()
    )
    (each,) = rollback.check(project)
    assert each.help == (
        "did you mean 20260117000005? Else write the version of one, such as 20260117000005, 20260117000006"
    )


def test_every_file_without_a_down_on_the_way_is_named() -> None:
    made = service(migration(1, None), migration(2, None), migration(3), migration(4, "-- no"), pin=pin(1, 4))
    (rule, message, severity), *rest = found(made)
    assert (rule, severity, rest) == ("pin-down-missing", Severity.ERROR, [])
    assert (
        "migrations/auth-service/00004_change.sql:3, migrations/auth-service/00002_change.sql:1;" in message
    )
    assert "00001" not in message


def test_a_loss_that_nobody_agreed_to_is_an_error() -> None:
    made = service(
        migration(1, "DROP TABLE a;"),
        migration(2, "DROP TABLE b;"),
        migration(3, "DROP INDEX i;"),
        migration(4, "DO $$BEGIN END$$;"),
        pin=pin(1, 4, 4),
    )
    project = model.Project("services.yaml", "", (made,), ())
    (each,) = rollback.check(project)
    assert (each.rule, each.severity) == ("pin-data-loss", Severity.ERROR)
    assert each.message.endswith(": migrations/auth-service/00002_change.sql:4 DROP TABLE b: every row of it")
    assert "`acceptDataLoss: [2, 4]`" in each.help
    assert "`--accept-data-loss 2 --accept-data-loss 4`" in each.help


def test_many_losses_are_cut_short() -> None:
    down = "\n".join(f"DROP TABLE t{each};" for each in range(20))
    ((_, message, _),) = found(service(migration(1, down), pin=pin(0, 1)))
    assert "t4: every row of it; and 15 more" in message
    assert "t5:" not in message


def test_agreeing_to_what_is_not_passed_is_a_warning() -> None:
    made = service(migration(1), migration(2), pin=pin(1, 2, 1, 7))
    assert [(rule, severity) for rule, _, severity in found(made)] == [
        ("pin-data-loss", Severity.WARNING)
    ] * 2


def test_new_migrations_behind_a_pin_are_counted_and_named() -> None:
    made = service(*(migration(each) for each in range(1, 10)), pin=pin(1, 2))
    ((rule, message, severity),) = found(made)
    assert (rule, severity) == ("pin-waiting", Severity.WARNING)
    assert "7 newer migrations wait" in message
    assert "00003_change.sql" in message
    assert message.endswith("00007_change.sql, and 2 more")


def test_a_pin_of_a_suspended_service_does_nothing() -> None:
    made = service(migration(1), migration(2), pin=pin(1, 2), suspend=True)
    assert rules(made) == ["pin-suspended"]


@pytest.mark.parametrize(
    ("expires", "is_expired"),
    [(None, False), (date(2026, 1, 31), True), (date(2026, 2, 1), True), (date(2026, 2, 2), False)],
)
def test_a_pin_expires_when_its_day_begins(expires: date | None, is_expired: bool) -> None:
    made = service(migration(1), migration(2), pin=pin(1, 2, expires=expires))
    project = model.Project("services.yaml", "", (made, service(migration(1))), ())
    told = list(rollback.expired(project, date(2026, 2, 1)))
    assert [(each.rule, each.severity) for each in told] == [("pin-expired", Severity.ERROR)] * is_expired
