"""The program that test_crash.py kills: builds a tree and watches its own write operations.

    python crash_driver.py PROJECT TREE.json MODE [N]

MODE `watch` prints the observed operations; `kill` is SIGKILL before operation N; `pause` stops before
operation N, prints its process id and goes on after a line on standard input. An audit hook sees each
operation before it happens, so no code in the product knows of the test.
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
    def __init__(self, mode: str, stop_at: int) -> None:
        self._mode = mode
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
            if self._mode == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            print(os.getpid(), flush=True)
            sys.stdin.readline()


def main() -> None:
    project, tree_file, mode = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    raw: dict[str, dict[str, str]] = json.loads(tree_file.read_text("utf-8"))
    tree = {service: {name: text.encode() for name, text in files.items()} for service, files in raw.items()}
    watcher = Watcher(mode, int(sys.argv[4]) if len(sys.argv) > 4 else 0)
    state, out = project / ".gen", project / "out"
    plan = output.plan(out, tree, proven=output.Journal.load(state, out))
    sys.addaudithook(watcher)
    try:
        output.apply(plan, state)
    except GenError as error:
        sys.exit(f"{error}\n{error.help}")
    print(json.dumps(watcher.seen))


if __name__ == "__main__":
    main()
