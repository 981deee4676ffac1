"""The committed schemas: complete, strict, in one form, and made as README.md says."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema_rs
import pytest

from generator.manifests import schemas

DIRECTORY = schemas.schema_directory()
FILES = sorted([*DIRECTORY.glob("v*-standalone-strict/*.json"), *DIRECTORY.glob("crds/*.json")])
BUILT_IN = {"configmap-v1", "serviceaccount-v1", "job-batch-v1", "role-rbac-v1", "rolebinding-rbac-v1"}
CUSTOM = {
    "prometheusrule-monitoring-v1",
    "alertmanagerconfig-monitoring-v1alpha1",
    "application-argoproj-v1alpha1",
    "applicationset-argoproj-v1alpha1",
    "appproject-argoproj-v1alpha1",
}
EACH = pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")


def sub_schemas(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield schema
    for group in ("properties", "patternProperties"):
        for each in schema.get(group, {}).values():
            yield from sub_schemas(each)
    for key in ("items", "additionalProperties", "not"):
        if isinstance(schema.get(key), dict):
            yield from sub_schemas(schema[key])
    for key in ("anyOf", "oneOf", "allOf"):
        for each in schema.get(key, ()):
            yield from sub_schemas(each)


def load(path: Path) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(path.read_bytes())
    return schema


def test_five_versions_in_a_row() -> None:
    minors = [int(each.split(".")[1]) for each in schemas.kubernetes_versions(DIRECTORY)]
    assert minors == list(range(minors[0], minors[0] + 5))


def test_every_kind_for_every_version() -> None:
    for version in schemas.kubernetes_versions(DIRECTORY):
        assert {each.stem for each in (DIRECTORY / f"v{version}-standalone-strict").iterdir()} == BUILT_IN
    assert {each.stem for each in (DIRECTORY / "crds").iterdir()} == CUSTOM


@EACH
def test_the_name_is_the_one_that_kubeconform_looks_for(path: Path) -> None:
    properties = load(path)["properties"]
    (api_version,), (kind,) = properties["apiVersion"]["enum"], properties["kind"]["enum"]
    group, _, version = api_version.rpartition("/")
    assert path.stem == "-".join(each for each in (kind.lower(), group.split(".")[0], version) if each)


@EACH
def test_one_form(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert (
        text == json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n"
    )


@EACH
def test_stripped_and_closed(path: Path) -> None:
    known = {"type", "properties", "patternProperties", "additionalProperties", "items", "required", "enum"}
    known |= {
        "pattern",
        "minimum",
        "maximum",
        "minLength",
        "maxLength",
        "minItems",
        "maxItems",
        "anyOf",
        "oneOf",
    }
    known |= {"minProperties", "maxProperties", "not", "allOf", "uniqueItems"}
    for each in sub_schemas(load(path)):
        assert each.keys() <= known
        assert "properties" not in each or each["additionalProperties"] is False
        assert set(each.get("required", ())) <= set(each.get("properties", each.get("required", ())))


@EACH
def test_patterns_work_everywhere(path: Path) -> None:
    """Go's RE2, Rust's and Python's expressions: none has what the others lack."""
    for each in sub_schemas(load(path)):
        if "pattern" in each:
            re.compile(each["pattern"])
            assert not re.search(r"\(\?[^:]|\\[1-9]", each["pattern"])
    jsonschema_rs.Draft4Validator(load(path))


@EACH
def test_an_object_needs_its_identity(path: Path) -> None:
    schema = load(path)
    assert {"apiVersion", "kind", "metadata"} <= set(schema["required"])
    assert schema["properties"]["metadata"]["required"] == ["name"]
    assert "managedFields" in schema["properties"]["metadata"]["properties"]


def test_the_schemas_stay_small() -> None:
    assert sum(path.stat().st_size for path in FILES) < 1_200_000


@pytest.fixture(scope="module")
def rebuild() -> ModuleType:
    """schemas/rebuild.py, which is a script and in no package."""
    spec = importlib.util.spec_from_file_location("rebuild", DIRECTORY / "rebuild.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_sources_are_pinned(rebuild: ModuleType) -> None:
    modules = [*rebuild.KUBERNETES, rebuild.PROMETHEUS_OPERATOR, rebuild.ARGO_CD]
    assert all(re.fullmatch(r"h1:[A-Za-z0-9+/]{43}=", each.sum) for each in modules)
    assert len({each.sum for each in modules}) == len(modules)
    readme = (DIRECTORY / "README.md").read_text(encoding="utf-8")
    assert all(each.path in readme and each.version in readme for each in modules)
    versions = tuple(each.version.removeprefix("v") for each in rebuild.KUBERNETES)
    assert versions == schemas.kubernetes_versions(DIRECTORY)


def test_the_lock_file_is_pinned_and_records_no_address(rebuild: ModuleType) -> None:
    lock = load(DIRECTORY / "imports" / "package-lock.json")["packages"]
    wanted = load(DIRECTORY / "imports" / "package.json")["devDependencies"]
    assert {name: lock[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    own = [each for name, each in lock.items() if name and "inBundle" not in each]
    assert all(each["integrity"].startswith("sha512-") for each in own)
    assert not any("resolved" in each for each in lock.values())


@pytest.mark.parametrize(
    ("go", "matches", "rest"),
    [
        ("^(?i)(abort|warn)?$", ["", "abort", "WARN", "wArN"], ["abor", "warnabort"]),
        ("^((?i)may|1[0-2]|[1-9])(x)$", ["Mayx", "12x", "1x"], ["mayX", "13x", ""]),
        (r"^a\.b$", ["a.b"], ["A.b", "acb"]),
    ],
)
def test_case_insensitive_patterns_are_written_out(
    rebuild: ModuleType, go: str, matches: list[str], rest: list[str]
) -> None:
    pattern = re.compile(rebuild.portable(go))
    assert [bool(pattern.search(each)) for each in matches + rest] == [True] * len(matches) + [False] * len(
        rest
    )


def test_a_pattern_that_can_not_be_written_out_stops_the_rebuild(rebuild: ModuleType) -> None:
    with pytest.raises(rebuild.Stale):
        rebuild.portable("(?i)[a-z]+")


def test_prose_that_no_longer_names_the_values_stops_the_rebuild(rebuild: ModuleType) -> None:
    assert rebuild._named(("Exists", "Equal", "Lt"), "Exists and Equal.", "x") == ["Exists", "Equal"]
    with pytest.raises(rebuild.Stale):
        rebuild._named(("Exists", "Equal"), "Whatever the scheduler knows.", "x")


def test_a_structural_schema_is_closed_but_not_where_it_says_so(rebuild: ModuleType) -> None:
    inner = {"type": "object", "properties": {"a": {"type": "string", "nullable": True, "description": "x"}}}
    assert rebuild.strict(inner) == {
        "type": "object",
        "properties": {"a": {"type": ["string", "null"]}},
        "additionalProperties": False,
    }
    assert "additionalProperties" not in rebuild.strict(
        inner | {"x-kubernetes-preserve-unknown-fields": True}
    )
    assert "additionalProperties" not in rebuild.strict({"anyOf": [inner]})["anyOf"][0]
    either = {"anyOf": [{"type": "integer"}, {"type": "string"}], "x-kubernetes-int-or-string": True}
    assert rebuild.strict(either) == {"type": ["integer", "string"]}
    assert rebuild.strict({"type": "integer", "format": "int32", "minimum": 1})["minimum"] == 1
