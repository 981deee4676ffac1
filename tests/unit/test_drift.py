"""The parts of `gen drift` that need no database: patterns, roles and versions, origins, snapshots, the report."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.database.catalog.snapshot import Attributes, Catalog, Identity
from generator.diagnostics import GenError
from generator.drift import findings, masking, origin, relative, snapshots
from generator.drift.ignoring import Ignoring
from generator.drift.result import Change, Expectation
from generator.migrations.model import Migration, Statement
from generator.text import patterns
from tests.support import models

TABLE = Identity("table", "public.users")
ROLES = {"the database owner": relative.MIGRATING, "migrator": relative.MIGRATING}


def catalog(objects: dict[Identity, Attributes], major: int = 16) -> Catalog:
    return Catalog(objects, major)


# Patterns.


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("table public.users", "table public.users", True),
        ("table public.users", "table public.users2", False),
        ("table public.*", "table public.users", True),
        ("*", "", True),
        ("a*a", "a", False),
        ("a*b*c", "a--b--c", True),
        ("a*b*c", "a--c--b", False),
        ("*users", "table public.users", True),
        ("table [a-z].?", "table x.y", False),
        ("table public.**s", "table public.users", True),
        ("table *", "table a\nb", True),
    ],
)
def test_a_star_is_any_text(pattern: str, text: str, expected: bool) -> None:
    assert patterns.matches(pattern, text) is expected


def test_many_stars_are_no_trouble() -> None:
    """A regular expression would not come back."""
    assert not patterns.matches("*a" * 256 + "b", "a" * 100_000)


def test_a_part_goes_with_its_table_and_its_schema() -> None:
    column = Identity("column", "billing.invoices.id")
    sequence = Identity("sequence", "billing.invoices_id_seq")
    known = catalog(
        {
            Identity("schema", "billing"): {},
            Identity("table", "billing.invoices"): {"schema": "billing"},
            column: {"table": "billing.invoices"},
            sequence: {"owned by": column.name, "schema": "billing"},
        }
    )
    for pattern in ("schema billing", "table billing.*", "column billing.invoices.id"):
        patterns = Ignoring((pattern, "view x"), (known,))
        assert patterns.passes_over(sequence)
        assert patterns.unused == ("view x",)
    patterns = Ignoring(("table billing.invoices: options",), (known,))
    assert not patterns.passes_over(Identity("table", "billing.invoices"), "grants")
    assert patterns.passes_over(Identity("table", "billing.invoices"), "options")
    assert not patterns.passes_over(column, "options")


# Two places.


def test_who_migrates_has_one_name() -> None:
    given = catalog(
        {
            TABLE: {"owner": "migrator", "grants": ["SELECT TO migrator", "SELECT TO app WITH GRANT OPTION"]},
            Identity("policy", "p on public.users"): {"table": "public.users", "roles": ["app", "migrator"]},
            Identity("default privileges", "of migrator in schema public on tables"): {
                "schema": "public",
                "grants": ["SELECT TO app"],
            },
            Identity("user mapping", "for migrator server far"): {"server": "far"},
        }
    )
    made = relative.catalog(given, ROLES, 16).objects
    assert made[TABLE] == {
        "owner": relative.MIGRATING,
        "grants": ["SELECT TO app WITH GRANT OPTION", f"SELECT TO {relative.OWNER}"],
    }
    assert made[Identity("policy", "p on public.users")]["roles"] == ["app", relative.MIGRATING]
    assert Identity("default privileges", f"of {relative.MIGRATING} in schema public on tables") in made
    assert Identity("user mapping", f"for {relative.MIGRATING} server far") in made


def test_a_role_whose_name_begins_alike_is_another_one() -> None:
    identity = Identity("default privileges", "of migrator2 on tables")
    made = relative.catalog(catalog({identity: {"grants": ["SELECT TO migrator2"]}}), ROLES, 16).objects
    assert made == {identity: {"grants": ["SELECT TO migrator2"]}}


@pytest.mark.parametrize(("majors", "has_maintain"), [((17, 17), True), ((17, 16), False), ((16, 17), False)])
def test_a_privilege_that_only_one_server_has(majors: tuple[int, int], has_maintain: bool) -> None:
    given: dict[Identity, Attributes] = {
        TABLE: {"owner": "migrator"},
        Identity("view", "public.v"): {"owner": "app", "grants": ["MAINTAIN TO x"]},
    }
    made = relative.catalog(Catalog(given, majors[0]), ROLES, majors[1]).objects
    assert (f"MAINTAIN TO {relative.OWNER}" in str(made[TABLE]["grants"])) is has_maintain
    assert bool(made[Identity("view", "public.v")]["grants"]) is has_maintain


def test_an_attribute_that_only_one_server_has() -> None:
    column = Identity("column", "public.users.id")
    given = catalog({column: {"table": "public.users", "nullable": False, "not null constraint": "n"}}, 18)
    assert "not null constraint" in relative.catalog(given, ROLES, 18).objects[column]
    assert relative.catalog(given, ROLES, 17).objects[column] == {"table": "public.users", "nullable": False}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (" SELECT users.id\n   FROM public.users;", "SELECT id FROM users", True),
        ("((a = 1) AND (b = 2))", "a = 1 AND b = 2", True),
        ('SELECT "my table"."a b" FROM x', 'SELECT "a b" FROM x', True),
        ("SELECT id FROM users", "SELECT id FROM people", False),
        (["lower(a)"], ["upper(a)"], False),
        ("coalesce(a)", "COALESCE(a);", True),
        ("b = 'x'::text", "b = 'X'::text", False),
        ("b ~ 'a (b)'::text", "b ~ 'ab'::text", False),
        ("f('x.y'::text)", "f('q.y'::text)", False),
        ("'it''s A.b'::text", "'it''s a.b'::text", False),
        ('SELECT "A"', 'SELECT "a"', False),
        ('SELECT "x.y"', 'SELECT "q.y"', False),
        ("SELECT \"O'Neil\", 'x'", "SELECT \"O'Neil\", 'X'", False),
        ("a > 1.5", "a > 2.5", False),
        ("(a).x", "(b).x", False),
        (None, "a", False),
    ],
)
def test_the_same_in_the_words_of_two_servers(one: object, other: object, expected: bool) -> None:
    assert relative.same_printed(one, other) is expected  # type: ignore[arg-type]


def compared(
    expected: dict[Identity, Attributes], found: dict[Identity, Attributes], major: int = 16
) -> list[tuple[str, str]]:
    before = catalog({})
    sides = findings.Sides(catalog(expected), before, Catalog(found, major))
    told, _ = findings.find(sides, models.service(), (), Ignoring((), (sides.expected, sides.found)))
    return [(each.diagnostic.rule, each.diagnostic.message) for each in told]


def test_one_finding_for_all_attributes_of_an_object() -> None:
    index = Identity("index", "public.i")
    attributes: Attributes = {"table": "public.users", "valid": True, "ready": True, "keys": ["a"]}
    broken = {**attributes, "valid": False, "ready": False}
    assert compared({index: attributes}, {index: broken}) == [
        ("drift-invalid-index", "index public.i is invalid")
    ]
    assert compared({}, {index: broken}) == [
        ("drift-invalid-index", "index public.i is invalid, and no migration makes it")
    ]
    column = Identity("column", "public.users.a")
    assert compared(
        {column: {"type": "integer", "nullable": True}}, {column: {"type": "bigint", "nullable": False}}
    ) == [
        (
            "drift-changed",
            "column public.users.a differs (nullable: yes expected, no found; type: integer expected, bigint found)",
        )
    ]


def test_default_privileges_explain_grants_and_nothing_more() -> None:
    usual = sorted(relative.built_in("table", 16))
    entry = Identity("default privileges", f"of {relative.MIGRATING} in schema public on tables")
    table: Attributes = {"owner": relative.MIGRATING, "schema": "public", "grants": usual}
    privileges: Attributes = {"schema": "public", "grants": ["SELECT TO app"]}
    given = {TABLE: {**table, "grants": sorted([*usual, "SELECT TO app"])}, entry: privileges}
    assert [rule for rule, _ in compared({TABLE: table}, given)] == ["drift-extra"]
    more = {**given, TABLE: {**table, "grants": sorted([*usual, "SELECT TO app", "DELETE TO app"])}}
    assert [rule for rule, _ in compared({TABLE: table}, more)] == ["drift-extra", "drift-changed"]
    less = {**given, TABLE: {**table, "grants": usual[1:]}}
    assert [rule for rule, _ in compared({TABLE: table}, less)] == ["drift-extra", "drift-changed"]


def test_lists_are_told_by_what_differs() -> None:
    assert findings.parted(Change("labels", ["a", "b"], ["b", "c"])) == (["a"], ["c"])
    assert findings.parted(Change("labels", ["a", "b"], ["b", "a"])) == ([], [])
    assert findings.excerpts(Change("labels", ["a", "b"], ["b", "a"]), 80) == ("a, b", "b, a")
    long = "x" * 500
    one, other = findings.excerpts(Change("body", f"{long}1", f"{long}2"), 80)
    assert one.startswith("…")
    assert (one[-1], other[-1]) == ("1", "2")


def test_secrets_are_masked() -> None:
    assert masking.masked(["user=app", "password=hunter2"]) == ["user=app", "password=***"]
    assert masking.masked(["app.jwt_secret=hunter2"]) == ["app.jwt_secret=***"]
    body = "PERFORM dblink('postgres://app:hunter2hunter2@db/app', 'SELECT 1');"
    assert "hunter2" not in str(masking.masked(body))
    assert masking.masked(None) is None
    assert masking.masked(True) is True


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT 'password=hunter2 host=x' AS dsn", "SELECT 'password=*** host=x' AS dsn"),
        ("PERFORM send('api_key=hunter2&to=me');", "PERFORM send('api_key=***&to=me');"),
        ("PERFORM send('X-Api-Key: hunter2');", "PERFORM send('X-Api-Key: ***');"),
        ("""x := '{"token": "hunter2", "a": 1}';""", """x := '{"token": "***", "a": 1}';"""),
        ("EXECUTE 'ALTER x SET token = ''hunter2'' ';", "EXECUTE 'ALTER x SET token = ''***'' ';"),
        ("PERFORM send(api_key => 'hunter2')", "PERFORM send(api_key => '***')"),
        ("api_key constant text := 'hunter2';", "api_key constant text := '***';"),
        (
            "a integer, auth_token text DEFAULT 'hunter2'::text",
            "a integer, auth_token text DEFAULT '***'::text",
        ),
        ("(((u.token)::text = 'hunter2'::text) OR a)", "(((u.token)::text = '***'::text) OR a)"),
        ("NEW.\"Token\" := E'hun\\'ter2';", "NEW.\"Token\" := E'***';"),
        ("token := $x$hunter2$x$;", "token := $x$***$x$;"),
        ("EXECUTE $x$ token = 'hunter2' $x$;", "EXECUTE $x$ token = '***' $x$;"),
        ("-- don't\ntoken := 'hunter2';", "-- don't\ntoken := '***';"),
        ("/* don't */ token := 'hunter2", "/* don't */ token := '***"),
        (
            "password <> ALL (ARRAY['hunter2'::text, 'x2'::text])",
            "password <> ALL (ARRAY['***'::text, '***'::text])",
        ),
        ("(password IS DISTINCT FROM 'hunter2')", "(password IS DISTINCT FROM '***')"),
        ("(COALESCE(password, ''::text) <> 'x'::text)", "(COALESCE(password, ''::text) <> '***'::text)"),
        ("(password)::character varying(20) = 'x'", "(password)::character varying(20) = '***'"),
        ("lower(NEW.password) = 'x'", "lower(NEW.password) = '***'"),
        (
            "(current_setting('app.jwt_secret'::text, true) = 'x')",
            "(current_setting('app.jwt_secret'::text, true) = '***')",
        ),
        ("EXECUTE FUNCTION g('api_key', 'x', 'new')", "EXECUTE FUNCTION g('api_key', '***', 'new')"),
        ("coalesce(NEW.password, 'x')", "coalesce(NEW.password, '***')"),
        (
            "format('USER %L, PASSWORD %L', 'me', 'x') || 'y'",
            "format('USER %L, PASSWORD %L', '***', '***') || '***'",
        ),
        (
            "INSERT INTO a (token) VALUES ('x', 'y'); SELECT 'z'",
            "INSERT INTO a (token) VALUES ('***', '***'); SELECT 'z'",
        ),
        (
            "passwd CONSTANT text NOT NULL := 'x'; a := 'y';",
            "passwd CONSTANT text NOT NULL := '***'; a := 'y';",
        ),
        (
            "jsonb_build_object('password', 'x', 'kind', 'web', 'api_key', 'y')",
            "jsonb_build_object('password', '***', 'kind', 'web', 'api_key', '***')",
        ),
        ("NEW.password IN ('x', 'y') AND state = 'new'", "NEW.password IN ('***', '***') AND state = 'new'"),
    ],
)
def test_a_quoted_value_of_a_secret_name_is_masked(text: str, expected: str) -> None:
    assert masking.masked(text) == expected
    assert masking.masked([text]) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "UPDATE users SET password = $1 WHERE token = NEW.token;",
        "IF token IS NULL OR token = '' OR state = 'new' THEN",
        "-- don't use\nUPDATE users SET password=crypt(p, salt) WHERE token=_token; -- or don't",
        "EXECUTE 'UPDATE users SET password=$1, token=NEW.token, secret=NULL, dsn=coalesce(a, b)' USING x;",
        "EXECUTE format('SET token = %L, password=%s', x);",
        "EXECUTE format('ALTER ROLE x PASSWORD %L', x);",
        "RAISE EXCEPTION 'no such token: %', x;",
        "SELECT 'password', 'token=' || x, token::text, 'a:b=c', 'token::text', \"token\" FROM users",
        "SELECT tokens = 'a', token_kind = 'b', state = 'password' FROM users",
        'SELECT a AS "don\'t = token", b FROM users WHERE password = old_password',
        "CHECK ((password)::text <> ''::text)",
        "PERFORM set_config('app.token', $1, true), $2 || '$' || $3;",
        "NEW.password := crypt(NEW.password, gen_salt('bf'));",
        "NEW.token := encode(gen_random_bytes(16), 'hex');",
        "(password ~ '^[$]2[aby][$]'::text) OR (token LIKE 'v1-%')",
        "jsonb_build_object('token', NEW.token, 'kind', 'web')",
        "SELECT token, 'active' FROM sessions WHERE kind = 'web' ORDER BY token",
        "IF token_is_old(NEW.token) THEN RAISE EXCEPTION 'token is old'; END IF; state := 'old';",
        "CASE WHEN (token IS NULL) THEN 'none'::text ELSE 'some'::text END",
        "date_part('epoch', password_changed_at) > 5 AND secret_kind = 'totp'",
    ],
)
def test_code_is_not_masked(text: str) -> None:
    assert masking.masked(text) == text


def test_masking_takes_no_time_that_grows_with_the_square() -> None:
    """Or this would not come back."""
    for each in (
        "'",
        '"',
        "/*",
        "$a$",
        "$$",
        "--",
        "E'",
        "token=",
        "token = ",
        "a.",
        "'a=",
        "token:'",
        "a' = ",
    ):
        text = each * (100_000 // len(each))
        assert isinstance(masking.masked(text), str)


# Where it comes from.


def migration(version: int, *statements: str) -> Migration:
    parts = tuple(Statement(text, [10 * number]) for number, text in enumerate(statements, start=1))
    return models.migration(version, up=parts)


@pytest.mark.parametrize(
    ("kind", "name", "attributes", "changed", "expected"),
    [
        ("column", "public.users.state", {"table": "public.users"}, {"default"}, (2, 10)),
        ("table", "public.users", {}, {"owner"}, (2, 10)),
        ("index", "public.renamed_idx", {"table": "public.writers"}, set(), (3, 50)),
        ("default privileges", "of x in schema app on tables", {}, {"grants"}, (3, 70)),
        ("schema", "app", {}, {"owner"}, (3, 60)),
        ("table", "app.readers", {}, {"owner"}, (3, 90)),
        ("table", "public.readers", {}, {"owner"}, (3, 100)),
        ("column", "app.readers.age", {"table": "app.readers"}, {"type"}, (3, 90)),
        ("table", "app.readers", {}, {"grants"}, (3, 110)),
        ("table", "billing.readers", {}, {"owner"}, (3, 120)),
        ("constraint", "email_check on domain public.email", {"domain": "public.email"}, set(), (3, 80)),
        ("column", "public.users.id", {"table": "public.users"}, {"default"}, (1, 10)),
        ("index", "public.users_state_idx", {"table": "public.users"}, set(), (2, 20)),
        ("table", "public.users", {}, {"grants"}, (1, 20)),
        ("index", "public.users_pkey", {"table": "public.users", "keys": ["id"]}, set(), (1, 10)),
        ("sequence", "public.users_id_seq", {"owned by": "public.users.id"}, set(), (1, 10)),
        ("function", "public.touch(integer)", {}, {"body"}, (1, 30)),
        ("function", "public.touch(integer)", {}, {"grants"}, (1, 40)),
        (
            "constraint",
            "users_id_check on public.users",
            {"table": "public.users", "columns": ["id"]},
            {"expression"},
            (1, 10),
        ),
        ("view", "public.nowhere", {}, set(), None),
        ("column", "public.writers.name", {"table": "public.writers"}, {"type"}, (3, 10)),
        ("index", "public.authors_age_idx", {"table": "public.writers"}, set(), (3, 20)),
        ("table", "public.writers", {}, {"owner"}, (3, 30)),
        (
            "index",
            "public.authors_pkey",
            {"table": "public.writers", "keys": ["name"]},
            set(),
            (3, 10),
        ),
        (
            "index",
            "public.authors_pkey1",
            {"table": "public.authors", "keys": ["name"]},
            set(),
            (3, 40),
        ),
    ],
)
def test_the_statement_that_makes_it(
    kind: str, name: str, attributes: Attributes, changed: set[str], expected: tuple[int, int] | None
) -> None:
    applied = (
        migration(
            1,
            "CREATE TABLE users (id bigserial PRIMARY KEY, state text);",
            "GRANT SELECT ON users TO app;",
            "-- touch of old\nCREATE FUNCTION touch(a int) RETURNS int LANGUAGE sql AS 'SELECT 1';",
            "GRANT EXECUTE ON FUNCTION touch(int) TO app;",
        ),
        migration(
            2,
            "ALTER TABLE users ALTER state SET DEFAULT 'new';",
            "CREATE INDEX users_state_idx ON users (state);",
            "UPDATE users SET state = touch(1) WHERE id = 1;",
            "CREATE STATISTICS both ON id, state FROM users;",
            "CREATE TABLE posts (id int, state text, author bigint REFERENCES users);",
        ),
        migration(
            3,
            "CREATE TABLE authors (name text PRIMARY KEY, age int);",
            "CREATE INDEX authors_age_idx ON authors (age);",
            "ALTER TABLE authors RENAME TO writers;",
            "CREATE TABLE authors (name text PRIMARY KEY, age int);",
            "ALTER INDEX old_idx RENAME TO renamed_idx;",
            "CREATE SCHEMA app;",
            "ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO app_reader;",
            "CREATE DOMAIN email AS text CHECK (VALUE <> '');",
            "CREATE TABLE app.readers (age int);",
            "CREATE TABLE readers (age int);",
            'GRANT SELECT ON "app" . "readers" TO app_reader;',
            "CREATE TABLE billing.readers (id int REFERENCES app.readers);",
        ),
    )
    found = origin.find(Identity(kind, name), attributes, changed, applied)
    told = (found[0].version, found[1].line) if found else None
    assert told == expected


# Snapshots.


def test_a_snapshot_is_read_as_it_was_written(tmp_path: Path) -> None:
    service = models.service()
    made = Expectation(
        catalog({TABLE: {"schema": "public"}}), catalog({}), (models.VERSION,), "public", "here"
    )
    text = snapshots.text(made, tmp_path, service, service.migrations)
    path = tmp_path / "s.json"
    assert snapshots.write(path, text)
    assert not snapshots.write(path, text)
    read = snapshots.read(path, tmp_path, service, service.migrations)
    assert (read.catalog, read.before, read.versions, read.schema) == (
        made.catalog,
        made.before,
        made.versions,
        "public",
    )
    assert read.catalog.major == 16
    assert [each.name for each in tmp_path.iterdir()] == ["s.json"]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[: len(text) // 2],
        lambda text: text.replace('"format": 2', '"format": 3', 1),
        lambda text: text.replace('"catalog"', '"other"'),
        lambda text: text.replace('["table"', "[7"),
        lambda text: text.replace('{"schema": "public"}', "[" * 100_000),
        lambda text: text + "\udcff",
        lambda text: text.replace('"postgres": 16', '"postgres": 1e400'),
        lambda text: text.replace('"postgres": 16', '"postgres": true'),
        lambda text: text.replace('["table"', '["../../etc/passwd"'),
        lambda text: text.replace('{"schema": "public"}', '{"schema": "public", "grants": 5}'),
        lambda text: text.replace('{"schema": "public"}', '{"schema": "app"}'),
        lambda text: text.replace('"schema": "public", ', '"schema": 7, '),
        lambda text: text.replace('{"schema": "public"}', '{"schema": "\\ud800"}'),
        lambda text: text.replace('"seal"', '"other"'),
    ],
)
def test_a_broken_snapshot_is_said_to_be_one(change: object, tmp_path: Path) -> None:
    service = models.service()
    made = Expectation(
        catalog({TABLE: {"schema": "public"}}), catalog({}), (models.VERSION,), "public", "here"
    )
    assert callable(change)
    text: str = change(snapshots.text(made, tmp_path, service, service.migrations))
    path = tmp_path / "s.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(GenError, match="snapshot"):
        snapshots.read(path, tmp_path, service, service.migrations)
