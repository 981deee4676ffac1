"""Runs squawk, and turns what it says into plain values.

All files of a run that share their settings go to one process. squawk is a program of its own that can
crash (its parser recurses) or take for ever (it is quadratic in some expressions): such a file is found by
halving, and told, and the others are still checked.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.diagnostics import GenError

NAME = "squawk"
SYNTAX = "syntax-error"
# 1,500 files take 0.4 s.
TIMEOUT = 30
_BATCH = 4000
_FOUND = (0, 1)
_MEMORY = "/dev/shm"
# A container's holds 64 MiB.
_MOST_IN_MEMORY = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Settings:
    """What one process can be told only once."""

    in_transaction: bool
    postgres: int | None


@dataclass(frozen=True, slots=True)
class Finding:
    """`line` and `end_line` count from 0, `column` and `end_column` are bytes of UTF-8, as squawk has them."""

    rule: str
    message: str
    help: str
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found in one text; None where squawk could not read it."""

    findings: tuple[Finding, ...] | None


def program() -> Path:
    """The one that was installed with gen, else that on PATH."""
    beside = Path(sys.executable).with_name(NAME)
    found = str(beside) if os.access(beside, os.X_OK) else shutil.which(NAME)
    if found is None:
        raise GenError(
            "squawk, which checks the migrations' SQL, was not found beside Python nor on PATH",
            help=f"install gen again with its dependencies, or run `{sys.executable} -m pip install squawk-cli`",
        )
    return Path(found)


def run(
    groups: Mapping[Settings, Sequence[str]], include: Collection[str], exclude: Collection[str]
) -> dict[Settings, list[Answer]]:
    """For each group of texts an answer per text. `include` are rules that squawk leaves out by itself."""
    executable = program()
    size = sum(len(text) for texts in groups.values() for text in texts)
    with tempfile.TemporaryDirectory(prefix="gen-", dir=_memory(size)) as name:
        directory = Path(name)
        # An empty one of our own: squawk looks for a .squawk.toml upwards from where it runs.
        (directory / "squawk.toml").touch()
        common = [str(executable), "--config=squawk.toml", "--reporter=json"]
        common += [f"--include={each}" for each in sorted(include)]
        common += [f"--exclude={each}" for each in sorted(exclude)]
        answers = {}
        for number, (settings, texts) in enumerate(groups.items()):
            command = [*common, *_options(settings)]
            files = []
            for index, text in enumerate(texts):
                files.append(f"{number}-{index}.sql")
                (directory / files[-1]).write_bytes(text.encode("utf-8", "replace"))
            found: dict[str, Answer] = {}
            for start in range(0, len(files), _BATCH):
                found |= _answers(command, directory, files[start : start + _BATCH])
            answers[settings] = [found[each] for each in files]
        return answers


def _memory(size: int) -> str | None:
    """A file system in memory, where there is one: some disks take 2 ms for each new file."""
    return _MEMORY if size <= _MOST_IN_MEMORY and os.access(_MEMORY, os.W_OK | os.X_OK) else None


def _options(settings: Settings) -> Iterator[str]:
    if settings.in_transaction:
        yield "--assume-in-transaction"
    if settings.postgres is not None:
        yield f"--pg-version={settings.postgres}"


def _answers(command: Sequence[str], directory: Path, files: Sequence[str]) -> dict[str, Answer]:
    said = _ask(command, directory, files)
    if said is not None:
        findings: dict[str, list[Finding]] = {each: [] for each in files}
        for file, finding in said:
            findings[file].append(finding)
        return {file: Answer(tuple(each)) for file, each in findings.items()}
    if len(files) == 1:
        return {files[0]: Answer(None)}
    half = len(files) // 2
    return _answers(command, directory, files[:half]) | _answers(command, directory, files[half:])


def _ask(command: Sequence[str], directory: Path, files: Sequence[str]) -> list[tuple[str, Finding]] | None:
    try:
        ended = subprocess.run(
            [*command, *files],
            cwd=directory,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    except OSError as error:
        raise GenError(
            f"squawk cannot be started: {error.strerror}", help="install gen again with its dependencies"
        ) from error
    if ended.returncode < 0:
        return None
    if ended.returncode not in _FOUND or not ended.stdout.startswith(b"["):
        raise GenError(
            f"squawk failed: {ended.stderr.decode('utf-8', 'replace').strip()[:500]}",
            help="install the version of squawk-cli that gen asks for",
        )
    return [(each["file"], _finding(each)) for each in json.loads(ended.stdout)]


def _finding(said: Mapping[str, object]) -> Finding:
    return Finding(
        rule=str(said["rule_name"]),
        message=str(said["message"]),
        help=str(said["help"] or ""),
        line=_int(said["line"]),
        column=_int(said["column"]),
        end_line=_int(said["line_end"]),
        end_column=_int(said["column_end"]),
    )


def _int(value: object) -> int:
    return value if isinstance(value, int) else 0
