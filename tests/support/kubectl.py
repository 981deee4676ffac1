"""`kubectl` and `argocd` that know one cluster: they record what they are asked for and refuse what is not there.

A small program of its own, put first on PATH. It takes command lines apart as the real ones do, knows the verbs and
flags that a runbook uses and no others, and ends with an error for any kind, name, namespace, key or label that is
neither in out/ nor was declared. So a command with a wrong name can't pass.

The flags are those of `kubectl … --help` (1.32) and of docs/user-guide/commands of Argo CD.
"""

from __future__ import annotations

import base64
import json
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from tests.support import forked

CLUSTER = "GEN_TEST_CLUSTER"
RECORD = "GEN_TEST_RECORD"

KINDS = {
    "configmap": "ConfigMap",
    "deployment": "Deployment",
    "event": "Event",
    "job": "Job",
    "pod": "Pod",
    "secret": "Secret",
    "service": "Service",
}
COMMON = {"--namespace": True}
SELECTING = {"--selector": True, **COMMON}
# By verb, each flag and whether it has a value.
FLAGS: Mapping[str, Mapping[str, bool]] = {
    "get": {
        **SELECTING,
        "--all-namespaces": False,
        "--field-selector": True,
        "--output": True,
        "--sort-by": True,
    },
    "describe": SELECTING,
    "logs": {**SELECTING, "--all-containers": False, "--prefix": False, "--tail": True},
    "delete": {**COMMON, "--ignore-not-found": False, "--wait": True},
    "create": {**COMMON, "-f": True},
    "wait": {**COMMON, "--for": True, "--timeout": True},
    "patch": {**COMMON, "--type": True, "--patch": True},
    "scale": {**COMMON, "--replicas": True},
    "port-forward": COMMON,
}
ARGOCD_FLAGS: Mapping[str, Mapping[str, bool]] = {
    "get": {"--show-operation": False, "--refresh": False},
    "sync": {},
    "terminate-op": {},
    "set": {"--sync-policy": True},
}

Object = dict[str, Any]


def install(
    directory: Path,
    objects: Iterable[Mapping[str, Any]],
    applications: Sequence[str],
    creatable: Sequence[tuple[str, str, str]] = (),
) -> dict[str, str]:
    """Puts both programs into `directory`; the answer is the environment that they need, PATH excluded.

    `objects` are all that there is, pods included; `creatable` may come (kind, namespace, name) by `kubectl create`.
    """
    directory.mkdir(parents=True, exist_ok=True)
    for name in ("kubectl", "argocd"):
        forked.install(name, directory)
    cluster = {"objects": list(objects), "applications": list(applications), "creatable": list(creatable)}
    (directory / "cluster.json").write_text(json.dumps(cluster, default=str), encoding="utf-8")
    (directory / "record").write_text("", encoding="utf-8")
    return {CLUSTER: str(directory / "cluster.json"), RECORD: str(directory / "record")}


def main(program: str, arguments: Sequence[str]) -> None:
    file = Path(os.environ[CLUSTER])
    cluster = json.loads(file.read_text(encoding="utf-8"))
    if program == "argocd":
        _argocd(cluster, arguments)
    else:
        _Kubectl(cluster, file, _parsed(arguments, FLAGS)).run()
    with Path(os.environ[RECORD]).open("a", encoding="utf-8") as record:
        record.write(json.dumps([program, *arguments]) + "\n")


@dataclass(frozen=True)
class _Call:
    verb: str
    words: list[str]
    flags: dict[str, str]


def _parsed(arguments: Sequence[str], known: Mapping[str, Mapping[str, bool]]) -> _Call:
    """Flags may stand before the verb, as `--flag value` or `--flag=value`."""
    words: list[str] = []
    written: list[tuple[str, str | None]] = []
    rest = list(arguments)
    while rest:
        each = rest.pop(0)
        if not each.startswith("-") or each == "-":
            words.append(each)
            continue
        name, separator, value = each.partition("=")
        takes = {flag: has for flags in known.values() for flag, has in flags.items()}
        if name not in takes:
            _refuse(f"unknown flag: {name}")
        if takes[name] and not separator:
            if not rest:
                _refuse(f"flag needs an argument: {name}")
            written.append((name, rest.pop(0)))
        else:
            written.append((name, value if separator else None))
    if not words or words[0] not in known:
        _refuse(f"unknown command {words[:1]}")
    verb, *operands = words
    for name, _ in written:
        if name not in known[verb]:
            _refuse(f"unknown flag: {name} of {verb}")
    return _Call(verb, operands, {name: value or "" for name, value in written})


def _argocd(cluster: Mapping[str, Any], arguments: Sequence[str]) -> None:
    if list(arguments[:1]) != ["app"]:
        _refuse(f"unknown command {arguments[:1]}")
    call = _parsed(arguments[1:], ARGOCD_FLAGS)
    if len(call.words) != 1 or call.words[0] not in cluster["applications"]:
        _refuse(f"application {call.words} not found")
    if call.flags.get("--sync-policy", "none") not in ("none", "automated"):
        _refuse(f"invalid sync policy {call.flags['--sync-policy']}")


class _Kubectl:
    def __init__(self, cluster: dict[str, Any], file: Path, call: _Call) -> None:
        self.cluster = cluster
        self.file = file
        self.call = call
        self.objects: list[Object] = cluster["objects"]
        self.namespace = call.flags.get("--namespace", "")

    def run(self) -> None:
        verb = self.call.verb
        if verb == "create":
            self._create()
            return
        if "--all-namespaces" not in self.call.flags:
            known = {each["metadata"]["namespace"] for each in self.objects}
            if self.namespace not in known:
                _refuse(f'namespaces "{self.namespace}" not found')
        getattr(self, f"_{verb.replace('-', '_')}")()

    def _create(self) -> None:
        from ruamel.yaml import YAML  # noqa: PLC0415 - a tenth of a second that the other verbs need not wait

        if self.call.flags.get("-f") != "-" or self.call.words:
            _refuse("only `create -f -`")
        given = [each for each in YAML(typ="safe", pure=True).load_all(sys.stdin.read()) if each]
        if not given:
            _refuse("no objects passed to create")
        for each in given:
            metadata = each["metadata"]
            key = [each["kind"], metadata["namespace"], metadata["name"]]
            if key not in self.cluster["creatable"]:
                _refuse(f"nobody told of {key}")
            if self._find(*key) is not None:
                _refuse(f"{key} already exists")
            self.objects.append(each)
        self._save()

    def _get(self) -> None:
        output = self.call.flags.get("--output", "")
        found = self._selected()
        if output.startswith("custom-columns="):
            for each in found:
                paths = [column.partition(":")[2] for column in output.partition("=")[2].split(",")]
                print(*(_at(each, path) for path in paths))
        elif output.startswith("go-template="):
            for each in found:
                print(_template(each, output.partition("=")[2]), end="")
        elif output:
            _refuse(f"unable to match a printer for {output}")

    def _describe(self) -> None:
        self._selected()

    def _logs(self) -> None:
        if self.call.words:
            self._named(self.call.words[:1])
        elif not [each for each in self.objects if each["kind"] == "Pod" and self._is_selected(each)]:
            _refuse("no pod has these labels")

    def _delete(self) -> None:
        gone = self._named(self.call.words, is_optional="--ignore-not-found" in self.call.flags)
        created = [each for each in gone if _key(each) in self.cluster["creatable"]]
        self.objects[:] = [each for each in self.objects if each not in created]
        self._save()

    def _wait(self) -> None:
        if self.call.flags.get("--for") != "condition=complete" or not re.fullmatch(
            "[0-9]+s", self.call.flags.get("--timeout", "")
        ):
            _refuse("wait for what?")
        if {each["kind"] for each in self._named(self.call.words)} != {"Job"}:
            _refuse("only a Job completes")

    def _patch(self) -> None:
        if self.call.flags.get("--type") != "merge":
            _refuse("--type must be merge")
        json.loads(self.call.flags["--patch"])
        self._named(self.call.words)

    def _scale(self) -> None:
        int(self.call.flags["--replicas"])
        if {each["kind"] for each in self._named(self.call.words)} != {"Deployment"}:
            _refuse("only a Deployment is scaled here")

    def _port_forward(self) -> None:
        *words, ports = self.call.words
        if not re.fullmatch("[0-9]+:[0-9]+", ports):
            _refuse(f"invalid ports {ports}")
        self._named(words)

    def _selected(self) -> list[Object]:
        """What `KIND[,KIND] [NAME…]` with a selector means; each kind has to be there."""
        if not self.call.words:
            _refuse("you must specify the type of resource")
        first, *names = self.call.words
        if names:
            return self._named(self.call.words)
        if "--field-selector" in self.call.flags:
            return self._events(first)
        if first == "pods" and "--selector" not in self.call.flags and self.call.verb == "get":
            return [each for each in self.objects if each["kind"] == "Pod" and self._is_here(each)]
        if "--selector" not in self.call.flags:
            _refuse("no name and no selector: everything in the namespace")
        found = []
        for kind in first.split(","):
            of_kind = [
                each for each in self.objects if each["kind"] == _kind(kind) and self._is_selected(each)
            ]
            if not of_kind:
                _refuse(f"no {kind} has the labels {self.call.flags['--selector']}")
            found += of_kind
        return found

    def _events(self, kind: str) -> list[Object]:
        name, _, value = self.call.flags["--field-selector"].partition("=")
        names = {each["metadata"]["name"] for each in self.objects if self._is_here(each)}
        if _kind(kind) != "Event" or name != "involvedObject.name" or value not in names:
            _refuse(f"no {kind} with {name}={value}")
        return []

    def _named(self, words: Sequence[str], is_optional: bool = False) -> list[Object]:
        """`KIND NAME…`, or `KIND/NAME…`."""
        pairs = [tuple(each.split("/", 1)) for each in words if "/" in each]
        if not pairs:
            pairs = [(words[0], each) for each in words[1:]]
        if not pairs:
            _refuse(f"which one? {words}")
        found = []
        for kind, name in pairs:
            each = self._find(_kind(kind), self.namespace, name)
            if each is not None:
                found.append(each)
            elif not is_optional or [_kind(kind), self.namespace, name] not in self.cluster["creatable"]:
                _refuse(f'{kind} "{name}" not found in {self.namespace}')
        return found

    def _find(self, kind: str, namespace: str, name: str) -> Object | None:
        return next((each for each in self.objects if _key(each) == [kind, namespace, name]), None)

    def _is_here(self, each: Object) -> bool:
        return "--all-namespaces" in self.call.flags or each["metadata"]["namespace"] == self.namespace

    def _is_selected(self, each: Object) -> bool:
        wanted = dict(pair.split("=", 1) for pair in self.call.flags["--selector"].split(","))
        return self._is_here(each) and wanted.items() <= (each["metadata"].get("labels") or {}).items()

    def _save(self) -> None:
        self.file.write_text(json.dumps(self.cluster, default=str), encoding="utf-8")


def pod_of(job: Mapping[str, Any]) -> Object:
    """The pod that the Job controller makes, with the labels that it adds."""
    name = job["metadata"]["name"]
    labels = {
        **job["spec"]["template"]["metadata"]["labels"],
        "batch.kubernetes.io/job-name": name,
        "job-name": name,
    }
    metadata = {"name": f"{name}-x7k2p", "namespace": job["metadata"]["namespace"], "labels": labels}
    return {"kind": "Pod", "metadata": metadata}


def _key(each: Mapping[str, Any]) -> list[str]:
    return [each["kind"], each["metadata"]["namespace"], each["metadata"]["name"]]


def _kind(word: str) -> str:
    singular = word.removesuffix("s")
    if singular not in KINDS:
        _refuse(f'the server doesn\'t have a resource type "{word}"')
    return KINDS[singular]


def _at(each: Object, path: str) -> Any:
    """`.data.version`. kubectl prints `<none>` for what is nowhere; here that is an error, with one exception."""
    at: Any = each
    for step in path.removeprefix(".").split("."):
        if step not in at:
            return "<none>" if path == ".data.pinned" else _refuse(f"{path} is nowhere")
        at = at[step]
    return at


def _template(each: Object, template: str) -> str:
    found = re.fullmatch(r'\{\{index \.data "([^"]+)"( \| base64decode)?\}\}', template)
    if found is None:
        _refuse(f"error parsing template {template}")
    value = each.get("data", {}).get(found[1])
    if value is None:
        _refuse(f"no key {found[1]}")
    return base64.b64decode(value).decode() if found[2] else str(value)


def _refuse(why: str) -> NoReturn:
    print(f"error: {why}", file=sys.stderr)
    sys.exit(1)
