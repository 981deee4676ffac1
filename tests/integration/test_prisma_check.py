"""`gen prisma check`: what the migrations make on a real PostgreSQL, held against schema.prisma."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import forked, postgres, programs, projects

TOOLS = {"GEN_TOOLS_DIR": str(programs.path("goose").parent)}
SECRET = "database:\n  secret: {name: auth-service-db, key: url}\n"
SETTING = f"{SECRET}prisma:\n  schema: prisma/schema.prisma\n"
SQL = {
    "00001_users.sql": projects.migration(
        "CREATE TYPE role AS ENUM ('ADMIN', 'USER');\n"
        "CREATE TABLE users (\n"
        "    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n"
        "    email varchar(320) NOT NULL UNIQUE CHECK (email <> ''),\n"
        "    role role NOT NULL DEFAULT 'USER'\n"
        ");\n",
        "DROP TABLE users;\nDROP TYPE role;",
    ),
    "00002_posts.sql": projects.migration(
        "CREATE TABLE posts (\n"
        "    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),\n"
        "    author_id bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,\n"
        "    title text\n"
        ");\n"
        "CREATE INDEX posts_title ON posts (title) WHERE title <> '';\n",
        "DROP TABLE posts;",
    ),
}
SOURCE = 'datasource db {\n  provider = "postgresql"\n}\n\n'
ROLE = 'enum Role {\n  ADMIN\n  USER\n\n  @@map("role")\n}\n\n'
USER = """model User {
  id    BigInt @id @default(autoincrement())
  email String @unique @db.VarChar(320)
  role  Role   @default(USER)
  posts Post[]

  @@map("users")
}

"""
POST = """model Post {
  id       String  @id @default(dbgenerated("gen_random_uuid()")) @db.Uuid
  authorId BigInt  @map("author_id")
  title    String?
  author   User    @relation(fields: [authorId], references: [id], onDelete: Cascade, onUpdate: NoAction)

  @@map("posts")
}
"""
SCHEMA = SOURCE + ROLE + USER + POST


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    with postgres.server() as started:
        yield started


def project(
    root: Path, schema: str | dict[str, str] = SCHEMA, settings: str = SETTING, sql: dict[str, str] = SQL
) -> Path:
    made = projects.write(root, settings, sql)
    files = {"prisma/schema.prisma": schema} if isinstance(schema, str) else schema
    for path, text in files.items():
        (made / path).parent.mkdir(parents=True, exist_ok=True)
        (made / path).write_bytes(text.encode())
    return made


def run(made: Path, server: postgres.Server | None, *arguments: str) -> subprocess.CompletedProcess[str]:
    url = {"GEN_DATABASE_URL": server.admin.dsn if server else "postgres://nobody@127.0.0.1:1/none"}
    return forked.gen("prisma", *(arguments or ("check",)), cwd=made, env={**TOOLS, **url})


def told(made: Path, server: postgres.Server | None, *arguments: str) -> dict[str, Any]:
    said = run(made, server, *(arguments or ("check",)), "--format", "json")
    assert said.stderr == "", said.stderr
    found: dict[str, Any] = json.loads(said.stdout)
    return {**found, "exit": said.returncode}


def differences(found: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (each["rule"], each["object"]) for service in found["services"] for each in service["differences"]
    ]


def problems(found: dict[str, Any]) -> list[tuple[str, str, int, int]]:
    return [(each["rule"], each["path"], each["line"], each["column"]) for each in found["diagnostics"]]


def test_in_step(tmp_path: Path, server: postgres.Server) -> None:
    said = run(project(tmp_path), server)
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.splitlines() == [
        "auth-service: in step, 2 models and 1 enum of prisma/schema.prisma with the migrations up to 2 on "
        f"PostgreSQL at {server.admin.user}@{server.admin.host}:{server.admin.port}/{server.admin.name}",
        "  not compared, for Prisma cannot express it:",
        "    `posts`: `posts_title` (partial index)",
        "    `users`: `users_email_check` (check constraint)",
    ]


def test_differences_are_at_their_lines_and_name_the_migration(
    tmp_path: Path, server: postgres.Server
) -> None:
    schema = SOURCE + ROLE + USER.replace("(320)", "(300)").replace("  posts Post[]\n", "  nick String?\n")
    said = run(project(tmp_path, schema), server)
    assert said.returncode == 1
    assert said.stdout.startswith(
        "auth-service: 3 differences between prisma/schema.prisma and the migrations"
    )
    assert said.stderr == (
        "prisma/schema.prisma:14:3: error[prisma-type]: `users.email` is `String @db.VarChar(300)` in the schema, "
        "and `String @db.VarChar(320)` in the database\n"
        "  14 |   email String @unique @db.VarChar(300)\n"
        "     |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
        "  help: write `String @db.VarChar(320)`, or change the column's type in a migration\n"
        "        in the migrations: migrations/auth-service/00001_users.sql:5\n"
        "\n"
        "prisma/schema.prisma:16:3: error[prisma-field-extra]: the field's column `users.nick` is not in the database\n"
        "  16 |   nick String?\n"
        "     |   ^^^^^^^^^^^^\n"
        "  help: add the column in a migration, or remove the field\n"
        "\n"
        "prisma/schema.prisma:19:1: error[prisma-table-missing]: the table `posts` has no model in the schema\n"
        "  19 | }\n"
        "     | ^\n"
        "  help: run `gen prisma sync`, or exclude `posts` in services.yaml\n"
        "        in the migrations: migrations/auth-service/00002_posts.sql:2\n"
        "\n"
        "3 errors\n"
    )


def test_for_programs(tmp_path: Path, server: postgres.Server) -> None:
    found = told(project(tmp_path, SCHEMA.replace("String?", "String")), server)
    assert found["exit"] == 1
    (service,) = found["services"]
    assert {name: service[name] for name in ("service", "schema", "version", "compared", "inStep")} == {
        "service": "auth-service",
        "schema": "prisma/schema.prisma",
        "version": 2,
        "compared": True,
        "inStep": False,
    }
    (difference,) = service["differences"]
    assert difference["rule"] == "prisma-nullability"
    assert difference["object"] == "posts.title"
    assert (difference["path"], difference["line"]) == ("prisma/schema.prisma", 24)
    assert difference["migration"] == {"path": "migrations/auth-service/00002_posts.sql", "line": 5}
    assert service["notCompared"][0] == "`posts`: `posts_title` (partial index)"


@pytest.mark.parametrize(
    "excluded",
    ["posts", "public.posts", "Post", "post*"],
)
def test_what_is_excluded_is_on_neither_side(tmp_path: Path, server: postgres.Server, excluded: str) -> None:
    settings = f"{SETTING}  exclude: [{excluded}]\n"
    # Wrong in Post, which nobody looks at.
    schema = SCHEMA.replace("title    String?", "title    Int\n  more Int")
    found = told(project(tmp_path, schema, settings), server)
    assert (found["exit"], problems(found)) == (0, [])
    assert "posts" not in str(found["services"][0]["notCompared"])


def test_a_table_without_a_model_is_excluded(tmp_path: Path, server: postgres.Server) -> None:
    schema = SOURCE + ROLE + USER.replace("  posts Post[]\n", "")
    found = told(project(tmp_path, schema, f"{SETTING}  exclude: [posts]\n"), server)
    assert (found["exit"], problems(found)) == (0, [])


JOIN = """
CREATE TABLE tags (id int PRIMARY KEY);
CREATE TABLE "_PostToTag" (
  "A" uuid NOT NULL REFERENCES posts ON DELETE CASCADE, "B" int NOT NULL REFERENCES tags ON DELETE CASCADE,
  CONSTRAINT "_PostToTag_AB_pkey" PRIMARY KEY ("A", "B")
);
CREATE TYPE kind AS ENUM ('x');
CREATE TABLE audit (kind kind);
"""
BOOKS = """
enum Shape {
  ROUND
}

model Book {
  id      Int      @id
  shape   Shape?
  authors Author[]
}

model Author {
  id    Int    @id
  books Book[]
}
"""


def test_what_is_there_for_excluded_tables_alone_goes_with_them(
    tmp_path: Path, server: postgres.Server
) -> None:
    settings = f"{SETTING}  exclude: [tags, audit, Book, Author]\n"
    sql = {**SQL, "00003_join.sql": projects.migration(JOIN)}
    found = told(project(tmp_path, SCHEMA + BOOKS, settings, sql), server)
    assert (found["exit"], problems(found)) == (0, [])


def test_an_enum_of_a_table_that_is_looked_at_stays(tmp_path: Path, server: postgres.Server) -> None:
    settings = f"{SETTING}  exclude: [tags, audit]\n"
    more = "ALTER TABLE users ADD COLUMN kind kind;"
    sql = {**SQL, "00003_join.sql": projects.migration(JOIN), "00004_kind.sql": projects.migration(more)}
    found = told(project(tmp_path, SCHEMA, settings, sql), server)
    assert sorted(each["rule"] for each in found["services"][0]["differences"]) == [
        "prisma-column-missing",
        "prisma-enum",
    ]


def test_an_excluded_enum_keeps_its_name(tmp_path: Path, server: postgres.Server) -> None:
    schema = SCHEMA + '\nenum State {\n  A\n\n  @@map("state")\n}\n'
    schema = schema.replace("  title    String?", "  title    State?")
    found = told(project(tmp_path, schema, f"{SETTING}  exclude: [State]\n"), server)
    (difference,) = found["services"][0]["differences"]
    assert difference["message"] == "`posts.title` is `State?` in the schema, and `String?` in the database"


def test_a_table_that_was_renamed_keeps_its_origins(tmp_path: Path, server: postgres.Server) -> None:
    statements = (
        "ALTER TABLE users ADD COLUMN nick text;",
        "ALTER TABLE users RENAME TO people;",
        "ALTER TABLE people ALTER email SET NOT NULL;",
    )
    sql = {**SQL, "00003_people.sql": projects.migration("\n".join(statements), "SELECT 1;")}
    schema = SCHEMA.replace('@@map("users")', '@@map("people")').replace("String @unique", "Int @unique")
    found = told(project(tmp_path, schema.replace(" @db.VarChar(320)", ""), sql=sql), server)
    origins = {each["object"]: each["migration"] for each in found["services"][0]["differences"]}
    path = "migrations/auth-service/00003_people.sql"
    assert origins["people.nick"] == {"path": path, "line": 2}
    assert origins["people.email"] == {"path": path, "line": 4}
    assert origins["people.users_email_key"]["path"] == "migrations/auth-service/00001_users.sql"


def test_a_name_that_two_tables_had_tells_the_right_one(tmp_path: Path, server: postgres.Server) -> None:
    statements = (
        "CREATE TABLE a (id int PRIMARY KEY);",
        "ALTER TABLE a RENAME TO b;",
        "CREATE TABLE a (id int PRIMARY KEY);",
    )
    sql = {"00001_a.sql": projects.migration("\n".join(statements), "SELECT 1;")}
    schema = SOURCE + "model b {\n  id Int @id\n}\n\nmodel a {\n  id Int @id\n}\n"
    found = told(project(tmp_path, schema, sql=sql), server)
    origins = {each["object"]: each["migration"]["line"] for each in found["services"][0]["differences"]}
    assert origins == {"b.a_pkey": 2, "a.a_pkey1": 4}


def test_a_name_in_two_schemas_tells_the_right_one(tmp_path: Path, server: postgres.Server) -> None:
    statements = (
        "CREATE SCHEMA app;",
        "CREATE TYPE app.kind AS ENUM ('a');",
        "CREATE TABLE app.t (id int PRIMARY KEY, a int, kind app.kind);",
        "CREATE INDEX t_a_idx ON app.t (a);",
        "CREATE TYPE kind AS ENUM ('a');",
        "CREATE TABLE t (id int PRIMARY KEY, a int, kind kind);",
        "CREATE INDEX t_a_idx ON t (a);",
        "ALTER TABLE app.t ADD b int;",
    )
    sql = {"00001_t.sql": projects.migration("\n".join(statements), "SELECT 1;")}
    source = SOURCE.replace("}", '  schemas = ["public", "app"]\n}')
    blocks = [
        f'model {name} {{\n  id Int\n  a String?\n\n  @@map("t")\n  @@schema("{schema}")\n  @@ignore\n}}\n\n'
        f'enum {name}Kind {{\n  b\n\n  @@map("kind")\n  @@schema("{schema}")\n}}\n'
        for name, schema in (("A", "app"), ("P", "public"))
    ]
    found = told(project(tmp_path, source + "\n".join(blocks), sql=sql), server)
    origins = {each["object"]: each["migration"]["line"] for each in found["services"][0]["differences"]}
    assert origins == {
        "app.t.a": 4,
        "app.t.b": 9,
        "app.t.kind": 4,
        "app.t.t_a_idx": 5,
        "app.t.t_pkey": 4,
        "app.kind": 3,
        "t.a": 7,
        "t.kind": 7,
        "t.t_a_idx": 8,
        "t.t_pkey": 7,
        "kind": 6,
    }


def test_prismas_configuration_is_no_schema(tmp_path: Path) -> None:
    made = project(tmp_path, settings=SETTING.replace("prisma/schema.prisma", "prisma.config.ts"))
    (made / "prisma.config.ts").write_text("export default {}\n", encoding="utf-8")
    said = run(made, None)
    assert said.returncode == 1
    assert "error[prisma-missing]: `prisma.config.ts` is Prisma's configuration, and no schema" in said.stderr
    assert "services.yaml:" in said.stderr


def test_an_exclusion_of_nothing_is_told(tmp_path: Path, server: postgres.Server) -> None:
    settings = f"{SETTING}  exclude: [postz, Role]\n"
    found = told(project(tmp_path, settings=settings), server)
    place = projects.line_of(tmp_path / "services.yaml", "exclude")
    assert [each[:3] for each in problems(found)] == [("prisma-exclude-unused", "services.yaml", place)]
    assert (found["exit"], found["warnings"]) == (0, 1)


def test_neither_gooses_table_nor_prismas_is_looked_at(tmp_path: Path, server: postgres.Server) -> None:
    sql = {
        **SQL,
        "00003_prisma.sql": projects.migration(
            "CREATE TABLE _prisma_migrations (id text PRIMARY KEY);", "DROP TABLE _prisma_migrations;"
        ),
    }
    goose = "\nmodel goose_db_version {\n  id Int @id\n}\n"
    found = told(project(tmp_path, SCHEMA + goose, sql=sql), server)
    assert (found["exit"], problems(found)) == (0, [])


def test_a_folder_of_files(tmp_path: Path, server: postgres.Server) -> None:
    files = {
        "db/main.prisma": SOURCE,
        "db/models/user.prisma": ROLE + USER,
        "db/models/post.prisma": POST.replace("String? ", "String"),
        "db/README.md": "no schema",
    }
    found = told(project(tmp_path, files, SETTING.replace("prisma/schema.prisma", "db")), server)
    assert differences(found) == []
    files["db/models/post.prisma"] = POST.replace("String?", "Int?")
    found = told(project(tmp_path, files, SETTING.replace("prisma/schema.prisma", "db")), server)
    assert [each[:3] for each in problems(found)] == [("prisma-type", "db/models/post.prisma", 4)]


def test_a_broken_schema_asks_no_server(tmp_path: Path) -> None:
    found = told(project(tmp_path, SCHEMA.replace("String @unique", "Strin @unique")), None)
    assert found["exit"] == 1
    assert [each[:3] for each in problems(found)] == [("prisma-unknown-type", "prisma/schema.prisma", 14)]
    assert found["services"][0]["compared"] is False


def test_a_schema_that_is_missing(tmp_path: Path) -> None:
    said = run(project(tmp_path, {}), None)
    place = projects.line_of(tmp_path / "services.yaml", "schema:")
    assert said.returncode == 1
    assert f"services.yaml:{place}:" in said.stderr
    assert "error[prisma-missing]: the Prisma schema `prisma/schema.prisma` does not exist" in said.stderr


def test_a_failing_migration_is_told_where_it_fails(tmp_path: Path, server: postgres.Server) -> None:
    sql = {**SQL, "00003_more.sql": projects.migration("ALTER TABLE userz ADD COLUMN a int;", "SELECT 1;")}
    found = told(project(tmp_path, sql=sql), server)
    assert found["exit"] == 1
    assert problems(found) == [("rehearsal-whole-failed", "migrations/auth-service/00003_more.sql", 2, 1)]
    assert found["services"][0]["compared"] is False


def test_help_has_the_names_of_the_schema(tmp_path: Path, server: postgres.Server) -> None:
    sql = {
        **SQL,
        "00003_more.sql": projects.migration(
            "CREATE INDEX posts_by ON posts (author_id DESC, title);\nALTER TABLE posts ADD COLUMN role role;"
        ),
    }
    schema = SCHEMA.replace("onDelete: Cascade, ", "")
    found = told(project(tmp_path, schema, sql=sql), server)
    helps = {each["rule"]: each["help"].split("`")[1] for each in found["diagnostics"]}
    assert helps == {
        "prisma-column-missing": "role Role?",
        "prisma-index": '@@index([authorId(sort: Desc), title], map: "posts_by")',
        "prisma-relation-differs": "@relation(fields: [authorId], references: [id], "
        "onDelete: Cascade, onUpdate: NoAction)",
    }


def test_setup_comes_first(tmp_path: Path, server: postgres.Server) -> None:
    settings = f"{SETTING}  exclude: [tenants]\nrehearsal:\n  setup: setup.sql\n"
    sql = {**SQL, "00003_t.sql": projects.migration("ALTER TABLE tenants ADD COLUMN a int;", "SELECT 1;")}
    made = project(tmp_path, settings=settings, sql=sql)
    (made / "setup.sql").write_text("CREATE TABLE tenants (id int);\n", encoding="utf-8")
    assert told(made, server)["exit"] == 0


def test_a_pinned_service_is_compared_at_its_version(tmp_path: Path, server: postgres.Server) -> None:
    pin = "pin:\n  version: 1\n  from: 2\n  reason: bad posts\n  acceptDataLoss: [2]\n"
    schema = SOURCE + ROLE + USER.replace("  posts Post[]\n", "")
    found = told(project(tmp_path, schema, SETTING + pin), server)
    assert (found["exit"], found["services"][0]["version"], problems(found)) == (0, 1, [])


def test_another_default_schema(tmp_path: Path, server: postgres.Server) -> None:
    settings = f"{SETTING}  defaultSchema: app\nrehearsal:\n  setup: setup.sql\n"
    made = project(tmp_path, settings=settings)
    (made / "setup.sql").write_text("CREATE SCHEMA app;\n", encoding="utf-8")
    found = told(made, server)
    assert (found["exit"], problems(found)) == (0, [])


def test_tables_of_other_schemas_are_named(tmp_path: Path, server: postgres.Server) -> None:
    sql = {
        **SQL,
        "00003_audit.sql": projects.migration(
            "CREATE SCHEMA audit;\nCREATE TABLE audit.events (id int);\nCREATE TYPE audit.kind AS ENUM ('a');",
            "DROP SCHEMA audit CASCADE;",
        ),
    }
    said = run(project(tmp_path, sql=sql), server)
    assert said.returncode == 0
    listed = "    audit: 1 table and 1 enum in a schema that `schemas` of the datasource does not name\n"
    assert listed in said.stdout


def test_a_schema_that_no_migration_makes_is_named(tmp_path: Path, server: postgres.Server) -> None:
    said = run(project(tmp_path, settings=f"{SETTING}  defaultSchema: nope\n"), server)
    assert said.returncode == 1
    assert "    nope: the migrations make no such schema\n" in said.stdout


def test_what_no_migration_made_names_none(tmp_path: Path, server: postgres.Server) -> None:
    """Not the table `posts`, which refers to `users`, for a field `posts`; not the type `role` for an enum `Role`."""
    schema = SOURCE + ROLE.replace('@@map("role")', '@@map("ROLE")') + USER.replace("Post[]", "Int?") + POST
    schema = schema.replace("Role   @default(USER)", "Role").replace("  author   User", "  // author   User")
    found = told(project(tmp_path, schema), server)
    named = {
        (each["rule"], each["object"]): each["migration"] for each in found["services"][0]["differences"]
    }
    assert named["prisma-field-extra", "users.posts"] is None
    assert [made for (rule, name), made in named.items() if (rule, name) == ("prisma-enum", "ROLE")] in (
        [],
        [None],
    )


def test_a_password_in_the_datasource_is_never_shown(tmp_path: Path, server: postgres.Server) -> None:
    source = SOURCE.replace(
        "}", '  url = "postgresql://me:hunter2@db/app?password=hunter3&sslpassword=hunter4" }'
    )
    for schema in (
        source + ROLE + USER + POST + "model {",
        source.replace('postgresql"\n', 'mysql"\n') + POST,
    ):
        said = run(project(tmp_path, schema), server)
        assert said.returncode == 1
        assert "hunter" not in said.stdout + said.stderr


def test_several_services(tmp_path: Path, server: postgres.Server) -> None:
    made = project(tmp_path, SCHEMA.replace("@db.Uuid", ""))
    text = (made / "services.yaml").read_text(encoding="utf-8")
    first, services, own = text.partition("services:\n")
    more = own.replace("auth-service", "billing").replace("prisma/schema", "prisma/broken")
    none = own.replace("auth-service", "plain").split("    prisma:")[0]
    (made / "services.yaml").write_text(first + services + own + more + none, encoding="utf-8")
    (made / "prisma" / "broken.prisma").write_text("model A {\n", encoding="utf-8")
    for name in ("billing", "plain"):
        (made / "migrations" / name).mkdir()
        for file, body in SQL.items():
            (made / "migrations" / name / file).write_text(body, encoding="utf-8")
    found = told(made, server)
    assert [(each["service"], each["compared"]) for each in found["services"]] == [
        ("auth-service", True),
        ("billing", False),
    ]
    assert {each["path"] for each in found["diagnostics"]} == {"prisma/schema.prisma", "prisma/broken.prisma"}
    assert [each["service"] for each in told(made, server, "check", "auth-service")["services"]] == [
        "auth-service"
    ]
    said = run(made, server, "check", "plain")
    assert said.returncode == 2
    assert "services.yaml names no Prisma schema for `plain`" in said.stderr


def test_a_service_that_is_not_there(tmp_path: Path) -> None:
    said = run(project(tmp_path), None, "check", "auth-servise")
    assert said.returncode == 2
    assert "There is no service `auth-servise`: did you mean `auth-service`?" in said.stderr
