"""The tests' own machinery: a wrong kubelet or a server that stays behind would make other tests lie."""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support import cli, forked, goose, kubectl, kubelet, postgres, projects, waiting
from tests.support.programs import ROOT


def config_map(name: str = "sql", **data: str) -> dict[str, Any]:
    return {"kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def volume(items: list[Mapping[str, str]] | None = None, **settings: Any) -> dict[str, Any]:
    source: dict[str, Any] = {"name": "sql", **settings}
    return {"name": "v", "configMap": source if items is None else {**source, "items": items}}


def contents(directory: Path) -> dict[str, str]:
    return {
        path.relative_to(directory).as_posix(): path.read_text()
        for path in sorted(directory.rglob("*"))
        if path.is_file() and ".." not in path.relative_to(directory).parts[0]
    }


# --- the kubelet


def test_volume_has_the_kubelets_links(tmp_path: Path) -> None:
    kubelet.mount(volume(), tmp_path, [config_map(a="1", b="2")])
    assert contents(tmp_path) == {"a": "1", "b": "2"}
    assert (tmp_path / "a").readlink() == Path("..data/a")
    target = (tmp_path / "..data").readlink()
    assert target.name.startswith("..20")
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted([target.name, "..data", "a", "b"])


def test_changed_config_map_changes_the_volume_as_a_whole(tmp_path: Path) -> None:
    kubelet.mount(volume(), tmp_path, [config_map(a="1", b="2")])
    before = (tmp_path / "..data").readlink()
    kubelet.mount(volume(), tmp_path, [config_map(a="3", c="4")])
    assert contents(tmp_path) == {"a": "3", "c": "4"}
    assert not (tmp_path / before).exists()


def test_items_choose_and_rename(tmp_path: Path) -> None:
    kubelet.mount(volume([{"key": "a", "path": "deep/x"}]), tmp_path, [config_map(a="1", b="2")])
    assert (tmp_path / "deep").readlink() == Path("..data/deep")
    assert (tmp_path / "deep" / "x").read_text() == "1"
    assert not (tmp_path / "b").exists()


def test_missing_key_or_object_is_refused(tmp_path: Path) -> None:
    absent = volume([{"key": "digest-1", "path": "digest"}])
    with pytest.raises(kubelet.MountError, match="configmap references non-existent config key: digest-1"):
        kubelet.mount(absent, tmp_path, [config_map(a="1")])
    with pytest.raises(kubelet.MountError, match='configmap "sql" not found'):
        kubelet.mount(volume(), tmp_path, [config_map("other", a="1")])
    with pytest.raises(kubelet.MountError, match="invalid path"):
        kubelet.mount(volume([{"key": "a", "path": "../a"}]), tmp_path, [config_map(a="1")])
    assert contents(tmp_path) == {}
    kubelet.mount(volume(optional=True), tmp_path, [])
    assert contents(tmp_path) == {}


def test_projected_volume_joins_its_sources(tmp_path: Path) -> None:
    secret = {"kind": "Secret", "metadata": {"name": "ca"}, "data": {"ca": base64.b64encode(b"x").decode()}}
    sources = [
        {"configMap": {"name": "sql"}},
        {"configMap": {"name": "sql", "items": [{"key": "a", "path": "guard"}]}},
        {"secret": {"name": "ca"}},
    ]
    projected = {"name": "v", "projected": {"sources": sources, "defaultMode": 0o440}}
    kubelet.mount(projected, tmp_path, [config_map(a="1"), secret])
    assert contents(tmp_path) == {"a": "1", "ca": "x", "guard": "1"}
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o440


# --- PostgreSQL and goose


def test_database_belongs_to_a_plain_role(database: postgres.Database) -> None:
    (row,) = database.query(
        "SELECT rolname, rolsuper, rolcreaterole FROM pg_roles WHERE rolname = current_user"
    )
    assert row == (database.user, "f", "f")
    assert database.query("CREATE TABLE t (x text); INSERT INTO t VALUES ('ü, \"'); TABLE t") == [('ü, "',)]
    with pytest.raises(RuntimeError, match="division by zero"):
        database.query("SELECT 1/0")


def test_connection_limit_holds(postgres_server: postgres.Server) -> None:
    with (
        postgres_server.database(connection_limit=0) as closed,
        pytest.raises(RuntimeError, match="too many connections for role"),
    ):
        closed.query("SELECT 1")


def test_goose_reads_links_and_migrates(tmp_path: Path, database: postgres.Database) -> None:
    sql = "-- +goose Up\nCREATE TABLE t ();\n-- +goose Down\nDROP TABLE t;\n"
    kubelet.mount(volume(), tmp_path, [config_map(**{"1_t.sql": sql})])
    environment = {"GOOSE_DRIVER": "postgres", "GOOSE_DBSTRING": database.dsn}
    done = goose.run([f"-dir={tmp_path}", "up"], environment)
    assert done.returncode == 0, done.stdout
    assert database.query("SELECT to_regclass('t'), max(version_id) FROM goose_db_version") == [("t", "1")]


def test_server_ends_with_a_killed_process() -> None:
    script = (
        "import time; from tests.support import postgres\n"
        "with postgres.server() as running:\n"
        "    print(running.admin.query('SHOW data_directory')[0][0], flush=True); time.sleep(600)\n"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        directory = Path(process.stdout.readline().decode().strip()).parent
        assert (directory / "data" / "postmaster.pid").is_file()
        process.send_signal(signal.SIGKILL)
    assert waiting.until(lambda: not directory.exists())


# --- gen without its start


@pytest.fixture
def project(tmp_path: Path) -> Path:
    settings = "suspend: true\ndatabase: {secret: {name: db, key: url}}"
    return projects.write(tmp_path, settings, {"1_a.sql": projects.migration("SELECT 1;")})


@pytest.mark.parametrize(
    ("arguments", "env"),
    [
        (["--help"], {"COLUMNS": "60"}),
        (["explain", "no-such-rule"], {}),
        (["check", "--format", "json"], {}),
        (["build", "--check"], {}),
        (["tools"], {"GEN_TOOLS_DIR": "elsewhere", "PATH": "/nonexistent"}),
    ],
)
def test_a_forked_gen_is_a_started_one(arguments: list[str], env: dict[str, str], project: Path) -> None:
    started = cli.gen(*arguments, cwd=project, env=env)
    for _ in range(2):  # The second finds imported what the first had to import.
        said = forked.gen(*arguments, cwd=project, env=env)
        assert said.returncode == started.returncode
        assert (said.stdout, said.stderr) == (started.stdout, started.stderr)


def test_forked_programs_in_a_shell(project: Path) -> None:
    """At work at once, with a pipe between them, in the shell's directory."""
    programs = project / "bin"
    known = kubectl.install(programs, [], [], [("Job", "a", "b")])
    forked.install("gen", programs)
    job = '{"kind": "Job", "metadata": {"namespace": "a", "name": "b"}}'
    script = (
        f"{{ gen explain no-such-rule; echo $? >code; echo '{job}'; }} | kubectl create -f - && gen check"
    )
    said = subprocess.run(
        ["sh", "-c", script],
        cwd=project,
        env={**os.environ, **known, "PATH": f"{programs}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (said.returncode, (project / "code").read_text()) == (0, "2\n"), said.stderr
    assert "no-such-rule" in said.stderr
    assert "job-suspended" in said.stderr
    assert '"name": "b"' in Path(known[kubectl.CLUSTER]).read_text()
    assert Path(known[kubectl.RECORD]).read_text() == '["kubectl", "create", "-f", "-"]\n'
