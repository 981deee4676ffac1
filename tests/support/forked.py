"""`gen` hundreds of times at the price of a few: a process that has imported it, and forks for each call.

Everything but the imports is as in a real call: a process of its own, `main()`, the environment, the umask, the exit
code, what it reads from its standard input and writes to its output and error. For the tests in which the start
itself counts (what Python reads from the environment, limits, signals), `cli.gen`.

`install` makes a program of it, for what is run by a shell: it hands its three files to the process that forks.
Run as a program, this module is that process. What a call had to import, the next finds imported.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import gc
import importlib
import os
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT = 300
# It starts a Node of its own, which two processes cannot share; jsii below it does not yet.
STARTS_NODE = "cdk8s"
PROGRAMS = ("gen", "kubectl", "argocd")
_SIZE = 8
_CRASHED = 70
_CLIENT = f"""\
#!{sys.executable} -IS
import os, sys, _socket
server = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
server.connect({{address!r}})
arguments = [os.fsencode(each) for each in sys.argv[1:]]
mask = os.umask(0)
words = [b"{{program}}", b"{TIMEOUT}", b"%d" % mask, os.getcwdb(), b"%d" % len(arguments), *arguments]
body = b"\\0".join([*words, *(name + b"=" + value for name, value in os.environb.items())])
files = b"".join(each.to_bytes(4, sys.byteorder) for each in (0, 1, 2))
server.sendmsg([len(body).to_bytes({_SIZE}, "big")], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, files)])
server.sendall(body)
code = int(server.recv(16) or b"{_CRASHED}")
os._exit(code if code >= 0 else 128 - code)
"""


def gen(
    *arguments: str | Path, cwd: Path, env: Mapping[str, str] | None = None, timeout: int = TIMEOUT
) -> subprocess.CompletedProcess[str]:
    """As `cli.gen`."""
    words = [str(each) for each in arguments]
    environment = {**os.environ, **(env or {})}
    os.umask(mask := os.umask(0))
    call = _Call("gen", timeout, mask, str(cwd), words, environment)
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as err,
        Path(os.devnull).open("rb") as nothing,
    ):
        server.connect(_server())
        body = call.written()
        files = [each.fileno() for each in (nothing, out, err)]
        socket.send_fds(server, [len(body).to_bytes(_SIZE, "big")], files)
        server.sendall(body)
        code = server.recv(16)
        assert code, "the process that forks is gone"
        for each in (out, err):
            each.seek(0)
        told = [each.read().decode("utf-8") for each in (out, err)]
    return subprocess.CompletedProcess(words, int(code), *told)


def install(program: str, directory: Path) -> None:
    """Puts a program of this name (of PROGRAMS) into `directory`, of which every call is a fork."""
    assert program in PROGRAMS
    path = directory / program
    path.write_text(_CLIENT.format(address=_server(), program=program), encoding="utf-8")
    path.chmod(0o755)


@functools.cache
def _server() -> str:
    """Starts it, at most once; the address that it listens at."""
    directory = tempfile.mkdtemp(prefix="forked-")
    address = f"{directory}/socket"
    # Its end is that of its standard input: also where this process is killed.
    started = subprocess.Popen(
        [sys.executable, __file__, address], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    atexit.register(shutil.rmtree, directory)
    atexit.register(started.communicate)
    assert started.stdout is not None
    assert started.stdout.readline() == b"listening\n"
    return address


@dataclass(frozen=True)
class _Call:
    program: str
    timeout: int
    mask: int
    cwd: str
    arguments: list[str]
    environment: Mapping[str, str]

    def written(self) -> bytes:
        head = [self.program, str(self.timeout), str(self.mask), self.cwd, str(len(self.arguments))]
        environment = (f"{name}={text}" for name, text in self.environment.items())
        return b"\0".join(os.fsencode(each) for each in (*head, *self.arguments, *environment))

    @classmethod
    def read(cls, body: bytes) -> _Call:
        program, timeout, mask, cwd, count, *rest = map(os.fsdecode, body.split(b"\0"))
        environment = dict(each.split("=", 1) for each in rest[int(count) :])
        return cls(program, int(timeout), int(mask), cwd, rest[: int(count)], environment)


def _serve(address: str) -> None:
    mains = _mains()
    # As generator.cli.entry; and what is there already is not looked through, which would copy its pages.
    gc.disable()
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener,
        selectors.DefaultSelector() as selector,
    ):
        listener.bind(address)
        listener.listen()
        selector.register(listener, selectors.EVENT_READ)
        selector.register(sys.stdin, selectors.EVENT_READ)
        print("listening", flush=True)
        while True:
            for key, _ in selector.select():
                if key.fileobj is sys.stdin:
                    return
                if key.fileobj is listener:
                    client, _ = listener.accept()
                    started = _started(client, mains)
                    selector.register(started.life, selectors.EVENT_READ, started)
                else:
                    selector.unregister(key.fileobj)
                    key.data.ended()


def _mains() -> dict[str, Callable[[Sequence[str]], None]]:
    """By program, what does its work. It gets the arguments, and ends the process or returns."""
    sys.path[0] = str(ROOT)
    main = importlib.import_module("generator.cli.main")
    for name in ("build", "check", "test"):
        importlib.import_module(f"generator.cli.{name}")
    importlib.import_module("generator.spec.file").File.model_rebuild()
    for name in ("generator.check", "generator.rehearsal.run", "generator.report.rehearsal", "jsii"):
        importlib.import_module(name)
    kubectl = importlib.import_module("tests.support.kubectl")

    def gen(arguments: Sequence[str]) -> None:
        sys.argv = ["gen", *arguments]
        main.main()

    others = {each: functools.partial(kubectl.main, each) for each in ("kubectl", "argocd")}
    return {"gen": gen, **others}


@dataclass(frozen=True)
class _Started:
    """A call at work. `life` is read to its end when the process ends, whatever ends it: nobody else has its other
    end. What comes out of it is what was imported."""

    process: int
    client: socket.socket
    life: int

    def ended(self) -> None:
        told = b""
        while more := os.read(self.life, 1 << 16):
            told += more
        os.close(self.life)
        status = os.waitpid(self.process, 0)[1]
        # Whoever asked may have been killed meanwhile.
        with self.client, contextlib.suppress(OSError):
            self.client.sendall(str(os.waitstatus_to_exitcode(status)).encode())
        for name in told.decode().split():
            importlib.import_module(name)
        gc.freeze()


def _started(client: socket.socket, mains: Mapping[str, Callable[[Sequence[str]], None]]) -> _Started:
    data, files, _, _ = socket.recv_fds(client, _SIZE, 3)
    size = int.from_bytes(data, "big")
    body = b""
    while len(body) < size:
        more = client.recv(size - len(body))
        assert more, "half a call"
        body += more
    life, end = os.pipe()
    process = os.fork()
    if process == 0:
        _become(mains, _Call.read(body), files, end)
    for each in (*files, end):
        os.close(each)
    return _Started(process, client, life)


def _become(
    mains: Mapping[str, Callable[[Sequence[str]], None]], call: _Call, files: Iterable[int], end: int
) -> NoReturn:
    code = _CRASHED
    before = set(sys.modules)
    try:
        signal.alarm(call.timeout)
        for number, each in enumerate(files):
            os.dup2(each, number)
        os.umask(call.mask)
        os.chdir(call.cwd)
        os.environ.clear()
        os.environ.update(call.environment)
        time.tzset()
        try:
            mains[call.program](call.arguments)
            code = 0
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        sys.stdout.flush()
        sys.stderr.flush()
        if STARTS_NODE not in sys.modules:
            found = (each for each in sys.modules if each not in before and each.startswith("generator."))
            os.write(end, "\n".join(found).encode())
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


if __name__ == "__main__":
    _serve(sys.argv[1])
