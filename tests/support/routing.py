"""What the Prometheus Operator makes of AlertmanagerConfigs, by its own code (`tests/routing`)."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tests.support import borrowed
from tests.support.programs import ROOT

# Built in about 80 s with an empty build cache.
PROGRAM = borrowed.Program("routing", ROOT / "tests" / "routing", "operator")


class RoutingError(Exception):
    """The operator rejects an AlertmanagerConfig: it would leave it out, and write an event that nobody reads."""


def configuration(overall: str, configs: Iterable[Mapping[str, Any]], version: str = "0.25.0") -> str:
    """The alertmanager.yml of an Alertmanager of this version, whose own configuration is `overall`."""
    question = {"global": overall, "version": version, "configs": list(configs)}
    ran = subprocess.run(
        [PROGRAM.path()], input=json.dumps(question), capture_output=True, encoding="utf-8", check=False
    )
    if ran.returncode:
        raise RoutingError(ran.stderr.strip())
    return ran.stdout


def certificate(directory: Path) -> tuple[Path, Path]:
    """A certificate for a server on 127.0.0.1, which signs itself, and its key."""
    subprocess.run([PROGRAM.path(), "certificate", directory], check=True)
    return directory / "certificate.pem", directory / "key.pem"
