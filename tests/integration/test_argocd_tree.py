"""The repository's own services, as Argo CD's engine orders them and a cluster runs them."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from generator import check, conventions, model
from generator.charts import tree
from tests.support import argocd, programs
from tests.support.argocd import Key
from tests.support.argocd_cluster import Cluster, Event

SERVICES = ("auth-service", "billing-service", "catalog-service")
PHASES = tuple(model.Phase)

both_designs = pytest.mark.parametrize("phase", PHASES, ids=[phase.value for phase in PHASES])
every_service = pytest.mark.parametrize("name", SERVICES)


@pytest.fixture(scope="module")
def project() -> model.Project:
    found = check.check(programs.ROOT / "services.yaml").project
    assert found is not None
    return found


def service_of(project: model.Project, name: str, phase: model.Phase) -> model.Service:
    (service,) = (each for each in project.services if each.name == name)
    return dataclasses.replace(service, sync=dataclasses.replace(service.sync, phase=phase))


def rendered(service: model.Service, directory: Path) -> argocd.Tree:
    """The tree beside a workload, as the two sources of one application."""
    tree_directory, workload = directory / "tree", directory / "workload"
    tree_directory.mkdir(parents=True)
    workload.mkdir()
    for name, content in tree.render([service])[service.name].items():
        (tree_directory / name).write_bytes(content)
    metadata = {"name": service.name, "namespace": service.namespace}
    deployment = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata}
    (workload / "deployment.yaml").write_text(json.dumps(deployment), "utf-8")
    return argocd.read(workload, tree_directory, namespace=service.namespace)


def prepared(service: model.Service, seen: argocd.Tree) -> Cluster:
    """A cluster that holds the Secrets which the Job's environment asks for, and the CA bundle."""
    cluster = Cluster()
    bundle = service.runner.ca_bundle
    if bundle is not None:
        metadata = {"name": bundle.name, "namespace": service.namespace}
        cluster.put({"kind": "ConfigMap", "metadata": metadata, "data": {bundle.key: "a certificate"}})
    (job,) = (body for key, body in seen.hooks.items() if key.kind == "Job")
    wanted: dict[str, dict[str, str]] = {}
    for variable in job["spec"]["template"]["spec"]["containers"][0]["env"]:
        reference = variable.get("valueFrom", {}).get("secretKeyRef")
        if reference is not None:
            wanted.setdefault(reference["name"], {})[reference["key"]] = f"live {reference['key']}"
    assert wanted
    for name, data in wanted.items():
        metadata = {"name": name, "namespace": job["metadata"]["namespace"]}
        cluster.put({"kind": "Secret", "metadata": metadata, "stringData": data})
    return cluster


def previous(service: model.Service) -> model.Service:
    """The commit before: without the newest migration."""
    assert len(service.migrations) > 1
    older = tuple(each for each in service.migrations if each.version != service.version)
    return dataclasses.replace(service, migrations=older)


@every_service
@both_designs
def test_the_job_comes_after_what_it_needs_and_before_the_workload(
    project: model.Project, name: str, phase: model.Phase, tmp_path: Path
) -> None:
    service = service_of(project, name, phase)
    order = rendered(service, tmp_path).order
    places = {(kind, found): place for place, (_, _, kind, found) in enumerate(order)}
    waves = {(kind, found): (at, wave) for at, wave, kind, found in order}
    job = ("Job", service.job)
    for kind, needed in (
        ("ServiceAccount", conventions.service_account(name)),
        ("ConfigMap", conventions.migrations_config_map(name)),
        ("Role", conventions.runner_role(name)),
        ("RoleBinding", conventions.runner_role(name)),
    ):
        assert waves[kind, needed] == (phase.value, service.sync.prerequisite_wave)
    assert waves[job] == (phase.value, service.sync.job_wave)
    assert service.sync.prerequisite_wave < service.sync.job_wave
    assert places[job] < places["Deployment", name]
    assert waves["Deployment", name] == ("Sync", 0)


@every_service
@both_designs
def test_what_the_job_mounts_is_this_commits_sql(
    project: model.Project, name: str, phase: model.Phase, tmp_path: Path
) -> None:
    service = service_of(project, name, phase)
    commits = [previous(service), service]
    trees = [rendered(commit, tmp_path / str(number)) for number, commit in enumerate(commits)]
    cluster = prepared(service, trees[0])
    for commit, seen in zip(commits, trees, strict=True):
        done = cluster.sync(seen)
        assert done.stuck is None
        (run,) = done.runs
        sql = {path: text for path, text in run.files.items() if path.endswith(".sql")}
        assert sql == {f"{conventions.MOUNT}/{each.name}": each.text for each in commit.migrations}
        deployment = Key("Deployment", commit.namespace, name)
        assert done.events.index(Event("run", run.job)) < done.events.index(Event("apply", deployment))


@every_service
@both_designs
def test_a_new_migration_makes_the_application_out_of_sync(
    project: model.Project, name: str, phase: model.Phase, tmp_path: Path
) -> None:
    service = service_of(project, name, phase)
    before = rendered(previous(service), tmp_path / "before")
    after = rendered(service, tmp_path / "after")
    release = Key("ConfigMap", service.namespace, conventions.release_config_map(name))
    assert release in argocd.out_of_sync(before, after)
    assert argocd.out_of_sync(before, before) == frozenset()


@every_service
def test_a_job_never_starts_on_another_commits_sql(project: model.Project, name: str, tmp_path: Path) -> None:
    """The classical mistake, made by hand: the ConfigMap is no hook and comes too late."""
    service = service_of(project, name, model.Phase.PRE_SYNC)
    cluster = prepared(service, rendered(service, tmp_path / "live"))
    assert cluster.sync(rendered(previous(service), tmp_path / "0")).stuck is None
    rendered(service, tmp_path / "1")
    path = tmp_path / "1" / "tree" / "configmap.yaml"
    text = path.read_text("utf-8")
    assert f"{conventions.HOOK}: PreSync" in text
    path.write_text(text.replace(f"{conventions.HOOK}: PreSync", f"{conventions.HOOK}: Sync"), "utf-8")
    done = cluster.sync(argocd.read(path.parent, namespace=service.namespace))
    assert done.stuck is not None
    assert "has no key digest-" in done.stuck


def pinned(service: model.Service) -> model.Service:
    """Held at the version before the newest, after the application."""
    pin = model.Pin(previous(service).newest, service.newest, "r", None, model.PinPhase.POST_SYNC, ())
    return dataclasses.replace(service, pin=pin)


@every_service
@both_designs
def test_a_pinned_job_comes_last_and_after_all_that_it_needs(
    project: model.Project, name: str, phase: model.Phase, tmp_path: Path
) -> None:
    """Over what the commit before it left, and back again: hooks of one phase stay where they were."""
    service = service_of(project, name, phase)
    trees = [rendered(each, tmp_path / str(at)) for at, each in enumerate((service, pinned(service)))]
    order = [(kind, found) for _, _, kind, found in trees[1].order]
    assert trees[1].tasks[-1].phase == "PostSync"
    assert order[-1] == ("Job", service.job)
    for kind, needed in (
        ("ServiceAccount", conventions.service_account(name)),
        ("ConfigMap", conventions.migrations_config_map(name)),
        ("Role", conventions.runner_role(name)),
        ("RoleBinding", conventions.runner_role(name)),
        ("ConfigMap", conventions.release_config_map(name)),
        ("Deployment", name),
    ):
        assert (kind, needed) in order[:-1]
    assert order.index(("ConfigMap", conventions.release_config_map(name))) < order.index(
        ("Deployment", name)
    )
    release = Key("ConfigMap", service.namespace, conventions.release_config_map(name))
    assert release in argocd.out_of_sync(*trees)
    cluster = prepared(service, trees[0])
    for seen, number in ((trees[0], 0), (trees[1], 2), (trees[1], 2), (trees[0], 0)):
        done = cluster.sync(seen)
        (run,) = done.runs
        assert (done.stuck, run.problem) == (None, None)
        assert len([each for each in run.files if each.startswith(f"{conventions.ASSERTIONS}/")]) == number
    # A first sync of a cluster that never saw the service unpinned.
    assert prepared(service, trees[1]).sync(trees[1]).stuck is None


@every_service
@both_designs
def test_a_suspended_service_runs_nothing_and_does_not_hold_the_workload(
    project: model.Project, name: str, phase: model.Phase, tmp_path: Path
) -> None:
    service = service_of(project, name, phase)
    running = rendered(service, tmp_path / "running")
    cluster = prepared(service, running)
    suspended = rendered(dataclasses.replace(service, suspend=True), tmp_path / "suspended")
    done = cluster.sync(suspended)
    assert (done.stuck, done.runs) == (None, [])
    assert done.applied(Key("Deployment", service.namespace, name))
    assert argocd.out_of_sync(suspended, running), "taking `suspend` away must start a sync"
    resumed = cluster.sync(running)
    assert (resumed.stuck, len(resumed.runs)) == (None, 1)


@every_service
def test_without_hooks_the_workload_is_applied_and_nothing_runs(
    project: model.Project, name: str, tmp_path: Path
) -> None:
    """Selective sync, self-heal, rollback: what the alerts and the initContainer are there for."""
    service = service_of(project, name, model.Phase.PRE_SYNC)
    seen = rendered(service, tmp_path)
    done = prepared(service, seen).sync(seen, hooks=False)
    assert (done.runs, done.applied(Key("Deployment", service.namespace, name))) == ([], True)


def test_the_applications_own_secret_needs_an_earlier_wave_than_the_job(
    project: model.Project, tmp_path: Path
) -> None:
    service = service_of(project, "auth-service", model.Phase.SYNC)

    def with_secret_in(directory: Path, wave: int) -> Any:
        seen = rendered(service, directory)
        live = prepared(service, seen).objects
        (body,) = (each for key, each in live.items() if key.kind == "Secret")
        metadata = {**body["metadata"], "annotations": {conventions.SYNC_WAVE: str(wave)}}
        secret = {**body, "apiVersion": "v1", "metadata": metadata}
        (directory / "workload" / "secret.yaml").write_text(json.dumps(secret), "utf-8")
        both = argocd.read(directory / "workload", directory / "tree", namespace=service.namespace)
        return Cluster().sync(both).stuck

    assert with_secret_in(tmp_path / "late", 0) == "Secret auth-service-db is missing"
    assert with_secret_in(tmp_path / "early", service.sync.prerequisite_wave) is None
