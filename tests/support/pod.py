"""Starts what a generated Job would start: its volumes mounted as the kubelet does, its variables, its command."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ruamel.yaml import YAML

from tests.support import kubelet, programs

Manifest = Mapping[str, Any]


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
    known = list(objects)
    job = one(known, "Job", f"{service}-migration")
    pod = job["spec"]["template"]["spec"]
    container = pod["containers"][0]
    # A mount hides what the image has in its place.
    places = {**image, **kubelet.mount_all(pod, container, root, known)}

    def here(text: str) -> str:
        for path, place in places.items():
            text = re.sub(rf"(^|=){re.escape(path)}(?=/|$)", rf"\g<1>{place}", text)
        return text

    command = [here(each) for each in container["command"]]
    assert command[0] == "goose"
    environment = {}
    for variable in container["env"]:
        if "value" in variable:
            environment[variable["name"]] = here(variable["value"])
        else:
            environment[variable["name"]] = secret[variable["valueFrom"]["secretKeyRef"]["key"]]
    directory = places[container["workingDir"]]
    return Container([str(programs.path("goose")), *command[1:]], environment, directory)


def one(objects: Iterable[Manifest], kind: str, name: str) -> Manifest:
    (found,) = [each for each in objects if (each["kind"], each["metadata"]["name"]) == (kind, name)]
    return found
