"""Runs one server for as long as its parent lives, then stops it and removes its directory.

A test process that is killed has no chance to clean up. This small program has: it holds the reading
end of a pipe whose other end dies with the parent, whatever kills it. It is started by path with
`python -I`, so it imports nothing but the standard library.

    supervisor.py DIRECTORY UID GID PROGRAM [ARGUMENT…]      (UID and GID `-` to stay who we are)
"""

from __future__ import annotations

import os
import selectors
import shutil
import signal
import subprocess
import sys
from pathlib import Path

STOP_SECONDS = 10


def main(arguments: list[str]) -> int:
    directory, uid, gid, *command = arguments
    identity = {} if uid == "-" else {"user": int(uid), "group": int(gid), "extra_groups": ()}
    with (Path(directory) / "log").open("ab") as log:
        server = subprocess.Popen(
            command,
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            **identity,  # type: ignore[call-overload]
        )
    try:
        wait_for_parent_or(server)
    finally:
        stop(server)
        shutil.rmtree(directory, ignore_errors=True)
    return 0


def wait_for_parent_or(server: subprocess.Popen[bytes]) -> None:
    """Returns when standard input closes, or after the server ended and the parent has had time to notice."""
    with selectors.DefaultSelector() as selector:
        selector.register(sys.stdin.fileno(), selectors.EVENT_READ)
        while not selector.select(timeout=None):
            pass
    os.read(sys.stdin.fileno(), 1)
    server.poll()


def stop(server: subprocess.Popen[bytes]) -> None:
    # PostgreSQL: SIGINT ends the sessions at once, SIGQUIT gives up on a clean end.
    for sent in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if server.poll() is not None:
            return
        server.send_signal(sent)
        try:
            server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            continue


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
