"""`gen guard`: what it prints, started in the application's place by the real goose on a real PostgreSQL."""

from __future__ import annotations

import io
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from generator import validate
from generator.charts import guard
from tests.support import argocd, forked, pod, postgres, projects, waiting

ROOT = Path(__file__).parents[2]
DSN = "database:\n  secret: {name: auth-service-db, key: url}\n"
SQL = {
    "1_a.sql": projects.migration("CREATE TABLE a (id int);", "DROP TABLE a;"),
    "2_b.sql": projects.migration("CREATE TABLE b (id int);", "DROP TABLE b;"),
}
PIN = "pin: {{version: {version}, from: 2, reason: r, phase: {phase}, acceptDataLoss: [2]}}\n"
# A statement that waits, seen from outside.
WAITING = "FROM pg_stat_activity WHERE application_name = 'auth-service-guard' AND datname = '{name}'"
GENEROUS = 30


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return projects.write(tmp_path, DSN, SQL)


def printed(project: Path, service: str = "auth-service") -> str:
    said = projects.told(project, "guard", service)
    assert (said.returncode, said.stderr) == (0, "")
    return said.stdout


def spec_of(text: str) -> dict[str, Any]:
    merged = YAML(typ="safe", pure=True).load(io.StringIO(text))
    found: dict[str, Any] = merged["spec"]["template"]["spec"]
    return found


def started(project: Path, secret: dict[str, str], seconds: int | None = None) -> pod.Container:
    """The initContainer on this commit's release marker; `seconds` is how long it waits instead of 300."""
    objects = pod.manifests(projects.build(project))
    spec = spec_of(printed(project))
    (container,) = spec["initContainers"]
    place = project / f"pod-{len(list(project.iterdir()))}"
    made = pod.begin(spec, container, objects, secret, place)
    if seconds is not None:
        file = made.directory / "1_guard.sql"
        text = file.read_text("utf-8")
        assert text.count("300 seconds") == 1
        content = file.resolve()
        content.chmod(0o644)
        content.write_text(text.replace("300 seconds", f"{seconds} seconds"), "utf-8")
    return made


def job(project: Path, database: postgres.Database, *command: str) -> None:
    """The migrations' own Job, with another command of goose."""
    real = pod.start(
        pod.manifests(projects.build(project)), "auth-service", {"url": database.dsn}, project / "job"
    )
    done = pod.run(real, *command)
    assert done.returncode == 0, done.stderr


def admin(server: postgres.Server, database: postgres.Database) -> postgres.Database:
    """The superuser in this database: nobody else sees what another role's session does."""
    return postgres.Database(
        database.binaries, database.port, database.name, server.admin.user, server.admin.password
    )


def is_waiting(seen: postgres.Database) -> bool:
    asked = f"SELECT count(*) {WAITING.format(name=seen.name)} AND state = 'active'"
    return seen.query(asked) == [("1",)]


def tables(database: postgres.Database) -> set[str]:
    return {name for (name,) in database.query("SELECT relname FROM pg_class WHERE relkind IN ('r', 'v', 'S')"
            " AND relnamespace = 'public'::regnamespace")}  # fmt: skip


# With the real goose.


def test_it_passes_at_once_and_changes_nothing(project: Path, database: postgres.Database) -> None:
    job(project, database, "up")
    before = tables(database), database.query("SELECT * FROM goose_db_version")
    # With no patience at all: it looks before it waits.
    done = pod.run(started(project, {"url": database.dsn}, seconds=0))
    assert done.returncode == 0, done.stderr
    assert (tables(database), database.query("SELECT * FROM goose_db_version")) == before


def test_it_passes_when_the_database_is_ahead(project: Path, database: postgres.Database) -> None:
    """Argo CD's own rollback, and a pod of the previous release that is scheduled anew."""
    job(project, database, "up")
    (project / "migrations/auth-service/2_b.sql").unlink()
    done = pod.run(started(project, {"url": database.dsn}, seconds=0))
    assert done.returncode == 0, done.stderr


def test_it_waits_for_a_migration_that_comes_later(
    project: Path, postgres_server: postgres.Server, database: postgres.Database
) -> None:
    job(project, database, "up-to", "1")
    with pod.running(started(project, {"url": database.dsn})) as process:
        assert waiting.until(lambda: is_waiting(admin(postgres_server, database)))
        assert process.poll() is None
        job(project, database, "up")
        assert process.wait(GENEROUS) == 0


def test_it_waits_for_the_first_table_of_all(
    project: Path, postgres_server: postgres.Server, database: postgres.Database
) -> None:
    with pod.running(started(project, {"url": database.dsn})) as process:
        assert waiting.until(lambda: is_waiting(admin(postgres_server, database)))
        # goose, told not to, makes no table of its own.
        assert tables(database) == set()
        job(project, database, "up")
        assert process.wait(GENEROUS) == 0


def test_it_fails_with_what_is_missing_and_what_to_do(project: Path, database: postgres.Database) -> None:
    job(project, database, "up-to", "1")
    done = pod.run(started(project, {"url": database.dsn}, seconds=1))
    assert done.returncode == 1
    said = done.stderr.rstrip()
    assert said.endswith("(SQLSTATE P0001)")
    assert (
        f"the database {database.name} does not have migration 2 of auth-service yet, its newest is 1" in said
    )
    assert "look at the Job auth-service-migration; if there is none, Argo CD skipped the hooks" in said
    # What `kubectl describe pod` shows: the last 2048 bytes (terminationMessagePolicy).
    assert "does not have migration 2 of auth-service yet" in said[-2048:]
    assert database.password not in said


def test_without_a_table_it_says_so(project: Path, database: postgres.Database) -> None:
    done = pod.run(started(project, {"url": database.dsn}, seconds=1))
    assert done.returncode == 1
    assert f"has no table goose_db_version that {database.user} can see" in done.stderr
    assert tables(database) == set()


def test_a_migration_that_was_undone_is_none(project: Path, database: postgres.Database) -> None:
    """As goose before v3 left it: the newest row of a version counts."""
    job(project, database, "up")
    database.query("INSERT INTO goose_db_version (version_id, is_applied) VALUES (2, false)")
    done = pod.run(started(project, {"url": database.dsn}, seconds=0))
    assert "does not have migration 2" in done.stderr
    database.query("INSERT INTO goose_db_version (version_id, is_applied) VALUES (2, true)")
    assert pod.run(started(project, {"url": database.dsn}, seconds=0)).returncode == 0


def test_a_role_that_may_only_look_is_enough(
    project: Path, postgres_server: postgres.Server, database: postgres.Database
) -> None:
    """With exactly the statements that are printed."""
    job(project, database, "up")
    seen = admin(postgres_server, database)
    role = f"{database.name}_application"
    seen.query(
        f"CREATE ROLE {role} LOGIN PASSWORD 'secret'; REVOKE ALL ON DATABASE {database.name} FROM PUBLIC;"
        f"GRANT CONNECT ON DATABASE {database.name} TO {role};"
    )
    try:
        own = postgres.Database(database.binaries, database.port, database.name, role, "secret")
        refused = pod.run(started(project, {"url": own.dsn}, seconds=1))
        assert refused.returncode == 1
        assert "permission denied for table goose_db_version" in refused.stderr
        grants = [each for each in printed(project).splitlines() if "GRANT" in each]
        assert grants
        database.query("\n".join(each.strip("# ").replace("application;", f"{role};") for each in grants))
        done = pod.run(started(project, {"url": own.dsn}, seconds=0))
        assert done.returncode == 0, done.stderr
    finally:
        seen.query(f"DROP OWNED BY {role}; DROP ROLE {role};")


def test_a_table_in_a_schema(
    tmp_path: Path, postgres_server: postgres.Server, database: postgres.Database
) -> None:
    projects.write(tmp_path, f"{DSN}migrations: {{table: ops.done}}\n", SQL)
    seen = admin(postgres_server, database)
    role = f"{database.name}_application"
    database.query("CREATE SCHEMA ops;")
    job(tmp_path, database, "up")
    seen.query(f"CREATE ROLE {role} LOGIN PASSWORD 'secret';")
    try:
        own = postgres.Database(database.binaries, database.port, database.name, role, "secret")
        refused = pod.run(started(tmp_path, {"url": own.dsn}, seconds=0))
        assert "permission denied for schema ops" in refused.stderr
        grants = [each for each in printed(tmp_path).splitlines() if "GRANT" in each]
        assert len(grants) == 2
        database.query("\n".join(each.strip("# ").replace("application;", f"{role};") for each in grants))
        done = pod.run(started(tmp_path, {"url": own.dsn}, seconds=0))
        assert done.returncode == 0, done.stderr
    finally:
        seen.query(f"DROP OWNED BY {role}; DROP ROLE {role};")


def test_a_wait_stops_neither_vacuum_nor_an_index(
    project: Path, postgres_server: postgres.Server, database: postgres.Database
) -> None:
    """Its snapshot is a second old at most: CREATE INDEX CONCURRENTLY waits for every older one."""
    job(project, database, "up-to", "1")
    seen = admin(postgres_server, database)
    look = f"SELECT COALESCE(max(backend_xmin::text), '') {WAITING.format(name=database.name)}"
    (project / "migrations/auth-service/2_b.sql").write_text(
        "-- +goose NO TRANSACTION\n-- +goose Up\nCREATE INDEX CONCURRENTLY a_id ON a (id);\n"
        "-- +goose Down\nDROP INDEX CONCURRENTLY a_id;\n",
        "utf-8",
    )
    with pod.running(started(project, {"url": database.dsn})) as process:
        assert waiting.until(lambda: is_waiting(seen))
        # A transaction that ends now is soon behind it.
        ((now,),) = database.query("CREATE TABLE c (id int); SELECT pg_current_xact_id()::text::xid::text")

        def is_newer() -> bool:
            ((found,),) = seen.query(look)
            return bool(found) and int(found) > int(now)

        assert waiting.until(is_newer), "the wait holds on to its first snapshot"
        job(project, database, "up")
        assert process.wait(GENEROUS) == 0
    assert database.query("SELECT indisvalid FROM pg_index WHERE indexrelid = 'a_id'::regclass") == [("t",)]


def test_a_time_limit_of_the_role_does_not_hide_the_message(
    project: Path, postgres_server: postgres.Server, database: postgres.Database
) -> None:
    job(project, database, "up-to", "1")
    for limit in ("4s", "500ms"):
        admin(postgres_server, database).query(
            f"ALTER ROLE {database.user} SET statement_timeout = '{limit}'"
        )
        done = pod.run(started(project, {"url": database.dsn}))
        assert done.returncode == 1
        assert "does not have migration 2" in done.stderr
        assert "canceling statement" not in done.stderr


def test_a_killed_pod_leaves_no_wait_behind_for_long(
    project: Path, postgres_server: postgres.Server, database: postgres.Database
) -> None:
    """A Deployment that is rolled out again and again would use up the connections."""
    seen = admin(postgres_server, database)
    with pod.running(started(project, {"url": database.dsn})) as process:
        assert waiting.until(lambda: is_waiting(seen))
        process.kill()
        process.wait(GENEROUS)
    assert waiting.until(lambda: not seen.query(f"SELECT pid {WAITING.format(name=seen.name)}"), GENEROUS)


@pytest.mark.parametrize("phase", ["PostSync", "PreSync"])
def test_a_pin_asks_for_its_version(phase: str, tmp_path: Path, database: postgres.Database) -> None:
    projects.write(tmp_path, DSN + PIN.format(version=1, phase=phase), SQL)
    done = pod.run(started(tmp_path, {"url": database.dsn}, seconds=0))
    assert "no migration of auth-service ran here yet" in done.stderr
    objects = pod.manifests(projects.build(tmp_path))
    _, down, *_ = pod.steps(objects, "auth-service", {"url": database.dsn}, tmp_path / "job")
    assert pod.run(down).returncode == 0
    waits = pod.run(started(tmp_path, {"url": database.dsn}, seconds=0))
    assert "does not have migration 1 of auth-service" in waits.stderr
    # Only after the application is healthy would the Job of a PostSync pin begin.
    assert ("Pin again with --phase PreSync" in waits.stderr) is (phase == "PostSync")
    database.query("INSERT INTO goose_db_version (version_id, is_applied) VALUES (1, true)")
    assert pod.run(started(tmp_path, {"url": database.dsn}, seconds=0)).returncode == 0


def test_a_suspended_service_is_not_waited_for(tmp_path: Path, database: postgres.Database) -> None:
    """The hotfix goes out although the migration fails: that is what suspending is for."""
    projects.write(tmp_path, f"{DSN}suspend: true\n", SQL)
    done = pod.run(started(tmp_path, {"url": database.dsn}))
    assert done.returncode == 0, done.stderr
    assert tables(database) == set()


def test_the_next_commit_needs_no_edit(project: Path, database: postgres.Database) -> None:
    before = printed(project)
    job(project, database, "up")
    (project / "migrations/auth-service/3_c.sql").write_text(projects.migration("SELECT 1;"), "utf-8")
    assert printed(project) == before
    assert "does not have migration 3" in pod.run(started(project, {"url": database.dsn}, seconds=0)).stderr


def test_a_connection_in_parts(tmp_path: Path, database: postgres.Database) -> None:
    keys = "{host: h, port: p, user: u, password: w, database: d}"
    projects.write(tmp_path, f"database:\n  secret: {{name: auth-service-db, keys: {keys}}}\n", SQL)
    data = {"h": database.host, "p": str(database.port), "u": database.user, "w": database.password}
    done = pod.run(started(tmp_path, {**data, "d": database.name}, seconds=0))
    assert "has no table goose_db_version" in done.stderr


# What is printed.

ALL = (
    "database:\n  secret: {name: auth-service-db, key: url}\n"
    "runner:\n"
    "  caBundle: {configMap: database-ca, key: ca.crt}\n"
    "  imagePullSecrets: [registry]\n"
    "  env: {PGSSLMODE: verify-full, OTHER: a$b}\n"
    "  tolerations: [{key: dedicated, operator: Exists, effect: NoSchedule}]\n"
    "metrics: {pushgateway: 'http://pushgateway.monitoring.svc:9091'}\n"
)
VARIANTS = {
    "plain": DSN,
    "all": ALL,
    "image": f"{DSN}migrations: {{source: image, imageDirectory: /app/sql}}\n"
    f"runner: {{image: 'registry.example.com/auth/sql:3.27.3@sha256:{'0' * 64}'}}\n",
    "pooler": "database:\n  secret: {name: auth-service-db, key: url}\n  sessionParameters: false\n",
    "sync": "database:\n  secret: {name: auth-service-db, key: url, managedBy: application}\n",
    "pinned": DSN + PIN.format(version=1, phase="PostSync"),
}


@pytest.fixture(params=VARIANTS)
def variant(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return projects.write(tmp_path, VARIANTS[request.param], SQL)


def deployment(spec: dict[str, Any]) -> dict[str, Any]:
    labels = {"app": "auth"}
    body = {**spec, "containers": [{"name": "auth", "image": "registry.example.com/auth:1"}]}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "auth", "namespace": "auth"},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": body},
        },
    }


def test_every_kubernetes_version_takes_it(variant: Path, kubeconform_path: Path) -> None:
    """In a Job, whose schema there is: a Deployment's pod template is of the same type."""
    tree = variant / "tree"
    tree.mkdir()
    body = deployment(spec_of(printed(variant)))
    template = body["spec"]["template"]
    template["spec"]["restartPolicy"] = "Never"
    body = {**body, "apiVersion": "batch/v1", "kind": "Job", "spec": {"template": template}}
    (tree / "job.yaml").write_text(json.dumps(body, indent=1), "utf-8")
    result = validate.validate(ROOT, tree, (), kubeconform_path)
    assert result.engine.startswith("kubeconform ")
    assert result.diagnostics == ()


def test_it_is_the_real_job_but_for_what_differs(variant: Path) -> None:
    real = pod.one(pod.manifests(projects.build(variant)), "Job", "auth-service-migration")
    spec, theirs = spec_of(printed(variant)), real["spec"]["template"]["spec"]
    (own,), other = spec["initContainers"], theirs["containers"][-1]
    for same in ("image", "imagePullPolicy", "resources", "terminationMessagePolicy"):
        assert own[same] == other[same]
    # Pod Security's restricted profile, whatever the application's pod says.
    assert own["securityContext"] == {**theirs["securityContext"], **other["securityContext"]}
    assert spec.get("imagePullSecrets") == theirs.get("imagePullSecrets")
    assert own["command"][0] == "goose"
    changed = {"PGAPPNAME": "auth-service-guard"}
    absent = ("PGSERVICE", "PGSERVICEFILE", "GEN_")
    expected = [each for each in other["env"] if not each["name"].startswith(absent)]
    assert own["env"] == [
        {**each, "value": changed[each["name"]]} if each["name"] in changed else each for each in expected
    ]
    assert {each["name"] for each in own["volumeMounts"]} == {each["name"] for each in spec["volumes"]}
    assert ("ca-bundle" in str(theirs)) is (len(spec["volumes"]) == 2)


def test_no_other_version_changes_it(variant: Path) -> None:
    """Nothing of what is merged into the Deployment follows a commit."""
    text = re.sub(r"(?m)^#.*\n", "", printed(variant))
    assert "goose-2" not in text
    assert "digest-" not in text


def test_json(project: Path) -> None:
    said = forked.gen("guard", "auth-service", "--format", "json", cwd=project)
    found = json.loads(said.stdout)
    assert (said.returncode, found["service"], found["version"]) == (0, "auth-service", 2)
    assert found["manifests"] == printed(project)
    assert found["grants"] == ["GRANT SELECT ON goose_db_version TO application;"]


def test_mistakes(project: Path) -> None:
    unknown = forked.gen("guard", "auth-servce", cwd=project)
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert "did you mean `auth-service`?" in unknown.stderr
    (project / "migrations/auth-service/2_b.sql").write_text("SELECT 1;\n", "utf-8")
    broken = forked.gen("guard", "auth-service", cwd=project)
    assert (broken.returncode, broken.stdout) == (1, "")
    assert "migration-up-missing" in broken.stderr


@pytest.mark.parametrize("name", ["plain", "sync", "pinned"])
def test_argo_cd_applies_the_marker_before_any_deployment(name: str, tmp_path: Path) -> None:
    """By its own engine's order: the pod never asks for the previous commit's version."""
    projects.write(tmp_path, VARIANTS[name], SQL)
    workload = tmp_path / "workload"
    workload.mkdir()
    spec = spec_of(printed(tmp_path))
    (workload / "deployment.yaml").write_text(json.dumps(deployment(spec)), "utf-8")
    out = projects.build(tmp_path) / "auth-service"
    order = [(kind, found) for _, _, kind, found in argocd.read(workload, out, namespace="auth").order]
    (marker,) = {each["configMap"]["name"] for each in spec["volumes"]}
    assert order.index(("ConfigMap", marker)) < order.index(("Deployment", "auth"))


def test_no_machine_writes_into_it(project: Path) -> None:
    """The same bytes for everybody."""
    assert printed(project) == forked.gen("guard", "auth-service", cwd=project, env={"HOME": "/"}).stdout
    assert os.sep + "tmp" not in printed(project)
    assert guard.CONTAINER in printed(project)
