"""The generated Jobs, started for real: goose on PostgreSQL, the ConfigMap mounted as the kubelet does it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support import certificates, kubelet, pod, postgres, projects, waiting

ROOT = Path(__file__).parents[2]
DSN = "database:\n  secret: {name: auth-service-db, key: url}\n"
SERVICES = {
    "auth-service": "connection-string",
    "billing-service": None,
    "catalog-service": "url",
}
CERTIFICATES = {
    "kind": "ConfigMap",
    "metadata": {"name": "database-ca"},
    "data": {"ca.crt": certificates.CERTIFICATE},
}


def secret_of(database: postgres.Database, key: str | None = "url") -> dict[str, str]:
    if key is not None:
        return {key: database.dsn}
    return {
        "host": database.host,
        "port": str(database.port),
        "username": database.user,
        "password": database.password,
        "dbname": database.name,
    }


@pytest.mark.parametrize("service", SERVICES)
def test_the_sample_goes_up_and_down_to_nothing(
    service: str, database: postgres.Database, tmp_path: Path
) -> None:
    objects = [*pod.manifests(ROOT / "out" / service), CERTIFICATES]
    container = pod.start(objects, service, secret_of(database, SERVICES[service]), tmp_path)
    up = pod.run(container)
    assert up.returncode == 0, up.stderr
    release = pod.one(objects, "ConfigMap", f"{service}-migration-release")["data"]
    table = next(each for each in container.command if each.startswith("-table=")).removeprefix("-table=")
    applied = f"SELECT count(*), max(version_id) FROM {table} WHERE is_applied AND version_id > 0"
    assert database.query(applied) == [(release["migrations"], release["version"])]
    down = pod.run(container, "down-to", "0")
    assert down.returncode == 0, down.stderr
    left = (
        "SELECT relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace"
        " WHERE nspname = 'public' AND relkind IN ('r', 'p', 'v', 'm')"
    )
    assert database.query(left) == [(table,)]
    again = pod.run(container)
    assert again.returncode == 0, again.stderr


def test_a_pod_never_starts_on_another_commits_sql(tmp_path: Path) -> None:
    projects.write(tmp_path, DSN, {"1_a.sql": projects.migration("SELECT 1;")})
    old = pod.manifests(projects.build(tmp_path))
    projects.write(tmp_path, DSN, {"2_b.sql": projects.migration("SELECT 2;")})
    new = pod.manifests(projects.build(tmp_path))
    stale = [each for each in old if each["metadata"]["name"] == "auth-service-migrations"]
    job = pod.one(new, "Job", "auth-service-migration")
    with pytest.raises(kubelet.MountError):
        pod.start([job, *stale], "auth-service", {"url": ""}, tmp_path / "pod")
    pod.start(new, "auth-service", {"url": ""}, tmp_path / "pod")


SETTINGS = (
    "CREATE TABLE seen AS SELECT name, setting FROM pg_settings"
    " WHERE name IN ('lock_timeout', 'statement_timeout', 'client_connection_check_interval',"
    " 'application_name');"
)


def settings_of(database: postgres.Database) -> dict[str, str]:
    return {name: setting for name, setting in database.query("SELECT name, setting FROM seen")}


def test_a_migration_sees_the_timeouts_of_services_yaml(database: postgres.Database, tmp_path: Path) -> None:
    settings = (
        "database:\n"
        "  secret: {name: auth-service-db, key: url}\n"
        "  lockTimeout: 1500ms\n"
        "  statementTimeout: 2m\n"
    )
    projects.write(tmp_path, settings, {"1_a.sql": projects.migration(SETTINGS, "DROP TABLE seen;")})
    objects = pod.manifests(projects.build(tmp_path))
    done = pod.run(pod.start(objects, "auth-service", secret_of(database), tmp_path / "pod"))
    assert done.returncode == 0, done.stderr
    assert settings_of(database) == {
        "lock_timeout": "1500",
        "statement_timeout": "120000",
        "client_connection_check_interval": "1000",
        "application_name": "auth-service-migration",
    }


def test_without_session_parameters_none_is_sent(database: postgres.Database, tmp_path: Path) -> None:
    settings = "database:\n  secret: {name: auth-service-db, key: url}\n  sessionParameters: false\n"
    projects.write(tmp_path, settings, {"1_a.sql": projects.migration(SETTINGS, "DROP TABLE seen;")})
    container = pod.start(
        pod.manifests(projects.build(tmp_path)), "auth-service", secret_of(database), tmp_path / "pod"
    )
    assert "PGSERVICEFILE" not in container.environment
    done = pod.run(container)
    assert done.returncode == 0, done.stderr
    seen = settings_of(database)
    assert (seen["lock_timeout"], seen["client_connection_check_interval"]) == ("0", "0")


def asleep(database: postgres.Database) -> bool:
    """Whether a backend of the Job is in its long statement."""
    text = (
        "SELECT count(*) FROM pg_stat_activity"
        f" WHERE datname = '{database.name}' AND query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()"
    )
    return database.query(text) == [("1",)]


@pytest.fixture
def sleeper(database: postgres.Database, tmp_path: Path) -> pod.Container:
    projects.write(tmp_path, DSN, {"1_a.sql": projects.migration("SELECT pg_sleep(60);")})
    return pod.start(
        pod.manifests(projects.build(tmp_path)), "auth-service", secret_of(database), tmp_path / "pod"
    )


def test_the_dsn_is_in_no_process_arguments(sleeper: pod.Container, database: postgres.Database) -> None:
    with pod.running(sleeper) as process:
        assert waiting.until(lambda: asleep(database), 20)
        arguments = Path(f"/proc/{process.pid}/cmdline").read_bytes()
        assert b"-timeout=300s" in arguments
        every = b"\n".join(
            each.read_bytes() for each in Path("/proc").glob("[0-9]*/cmdline") if each.exists()
        )
    assert database.password.encode() not in every
    assert database.dsn.encode() not in every


def test_a_killed_goose_leaves_no_backend_behind(sleeper: pod.Container, database: postgres.Database) -> None:
    with pod.running(sleeper) as process:
        assert waiting.until(lambda: asleep(database), 20)
        process.kill()
        process.wait()
        assert waiting.until(lambda: not asleep(database), 5)


def test_two_versions_of_one_number_end_with_the_code_that_fails_the_job(
    database: postgres.Database, tmp_path: Path
) -> None:
    """What the Job's failure policy calls hopeless is what goose really exits with."""
    projects.write(tmp_path, DSN, {"1_a.sql": projects.migration("SELECT 1;")})
    objects = pod.manifests(projects.build(tmp_path))
    container = pod.start(objects, "auth-service", secret_of(database), tmp_path / "pod")
    rules = pod.one(objects, "Job", "auth-service-migration")["spec"]["podFailurePolicy"]["rules"]
    (hopeless,) = [each["onExitCodes"]["values"] for each in rules if "onExitCodes" in each]
    doubled = tmp_path / "doubled"
    doubled.mkdir()
    for name in ("1_a.sql", "0001_b.sql"):
        (doubled / name).write_text(projects.migration("SELECT 1;"), encoding="utf-8")
    broken = [each.replace(str(container.directory), str(doubled)) for each in container.command]
    said = subprocess.run(broken, env=container.environment, capture_output=True, check=False, timeout=60)
    flag = subprocess.run(
        [container.command[0], "-nosuchflag", "up"],
        env=container.environment,
        capture_output=True,
        check=False,
    )
    assert [said.returncode, flag.returncode] == [hopeless[0], hopeless[0]]


def test_a_drained_node_is_no_failure_although_goose_ends_with_the_hopeless_code(tmp_path: Path) -> None:
    """The first rule that matches decides, and goose as the pod's first process exits with 2 at TERM."""
    projects.write(tmp_path, DSN, {"1_a.sql": projects.migration("SELECT 1;")})
    job = pod.one(pod.manifests(projects.build(tmp_path)), "Job", "auth-service-migration")
    first, second = job["spec"]["podFailurePolicy"]["rules"]
    assert (first["action"], first["onPodConditions"][0]["type"]) == ("Ignore", "DisruptionTarget")
    assert (second["action"], second["onExitCodes"]["values"]) == ("FailJob", [2])
