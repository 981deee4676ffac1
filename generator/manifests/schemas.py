"""The committed schemas, and what they find wrong with a document, in words and with a place.

kubeconform compiles a file without `$schema` as draft 4, so the same is done here.
"""

from __future__ import annotations

import difflib
import functools
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema_rs

from generator import packaged
from generator.diagnostics import GenError
from generator.manifests.documents import Document
from generator.manifests.nodes import Span, a, described

# The templates of kubeconform's -schema-location, relative to the directory of the schemas.
LOCATIONS = (
    "{{.NormalizedKubernetesVersion}}-standalone{{.StrictSuffix}}/{{.ResourceKind}}{{.KindSuffix}}.json",
    "crds/{{.ResourceKind}}{{.KindSuffix}}.json",
)
MASK = "the value"
LONGEST_VALUE = 40

_FOLDER = re.compile(r"v(\d+)\.(\d+)\.(\d+)-standalone-strict")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that a schema forbids: a rule's id, what it is, what to do, and where."""

    rule: str
    message: str
    help: str
    span: Span


def schema_directory() -> Path:
    """Where the schemas are: in the repository, or inside the wheel."""
    return packaged.directory("schemas")


def kubernetes_versions(directory: Path) -> tuple[str, ...]:
    """The versions that there are schemas for, oldest first, as kubeconform wants them (`1.35.0`)."""
    found = [_FOLDER.fullmatch(path.name) for path in directory.iterdir()]
    versions = sorted(tuple(int(part) for part in each.groups()) for each in found if each)
    return tuple(".".join(map(str, each)) for each in versions)


def chosen_versions(directory: Path, wanted: Sequence[str]) -> tuple[str, ...]:
    """The versions that a person asked for as `1.35`, `v1.35` or `1.35.2`; all for an empty sequence."""
    known = kubernetes_versions(directory)
    by_minor = {_minor(each): each for each in known}
    for each in wanted:
        if _minor(each) not in by_minor:
            raise GenError(
                f"there are no schemas for Kubernetes {each!r}", help=f"choose from {', '.join(by_minor)}"
            )
    return tuple(dict.fromkeys(by_minor[_minor(each)] for each in wanted)) if wanted else known


def _minor(version: str) -> str:
    return ".".join(version.removeprefix("v").split(".")[:2])


class Schemas:
    """The schemas of one directory, each read and compiled once."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._read = functools.cache(self._load)

    def problems(self, document: Document, kubernetes: str) -> Iterator[Problem]:
        """Everything that a Kubernetes version has against a document."""
        for key in ("kind", "apiVersion"):
            if not isinstance(document.root.value.get(key), str):
                help = f"write the object's `{key}`, or keep files that are no manifests elsewhere"
                yield Problem("manifest-invalid", f"the document has no `{key}`", help, document.find((key,)))
                return
        found = self._read(document.api_version, document.kind, kubernetes)
        if found is None:
            yield self._unknown(document, kubernetes)
            return
        schema, validator = found
        for error in validator.iter_errors(document.root.value):
            yield from _problems(error, schema, document)

    def _unknown(self, document: Document, kubernetes: str) -> Problem:
        kinds = sorted({_kind(path) for path in self._files(kubernetes)})
        return Problem(
            "manifest-unknown-kind",
            f"there is no schema for {document.kind!r} of {document.api_version!r}",
            f"correct it to one of {', '.join(kinds)}, or keep other manifests elsewhere",
            document.find(("kind",)),
        )

    def _files(self, kubernetes: str) -> Iterator[Path]:
        yield from (self._directory / f"v{kubernetes}-standalone-strict").glob("*.json")
        yield from (self._directory / "crds").glob("*.json")

    def _load(
        self, api_version: str, kind: str, kubernetes: str
    ) -> tuple[dict[str, Any], jsonschema_rs.Draft4Validator] | None:
        group, _, version = api_version.rpartition("/")
        name = "-".join(each for each in (kind.lower(), group.partition(".")[0], version) if each)
        for path in self._files(kubernetes):
            if path.stem == name:
                schema: dict[str, Any] = json.loads(path.read_bytes())
                return schema, jsonschema_rs.Draft4Validator(schema, mask=MASK)
        return None


def _kind(path: Path) -> str:
    schema = json.loads(path.read_bytes())["properties"]
    return f"{schema['kind']['enum'][0]} ({schema['apiVersion']['enum'][0]})"


def _problems(
    error: jsonschema_rs.ValidationError, schema: dict[str, Any], document: Document
) -> Iterator[Problem]:
    pointer = tuple(error.instance_path)
    if error.kind.name != "additionalProperties":
        message, help = _words(error, document, pointer)
        yield Problem("manifest-invalid", message, help, document.find(pointer))
        return
    owner = _at(schema, error.schema_path[:-1])
    for key in error.kind.value:
        subject = _subject(document, (*pointer, key))
        if "patternProperties" in owner:
            message = f"{subject} has a key that does not match {next(iter(owner['patternProperties']))}"
            help = "rename the key: Kubernetes takes letters, digits, `-`, `_` and `.`, 253 at most"
        else:
            near = difflib.get_close_matches(key, list(owner.get("properties", ())), 1)
            message = f"{subject} is not a known field"
            advice = f"write `{near[0]}`" if near else "remove it, or move it to where it belongs"
            help = f"{advice}: the API server drops or refuses a field that it does not know"
        yield Problem("manifest-invalid", message, help, document.find(pointer, key))


def _words(
    error: jsonschema_rs.ValidationError, document: Document, pointer: tuple[str | int, ...]
) -> tuple[str, str]:
    """What is wrong with one value, and what to do. A value is never repeated where it may be a secret."""
    subject = _subject(document, pointer)
    value = _at(document.root.value, pointer)
    wanted = error.kind.value
    match error.kind.name:
        case "type":
            return f"{subject} is {described(value)}, not {_kinds(wanted)}", _conversion(value, wanted)
        case "required":
            return f"{subject} has no `{wanted}`", f"add `{wanted}`"
        case "enum":
            options = ", ".join(str(each) for each in wanted if each)
            return f"{subject} is {_short(value)}, not one of {options}", f"write one of {options}"
        case "pattern":
            return (
                f"{subject} is {_short(value)}, which does not match {wanted}",
                "write a value of that form",
            )
        case "minimum" | "maximum":
            side = "below" if error.kind.name == "minimum" else "above"
            return f"{subject} is {_short(value)}, {side} {wanted}", f"write a number not {side} {wanted}"
        case _:
            return f"{subject}: {error.message}", "correct the value"


def _kinds(wanted: Sequence[str]) -> str:
    return " or ".join(a(each) for each in wanted if each != "null")


def _conversion(value: object, wanted: Sequence[str]) -> str:
    if "string" in wanted and isinstance(value, bool | int | float):
        return "put it in quotes: manifests are read as YAML 1.1, where `no`, `on` and 1_0 are no strings"
    if isinstance(value, str) and {"integer", "number", "boolean"} & set(wanted):
        return f"write {_kinds(wanted)}, without quotes"
    return f"write {_kinds(wanted)}"


def _subject(document: Document, pointer: Sequence[str | int]) -> str:
    """`spec.template` of Job auth-migration"""
    kind = f"{document.kind} {document.name}".strip()
    if not pointer:
        return f"the {kind}"
    path = "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in pointer)
    return f"`{path.removeprefix('.')}` of {kind}"


def _at(value: Any, pointer: Sequence[str | int]) -> Any:
    for step in pointer:
        value = value[step]
    return value


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    if "://" in text:
        return "a URL"
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"
