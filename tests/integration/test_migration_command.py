"""`gen migration` by the real command line; what it writes is put before the real goose."""

from __future__ import annotations

import json
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from generator import creation
from tests.support import forked, goose, postgres, projects

DSN = "database:\n  secret: {name: auth-service-db, key: url}\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return projects.write(tmp_path, DSN, {})


def created(project: Path, *arguments: str) -> Path:
    said = forked.gen("migration", *arguments, cwd=project)
    assert said.returncode == 0, said.stderr
    (path,) = said.stdout.splitlines()
    return project / path


@pytest.mark.parametrize("options", [[], ["--no-transaction"]])
@pytest.mark.parametrize("numbering", ["--timestamp", "--sequential"])
def test_goose_takes_the_new_file_as_it_is(
    project: Path, options: list[str], numbering: str, goose_path: Path, database: postgres.Database
) -> None:
    first = created(project, "auth-service", "create", "users", numbering, *options)
    second = created(project, "auth-service", "Add e-mail", *options)
    assert sorted([first, second]) == [first, second]
    said = goose.run([f"-dir={first.parent}", "validate"], {})
    assert said.returncode == 0, said.stdout
    environment = {"GOOSE_DRIVER": "postgres", "GOOSE_DBSTRING": database.dsn}
    for command in (["up"], ["down-to", "0"]):
        said = goose.run([f"-dir={first.parent}", *command], environment)
        assert said.returncode == 0, said.stdout


@pytest.mark.parametrize("options", [[], ["--no-transaction"]])
def test_check_says_that_there_is_nothing_in_it_yet(project: Path, options: list[str]) -> None:
    path = created(project, "auth-service", "create users", *options).relative_to(project)
    said = forked.gen("check", "--format", "json", cwd=project)
    found = [each for each in json.loads(said.stdout)["diagnostics"] if each["path"] == str(path)]
    # The reminders are comments: nothing takes them for annotations or suppressions.
    assert [(each["rule"], each["severity"]) for each in found] == [("migration-empty", "warning")]


def test_the_template_is_filled_in_and_runs(project: Path, database: postgres.Database) -> None:
    path = created(project, "auth-service", "create users")
    text = path.read_text("utf-8")
    up, down = text.split("\n\n\n")
    path.write_text(f"{up}\nCREATE TABLE users (id int);\n\n{down}DROP TABLE users;\n", "utf-8")
    environment = {"GOOSE_DRIVER": "postgres", "GOOSE_DBSTRING": database.dsn}
    for command, tables in (("up", 1), ("down", 0)):
        said = goose.run([f"-dir={path.parent}", command], environment)
        assert said.returncode == 0, said.stdout
        assert database.query("SELECT count(*) FROM pg_tables WHERE tablename = 'users'") == [(str(tables),)]


def test_the_example_of_an_index_runs(project: Path, database: postgres.Database) -> None:
    path = created(project, "auth-service", "index orders", "--no-transaction")
    text = re.sub(r"^-- (?=(DROP|CREATE) INDEX)", "", path.read_text("utf-8"), flags=re.MULTILINE)
    path.write_text(text, "utf-8")
    database.query("CREATE TABLE orders (customer_id int);")
    environment = {"GOOSE_DRIVER": "postgres", "GOOSE_DBSTRING": database.dsn}
    for command, count in (("up", 1), ("down", 0), ("up", 1)):
        said = goose.run([f"-dir={path.parent}", command], environment)
        assert said.returncode == 0, said.stdout
        found = database.query("SELECT count(*) FROM pg_indexes WHERE indexname = 'orders_customer_idx'")
        assert found == [(str(count),)]


@pytest.mark.parametrize(
    "title", ["add users", "Add  Users", "addUsers", "a-b.c", "1st", "x", "ab__cd", "a_b", "Straße", "K"]
)
def test_the_name_is_that_of_goose_create(title: str, tmp_path: Path, goose_path: Path) -> None:
    said = subprocess.run(
        [str(goose_path), "-dir", str(tmp_path), "create", title, "sql"], check=False, capture_output=True
    )
    assert said.returncode == 0, said.stderr
    (made,) = tmp_path.iterdir()
    assert made.name.partition("_")[2] == f"{creation.snake_case(title)}.sql"


def test_the_version_is_now(project: Path) -> None:
    before = datetime.now(UTC).strftime("%Y%m%d%H%M%S")
    path = created(project, "auth-service", "a")
    after = datetime.now(UTC).strftime("%Y%m%d%H%M%S")
    assert before <= path.name.partition("_")[0] <= after


def test_it_works_in_a_project_that_is_broken(project: Path) -> None:
    folder = project / "migrations" / "auth-service"
    folder.mkdir(exist_ok=True)
    (folder / "00001_a.sql").write_text("no goose file", "utf-8")
    (project / "services.yaml").write_text("version: 9\nservices:\n  auth-service: {}\n", "utf-8")
    assert forked.gen("check", cwd=project).returncode == 1
    assert created(project, "auth-service", "mend").name == "00002_mend.sql"


def test_a_newest_version_of_the_future_is_told(project: Path) -> None:
    folder = project / "migrations" / "auth-service"
    (folder / "20990101000000_a.sql").write_text(projects.migration("SELECT 1;"), "utf-8")
    said = forked.gen("migration", "auth-service", "b", cwd=project)
    assert said.stdout == "migrations/auth-service/20990101000001_b.sql\n"
    assert "20990101000000, is not before this machine's clock" in said.stderr


def test_json_and_a_file_elsewhere(project: Path) -> None:
    other = project / "elsewhere"
    other.mkdir()
    said = forked.gen(
        *["migration", "auth-service", "b", "--sequential", "--format", "json", "-f", "../services.yaml"],
        cwd=other,
    )
    assert (said.returncode, said.stderr) == (0, "")
    told = json.loads(said.stdout)
    assert (told["path"], told["version"]) == ("../migrations/auth-service/00001_b.sql", 1)
    assert (other / told["path"]).is_file()


@pytest.mark.parametrize(
    ("arguments", "code", "hint"),
    [
        (["auth-servise", "a"], 2, "did you mean `auth-service`?"),
        (["qwertz", "a"], 2, "known: auth-service"),
        (["auth-service"], 2, "Missing argument 'NAME...'"),
        (["auth-service", "ä"], 1, "error[migration-name]"),
        (["auth-service", "?"], 1, "no letter and no digit"),
        (["auth-service", "a", "--sequential"], 2, "uses timestamps"),
    ],
)
def test_mistakes(project: Path, arguments: list[str], code: int, hint: str) -> None:
    folder = project / "migrations" / "auth-service"
    (folder / "20260101000000_a.sql").write_text(projects.migration("SELECT 1;"), "utf-8")
    said = forked.gen("migration", *arguments, cwd=project)
    assert (said.returncode, said.stdout) == (code, "")
    assert hint in said.stderr
    assert [each.name for each in folder.iterdir()] == ["20260101000000_a.sql"]


def test_a_services_yaml_that_cannot_be_read(tmp_path: Path) -> None:
    said = forked.gen("migration", "auth-service", "a", cwd=tmp_path)
    assert said.returncode == 1
    assert "error[yaml-missing]" in said.stderr
    assert list(tmp_path.iterdir()) == []
