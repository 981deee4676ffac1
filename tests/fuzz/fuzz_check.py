"""Throw well-formed but wrong projects at the whole check for FUZZ_SECONDS (default 30).

fuzz_source.py damages bytes; here the YAML stays readable, and keys and values are exchanged, so that the
spec, the joining with defaults and the rules meet what nobody would write. What they let pass has to give
valid manifests. Run as a program; FUZZ_SEED repeats a run.
"""

from __future__ import annotations

import copy
import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from generator import check, verification
from generator.charts import tree

ROOT = Path(__file__).parents[2]
VALUES: list[Any] = [
    *(
        None,
        True,
        False,
        0,
        -1,
        3,
        2**63,
        1.5,
        "",
        " ",
        "x" * 300,
        "no",
        "0s",
        "1h",
        "90d",
        "5m",
        "-5m",
        "1:30",
    ),
    *(
        "../..",
        "/etc",
        "migrations/auth-service",
        "migrations",
        "a/b",
        "{{ $labels.x }}",
        '"} or vector(1) #',
    ),
    *(
        "https://hooks.example.com/x",
        "http://db.auth.svc/x",
        "https://evil.example.net",
        "postgres://u:p@h/d",
    ),
    *(
        "2026-02-30",
        "2026-01-31",
        "latest",
        "img",
        "img:3.27.3",
        "250m",
        "64Mi",
        "Sync",
        "PreSync",
        "application",
    ),
    *([], {}, [None], [[]], {"a": None}, {"name": "x"}, {"secret": {}}, ["x", "x"], {"": ""}, [{"key": "x"}]),
]
KEYS = [
    *(
        "services",
        "defaults",
        "security",
        "database",
        "secret",
        "keys",
        "key",
        "runner",
        "env",
        "job",
        "alerts",
    ),
    *(
        "argocd",
        "migrations",
        "namespace",
        "image",
        "timeout",
        "deadline",
        "retries",
        "labels",
        "podLabels",
        "X",
        "",
    ),
]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inside in steps:
        yield from places(inside, (*path, step))


def changed(sample: Any, random_: random.Random) -> Any:
    value = copy.deepcopy(sample)
    for _ in range(random_.randint(1, 6)):
        found = list(places(value))
        if not found:
            return value
        *way, last = random_.choice(found)
        parent = value
        for step in way:
            parent = parent[step]
        choice = random_.random()
        if choice < 0.5:
            parent[last] = copy.deepcopy(random_.choice(VALUES))
        elif choice < 0.7:
            del parent[last]
        elif isinstance(parent, dict):
            parent[random_.choice(KEYS)] = copy.deepcopy(random_.choice([*VALUES, value]))
    return value


def main() -> None:
    seed = int(os.environ.get("FUZZ_SEED", time.time_ns() % 10**9))
    end = time.monotonic() + float(os.environ.get("FUZZ_SECONDS", "30"))
    random_ = random.Random(seed)
    sample = YAML(typ="safe", pure=True).load((ROOT / "services.yaml").read_text(encoding="utf-8"))
    runs = rendered = 0
    with tempfile.TemporaryDirectory() as name:
        project = Path(name)
        shutil.copytree(ROOT / "migrations", project / "migrations")
        while time.monotonic() < end:
            text = json.dumps(changed(sample, random_), indent=1, default=str)
            (project / "services.yaml").write_text(text, encoding="utf-8")
            try:
                checked = check.check(project / "services.yaml")
                assert checked.project is not None or checked.diagnostics, "neither a project nor a problem"
                if checked.is_sound and checked.project is not None:
                    verification.demand_valid(tree.render(checked.project.services))
                    rendered += 1
            except Exception:
                print(f"FUZZ_SEED={seed} run {runs}\n{text}", file=sys.stderr)
                raise
            runs += 1
    print(
        f"fuzz_check: {runs} projects, {rendered} of them sound and rendered, no traceback (FUZZ_SEED={seed})"
    )


if __name__ == "__main__":
    main()
