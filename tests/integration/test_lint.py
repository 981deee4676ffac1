"""The lint with the real squawk: positions, levels, suppressions, and what squawk must not do."""

from __future__ import annotations

import dataclasses
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from generator import lint as lint_engine
from generator.diagnostics import Diagnostic, GenError, Severity
from generator.lint import levels, squawk
from generator.lint.squawk import Settings
from generator.migrations.model import Migration
from generator.model import LintLevel
from tests.support import cli, lint, models

BASE = Path(__file__).parents[1] / "cases" / "build" / "base"
DROP = "lint-ban-drop-table"
QUIET = {"lint-irreversible": LintLevel.IGNORE, DROP: LintLevel.WARNING}


def found(*migrations: Migration, **service: object) -> list[Diagnostic]:
    levels_given = service.pop("lint", QUIET)
    return list(lint_engine.check(lint.project(*migrations, lint=levels_given, **service)))


def places(diagnostics: list[Diagnostic]) -> list[tuple[str, int, int, int]]:
    return [
        (each.rule, each.position.line, each.position.column, each.position.end_column)
        for each in diagnostics
    ]


def test_a_finding_is_where_it_is_in_the_file() -> None:
    made = lint.migration(
        "-- Größe\r\n-- +goose Up\r\n-- +goose StatementBegin\r\n"
        "SELECT '日本🍬'; /* é */ DROP TABLE\r\n  \"ünïcode\";\r\n-- +goose StatementEnd\r\n"
        "-- +goose Down\r\nDROP TABLE b;\r\n"
    )
    assert places(found(made)) == [(DROP, 4, 23, 33)]


def test_envsub_moves_it() -> None:
    made = lint.up("-- +goose ENVSUB ON\nSELECT ${NAME:-1}; DROP TABLE a;\n-- +goose ENVSUB OFF")
    assert places(found(made)) == [(DROP, 3, 20, 33)]


def test_what_envsub_leaves_need_not_be_sql() -> None:
    made = lint.up("-- +goose ENVSUB ON\nCREATE ${NAME} a;\n-- +goose ENVSUB OFF\nDROP TABLE a;")
    assert places(found(made)) == [(DROP, 5, 1, 14)]


def test_a_message_reads_like_ours() -> None:
    (said,) = found(lint.up("DROP TABLE a;"))
    assert said.message == "dropping a table may break existing clients"
    assert said.severity is Severity.WARNING
    assert said.help


@pytest.mark.parametrize(
    ("level", "severities"),
    [(LintLevel.ERROR, [Severity.ERROR]), (LintLevel.WARNING, [Severity.WARNING]), (LintLevel.IGNORE, [])],
)
def test_levels(level: LintLevel, severities: list[Severity]) -> None:
    made = lint.up("DROP TABLE a;")
    assert [each.severity for each in found(made, lint={**QUIET, DROP: level})] == severities


def test_two_services_have_their_own_levels() -> None:
    one = models.service(migrations=(lint.up("DROP TABLE a;"),), lint={**QUIET, DROP: LintLevel.ERROR})
    two = models.service(
        name="b", migrations=(lint.migration("-- +goose Up\nDROP TABLE a;\n-- +goose Down\nSELECT 1;\n", "b/1_a.sql"),),
        lint=QUIET,
    )  # fmt: skip
    project = lint.project()
    said = lint_engine.check(dataclasses.replace(project, services=(one, two)))
    assert [(each.position.path, each.severity) for each in said] == [
        (lint.PATH, Severity.ERROR),
        ("b/1_a.sql", Severity.WARNING),
    ]


def test_a_suppression_needs_our_form() -> None:
    made = lint.up(
        f"-- gen:allow {DROP}: said\nDROP TABLE a;\n-- squawk-ignore ban-drop-table\nDROP TABLE b;"
    )
    assert places(found(made)) == [(DROP, 5, 1, 14), ("lint-suppression", 4, 4, 17)]


def test_squawks_own_comments_have_no_effect() -> None:
    made = lint.up(
        "/* squawk-ignore-file */ DROP TABLE a; -- squawk-ignore\nDROP TABLE\n  -- squawk-ignore ban-drop-table\n  b;"
    )
    assert [each for each in places(found(made)) if each[0] == DROP] == [(DROP, 2, 26, 39), (DROP, 3, 1, 11)]


def test_an_unused_suppression_of_a_rule_that_is_off_is_not_told() -> None:
    made = lint.up(f"-- gen:allow {DROP}, lint-renaming-table: said\nSELECT 1;")
    assert places(found(made, lint={DROP: LintLevel.IGNORE})) == [("lint-suppression-unused", 2, 35, 54)]


def test_the_transaction_counts() -> None:
    rule = "lint-prefer-robust-stmts"
    made = "CREATE TABLE a (b bigint);"
    assert found(lint.up(made), lint={rule: LintLevel.ERROR}) == []
    without = found(lint.up(made, no_transaction=True), lint={rule: LintLevel.ERROR})
    assert rule in [each.rule for each in without]


@pytest.mark.parametrize(("version", "count"), [(10, 1), (13, 0), (18, 0)])
def test_the_version_counts(version: int, count: int) -> None:
    settings = Settings(True, version)
    text = "ALTER TABLE a ADD COLUMN b bigint DEFAULT 1;\n"
    (answer,) = squawk.run({settings: [text]}, ["adding-field-with-default"], [])[settings]
    assert [each.rule for each in answer.findings or ()].count("adding-field-with-default") == count


def test_a_timeout_that_the_service_sets_is_not_demanded() -> None:
    rule = "lint-require-lock-timeout"
    made = lint.up("ALTER TABLE a ADD COLUMN b bigint;")
    unset = models.database(lock_timeout_ms=0)
    hidden = models.database(session_parameters=False)
    warned = {rule: LintLevel.WARNING}
    assert levels.DEFAULTS[rule] is LintLevel.IGNORE or not found(made, lint={})
    assert places(found(made, lint=warned, database=unset)) == [(rule, 2, 1, 35)]
    assert places(found(made, lint=warned, database=hidden)) == [(rule, 2, 1, 35)]


STRANGE = [
    "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $b$\nBEGIN\n    DROP TABLE x;\nEND;\n$b$;",
    "DO $$ BEGIN IF true THEN DROP TABLE z; END IF; END $$;",
    "CREATE FUNCTION g() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END;",
    "COPY t (a, b) FROM PROGRAM 'cat' WITH (FORMAT csv);",
    "CREATE TABLE q (a bigint, EXCLUDE USING gist (a WITH =)) PARTITION BY RANGE (a);",
    "CREATE OPERATOR === (LEFTARG = box, RIGHTARG = box, FUNCTION = f);",
    "CREATE AGGREGATE a (int) (SFUNC = f, STYPE = int);",
    "CREATE STATISTICS st (dependencies) ON a, b FROM t;",
    "MERGE INTO a USING b ON a.id = b.id WHEN MATCHED THEN DELETE;",
    "INSERT INTO t VALUES (E'\\n\\'x', U&'\\0061', B'01', X'1f', 1_000);",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT SELECT ON TABLES TO r;",
    "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f();",
    "SECURITY LABEL FOR x ON TABLE t IS 'y';",
    "CREATE FUNCTION h(x int = 1, VARIADIC y int[]) RETURNS TABLE (a int) AS 'select 1' LANGUAGE sql STRICT;",
]


@pytest.mark.parametrize("sql", STRANGE)
def test_squawk_understands_what_real_migrations_hold(sql: str) -> None:
    made = lint.up(f"-- +goose StatementBegin\n{sql}\n-- +goose StatementEnd\nDROP TABLE a;")
    assert DROP in {each.rule for each in found(made)}
    assert "lint-syntax" not in {each.rule for each in found(made)}


def test_what_it_does_not_understand_hides_nothing_else() -> None:
    made = lint.up("DROP TABLE a;\nALTER TABLE a ADD COLUM b text;\nSELEKT 1;\nDROP TABLE b;")
    said = found(made)
    assert places(said)[2:] == [(DROP, 2, 1, 14), (DROP, 5, 1, 14)]
    assert [(each.rule, each.position.line, each.severity) for each in said[:2]] == [
        ("lint-syntax", 3, Severity.WARNING),
        ("lint-syntax", 4, Severity.WARNING),
    ]


def test_a_file_that_crashes_it_is_told_and_the_others_are_checked() -> None:
    deep = "(" * 100_000
    made = [
        lint.migration(
            f"-- +goose Up\n{'CREATE TABLE x (y int DEFAULT ' + deep if number == 5 else 'DROP TABLE a'};\n"
            "-- +goose Down\nSELECT 1;\n",
            f"a/{number}_a.sql",
        )
        for number in range(1, 10)
    ]
    said = found(*made)
    assert [each.position.path for each in said if each.rule == DROP] == [
        f"a/{number}_a.sql" for number in (1, 2, 3, 4, 6, 7, 8, 9)
    ]
    (told,) = [each for each in said if each.rule == "lint-syntax"]
    assert (told.position.path, told.position.line) == ("a/5_a.sql", 1)


def test_nobodys_configuration_is_read(tmp_path: Path) -> None:
    """squawk looks for a .squawk.toml from where it runs upwards: that is our temporary directory."""
    (tmp_path / ".squawk.toml").write_text('excluded_rules = ["ban-drop-table"]\n')
    shutil.copytree(BASE, tmp_path, dirs_exist_ok=True)
    (tmp_path / "migrations/auth-service/00003_drop.sql").write_text(
        "-- +goose Up\n-- gen:allow lint-irreversible: said\nDROP TABLE users;\n-- +goose Down\nSELECT 1;\n"
    )
    text = (tmp_path / "services.yaml").read_text()
    (tmp_path / "services.yaml").write_text(f"{text}    lint:\n      rules: {{{DROP}: error}}\n")
    for extra in ({}, {"TMPDIR": str(tmp_path)}):
        said = cli.gen("check", cwd=tmp_path, env=extra)
        assert said.returncode == 1, said.stderr
        assert f"00003_drop.sql:3:1: error[{DROP}]" in said.stderr
    assert not list(tmp_path.glob("gen-*"))


def test_a_missing_squawk_is_no_silence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GenError, match="squawk"):
        found(lint.up("DROP TABLE a;"))


def test_a_squawk_that_does_not_know_a_rule_is_no_silence() -> None:
    with pytest.raises(GenError, match="invalid rule name no-such-rule"):
        squawk.run({Settings(True, 16): ["SELECT 1;\n"]}, ["no-such-rule"], [])


# The first is an old name of two others, the second is about comments that squawk never sees.
NO_RULES = {"require-timeout-settings", "unused-ignore"}


def squawks_rules() -> set[str]:
    """The rules of the program that have no level. It lists them nowhere, so: the names in its binary that it accepts.

    They stand there back to back in one run of letters and hyphens.
    """
    data = squawk.program().read_bytes()
    runs = [each.decode() for each in re.findall(rb"[a-z-]{300,}", data) if b"ban-drop-table" in each]
    assert runs, "squawk's rules are not where they used to be in its binary: find them anew"
    known = sorted((each.removeprefix(levels.PREFIX) for each in levels.SQUAWK), key=len, reverse=True)
    left = [re.sub("|".join(map(re.escape, known)), " ", each) for each in runs]
    return {each for text in left for each in text.split()}


def test_every_rule_of_squawk_has_a_level() -> None:
    assert squawks_rules() == NO_RULES


def test_squawk_has_every_rule_with_a_level(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_text("SELECT 1;\n")
    options = [f"--include={each.removeprefix(levels.PREFIX)}" for each in levels.SQUAWK]
    ran = subprocess.run(
        [squawk.program(), *options, "a.sql"],
        cwd=tmp_path,
        env=dict(os.environ),
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr


def test_an_unknown_rule_of_a_newer_squawk_warns() -> None:
    assert levels.of(models.service(), "lint-of-the-future") is LintLevel.WARNING
