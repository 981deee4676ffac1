"""Starts what a generated Job would start: its volumes mounted as the kubelet does, its variables, its command."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ruamel.yaml import YAML

from tests.support import kubelet, programs

Manifest = Mapping[str, Any]
TIMEOUT = 120


@dataclass(frozen=True, slots=True)
class Container:
    """A process as the container runtime would start it. `directory` is the working directory."""

    command: list[str]
    environment: dict[str, str]
    directory: Path


def manifests(directory: Path) -> list[Manifest]:
    """Every object of a tree."""
    found = []
    for path in sorted(directory.rglob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        found += [each for each in YAML(typ="safe", pure=True).load_all(io.StringIO(text)) if each]
    return found


def start(
    objects: Iterable[Manifest],
    service: str,
    secret: Mapping[str, str],
    root: Path,
    image: Mapping[str, Path] = MappingProxyType({}),
) -> Container:
    """The container of a service's Job. `secret` is the data of its database Secret, `image` says where the
    directories of its image are.

    The paths of the mounts and of the image are replaced by where they are here: nothing else of the command
    or of the environment is changed. `goose` is the pinned one.
    """
    return steps(objects, service, secret, root, image)[-1]


def steps(
    objects: Iterable[Manifest],
    service: str,
    secret: Mapping[str, str],
    root: Path,
    image: Mapping[str, Path] = MappingProxyType({}),
) -> list[Container]:
    """As `start`, every container of the Job in the order in which they run: the kubelet starts one when the one
    before it ended well."""
    known = list(objects)
    pod = one(known, "Job", f"{service}-migration")["spec"]["template"]["spec"]
    return [
        begin(pod, each, known, secret, root, image)
        for each in (*pod.get("initContainers", ()), *pod["containers"])
    ]


def begin(
    pod: Manifest,
    container: Manifest,
    objects: Iterable[Manifest],
    secret: Mapping[str, str],
    root: Path,
    image: Mapping[str, Path] = MappingProxyType({}),
) -> Container:
    """One container of a pod's specification. Containers with one `root` share their volumes."""
    # A mount hides what the image has in its place.
    places = {**image, **kubelet.mount_all(pod, container, root, objects)}

    def here(text: str) -> str:
        for path, place in places.items():
            text = re.sub(rf"(^|=){re.escape(path)}(?=/|$)", rf"\g<1>{place}", text)
        return text

    command = [here(each) for each in container["command"]]
    program = command.index("goose")
    assert [Path(each).name for each in command[:program]] in ([], ["sh", "report.sh"])
    command[program] = str(programs.path("goose"))
    environment = {}
    for variable in container["env"]:
        if "value" in variable:
            environment[variable["name"]] = here(variable["value"])
        else:
            environment[variable["name"]] = secret[variable["valueFrom"]["secretKeyRef"]["key"]]
    directory = places[container["workingDir"]]
    return Container(command, environment, directory)


def run(container: Container, *command: str) -> subprocess.CompletedProcess[str]:
    """Runs the container's own command, or another one of goose with the same flags."""
    return subprocess.run(
        [*container.command[:-1], *command] if command else container.command,
        cwd=container.directory,
        env=container.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT,
    )


@contextmanager
def running(container: Container) -> Iterator[subprocess.Popen[bytes]]:
    """In a process group of its own, of which nothing is left behind."""
    process = subprocess.Popen(
        container.command,
        cwd=container.directory,
        env=container.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def one(objects: Iterable[Manifest], kind: str, name: str) -> Manifest:
    (found,) = [each for each in objects if (each["kind"], each["metadata"]["name"]) == (kind, name)]
    return found
