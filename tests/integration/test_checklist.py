"""`gen checklist` through the real command line, PostgreSQL and goose: each item passed, failed and not verified."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support import forked, postgres, programs, projects, repositories

TOOLS = {"GEN_TOOLS_DIR": str(programs.path("goose").parent)}
SECRET = "database:\n  secret: {name: auth-service-db, key: url}\n"
SETTING = f"{SECRET}prisma:\n  schema: prisma/schema.prisma\n  tests: [test]\n"
FOLDER = "migrations/auth-service"
SQL = {
    "00001_users.sql": projects.migration(
        "CREATE TYPE role AS ENUM ('ADMIN', 'USER');\n"
        "CREATE TABLE users (\n"
        "    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n"
        "    email varchar(320) NOT NULL CHECK (email <> ''),\n"
        "    role role NOT NULL DEFAULT 'USER'\n"
        ");\n"
        "CREATE INDEX users_email_idx ON users (email);\n",
        "DROP TABLE users;\nDROP TYPE role;",
    ),
    "00002_posts.sql": projects.migration(
        "CREATE TABLE posts (id uuid PRIMARY KEY, title text);", "DROP TABLE posts;"
    ),
}
# Lines: 5 generator, 10 Role, 17 User, 19 email, 25 Post.
SCHEMA = """datasource db {
  provider = "postgresql"
}

generator client {
  provider = "prisma-client-js"
  output   = "../generated"
}

enum Role {
  ADMIN
  USER

  @@map("role")
}

model User {
  id    BigInt @id @default(autoincrement())
  email String @db.VarChar(320)
  role  Role   @default(USER)

  @@index([email])
  @@map("users")
}

model Post {
  id    String  @id @db.Uuid
  title String?

  @@map("posts")
}
"""
TESTS = {
    "test/user.test.ts": "// prisma.post.count()\ntest('u', async () => {\n  await prisma.user.create({});\n});\n",
    "test/deep/post.spec.ts": "await prisma.post.findMany();\n",
}
TITLES = [
    "Create goose SQL migration",
    'Define Prisma model with `@@map("table_name")`',
    "Match all column types exactly",
    "Add indexes with `@@index` if defined in SQL",
    "Run `pnpm prisma generate`",
    "Write tests using Prisma Client",
]
PASSED, FAILED, UNKNOWN = "passed", "failed", "not verified"
SCHEMA_PATH = "prisma/schema.prisma"
JOIN = (
    'CREATE TABLE "_PostToUser" ("A" uuid NOT NULL REFERENCES posts ON DELETE CASCADE ON UPDATE CASCADE, '
    '"B" bigint NOT NULL REFERENCES users ON DELETE CASCADE ON UPDATE CASCADE, '
    'CONSTRAINT "_PostToUser_AB_pkey" PRIMARY KEY ("A", "B"));\n'
    'CREATE INDEX "_PostToUser_B_index" ON "_PostToUser" ("B");'
)


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    with postgres.server() as started:
        yield started


def project(
    root: Path,
    schema: str = SCHEMA,
    client: str | None = None,
    settings: str = SETTING,
    sql: Mapping[str, str] = SQL,
    tests: Mapping[str, str] = TESTS,
) -> Path:
    """A project of which all six items pass, but for what is given; the client is of the schema unless one is given."""
    # Only what is in order is merged and locked.
    merged = {name: text for name, text in sql.items() if SQL.get(name) == text}
    made = projects.write(root, settings, merged)
    texts = {
        SCHEMA_PATH: schema,
        "generated/index.js": f'const config = {{\n  "inlineSchema": {json.dumps(client or schema)},\n}}\n',
        **tests,
    }
    for path, text in texts.items():
        (made / path).parent.mkdir(parents=True, exist_ok=True)
        (made / path).write_text(text, encoding="utf-8")
    assert not merged or forked.gen("lock", cwd=made).returncode == 0
    return projects.write(root, settings, sql)


def run(made: Path, server: postgres.Server | None, *arguments: str) -> subprocess.CompletedProcess[str]:
    url = {"GEN_DATABASE_URL": server.admin.dsn if server else "postgres://nobody@127.0.0.1:1/none"}
    return forked.gen("checklist", "auth-service", *arguments, cwd=made, env={**TOOLS, **url})


def told(made: Path, server: postgres.Server | None, *arguments: str) -> dict[str, Any]:
    said = run(made, server, *arguments, "--format", "json")
    assert said.stderr == "", said.stderr
    found: dict[str, Any] = json.loads(said.stdout)
    assert [each["title"] for each in found["items"]] == TITLES
    # What is no success is none for programs either.
    assert found["passed"] == all(each["state"] == PASSED for each in found["items"])
    assert said.returncode == (0 if found["passed"] else 1)
    return found


def states(found: dict[str, Any]) -> list[str]:
    return [each["state"] for each in found["items"]]


def errors(found: dict[str, Any], number: int) -> list[tuple[str, str, int]]:
    return [(each["rule"], each["path"], each["line"]) for each in found["items"][number - 1]["errors"]]


def test_all_six_pass(tmp_path: Path, server: postgres.Server) -> None:
    said = run(project(tmp_path), server)
    assert (said.returncode, said.stderr) == (0, "")
    where = f"PostgreSQL at {server.admin.user}@{server.admin.host}:{server.admin.port}/{server.admin.name}"
    assert said.stdout == (
        "auth-service: 6 of 6 passed\n"
        "\n"
        "1. Create goose SQL migration: passed\n"
        f"   goose applied all 2 migrations on {where}; their text and their lock are in order\n"
        "   the newest is migrations/auth-service/00002_posts.sql\n"
        "\n"
        '2. Define Prisma model with `@@map("table_name")`: passed\n'
        f"   prisma/schema.prisma was compared with what the migrations up to 2 make on {where}\n"
        "   2 tables for 2 models, with their columns and fields\n"
        "\n"
        "3. Match all column types exactly: passed\n"
        "   5 columns and 1 enum: type, NULL, default\n"
        "\n"
        "4. Add indexes with `@@index` if defined in SQL: passed\n"
        "   3 keys and indexes, unique ones too, and 0 foreign keys\n"
        "   not compared, for Prisma cannot express it: `users`: `users_email_check` (check constraint)\n"
        "\n"
        "5. Run `pnpm prisma generate`: passed\n"
        "   the client of `generator client` holds this schema: generated/index.js\n"
        "\n"
        "6. Write tests using Prisma Client: passed\n"
        "   all 2 models were looked for; gen did not run the tests\n"
        "   `User`: `.user.create(` in test/user.test.ts:3\n"
        "   `Post`: `.post.findMany(` in test/deep/post.spec.ts:1\n"
        "   whose client that is, gen does not know, for Prisma Client is not imported there: "
        "test/user.test.ts, test/deep/post.spec.ts\n"
    )


def test_for_programs(tmp_path: Path, server: postgres.Server) -> None:
    found = told(project(tmp_path), server)
    assert (found["service"], found["passed"], found["diagnostics"]) == ("auth-service", True, [])
    assert [each["number"] for each in found["items"]] == [1, 2, 3, 4, 5, 6]
    assert all(each["told"] and each["help"] == "" and each["errors"] == [] for each in found["items"])


def test_a_failure_is_shown_with_its_file_and_line(tmp_path: Path, server: postgres.Server) -> None:
    made = project(tmp_path, SCHEMA.replace("(320)", "(300)"))
    said = run(made, server)
    assert said.returncode == 1
    assert said.stdout.startswith("auth-service: 5 of 6 passed, 1 failed\n")
    assert (
        "3. Match all column types exactly: failed\n"
        "   prisma/schema.prisma:19: `users.email` is `String @db.VarChar(300)` in the schema, and `String "
        "@db.VarChar(320)` in the database (prisma-type)\n"
    ) in said.stdout
    assert "prisma/schema.prisma:19:3: error[prisma-type]" in said.stderr
    assert "in the migrations: migrations/auth-service/00001_users.sql:5" in said.stderr


# The six failing fixtures: what is broken, the item, and the rule, file and line that its report names.
BROKEN: Mapping[str, tuple[int, dict[str, Any], tuple[str, str, int]]] = {
    "a migration that fails": (
        1,
        {"sql": {**SQL, "00003_bad.sql": projects.migration("SELECT 1;\nCREATE INDEX x ON nowhere (a);")}},
        ("rehearsal-whole-failed", f"{FOLDER}/00003_bad.sql", 3),
    ),
    "a migration that lint refuses": (
        1,
        {"sql": {**SQL, "00003_bad.sql": projects.migration("ALTER TABLE posts RENAME TO articles;")}},
        ("lint-renaming-table", f"{FOLDER}/00003_bad.sql", 2),
    ),
    "no model": (
        2,
        {"schema": SCHEMA.partition("\nmodel Post")[0]},
        ("prisma-table-missing", SCHEMA_PATH, 24),
    ),
    "no map": (
        2,
        {"schema": SCHEMA.replace('\n  @@map("posts")\n', "").replace("model Post", "model Posts")},
        ("prisma-map", SCHEMA_PATH, 26),
    ),
    "a model of another table": (
        2,
        {"schema": SCHEMA.replace('"posts"', '"articles"')},
        ("prisma-model-extra", SCHEMA_PATH, 26),
    ),
    "a mistake in the schema": (
        2,
        {"schema": SCHEMA.replace("title String?", "title Strin?")},
        ("prisma-unknown-type", SCHEMA_PATH, 28),
    ),
    "another type": (3, {"schema": SCHEMA.replace("(320)", "(300)")}, ("prisma-type", SCHEMA_PATH, 19)),
    "another enum": (3, {"schema": SCHEMA.replace("  ADMIN\n", "")}, ("prisma-enum", SCHEMA_PATH, 10)),
    "no index": (
        4,
        {"schema": SCHEMA.replace("  @@index([email])\n", "")},
        ("prisma-index", SCHEMA_PATH, 17),
    ),
    "yesterday's client": (
        5,
        {"client": SCHEMA.replace("  title String?\n", "")},
        ("checklist-client-stale", SCHEMA_PATH, 28),
    ),
    "no generator": (
        5,
        {"schema": SCHEMA.replace('"prisma-client-js"', '"prisma-docs-generator"')},
        ("checklist-generator-missing", SCHEMA_PATH, 1),
    ),
    "no test of a model": (
        6,
        {"tests": {"test/user.test.ts": TESTS["test/user.test.ts"]}},
        ("checklist-test-missing", SCHEMA_PATH, 26),
    ),
    "no such folder of tests": (
        6,
        {"settings": SETTING.replace("[test]", "[test, tets]")},
        ("checklist-tests-path", "services.yaml", 12),
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_failing_item_names_file_and_line(tmp_path: Path, server: postgres.Server, what: str) -> None:
    number, changes, place = BROKEN[what]
    found = told(project(tmp_path, **changes), server)
    assert found["items"][number - 1]["state"] == FAILED
    assert place in errors(found, number)
    # It is no other item's.
    others = [one for each in range(1, 7) if each != number for one in errors(found, each)]
    assert place not in others
    for each in found["items"]:
        assert (each["state"] == FAILED) == bool(each["errors"])


def test_a_failing_migration_verifies_nothing_of_the_schema(tmp_path: Path, server: postgres.Server) -> None:
    _, changes, _ = BROKEN["a migration that fails"]
    found = told(project(tmp_path, **changes), server)
    assert states(found) == [FAILED, UNKNOWN, UNKNOWN, UNKNOWN, PASSED, PASSED]


def test_a_lint_error_keeps_goose_from_nothing(tmp_path: Path, server: postgres.Server) -> None:
    sql = {**SQL, "00003_more.sql": projects.migration("ALTER TABLE posts RENAME title TO head;")}
    found = told(project(tmp_path, sql=sql), server)
    assert states(found)[:2] == [FAILED, FAILED]
    assert [each[0] for each in errors(found, 1)] == ["lint-renaming-column"]
    assert ("prisma-field-extra", SCHEMA_PATH, 28) in errors(found, 2)


def test_a_migration_that_cannot_be_read_is_not_run(tmp_path: Path) -> None:
    made = project(tmp_path)
    (made / FOLDER / "00003_bad.sql").write_text("CREATE TABLE x (id int);\n")
    found = told(made, None)
    assert states(found) == [FAILED, UNKNOWN, UNKNOWN, UNKNOWN, PASSED, PASSED]
    assert ("migration-up-missing", f"{FOLDER}/00003_bad.sql", 1) in errors(found, 1)
    assert "not run on a PostgreSQL" in found["items"][0]["told"][0]


def test_an_edited_merged_migration_fails(tmp_path: Path, server: postgres.Server) -> None:
    made = project(tmp_path)
    path = made / FOLDER / "00001_users.sql"
    path.write_text(path.read_text().replace("-- +goose Down", "-- edited\n-- +goose Down"))
    found = told(made, server)
    assert states(found) == [FAILED, PASSED, PASSED, PASSED, PASSED, PASSED]
    assert [each[:2] for each in errors(found, 1)] == [
        ("migration-locked-edited", f"{FOLDER}/00001_users.sql")
    ]


def test_what_has_no_model_leaves_types_and_indexes_not_verified(
    tmp_path: Path, server: postgres.Server
) -> None:
    _, changes, _ = BROKEN["no model"]
    found = told(project(tmp_path, **changes), server)
    assert states(found) == [PASSED, FAILED, UNKNOWN, UNKNOWN, PASSED, PASSED]


def test_mistakes_in_the_schema_fail_one_item(tmp_path: Path, server: postgres.Server) -> None:
    _, changes, _ = BROKEN["a mistake in the schema"]
    found = told(project(tmp_path, **changes), server)
    assert states(found) == [PASSED, FAILED, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN]
    assert found["server"]  # The migrations were run all the same.


def test_without_a_prisma_schema_only_the_first_is_verified(tmp_path: Path, server: postgres.Server) -> None:
    found = told(project(tmp_path, settings=SECRET), server)
    assert states(found) == [PASSED] + [UNKNOWN] * 5
    assert {each["help"] for each in found["items"][1:]} == {
        "write `prisma: {schema: path/to/schema.prisma}` under the service"
    }


def test_a_schema_that_is_not_there_fails_the_models(tmp_path: Path, server: postgres.Server) -> None:
    made = project(tmp_path)
    (made / SCHEMA_PATH).unlink()
    found = told(made, server)
    assert states(found) == [PASSED, FAILED, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN]
    assert errors(found, 2) == [("prisma-missing", "services.yaml", 11)]


def test_without_a_client_or_tests_the_last_are_not_verified(tmp_path: Path, server: postgres.Server) -> None:
    made = project(tmp_path, settings=SETTING.replace("  tests: [test]\n", ""))
    (made / "generated/index.js").unlink()
    said = run(made, server)
    assert said.returncode == 1
    assert said.stdout.startswith("auth-service: 4 of 6 passed, 2 not verified\n")
    assert (
        "5. Run `pnpm prisma generate`: not verified\n"
        "   there is no generated client: looked at generated/index.js\n"
        "   help: run `pnpm prisma generate`, and `gen checklist` behind it\n"
        "\n"
        "6. Write tests using Prisma Client: not verified\n"
        "   services.yaml does not say where the tests are\n"
        "   help: write `prisma: {tests: [path/to/tests]}` under the service\n"
    ) in said.stdout


def test_excluding_everything_verifies_nothing(tmp_path: Path, server: postgres.Server) -> None:
    made = project(tmp_path, settings=f'{SETTING}  exclude: ["*"]\n')
    assert states(told(made, server)) == [PASSED, UNKNOWN, UNKNOWN, UNKNOWN, PASSED, UNKNOWN]


def test_nothing_to_do_is_passed_where_that_was_verified(tmp_path: Path, server: postgres.Server) -> None:
    sql = {"00001_nothing.sql": projects.migration("COMMENT ON SCHEMA public IS 'x';")}
    made = project(tmp_path, SCHEMA.partition("\nenum")[0], sql=sql, tests={})
    (made / "test").mkdir()
    found = told(made, server)
    assert states(found) == [PASSED] * 6
    assert all("nothing to do" in str(found["items"][number]["told"]) for number in (1, 2, 3, 5))


def test_what_is_no_test_does_not_count_below_a_folder(tmp_path: Path, server: postgres.Server) -> None:
    service = "\nexport const users = () => prisma.user.findMany();\n"
    tests = {"src/user/user.service.ts": service, "src/post.spec.ts": "prisma.post.count()"}
    made = project(tmp_path, settings=SETTING.replace("[test]", "[src]"), tests=tests)
    found = told(made, server)
    assert states(found) == [PASSED] * 5 + [FAILED]
    ((rule, _, line),) = errors(found, 6)
    assert (rule, line) == ("checklist-test-missing", 17)
    message = found["items"][5]["errors"][0]["message"]
    assert message.endswith(
        "in 1 test file of `src`, only in src/user/user.service.ts:2, which is no test by its name"
    )
    assert "name the file itself in `prisma.tests`" in found["diagnostics"][0]["help"]
    # Named itself, it counts.
    settings = SETTING.replace("[test]", "[src, src/user/user.service.ts]")
    projects.write(tmp_path, settings, SQL)
    assert states(told(made, server)) == [PASSED] * 6


def test_a_skipped_test_is_told(tmp_path: Path, server: postgres.Server) -> None:
    skipped = "describe.skip('x', () => {\n  it('y', () => prisma.user.create({}));\n});\n"
    found = told(project(tmp_path, tests={**ONLY_POST, "test/user.test.ts": skipped}), server)
    (error,) = found["items"][5]["errors"]
    assert error["message"].endswith("only in test/user.test.ts:2, in a test that is skipped")
    assert found["diagnostics"][0]["help"].startswith("run that test again, or write a test ")


@pytest.mark.parametrize("content", [b"\xff\xfe", b" " * (2 * 1024 * 1024 + 1)])
def test_what_may_be_in_a_file_that_was_not_read_is_not_verified(
    tmp_path: Path, server: postgres.Server, content: bytes
) -> None:
    made = project(tmp_path, tests=ONLY_POST)
    (made / "test/user.test.ts").write_bytes(content)
    found = told(made, server)
    assert states(found) == [PASSED] * 5 + [UNKNOWN]
    assert "no call of `User` was found, and not every file was read" in found["items"][5]["told"][0]
    assert found["items"][5]["told"][1].startswith("not read: test/user.test.ts ")


def test_where_no_path_is_right_only_that_is_told(tmp_path: Path, server: postgres.Server) -> None:
    found = told(project(tmp_path, settings=SETTING.replace("[test]", "[../test]")), server)
    assert [each[0] for each in errors(found, 6)] == ["checklist-tests-path"]


def test_a_join_table_is_no_model(tmp_path: Path, server: postgres.Server) -> None:
    schema = SCHEMA.replace("  title String?\n", "  title String?\n  users User[]\n").replace(
        "  role  Role   @default(USER)\n", "  role  Role   @default(USER)\n  posts Post[]\n"
    )
    sql = {**SQL, "00003_join.sql": projects.migration(JOIN)}
    found = told(project(tmp_path, schema, sql=sql), server)
    assert "3 tables for 2 models and 1 join table, with their columns and fields" in str(found["items"][1])


def test_a_view_that_prisma_does_not_read_is_not_counted(tmp_path: Path, server: postgres.Server) -> None:
    sql = {**SQL, "00003_view.sql": projects.migration("CREATE VIEW mails AS SELECT email FROM users;")}
    found = told(project(tmp_path, sql=sql), server)
    assert "2 tables for 2 models, with their columns and fields" in found["items"][1]["told"]
    assert "5 columns and 1 enum: type, NULL, default" in found["items"][2]["told"]
    assert (
        "not compared, for Prisma cannot express it: `mails`: `view` (not in the schema)"
        in found["items"][3]["told"]
    )


def test_one_migration_is_no_plural(tmp_path: Path, server: postgres.Server) -> None:
    sql = {"00001_users.sql": projects.migration("COMMENT ON SCHEMA public IS 'x';")}
    made = project(tmp_path, SCHEMA.partition("\nenum")[0], sql=sql)
    assert forked.gen("lock", cwd=made).returncode == 0
    (line, _) = told(made, server)["items"][0]["told"]
    assert line.startswith("goose applied the one migration on ")
    assert line.endswith("; its text and its lock are in order")


def test_a_lock_that_is_not_there_is_not_in_order(tmp_path: Path, server: postgres.Server) -> None:
    help = "`gen lock` writes it, and from then on tells who changes a merged migration"
    folder = "migrations/auth-service"
    more = {**SQL, "00003_more.sql": projects.migration("COMMENT ON TABLE users IS 'x';")}
    made = project(tmp_path, sql=more)
    first, second, _ = told(made, server)["items"][0]["told"]
    assert first.endswith("; their text is in order")
    assert second == f"not in {folder}/migrations.lock yet: {folder}/00003_more.sql; {help}"
    (made / folder / "migrations.lock").unlink()
    _, second, _ = told(made, server)["items"][0]["told"]
    assert second == f"there is no {folder}/migrations.lock; {help}"


def test_an_excluded_table_is_named_and_needs_no_test(tmp_path: Path, server: postgres.Server) -> None:
    made = project(
        tmp_path,
        SCHEMA.partition("\nmodel Post")[0],
        settings=f"{SETTING}  exclude: [posts]\n",
        tests={"test/user.test.ts": TESTS["test/user.test.ts"]},
    )
    found = told(made, server)
    assert states(found) == [PASSED] * 6
    assert "not looked at (prisma.exclude): posts" in found["items"][1]["told"]


def test_a_pinned_service_has_migrations_that_nobody_ran(tmp_path: Path, server: postgres.Server) -> None:
    pin = "pin:\n  version: 1\n  from: 2\n  reason: slow\n  acceptDataLoss: [2]\n"
    found = told(project(tmp_path, SCHEMA.partition("\nmodel Post")[0], settings=SETTING + pin), server)
    assert found["items"][0]["state"] == UNKNOWN
    assert f"goose did not run what is above: {FOLDER}/00002_posts.sql" in found["items"][0]["told"][0]
    assert states(found)[1:4] == [PASSED, PASSED, PASSED]


def test_a_server_without_the_extension_leaves_the_migrations_not_verified(
    tmp_path: Path, server: postgres.Server
) -> None:
    made = project(tmp_path, settings=f"{SETTING}rehearsal:\n  extensions: [no_such_extension]\n")
    assert states(told(made, server)) == [UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, PASSED, PASSED]


def branch(tmp_path: Path, sql: Mapping[str, str], more: Mapping[str, str], **changes: Any) -> Path:
    """A project whose branch has `more` migrations than `main`."""
    repository = repositories.made(tmp_path / "repository")
    made = project(repository.root, sql=sql, **changes)
    repository.commit()
    repository.branch("feature")
    for name, text in more.items():
        repository.write(f"{FOLDER}/{name}", text)
    assert forked.gen("lock", cwd=made).returncode == 0
    if more:
        repository.commit()
    return made


FIRST = {"00001_users.sql": SQL["00001_users.sql"]}
SECOND = {"00002_posts.sql": SQL["00002_posts.sql"]}
ONLY_POST = {
    "test/post.spec.ts": f"import {{ PrismaClient }} from '@prisma/client';{TESTS['test/deep/post.spec.ts']}"
}


def test_since_names_what_is_new_and_wants_tests_of_it_alone(tmp_path: Path, server: postgres.Server) -> None:
    found = told(branch(tmp_path, FIRST, SECOND, tests=ONLY_POST), server, "--since", "main")
    assert states(found) == [PASSED] * 6
    assert f"new against main: {FOLDER}/00002_posts.sql" in found["items"][0]["told"]
    assert found["items"][5]["told"] == [
        "1 of 2 models were looked for: those of the new migrations; gen did not run the tests",
        "`Post`: `.post.findMany(` in test/post.spec.ts:1",
    ]


def test_since_without_a_new_migration_fails(tmp_path: Path, server: postgres.Server) -> None:
    found = told(branch(tmp_path, SQL, {}), server, "--since", "main")
    assert states(found) == [FAILED, PASSED, PASSED, PASSED, PASSED, UNKNOWN]
    ((rule, path, line),) = errors(found, 1)
    assert (rule, path, line > 1) == ("checklist-migration-missing", "services.yaml", True)
    assert "no migration that is new against main" in found["items"][5]["told"][0]
    assert found["items"][5]["help"] == "mend item 1 first"


def test_since_a_table_without_a_model_is_not_passed_for_nothing_to_do(
    tmp_path: Path, server: postgres.Server
) -> None:
    made = branch(tmp_path, FIRST, SECOND, schema=SCHEMA.partition("\nmodel Post")[0])
    found = told(made, server, "--since", "main")
    assert states(found) == [PASSED, FAILED, UNKNOWN, UNKNOWN, PASSED, UNKNOWN]
    assert found["items"][5]["help"] == "mend item 2 first"


def test_since_what_did_not_run_is_not_passed_for_nothing_to_do(
    tmp_path: Path, server: postgres.Server
) -> None:
    more = {"00003_bad.sql": projects.migration("COMMENT ON SCHEMA nowhere IS 'x';")}
    found = told(branch(tmp_path, SQL, more), server, "--since", "main")
    assert states(found) == [FAILED, UNKNOWN, UNKNOWN, UNKNOWN, PASSED, UNKNOWN]
    assert found["items"][5]["help"] == "mend item 1 first"


FUNCTION = (
    "-- +goose StatementBegin\nCREATE FUNCTION public.fill(a text) RETURNS text LANGUAGE sql AS "
    "$$ INSERT INTO users (email) VALUES (a) RETURNING email $$;\n-- +goose StatementEnd\n"
)


@pytest.mark.parametrize(
    ("sql", "is_hidden"),
    [
        ("DROP INDEX users_email_idx;", True),
        ("ALTER INDEX users_email_idx RENAME TO users_mail_idx;", True),
        ("INSERT INTO posts VALUES (gen_random_uuid(), Fill ('a'));", True),
        ('UPDATE posts SET title = public."fill"(title);', True),
        ("CREATE TABLE filled AS (VALUES (fill('a')));", True),
        ('ALTER TABLE U&"\\0075sers" ADD COLUMN nick text;', True),
        ("INSERT INTO posts VALUES (gen_random_uuid(), upper('a'));", False),
        ("COMMENT ON FUNCTION fill(text) IS 'x'; ALTER FUNCTION fill(text) STABLE;", False),
    ],
)
def test_since_wants_every_model_where_a_statement_does_not_name_its_table(
    tmp_path: Path, server: postgres.Server, sql: str, is_hidden: bool
) -> None:
    merged = {**SQL, "00003_fill.sql": projects.migration(FUNCTION.rstrip("\n"))}
    made = branch(tmp_path, merged, {"00004_new.sql": projects.migration(sql)}, tests=ONLY_POST)
    missing = ("checklist-test-missing", SCHEMA_PATH, 17)
    assert (missing in errors(told(made, server, "--since", "main"), 6)) == is_hidden


def test_since_finds_the_models_of_an_enum(tmp_path: Path, server: postgres.Server) -> None:
    more = {
        "00003_role.sql": "-- +goose NO TRANSACTION\n"
        + projects.migration("ALTER TYPE role ADD VALUE 'GUEST';")
    }
    made = branch(
        tmp_path, SQL, more, schema=SCHEMA.replace("  USER\n", "  USER\n  GUEST\n", 1), tests=ONLY_POST
    )
    found = told(made, server, "--since", "main")
    assert errors(found, 6) == [("checklist-test-missing", SCHEMA_PATH, 18)]


def test_since_wants_every_model_where_sql_hides_its_tables(tmp_path: Path, server: postgres.Server) -> None:
    hidden = "-- +goose StatementBegin\nDO $$ BEGIN EXECUTE 'ALTER TABLE us' || 'ers ADD COLUMN nick text'; END $$;\n"
    more = {"00003_nick.sql": projects.migration(f"{hidden}-- +goose StatementEnd")}
    made = branch(
        tmp_path,
        SQL,
        more,
        schema=SCHEMA.replace("  role  Role ", "  nick  String?\n  role  Role "),
        tests=ONLY_POST,
    )
    found = told(made, server, "--since", "main")
    assert errors(found, 6) == [("checklist-test-missing", SCHEMA_PATH, 17)]
    assert states(found)[1:5] == [PASSED] * 4


def test_since_finds_the_models_of_a_many_to_many_relation(tmp_path: Path, server: postgres.Server) -> None:
    schema = SCHEMA.replace("  title String?\n", "  title String?\n  users User[]\n").replace(
        "  role  Role   @default(USER)\n", "  role  Role   @default(USER)\n  posts Post[]\n"
    )
    merged = {**SQL, "00003_join.sql": projects.migration(JOIN)}
    more = {"00004_join.sql": projects.migration('DELETE FROM "_PostToUser" WHERE "B" = 5;', "SELECT 1;")}
    made = branch(tmp_path, merged, more, schema=schema, tests=ONLY_POST)
    found = told(made, server, "--since", "main")
    assert [each[0] for each in errors(found, 6)] == ["checklist-test-missing"]


def test_since_something_that_git_does_not_know_cannot_run(tmp_path: Path, server: postgres.Server) -> None:
    said = run(branch(tmp_path, SQL, {}), server, "--since", "nowhere")
    assert (said.returncode, said.stdout) == (2, "")
    assert "nowhere" in said.stderr


def test_what_cannot_run(tmp_path: Path) -> None:
    made = project(tmp_path)
    said = run(made, None)
    assert (said.returncode, said.stdout) == (2, "")  # no server there
    said = forked.gen("checklist", "auth-servise", cwd=made, env=TOOLS)
    assert said.returncode == 2
    assert "did you mean `auth-service`?" in said.stderr
    (made / "services.yaml").write_text("version: 1\nservices: 3\n")
    said = run(made, None)
    assert said.returncode == 2
    assert "services.yaml:2:" in said.stderr
    assert "passed" not in said.stdout


def test_nothing_in_the_report_moves_a_terminal(tmp_path: Path, server: postgres.Server) -> None:
    tests = {"test/\x1b[31m.test.ts": "prisma.user.count();\n", **ONLY_POST}
    said = run(project(tmp_path, tests=tests), server)
    assert said.returncode == 0
    assert "`User`: `.user.count(` in test/\\x1b[31m.test.ts:1" in said.stdout


def test_no_password_is_shown(tmp_path: Path, server: postgres.Server) -> None:
    schema = SCHEMA.replace('"postgresql"\n', '"postgresql"\n  url = "postgresql://u:geheim@h/d"\n')
    made = project(tmp_path, schema, client=schema.replace("String?", "String"))
    for arguments in ((), ("--format", "json")):
        said = run(made, server, *arguments)
        assert said.returncode == 1
        assert "geheim" not in said.stdout + said.stderr
