"""A small cluster to do a sync to: our own model of what Argo CD and the kubelet do with an order.

Waves come one after the other, hooks are deleted and created again, and a pod starts only on what
exists at that moment (`Sync` and `runTasks` of the engine's `sync_context.go`). The order itself and
what is a hook come from the engine's own code, see `argocd`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support import argocd


@dataclass(frozen=True, slots=True)
class Run:
    """A Job's pod at the moment of its creation.

    `files` is what the first container sees, by path; `env` its variables. A `problem` is what keeps
    the pod from starting: the sync then hangs.
    """

    job: argocd.Key
    files: Mapping[str, str]
    env: Mapping[str, str]
    problem: str | None


@dataclass(frozen=True, slots=True)
class Event:
    """`what` is `delete`, `apply`, `run` or `prune`."""

    what: str
    key: argocd.Key


@dataclass(slots=True)
class Sync:
    """What one sync did. `stuck` says why it did not get to its end."""

    events: list[Event] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    stuck: str | None = None

    def applied(self, key: argocd.Key) -> bool:
        return Event("apply", key) in self.events


@dataclass(slots=True)
class Cluster:
    """The live objects. Put in by hand what the application does not bring (an external Secret)."""

    objects: dict[argocd.Key, argocd.Body] = field(default_factory=dict)
    hooks: set[argocd.Key] = field(default_factory=set)
    foreign: set[argocd.Key] = field(default_factory=set)

    def put(self, body: argocd.Body, namespace: str = "default") -> None:
        self.objects[argocd.key_of(body, namespace)] = body
        self.foreign.add(argocd.key_of(body, namespace))

    def sync(self, tree: argocd.Tree, *, hooks: bool = True, prune: bool = True) -> Sync:
        """One sync operation. `hooks=False` is a selective sync, self-heal or a rollback."""
        done = Sync()
        for wave in _waves(tree.tasks if hooks else tree.without_hooks):
            self._wave(wave, done)
            if done.stuck is not None:
                return done
        if prune:
            self._prune(tree, done)
        return done

    def _wave(self, wave: list[argocd.Task], done: Sync) -> None:
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

    def _prune(self, tree: argocd.Tree, done: Sync) -> None:
        """A hook that left Git stays (argo-cd#16895); a tracked object goes."""
        wanted = {argocd.key_of(each.body, tree.namespace) for each in tree.objects}
        for key in sorted(self.objects.keys() - wanted - self.hooks - self.foreign):
            del self.objects[key]
            done.events.append(Event("prune", key))

    def _run(self, task: argocd.Task) -> Run:
        pod = task.body["spec"]["template"]["spec"]
        missing: list[str] = []
        if task.body["spec"].get("suspend"):
            # As a hook, a suspended Job is "Running" for ever: getBatchv1JobHealth, getOperationPhase.
            missing.append("the Job is suspended")
        account = pod.get("serviceAccountName", "default")
        if (
            account != "default"
            and argocd.Key("ServiceAccount", task.key.namespace, account) not in self.objects
        ):
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

    def _env(self, container: argocd.Body, namespace: str, missing: list[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for variable in container.get("env", []):
            if "value" in variable:
                found[variable["name"]] = variable["value"]
            for reference, kind in (("secretKeyRef", "Secret"), ("configMapKeyRef", "ConfigMap")):
                if reference in variable.get("valueFrom", {}):
                    source = {**variable["valueFrom"][reference]}
                    source["items"] = [{"key": source["key"], "path": source["key"]}]
                    data = self._source(kind, source["name"], source, namespace, missing)
                    if source["key"] in data:
                        found[variable["name"]] = data[source["key"]]
        return found

    def _volume(self, volume: argocd.Body, namespace: str, missing: list[str]) -> dict[str, str]:
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
        self, kind: str, name: str, source: argocd.Body, namespace: str, missing: list[str]
    ) -> dict[str, str]:
        """What the kubelet mounts; a missing object or key keeps the pod from starting."""
        live = self.objects.get(argocd.Key(kind, namespace, name))
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


def _template(job: argocd.Body) -> Any:
    return job["spec"]["template"]


def _waves(tasks: tuple[argocd.Task, ...]) -> Iterator[list[argocd.Task]]:
    wave: list[argocd.Task] = []
    for task in tasks:
        if wave and (wave[0].phase, wave[0].wave) != (task.phase, task.wave):
            yield wave
            wave = []
        wave.append(task)
    if wave:
        yield wave
