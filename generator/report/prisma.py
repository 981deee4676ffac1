"""goose and Prisma, for a person and for programs: what is in step, what is not, what was written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from generator.diagnostics import Severity
from generator.insync import run
from generator.insync.findings import Finding
from generator.insync.run import Checked, Result
from generator.report.text import masked, visible

if TYPE_CHECKING:
    from generator.insync.sync import Edit, Synced


def lines(done: Result) -> Iterator[str]:
    """The lines, with nothing in them that a terminal would obey."""
    for each in done.services:
        yield visible(_verdict(each, done.server))
        yield from _beside(each)


def written(plan: Synced) -> Iterator[str]:
    """What sync did for one service."""
    name = plan.left.service.name
    if not plan.edits:
        yield visible(f"{name}: nothing to add")
    for edit in plan.edits:
        yield visible(f"written {edit.path}")
    for each in plan.added:
        yield visible(f"  + {each}")
    left = len(plan.left.findings)
    if left:
        yield visible(f"{name}: {_count(left)} left to you")
    yield from _beside(plan.left)


def _verdict(each: Checked, server: str | None) -> str:
    name = each.service.name
    if each.made is None:
        return f"{name}: not compared"
    where = f"the migrations up to {_version(each)} on {server}"
    if each.findings:
        return f"{name}: {_count(len(each.findings))} between {each.schema_path} and {where}"
    models, enums = len(each.expected.tables), len(each.expected.enums)
    return (
        f"{name}: in step, {_of(models, 'model')} and {_of(enums, 'enum')} of {each.schema_path} with {where}"
    )


def _version(each: Checked) -> int:
    return max((one.version for one in run.migrations(each.service)), default=0)


def _beside(each: Checked) -> Iterator[str]:
    if each.beside:
        yield "  not compared, for Prisma cannot express it:"
        for line in each.beside:
            yield f"    {visible(line)}"


def _count(number: int) -> str:
    return "1 difference" if number == 1 else f"{number} differences"


def _of(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def values(done: Result) -> dict[str, Any]:
    """For programs."""
    return {"server": done.server, "services": [_values(each) for each in done.services]}


def diff(edit: Edit) -> str:
    """What sync would do to a file. Lines around it may be those of an address: nobody's password is shown."""
    return masked(edit.diff)


def synced(done: Result, plans: Sequence[Synced], *, is_written: bool) -> dict[str, Any]:
    by_name = {each.left.service.name: each for each in plans}
    services = []
    for each in done.services:
        plan = by_name.get(each.service.name)
        if plan is None:
            services.append({**_values(each), "added": [], "files": []})
            continue
        files = [{"path": one.path, **({} if is_written else {"diff": diff(one)})} for one in plan.edits]
        left = plan.left if is_written else plan.left_before
        services.append({**_values(left), "added": list(plan.added), "files": files})
    return {"server": done.server, "written": is_written, "services": services}


def _values(each: Checked) -> dict[str, Any]:
    errors = [one for one in each.problems if one.severity is Severity.ERROR]
    return {
        "service": each.service.name,
        "schema": each.schema_path,
        "version": _version(each),
        "compared": each.made is not None,
        "inStep": each.is_in_step,
        "problems": len(errors),
        "differences": list(_differences(each.findings)),
        "notCompared": list(each.beside),
    }


def _differences(findings: Iterable[Finding]) -> Iterator[dict[str, Any]]:
    for each in findings:
        where, made = each.diagnostic.position, each.migration
        yield {
            "rule": each.difference.rule,
            "object": each.difference.object,
            "message": each.diagnostic.message,
            "path": where.path,
            "line": where.line,
            "column": where.column,
            "migration": None if made is None else {"path": made.path, "line": made.line},
        }
