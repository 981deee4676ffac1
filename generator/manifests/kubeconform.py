"""kubeconform's verdict on manifest files, with nothing but the committed schemas within its reach."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.diagnostics import GenError
from generator.manifests.schemas import LOCATIONS

# Arguments of one process share about 2 MB with the environment.
BATCH = 1000


@dataclass(frozen=True, slots=True)
class Failure:
    """An object that kubeconform does not accept. The kind is empty where it could not read it."""

    file: Path
    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class Verdict:
    objects: int
    failures: tuple[Failure, ...]


def run(binary: Path, schemas: Path, files: Sequence[Path], kubernetes: str) -> Verdict:
    """Checks files against the schemas of one Kubernetes version."""
    answers = [
        _run(binary, schemas, files[start : start + BATCH], kubernetes)
        for start in range(0, len(files), BATCH)
    ]
    objects = sum(sum(each["summary"].values()) for each in answers)
    return Verdict(objects, tuple(failure for each in answers for failure in _failures(each)))


def _run(binary: Path, schemas: Path, files: Sequence[Path], kubernetes: str) -> dict[str, Any]:
    # Without a location of its own kubeconform would download schemas. The locations are templates: as
    # relative paths they are safe from braces in the name of a directory.
    locations = [f"-schema-location={each}" for each in LOCATIONS]
    options = ["-strict", "-summary", "-output=json", f"-kubernetes-version={kubernetes}", *locations]
    command = [str(binary.resolve()), *options, *(str(each.resolve()) for each in files)]
    try:
        done = subprocess.run(
            command, cwd=schemas, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        answer: dict[str, Any] = json.loads(done.stdout)
    except (OSError, ValueError) as error:
        raise GenError(
            f"{binary} does not answer as kubeconform does: {error}",
            help="run `gen tools install kubeconform`, or remove it to use the built-in check",
        ) from error
    return answer


def _failures(answer: dict[str, Any]) -> Iterator[Failure]:
    for each in answer["resources"]:
        yield Failure(Path(each["filename"]), each["kind"], " ".join(each["msg"].split()))
