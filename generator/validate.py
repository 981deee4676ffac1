"""`gen validate`: would a strict API server take these manifests?

kubeconform decides where there is one, jsonschema-rs with the same schemas where there is none.
kubeconform's list of errors leaves out what is nested ("validation failed" at `/spec`), so in both cases
the words and the place of a mistake come from the same schemas in process.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from generator import tools
from generator.diagnostics import Diagnostic, Position, ordered
from generator.manifests import documents, kubeconform, schemas
from generator.manifests.documents import Document
from generator.manifests.kubeconform import Failure
from generator.manifests.nodes import Span
from generator.manifests.schemas import Problem, Schemas

BUILT_IN = "built-in (jsonschema-rs)"
SUFFIXES = frozenset({".yaml", ".yml"})
START = Span(1, 1, 1, 1)


@dataclass(frozen=True, slots=True)
class Checked:
    """How much was checked against one Kubernetes version."""

    kubernetes: str
    files: int
    objects: int


@dataclass(frozen=True, slots=True)
class Result:
    engine: str
    checked: tuple[Checked, ...]
    diagnostics: tuple[Diagnostic, ...]


def validate(root: Path, directory: Path, kubernetes: Sequence[str], binary: Path | None) -> Result:
    """Checks every manifest under `directory` against each version of Kubernetes (all known for none).

    `binary` is kubeconform. Positions are relative to `root`, the directory of services.yaml.
    """
    folder = schemas.schema_directory()
    versions = schemas.chosen_versions(folder, kubernetes)
    found = _Found(root, versions)
    files = _files(directory, found)
    checker = Schemas(folder)
    if binary is None:
        objects = _built_in(files, checker, found)
    else:
        objects = _kubeconform(binary, folder, files, checker, found)
    if files and not any(objects.values()):
        found.add(directory, _missing(f"there is no object in the {len(files)} YAML file(s)"))
    checked = tuple(Checked(each, len(files), objects[each]) for each in versions)
    return Result(_engine(binary), checked, found.diagnostics())


def _engine(binary: Path | None) -> str:
    if binary is None:
        return BUILT_IN
    version = tools.version_of(binary, tools.PINS["kubeconform"].version_flag)
    return f"kubeconform {version or 'of unknown version'}"


def _files(directory: Path, found: _Found) -> list[Path]:
    if not directory.is_dir():
        exists = directory.exists()
        found.add(directory, _missing("this is not a directory" if exists else "there is no such directory"))
        return []
    paths = sorted(each for each in directory.rglob("*") if each.suffix.lower() in SUFFIXES)
    files = [each for each in paths if each.is_file()]
    for each in paths:
        if not each.is_file() and not each.is_dir():
            found.add(each, _unreadable("this is not a regular file"))
    if not files:
        found.add(directory, _missing("there is no YAML file in the directory"))
    return files


def _built_in(files: Iterable[Path], checker: Schemas, found: _Found) -> Mapping[str, int]:
    objects = dict.fromkeys(found.versions, 0)
    for file in files:
        read, errors = _read(file, found)
        for version in found.versions:
            objects[version] += len(read) + errors
            for document in read:
                found.add_all(file, checker.problems(document, version), version)
    return objects


def _kubeconform(
    binary: Path, folder: Path, files: Sequence[Path], checker: Schemas, found: _Found
) -> Mapping[str, int]:
    verdicts = {each: kubeconform.run(binary, folder, files, each) for each in found.versions if files}
    failures: dict[Path, list[tuple[str, Failure]]] = {}
    for version, verdict in verdicts.items():
        for failure in verdict.failures:
            failures.setdefault(failure.file, []).append((version, failure))
    for file, failed in failures.items():
        _describe(file, failed, checker, found)
    return {each: verdicts[each].objects if files else 0 for each in found.versions}


def _describe(file: Path, failed: Sequence[tuple[str, Failure]], checker: Schemas, found: _Found) -> None:
    """Says in words what kubeconform refused; in kubeconform's words where the schemas find nothing."""
    read, errors = _read(file, found)
    for version in found.versions:
        explained = set()
        for document in read:
            problems = tuple(checker.problems(document, version))
            found.add_all(file, problems, version)
            if problems:
                explained.add(document.kind)
        for each, failure in failed:
            # A document without a usable kind has none here; kubeconform reads `kind: 1` as "1".
            known = failure.kind in explained or "" in explained or (explained and not failure.kind)
            if each == version and not known and not errors:
                help = "correct the manifest: the built-in check finds nothing wrong, but kubeconform does"
                found.add(file, Problem("manifest-invalid", failure.message, help, START), version)


def _read(file: Path, found: _Found) -> tuple[list[Document], int]:
    """The documents of a file, and how many could not be read."""
    try:
        data = file.read_bytes()
    except OSError as error:
        found.add(file, _unreadable(f"the file can't be read: {error.strerror}"))
        return [], 1
    read, errors = documents.read(data)
    help = "correct the YAML; Kubernetes' tools read it as YAML 1.1, without duplicate keys"
    found.add_all(file, (Problem("manifest-syntax", str(each), help, each.span) for each in errors))
    return read, len(errors)


def _missing(message: str) -> Problem:
    help = "run `gen build` first, or name the directory that holds the manifests"
    return Problem("manifest-missing", message, help, START)


def _unreadable(message: str) -> Problem:
    help = "replace it with a regular file that you may read, or remove it"
    return Problem("manifest-syntax", message, help, START)


class _Found:
    """Problems by file, each with the Kubernetes versions that have it; none for those of the file itself."""

    def __init__(self, root: Path, versions: tuple[str, ...]) -> None:
        self.versions = versions
        self._root = root
        self._found: dict[tuple[str, Problem], list[str]] = {}

    def add(self, file: Path, problem: Problem, version: str | None = None) -> None:
        path = Path(os.path.relpath(file.absolute(), self._root.absolute())).as_posix()
        seen = self._found.setdefault((path, problem), [])
        if version is not None and version not in seen:
            seen.append(version)

    def add_all(self, file: Path, problems: Iterable[Problem], version: str | None = None) -> None:
        for each in problems:
            self.add(file, each, version)

    def diagnostics(self) -> tuple[Diagnostic, ...]:
        return ordered(self._diagnostic(*each, seen) for each, seen in self._found.items())

    def _diagnostic(self, path: str, problem: Problem, seen: Sequence[str]) -> Diagnostic:
        some = f" (Kubernetes {', '.join(seen)})" if seen and len(seen) < len(self.versions) else ""
        return Diagnostic(problem.rule, problem.message + some, problem.help, Position(path, *problem.span))
