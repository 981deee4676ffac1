"""`gen prisma sync`: what is missing is written, and nothing else is touched."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.test_prisma_check import (
    POST,
    ROLE,
    SCHEMA,
    SETTING,
    SOURCE,
    SQL,
    USER,
    differences,
    problems,
    project,
    run,
    told,
)
from tests.support import postgres, projects


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    with postgres.server() as started:
        yield started


def schema_of(made: Path) -> Path:
    return made / "prisma" / "schema.prisma"


def test_from_an_empty_file(tmp_path: Path, server: postgres.Server) -> None:
    made = project(tmp_path, "")
    said = run(made, server, "sync")
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.startswith("written prisma/schema.prisma\n  + ")
    text = schema_of(made).read_text(encoding="utf-8")
    assert text.startswith(SOURCE)
    assert '@@map("users")' in text
    assert (differences(told(made, server)), told(made, server)["exit"]) == ([], 0)
    again = run(made, server, "sync")
    assert again.returncode == 0
    assert again.stdout.startswith("auth-service: nothing to add\n")
    assert schema_of(made).read_text(encoding="utf-8") == text


def test_an_empty_file_is_about_all_schemas(tmp_path: Path, server: postgres.Server) -> None:
    settings = f"{SETTING}  exclude: ['audit.*']\nmigrations:\n  table: tools.versions\n"
    settings += "rehearsal:\n  setup: setup.sql\n"
    sql = {
        **SQL,
        "00003_billing.sql": projects.migration(
            "CREATE SCHEMA audit; CREATE TABLE audit.log (id int PRIMARY KEY);\n"
            "CREATE SCHEMA kinds; CREATE TYPE kinds.plan AS ENUM ('free', 'paid');\n"
            "CREATE SCHEMA billing; CREATE TABLE billing.invoices (id int PRIMARY KEY, plan kinds.plan);",
            "DROP SCHEMA billing, kinds, audit CASCADE;",
        ),
    }
    made = project(tmp_path, "", settings, sql=sql)
    (made / "setup.sql").write_text("CREATE SCHEMA tools;\n", encoding="utf-8")
    before = told(made, server)
    assert [each["object"] for each in before["services"][0]["differences"]] == [
        "billing.invoices",
        "posts",
        "users",
        "kinds.plan",
        "role",
    ]
    said = run(made, server, "sync")
    assert (said.returncode, said.stderr) == (0, "")
    text = schema_of(made).read_text(encoding="utf-8")
    assert '  schemas  = ["public", "billing", "kinds"]\n' in text
    assert '  @@map("invoices")\n  @@schema("billing")\n' in text
    after = run(made, server)
    assert after.returncode == 0
    listed = "    audit: 1 table in a schema that `schemas` of the datasource does not name\n"
    assert listed in after.stdout


def test_a_difference_is_shown_and_nothing_written(tmp_path: Path, server: postgres.Server) -> None:
    made = project(tmp_path, SOURCE + ROLE + USER.replace("  posts Post[]\n", ""))
    before = schema_of(made).read_bytes()
    said = run(made, server, "sync", "--diff")
    assert said.returncode == 0
    assert said.stdout.startswith("--- prisma/schema.prisma\n+++ prisma/schema.prisma\n")
    assert "\n+  posts" in said.stdout
    assert "\n-" not in said.stdout.removeprefix("--- prisma")
    assert schema_of(made).read_bytes() == before
    # It is a patch that others apply.
    applied = subprocess.run(
        ["git", "apply", "-p0", "-"], cwd=made, input=said.stdout, text=True, capture_output=True, check=False
    )
    assert applied.returncode == 0, applied.stderr
    patched = schema_of(made).read_bytes()
    schema_of(made).write_bytes(before)
    assert run(made, server, "sync").returncode == 0
    assert schema_of(made).read_bytes() == patched


def test_what_differs_is_left_to_a_person(tmp_path: Path, server: postgres.Server) -> None:
    schema = SOURCE + ROLE + USER.replace("(320)", "(300)").replace("  posts Post[]\n", "  nick String?\n")
    made = project(tmp_path, schema)
    said = run(made, server, "sync")
    assert said.returncode == 1
    assert "auth-service: 2 differences left to you\n" in said.stdout
    assert "error[prisma-type]" in said.stderr
    assert "error[prisma-field-extra]" in said.stderr
    assert "prisma-table-missing" not in said.stderr
    left = differences(told(made, server))
    assert left == [("prisma-type", "users.email"), ("prisma-field-extra", "users.nick")]
    kept = schema_of(made).read_text(encoding="utf-8").splitlines()
    assert all(line in kept for line in schema.splitlines())


def test_bytes_of_others_stay(tmp_path: Path, server: postgres.Server) -> None:
    odd = USER.replace("(320)", "(320)   // of the person").replace("  posts Post[]\n", "")
    schema = (SOURCE + ROLE + odd + "// the end").replace("\n", "\r\n").encode()
    made = project(tmp_path, "")
    schema_of(made).write_bytes(schema)
    schema_of(made).chmod(0o640)
    assert run(made, server, "sync").returncode == 0
    after = schema_of(made).read_bytes()
    assert b"\n" not in after.replace(b"\r\n", b"")
    rest = iter(after.split(b"\r\n"))
    assert all(line in rest for line in schema.split(b"\r\n")), after.decode()
    assert schema_of(made).stat().st_mode & 0o777 == 0o640
    assert told(made, server)["exit"] == 0


def test_a_folder(tmp_path: Path, server: postgres.Server) -> None:
    files = {
        "db/main.prisma": SOURCE,
        "db/user.prisma": ROLE
        + USER.replace("  posts Post[]\n", "").replace("  role  Role   @default(USER)\n", ""),
    }
    made = project(tmp_path, files, SETTING.replace("prisma/schema.prisma", "db"))
    said = run(made, server, "sync")
    assert said.returncode == 0, said.stderr
    assert "model Post {" in (made / "db" / "main.prisma").read_text(encoding="utf-8")
    assert "Role" in (made / "db" / "user.prisma").read_text(encoding="utf-8").partition("model User")[2]
    assert told(made, server)["exit"] == 0


def test_what_is_excluded_is_not_written(tmp_path: Path, server: postgres.Server) -> None:
    made = project(tmp_path, "", f"{SETTING}  exclude: [users, role]\n")
    assert run(made, server, "sync").returncode == 0
    text = schema_of(made).read_text(encoding="utf-8")
    assert '@@map("posts")' in text
    assert "users" not in text
    assert "enum" not in text
    assert told(made, server)["exit"] == 0


def test_for_programs(tmp_path: Path, server: postgres.Server) -> None:
    made = project(tmp_path, SOURCE + ROLE + USER.replace("  posts Post[]\n", ""))
    shown = told(made, server, "sync", "--diff")
    (service,) = shown["services"]
    assert (shown["exit"], shown["written"], service["inStep"]) == (0, False, True)
    assert [each["path"] for each in service["files"]] == ["prisma/schema.prisma"]
    assert service["files"][0]["diff"].startswith("--- prisma/schema.prisma\n")
    assert any("posts" in each for each in service["added"])
    done = told(made, server, "sync")
    assert (done["exit"], done["written"]) == (0, True)
    assert done["services"][0]["added"] == service["added"]


def test_a_broken_schema_is_left_alone(tmp_path: Path) -> None:
    made = project(tmp_path, SCHEMA + "model {\n")
    found = told(made, None, "sync")
    assert found["exit"] == 1
    assert [each[0] for each in problems(found)] == ["prisma-syntax"]
    assert schema_of(made).read_text(encoding="utf-8") == SCHEMA + "model {\n"


def test_a_link_inside_the_repository_is_followed(tmp_path: Path, server: postgres.Server) -> None:
    made = project(
        tmp_path, {"apps/auth/schema.prisma": SOURCE + ROLE + USER.replace("  posts Post[]\n", "")}
    )
    (made / "prisma").mkdir()
    schema_of(made).symlink_to("../apps/auth/schema.prisma")
    assert run(made, server, "sync").returncode == 0
    assert schema_of(made).is_symlink()
    assert "model Post {" in (made / "apps" / "auth" / "schema.prisma").read_text(encoding="utf-8")


def test_a_database_without_tables(tmp_path: Path, server: postgres.Server) -> None:
    made = project(tmp_path, SOURCE, sql={"00001_none.sql": projects.migration("SELECT 1;")})
    said = run(made, server, "sync")
    assert (said.returncode, schema_of(made).read_text(encoding="utf-8")) == (0, SOURCE)


def test_sync_goes_with_each_migration(tmp_path: Path, server: postgres.Server) -> None:
    """As a team works: migration by migration, the schema follows."""
    made = project(tmp_path, "", sql={"00001_users.sql": SQL["00001_users.sql"]})
    assert run(made, server, "sync").returncode == 0
    folder = made / "migrations" / "auth-service"
    steps = {
        "00002_posts.sql": SQL["00002_posts.sql"],
        "00003_more.sql": projects.migration(
            "ALTER TYPE role ADD VALUE 'GUEST' BEFORE 'USER';\nALTER TABLE posts ADD COLUMN day date;\n"
            "CREATE INDEX posts_day ON posts (day DESC);",
        ),
        "00004_likes.sql": projects.migration(
            "CREATE TABLE likes (user_id bigint REFERENCES users, post_id uuid REFERENCES posts,\n"
            "    PRIMARY KEY (user_id, post_id));",
            "DROP TABLE likes;",
        ),
    }
    for name, text in steps.items():
        (folder / name).write_text(text, encoding="utf-8")
        before = schema_of(made).read_text(encoding="utf-8").splitlines()
        assert told(made, server)["exit"] == 1
        assert run(made, server, "sync").returncode == 0
        after = iter(schema_of(made).read_text(encoding="utf-8").splitlines())
        assert all(line in after for line in before)
        assert told(made, server)["exit"] == 0
    assert POST.splitlines()[0] in schema_of(made).read_text(encoding="utf-8")


def test_no_password_of_the_datasource_is_shown(tmp_path: Path, server: postgres.Server) -> None:
    addresses = (
        "postgresql://bob:TOPSECRET@h/db",
        "prisma+postgres://accelerate.prisma-data.net/?api_key=TOPSECRET",
        "postgresql://bob:TOPSECRET one@h/db",
    )
    for number, address in enumerate(addresses):
        (tmp_path / str(number)).mkdir()
        made = project(tmp_path / str(number), SOURCE.replace('"\n}', f'"\n  url = "{address}"\n}}'))
        for arguments in (("sync", "--diff"), ("sync", "--diff", "--format", "json"), ("check",)):
            said = run(made, server, *arguments)
            assert "posts" in said.stdout + said.stderr
            assert "TOPSECRET" not in said.stdout + said.stderr
        assert run(made, server, "sync").returncode == 0
        assert address in schema_of(made).read_text(encoding="utf-8")


def test_what_is_left_is_told_where_it_is_as_long_as_nothing_is_written(
    tmp_path: Path, server: postgres.Server
) -> None:
    made = project(tmp_path, SOURCE + ROLE.replace("  ADMIN\n", "") + USER.replace("(320)", "(300)") + POST)
    shown = told(made, server, "sync", "--diff")
    assert problems(shown) == [("prisma-type", "prisma/schema.prisma", 13, 3)]
    assert shown["services"][0]["differences"][0]["line"] == 13
    assert problems(told(made, server, "sync")) == [("prisma-type", "prisma/schema.prisma", 14, 3)]


def test_two_services_with_one_schema(tmp_path: Path, server: postgres.Server) -> None:
    made = project(tmp_path, SOURCE, f"{SETTING}  exclude: [Pet]\n")
    text = (made / "services.yaml").read_text(encoding="utf-8")
    first, services, own = text.partition("services:\n")
    more = own.replace("auth-service", "pets").replace("[Pet]", "[User, Post, Role]")
    (made / "services.yaml").write_text(first + services + own + more, encoding="utf-8")
    (made / "migrations" / "pets").mkdir()
    pets = projects.migration("CREATE TABLE pets (id int PRIMARY KEY);", "DROP TABLE pets;")
    (made / "migrations" / "pets" / "00001_pets.sql").write_text(pets, encoding="utf-8")
    shown = run(made, server, "sync", "--diff").stdout
    said = run(made, server, "sync")
    assert "pets: nothing to add" not in said.stdout
    text = schema_of(made).read_text(encoding="utf-8")
    assert "model User {" in text
    assert "model Pet {" in text
    assert (told(made, server)["exit"], said.returncode) == (0, 0)
    schema_of(made).write_text(SOURCE, encoding="utf-8")
    applied = subprocess.run(
        ["git", "apply", "-p0", "-"], cwd=made, input=shown, text=True, capture_output=True, check=False
    )
    assert applied.returncode == 0, applied.stderr
    assert schema_of(made).read_text(encoding="utf-8") == text
