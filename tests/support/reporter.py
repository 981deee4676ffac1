"""Runs a generated Job's script as a container would: on busybox alone, as a user without rights, with nothing to
write to, against a real Pushgateway."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tests.support import debian, pod, programs

USER = 65532
APPLETS = ("sh", "wget", "date", "sleep", "cat", "true")
SHELLS = ("ash", "dash", "bash")
_SERIES = re.compile(r"^(\w+)\{(.*)\} (\S+)$", re.MULTILINE)
_LABEL = re.compile(r'(\w+)="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Gateway:
    """A running Pushgateway."""

    address: str

    def text(self) -> str:
        with urllib.request.urlopen(f"{self.address}/metrics", timeout=30) as answer:
            found = answer.read()
        assert isinstance(found, bytes)
        return found.decode()

    def series(self, service: str) -> dict[str, tuple[str, float]]:
        """The `version` and the value of each metric of a service; there may be one series of each."""
        found: dict[str, tuple[str, float]] = {}
        for name, written, value in _SERIES.findall(self.text()):
            labels = dict(_LABEL.findall(written))
            if name.startswith("migration_") and labels["service"] == service:
                assert labels["job"] == "migration"
                assert name not in found, f"two series of {name}"
                found[name] = (labels["version"], float(value))
        return found


@contextmanager
def gateway() -> Iterator[Gateway]:
    """A Pushgateway on a free port, which says which one."""
    command = [str(debian.path("pushgateway")), "--web.listen-address=127.0.0.1:0", "--persistence.file="]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        for line in process.stderr:
            listening = re.search(r'msg="Listening on" address=(\S+)', line)
            if listening:
                yield Gateway(f"http://{listening[1]}")
                break
        else:
            raise RuntimeError(f"the Pushgateway ended with {process.wait()}")
    finally:
        process.terminate()
        process.wait()
        process.stderr.close()


@contextmanager
def image() -> Iterator[Path]:
    """A directory with goose and a few applets of busybox: all that is on a container's PATH. Any user may read it."""
    with tempfile.TemporaryDirectory(prefix="image-") as name:
        directory = Path(name)
        directory.chmod(0o755)
        debian.put(debian.path("busybox"), directory, "busybox")
        for applet in APPLETS:
            (directory / applet).symlink_to("busybox")
        debian.put(programs.path("goose"), directory, "goose")
        yield directory


def shell(name: str) -> list[str]:
    """How `/bin/sh` is started where it is this shell."""
    if name == "ash":
        return [str(debian.path("busybox")), "ash"]
    found = shutil.which(name)
    if found is None:
        raise RuntimeError(f"the tests need {name}: install it")
    return [found, "--posix"] if name == "bash" else [found]


def contained(
    container: pod.Container,
    image: Path,
    gateway: str,
    name: str = "ash",
    changes: Mapping[str, str] | None = None,
) -> pod.Container:
    """A Job's container with this shell, on this image, reporting to this address instead of the cluster's.

    A file size of 0 is what a root that nobody can write to comes to: `ulimit` needs no rights.
    """
    _, script, _, *arguments = container.command
    url = re.sub(r"^https?://[^/]+", gateway, container.environment["GEN_PUSH_URL"])
    environment = {**container.environment, "GEN_PUSH_URL": url, "PATH": str(image), **(changes or {})}
    limited = ["/bin/sh", "-c", 'ulimit -f 0; exec "$@"', "sh", *shell(name)]
    return replace(container, command=[*limited, script, "goose", *arguments], environment=environment)


def start(container: pod.Container, *command: str, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
    """Starts it, or another command in goose's place, as a user without rights if this one is root."""
    at = container.command.index("goose")
    arguments = [*container.command[:at], *command] if command else container.command
    is_root = os.geteuid() == 0
    with _no_signal_ignored():
        return subprocess.Popen(
            arguments,
            cwd=container.directory,
            env=container.environment,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            user=USER if is_root else None,
            group=USER if is_root else None,
            extra_groups=[] if is_root else None,
        )


@contextmanager
def _no_signal_ignored() -> Iterator[None]:
    """As the kubelet starts it. Under `nohup` or in the background of a script these are ignored, and no shell can
    trap what it came with ignored."""
    known = {each: signal.getsignal(each) for each in (signal.SIGHUP, signal.SIGINT)}
    ignored = [each for each, handler in known.items() if handler == signal.SIG_IGN]
    for each in ignored:
        signal.signal(each, signal.SIG_DFL)
    try:
        yield
    finally:
        for each in ignored:
            signal.signal(each, signal.SIG_IGN)


def run(
    container: pod.Container, *command: str, given: str | None = None
) -> subprocess.CompletedProcess[str]:
    """As `start`, to its end."""
    with start(container, *command, stdin=subprocess.PIPE) as process:
        try:
            out, err = process.communicate(given, timeout=120)
        except BaseException:
            process.kill()
            raise
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)
