"""`gen baseline`: what it prints, run by the real goose on databases that were made without it."""

from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from generator import validate
from tests.support import forked, kubelet, pod, postgres, projects

ROOT = Path(__file__).parents[2]
DSN = "database:\n  secret: {name: auth-service-db, key: url}\n"
SQL = {
    "00001_a.sql": projects.migration("CREATE TABLE a (id int);", "DROP TABLE a;"),
    "00002_b.sql": projects.migration("CREATE TABLE b (id int);", "DROP TABLE b;"),
    "00003_c.sql": projects.migration("CREATE TABLE c (id int);", "DROP TABLE c;"),
    "00010_d.sql": projects.migration("CREATE TABLE d (id int);", "DROP TABLE d;"),
}
BY_HAND = "CREATE TABLE a (id int); CREATE TABLE b (id int); INSERT INTO a VALUES (7);"
SECRET = {"url": "postgres://nobody@nowhere/none"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return projects.write(tmp_path, DSN, SQL)


def printed(project: Path, version: str = "2", *options: str, service: str = "auth-service") -> str:
    said = projects.told(project, "baseline", service, "--version", version, *options)
    assert (said.returncode, said.stderr) == (0, "")
    return said.stdout


def objects_of(text: str) -> list[dict[str, Any]]:
    return list(YAML(typ="safe", pure=True).load_all(io.StringIO(text)))


def container(objects: list[dict[str, Any]], secret: Mapping[str, str], root: Path) -> pod.Container:
    """As the kubelet starts it. `pod.start` knows a Job by its name alone."""
    service = objects[1]["metadata"]["labels"]["app.kubernetes.io/part-of"]
    job = {**objects[1], "metadata": {**objects[1]["metadata"], "name": f"{service}-migration"}}
    return pod.start([job, objects[0], *objects[2:]], service, secret, root)


def baseline(
    project: Path, database: postgres.Database, version: str = "2"
) -> subprocess.CompletedProcess[str]:
    place = project / f"pod-{len(list(project.iterdir()))}"
    return pod.run(container(objects_of(printed(project, version)), {"url": database.dsn}, place))


def real_job(project: Path, database: postgres.Database) -> pod.Container:
    return pod.start(
        pod.manifests(projects.build(project)), "auth-service", {"url": database.dsn}, project / "real"
    )


def tables(database: postgres.Database) -> set[str]:
    return {name for (name,) in database.query("SELECT relname FROM pg_class WHERE relkind = 'r'"
            " AND relnamespace = 'public'::regnamespace")}  # fmt: skip


def rows(database: postgres.Database, table: str = "goose_db_version") -> list[tuple[str, ...]]:
    return database.query(f"SELECT id, version_id, is_applied FROM {table} ORDER BY id")


# With the real goose.


def test_a_database_made_by_hand_comes_under_gooses_control(
    project: Path, database: postgres.Database
) -> None:
    database.query(BY_HAND)
    done = baseline(project, database)
    assert done.returncode == 0, done.stderr
    assert rows(database) == [("1", "0", "t"), ("2", "1", "t"), ("3", "2", "t")]
    assert tables(database) == {"a", "b", "goose_db_version"}
    real = real_job(project, database)
    status = pod.run(real, "status").stderr.splitlines()
    assert [("Pending" in each, each.rpartition(" ")[2]) for each in status if each.endswith(".sql")] == [
        (False, "00001_a.sql"),
        (False, "00002_b.sql"),
        (True, "00003_c.sql"),
        (True, "00010_d.sql"),
    ]
    assert "version 2" in pod.run(real, "version").stderr
    up = pod.run(real)
    assert up.returncode == 0, up.stderr
    assert [each.split()[3] for each in up.stderr.splitlines() if " OK " in each] == [
        "00003_c.sql",
        "00010_d.sql",
    ]
    assert tables(database) == {"a", "b", "c", "d", "goose_db_version"}
    assert database.query("SELECT id FROM a") == [("7",)]
    down = pod.run(real, "down-to", "1")
    assert down.returncode == 0, down.stderr
    assert tables(database) == {"a", "goose_db_version"}
    assert pod.run(real, "down").returncode == 0
    assert tables(database) == {"goose_db_version"}


def test_gen_status_sees_it(project: Path, database: postgres.Database) -> None:
    database.query(BY_HAND)
    assert baseline(project, database).returncode == 0
    said = forked.gen("status", "--format", "json", cwd=project, env={"GEN_DATABASE_URL": database.dsn})
    (service,) = json.loads(said.stdout)["services"]
    assert [each["state"] for each in service["migrations"]] == ["applied", "applied", "pending", "pending"]


CATALOG = """
SELECT attname, format_type(atttypid, atttypmod), attnotnull, attidentity, pg_get_expr(adbin, adrelid), NULL
FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE attrelid = 'goose_db_version'::regclass AND attnum > 0
UNION ALL SELECT conname, pg_get_constraintdef(oid), NULL, NULL, NULL, NULL FROM pg_constraint
WHERE conrelid = 'goose_db_version'::regclass
UNION ALL SELECT relname, relkind::text, NULL, NULL, NULL, relowner::regrole::text FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relname LIKE 'goose%'
ORDER BY 1, 2
"""


def test_the_table_is_the_one_that_goose_makes(project: Path, postgres_server: postgres.Server) -> None:
    found = []
    for is_goose in (True, False):
        with postgres_server.database() as database:
            database.query(BY_HAND)
            done = pod.run(real_job(project, database), "status") if is_goose else baseline(project, database)
            assert done.returncode == 0, done.stderr
            found.append([tuple(each.replace(database.user, "owner") for each in row)
                          for row in database.query(CATALOG)])  # fmt: skip
    assert found[0] == found[1]
    assert len(found[0]) >= 7


def test_all_versions_and_nothing_later(project: Path, database: postgres.Database) -> None:
    database.query(BY_HAND)
    assert baseline(project, database, "00010").returncode == 0
    assert [version for _, version, _ in rows(database)] == ["0", "1", "2", "3", "10"]
    up = pod.run(real_job(project, database))
    assert "no migrations to run. current version: 10" in up.stderr


def test_twice_is_refused(project: Path, database: postgres.Database) -> None:
    database.query(BY_HAND)
    assert baseline(project, database).returncode == 0
    before = rows(database)
    again = baseline(project, database, "3")
    assert again.returncode == 1
    assert "goose has the database" in again.stderr
    assert "holds version 2, nothing was changed" in again.stderr
    assert rows(database) == before


def test_a_migrated_database_is_refused(project: Path, database: postgres.Database) -> None:
    assert pod.run(real_job(project, database), "up-by-one").returncode == 0
    before = rows(database)
    refused = baseline(project, database)
    assert refused.returncode == 1
    assert "holds version 1, nothing was changed" in refused.stderr
    assert rows(database) == before


def test_an_empty_database_is_refused(project: Path, database: postgres.Database) -> None:
    refused = baseline(project, database)
    assert refused.returncode == 1
    assert "holds no table" in refused.stderr
    assert tables(database) == set()
    # goose's own table is none.
    assert pod.run(real_job(project, database), "status").returncode == 0
    assert "holds no table" in baseline(project, database).stderr


def test_a_table_that_goose_only_looked_at_is_used(project: Path, database: postgres.Database) -> None:
    database.query(BY_HAND)
    assert pod.run(real_job(project, database), "status").returncode == 0
    assert rows(database) == [("1", "0", "t")]
    assert baseline(project, database).returncode == 0
    assert [version for _, version, _ in rows(database)] == ["0", "1", "2"]


def test_a_failure_leaves_nothing(project: Path, database: postgres.Database) -> None:
    """The table is made in the same transaction."""
    database.query(
        BY_HAND + "CREATE TABLE goose_db_version (version_id bigint, is_applied boolean NOT NULL);"
    )
    database.query("ALTER TABLE goose_db_version ADD CHECK (version_id < 2);")
    refused = baseline(project, database)
    assert refused.returncode == 1
    assert database.query("SELECT count(*) FROM goose_db_version") == [("0",)]


def test_a_table_in_a_schema(tmp_path: Path, database: postgres.Database) -> None:
    projects.write(tmp_path, f"{DSN}migrations: {{table: ops.done}}\n", SQL)
    database.query(BY_HAND)
    missing = baseline(tmp_path, database)
    assert missing.returncode == 1
    assert 'schema "ops" does not exist' in missing.stderr
    database.query("CREATE SCHEMA ops;")
    done = baseline(tmp_path, database)
    assert done.returncode == 0, done.stderr
    assert [version for _, version, _ in rows(database, "ops.done")] == ["0", "1", "2"]
    real = real_job(tmp_path, database)
    assert pod.run(real).returncode == 0
    assert "version 10" in pod.run(real, "version").stderr
    assert tables(database) == {"a", "b", "c", "d"}


def test_a_table_further_along_the_search_path_is_found_as_goose_finds_it(
    project: Path, database: postgres.Database
) -> None:
    database.query(f"CREATE SCHEMA first; ALTER ROLE {database.user} SET search_path = first, public;")
    database.query("CREATE TABLE public.goose_db_version (id integer PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,"
                   " version_id bigint NOT NULL, is_applied boolean NOT NULL, tstamp timestamp DEFAULT now());"
                   "CREATE TABLE public.a (id int);")  # fmt: skip
    assert baseline(project, database).returncode == 0
    assert [version for _, version, _ in rows(database, "public.goose_db_version")] == ["0", "1", "2"]
    assert database.query("SELECT count(*) FROM pg_tables WHERE schemaname = 'first'") == [("0",)]


def test_the_sample_with_its_connection_in_parts(database: postgres.Database, tmp_path: Path) -> None:
    database.query("CREATE TABLE accounts (id int);")
    secret = {
        "host": database.host,
        "port": str(database.port),
        "username": database.user,
        "password": database.password,
        "dbname": database.name,
    }
    objects = objects_of(printed(ROOT, "00003", service="billing-service"))
    done = pod.run(container(objects, secret, tmp_path))
    assert done.returncode == 0, done.stderr
    assert [version for _, version, _ in rows(database)] == ["0", "1", "2", "3"]


def test_a_person_with_psql(project: Path, database: postgres.Database) -> None:
    """One statement: all or nothing, without a transaction around it."""
    database.query(BY_HAND)
    text = printed(project, "2", "--sql")
    database.query(text)
    assert [version for _, version, _ in rows(database)] == ["0", "1", "2"]
    with pytest.raises(RuntimeError, match="nothing was changed"):
        database.query(text)
    assert len(rows(database)) == 3


def test_many_versions(tmp_path: Path, database: postgres.Database) -> None:
    many = {f"{number:05d}_m.sql": projects.migration("SELECT 1;") for number in range(1, 1001)}
    projects.write(tmp_path, DSN, many)
    database.query(BY_HAND)
    done = baseline(tmp_path, database, "1000")
    assert done.returncode == 0, done.stderr
    assert database.query("SELECT count(*), max(version_id), max(id) FROM goose_db_version") == [
        ("1001", "1000", "1001")
    ]
    assert "version 1000" in pod.run(real_job(tmp_path, database), "version").stderr


# What is printed.

ALL = (
    "database:\n  secret: {name: auth-service-db, key: url}\n"
    "suspend: true\n"
    "operators: {groups: [x-oncall]}\n"
    "runner:\n"
    "  caBundle: {configMap: database-ca, key: ca.crt}\n"
    "  imagePullSecrets: [registry]\n"
    "  env: {PGSSLMODE: verify-full}\n"
    "  podLabels: {team: x}\n"
    "  tolerations: [{key: dedicated, operator: Exists, effect: NoSchedule}]\n"
)
VARIANTS = {
    "plain": DSN,
    "all": ALL,
    "image": f"{DSN}migrations: {{source: image, imageDirectory: /app/sql}}\n"
    f"runner: {{image: 'registry.example.com/auth/sql:3.27.3@sha256:{'0' * 64}'}}\n",
    "pooler": "database:\n  secret: {name: auth-service-db, key: url}\n  sessionParameters: false\n",
    "sync": "database:\n  secret: {name: auth-service-db, key: url, managedBy: application}\n",
}


@pytest.fixture(params=VARIANTS)
def variant(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return projects.write(tmp_path, VARIANTS[request.param], SQL)


def test_every_kubernetes_version_takes_it(variant: Path, kubeconform_path: Path) -> None:
    tree = variant / "tree"
    tree.mkdir()
    (tree / "baseline.yaml").write_text(printed(variant), "utf-8")
    result = validate.validate(ROOT, tree, (), kubeconform_path)
    assert result.engine.startswith("kubeconform ")
    assert result.diagnostics == ()


def test_it_is_the_real_job_but_for_what_differs(variant: Path) -> None:
    real = pod.one(pod.manifests(projects.build(variant)), "Job", "auth-service-migration")
    config_map, job = objects_of(printed(variant))
    assert (config_map["kind"], job["kind"]) == ("ConfigMap", "Job")
    for each in (config_map, job):
        assert each["metadata"]["name"] == "auth-service-baseline"
        assert each["metadata"]["namespace"] == "auth"
        assert each["metadata"]["labels"] == real["metadata"]["labels"]
        # No hook, no wave, nothing by which Argo CD would take it for its own.
        assert "annotations" not in each["metadata"]
    ours, theirs = job["spec"]["template"]["spec"], real["spec"]["template"]["spec"]
    assert job["spec"]["template"]["metadata"] == real["spec"]["template"]["metadata"]
    assert _differing(job["spec"], real["spec"]) <= {
        "backoffLimit",
        "podFailurePolicy",
        "suspend",
        "template",
    }
    assert _differing(ours, theirs) == {"containers", "volumes", "serviceAccountName"}
    (own,), (other,) = ours["containers"], theirs["containers"]
    assert _differing(own, other) <= {"command", "env", "name", "volumeMounts", "workingDir"}
    differing = [each["name"] for each in own["env"] if each not in other["env"]]
    assert differing in ([], ["PGSERVICEFILE"])
    assert own["command"][2:-2] == other["command"][2:-1]
    assert own["command"][-2:] == ["-no-versioning", "up"]
    assert "ca-bundle" not in str(theirs) or ours["volumes"][1:] == theirs["volumes"][1:]


def _differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> set[str]:
    return {key for key in {*one, *other} if one.get(key) != other.get(key)}


def test_each_variant_runs(variant: Path, database: postgres.Database) -> None:
    """The paths of the mounts are those of its own volumes."""
    objects = objects_of(printed(variant))
    certificates = {"kind": "ConfigMap", "metadata": {"name": "database-ca"}, "data": {"ca.crt": ""}}
    database.query(BY_HAND)
    started = container([*objects, certificates], {"url": database.dsn}, variant / "pod")
    # This server speaks no TLS.
    started.environment.pop("PGSSLROOTCERT", None)
    done = pod.run(started)
    assert done.returncode == 0, done.stderr
    assert [version for _, version, _ in rows(database)] == ["0", "1", "2"]


def test_the_config_map_of_an_earlier_baseline_is_never_run(project: Path) -> None:
    (old, _), (_, job) = objects_of(printed(project, "1")), objects_of(printed(project, "2"))
    with pytest.raises(kubelet.MountError):
        container([old, job], SECRET, project / "pod")


def test_the_header_says_what_to_do(project: Path) -> None:
    header = [each for each in printed(project).splitlines() if each.startswith("#")]
    text = "\n".join(header)
    for each in (
        "under goose's control, at version 2",
        "gen baseline auth-service --version 2 | kubectl create -f -",
        "kubectl -n auth delete job,configmap auth-service-baseline",
        "applies the 2 later migrations, from 00003_c.sql on",
    ):
        assert each in text
    assert "has nothing to apply" in printed(project, "10")


def test_the_same_every_time_and_nothing_is_written(project: Path) -> None:
    before = sorted(project.rglob("*"))
    for _ in range(2):
        said = forked.gen("baseline", "auth-service", "--version", "2", cwd=project)
        assert said.stdout == printed(project)
    assert sorted(project.rglob("*")) == before


def test_json(project: Path) -> None:
    told = json.loads(printed(project, "2", "--format", "json"))
    assert (told["service"], told["version"]) == ("auth-service", 2)
    assert told["recorded"] == ["00001_a.sql", "00002_b.sql"]
    assert told["later"] == ["00003_c.sql", "00010_d.sql"]
    assert told["manifests"] == printed(project)
    assert json.loads(printed(project, "2", "--sql", "--format", "json"))["sql"] == printed(
        project, "2", "--sql"
    )


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["auth-service"], "Missing option '--version'"),
        (["auth-service", "--version", "4"], "has no version `4`: known: 1 … 10"),
        (["auth-service", "--version", "0"], "has no version `0`"),
        (["auth-service", "--version", "-1"], "has no version `-1`"),
        (["auth-service", "--version", "9" * 5000], "has no version"),
        (["auth-service", "--version", "two"], "has no version `two`"),
        (["auth-servise", "--version", "1"], "did you mean `auth-service`?"),
    ],
)
def test_wrong_usage(project: Path, arguments: list[str], hint: str) -> None:
    said = forked.gen("baseline", *arguments, cwd=project)
    assert (said.returncode, said.stdout) == (2, "")
    assert hint in said.stderr


def test_the_nearest_version_is_named(tmp_path: Path) -> None:
    projects.write(
        tmp_path, DSN, {f"2026011700000{each}_a.sql": projects.migration("SELECT 1;") for each in (1, 2)}
    )
    said = forked.gen("baseline", "auth-service", "--version", "2026017000002", cwd=tmp_path)
    assert "did you mean `20260117000002`?" in said.stderr


def test_nothing_is_printed_where_there_are_errors(project: Path) -> None:
    (project / "migrations" / "auth-service" / "00002_b.sql").write_text("nothing", "utf-8")
    said = forked.gen("baseline", "auth-service", "--version", "1", cwd=project)
    assert (said.returncode, said.stdout) == (1, "")
    assert "error[migration-up-missing]" in said.stderr
