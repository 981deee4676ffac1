"""The real goose, at the pinned version, run as a pod would run it: the given environment and no other."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from tests.support import programs

TIMEOUT = 60


def run(
    arguments: Sequence[str], environment: Mapping[str, str], *, timeout: float = TIMEOUT
) -> subprocess.CompletedProcess[str]:
    """Runs goose to its end. `arguments` stand behind the program's name; stdout and stderr come as one."""
    # goose loads a `.env` from the working directory: it gets an empty one.
    with tempfile.TemporaryDirectory() as empty:
        return subprocess.run(
            [str(programs.path("goose")), *arguments],
            cwd=empty,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            timeout=timeout,
            check=False,
        )


@contextmanager
def running(arguments: Sequence[str], environment: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    """A goose at work, for a test that looks at it or kills it. It is killed at the end of the block."""
    with tempfile.TemporaryDirectory() as empty:
        process = subprocess.Popen(
            [str(programs.path("goose")), *arguments],
            cwd=empty,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
        try:
            yield process
        finally:
            process.kill()
            process.communicate()
