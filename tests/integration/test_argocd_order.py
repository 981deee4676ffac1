"""What Argo CD does with trees of our form and of the classical wrong form, by its engine's own code."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.support import argocd
from tests.support.argocd import Key
from tests.support.argocd_cluster import Cluster

HOOK = {"argocd.argoproj.io/hook": "PreSync", "argocd.argoproj.io/hook-delete-policy": "BeforeHookCreation"}
JOB = Key("Job", "default", "auth-migration")
WORKLOAD = Key("Deployment", "default", "auth")
RELEASE = Key("ConfigMap", "default", "auth-migration-release")


def wave(number: int) -> dict[str, str]:
    return {"argocd.argoproj.io/sync-wave": str(number)}


def thing(kind: str, name: str, annotations: dict[str, str], **fields: Any) -> dict[str, Any]:
    version = {"Job": "batch/v1", "Deployment": "apps/v1"}.get(kind, "v1")
    metadata = {"name": name, "annotations": annotations}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **fields}


def job(annotations: dict[str, str], **fields: Any) -> dict[str, Any]:
    pod = {
        "serviceAccountName": "auth-runner",
        "containers": [{"name": "goose", "volumeMounts": [{"name": "sql", "mountPath": "/migrations"}]}],
        "volumes": [{"name": "sql", "configMap": {"name": "auth-migrations"}}],
    }
    return thing("Job", JOB.name, annotations, spec={"template": {"spec": pod}, **fields})


def tree(directory: Path, *objects: dict[str, Any]) -> argocd.Tree:
    directory.mkdir(parents=True)
    for number, each in enumerate(objects):
        (directory / f"{number}.yaml").write_text(json.dumps(each), "utf-8")
    return argocd.read(directory)


def presync(directory: Path, sql: str, **job_fields: Any) -> argocd.Tree:
    """Our default design; `skip` is what `suspend` makes of the Job's hook."""
    hook = job_fields.pop("hook", HOOK)
    return tree(
        directory,
        job(hook | wave(0), **job_fields),
        thing("Deployment", "auth", {}),
        thing("ConfigMap", RELEASE.name, {}, data={"digest": f"of {sql}"}),
        thing("ConfigMap", "auth-migrations", HOOK | wave(-1), data={"1_a.sql": sql}),
        thing("ServiceAccount", "auth-runner", HOOK | wave(-1)),
    )


def sync_design(directory: Path, sql: str) -> argocd.Tree:
    return tree(
        directory,
        job(HOOK | {"argocd.argoproj.io/hook": "Sync"} | wave(-1)),
        thing("Deployment", "auth", {}),
        thing("ConfigMap", "auth-migrations", wave(-2), data={"1_a.sql": sql}),
        thing("ServiceAccount", "auth-runner", wave(-2)),
    )


def classical(directory: Path, sql: str) -> argocd.Tree:
    """The form that most charts have: only the Job is a hook. The wave on the ConfigMap is no help."""
    return tree(
        directory,
        job(HOOK),
        thing("Deployment", "auth", {}),
        thing("ConfigMap", "auth-migrations", wave(-100), data={"1_a.sql": sql}),
        thing("ServiceAccount", "auth-runner", wave(-100)),
    )


def test_presync_order(tmp_path: Path) -> None:
    assert presync(tmp_path / "a", "old").order == (
        ("PreSync", -1, "ServiceAccount", "auth-runner"),
        ("PreSync", -1, "ConfigMap", "auth-migrations"),
        ("PreSync", 0, "Job", "auth-migration"),
        ("Sync", 0, "ConfigMap", "auth-migration-release"),
        ("Sync", 0, "Deployment", "auth"),
    )


def test_sync_order(tmp_path: Path) -> None:
    assert sync_design(tmp_path / "a", "old").order == (
        ("Sync", -2, "ServiceAccount", "auth-runner"),
        ("Sync", -2, "ConfigMap", "auth-migrations"),
        ("Sync", -1, "Job", "auth-migration"),
        ("Sync", 0, "Deployment", "auth"),
    )


@pytest.mark.parametrize("design", [presync, sync_design])
def test_the_job_mounts_the_commits_own_sql_at_the_first_and_at_the_second_commit(
    design: Any, tmp_path: Path
) -> None:
    cluster = Cluster()
    before, after = design(tmp_path / "a", "old"), design(tmp_path / "b", "new")
    first = cluster.sync(before)
    assert (first.stuck, [run.files for run in first.runs]) == (None, [{"/migrations/1_a.sql": "old"}])
    assert argocd.out_of_sync(before, after), "no sync starts"
    second = cluster.sync(after)
    assert (second.stuck, [run.files for run in second.runs]) == (None, [{"/migrations/1_a.sql": "new"}])


def test_the_classical_form_hangs_at_first_and_runs_the_old_sql_later(tmp_path: Path) -> None:
    """The negative control: the same cluster shows the mistakes that the designs avoid."""
    before, after = classical(tmp_path / "a", "old"), classical(tmp_path / "b", "new")
    first = Cluster().sync(before)
    assert first.stuck == "ServiceAccount auth-runner is missing; ConfigMap auth-migrations is missing"
    assert not first.applied(WORKLOAD)

    cluster = Cluster()
    cluster.sync(before, hooks=False)
    second = cluster.sync(after)
    assert [run.files for run in second.runs] == [{"/migrations/1_a.sql": "old"}]
    assert second.stuck is None
    assert second.applied(WORKLOAD)


def test_without_a_tracked_object_a_new_migration_starts_no_sync(tmp_path: Path) -> None:
    def hooks_only(name: str, sql: str) -> argocd.Tree:
        sql_map = thing("ConfigMap", "auth-migrations", HOOK | wave(-1), data={"1_a.sql": sql})
        return tree(tmp_path / name, sql_map, thing("Deployment", "auth", {}))

    assert argocd.out_of_sync(hooks_only("a", "old"), hooks_only("b", "new")) == frozenset()
    with_release = argocd.out_of_sync(presync(tmp_path / "c", "old"), presync(tmp_path / "d", "new"))
    assert with_release == {RELEASE}


def test_a_sync_without_hooks_applies_the_workload_and_runs_nothing(tmp_path: Path) -> None:
    done = Cluster().sync(presync(tmp_path / "a", "old"), hooks=False)
    assert done.runs == []
    assert done.applied(WORKLOAD)


def test_a_skipped_job_stays_in_git_and_is_neither_run_nor_tracked(tmp_path: Path) -> None:
    skipped = presync(tmp_path / "a", "old", hook={"argocd.argoproj.io/hook": "Skip"}, suspend=True)
    assert JOB in skipped.of_role("skipped")
    assert JOB not in skipped.tracked
    done = Cluster().sync(skipped)
    assert (done.stuck, done.runs, done.applied(WORKLOAD)) == (None, [], True)


def test_skip_beside_another_hook_is_no_skip(tmp_path: Path) -> None:
    both = presync(tmp_path / "a", "old", hook={"argocd.argoproj.io/hook": "Skip,PreSync"})
    assert JOB in both.hooks


def test_a_suspended_job_that_is_still_a_hook_hangs_the_sync(tmp_path: Path) -> None:
    done = Cluster().sync(presync(tmp_path / "a", "old", suspend=True))
    assert done.stuck == "the Job is suspended"
    assert not done.applied(WORKLOAD)


def test_a_plain_job_cannot_be_applied_twice(tmp_path: Path) -> None:
    """Why the Job of the Sync design is a hook too."""

    def plain(name: str, account: str) -> argocd.Tree:
        body = job({})
        body["spec"]["template"]["spec"]["serviceAccountName"] = account
        sql = thing("ConfigMap", "auth-migrations", {}, data={})
        return tree(tmp_path / name, body, sql, *(thing("ServiceAccount", each, {}) for each in ("x", "y")))

    cluster = Cluster()
    assert cluster.sync(plain("a", "x")).stuck is None
    assert cluster.sync(plain("b", "y")).stuck == "Job auth-migration: spec.template: field is immutable"


def test_a_hook_that_leaves_git_stays_and_a_tracked_object_goes(tmp_path: Path) -> None:
    cluster = Cluster()
    cluster.sync(presync(tmp_path / "a", "old"))
    cluster.sync(tree(tmp_path / "b", thing("Deployment", "auth", {})))
    assert {JOB, Key("ConfigMap", "default", "auth-migrations")} <= cluster.objects.keys()
    assert RELEASE not in cluster.objects


def test_an_unknown_hook_type_is_dropped_without_a_word(tmp_path: Path) -> None:
    typed = presync(tmp_path / "a", "old", hook={"argocd.argoproj.io/hook": "presync"})
    assert JOB in typed.of_role("ignored")
    assert Cluster().sync(typed).runs == []


def test_the_skip_marker_hides_a_file(tmp_path: Path) -> None:
    hidden = tree(
        tmp_path / "a", thing("ConfigMap", "a", {}, data={"1_a.sql": "-- # +argocd:skip-file-rendering"})
    )
    assert hidden.objects == ()
    assert len(hidden.unread) == 1


@pytest.mark.parametrize("name", ["x.json", "x.yaml"])
def test_a_file_without_a_kind_fails_the_application(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(
        '{"apiVersion": "v1", "note": "kind: and metadata: and apiVersion:"}', "utf-8"
    )
    with pytest.raises(argocd.ArgoError, match="Kind"):
        argocd.read(tmp_path)


def test_other_files_are_not_read(tmp_path: Path) -> None:
    for name in ("README.md", "1_a.sql", "SHA256SUMS"):
        (tmp_path / name).write_text("kind: nonsense", "utf-8")
    assert argocd.read(tmp_path).objects == ()


NASTY = [
    *(
        "no",
        "on",
        "Y",
        "012",
        "0o14",
        "1:30",
        "1_000",
        "0x1F",
        "1e3",
        ".inf",
        "~",
        "null",
        "",
        "2026-01-01",
        "<<",
        "=",
    ),
    *(
        "\u0085",
        "a\u2028b",
        "\u2029",
        "\ufeffa",
        "é😀",
        "\tx",
        "x  ",
        "  x",
        "a\n",
        "\na",
        "a\n\n",
        "a\r\nb",
        "\r",
    ),
    *(
        "# no comment",
        "- a",
        "a: b",
        "'",
        '"',
        "\\n",
        "%a",
        "@a",
        "`",
        "!!int 1",
        "&a",
        "*a",
        "{}",
        "[",
        "|",
        ">",
    ),
    *(
        "---",
        "...",
        "a\n---\nb",
        "\x7f",
        "\u00a0",
        "{{ .Values.x }}",
        "$$ BEGIN END $$",
        "line\n  indented\n\tmore\n",
    ),
]


def test_argo_cd_reads_a_string_as_it_was_meant(tmp_path: Path) -> None:
    """The same reader reads JSON strings, the safest form there is: the base for all round trips."""
    body = thing("ConfigMap", "nasty", {}, data={f"k{i}": text for i, text in enumerate(NASTY)})
    (found,) = tree(tmp_path / "a", body).objects
    assert found.body == body


def test_the_reader_is_yaml_1_1_where_it_hurts(tmp_path: Path) -> None:
    """The control: plain scalars that a YAML 1.2 reader keeps as they are."""
    (tmp_path / "a.yaml").write_text(
        "apiVersion: v1\nkind: X\nmetadata: {name: x}\na: no\nb: 012\nc: '012'\n", "utf-8"
    )
    (found,) = argocd.read(tmp_path).objects
    assert (found.body["a"], found.body["b"], found.body["c"]) == (False, 10, "012")
    assert YAML(typ="safe").load("a: no\nb: 012") == {"a": "no", "b": 12}


def test_what_is_not_the_engines_own_file_is_its_text() -> None:
    """The stand-in for the engine's package `kube`: each declaration is there word for word."""
    shim = argocd.engine()["shim"]
    ours = (argocd.SOURCES / "engine" / shim).read_text("utf-8")
    theirs = (argocd.engine_directory() / shim).read_text("utf-8")
    found = re.findall(r"^(?:func|type) .*?^}", ours, re.MULTILINE | re.DOTALL)
    found += re.findall(r'^\t\w+ += "\w+"$', ours, re.MULTILINE)
    assert len(found) == 9
    assert [each for each in found if each not in theirs] == []
