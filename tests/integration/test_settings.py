"""A commit that changes any setting of a service is one that Argo CD sees.

Hooks have no sync status (argo-cd#9830): a change that only reached hooks would be committed and never
applied. So each setting, one by one, in the service and in `defaults`, has to change a tracked object.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
from pydantic import BaseModel

from generator import check
from generator.charts import tree
from generator.spec import file
from tests.support import argocd
from tests.support.projects import migration

SERVICE = "auth-service"
DSN = {"name": "auth-db", "key": "url"}
KEYS = {"host": "host", "port": "port", "user": "user", "password": "password", "database": "database"}
ROTATION = {"period": "90d", "last": "2026-01-31"}
# With the migrations in it.
IMAGE = f"registry.example.com/goose:3.27.3@sha256:{'0' * 64}"


@dataclass(frozen=True)
class Change:
    """Two values of a setting; `context` is what else has to be set for them, by dotted path."""

    before: Any
    after: Any
    context: Mapping[str, Any] = field(default_factory=dict)


def toleration(before: Any, after: Any, **more: Any) -> Change:
    return Change([{**more, **before}], [{**more, **after}])


def reference(kind: str, key: str) -> Change:
    whole = {"name": "region", "key": "name"}
    return Change({"REGION": {kind: whole}}, {"REGION": {kind: {**whole, key: "other"}}})


def part(name: str) -> Change:
    return Change(name, f"other-{name}", {"database.secret": {"name": "auth-db", "keys": KEYS}})


# By the setting's path. `[]` stands for a list's items and `{}` for a mapping's values: then the change is one
# of the whole list or mapping.
PUSHGATEWAY = "http://pushgateway.monitoring.svc:9091"
PINNED = {"pin": {"version": 0, "from": 1, "reason": "why"}}
SETTINGS: Mapping[str, Change] = {
    "namespace": Change("auth", "users"),
    "runner.image": Change("registry.example.com/goose:3.27.2", "registry.example.com/goose:3.27.3"),
    "runner.imagePullSecrets": Change(["one"], ["one", "two"]),
    "runner.user": Change(1000, 2000),
    "runner.resources.requests": Change({"cpu": "100m"}, {"cpu": "200m"}),
    "runner.resources.limits": Change({"memory": "256Mi"}, {"memory": "512Mi"}),
    "runner.nodeSelector": Change({"disk": "ssd"}, {"disk": "hdd"}),
    "runner.tolerations[].key": toleration({"key": "a"}, {"key": "b"}),
    "runner.tolerations[].operator": toleration({"operator": "Equal"}, {"operator": "Exists"}, key="a"),
    "runner.tolerations[].value": toleration({"value": "a"}, {"value": "b"}, key="a"),
    "runner.tolerations[].effect": toleration({"effect": "NoSchedule"}, {"effect": "NoExecute"}, key="a"),
    "runner.tolerations[].tolerationSeconds": toleration(
        {"tolerationSeconds": 1}, {"tolerationSeconds": 2}, operator="Exists", effect="NoExecute"
    ),
    "runner.podLabels": Change({"team": "a"}, {"team": "b"}),
    "runner.podAnnotations": Change({"note": "a"}, {"note": "b"}),
    "runner.env": Change({"REGION": "a"}, {"REGION": "b"}),
    "runner.env{}.secret.name": reference("secret", "name"),
    "runner.env{}.secret.key": reference("secret", "key"),
    "runner.env{}.configMap.name": reference("configMap", "name"),
    "runner.env{}.configMap.key": reference("configMap", "key"),
    "runner.caBundle.configMap": Change("one", "two"),
    "runner.caBundle.key": Change("one.pem", "two.pem", {"runner.caBundle.configMap": "ca"}),
    "job.retries": Change(1, 2),
    "job.timeout": Change("4m", "5m"),
    "job.deadline": Change("1h", "2h"),
    "job.ttl": Change("10m", "20m"),
    "argocd.phase": Change("PreSync", "Sync"),
    "argocd.waveOffset": Change(0, 1),
    "argocd.deletePolicy": Change(
        ["BeforeHookCreation"], ["BeforeHookCreation", "HookFailed"], {"alerts.enabled": False}
    ),
    "alerts.enabled": Change(True, False),
    "alerts.severity": Change("critical", "warning"),
    "alerts.labels": Change({"team": "a"}, {"team": "b"}),
    "alerts.ruleLabels": Change({"release": "a"}, {"release": "b"}),
    "alerts.thresholds.missing": Change("1h", "2h"),
    "alerts.thresholds.running": Change("10m", "11m"),
    "alerts.runbookBaseUrl": Change("https://runbooks.example.com/a", "https://runbooks.example.com/b"),
    "database.secret.name": Change("auth-db", "other-db"),
    "database.secret.key": Change("url", "dsn"),
    **{f"database.secret.keys.{name}": part(name) for name in KEYS},
    "database.secret.managedBy": Change("external", "application"),
    "database.secret.rotation.period": Change("90d", "30d", {"database.secret.rotation": ROTATION}),
    "database.secret.rotation.last": Change(
        "2026-01-31", "2026-02-01", {"database.secret.rotation": ROTATION}
    ),
    "database.lockTimeout": Change("5s", "6s"),
    "database.statementTimeout": Change("1m", "2m"),
    "database.sessionParameters": Change(True, False),
    "migrations.directory": Change("migrations/auth-service", "migrations/other"),
    "migrations.source": Change("configMap", "image", {"runner.image": IMAGE}),
    "migrations.imageDirectory": Change(
        "/migrations", "/sql", {"runner.image": IMAGE, "migrations.source": "image"}
    ),
    "migrations.table": Change("goose_db_version", "auth.goose_db_version"),
    "operators.groups": Change(["one"], ["two"]),
    "operators.readLogs": Change(False, True, {"operators.groups": ["one"]}),
    "suspend": Change(False, True),
    "callbackUrls": Change(["https://runbooks.example.com/a"], ["https://runbooks.example.com/b"]),
    "metrics.source": Change("kube-state-metrics", "pushgateway", {"metrics.pushgateway": PUSHGATEWAY}),
    "metrics.pushgateway": Change(PUSHGATEWAY, "http://other.monitoring.svc:9091"),
    "dashboard.enabled": Change(True, False),
    "dashboard.labels": Change({"grafana_dashboard": "1"}, {"grafana_dashboard": "2"}),
    "dashboard.folder": Change("One", "Two"),
    "pin.version": Change(0, 1, PINNED),
    "pin.from": Change(1, 2, {**PINNED, "migrations.directory": "migrations/two"}),
    "pin.reason": Change("one", "two", PINNED),
    "pin.expires": Change("2999-01-01", "2999-01-02", PINNED),
    "pin.phase": Change("PostSync", "PreSync", PINNED),
}
WITHOUT_EFFECT = {
    "job.restartPolicy": "has one value only: Never",
    "database.driver": "has one value only: postgres",
}
# Of `gen test` and of the lint rules: a commit that changes one starts no sync.
IN_NO_MANIFEST: Mapping[str, Change] = {
    "postgres": Change(15, 16),
    "lint.rules": Change({}, {"lint-down-missing": "warning"}),
    "rehearsal.roles": Change(["one"], ["two"]),
    "rehearsal.memberOf": Change(["one"], ["two"]),
    "rehearsal.extensions": Change(["hstore"], ["postgis"]),
    "rehearsal.setup": Change("one.sql", "two.sql"),
    "rehearsal.seed": Change("one.sql", "two.sql"),
    "drift.ignore": Change(["table a"], ["table b"]),
    "prisma.schema": Change("one.prisma", "two.prisma"),
    "prisma.exclude": Change(["one"], ["two"], {"prisma.schema": "one.prisma"}),
    "prisma.defaultSchema": Change("one", "two", {"prisma.schema": "one.prisma"}),
    "prisma.tests": Change(["one"], ["two"], {"prisma.schema": "one.prisma"}),
    # A decision that the check asks for.
    "pin.acceptDataLoss": Change([], [1], PINNED),
}


def settings(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """The paths of everything that a person may write."""
    for name, described in model.model_fields.items():
        yield from _settings(described.annotation, f"{prefix}{described.alias or name}")


def _settings(annotation: Any, path: str) -> Iterator[str]:
    inner = list(_inner(annotation, ""))
    if not inner or any(kind is None for kind, _ in inner):
        yield path
    for kind, mark in inner:
        if kind is not None:
            yield from settings(kind, f"{path}{mark}.")


def _inner(annotation: Any, mark: str) -> Iterator[tuple[type[BaseModel] | None, str]]:
    """The models in an annotation, and None where it also takes a mapping of plain values."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation, mark
        return
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (list, dict):
        mark = {list: "[]", dict: "{}"}[origin]
        arguments = arguments[-1:]
    for each in arguments:
        if each is str and mark == "{}":
            yield None, mark
        elif each is not type(None):
            yield from _inner(each, mark)


def put(whole: dict[str, Any], path: str, value: Any) -> None:
    *above, last = re.split(r"[\[{]", path, maxsplit=1)[0].split(".")
    for name in above:
        whole = whole.setdefault(name, {})
    whole[last] = value


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("settings")
    for name in (SERVICE, "other"):
        directory = made / "migrations" / name
        directory.mkdir(parents=True)
        (directory / "1_a.sql").write_text(migration(f"SELECT '{name}';"), "utf-8")
    two = made / "migrations" / "two"
    two.mkdir()
    for number in (1, 2):
        (two / f"{number}_a.sql").write_text(migration(f"SELECT {number};"), "utf-8")
    return made


def rendered(root: Path, place: str, path: str, value: Any, context: Mapping[str, Any]) -> argocd.Tree:
    """What Argo CD sees of a service with this setting, written in the service or in `defaults`."""
    service: dict[str, Any] = {"database": {"secret": dict(DSN)}}
    defaults = {"namespace": "auth", "runner": {"image": "registry.example.com/goose:3.27.3"}}
    for each, needed in context.items():
        put(
            service
            if each.startswith(("database.secret", "operators", "migrations.directory", "pin"))
            else _at(place, service, defaults),
            each,
            copy.deepcopy(needed),
        )
    put(_at(place, service, defaults), path, value)
    whole = {
        "version": 1,
        "security": {"allowedDomains": ["runbooks.example.com"]},
        "defaults": defaults,
        "services": {SERVICE: service},
    }
    (root / "services.yaml").write_text(json.dumps(whole), "utf-8")
    checked = check.check(root / "services.yaml")
    assert checked.is_sound, checked.diagnostics
    assert checked.project is not None
    out = root / "out"
    out.mkdir(exist_ok=True)
    for old in out.iterdir():
        old.unlink()
    for name, content in tree.render(checked.project.services)[SERVICE].items():
        (out / name).write_bytes(content)
    return argocd.read(out)


def _at(place: str, service: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
    return service if place == "service" else defaults


IN_SERVICE = tuple(settings(file.Service))
IN_DEFAULTS = tuple(settings(file.Defaults))
PLACES = [("service", path) for path in IN_SERVICE] + [("defaults", path) for path in IN_DEFAULTS]


def test_every_setting_is_in_the_table() -> None:
    tables = (SETTINGS, WITHOUT_EFFECT, IN_NO_MANIFEST)
    assert sorted(path for each in tables for path in each) == sorted(IN_SERVICE)
    assert set(IN_DEFAULTS) <= set(IN_SERVICE)
    assert len(IN_DEFAULTS) > 30


@pytest.mark.parametrize(("place", "path"), [each for each in PLACES if each[1] in SETTINGS])
def test_a_changed_setting_is_seen(root: Path, place: str, path: str) -> None:
    change = SETTINGS[path]
    before = rendered(root, place, path, change.before, change.context)
    after = rendered(root, place, path, change.after, change.context)
    changed = argocd.out_of_sync(before, after)
    assert changed
    if before.hooks != after.hooks:
        # Whatever moves a hook moves the marker that stands for all of them.
        assert "ConfigMap" in {key.kind for key in changed}
        assert "PrometheusRule" in {key.kind for key in changed}


@pytest.mark.parametrize(("place", "path"), [each for each in PLACES if each[1] in IN_NO_MANIFEST])
def test_a_setting_of_checks_and_tests_reaches_no_manifest(root: Path, place: str, path: str) -> None:
    change = IN_NO_MANIFEST[path]
    trees = [rendered(root, place, path, value, change.context) for value in (change.before, change.after)]
    assert trees[0].objects == trees[1].objects


def test_the_same_setting_is_no_change(root: Path) -> None:
    trees = [rendered(root, "service", "job.ttl", "10m", {}) for _ in range(2)]
    assert argocd.out_of_sync(*trees) == frozenset()
    assert trees[0].hooks == trees[1].hooks


@pytest.mark.parametrize(
    ("name", "text"), [("2_b.sql", migration("SELECT 2;")), ("1_a.sql", migration("SELECT 1; -- repaired"))]
)
def test_a_changed_migration_is_seen(root: Path, name: str, text: str) -> None:
    before = rendered(root, "service", "suspend", False, {})
    path = root / "migrations" / SERVICE / name
    old = path.read_text("utf-8") if path.exists() else None
    path.write_text(text, "utf-8")
    try:
        after = rendered(root, "service", "suspend", False, {})
    finally:
        path.unlink() if old is None else path.write_text(old, "utf-8")
    assert {key.kind for key in argocd.out_of_sync(before, after)} == {"ConfigMap", "PrometheusRule"}
