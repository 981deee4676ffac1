"""What Argo CD would do with a tree, asked of its engine's own code.

`read` builds and runs `tests/argocd`, which sorts the objects with the engine's `sync_tasks.go` and
reads YAML as the repo server does.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from tests.support import borrowed
from tests.support.programs import ROOT

SOURCES = ROOT / "tests" / "argocd"
# Built in about 40 s with an empty build cache.
PROGRAM = borrowed.Program("argocd-order", SOURCES, "engine")

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
        return {key_of(each.body, self.namespace): each.body for each in self.objects if each.role == role}

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
        [PROGRAM.path(), "-namespace", namespace, *directories],
        capture_output=True,
        encoding="utf-8",
        check=False,
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


def engine() -> Mapping[str, Any]:
    """What `engine.json` pins."""
    return PROGRAM.pinned()


def engine_directory() -> Path:
    """The engine's source in the module cache."""
    return PROGRAM.origin()


def key_of(body: Body, namespace: str) -> Key:
    metadata = body["metadata"]
    return Key(body["kind"], metadata.get("namespace", namespace), metadata["name"])
