"""Removes the databases and roles that gen made on a server, whatever ends gen.

`kill -9` leaves gen no chance to clean up on a server that goes on, so a child process has the only hand on
it: it learns each name before there is anything of that name, and drops what it was told of when asked, and
all the rest at the end of its input, which is the end of gen. It has a session of its own, so Ctrl-C misses it.

`Keeper` is gen's end, `remover` the child's. One JSON object per line goes in: first the address (not in argv,
which everybody can read), then `keep` and `watch`, which have no answer (what is in the pipe survives the
writer), and `drop`, which has one. The last answer tells what could not be removed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
import threading
from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

from generator.database.address import Address
from generator.diagnostics import GenError

# sys.path comes first: `-I` keeps what lies in the working directory from being imported.
_START = (
    "import json, sys; sys.path[:] = json.loads(sys.stdin.readline());"
    "from generator.database import remover; sys.exit(remover.main())"
)
_GONE = "the process that removes rehearsal databases ended by itself"
_BY_HAND = "look for databases and roles named gen_rehearsal_* that this run made, and drop them"


@dataclass(frozen=True, slots=True)
class Kept:
    """What is to be removed: the database `name`, its owner of the same name if `owns_role`, and those of
    `roles` that gen made, once no other rehearsal uses them."""

    name: str
    owns_role: bool
    roles: tuple[str, ...]


class Keeper:
    """Use as an asynchronous context manager, in one event loop. Every method raises GenError."""

    def __init__(self, admin: Address, patience: float) -> None:
        self._admin = admin
        self._patience = patience
        self._waiting: deque[asyncio.Future[Any]] = deque()

    async def __aenter__(self) -> Keeper:
        self._loop = asyncio.get_running_loop()
        # Not asyncio's subprocess: closing its transport, as the end of the event loop does, kills the child.
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", _START],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        try:
            self._write(sys.path)
            await self._ask({"admin": asdict(self._admin), "patience": self._patience})
        except BaseException:
            self._hang_up()
            await self._ended()
            raise
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        ended: asyncio.Future[Any] = self._loop.create_future()
        self._waiting.append(ended)
        self._hang_up()
        try:
            left = await ended
        except GenError:
            if kind is None:
                raise
            return
        finally:
            # It drops what is left even if nobody waits for it any more.
            await self._ended()
        if left and kind is None:
            raise GenError(f"not everything was removed from {self._admin.shown}: {left}", help=_BY_HAND)

    def keep(self, kept: Kept) -> None:
        """From here on it is removed, at the latest when gen ends. Call it before anything is made."""
        self._write({"keep": asdict(kept)})

    def watch(self, pid: int, started: str) -> None:
        """A server process that makes things: nothing is dropped at the end of gen before it is gone."""
        self._write({"watch": [pid, started]})

    async def drop(self, name: str, *, after_watched: bool = False) -> None:
        """Returns when it is gone. `after_watched` ends the watched processes first."""
        await self._ask({"drop": name, "after": after_watched})

    async def _ask(self, message: object) -> Any:
        answer: asyncio.Future[Any] = self._loop.create_future()
        self._waiting.append(answer)
        self._write(message)
        return await answer

    def _write(self, message: object) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()
        except (OSError, ValueError) as error:
            raise GenError(_GONE, help=_BY_HAND) from error

    def _hang_up(self) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()

    async def _ended(self) -> None:
        await asyncio.to_thread(self._process.wait)
        self._reader.join()

    def _read(self) -> None:
        """In a thread of its own, to the end of the child's output."""
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self._tell(line)
        self._tell(None)

    def _tell(self, line: bytes | None) -> None:
        # The loop may be closed already, where nobody waited for the end.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._answer, line)

    def _answer(self, line: bytes | None) -> None:
        """Answers come in the order of the questions; None means that there are no more."""
        while self._waiting:
            future = self._waiting.popleft()
            if not future.done():
                if line is None:
                    future.set_exception(GenError(_GONE, help=_BY_HAND))
                else:
                    answer = json.loads(line)
                    if "error" in answer:
                        future.set_exception(GenError(answer["error"], help=answer["help"]))
                    else:
                        future.set_result(answer["ok"])
            if line is not None:
                return
