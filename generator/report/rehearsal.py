"""A rehearsal for a person: one line for each migration, with its time and its strongest lock."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from generator.rehearsal.result import Rehearsed, ServiceResult, Step

_HEAD = ("migration", "up", "down", "strongest lock on what was there before")


def lines(done: Rehearsed) -> Iterator[str]:
    for each in done.services:
        yield from _service(each)
    yield f"rehearsed on {done.server}"


def _service(done: ServiceResult) -> Iterator[str]:
    known = f", {done.known} there before" if done.known else ""
    at_once = f", all in one run {_time(done.whole)}" if done.whole is not None else ""
    count = len(done.steps)
    yield f"{done.service}: {count} migration{'s' if count != 1 else ''} with goose {done.goose}{known}{at_once}"
    if done.steps:
        rows = [_HEAD, *(_row(each) for each in done.steps)]
        widths = [max(len(row[place]) for row in rows) for place in range(3)]
        for name, up, down, lock in rows:
            yield f"  {name:<{widths[0]}}  {up:>{widths[1]}}  {down:>{widths[2]}}  {lock}".rstrip()


def _row(step: Step) -> tuple[str, str, str, str]:
    up = "failed" if step.up is None else _time(step.up)
    down = ("failed" if step.up is not None else "") if step.migration.has_down else "none"
    if step.down is not None:
        down = _time(step.down)
    return step.migration.name, up, down, _lock(step)


def _lock(step: Step) -> str:
    seen = step.observation
    if seen is None:
        return ""
    if not seen.locks:
        return "none" if seen.is_complete else "not observed"
    strongest = max(each.mode for each in seen.locks)
    relations = sorted({each.relation for each in seen.locks if each.mode is strongest})
    more = f" and {len(relations) - 2} more" if len(relations) > 2 else ""
    at_least = "" if seen.is_complete else "at least "
    return f"{at_least}{strongest.sql} on {', '.join(relations[:2])}{more}"


def _time(seconds: float) -> str:
    """`12 ms`, `1.2 s`."""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def values(done: Rehearsed) -> dict[str, Any]:
    """For programs; times are seconds."""
    return {
        "server": done.server,
        "major": done.major,
        "services": [
            {
                "service": each.service,
                "goose": each.goose,
                "sound": each.is_sound,
                "known": each.known,
                "whole": each.whole,
                "migrations": [_values(step) for step in each.steps],
            }
            for each in done.services
        ],
    }


def _values(step: Step) -> dict[str, Any]:
    seen = step.observation
    return {
        "version": step.migration.version,
        "file": step.migration.path,
        "up": step.up,
        "down": step.down,
        "again": step.again,
        "reversible": step.migration.has_down,
        "locks": [
            {"relation": each.relation, "mode": each.mode.sql, "line": each.line}
            for each in ((seen.steps or seen.locks) if seen is not None else ())
        ],
        "locksComplete": seen is not None and seen.is_complete,
        "rewritten": list(seen.rewritten) if seen is not None else [],
    }
