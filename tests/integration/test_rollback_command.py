"""`gen rollback`: what it shows, what it writes into services.yaml, what it refuses."""

from __future__ import annotations

import json
import shutil
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support import forked, programs

TEXT = """\
# Above everything.
version: 1

services:
  # The first one.
  auth-service:   # behind a key
    namespace: auth

    database:
      secret: {name: auth-db, key: url}   # a reference
    runner:
        image: a.example/goose:3.27.3

  billing-service: {namespace: billing, database: {secret: {name: db, key: url}}, runner: {image: "a.example/g:3.27"}}
# The end, and no line break behind it."""
SQL = {
    "00001_users.sql": (
        "CREATE TABLE users (id bigint);",
        "DROP TABLE users;",
    ),
    "00002_comment.sql": (
        "COMMENT ON TABLE users IS 'One row each';",
        "COMMENT ON TABLE users IS NULL;",
    ),
    "00003_email.sql": (
        "ALTER TABLE users ADD COLUMN email text;",
        "ALTER TABLE users\n    DROP COLUMN email;",
    ),
    "00004_view.sql": (
        "CREATE VIEW people AS SELECT id FROM users;",
        "DROP VIEW people;",
    ),
}
REASON = 'it "breaks"  — # the login: {x}\\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "services.yaml").write_text(TEXT, encoding="utf-8")
    for service in ("auth-service", "billing-service"):
        folder = tmp_path / "migrations" / service
        folder.mkdir(parents=True)
        for name, (up, down) in SQL.items():
            (folder / name).write_text(f"-- +goose Up\n{up}\n\n-- +goose Down\n{down}\n", encoding="utf-8")
    return tmp_path


def read(project: Path) -> str:
    return (project / "services.yaml").read_bytes().decode()


def rollback(project: Path, *arguments: str, code: int = 0) -> Any:
    said = forked.gen("rollback", *arguments, cwd=project)
    assert said.returncode == code, said.stdout + said.stderr
    return said


def pinned(project: Path, *arguments: str, service: str = "auth-service") -> Any:
    return rollback(project, service, "--reason", REASON, *arguments)


def test_a_pin_is_written_and_everything_else_stays(project: Path) -> None:
    said = pinned(project, "--to", "3")
    assert read(project) == TEXT.replace(
        "    namespace: auth\n",
        '    pin:\n      version: 3\n      from: 4\n      reason: "it \\"breaks\\"  — # the login: {x}\\\\n"\n'
        "    namespace: auth\n",
    )
    assert said.stdout == (
        "auth-service: 4 -> 3\n"
        "Undone, in this order, where it is applied:\n"
        "\n"
        "  migrations/auth-service/00004_view.sql:4\n"
        "    DROP VIEW people;\n"
        "\n"
        "Pinned auth-service to 3 in services.yaml. What is left to do:\n"
        "  1. put the application for 3 into the same commit: the Job runs when it is healthy\n"
        "  2. gen build, commit, sync the whole application\n"
        "  3. later, with the mended migration: gen rollback --release auth-service\n"
    )


@pytest.mark.parametrize("service", ["auth-service", "billing-service"])
def test_a_release_restores_every_byte(project: Path, service: str) -> None:
    pinned(project, "--to", "2", "--accept-data-loss", "3", service=service)
    assert read(project) != TEXT
    pinned(project, "--last", "--phase", "PreSync", "--accept-data-loss", "3", service=service)
    assert ('phase: "PreSync"' in read(project), "version: 1," in read(project)) == (
        True,
        service == "billing-service",
    )
    said = rollback(project, "--release", service)
    assert read(project) == TEXT
    assert "  migrations/" + service + "/00003_email.sql (1 statement)\n" in said.stdout


def test_last_is_the_one_before_the_present_target(project: Path) -> None:
    for expected in (3, 2, 1, 0):
        pinned(project, "--last", "--accept-data-loss", "3", "--accept-data-loss", "1")
        assert f"      version: {expected}\n      from: 4\n" in read(project)


def test_a_loss_has_to_be_accepted(project: Path) -> None:
    said = rollback(project, "auth-service", "--to", "2", "--reason", "x", code=1)
    assert read(project) == TEXT
    assert "    ALTER TABLE users\n        DROP COLUMN email;\n    ^ data loss: " in said.stdout
    assert "error[pin-data-loss]" in said.stderr
    assert "--accept-data-loss 3" in said.stderr
    pinned(project, "--to", "2", "--accept-data-loss", "3")
    assert "      acceptDataLoss: [3]\n" in read(project)


def test_a_missing_down_is_never_passed(project: Path) -> None:
    file = project / "migrations" / "auth-service" / "00004_view.sql"
    file.write_text("-- +goose Up\nCREATE VIEW people AS SELECT id FROM users;\n", encoding="utf-8")
    said = rollback(project, "auth-service", "--to", "3", "--reason", "x", "--accept-data-loss", "4", code=1)
    assert read(project) == TEXT
    assert "00004_view.sql: it has no Down" in said.stdout
    assert "error[pin-down-missing]" in said.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("auth-service", "--to", "9", "--reason", "x"), "has no version `9`"),
        (("auth-service", "--to", "-1", "--reason", "x"), "has no version `-1`"),
        (("auth-service", "--to", "4", "--reason", "x"), "nothing to take back"),
        (("auth-service", "--reason", "x"), "--to VERSION, or --last"),
        (("auth-service", "--to", "3", "--last", "--reason", "x"), "--to VERSION, or --last"),
        (("auth-service", "--to", "3"), "--reason TEXT"),
        (("auth-service", "--to", "3", "--reason", " \n"), "reason is empty"),
        (("auth-service", "--to", "3", "--reason", "a\x1bb"), "may not: '\\x1b'"),
        (("auth-service", "--to", "3", "--reason", "x" * 1001), "too long"),
        (("auth-service", "--to", "3", "--reason", "x", "--expires", "tomorrow"), "is not a date"),
        (("auth-service", "--to", "3", "--reason", "x", "--expires", "2026-01-01"), "is not in the future"),
        (("auth-service", "--to", "3", "--reason", "x", "--accept-data-loss", "7"), "has no version `7`"),
        (("auth-servic", "--to", "3", "--reason", "x"), "did you mean `auth-service`"),
        (("auth-service", "--to", "3", "--reason", "x", "--accept-data-loss", "0"), "has no version `0`"),
        (("auth-service", "--to", "3", "--reason", "x", "--expires", "20991231"), "is not a date"),
        (("auth-service", "--to", "3", "--reason", "x", "--job", "--phase", "PreSync"), "--job runs once"),
        (("--release", "auth-service", "--to", "3"), "leave --to out"),
    ],
)
def test_wrong_usage(project: Path, arguments: tuple[str, ...], message: str) -> None:
    said = rollback(project, *arguments, code=2)
    assert message in said.stderr
    assert read(project) == TEXT


def test_what_waits_behind_a_pin_blocks_no_further_way_back(project: Path) -> None:
    """It was never applied: neither its missing Down counts nor what it would lose."""
    pinned(project, "--to", "3")
    folder = project / "migrations" / "auth-service"
    (folder / "00005_seed.sql").write_text("-- +goose Up\nCREATE TABLE seed (id bigint);\n", encoding="utf-8")
    said = pinned(project, "--to", "2", "--accept-data-loss", "3")
    assert "00005" not in said.stdout
    assert "      version: 2\n      from: 4\n" in read(project)
    # Above what the pin knows everything is decided anew.
    assert (
        "nothing to take back"
        in rollback(project, "auth-service", "--to", "5", "--reason", "x", code=2).stderr
    )


def test_up_from_one_pin_to_another_says_what_is_applied(project: Path) -> None:
    pinned(project, "--to", "1", "--accept-data-loss", "3", "--expires", "2999-12-31", "--phase", "PreSync")
    said = pinned(project, "--to", "3")
    assert said.stdout.startswith(
        "auth-service: 1 -> 3\n"
        "This replaces the pin to 1 (PreSync, until 2999-12-31).\n"
        "Applied again, where it is not applied:\n"
        "  migrations/auth-service/00002_comment.sql (1 statement)\n"
        "  migrations/auth-service/00003_email.sql (1 statement)\n"
        "Undone, in this order, where it is applied:\n"
    )


def test_a_suspended_service_says_so(project: Path) -> None:
    suspended = TEXT.replace("    namespace: auth\n", "    namespace: auth\n    suspend: true\n")
    (project / "services.yaml").write_text(suspended, encoding="utf-8")
    assert "warning[pin-suspended]" in pinned(project, "--to", "3").stderr
    assert "once `suspend` is gone" in rollback(project, "--release", "auth-service").stdout
    assert "pin-suspended" not in pinned(project, "--to", "3", "--job").stderr


def test_the_mistake_of_another_service_does_not_stop_the_one_off_job(project: Path) -> None:
    (project / "migrations" / "billing-service" / "00004_view.sql").write_text(
        "SELECT 1;\n", encoding="utf-8"
    )
    assert (
        "error[migration-up-missing]"
        in rollback(project, "auth-service", "--to", "3", "--reason", "x", code=1).stderr
    )
    assert "kind: Job\n" in pinned(project, "--to", "3", "--job").stdout


def test_nothing_to_release(project: Path) -> None:
    assert "is not pinned" in rollback(project, "--release", "auth-service", code=2).stderr


def test_an_expiry_that_passes(project: Path) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    pinned(project, "--to", "3", "--expires", tomorrow)
    assert f"      expires: {tomorrow}\n" in read(project)
    assert forked.gen("build", cwd=project).returncode == 0
    assert forked.gen("check", cwd=project).returncode == 0
    (project / "services.yaml").write_text(read(project).replace(tomorrow, "2026-02-03"), encoding="utf-8")
    checked = forked.gen("check", cwd=project)
    assert checked.returncode == 1
    assert "error[pin-expired]" in checked.stderr
    built = forked.gen("build", cwd=project)
    assert built.returncode == 0
    assert "warning[pin-expired]" in built.stderr
    rollback(project, "--release", "auth-service")
    assert read(project) == TEXT


def test_a_pin_that_is_wrong_can_be_replaced_and_released(project: Path) -> None:
    pinned(project, "--to", "3")
    wrong = read(project).replace("version: 3", "version: 7")
    (project / "services.yaml").write_text(wrong, encoding="utf-8")
    assert "error[pin-version]" in forked.gen("check", cwd=project).stderr
    pinned(project, "--to", "3")
    assert forked.gen("check", cwd=project).returncode == 0
    (project / "services.yaml").write_text(wrong, encoding="utf-8")
    rollback(project, "--release", "auth-service")
    assert read(project) == TEXT


def test_other_mistakes_stop_it(project: Path) -> None:
    broken = TEXT.replace("namespace: auth\n", "namespace: Auth\n")
    (project / "services.yaml").write_text(broken, encoding="utf-8")
    assert (
        "error[name-kubernetes]"
        in rollback(project, "auth-service", "--last", "--reason", "x", code=1).stderr
    )
    assert read(project) == broken


def test_lint_is_no_reason_to_wait(project: Path) -> None:
    file = project / "migrations" / "auth-service" / "00004_view.sql"
    file.write_text(
        "-- +goose Up\nCREATE INDEX i ON users (id);\n\n-- +goose Down\nDROP INDEX i;\n", encoding="utf-8"
    )
    assert "error[lint-require-concurrent-index-creation]" in forked.gen("check", cwd=project).stderr
    pinned(project, "--to", "3")


def test_new_migrations_wait(project: Path) -> None:
    pinned(project, "--to", "3")
    (project / "migrations" / "auth-service" / "00005_new.sql").write_text(
        "-- +goose Up\nCREATE TABLE more (id bigint);\n\n-- +goose Down\nDROP TABLE more;\n", encoding="utf-8"
    )
    for _ in range(2):
        built = forked.gen("build", cwd=project)
        assert built.returncode == 0, built.stderr
        assert "warning[pin-waiting]" in built.stderr
        assert "00005_new.sql" in built.stderr
    said = rollback(project, "--release", "auth-service")
    assert "00005_new.sql (new since the pin, 1 statement)" in said.stdout


def test_json(project: Path) -> None:
    said = pinned(project, "--to", "2", "--accept-data-loss", "3", "--format", "json")
    result = json.loads(said.stdout)
    assert (result["version"], result["newest"], result["refused"]) == (2, 4, False)
    assert [each["version"] for each in result["undone"]] == [4, 3]
    assert [bool(each["losses"]) for each in result["undone"]] == [False, True]
    assert result["written"] == ["services.yaml"]
    released = json.loads(rollback(project, "--release", "auth-service", "--format", "json").stdout)
    assert released["again"] == [
        f"migrations/auth-service/{each}" for each in ("00003_email.sql", "00004_view.sql")
    ]


def test_another_file_and_its_mode(project: Path) -> None:
    place = project / "deploy"
    place.mkdir()
    for each in ("services.yaml", "migrations"):
        shutil.move(project / each, place / each)
    (place / "services.yaml").rename(place / "other.yaml")
    (place / "other.yaml").chmod(0o640)
    pinned(project, "--to", "3", "--file", "deploy/other.yaml")
    assert "pin:" in (place / "other.yaml").read_text(encoding="utf-8")
    assert stat.S_IMODE((place / "other.yaml").stat().st_mode) == 0o640
    assert sorted(each.name for each in place.iterdir() if each.name != ".gen") == [
        "migrations",
        "other.yaml",
    ]


def test_the_one_off_job_touches_nothing_and_is_valid(project: Path, tmp_path: Path) -> None:
    before = {each: each.read_bytes() for each in project.rglob("*") if each.is_file()}
    said = pinned(project, "--to", "2", "--accept-data-loss", "3", "--job")
    assert {each: each.read_bytes() for each in project.rglob("*") if each.is_file()} == before
    assert "argocd.argoproj.io" not in said.stdout
    assert "    DROP VIEW people;\n" in said.stderr
    assert "name: auth-service-rollback\n" in said.stdout
    (tmp_path / "printed").mkdir()
    file = tmp_path / "printed" / "job.yaml"
    file.write_text(said.stdout, encoding="utf-8")
    valid = forked.gen(
        "validate", file.parent, cwd=project, env={"GEN_TOOLS_DIR": str(programs.path("goose").parent)}
    )
    assert valid.returncode == 0, valid.stdout + valid.stderr


def test_a_refused_one_off_job_prints_no_manifest(project: Path) -> None:
    said = rollback(project, "auth-service", "--to", "2", "--reason", "x", "--job", code=1)
    assert said.stdout == ""
    assert "    ^ data loss: DROP COLUMN email" in said.stderr
    assert "error[pin-data-loss]" in said.stderr
