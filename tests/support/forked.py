"""`gen` hundreds of times at the price of a few: a process that has imported it, and forks for each call.

Everything but the imports is as in a real call: a process of its own, `main()`, the exit code, what it
writes to its standard output and error. For the few tests in which the start itself counts, `cli.gen`.

Run as a program, it is the process that forks.
"""

from __future__ import annotations

import atexit
import functools
import importlib
import json
import os
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SECONDS = 60


def gen(
    *arguments: str | Path, cwd: Path, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """As `cli.gen`."""
    server = _server()
    assert server.stdin is not None
    assert server.stdout is not None
    call = {"cwd": str(cwd), "arguments": [str(each) for each in arguments], "env": dict(env or {})}
    server.stdin.write(json.dumps(call) + "\n")
    server.stdin.flush()
    answer = json.loads(server.stdout.readline())
    return subprocess.CompletedProcess([str(each) for each in arguments], **answer)


@functools.cache
def _server() -> subprocess.Popen[str]:
    started = subprocess.Popen(
        [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    )
    atexit.register(_stop, started)
    return started


def _stop(server: subprocess.Popen[str]) -> None:
    server.communicate()


def _serve() -> None:
    from generator.cli import main  # noqa: PLC0415 - only in the process that forks

    for name in ("build", "check", "test"):
        importlib.import_module(f"generator.cli.{name}")
    file = importlib.import_module("generator.spec.file")
    file.File.model_rebuild()
    for name in ("generator.check", "generator.rehearsal.run", "generator.report.rehearsal"):
        importlib.import_module(name)

    for line in sys.stdin:
        print(json.dumps(_call(main.main, **json.loads(line))), flush=True)


def _call(main: Any, cwd: str, arguments: list[str], env: dict[str, str]) -> dict[str, Any]:
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if child == 0:
            _become(main, cwd, arguments, env, out.fileno(), err.fileno())
        status = os.waitpid(child, 0)[1]
        for each in (out, err):
            each.seek(0)
        return {
            "returncode": os.waitstatus_to_exitcode(status),
            "stdout": out.read().decode("utf-8"),
            "stderr": err.read().decode("utf-8"),
        }


def _become(main: Any, cwd: str, arguments: list[str], env: dict[str, str], out: int, err: int) -> None:
    code = 70
    try:
        import signal  # noqa: PLC0415

        signal.alarm(SECONDS)
        os.chdir(cwd)
        os.environ.update(env)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(out, 1)
        os.dup2(err, 2)
        sys.argv = ["gen", *arguments]
        try:
            main()
            code = 0
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 0
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


if __name__ == "__main__":
    _serve()
