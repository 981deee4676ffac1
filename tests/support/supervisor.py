"""Runs one server for as long as its parent lives, then stops it and removes its directory.

A test process that is killed has no chance to clean up. This small program has: its standard input is
a pipe whose other end closes when the parent ends, whatever ends it. It is started by path with
`python -I`, so it imports nothing but the standard library.

    supervisor.py DIRECTORY UID GID PROGRAM [ARGUMENT…]      (UID and GID `-` to stay who we are)

Ends with the server's exit code and leaves the directory, with `log` in it, if the server ends by itself.
"""

from __future__ import annotations

import select
import shutil
import signal
import subprocess
import sys
from pathlib import Path

POLL_SECONDS = 0.1
STOP_SECONDS = 10


def main(arguments: list[str]) -> int:
    directory, uid, gid, *command = arguments
    with (Path(directory) / "log").open("ab") as log:
        server = subprocess.Popen(
            command,
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            user=None if uid == "-" else int(uid),
            group=None if gid == "-" else int(gid),
            extra_groups=None if gid == "-" else (),
        )
    while server.poll() is None:
        closed, _, _ = select.select([sys.stdin], [], [], POLL_SECONDS)
        if closed:
            stop(server)
            shutil.rmtree(directory, ignore_errors=True)
            return 0
    return server.returncode


def stop(server: subprocess.Popen[bytes]) -> None:
    # PostgreSQL: SIGINT ends the sessions and stops cleanly, SIGQUIT does not wait for a clean end.
    for sent in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        server.send_signal(sent)
        try:
            server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        return


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
