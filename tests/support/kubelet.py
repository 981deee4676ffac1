"""Mounts a pod's volume the way the kubelet does, so that a program meets its links and its refusals.

The layout is that of the kubelet's AtomicWriter (pkg/volume/util/atomic_writer.go): a directory named by
the time, `..data` pointing to it, and one link per top-level name that goes through `..data`. Missing
objects and keys are refused as in pkg/volume/configmap, pkg/volume/secret and pkg/volume/projected. What the
API server would not even store is refused too: two items of one path (validateProjectionSources,
pkg/apis/core/validation/validation.go).
"""

from __future__ import annotations

import base64
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

Manifest = Mapping[str, Any]

DATA = "..data"
DEFAULT_MODE = 0o644


class MountError(Exception):
    """What the kubelet reports as FailedMount: the pod stays in ContainerCreating."""


def mount(volume: Manifest, directory: Path, objects: Iterable[Manifest]) -> None:
    """Fills `directory` with a volume (an entry of a pod's `volumes`).

    `objects` are the ConfigMaps and Secrets of the pod's namespace as manifests. Called again on the same
    directory it does what the kubelet does after an object has changed: everything changes at one moment.
    """
    directory.mkdir(parents=True, exist_ok=True)
    if "emptyDir" in volume:
        return
    _write(directory, _payload(volume, tuple(objects)))


def mount_all(
    pod: Manifest, container: Manifest, root: Path, objects: Iterable[Manifest]
) -> Mapping[str, Path]:
    """Mounts the volumes of one container; the answer maps each `mountPath` to a directory under `root`."""
    volumes = {volume["name"]: volume for volume in pod.get("volumes", ())}
    known = tuple(objects)
    mounted = {}
    for wanted in container.get("volumeMounts", ()):
        if wanted["name"] not in volumes:
            raise MountError(f'no volume exists with name "{wanted["name"]}"')
        if "subPath" in wanted or "subPathExpr" in wanted:
            raise NotImplementedError("subPath mounts are not like this: they never change")
        place = root / wanted["mountPath"].strip("/").replace("/", "_")
        mount(volumes[wanted["name"]], place, known)
        mounted[wanted["mountPath"]] = place
    return mounted


def _payload(volume: Manifest, objects: Sequence[Manifest]) -> dict[str, tuple[bytes, int]]:
    if "configMap" in volume:
        source = volume["configMap"]
        return dict(_files("ConfigMap", source, objects, source.get("defaultMode", DEFAULT_MODE)))
    if "secret" in volume:
        source = {**volume["secret"], "name": volume["secret"]["secretName"]}
        return dict(_files("Secret", source, objects, source.get("defaultMode", DEFAULT_MODE)))
    if "projected" in volume:
        mode = volume["projected"].get("defaultMode", DEFAULT_MODE)
        _refuse_duplicates(volume["projected"]["sources"])
        found: dict[str, tuple[bytes, int]] = {}
        for source in volume["projected"]["sources"]:
            found.update(_projection(source, objects, mode))
        return found
    raise NotImplementedError(f"a volume of this kind: {sorted(set(volume) - {'name'})}")


def _projection(
    source: Manifest, objects: Sequence[Manifest], mode: int
) -> Iterator[tuple[str, tuple[bytes, int]]]:
    if "configMap" in source:
        return _files("ConfigMap", source["configMap"], objects, mode)
    if "secret" in source:
        return _files("Secret", source["secret"], objects, mode)
    raise NotImplementedError(f"a projected source of this kind: {sorted(source)}")


def _files(
    kind: str, source: Manifest, objects: Sequence[Manifest], mode: int
) -> Iterator[tuple[str, tuple[bytes, int]]]:
    """Path, content and mode of every file that one source gives."""
    optional = source.get("optional", False)
    data = _data(kind, source["name"], objects)
    if data is None:
        if not optional:
            raise MountError(f'{kind.lower()} "{source["name"]}" not found')
        return
    if not source.get("items"):
        yield from ((key, (content, mode)) for key, content in sorted(data.items()))
        return
    for item in source["items"]:
        key, path = item["key"], item["path"]
        if key not in data:
            if optional:
                continue
            named = "config" if kind == "ConfigMap" else "secret"
            raise MountError(f"{kind.lower()} references non-existent {named} key: {key}")
        _refuse_outside(path)
        yield path, (data[key], item.get("mode", mode))


def _data(kind: str, name: str, objects: Sequence[Manifest]) -> dict[str, bytes] | None:
    for each in objects:
        if each.get("kind") == kind and each["metadata"]["name"] == name:
            plain, encoded = ("data", "binaryData") if kind == "ConfigMap" else ("stringData", "data")
            texts = {key: text.encode() for key, text in (each.get(plain) or {}).items()}
            return texts | {key: base64.b64decode(text) for key, text in (each.get(encoded) or {}).items()}
    return None


def _refuse_duplicates(sources: Sequence[Manifest]) -> None:
    seen = set()
    for source in sources:
        (described,) = source.values()
        for item in described.get("items") or ():
            if item["path"] in seen:
                raise MountError(f"conflicting duplicate paths: {item['path']}")
            seen.add(item["path"])


def _refuse_outside(path: str) -> None:
    parts = PurePosixPath(path).parts
    if PurePosixPath(path).is_absolute() or ".." in parts or path.startswith(".."):
        raise MountError(f"invalid path: must not be absolute, contain '..' or start with '..': {path}")


def _write(directory: Path, payload: Mapping[str, tuple[bytes, int]]) -> None:
    before = (directory / DATA).readlink() if (directory / DATA).is_symlink() else None
    now = datetime.now(UTC).strftime("%Y_%m_%d_%H_%M_%S")
    made = directory / f"..{now}.{secrets.randbelow(10**10)}"
    made.mkdir(mode=0o755)
    for path, (content, mode) in payload.items():
        (made / path).parent.mkdir(parents=True, exist_ok=True)
        (made / path).write_bytes(content)
        (made / path).chmod(mode)
    swap = directory / f"{DATA}_tmp"
    swap.symlink_to(made.name)
    swap.rename(directory / DATA)
    wanted = {PurePosixPath(path).parts[0] for path in payload}
    for name in wanted:
        if not (directory / name).is_symlink():
            (directory / name).symlink_to(f"{DATA}/{name}")
    for link in directory.iterdir():
        if not link.name.startswith("..") and link.name not in wanted:
            link.unlink()
    if before is not None:
        shutil.rmtree(directory / before)
