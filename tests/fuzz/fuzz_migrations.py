"""Time-boxed fuzzing of the goose reader: nothing raises, and where goose refuses a file, so does gen.

    FUZZ_SECONDS=600 pytest tests/fuzz/fuzz_migrations.py

FUZZ_SECONDS (30 if unset) is for each of the tests. A failure shows the input and the seed; FUZZ_SEED runs
it again.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from generator.diagnostics import Diagnostic, Position, Severity, has_errors
from generator.migrations import directory, parser
from tests.support import goose, migration_cases

SECONDS = float(os.environ.get("FUZZ_SECONDS", "30"))
WHERE = Position("services.yaml")

# What gen refuses though goose's parser takes it; everything else has to be goose's own verdict.
STRICTER = {
    "migration-control-character",
    "migration-encoding",
    "migration-envsub",
    "migration-nul",
    "migration-skip-marker",
    "migration-statement-empty",
    "migration-statement-split",
}
PIECES = (
    b"-- +goose Up\n",
    b"-- +goose Down\n",
    b"-- +goose StatementBegin\n",
    b"-- +goose StatementEnd\n",
    b"-- +goose NO TRANSACTION\n",
    b"-- +goose ENVSUB ON\n",
    b"-- +goose ENVSUB OFF\n",
    b"-- +goose",
    b"+goose",
    b" -- ",
    b"--",
    b";",
    b"\n",
    b"\r\n",
    b"\r",
    b" ",
    b"\t",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\xc2\x85",
    b"\xe2\x80\xa8",
    b"\xc2\xa0",
    b"\x1c",
    b"\x0c",
    b"$",
    b"$$",
    b"${A",
    b"${A:-",
    b"}",
    b":1",
    b"\\",
    b"'",
    b"E'",
    b'"',
    b"$a$",
    b"/*",
    b"*/",
    b"SELECT 1",
    b"SELECT 1;\n",
    b"Up",
    b"Down",
    b"+argocd:skip-file-rendering",
    "\u017ftatementBegin".encode(),
    "\ufb00".encode(),
    "日本".encode(),
)
LINES = (
    *PIECES[1:7],
    b"SELECT 1;\n",
    b"SELECT 1;\n",
    b"SELECT 1; -- x\n",
    b"SELECT 1,\n",
    b"  2\n",
    b";\r\n",
    b"-- x\n",
    b"  -- x;\n",
    b"\t-- +goose Down\n",
    b"/* x */\n",
    b"\n",
    b"  \n",
    b"SELECT '${A:-;}'\n",
    b"1;--\n",
    b"DO $$\n",
    b"$$;\n",
    b"'\n",
)
NAMES = "0123456789_-+. aZé\n\x1b\udcff\\"


@pytest.fixture
def source(request: pytest.FixtureRequest) -> random.Random:
    seed = os.environ.get("FUZZ_SEED", str(time.time_ns()))
    print(f"FUZZ_SEED={seed}")
    return random.Random(f"{seed} {request.node.name}")


def corpus() -> list[bytes]:
    return [data for case in migration_cases.all_cases() for _, data in case.files]


def inputs(source: random.Random) -> Iterator[bytes]:
    """Mutated cases, random rows of pieces and random rows of whole lines, for SECONDS."""
    known = corpus()
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        way = source.randrange(3)
        if way == 0:
            yield b"".join(source.choices(PIECES, k=source.randrange(1, 25)))
        elif way == 1:
            yield b"".join([PIECES[0], *source.choices(LINES, k=source.randrange(1, 9))])
        else:
            data = source.choice(known)
            for _ in range(source.randrange(1, 5)):
                data = mutated(source, data, known)
            yield data


def mutated(source: random.Random, data: bytes, known: list[bytes]) -> bytes:
    start, end = sorted(source.randrange(len(data) + 1) for _ in range(2))
    lines = data.splitlines(keepends=True)
    source.shuffle(lines)
    ways: list[Callable[[], bytes]] = [
        lambda: data[:start] + source.choice(PIECES) + data[start:],
        lambda: data[:start] + data[min(end, start + 8) :],
        lambda: data[:start] + source.randbytes(1) + data[start + 1 :],
        lambda: data[:end] + data[start:],
        lambda: data[:start] + source.choice(known)[: end + 1],
        lambda: b"".join(lines),
    ]
    return source.choice(ways)()


def stricter(found: Diagnostic, data: bytes) -> bool:
    """Whether gen may report this though goose takes the file."""
    if found.rule == "migration-semicolon":  # a statement that goose would glue to a block
        return b"StatementBegin" in data or "\u017ftatementBegin".encode() in data
    if found.rule == "migration-annotation":
        return found.message.startswith("goose does not read this line")
    return found.rule in STRICTER


def check_form(found: list[Diagnostic], data: bytes) -> None:
    """Every position is a place in the file, and every text can be shown."""
    lines = data.decode("utf-8", "replace").removeprefix("\ufeff").split("\n")
    for each in found:
        where = each.position
        assert 1 <= where.line <= len(lines)
        assert where.line == where.end_line
        assert 1 <= where.column <= where.end_column <= len(lines[where.line - 1]) + 2
        assert (each.message + each.help).isprintable()
        (each.message + each.help).encode()


def test_parse_never_raises(source: random.Random) -> None:
    count = 0
    for data in inputs(source):
        name = "".join(source.choices(NAMES, k=source.randrange(12))) + source.choice([".sql", ""])
        migration, found = parser.parse("db/1_a.sql", name, data)
        assert (migration is None) == has_errors(found), (name, data)
        check_form(found, data)
        count += 1
    assert count


def test_read_never_raises(source: random.Random, tmp_path: Path) -> None:
    """Random names and links in a directory, read by random spellings of its path."""
    targets = ["1_a.sql", "..", "../..", "nothing", "/dev/zero", "/dev/null", "", "2_b.sql"]
    end = time.monotonic() + SECONDS
    count = 0
    while time.monotonic() < end:
        folder = tmp_path / str(count) / "db"
        folder.mkdir(parents=True)
        for data in source.sample(corpus(), k=4):
            name = "".join(source.choices(NAMES, k=source.randrange(1, 10))) + source.choice(
                [".sql", ".SQL", ".go"]
            )
            way = source.randrange(6)
            if way == 0:
                (folder / name).symlink_to(source.choice(targets) or name)
            elif (folder / name).exists():
                continue
            elif way == 1:
                os.mkfifo(folder / name)
            elif way == 2:
                (folder / name).mkdir(exist_ok=True)
            else:
                (folder / name).write_bytes(data)
        spelling = "".join(source.choices(["db", "/", ".", "..", "x", "\0", "é"], k=source.randrange(4)))
        for each in ("db", spelling):
            _, found = directory.read(folder.parent, each, WHERE)
            for one in found:
                assert (one.message + one.help + one.position.path).isprintable(), one
        count += 1
    assert count


def test_gen_refuses_what_goose_refuses(source: random.Random, tmp_path: Path) -> None:
    file = tmp_path / "1_a.sql"
    count = 0
    for data in inputs(source):
        if b"?" in data:  # `${A?}` is an error in an environment without A: no property of the file
            continue
        file.write_bytes(data)
        accepted = goose.run(["-env=none", f"-dir={tmp_path}", "validate"], {}).returncode == 0
        _, found = parser.parse("db/1_a.sql", file.name, data)
        errors = [each for each in found if each.severity is Severity.ERROR]
        if accepted:
            assert all(stricter(each, data) for each in errors), (data, errors)
        else:
            assert errors, data
        count += 1
    assert count


if __name__ == "__main__":
    sys.exit(pytest.main(["-q", __file__]))
