"""A plan as a unified diff, in a form that `git apply -p0` and `patch -p0` take."""

from __future__ import annotations

from collections.abc import Iterator

from generator.output.plans import Change, Plan

_NOWHERE = "/dev/null"


def of_file(path: str, old: bytes, new: bytes) -> str:
    """One file that was and is there."""
    return "".join(_texts(path, path, _lines(old), _lines(new)))


def diff(plan: Plan) -> str:
    return "".join(part for change in plan.changes for part in _one(change, plan.request.shown))


def _one(change: Change, shown: str) -> Iterator[str]:
    path = f"{shown}/{change.path}"
    before = _NOWHERE if change.old is None else path
    after = _NOWHERE if change.new is None else path
    yield from _texts(before, after, _lines(change.old), _lines(change.new))


def _texts(before: str, after: str, old: list[str] | None, new: list[str] | None) -> Iterator[str]:
    if old is None or new is None:
        yield f"Binary files {before} and {after} differ\n"
        return
    import difflib  # noqa: PLC0415 - 8 ms that only --diff needs

    hunks = difflib.unified_diff(old, new, before, after)
    for line in hunks:
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _lines(content: bytes | None) -> list[str] | None:
    """Lines with their ends; None for what is no text. str.splitlines would split at U+2028 too."""
    if content is None:
        return []
    if b"\0" in content:
        return None
    try:
        lines = content.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        return None
    return [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
