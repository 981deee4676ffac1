"""Every command of a generated runbook is run: by gen, git, goose and psql on a real PostgreSQL, and by a kubectl
that knows only what is in out/ (tests/support/kubectl.py)."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from generator import conventions
from tests.support import certificates, forked, kubectl, pod, postgres, programs

ROOT = Path(__file__).parents[2]
CONNECT = "Connect to the database"
FORWARD = "Connect through a forwarded port"
EFFECT = "Put a change into effect"
GOOSE = "Roll back with goose alone"
JOB = "Roll back at once, by a Job"
EMERGENCY = "Emergency rollback"
RELEASE = "Release the pin"
ROLLBACKS = ("Roll back the last migration", "Roll back to a version")
# They put their change into effect as another section says.
CHANGING = ("Roll back the last migration", RELEASE)
# Two ways: each begins with services.yaml as it is.
INSTEAD = "gen rollback"
# Once in each runbook is enough.
READING = re.compile(r"gen status|kubectl --namespace \S+ (get|describe|logs) ")

NAMESPACES = {"auth-service": "auth", "billing-service": "billing", "catalog-service": "catalog"}
PUSHGATEWAY = "    metrics:\n      pushgateway: https://hooks.example.com\n"


@dataclass(frozen=True)
class Variant:
    """`insert` is put behind the service's namespace; `rollback` are arguments of `gen rollback`."""

    service: str
    insert: str = ""
    rollback: tuple[str, ...] = ()


AUTH_BACK = (
    "--to",
    "20260117000005",
    "--accept-data-loss",
    "20260117000006",
    "--accept-data-loss",
    "20260117000007",
)
VARIANTS = {
    "auth": Variant("auth-service"),
    "billing": Variant("billing-service"),
    "catalog": Variant("catalog-service"),
    "pinned": Variant("auth-service", rollback=(*AUTH_BACK, "--reason", "the $(lock) 'never' `ends`")),
    "suspended": Variant("auth-service", "    suspend: true\n"),
    "pushgateway": Variant("auth-service", PUSHGATEWAY),
    "everything": Variant(
        "catalog-service",
        PUSHGATEWAY,
        (
            *("--to", "20260210083500", "--accept-data-loss", "20260210084500"),
            *("--phase", "PreSync", "--reason", "x", "--expires", "2199-01-01"),
        ),
    ),
}


@dataclass(frozen=True)
class Block:
    language: str
    text: str


@dataclass(frozen=True)
class World:
    """A built project beside the repository that it is pushed to, and its runbook."""

    variant: Variant
    directory: Path
    postgres: postgres.Server
    seen: set[str] = field(default_factory=set)

    @property
    def project(self) -> Path:
        return self.directory / "project"

    @property
    def page(self) -> str:
        return (self.project / "out" / self.variant.service / conventions.RUNBOOK).read_text(encoding="utf-8")

    @cached_property
    def objects(self) -> list[pod.Manifest]:
        return pod.manifests(self.project / "out" / self.variant.service)

    @property
    def expected(self) -> int:
        name = conventions.release_config_map(self.variant.service)
        return int(pod.one(self.objects, "ConfigMap", name)["data"]["version"])


def make(variant: Variant, directory: Path, server: postgres.Server) -> World:
    project = directory / "project"
    project.mkdir(parents=True)
    shutil.copytree(ROOT / "migrations", project / "migrations")
    namespace = f"    namespace: {NAMESPACES[variant.service]}\n"
    text = (ROOT / conventions.INPUT).read_text(encoding="utf-8")
    assert text.count(namespace) == 1
    (project / conventions.INPUT).write_text(
        text.replace(namespace, namespace + variant.insert), encoding="utf-8"
    )
    if variant.rollback:
        said = forked.gen("rollback", variant.service, *variant.rollback, cwd=project)
        assert said.returncode == 0, said.stderr
    said = forked.gen("build", cwd=project)
    assert said.returncode == 0, said.stderr
    for command in (
        ["init", "--quiet", "--bare", "../remote.git"],
        ["init", "--quiet", "--initial-branch=main"],
        ["add", "."],
        ["commit", "--quiet", "--message=all"],
        ["remote", "add", "origin", "../remote.git"],
        ["push", "--quiet", "--set-upstream", "origin", "main"],
    ):
        subprocess.run(["git", *command], cwd=project, env=environment(directory), check=True)
    return World(variant, directory, server)


def environment(directory: Path) -> dict[str, str]:
    """Nothing of this machine's but its programs."""
    config = directory / "gitconfig"
    if not config.exists():
        config.write_text("[user]\n\tname = On Call\n\temail = oncall@example.com\n[safe]\n\tdirectory = *\n")
    found = {
        "HOME": str(directory),
        "GIT_CONFIG_GLOBAL": str(config),
        "GIT_CONFIG_NOSYSTEM": "1",
        "LC_ALL": "C.UTF-8",
        # jsii unpacks its libraries below HOME, once.
        "JSII_RUNTIME_PACKAGE_CACHE_ROOT": str(Path.home() / ".cache" / "aws" / "jsii" / "package-cache"),
    }
    return {**found, "PATH": os.environ["PATH"], "TMPDIR": str(directory)}


@pytest.fixture(scope="module", params=VARIANTS)
def world(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    postgres_server: postgres.Server,
) -> World:
    return make(VARIANTS[request.param], tmp_path_factory.mktemp("world"), postgres_server)


@pytest.fixture(scope="module")
def auth(tmp_path_factory: pytest.TempPathFactory, postgres_server: postgres.Server) -> World:
    return make(VARIANTS["auth"], tmp_path_factory.mktemp("world"), postgres_server)


@pytest.fixture(scope="module")
def billing(tmp_path_factory: pytest.TempPathFactory, postgres_server: postgres.Server) -> World:
    return make(VARIANTS["billing"], tmp_path_factory.mktemp("world"), postgres_server)


def sections(page: str) -> dict[str, str]:
    """By heading, the text below it."""
    found = re.split(r"^## (.+)$", page, flags=re.MULTILINE)
    return dict(zip(found[1::2], found[2::2], strict=True))


def blocks(text: str) -> list[Block]:
    return [
        Block(each.info, each.content.rstrip("\n"))
        for each in MarkdownIt("commonmark").parse(text)
        if each.type == "fence"
    ]


def shell(text: str) -> list[str]:
    return [each.text for each in blocks(text) if each.language == "sh"]


def secret(service: str, database: postgres.Database) -> dict[str, str]:
    if service == "billing-service":
        values = {
            "host": database.host,
            "port": str(database.port),
            "username": database.user,
            "password": database.password,
            "dbname": database.name,
        }
    else:
        values = {"connection-string" if service == "auth-service" else "url": database.dsn}
    return {key: base64.b64encode(value.encode()).decode() for key, value in values.items()}


def cluster(world: World, database: postgres.Database) -> list[dict[str, object]]:
    """What out/ has, the pod of the Job, and what a service's surroundings have without gen."""
    service = world.variant.service
    namespace = NAMESPACES[service]
    objects = [dict(each) for each in world.objects]
    job = pod.one(objects, "Job", conventions.job(service))
    rule = pod.one(objects, "PrometheusRule", conventions.prometheus_rule(service))
    assert rule["metadata"]["namespace"] == namespace
    references = re.findall(
        r'"secretKeyRef": \{"key": "[^"]+", "name": "([^"]+)"', json.dumps(job, sort_keys=True)
    )

    def external(kind: str, name: str, **more: object) -> dict[str, object]:
        labels = more.pop("labels", {})
        place = more.pop("namespace", namespace)
        return {"kind": kind, "metadata": {"name": name, "namespace": place, "labels": labels}, **more}

    return [
        *objects,
        kubectl.pod_of(job),
        external("Secret", references[0], data=secret(service, database)),
        external("Deployment", service),
        external("Service", "postgres"),
        external("ConfigMap", "database-ca", data={"ca.crt": certificates.CERTIFICATE}),
        external(
            "Pod",
            "kube-state-metrics-0",
            namespace="kube-system",
            labels={"app.kubernetes.io/name": "kube-state-metrics"},
        ),
    ]


@dataclass(frozen=True)
class Ran:
    project: Path
    returncode: int
    output: str
    calls: list[list[str]]


def run(world: World, database: postgres.Database, commands: list[str], directory: Path) -> Ran:
    """The commands one after the other in one shell, in a copy of the project; the first that fails is the last."""
    shutil.copytree(world.project, directory / "project", symlinks=True)
    shutil.copytree(world.directory / "remote.git", directory / "remote.git")
    service = world.variant.service
    namespace, name = NAMESPACES[service], conventions.rollback(service)
    creatable = [("Job", namespace, name), ("ConfigMap", namespace, name)]
    programs_here = directory / "bin"
    extra = kubectl.install(programs_here, cluster(world, database), [service], creatable)
    forked.install("gen", programs_here)
    (programs_here / "goose").symlink_to(programs.path("goose"))
    (programs_here / "psql").symlink_to(database.binaries / "psql")
    known = environment(directory)
    known["PATH"] = f"{programs_here}:{known['PATH']}"
    script = ["set -u"]
    for number, each in enumerate(commands, start=1):
        script += [
            each,
            f'code=$?; [ "$code" -eq 0 ] || {{ echo "command {number} ended with $code" >&2; exit 1; }}',
        ]
    said = subprocess.run(
        ["sh", "-c", "\n".join(script)],
        cwd=directory / "project",
        env={**known, **extra},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=300,
    )
    record = (programs_here / "record").read_text(encoding="utf-8")
    assert database.password not in said.stdout
    assert database.password not in record
    return Ran(
        directory / "project",
        said.returncode,
        said.stdout,
        [json.loads(line) for line in record.splitlines()],
    )


def prelude(page: dict[str, str]) -> list[str]:
    """How one gets to the database."""
    found = shell(page[CONNECT])
    return found[: next(at for at, each in enumerate(found) if each.startswith("gen status"))]


def needs_database(title: str, text: str) -> bool:
    return title == FORWARD or (title != CONNECT and "(#connect-to-the-database)" in text)


def sessions(page: dict[str, str], title: str) -> Iterator[list[str]]:
    """The commands of a section, each time as one person would run them."""
    text = page[title]
    commands = shell(text)
    before = prelude(page) if needs_database(title, text) else []
    if title == EMERGENCY:
        ways = [each for each in commands if each.startswith(INSTEAD)]
        for way in ways:
            yield [each for each in commands if each == way or each not in ways]
    elif title in CHANGING and commands:
        yield [*before, *commands, *shell(page[EFFECT])]
    elif title != EFFECT and commands:
        yield [*before, *commands]


@pytest.fixture
def migrated(world: World) -> Iterator[postgres.Database]:
    with world.postgres.database() as database:
        migrate(world, database)
        yield database


def migrate(world: World, database: postgres.Database) -> None:
    goose(world, database, "up-to", str(world.expected))


def goose(world: World, database: postgres.Database, *words: str) -> None:
    directory = world.project / "migrations" / world.variant.service
    flags = ["-env=none", f"-dir={directory}", f"-table={version_table(world)}"]
    subprocess.run(
        [str(programs.path("goose")), *flags, *words],
        env={"GOOSE_DRIVER": "postgres", "GOOSE_DBSTRING": database.dsn},
        capture_output=True,
        check=True,
    )


def version_table(world: World) -> str:
    return "catalog_goose_version" if world.variant.service == "catalog-service" else "goose_db_version"


def version(world: World, database: postgres.Database) -> int:
    ((found,),) = database.query(f"SELECT max(version_id) FROM {version_table(world)} WHERE is_applied")
    return int(found)


def test_every_command_runs(world: World, migrated: postgres.Database, tmp_path: Path) -> None:
    page = sections(world.page)
    ran = 0
    for title in page:
        for number, commands in enumerate(sessions(page, title)):
            fresh = [each for each in commands if not (READING.match(each) and each in world.seen)]
            if title == GOOSE:
                continue
            done = run(world, migrated, fresh, tmp_path / f"{len(world.seen)}-{number}-{ran}")
            assert done.returncode == 0, f"{title}:\n{done.output}"
            clients = re.compile(r"\b(kubectl|argocd)\b")
            assert len(done.calls) == sum(len(clients.findall(each)) for each in fresh), title
            world.seen.update(commands)
            ran += 1
            check_what_it_did(world, title, done)
    assert set(shell(world.page)) - world.seen == set(shell(page[GOOSE]))
    assert ran > 10


def check_what_it_did(world: World, title: str, done: Ran) -> None:
    service = world.variant.service
    if title in ROLLBACKS:
        target = re.search(r"To version ([0-9]+)\.|; here ([0-9]+)\.", sections(world.page)[title])
        assert target is not None
        number = target[1] or target[2]
        text = (done.project / conventions.INPUT).read_text(encoding="utf-8")
        assert f"version: {number}\n" in text
        if title not in CHANGING:
            return
        job = (done.project / "out" / service / "job.yaml").read_text(encoding="utf-8")
        assert f"name: goose-{number}\n" in job
        pushed = subprocess.run(
            ["git", "--git-dir=../remote.git", "show", f"main:{conventions.INPUT}"],
            cwd=done.project,
            env=environment(done.project.parent),
            capture_output=True,
            text=True,
            check=True,
        )
        assert pushed.stdout == text
    elif title == RELEASE:
        assert "pin:" not in (done.project / conventions.INPUT).read_text(encoding="utf-8")
    elif title == JOB:
        assert (done.project / conventions.INPUT).read_bytes() == (
            world.project / conventions.INPUT
        ).read_bytes()


def test_goose_alone_rolls_back(world: World, migrated: postgres.Database, tmp_path: Path) -> None:
    page = sections(world.page)
    (commands,) = sessions(page, GOOSE)
    before = version(world, migrated)
    assert before == world.expected
    done = run(world, migrated, commands, tmp_path / "goose")
    assert done.returncode == 0, done.output
    target = re.search(r"everything above a version, here ([0-9]+)", page[GOOSE])
    assert target is not None
    assert version(world, migrated) == int(target[1]) < before
    goose(world, migrated, "up-to", str(before))


def test_every_sql_block_runs(world: World, migrated: postgres.Database) -> None:
    found = [each.text for each in blocks(world.page) if each.language == "sql"]
    assert len(found) >= 4
    for each in found:
        migrated.query(each)


def test_the_locks_are_seen(auth: World, tmp_path: Path) -> None:
    """The queries find a migration that waits, who blocks it, and who waits for it."""
    waits, waited_for = (
        each.text for each in blocks(sections(auth.page)["See who holds the locks"]) if each.language == "sql"
    )
    with auth.postgres.database() as database:
        migrate(auth, database)
        psql = [str(database.binaries / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1"]

        def session(name: str, sql: str) -> subprocess.Popen[str]:
            started = subprocess.Popen(
                psql, env={**database.environment, "PGAPPNAME": name}, stdin=subprocess.PIPE, text=True
            )
            assert started.stdin is not None
            started.stdin.write(sql)
            started.stdin.flush()
            return started

        def until(sql: str) -> list[tuple[str, ...]]:
            for _ in range(3000):
                rows = database.query(f"SELECT pg_sleep(0.02); {sql}")[1:]
                if rows:
                    return rows
            raise AssertionError(f"no rows: {sql}")

        started = []
        try:
            started.append(session("console", "BEGIN; SELECT * FROM users;\n"))
            until(
                "SELECT 1 FROM pg_stat_activity WHERE application_name = 'console' AND state = 'idle in transaction'"
            )
            started.append(session("auth-service-migration", "ALTER TABLE users ADD COLUMN x int;\n"))
            (row,) = until(f"SELECT * FROM ({waits.rstrip(';')}) AS found WHERE blocked_by IS NOT NULL")
            assert row[6:8] == ("console", "idle in transaction")
            started.append(session("application", "SELECT * FROM users;\n"))
            ((_, _, name, *_),) = until(waited_for.rstrip(";"))
            assert name == "application"
        finally:
            for each in started:
                each.kill()
                each.communicate()


def test_a_forwarded_port_replaces_the_address(auth: World, tmp_path: Path) -> None:
    page = sections(auth.page)
    with auth.postgres.database() as database:
        (commands,) = sessions(page, FORWARD)
        done = run(auth, database, [*commands, 'printf %s "$GOOSE_DBSTRING" > dsn'], tmp_path / "session")
        assert done.returncode == 0, done.output
        dsn = (done.project / "dsn").read_text(encoding="utf-8")
        assert dsn == database.dsn.replace(f"@{database.host}:{database.port}/", "@127.0.0.1:15432/")


# --- the tests' own teeth

ALTERED = (
    ("Look first", "auth-service-migration", "auth-service-migratoin"),
    ("Look first", "--namespace auth ", "--namespace auht "),
    ("Look first", "--prefix", "--prefixed"),
    ("Look first", ".data.version", ".data.verzion"),
    ("Look first", "auth-service-migration-release", "auth-service-release"),
    ("Look first", "app get auth-service", "app get auth"),
    ("MigrationRunningTooLong", "get secret auth-service-db", "get secret auth-db"),
    ("MigrationRunningTooLong", "describe pods", "describe pots"),
    ("MigrationMetricsMissing", "=kube-state-metrics", "=kube-state-metric"),
    ("MigrationFailed", "gen status auth-service", "gen status auth-servise"),
    ("The logs are gone", "involvedObject.name=auth-service-migration", "involvedObject.name=auth-migration"),
    ("End a hanging Job", "delete job auth-service-migration", "delete job auth-service-rollback-2"),
    ("End a hanging Job", "terminate-op", "terminate"),
    ("End a hanging Job", '"finalizers":null', '"finalizers":nil'),
    (JOB, "wait --for=condition=complete", "wait --for=condition=completed"),
    (JOB, "job/auth-service-rollback", "job/auth-service-rolback"),
    (JOB, '--reason "$REASON"', '--reason "$REASONS"'),
    (JOB, " --accept-data-loss 20260117000007", ""),
    ("Roll back the last migration", "--last", "--latest"),
    ("Roll back to a version", "--to 20260117000005", "--to 20260117000055"),
    (EMERGENCY, "scale deployment auth-service", "scale deployment auth"),
    (EMERGENCY, "--sync-policy none", "--sync-policy off"),
    (EMERGENCY, "get pods", "get pots"),
    (CONNECT, "connection-string", "connection-sting"),
    (CONNECT, "base64decode", "base64decoded"),
    (GOOSE, "-dir=migrations/auth-service", "-dir=migrations/auth"),
)


@pytest.mark.parametrize(("title", "old", "new"), ALTERED)
def test_an_altered_command_fails(auth: World, tmp_path: Path, title: str, old: str, new: str) -> None:
    page = sections(auth.page)
    assert any(old in each for each in shell(page[title]))
    page[title] = page[title].replace(old, new)
    with auth.postgres.database() as database:
        assert 1 in (
            run(auth, database, commands, tmp_path / str(number)).returncode
            for number, commands in enumerate(sessions(page, title))
        )


def test_an_altered_key_fails_where_the_secret_has_several(billing: World, tmp_path: Path) -> None:
    page = sections(billing.page)
    page[CONNECT] = page[CONNECT].replace('"password"', '"passwort"')
    with billing.postgres.database() as database:
        (commands,) = sessions(page, CONNECT)
        assert run(billing, database, commands, tmp_path / "session").returncode == 1


# --- the file in the tree


def test_the_tree_lists_it_and_tools_pass_it_by(auth: World) -> None:
    directory = auth.project / "out" / "auth-service"
    subprocess.run(
        ["sha256sum", "--check", "--strict", conventions.SUMS], cwd=directory, check=True, capture_output=True
    )
    assert f"  {conventions.RUNBOOK}\n" in (directory / conventions.SUMS).read_text(encoding="utf-8")
    assert forked.gen("validate", cwd=auth.project).returncode == 0
    assert forked.gen("build", "--check", cwd=auth.project).returncode == 0


def test_the_alerts_lead_to_their_headings(world: World) -> None:
    anchors = [re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in sections(world.page)]
    service = world.variant.service
    rule = pod.one(world.objects, "PrometheusRule", conventions.prometheus_rule(service))
    alerts = [each for group in rule["spec"]["groups"] for each in group["rules"] if "alert" in each]
    assert len(alerts) >= 4
    for each in alerts:
        base, _, fragment = each["annotations"]["runbook_url"].partition("#")
        assert base == f"https://runbooks.example.com/migrations/{service}/{conventions.RUNBOOK}"
        assert anchors.count(fragment) == 1
