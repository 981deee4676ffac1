"""The Job's script for real: goose on PostgreSQL, a Pushgateway, busybox, no rights and nothing to write to."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support import debian, forked, pod, postgres, programs, projects, reporter

SCRIPT = programs.ROOT / "generator" / "monitoring" / "report.sh"
SERVICE = "auth-service"
SETTINGS = """\
database:
  secret: {name: auth-service-db, key: url}
metrics:
  pushgateway: http://pushgateway.monitoring.svc:9091
"""
GOOD = {
    "20260117000001_users.sql": projects.migration("CREATE TABLE users (id bigint);", "DROP TABLE users;"),
    "20260117000002_name.sql": projects.migration(
        "ALTER TABLE users ADD COLUMN name text;", "ALTER TABLE users DROP COLUMN name;"
    ),
}
NEWEST = "20260117000002"
LONG = {"1_long.sql": projects.migration("SELECT pg_sleep(600);")}
NOBODY = "postgres://nobody:wrong@127.0.0.1:1/none?sslmode=disable"

Make = Callable[..., pod.Container]


@pytest.fixture(scope="module")
def image() -> Iterator[Path]:
    with reporter.image() as made:
        yield made


@pytest.fixture
def gateway() -> Iterator[reporter.Gateway]:
    with reporter.gateway() as made:
        yield made


@pytest.fixture
def root() -> Iterator[Path]:
    """Unlike `tmp_path`, readable by the user of the container."""
    with tempfile.TemporaryDirectory(prefix="reporter-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Callable[[dict[str, str]], list[pod.Manifest]]:
    """What gen makes of a project with these migrations: each is built once."""
    known: dict[tuple[tuple[str, str], ...], list[pod.Manifest]] = {}

    def made(migrations: dict[str, str]) -> list[pod.Manifest]:
        key = tuple(sorted(migrations.items()))
        if key not in known:
            project = projects.write(tmp_path_factory.mktemp("project"), SETTINGS, migrations)
            known[key] = pod.manifests(projects.build(project))
        return known[key]

    return made


@pytest.fixture
def make(image: Path, root: Path, built: Callable[[dict[str, str]], list[pod.Manifest]]) -> Make:
    """A container of a project with these migrations, on this database."""

    def made(
        migrations: dict[str, str],
        dsn: str,
        address: str,
        shell: str = "ash",
        **changes: str,
    ) -> pod.Container:
        directory = root / str(len(list(root.iterdir())))
        directory.mkdir()
        started = pod.start(built(migrations), SERVICE, {"url": dsn}, directory / "pod")
        started.directory.chmod(0o555)
        return reporter.contained(started, image, address, shell, changes)

    return made


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.05)


def children(process: subprocess.Popen[str]) -> list[int]:
    return [
        int(each) for each in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    ]


def sleeping(database: postgres.Database) -> bool:
    """Whether a migration is in its long statement."""
    found = database.query(
        "SELECT count(*) FROM pg_stat_activity"
        f" WHERE datname = '{database.name}' AND state = 'active' AND query LIKE 'SELECT pg_sleep%'"
    )
    return found != [("0",)]


@pytest.mark.parametrize("shell", reporter.SHELLS)
def test_a_success_is_reported(
    shell: str, make: Make, gateway: reporter.Gateway, database: postgres.Database
) -> None:
    before = int(time.time())
    ended = reporter.run(make(GOOD, database.dsn, gateway.address, shell))
    assert ended.returncode == 0, ended.stderr
    assert f"successfully migrated database to version: {NEWEST}" in ended.stderr
    assert "report.sh" not in ended.stderr
    found = gateway.series(SERVICE)
    version, started = found.pop("migration_run_start_time_seconds")
    assert (version, before <= started <= time.time()) == (NEWEST, True)
    version, duration = found.pop("migration_run_duration_seconds")
    assert (version, 0 <= duration < 120) == (NEWEST, True)
    assert found == {
        "migration_run_failed": (NEWEST, 0),
        "migration_database_version": (NEWEST, float(NEWEST)),
    }
    text = gateway.text()
    for name in gateway.series(SERVICE):
        assert f"# TYPE {name} gauge" in text
        assert f"# HELP {name} " in text


@pytest.mark.parametrize("shell", reporter.SHELLS)
def test_an_sql_error_is_reported_with_the_version_that_is_left(
    shell: str, make: Make, gateway: reporter.Gateway, database: postgres.Database
) -> None:
    broken = {**GOOD, "20260117000003_broken.sql": projects.migration("SELECT nothing_of_this_name;")}
    ended = reporter.run(make(broken, database.dsn, gateway.address, shell))
    assert ended.returncode == 1
    assert "nothing_of_this_name" in ended.stderr
    found = gateway.series(SERVICE)
    assert found["migration_run_failed"] == ("20260117000003", 1)
    assert found["migration_database_version"] == (NEWEST, float(NEWEST))


def test_an_empty_database_is_version_0(
    make: Make, gateway: reporter.Gateway, database: postgres.Database
) -> None:
    broken = {"1_broken.sql": projects.migration("SELECT nothing_of_this_name;")}
    assert reporter.run(make(broken, database.dsn, gateway.address)).returncode == 1
    assert gateway.series(SERVICE)["migration_database_version"] == ("0", 0)


def test_a_role_that_may_connect_once_is_asked_for_the_version(
    make: Make, gateway: reporter.Gateway, postgres_server: postgres.Server
) -> None:
    with postgres_server.database(connection_limit=1) as database:
        assert reporter.run(make(GOOD, database.dsn, gateway.address)).returncode == 0
    assert gateway.series(SERVICE)["migration_database_version"] == (NEWEST, float(NEWEST))


@pytest.mark.parametrize("wrong", ["unreachable", "password"])
def test_a_version_that_cannot_be_read_stays(
    wrong: str, make: Make, gateway: reporter.Gateway, database: postgres.Database
) -> None:
    dsn = NOBODY if wrong == "unreachable" else database.dsn.replace(database.password, "not-the-password")
    container = make(GOOD, dsn, gateway.address)
    ended = reporter.run(container)
    assert ended.returncode == 1
    assert "not-the-password" not in ended.stdout + ended.stderr
    found = gateway.series(SERVICE)
    assert found["migration_run_failed"] == (NEWEST, 1)
    assert "migration_database_version" not in found
    reached = {**container.environment, "GOOSE_DBSTRING": database.dsn}
    assert reporter.run(pod.Container(container.command, reached, container.directory)).returncode == 0
    assert gateway.series(SERVICE)["migration_run_failed"] == (NEWEST, 0)
    assert reporter.run(container).returncode == 1
    found = gateway.series(SERVICE)
    assert found["migration_run_failed"] == (NEWEST, 1)
    assert found["migration_database_version"] == (NEWEST, float(NEWEST))


def test_a_further_run_replaces_what_the_one_before_reported(
    make: Make, gateway: reporter.Gateway, database: postgres.Database
) -> None:
    first = {name: text for name, text in GOOD.items() if "users" in name}
    assert reporter.run(make(first, database.dsn, gateway.address)).returncode == 0
    assert gateway.series(SERVICE)["migration_run_failed"] == ("20260117000001", 0)
    assert reporter.run(make(GOOD, database.dsn, gateway.address)).returncode == 0
    # Of a second series of a name, `series` would tell.
    assert {version for version, _ in gateway.series(SERVICE).values()} == {NEWEST}


@pytest.mark.parametrize("shell", reporter.SHELLS)
@pytest.mark.parametrize("reachable", [True, False])
def test_a_pushgateway_that_is_down_changes_nothing(
    shell: str, reachable: bool, make: Make, database: postgres.Database
) -> None:
    dsn = database.dsn if reachable else NOBODY
    ended = reporter.run(make(GOOD, dsn, "http://127.0.0.1:1", shell))
    assert ended.returncode == (0 if reachable else 1)
    own = [line for line in ended.stderr.splitlines() if line.startswith("report.sh: ")]
    assert len(own) == 1
    assert "http://127.0.0.1:1/metrics/job/migration/namespace/auth/service/auth-service" in own[0]
    assert database.password not in ended.stdout + ended.stderr


@pytest.mark.parametrize("shell", reporter.SHELLS)
def test_a_pushgateway_that_never_answers_is_given_up(
    shell: str, make: Make, database: postgres.Database
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        ended = reporter.run(make(GOOD, database.dsn, address, shell))
    assert ended.returncode == 0
    assert "did not take the report" in ended.stderr


@pytest.mark.parametrize("shell", reporter.SHELLS)
def test_term_ends_goose_and_is_reported(
    shell: str, make: Make, gateway: reporter.Gateway, database: postgres.Database
) -> None:
    """As when the deadline of the Job is over. goose alone gives the same code."""
    container = make(LONG, database.dsn, gateway.address, shell)
    for alone in (True, False):
        at = container.command.index("goose")
        plain = [str(programs.path("goose")), *container.command[at + 1 :]]
        chosen = pod.Container(
            plain if alone else container.command, container.environment, container.directory
        )
        process = (
            subprocess.Popen(plain, cwd=chosen.directory, env=chosen.environment, text=True)
            if alone
            else reporter.start(chosen)
        )
        with process:
            until(lambda: sleeping(database))
            process.terminate()
            process.communicate(timeout=60)
        assert process.returncode == (-signal.SIGTERM if alone else 128 + signal.SIGTERM)
        # The server notices within a second (client_connection_check_interval).
        until(lambda: not sleeping(database))
    found = gateway.series(SERVICE)
    assert found["migration_run_failed"] == ("1", 1)
    assert found["migration_database_version"] == ("0", 0)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_other_signals_end_goose_too(
    number: signal.Signals, make: Make, gateway: reporter.Gateway, database: postgres.Database
) -> None:
    with reporter.start(make(LONG, database.dsn, gateway.address)) as process:
        until(lambda: sleeping(database))
        process.send_signal(number)
        process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM
    assert gateway.series(SERVICE)["migration_run_failed"] == ("1", 1)


@pytest.mark.parametrize("shell", reporter.SHELLS)
def test_term_before_goose_was_started(
    shell: str, make: Make, gateway: reporter.Gateway, database: postgres.Database
) -> None:
    """The script asks `date` right before: here that sends the signal. (busybox may not look at PATH.)"""
    container = make(LONG, database.dsn, gateway.address, shell)
    at = container.command.index("goose") - 1
    sending = 'date() { kill -s TERM "$$"; command date "$@"; }; . "$0"'
    command = [*container.command[:at], "-c", sending, *container.command[at:]]
    ended = reporter.run(pod.Container(command, container.environment, container.directory))
    assert ended.returncode == 128 + signal.SIGTERM, ended.stderr
    assert gateway.series(SERVICE)["migration_run_failed"] == ("1", 1)


@pytest.mark.parametrize("shell", reporter.SHELLS)
def test_goose_is_killed(
    shell: str, make: Make, gateway: reporter.Gateway, database: postgres.Database
) -> None:
    with reporter.start(make(LONG, database.dsn, gateway.address, shell)) as process:
        until(lambda: sleeping(database))
        (goose,) = children(process)
        os.kill(goose, signal.SIGKILL)
        process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGKILL
    assert gateway.series(SERVICE)["migration_run_failed"] == ("1", 1)


@pytest.mark.parametrize("shell", reporter.SHELLS)
def test_a_bad_flag_is_2(
    shell: str, make: Make, gateway: reporter.Gateway, database: postgres.Database
) -> None:
    """The Job gives up at once at 2 (podFailurePolicy)."""
    container = make(GOOD, database.dsn, gateway.address, shell)
    assert reporter.run(container, "goose", "-no-such-flag", "up").returncode == 2
    found = gateway.series(SERVICE)
    assert found["migration_run_failed"] == (NEWEST, 1)
    assert found["migration_database_version"] == ("0", 0)


@pytest.mark.parametrize("shell", reporter.SHELLS)
@pytest.mark.parametrize("code", [3, 127, 143, 255])
def test_the_exit_code_is_kept(
    shell: str, code: int, make: Make, gateway: reporter.Gateway, database: postgres.Database
) -> None:
    container = make(GOOD, database.dsn, gateway.address, shell)
    assert reporter.run(container, "sh", "-c", f"exit {code}").returncode == code
    assert gateway.series(SERVICE)["migration_run_failed"] == (NEWEST, 1)


@pytest.mark.parametrize("shell", reporter.SHELLS)
def test_a_program_that_is_not_in_the_image(
    shell: str, make: Make, gateway: reporter.Gateway, database: postgres.Database
) -> None:
    container = make(GOOD, database.dsn, gateway.address, shell)
    assert reporter.run(container, "no-such-goose", "up").returncode == 127
    assert gateway.series(SERVICE)["migration_run_failed"] == (NEWEST, 1)


@pytest.mark.parametrize("shell", reporter.SHELLS)
def test_what_the_program_reads_and_writes_is_its_own(
    shell: str, make: Make, gateway: reporter.Gateway, database: postgres.Database
) -> None:
    container = make(GOOD, database.dsn, gateway.address, shell)
    both = reporter.run(container, "sh", "-c", "cat; echo told >&2", given="a\n\nb $(c) \\n")
    assert (both.returncode, both.stdout, both.stderr) == (0, "a\n\nb $(c) \\n", "told\n")


@pytest.mark.parametrize("shell", reporter.SHELLS)
def test_a_step_before_the_last_tells_only_of_failure(
    shell: str, make: Make, gateway: reporter.Gateway, database: postgres.Database
) -> None:
    container = make(GOOD, database.dsn, gateway.address, shell, GEN_REPORT="failure")
    assert reporter.run(container).returncode == 0
    assert gateway.series(SERVICE) == {}
    assert reporter.run(container, "goose", "-dir=/no-such-directory", "up").returncode == 1
    assert gateway.series(SERVICE)["migration_run_failed"] == (NEWEST, 1)


def test_the_steps_of_a_rollback_report_once(
    root: Path, image: Path, gateway: reporter.Gateway, database: postgres.Database
) -> None:
    projects.write(root, SETTINGS, GOOD)
    target = "20260117000001"
    pinned = f'pin: {{version: {target}, from: {NEWEST}, reason: "the login breaks", acceptDataLoss: [{NEWEST}]}}\n'
    projects.write(root, SETTINGS + pinned, GOOD)
    objects = pod.manifests(projects.build(root))
    found = pod.steps(objects, SERVICE, {"url": database.dsn}, root / "pod")
    assert len(found) == 4
    *before, last = [reporter.contained(each, image, gateway.address) for each in found]
    for each in before:
        ended = reporter.run(each)
        assert ended.returncode == 0, ended.stderr
        assert gateway.series(SERVICE) == {}
    assert reporter.run(last).returncode == 0
    found_series = gateway.series(SERVICE)
    assert found_series["migration_run_failed"] == (target, 0)
    assert found_series["migration_database_version"] == (target, float(target))


def test_hostile_values_stay_text(
    make: Make, gateway: reporter.Gateway, database: postgres.Database, root: Path
) -> None:
    """gen writes none of these; the shell would not expand them if it did."""
    (root / "seen").mkdir(mode=0o777)
    (root / "seen").chmod(0o777)
    bad = f"$(true >{root}/seen/a)`true >{root}/seen/b`';true >{root}/seen/c;'"
    container = make(GOOD, database.dsn, gateway.address, GEN_TABLE=bad, GEN_REPORT=f"always{bad}")
    assert reporter.run(container, "goose", "-no-such-flag").returncode == 2
    assert list((root / "seen").iterdir()) == []


@pytest.mark.parametrize("shell", reporter.SHELLS)
def test_without_its_variables_it_still_keeps_the_exit_code(
    shell: str, make: Make, database: postgres.Database
) -> None:
    container = make(GOOD, database.dsn, "http://127.0.0.1:1", shell)
    bare = {key: value for key, value in container.environment.items() if not key.startswith("GEN_")}
    ended = reporter.run(pod.Container(container.command, bare, container.directory))
    assert (ended.returncode, "report.sh" in ended.stderr) == (0, False)


def test_the_script_is_the_one_in_the_config_map(make: Make, database: postgres.Database) -> None:
    container = make(GOOD, database.dsn, "http://127.0.0.1:1")
    script = next(Path(each) for each in container.command if each.endswith("report.sh"))
    assert script.read_bytes() == SCRIPT.read_bytes()


def test_shellcheck_has_nothing_to_say() -> None:
    # SC2317: it does not see that `bounded` runs functions.
    command = [str(debian.path("shellcheck")), "--shell=sh", "--exclude=SC2317", str(SCRIPT)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stdout) == (0, "")


def test_without_a_pushgateway_there_is_no_shell(root: Path) -> None:
    projects.write(root, SETTINGS.partition("metrics:")[0], GOOD)
    assert forked.gen("build", cwd=root).returncode == 0
    written = "".join(path.read_text(encoding="utf-8") for path in (root / "out" / SERVICE).glob("*.yaml"))
    assert "/bin/sh" not in written
    assert "GEN_PUSH_URL" not in written
