"""More SQL than one ConfigMap holds, and SQL that is in the image: real trees, goose on PostgreSQL, Go's own JSON."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import re
import subprocess
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from generator import conventions, model, validate
from generator.charts import config_map, tree
from generator.migrations import partition
from generator.migrations.model import Migration
from generator.rules import migration_size
from tests.support import argocd, borrowed, forked, kubelet, models, pod, postgres, projects

SERVICE = "auth-service"
DSN = "database:\n  secret: {name: auth-service-db, key: url}\n"
JOB = f"{SERVICE}-migration"
PARTS = re.compile(rf"{SERVICE}-migrations(-[0-9]+)?")
# Characters that JSON writes with six bytes, quotes, and what ends no statement.
FILLING = "<p class=\"a\">it''s & \\ ü 日本\t</p>\n"


def body(number: int, size: int = 60_000) -> str:
    return f"-- {number}\n{FILLING * (size // len(FILLING))}"


def migration(number: int, size: int = 60_000) -> str:
    return projects.migration(
        f"CREATE TABLE t{number} AS SELECT '{body(number, size)}'::text AS body;", f"DROP TABLE t{number};"
    )


def stored(number: int, size: int = 60_000) -> str:
    """What PostgreSQL has of the text, as md5."""
    return hashlib.md5(body(number, size).replace("''", "'").encode(), usedforsecurity=False).hexdigest()


def name(number: int) -> str:
    return f"{number:05}_t.sql"


def parts(objects: Iterable[pod.Manifest]) -> dict[str, pod.Manifest]:
    """The ConfigMaps with migrations by name, in order."""
    found = {
        each["metadata"]["name"]: each
        for each in objects
        if each["kind"] == "ConfigMap" and PARTS.fullmatch(each["metadata"]["name"])
    }
    return dict(sorted(found.items(), key=lambda each: (len(each[0]), each[0])))


def goose(container: pod.Container, *command: str) -> str:
    """What goose says; with a command instead of the container's own."""
    arguments = [*container.command[:-1], *command] if command else container.command
    done = subprocess.run(
        arguments,
        cwd=container.directory,
        env=container.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stderr + done.stdout


# Growth.


def test_goose_runs_a_split_that_grows_file_by_file(database: postgres.Database, tmp_path: Path) -> None:
    """Each commit adds one migration: nothing before the last part changes, and goose applies that one."""
    secret = {"url": database.dsn}
    before: dict[str, pod.Manifest] = {}
    files: dict[str, bytes] = {}
    container = None
    for number in range(1, 7):
        projects.write(tmp_path, DSN, {name(number): migration(number)})
        out = projects.build(tmp_path) / SERVICE
        objects = pod.manifests(out)
        now = parts(objects)
        assert list(now)[: len(before)] == list(before)
        for each in list(before)[:-1]:
            assert now[each] == before[each]
        now_files = {each.name: each.read_bytes() for each in out.glob("configmap-*.yaml")}
        for each in sorted(files)[:-1]:
            assert now_files[each] == files[each]
        before, files = now, now_files

        container = pod.start(objects, SERVICE, secret, tmp_path / "pods" / str(number))
        assert (container.directory / "..data").is_symlink()
        assert (container.directory / name(number)).readlink() == Path("..data") / name(number)
        assert re.findall(r"OK +([0-9a-z_.]+)", goose(container)) == [name(number)]
        assert database.query(f"SELECT md5(body) FROM t{number}") == [(stored(number),)]
    assert list(before) == [f"{SERVICE}-migrations", *(f"{SERVICE}-migrations-{each}" for each in (2, 3))]
    assert sorted(files) == ["configmap-2.yaml", "configmap-3.yaml"]
    assert container is not None
    assert container.environment["PGSERVICEFILE"] == str(container.directory / conventions.SERVICE_FILE)
    assert database.query("SELECT count(*), max(version_id) FROM goose_db_version WHERE version_id > 0") == [
        ("6", "6")
    ]
    goose(container, "down-to", "0")
    assert database.query("SELECT count(*) FROM goose_db_version WHERE version_id > 0") == [("0",)]


def test_a_pod_refuses_any_part_of_another_commit(tmp_path: Path) -> None:
    whole = {name(number): migration(number) for number in range(1, 9)}
    projects.write(tmp_path, DSN, whole)
    old = parts(pod.manifests(projects.build(tmp_path) / SERVICE))
    edited = {each: text.replace("it''s", "it''z") for each, text in whole.items()}
    projects.write(tmp_path, DSN, edited)
    new = pod.manifests(projects.build(tmp_path) / SERVICE)
    assert len(old) == 4
    assert parts(new).keys() == old.keys()
    pod.start(new, SERVICE, {"url": ""}, tmp_path / "new")
    for number, stale in enumerate(old):
        mixed = [old[stale] if each["metadata"]["name"] == stale else each for each in new]
        with pytest.raises(kubelet.MountError, match="references non-existent config key: digest-"):
            pod.start(mixed, SERVICE, {"url": ""}, tmp_path / f"stale-{number}")
        missing = [each for each in new if each["metadata"]["name"] != stale]
        with pytest.raises(kubelet.MountError, match="not found"):
            pod.start(missing, SERVICE, {"url": ""}, tmp_path / f"missing-{number}")


def test_a_service_that_shrinks_leaves_no_part_behind(tmp_path: Path) -> None:
    projects.write(tmp_path, DSN, {name(number): migration(number) for number in range(1, 9)})
    out = projects.build(tmp_path) / SERVICE
    assert (out / "configmap-4.yaml").exists()
    for number in range(3, 9):
        (tmp_path / "migrations" / SERVICE / name(number)).unlink()
    said = forked.gen("build", cwd=tmp_path)
    assert said.returncode == 0
    assert "removed  out/auth-service/configmap-4.yaml\n" in said.stdout
    gone = " ".join(f"configmap/auth-service-migrations-{number}" for number in (2, 3, 4))
    assert f"  kubectl --namespace auth delete --ignore-not-found {gone}\n" in said.stderr
    assert sorted(each.name for each in out.glob("configmap*")) == ["configmap.yaml"]
    assert forked.gen("build", "--check", cwd=tmp_path).returncode == 0
    assert "kubectl" not in forked.gen("build", cwd=tmp_path).stderr


# Size.


def test_a_tree_of_five_megabytes(tmp_path: Path, kubeconform_path: Path) -> None:
    """Built by the command, strictly valid for each Kubernetes, read by Argo CD, mounted by the kubelet."""
    count, size = 90, 60_000
    projects.write(tmp_path, DSN, {name(number): migration(number, size) for number in range(1, count + 1)})
    out = projects.build(tmp_path) / SERVICE
    assert 5 * 1024 * 1024 < sum(each.stat().st_size for each in out.iterdir()) < 10_000_000

    result = validate.validate(tmp_path, out, (), kubeconform_path)
    assert result.diagnostics == ()
    assert result.engine.startswith("kubeconform ")
    assert len(result.checked) == 5

    seen = argocd.read(out, namespace="auth")
    assert seen.unread == ()
    hooks = [each for each in seen.tasks if each.hook]
    assert [each.key.kind for each in hooks][-1] == "Job"
    volume = hooks[-1].body["spec"]["template"]["spec"]["volumes"][0]
    made = [each.body for each in hooks if each.key.kind == "ConfigMap"]
    assert len(made) > 25
    kubelet.mount(volume, tmp_path / "mounted", made)
    for number in range(1, count + 1):
        assert (tmp_path / "mounted" / name(number)).read_text("utf-8") == migration(number, size)


@pytest.fixture(scope="module")
def go_json(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program that tells the size of each value of a list as kubectl's encoder writes it
    (unstructuredJSONScheme.doEncode, k8s.io/apimachinery/pkg/apis/meta/v1/unstructured/helpers.go)."""
    directory = tmp_path_factory.mktemp("go")
    (directory / "main.go").write_text(
        "package main\n"
        'import ("bytes"; "encoding/json"; "os")\n'
        "func main() {\n"
        "\tvar values []any\n"
        "\tif err := json.NewDecoder(os.Stdin).Decode(&values); err != nil { panic(err) }\n"
        "\tsizes := []int{}\n"
        "\tfor _, each := range values {\n"
        "\t\tvar buffer bytes.Buffer\n"
        "\t\tif err := json.NewEncoder(&buffer).Encode(each); err != nil { panic(err) }\n"
        "\t\tsizes = append(sizes, buffer.Len())\n"
        "\t}\n"
        "\tif err := json.NewEncoder(os.Stdout).Encode(sizes); err != nil { panic(err) }\n"
        "}\n",
        encoding="utf-8",
    )
    borrowed.go("build", "-o", str(directory / "sizes"), "main.go", directory=directory)
    return directory / "sizes"


def sizes(program: Path, values: list[Any]) -> list[int]:
    done = subprocess.run([program], input=json.dumps(values), capture_output=True, text=True, check=True)
    found: list[int] = json.loads(done.stdout)
    return found


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@settings(max_examples=10, suppress_health_check=list(HealthCheck))
@given(st.lists(TEXTS, min_size=50, max_size=200))
@example([chr(each) for each in range(0x3000)])
def test_a_text_is_never_larger_in_go_than_thought(go_json: Path, texts: list[str]) -> None:
    found = sizes(go_json, texts)
    for text, size in zip(texts, found, strict=True):
        # Without the quotes and the line feed behind.
        assert size - 3 <= partition.json_size(text)
        # Go before 1.22 wrote these two as six bytes.
        assert partition.json_size(text) <= size - 3 + 4 * (text.count("\b") + text.count("\f"))


def test_the_fullest_part_with_the_longest_names_can_be_applied_by_kubectl(go_json: Path) -> None:
    """All annotations of the object with the copy of it, Argo CD's tracking annotation included."""
    migrations: list[Migration] = []
    for number in (1, 2):
        made = models.migration(number, name=f"{number}_a.sql", text="")
        room = partition.PART * number - sum(map(partition.entry_size, [*migrations, made]))
        migrations.append(dataclasses.replace(made, text="x" * room))
    service = models.service(
        name="s" * conventions.MAX_SERVICE_NAME,
        namespace="n" * 63,
        migrations=tuple(migrations),
        sync=models.sync(wave_offset=-1000),
        database=models.database(lock_timeout_ms=2**31 - 1, statement_timeout_ms=2**31 - 1),
    )
    assert len(config_map.parts(service)) == 2
    files = tree.render([service])[service.name]
    tracking = "argocd.argoproj.io/tracking-id"
    for file in ("configmap.yaml", "configmap-2.yaml"):
        (part,) = (each for each in documents(files[file]) if "migrations" in each["metadata"]["name"])
        where = part["metadata"]["namespace"], part["metadata"]["name"]
        part["metadata"]["annotations"][tracking] = f"{'a' * 63}_{'b' * 253}:/ConfigMap:{'/'.join(where)}"
        (size,) = sizes(go_json, [part])
        annotations = part["metadata"]["annotations"] | {
            "kubectl.kubernetes.io/last-applied-configuration": "x" * size
        }
        total = sum(len(key) + len(value) for key, value in annotations.items())
        assert partition.PART < total <= partition.ANNOTATIONS


def documents(content: bytes) -> list[dict[str, Any]]:
    return list(YAML(typ="safe", pure=False).load_all(io.BytesIO(content)))


# The estimate.

PIECES = st.sampled_from(
    [
        *"a7 -:#'\"\\\t\n\r{}[],&*!|>%@`?~=<\x00\x1b\x7f\x85\u2028\ufeff\U0001f680",
        "\r\n",
        "\n\n",
        " \n",
        "\n ",
        "---\n",
    ]
)
ODD = st.builds(
    lambda begin, piece, times, end: begin + piece * times + end,
    st.lists(PIECES, max_size=4).map("".join),
    st.lists(PIECES, min_size=1, max_size=6).map("".join),
    st.sampled_from([1, 2, 300]),
    st.lists(PIECES, max_size=4).map("".join),
)


def written(data: Mapping[str, str]) -> int:
    manifest = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": data}
    return len(tree.files([manifest])["configmap.yaml"])


@settings(max_examples=300, suppress_health_check=list(HealthCheck))
@given(ODD)
@example("\t\n" + 'a"\\\n ' * 1000)
@example("'" * 1000 + '"')
@example('"' * 1000)
@example(" \n \\" * 1000 + " ")
@example("\n" * 1000)
def test_the_estimate_of_a_migration_is_never_too_low(text: str) -> None:
    migration = models.migration(1, name="1_a.sql", text=text)
    assert written({"1_a.sql": text}) - written({"a": ""}) <= migration_size.rendered_size(migration)


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(st.text("{}\"'\\`$ é\n", min_size=1, max_size=2000), st.integers(1, 8), st.lists(ODD, max_size=5))
@example("{" * 2000, 8, [])
@example('"' * 2000, 8, [])
def test_the_estimate_of_a_tree_is_never_too_low(text: str, groups: int, texts: list[str]) -> None:
    service = models.service(
        migrations=tuple(
            models.migration(number, name=f"{number}_a.sql", text=each)
            for number, each in enumerate([*texts, "<" * 100_000, "x"], start=1)
        ),
        operators=model.Operators(tuple(f"{text}{each}" for each in range(groups)), read_logs=True),
        alerts=models.alerts(labels={"a": text, "b": text}),
        runner=models.runner(pod_annotations={"a": text}, env=(model.EnvVar("A", value=text),)),
        database=models.database(secret=models.secret(rotation=model.Rotation(90, date(2026, 1, 1)))),
        pin=models.pin(reason=text, expires=date(2026, 1, 1)),
        pushgateway="http://pushgateway.monitoring.svc:9091",
        callback_urls=(f"https://hooks.example.com/{text}",),
        dashboard=model.Dashboard(True, {"a": text}, text),
    )
    real = sum(map(len, tree.render([service])[service.name].values()))
    assert real <= migration_size.estimate(service)


def test_the_estimate_is_near_for_ordinary_sql() -> None:
    """Else it would refuse what fits."""
    service = models.service(
        migrations=tuple(
            models.migration(number, name=name(number), text=migration(number)) for number in range(1, 50)
        )
    )
    real = sum(map(len, tree.render([service])[service.name].values()))
    assert real <= migration_size.estimate(service) < 1.15 * real


# The migrations in the image.

IMAGE = f"registry.example.com/auth-migrations:1.4@sha256:{'0' * 64}"


def in_image(more: str = "", directory: str = "/sql") -> str:
    return (
        f"runner: {{image: '{IMAGE}'}}\nmigrations: {{source: image, imageDirectory: {directory}}}\n"
        f"database:\n  secret: {{name: auth-service-db, key: url}}\n{more}"
    )


def image(root: Path) -> Path:
    """The directory of the image, with a `.env` that would lead goose astray."""
    made = root / "image" / "sql"
    made.mkdir(parents=True)
    for each in (root / "migrations" / SERVICE).iterdir():
        (made / each.name).write_bytes(each.read_bytes())
    for directory in (made, made.parent):
        # There is no standby: goose does not connect.
        (directory / ".env").write_text("PGTARGETSESSIONATTRS=standby\n", "utf-8")
    return made


@pytest.mark.parametrize("session_parameters", [True, False])
def test_goose_runs_the_sql_of_the_image(
    session_parameters: bool, database: postgres.Database, tmp_path: Path
) -> None:
    seen = (
        "CREATE TABLE seen AS SELECT name, setting FROM pg_settings"
        " WHERE name IN ('lock_timeout', 'application_name');"
    )
    more = "" if session_parameters else "  sessionParameters: false\n"
    projects.write(
        tmp_path,
        in_image(more + "  lockTimeout: 1500ms\n"),
        {"1_a.sql": projects.migration(seen, "DROP TABLE seen;")},
    )
    out = projects.build(tmp_path) / SERVICE
    assert b"CREATE TABLE" not in b"".join(each.read_bytes() for each in out.iterdir())
    objects = pod.manifests(out)
    assert list(parts(objects)) == [f"{SERVICE}-migrations"] * session_parameters
    container = pod.start(
        objects, SERVICE, {"url": database.dsn}, tmp_path / "pod", image={"/sql": image(tmp_path)}
    )
    assert sorted(each.name for each in container.directory.iterdir() if each.name[0] != ".") == (
        [
            next(
                each for each in parts(objects)[f"{SERVICE}-migrations"]["data"] if each.startswith("digest-")
            ),
            conventions.SERVICE_FILE,
        ]
        if session_parameters
        else []
    )
    astray = dataclasses.replace(container, directory=tmp_path / "image")
    with pytest.raises(AssertionError, match="standby"):
        goose(astray)
    goose(container)
    assert database.query("SELECT setting FROM seen ORDER BY name") == [
        (JOB,),
        ("1500" if session_parameters else "0",),
    ]
    assert database.query("SELECT max(version_id) FROM goose_db_version") == [("1",)]


def test_the_service_file_of_another_commit_is_refused(tmp_path: Path) -> None:
    projects.write(
        tmp_path, in_image(), {"1_a.sql": projects.migration("CREATE TABLE t ();", "DROP TABLE t;")}
    )
    old = parts(pod.manifests(projects.build(tmp_path) / SERVICE))
    projects.write(tmp_path, in_image("  lockTimeout: 1500ms\n"), {})
    new = pod.manifests(projects.build(tmp_path) / SERVICE)
    mixed = [old.get(each["metadata"]["name"], each) for each in new]
    with pytest.raises(kubelet.MountError):
        pod.start(mixed, SERVICE, {"url": ""}, tmp_path / "pod", image={"/sql": tmp_path})


def test_a_changed_migration_of_an_image_is_seen(tmp_path: Path) -> None:
    """Though no hook holds it, and the image's digest is the same."""
    seen = []
    for text in ("CREATE TABLE t ();", "CREATE TABLE t (id bigint);"):
        projects.write(tmp_path, in_image(), {"1_a.sql": projects.migration(text, "DROP TABLE t;")})
        seen.append(argocd.read(projects.build(tmp_path) / SERVICE))
    assert seen[0].hooks == seen[1].hooks
    assert argocd.out_of_sync(*seen) == {argocd.Key("ConfigMap", "auth", f"{SERVICE}-migration-release")}


def test_a_tree_that_no_config_map_could_carry_goes_with_an_image(tmp_path: Path) -> None:
    text = migration(1, 2_000_000)
    projects.write(tmp_path, DSN, {name(1): text})
    said = forked.gen("check", cwd=tmp_path)
    assert said.returncode == 1
    assert f"migrations/{SERVICE}/{name(1)}:1:1: error[migration-size]" in said.stderr
    projects.write(tmp_path, in_image(), {})
    out = projects.build(tmp_path) / SERVICE
    assert sum(each.stat().st_size for each in out.glob("*.yaml")) < 50_000


def test_leaving_config_maps_for_an_image_names_what_stays(tmp_path: Path) -> None:
    projects.write(tmp_path, DSN, {name(number): migration(number) for number in range(1, 5)})
    projects.build(tmp_path)
    projects.write(tmp_path, in_image("  sessionParameters: false\n"), {})
    said = forked.gen("build", cwd=tmp_path)
    assert said.returncode == 0, said.stderr
    assert (
        "kubectl --namespace auth delete --ignore-not-found"
        " configmap/auth-service-migrations configmap/auth-service-migrations-2\n" in said.stderr
    )
