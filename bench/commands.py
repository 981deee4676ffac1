"""Times whole commands, as a person waits for them: `make bench` prints the table of docs/benchmarks.md.

Each command runs once to warm up, then RUNS times; the median counts. Another load on the machine shows
as a wide range: measure again.
"""

from __future__ import annotations

import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
GEN = Path(sys.executable).with_name("gen")
RUNS = 11
# Who uses gen has its modules compiled, and goose.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
ENVIRONMENT.setdefault("GEN_TOOLS_DIR", str(ROOT / ".tools" / "bin"))


def project(directory: Path, services: int) -> Path:
    """The sample, or a generated project of so many services."""
    if services == 0:
        shutil.copy(ROOT / "services.yaml", directory)
        shutil.copytree(ROOT / "migrations", directory / "migrations")
        return directory
    lines = [
        "version: 1",
        "defaults:",
        "  namespace: many",
        "  runner: {image: 'registry.example.com/goose:3.27.3'}",
    ]
    lines.append("services:")
    for number in range(services):
        name = f"service-{number:05}"
        lines.append(f"  {name}:\n    database: {{secret: {{name: {name}-db, key: url}}}}")
        shutil.copytree(ROOT / "migrations" / "auth-service", directory / "migrations" / name)
    (directory / "services.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return directory


KINDS = (
    (
        "CREATE TABLE t{n} (id bigint PRIMARY KEY, name text NOT NULL, total numeric(12, 2), at timestamptz, "
        "note text, kind int);",
        "DROP TABLE t{n};",
    ),
    ("ALTER TABLE t{n} ADD COLUMN extra text;", "ALTER TABLE t{n} DROP COLUMN extra;"),
    ("CREATE INDEX t{n}_name ON t{n} (name);", "DROP INDEX t{n}_name;"),
    (
        "ALTER TABLE t{n} ADD CONSTRAINT t{n}_total CHECK (total >= 0);",
        "ALTER TABLE t{n} DROP CONSTRAINT t{n}_total;",
    ),
    ("COMMENT ON TABLE t{n} IS 'bench';", "COMMENT ON TABLE t{n} IS NULL;"),
)


def one_large(directory: Path, migrations: int) -> Path:
    """One service with so many migrations of five kinds."""
    service = "  one:\n    database: {secret: {name: one-db, key: url}}"
    (directory / "services.yaml").write_text(
        "version: 1\ndefaults:\n  namespace: one\n  runner: {image: 'registry.example.com/goose:3.27.3'}\n"
        f"services:\n{service}\n",
        encoding="utf-8",
    )
    place = directory / "migrations" / "one"
    place.mkdir(parents=True)
    for number in range(migrations):
        up, down = (each.format(n=number // len(KINDS)) for each in KINDS[number % len(KINDS)])
        text = f"-- +goose Up\n{up}\n\n-- +goose Down\n{down}\n"
        (place / f"{number + 1:05}_step.sql").write_text(text, encoding="utf-8")
    return directory


TABLE = """CREATE TABLE t{n} (
    id bigserial PRIMARY KEY,
    email varchar(320) NOT NULL UNIQUE,
    other_id bigint REFERENCES t{other} (id),
    name text NOT NULL DEFAULT 'x',
    amount numeric(10, 2),
    tags text[] NOT NULL DEFAULT '{{}}',
    data jsonb NOT NULL DEFAULT '{{}}',
    created_at timestamptz NOT NULL DEFAULT now(),
    is_ok boolean NOT NULL DEFAULT false
);
CREATE INDEX t{n}_name_created_at_idx ON t{n} (name, created_at DESC);"""


def many_models(directory: Path, tables: int) -> Path:
    """One service whose migrations make so many tables, ten in each, and an empty Prisma schema."""
    (directory / "services.yaml").write_text(
        "version: 1\ndefaults:\n  namespace: one\n  runner: {image: 'registry.example.com/goose:3.27.3'}\n"
        "services:\n  one:\n    database: {secret: {name: one-db, key: url}}\n    prisma: {schema: schema.prisma}\n",
        encoding="utf-8",
    )
    (directory / "schema.prisma").touch()
    place = directory / "migrations" / "one"
    place.mkdir(parents=True)
    for start in range(0, tables, 10):
        numbers = range(start, min(start + 10, tables))
        up = "\n".join(TABLE.format(n=each, other=max(each - 1, 0)) for each in numbers)
        down = "\n".join(f"DROP TABLE t{each};" for each in reversed(numbers))
        text = f"-- +goose Up\n{up}\n\n-- +goose Down\n{down}\n"
        (place / f"{start // 10 + 1:05}_tables.sql").write_text(text, encoding="utf-8")
    return directory


def seconds(
    command: list[str], directory: Path, before: Callable[[], None] = lambda: None, runs: int = RUNS
) -> list[float]:
    """Wall seconds of each run; the first one only warms up, unless there is but one."""
    found = []
    for _ in range(runs + 1 if runs > 1 else 1):
        before()
        start = time.perf_counter()
        subprocess.run(
            [str(GEN), *command], cwd=directory, env=ENVIRONMENT, check=True, stdout=subprocess.DEVNULL
        )
        found.append(time.perf_counter() - start)
    return found[-runs:]


def row(name: str, found: list[float], goal: str) -> None:
    middle = statistics.median(found)
    print(f"| {name} | {middle:.2f} s | {min(found):.2f} to {max(found):.2f} s | {goal} |", flush=True)


def main() -> None:
    print(f"{platform.python_implementation()} {platform.python_version()}, {platform.machine()}\n")
    print("| command | median | range | goal |")
    print("|---|---|---|---|")
    with tempfile.TemporaryDirectory() as scratch:
        sample = project(Path(scratch), 0)

        def clean() -> None:
            for name in ("out", ".gen"):
                shutil.rmtree(sample / name, ignore_errors=True)

        row("`gen --help`", seconds(["--help"], sample), "0.15 s")
        row("`gen check`, the sample, never built", seconds(["check"], sample), "0.35 s")
        row("first `gen build`, the sample", seconds(["build"], sample, clean), "1.5 s")
        row("`gen build`, nothing to do", seconds(["build"], sample), "0.35 s")
        row("`gen check`, nothing changed since a build", seconds(["check"], sample), "0.35 s")
        row("`gen build --check`, the sample", seconds(["build", "--check"], sample, runs=5), "")
    with tempfile.TemporaryDirectory() as scratch:
        many = project(Path(scratch), 300)
        row("first `gen build`, 300 services", seconds(["build"], many, runs=1), "")
        row("`gen build`, 300 services, nothing to do", seconds(["build"], many, runs=5), "")
    with tempfile.TemporaryDirectory() as scratch:
        large = one_large(Path(scratch), 300)
        row("`gen test`, one service of 300 migrations", seconds(["test"], large, runs=1), "60 s")
    with tempfile.TemporaryDirectory() as scratch:
        models = many_models(Path(scratch), 300)
        row(
            "`gen prisma sync`, 300 models into an empty schema",
            seconds(["prisma", "sync"], models, runs=1),
            "",
        )
        row("`gen prisma check`, 300 models", seconds(["prisma", "check"], models, runs=5), "5 s")


if __name__ == "__main__":
    main()
