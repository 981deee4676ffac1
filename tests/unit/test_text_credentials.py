"""Which texts hold a credential, and which only look like it.

Tokens are put together here, so that no scanner takes this file for a leak.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from enum import StrEnum

import pytest

from generator.text import credentials

AKIA = "AKIA" + "IOSFODNN7EXAMPLE"
JWT = ".".join(
    base64.urlsafe_b64encode(part).decode().rstrip("=")
    for part in (b'{"alg":"HS256","typ":"JWT"}', b'{"sub":"1234567890"}', b"signature-of-32-bytes-or-so!")
)
HEX = "0123456789abcdef"
ALNUM = "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE3fG5hJ7k"
PEM = "-----BEGIN {}PRIVATE KEY{}-----"


class Kind(StrEnum):
    DSN = "connection string"
    PASSWORD = "password"
    PRIVATE_KEY = "private key"
    TOKEN = "token"

    @classmethod
    def of(cls, kind: str) -> Kind:
        return {
            "a URL with a password": cls.DSN,
            "a URL with a password or a token": cls.DSN,
            "a connection string with a password": cls.DSN,
            "a password in SQL": cls.PASSWORD,
            "a secret in a setting": cls.PASSWORD,
            "a private key": cls.PRIVATE_KEY,
        }.get(kind, cls.TOKEN)


# The text, what sort of credential it has, and what exactly has to be marked.
POSITIVE: list[tuple[str, Kind, str]] = [
    ("postgres://u:p@h", Kind.DSN, "p"),
    ("postgresql://app:hunter2@db.example.com:5432/app?sslmode=require", Kind.DSN, "hunter2"),
    ("dsn: 'postgres://app:pa/ss?word#1@db/app'", Kind.DSN, "pa/ss?word#1"),
    ("POSTGRES://APP:HUNTER@DB/APP", Kind.DSN, "HUNTER"),
    ("postgres://:hunter2@db/app", Kind.DSN, "hunter2"),
    ("postgres://app:p%40ss@[::1]:5432/app", Kind.DSN, "p%40ss"),
    ("-- connect with postgres://app:hunter2@db/app", Kind.DSN, "hunter2"),
    ("SELECT dblink_connect('postgres://app:hunter2@db/app');", Kind.DSN, "hunter2"),
    ("url: redis://:hunter2@cache:6379/0", Kind.DSN, "hunter2"),
    ("url: amqp://guest:guest@rabbit:5672", Kind.DSN, "guest"),
    ("url: mongodb+srv://app:hunter2@cluster.example.net/x", Kind.DSN, "hunter2"),
    ("url: https://user:hunter2@hooks.example.com/x", Kind.DSN, "hunter2"),
    ("postgres://app:$ecret@db/app", Kind.DSN, "$ecret"),
    ("postgres://${USER}:${PW:-hunter2}@db/app", Kind.DSN, "${PW:-hunter2}"),
    ("jdbc:postgresql://db/app?user=app&password=hunter2", Kind.DSN, "hunter2"),
    ("https://hooks.example.com/in?token=abcdef123456", Kind.DSN, "abcdef123456"),
    ("host=db port=5432 user=app password=hunter2 dbname=app", Kind.DSN, "hunter2"),
    ("dsn: password=hunter2 host=db", Kind.DSN, "hunter2"),
    ("SELECT dblink_connect('c', 'host=db user=app password=hunter2');", Kind.DSN, "hunter2"),
    ("SELECT * FROM dblink('password=hunter2', 'SELECT 1') AS t(a int);", Kind.DSN, "hunter2"),
    (
        "CREATE SUBSCRIPTION s\n  CONNECTION 'host=db user=repl password=hunter2'\n  PUBLICATION p;",
        Kind.DSN,
        "hunter2",
    ),
    ("CREATE SUBSCRIPTION s CONNECTION 'password=hunter2' PUBLICATION p;", Kind.DSN, "hunter2"),
    ("SELECT dblink_connect('user=app password=''hunter2'' dbname=x');", Kind.DSN, "hunter2"),
    ("ALTER SYSTEM SET primary_conninfo = 'host=db user=repl password=hunter2';", Kind.DSN, "hunter2"),
    ("-- PGPASSWORD=hunter2 psql -h db", Kind.DSN, "hunter2"),
    ("CREATE ROLE app LOGIN PASSWORD 'hunter2';", Kind.PASSWORD, "hunter2"),
    ("create user app with password 'hunter2';", Kind.PASSWORD, "hunter2"),
    ("ALTER ROLE app ENCRYPTED PASSWORD 'hunter2';", Kind.PASSWORD, "hunter2"),
    ("ALTER USER app\n  WITH\n  PASSWORD\n\n  'hunter2';", Kind.PASSWORD, "hunter2"),
    ("ALTER ROLE app PASSWORD'hunter2';", Kind.PASSWORD, "hunter2"),
    ("ALTER ROLE app PASSWORD /* the old one */ 'hunter2';", Kind.PASSWORD, "hunter2"),
    ("ALTER ROLE app PASSWORD -- the old one\n 'hunter2';", Kind.PASSWORD, "hunter2"),
    ("ALTER ROLE app PASSWORD E'hunt\\ner2';", Kind.PASSWORD, "hunt\\ner2"),
    ("ALTER ROLE app PASSWORD U&'hunter2';", Kind.PASSWORD, "hunter2"),
    ("ALTER ROLE app PASSWORD $$hunter2$$;", Kind.PASSWORD, "hunter2"),
    ("ALTER ROLE app PASSWORD $pw$hunter2$pw$;", Kind.PASSWORD, "hunter2"),
    (
        "ALTER ROLE app PASSWORD 'SCRAM-SHA-256$4096:c2FsdA==$c3Q=:c3Y=';",
        Kind.PASSWORD,
        "SCRAM-SHA-256$4096:c2FsdA==$c3Q=:c3Y=",
    ),
    ("ALTER ROLE app PASSWORD 'md5" + HEX * 2 + "';", Kind.PASSWORD, "md5" + HEX * 2),
    ("DO $do$ BEGIN EXECUTE 'CREATE ROLE app PASSWORD ''hunter2'''; END $do$;", Kind.PASSWORD, "hunter2"),
    ("CREATE ROLE app LOGIN; ALTER ROLE app PASSWORD 'hunter2';", Kind.PASSWORD, "hunter2"),
    ("-- ALTER ROLE app PASSWORD 'hunter2'", Kind.PASSWORD, "hunter2"),
    (
        "CREATE USER MAPPING FOR app SERVER s OPTIONS (user 'app', password 'hunter2');",
        Kind.PASSWORD,
        "hunter2",
    ),
    ("ALTER USER MAPPING FOR app SERVER s OPTIONS (SET password 'hunter2');", Kind.PASSWORD, "hunter2"),
    ("CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (\"api_key\" 'hunter2');", Kind.PASSWORD, "hunter2"),
    ("ALTER DATABASE app SET app.jwt_secret TO 'hunter2';", Kind.PASSWORD, "hunter2"),
    ("SET LOCAL app.api_token = 'hunter2';", Kind.PASSWORD, "hunter2"),
    ("SELECT set_config('app.secret', 'hunter2', false);", Kind.PASSWORD, "hunter2"),
    ("INSERT INTO users VALUES ('root', crypt('hunter2', gen_salt('bf')));", Kind.PASSWORD, "hunter2"),
    (PEM.format("RSA ", "") + "\nMIIE", Kind.PRIVATE_KEY, PEM.format("RSA ", "")),
    (PEM.format("", ""), Kind.PRIVATE_KEY, PEM.format("", "")),
    (PEM.format("OPENSSH ", ""), Kind.PRIVATE_KEY, PEM.format("OPENSSH ", "")),
    (PEM.format("ENCRYPTED ", ""), Kind.PRIVATE_KEY, PEM.format("ENCRYPTED ", "")),
    (PEM.format("PGP ", " BLOCK"), Kind.PRIVATE_KEY, PEM.format("PGP ", " BLOCK")),
    (f"VALUES ('{AKIA}')", Kind.TOKEN, AKIA),
    (f"aws_secret_access_key = '{ALNUM}'", Kind.TOKEN, ALNUM),
    (f'"SecretAccessKey": "{ALNUM}"', Kind.TOKEN, ALNUM),
    ("key: AIza" + ALNUM[:35], Kind.TOKEN, "AIza" + ALNUM[:35]),
    ("ghp_" + ALNUM[:36], Kind.TOKEN, "ghp_" + ALNUM[:36]),
    ("github_pat_" + ALNUM, Kind.TOKEN, "github_pat_" + ALNUM),
    ("glpat-" + ALNUM[:20], Kind.TOKEN, "glpat-" + ALNUM[:20]),
    ("xoxb-123456789012-" + ALNUM[:24], Kind.TOKEN, "xoxb-123456789012-" + ALNUM[:24]),
    (
        "https://hooks.slack.com/services/T0000/B0000/" + ALNUM[:24],
        Kind.TOKEN,
        "https://hooks.slack.com/services/T0000/B0000/" + ALNUM[:24],
    ),
    ("sk_live_" + ALNUM[:24], Kind.TOKEN, "sk_live_" + ALNUM[:24]),
    ("sk_test_" + ALNUM[:24], Kind.TOKEN, "sk_test_" + ALNUM[:24]),
    ("whsec_" + ALNUM[:32], Kind.TOKEN, "whsec_" + ALNUM[:32]),
    ("npm_" + ALNUM[:36], Kind.TOKEN, "npm_" + ALNUM[:36]),
    ("//npm.example.com/:_authToken=hunter22", Kind.TOKEN, "hunter22"),
    ("SG." + ALNUM[:22] + "." + (ALNUM + "abc"), Kind.TOKEN, "SG." + ALNUM[:22] + "." + (ALNUM + "abc")),
    ("AccountKey=" + ALNUM * 2 + "abcdef==", Kind.TOKEN, "AccountKey=" + ALNUM * 2 + "abcdef=="),
    ("hvs." + ALNUM, Kind.TOKEN, "hvs." + ALNUM),
    (f"anon key: {JWT}", Kind.TOKEN, JWT),
    ('\'{"Authorization": "Bearer 0123456789abcdef0123"}\'', Kind.TOKEN, "0123456789abcdef0123"),
    ("Authorization: Basic dXNlcjpwYXNz", Kind.TOKEN, "dXNlcjpwYXNz"),
]

NEGATIVE = [
    "",
    "CREATE TABLE users (id bigint PRIMARY KEY, password_hash text NOT NULL);",
    "CREATE TABLE credentials (password text NOT NULL DEFAULT 'x', secret bytea, token text);",
    "ALTER TABLE users ADD COLUMN password text CHECK (password <> '');",
    "ALTER TABLE users RENAME COLUMN password TO password_hash;",
    "COMMENT ON COLUMN users.password IS 'bcrypt hash, never the password itself';",
    "-- The password 'policy' is documented elsewhere.",
    "-- passwords are rotated: see the runbook",
    "CREATE ROLE app LOGIN PASSWORD NULL;",
    "CREATE ROLE app NOLOGIN;",
    "CREATE ROLE app LOGIN PASSWORD '';",
    "ALTER ROLE app VALID UNTIL 'infinity';",
    "ALTER ROLE app PASSWORD :'app_password';",
    "ALTER ROLE app PASSWORD '${APP_PASSWORD}';",
    "ALTER ROLE app PASSWORD '$APP_PASSWORD';",
    "ALTER ROLE app PASSWORD '{{ .Values.password }}';",
    "ALTER ROLE app PASSWORD '<from the vault>';",
    "ALTER ROLE app PASSWORD '********';",
    "EXECUTE format('ALTER ROLE %I PASSWORD %L', name, secret);",
    "EXECUTE 'ALTER ROLE app PASSWORD ' || quote_literal(secret);",
    "EXECUTE 'ALTER ROLE app PASSWORD ''' || secret || '''';",
    "ALTER ROLE app PASSWORD $1;",
    "CREATE ROLE app; COMMENT ON ROLE app IS 'password ''rotated'' monthly';",
    "SET password_encryption = 'scram-sha-256';",
    "ALTER ROLE app SET password_encryption = 'scram-sha-256';",
    "GRANT SELECT (id, password_hash) ON users TO app;",
    "GRANT app TO operator;",
    "CREATE USER MAPPING FOR app SERVER s OPTIONS (user 'app', password_required 'false');",
    "CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (note 'the password', host 'db');",
    "CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'db', sslmode 'require');",
    "UPDATE users SET password = 'x', host = 'y' WHERE user = 'z';",
    "UPDATE users SET password = crypt(new_password, gen_salt('bf')) WHERE id = 1;",
    "SELECT id FROM users WHERE password = crypt('guess', password);",
    "INSERT INTO users (name, password_hash) VALUES ('a', '$2b$12$" + "a" * 53 + "');",
    "SELECT * FROM users WHERE user = 'a' AND password = 'b';",
    "INSERT INTO kinds VALUES ('password'), ('token'), ('secret');",
    "SET search_path = app, public;",
    "SET app.tenant = 'acme';",
    "SELECT current_setting('app.jwt_secret');",
    "SELECT set_config('app.tenant_token_kind', 'jwt', true);",
    "sslmode=require",
    "host=db port=5432 user=app dbname=app sslmode=verify-full",
    "host=%s user=%s password=%s dbname=%s",
    "'host=db user=app password=' || secret || ' dbname=app'",
    "password=$PGPASSWORD host=db",
    "host=db user=app password=...",
    "postgres://db.example.com:5432/app",
    "postgres://app@db.example.com:5432/app",
    "postgres://db:5432/app?email=a@b.example",
    "postgres://$USER:$PASS@db/app",
    "postgres://${USER}:${PASS}@db/app",
    "postgres://$(USER):$(PASS)@db/app",
    "postgres://%s:%s@%s/%s",
    "postgres://user:<password>@host/db",
    "postgres://user:[YOUR-PASSWORD]@host/db",
    "postgres://user:{password}@host/db",
    "postgres://user:***@host/db",
    "'postgres://app:' || secret || '@db/app'",
    "https://example.com:8080/a@b",
    "https://example.com/x?page=2&sort=token",
    "https://example.com/x?token=${TOKEN}",
    "ssh://git@example.com:22/x.git",
    "mail to a:b@example.com",
    "callbackUrls: [https://hooks.example.com/migrations]",
    "database:\n  secret:\n    name: auth-service-db\n    keys: {user: username, password: password}",
    "-----BEGIN CERTIFICATE-----\nMIIB",
    "-----BEGIN PUBLIC KEY-----",
    "CHECK (pem NOT LIKE '-----BEGIN RSA PRIVATE KEY-----%')",
    "-- the text BEGIN PRIVATE KEY must not be in it",
    "ghp_short",
    "SELECT 'AKIA' || suffix",
    "SELECT 'xoxo-hugs'",
    "SELECT 'SG.1'",
    "eyJhbGciOiJIUzI1NiJ9",
    "Authorization: Bearer <token>",
    "'Authorization', 'Bearer ' || token",
    "authorization: token required",
    "sha256:" + HEX * 4,
    "SELECT '123e4567-e89b-12d3-a456-426614174000'::uuid;",
    "CREATE EXTENSION IF NOT EXISTS pgcrypto;",
    "CREATE INDEX CONCURRENTLY tokens_secret_idx ON tokens (secret);",
    "ALTER ROLE app RESET ALL; -- PASSWORD is set by the vault",
]


@pytest.mark.parametrize(("text", "kind", "secret"), POSITIVE)
def test_a_credential_is_found_and_marked(text: str, kind: Kind, secret: str) -> None:
    found = credentials.find(text)
    assert [(Kind.of(each.kind), text[each.start : each.end]) for each in found] == [(kind, secret)]


@pytest.mark.parametrize(("text", "kind", "secret"), POSITIVE)
def test_a_finding_never_tells_the_secret(text: str, kind: Kind, secret: str) -> None:
    for each in credentials.find(text):
        assert each.kind.startswith(("a ", "an "))
        assert len(secret) <= 3 or secret not in repr(each)


@pytest.mark.parametrize("text", NEGATIVE)
def test_what_only_looks_like_a_credential_is_not_found(text: str) -> None:
    assert credentials.find(text) == []


def test_the_tables_are_large_enough() -> None:
    assert len({text for text, _, _ in POSITIVE}) >= 40
    assert len(set(NEGATIVE)) >= 40


def test_several_credentials_come_in_order() -> None:
    text = "ALTER ROLE a PASSWORD 'one'; -- postgres://u:two@h\nALTER ROLE b PASSWORD 'three';"
    assert [text[each.start : each.end] for each in credentials.find(text)] == ["one", "two", "three"]


def test_places_are_right_behind_letters_that_grow_in_lower_case() -> None:
    text = "-- İİİİ\nALTER ROLE a PASSWORD 'one';"
    (found,) = credentials.find(text)
    assert text[found.start : found.end] == "one"


def test_a_clean_text_does_not_load_detect_secrets() -> None:
    program = """
import sys
from generator.text import credentials
assert credentials.find("CREATE TABLE users (password_hash text NOT NULL); -- postgres://db/x") == []
assert credentials.find("ALTER ROLE a PASSWORD 'one'")
assert not any(name.startswith(("detect_secrets", "requests")) for name in sys.modules)
assert credentials.find("glpat-" + "aB3" * 7)
assert "detect_secrets.plugins.gitlab_token" in sys.modules
"""
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True, timeout=60)


HOSTILE = [
    "a",
    " ",
    "\n",
    "'",
    "$",
    "$a",
    "-",
    "://",
    "://a:",
    "postgres://",
    "postgres://a:b",
    "PASSWORD ",
    "PASSWORD/*",
    "PASSWORD--",
    "--password\n",
    "password\n" + " " * 500,
    "CREATE ROLE PASSWORD '",
    "CREATE ROLE x PASSWORD $$",
    "OPTIONS(password ",
    "host=a ",
    "host= ",
    "password=a ",
    "password= ",
    "dblink(",
    "connection '",
    "?token=",
    "://a?pwd=b",
    "set a.secret ",
    "crypt('",
    "-----BEGIN ",
    "-----BEGIN A B C ",
    "AKIA",
    "secret_access_key ",
    "eyJ",
    "eyJaaaaaaaa.",
    "ghp_",
    "xoxb-1-",
    "xox",
    "hooks.slack.com/services/T",
    "glagent-" + "a" * 1100,
    "glpat-",
    "SG.",
    "AccountKey=",
    "pypi-AgEIcHlwaS5vcmc",
    "pypi-AgE",
    "k_live_",
    "T3BlbkFJ",
    "authorization: bearer ",
    "Authorization:Bearer aaaaaaaaaaaaaaaaaa",
    ":_authToken=",
    "{{",
    "\0",
    "é",
]


def test_hostile_text_is_read_in_linear_time() -> None:
    # A quadratic pattern needs hours for one of them: the limit is a way out, not a measurement.
    program = """
import json, sys
from generator.text import credentials
units = json.load(sys.stdin)
for unit in units:
    print(repr(unit[:40]), flush=True)
    credentials.find(unit * (2**17 // len(unit)))
print("all of them", flush=True)
credentials.find("".join(unit * (2**20 // len(units) // len(unit)) for unit in units))
"""
    try:
        subprocess.run(
            [sys.executable, "-c", program],
            input=json.dumps(HOSTILE).encode(),
            check=True,
            timeout=120,
            capture_output=True,
        )
    except subprocess.TimeoutExpired as problem:
        pytest.fail(f"not linear: {(problem.stdout or b'').decode().splitlines()[-1]}")


@pytest.mark.parametrize(
    "name",
    [
        "PGPASSWORD",
        "DB_PASSWORD",
        "db_password",
        "API_KEY",
        "APIKEY",
        "TOKEN",
        "GITHUB_TOKEN",
        "DATABASE_URL",
        "GOOSE_DBSTRING",
        "APP_SECRET",
        "SIGNING_KEY",
        "SMTP_PASS",
        "AWS_SECRET_ACCESS_KEY",
    ],
)
def test_a_secret_name(name: str) -> None:
    assert credentials.is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    ["", "LOG_LEVEL", "PATH", "HTTPS_PROXY", "PASSWORD_FILE", "TOKEN_TTL", "PGHOST", "MONKEY", "COMPASS"],
)
def test_no_secret_name(name: str) -> None:
    assert not credentials.is_secret_name(name)
