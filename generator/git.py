"""What a Git reference held: files as bytes, read by the real `git` and never checked out.

`files` and `file` answer one question, `opened` any number of them through one process (a `git` per service
would take half a minute for 10,000 services). Paths count from `root`, the directory of services.yaml, which
may lie below the repository's top. Links are followed inside the commit, submodules are not entered.

The caller's environment may point `git` at another repository (every Git hook sets GIT_DIR), so only the
variables that say how to reach or trust one are passed on.
"""

from __future__ import annotations

import os
import posixpath
import re
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from generator.diagnostics import GenError

# As for a migrations directory on disk: far beyond what a Job can be given.
MAX_FILE = 4 * 1024 * 1024
MAX_TOTAL = 16 * 1024 * 1024
# A partial clone fetches what it lacks while it is asked.
TIMEOUT = 300

_KEPT = re.compile(
    r"GIT_(CONFIG_.*|SSH.*|ASKPASS|SSL_.*|HTTP_.*|PROXY_.*|ALLOW_PROTOCOL|EXEC_PATH|CEILING_DIRECTORIES"
    r"|DISCOVERY_ACROSS_FILESYSTEM)"
)
_OBJECT_FORMATS = {40: 20, 64: 32}


def files(
    root: Path, ref: str, directory: str, wanted: Callable[[str], bool] = lambda name: True
) -> dict[str, bytes]:
    """The plain files directly in `directory` at `ref`, name → bytes; nothing where there is no directory.

    `wanted` chooses by the file's name. GenError: no git, no repository, no such reference, or more than
    MAX_FILE bytes in a file, MAX_TOTAL in all.
    """
    with opened(root, commit(root, ref)) as tree:
        return tree.files(directory, wanted)


def file(root: Path, ref: str, path: str) -> bytes | None:
    """One file at `ref`; None where there is none. GenError as for `files`."""
    with opened(root, commit(root, ref)) as tree:
        return tree.file(path)


def commit(root: Path, ref: str) -> str:
    """The full id of the commit that `ref` names."""
    _demand_repository(root)
    if not ref or ref.startswith("-") or not ref.isprintable():
        raise GenError(
            f"`{ref}` is no Git reference", "name a branch, a tag or a commit, such as origin/main"
        )
    answer = _run(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    found = answer.stdout.decode("ascii", "replace").strip()
    if answer.returncode != 0 or len(found) not in _OBJECT_FORMATS:
        raise GenError(f"Git knows no commit `{ref}`", _how_to_fetch(ref, is_shallow(root)))
    return found


def merge_base(root: Path, ref: str) -> str:
    """The id of the newest commit that HEAD and `ref` share; that of `ref` where HEAD has no commit yet.

    GenError where they share none, and where a shallow clone does not know it.
    """
    tip = commit(root, ref)
    head = _run(root, "rev-parse", "--verify", "--quiet", "--end-of-options", "HEAD^{commit}")
    if head.returncode != 0:
        return tip
    answer = _run(root, "merge-base", tip, head.stdout.decode("ascii").strip())
    found = answer.stdout.decode("ascii", "replace").strip()
    if answer.returncode == 0 and len(found) in _OBJECT_FORMATS:
        return found
    if is_shallow(root):
        raise GenError(
            f"this clone is too shallow to tell what was made since `{ref}`",
            "fetch the history: `git fetch --unshallow`, or a full clone (`fetch-depth: 0`, `GIT_DEPTH: 0`)",
        )
    raise GenError(
        f"HEAD and `{ref}` have no commit in common", "name the branch that the changes will be merged into"
    )


def is_shallow(root: Path) -> bool:
    return _run(root, "rev-parse", "--is-shallow-repository").stdout.strip() == b"true"


@contextmanager
def opened(root: Path, commit: str) -> Iterator[Tree]:
    """The files of a commit, by its full id, through one process that ends with the block."""
    prefix = os.fsdecode(_demand_repository(root))
    # To a file: a pipe that nobody reads would stop git.
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            ["git", "--no-pager", "cat-file", "--batch", "--follow-symlinks"],
            cwd=root,
            env=_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield Tree(commit, prefix, process.stdin, process.stdout, said)
        finally:
            # Not `with`: its wait() would come before anything could end a git that still writes.
            process.kill()
            process.stdout.close()
            with suppress(BrokenPipeError):
                process.stdin.close()
            process.wait()


@dataclass(frozen=True, slots=True)
class Tree:
    """The files of one commit. Paths count from services.yaml's directory."""

    commit: str
    prefix: str
    questions: IO[bytes]
    answers: IO[bytes]
    errors: IO[bytes]

    def files(self, directory: str, wanted: Callable[[str], bool] = lambda name: True) -> dict[str, bytes]:
        """As the module's `files`."""
        listing = self._object(self._name(directory), MAX_TOTAL)
        if listing is None or listing[0] != "tree":
            return {}
        found: dict[str, bytes] = {}
        total = 0
        for name in _entries(listing[1], _OBJECT_FORMATS[len(self.commit)]):
            # No migration has such a name, and the protocol goes by lines.
            if "\n" in name or not wanted(name):
                continue
            content = self._file(self._name(posixpath.join(directory, name)))
            if content is None:
                continue
            total += len(content)
            if total > MAX_TOTAL:
                raise GenError(
                    f"the files in `{directory}` at {self.commit[:12]} have more than {MAX_TOTAL} bytes together"
                )
            found[name] = content
        return found

    def file(self, path: str) -> bytes | None:
        """As the module's `file`."""
        return self._file(self._name(path))

    def _file(self, name: bytes) -> bytes | None:
        found = self._object(name, MAX_FILE)
        return found[1] if found is not None and found[0] == "blob" else None

    def _name(self, path: str) -> bytes:
        """`<commit>:<path>`. A path that leaves the repository's top names nothing."""
        whole = posixpath.normpath(posixpath.join(self.prefix, path))
        # `:` alone is the top; `:./x` would count from the working directory.
        return os.fsencode(f"{self.commit}:{'' if whole == '.' else whole}")

    def _object(self, name: bytes, most: int) -> tuple[str, bytes] | None:
        """Type and content, None for what is not there."""
        inside = name.partition(b":")[2]
        if b"\n" in name or b"\0" in name or inside.startswith((b"/", b"../")) or inside == b"..":
            return None
        try:
            self.questions.write(name + b"\n")
            self.questions.flush()
        except BrokenPipeError:
            raise self._failure() from None
        header = self.answers.readline()
        if not header.endswith(b"\n"):
            raise self._failure()
        words = header.split()
        # What --follow-symlinks says of a link: its word, a size, and that many bytes of a name.
        if words[0] in {b"symlink", b"dangling", b"loop", b"notdir"} and len(words) == 2:
            self.answers.read(int(words[1]) + 1)
            return None
        if len(words) != 3 or not words[2].isdigit():
            return None  # "missing", "ambiguous"; a submodule's commit is missing too
        size = int(words[2])
        if size > most:
            shown = inside.decode("utf-8", "replace")
            raise GenError(
                f"`{shown}` at {self.commit[:12]} has {size} bytes, gen reads at most {most}",
                "compare with a newer reference, in which it is smaller or gone",
            )
        content = self.answers.read(size + 1)
        if len(content) != size + 1:
            raise self._failure()
        return words[1].decode("ascii", "replace"), content[:-1]

    def _failure(self) -> GenError:
        self.errors.seek(0)
        return GenError(f"git could not read {self.commit[:12]}{_told(self.errors.read(4096))}")


def _entries(tree: bytes, size: int) -> Iterator[str]:
    """The names of files and links in a tree object: `<mode> <name>NUL<id>`, again and again."""
    start = 0
    while start < len(tree):
        space = tree.index(b" ", start)
        end = tree.index(b"\0", space)
        mode = int(tree[start:space], 8)
        if stat.S_ISREG(mode) or stat.S_ISLNK(mode):
            yield os.fsdecode(tree[space + 1 : end])
        start = end + 1 + size


def _demand_repository(root: Path) -> bytes:
    """Where `root` is below the repository's top: empty, or with `/` at its end."""
    answer = _run(root, "rev-parse", "--is-inside-work-tree", "--show-prefix")
    inside, _, prefix = answer.stdout.partition(b"\n")
    if answer.returncode == 0 and inside == b"true":
        return prefix[:-1]
    if b"dubious ownership" in answer.stderr:
        raise GenError(
            "Git does not trust the repository, which belongs to another user",
            f"`git config --global --add safe.directory {Path(root).resolve()}`, or run gen as its owner",
        )
    if answer.returncode != 0 and b"not a git repository" not in answer.stderr:
        raise GenError(f"git does not work here{_told(answer.stderr)}")
    raise GenError(
        "the directory of services.yaml is in no Git repository",
        "run the command in a clone, or leave the Git reference out",
    )


def _how_to_fetch(ref: str, shallow: bool) -> str:
    remote, _, branch = ref.partition("/")
    # With a place to put it: a clone of a single branch would fetch the commit and leave it without a name.
    what = f"{remote} {branch}:refs/remotes/{ref}" if branch and remote == "origin" else "--all --tags"
    return f"check its spelling, or fetch it: `git fetch {'--unshallow ' if shallow else ''}{what}`"


def _told(error: bytes) -> str:
    lines = error.decode("utf-8", "replace").strip().splitlines()
    return f": {lines[0].removeprefix('fatal: ')}" if lines else ""


def _run(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            ["git", "--no-pager", *arguments],
            cwd=root,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT,
            check=False,
        )
    except FileNotFoundError as error:
        if not Path(root).is_dir():
            raise GenError(f"there is no directory {root}") from error
        raise GenError("git was not found on PATH", "install git, or leave the Git reference out") from error
    except subprocess.TimeoutExpired as error:
        raise GenError(
            f"git did not answer within {TIMEOUT} seconds", "fetch the reference first: `git fetch --all`"
        ) from error


def _environment() -> dict[str, str]:
    kept = {
        key: value for key, value in os.environ.items() if not key.startswith("GIT_") or _KEPT.fullmatch(key)
    }
    # In English, for what is looked for in git's messages; and it never asks for a password.
    return kept | {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}
