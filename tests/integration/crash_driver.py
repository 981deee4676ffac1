"""The program that test_crash.py kills: builds a tree and watches its own write operations.

    python crash_driver.py TREE.json watch PROJECT
    python crash_driver.py TREE.json pause:N PROJECT
    python crash_driver.py TREE.json kill:N PROJECT…

`watch` prints the observed operations; `pause` stops before operation N, prints its process id and goes
on after a line on standard input; `kill` builds each project in a process of its own, which gets SIGKILL
before operation N, N + 1, …, and prints the exit status of each. An audit hook sees each operation
before it happens, so no code in the product knows of the test.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

from generator import output
from generator.diagnostics import GenError

WRITES = frozenset(
    ["os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.truncate", "os.link", "fcntl.flock"]
)
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


class Watcher:
    def __init__(self, kill: bool, stop_at: int) -> None:
        self._kill = kill
        self._stop_at = stop_at
        self.seen: list[str] = []

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        if event == "open":
            flags = arguments[2]
            if not (isinstance(flags, int) and flags & WRITING):
                return
        elif event not in WRITES:
            return
        self.seen.append(f"{event} {arguments[1] if event == 'os.rename' else arguments[0]}")
        if len(self.seen) == self._stop_at:
            if self._kill:
                os.kill(os.getpid(), signal.SIGKILL)
            print(os.getpid(), flush=True)
            sys.stdin.readline()


def build(project: Path, tree: dict[str, dict[str, bytes]], watcher: Watcher) -> None:
    state, out = project / ".gen", project / "out"
    plan = output.plan(out, tree, proven=output.Journal.load(state, out))
    sys.addaudithook(watcher)
    try:
        output.apply(plan, state)
    except GenError as error:
        sys.exit(f"{error}\n{error.help}")


def status_of_killed(project: Path, tree: dict[str, dict[str, bytes]], number: int) -> int:
    child = os.fork()
    if child == 0:
        build(project, tree, Watcher(True, number))
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main() -> None:
    tree_file, mode, *paths = sys.argv[1:]
    raw: dict[str, dict[str, str]] = json.loads(Path(tree_file).read_text("utf-8"))
    tree = {service: {name: text.encode() for name, text in files.items()} for service, files in raw.items()}
    name, _, number = mode.partition(":")
    projects = [Path(each) for each in paths]
    if name == "kill":
        print(
            json.dumps([status_of_killed(each, tree, int(number) + at) for at, each in enumerate(projects)])
        )
        return
    watcher = Watcher(False, int(number or 0))
    build(projects[0], tree, watcher)
    print(json.dumps(watcher.seen))


if __name__ == "__main__":
    main()
