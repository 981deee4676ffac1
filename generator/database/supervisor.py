"""Runs one server for as long as its parent lives, then stops it and removes its directory.

A gen that is killed has no chance to clean up. This small program has: its standard input is a pipe whose
other end closes when the parent ends, whatever ends it. It is started by path with `python -I`, before there
is anything in the directory, and imports nothing but the standard library.

    supervisor.py DIRECTORY UID GID      (UID and GID `-` to stay who we are)

The first line of the input is a JSON list of commands: each runs to its end, and must succeed, before the
next begins; the last is the server. Where one of them ends by itself, so does the supervisor, with its exit
code, and leaves the directory, with `log` in it. Signals do not end it: it waits for its parent's end.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import sys
from pathlib import Path

STOP_SECONDS = 10


def main(arguments: list[str]) -> int:
    directory, uid, gid = arguments
    woken, waker = os.pipe()
    os.set_blocking(waker, False)
    signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
        # Not SIG_IGN, which the server would inherit.
        signal.signal(each, lambda *_: None)
    line = sys.stdin.readline()
    for command in json.loads(line) if line.endswith("\n") else ():
        ended = run(command, directory, uid, gid, woken)
        if ended is None:
            break
        if ended != 0:
            return ended
    shutil.rmtree(directory, ignore_errors=True)
    return 0


def run(command: list[str], directory: str, uid: str, gid: str, woken: int) -> int | None:
    """The exit code; None where the parent ended first. `woken` is readable after a signal."""
    with (Path(directory) / "log").open("ab") as log:
        process = subprocess.Popen(
            command,
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            user=None if uid == "-" else int(uid),
            group=None if gid == "-" else int(gid),
            extra_groups=None if gid == "-" else (),
        )
    while process.poll() is None:
        ready, _, _ = select.select([sys.stdin, woken], [], [])
        if sys.stdin in ready:
            stop(process)
            return None
        os.read(woken, 512)
    return process.returncode


def stop(process: subprocess.Popen[bytes]) -> None:
    # PostgreSQL: SIGINT ends the sessions and stops cleanly, SIGQUIT does not wait for a clean end.
    for sent in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        process.send_signal(sent)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        return


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
