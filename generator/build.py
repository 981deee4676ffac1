"""From a checked project to a plan for `out/`: renders what has to be rendered, and only that."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from generator import cache, conventions, diagnostics, fingerprints, output, removal
from generator.diagnostics import Diagnostic

if TYPE_CHECKING:  # 25 ms that a build with nothing to do need not pay
    from generator import model


@dataclass(frozen=True, slots=True)
class Build:
    """What a build would do, and how to say it.

    `removals` are the commands that take away what Argo CD leaves behind, `cache` what the next build
    will know.
    """

    plan: output.Plan
    services: tuple[str, ...]
    removals: tuple[str, ...]
    state: Path
    cache: cache.Cache

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        return self.plan.diagnostics

    @property
    def is_blocked(self) -> bool:
        return diagnostics.has_errors(self.plan.diagnostics)


def known_sound(file: Path) -> int | None:
    """How many services a project has of which nothing changed since a build that found nothing, warnings
    included; None where it has to be checked."""
    known = cache.Cache.load(file.parent / conventions.STATE / cache.NAME)
    if known.settled is None or not fingerprints.is_settled(known.settled, file, cache.code_digest()):
        return None
    return len(known.settled.directories)


def settled(file: Path, out: Path, shown: str) -> Build | None:
    """A build of all services with nothing to do and nothing to tell, or None where it has to be looked at
    more closely.

    Told without reading YAML: the last build found nothing, warnings included, and since then the bytes of
    services.yaml and of all migrations, gen itself and every file in `out` are the same.
    """
    state = file.parent / conventions.STATE
    known = cache.Cache.load(state / cache.NAME)
    if known.settled is None or not known.is_whole(out):
        return None
    if not fingerprints.is_settled(known.settled, file, cache.code_digest()):
        return None
    services = tuple(sorted(known.entries))
    plan = output.Plan(output.Request(out, {}, None, frozenset(services), shown), (), (), ())
    return Build(plan, services, (), state, known)


def look_ahead(root: Path, afresh: bool, of_all: bool) -> None:
    """Starts loading cdk8s, and Node behind it, while the project is still being checked.

    Only where it will be needed: afresh, without a cache, or in a build `of_all` whose predecessor was
    settled, as this one is not. Half a second of it is waiting for Node.
    """
    known = cache.Cache.load(root / conventions.STATE / cache.NAME)
    if afresh or known.loaded is None or (of_all and known.settled is not None):
        # First what keeps Python busy: Node can then start while the check runs.
        _load("generator.charts")
        threading.Thread(target=_load, args=("generator.charts.tree",)).start()


def _load(module: str) -> None:
    # What goes wrong here goes wrong again where the module is needed, and is told there.
    with suppress(Exception):
        importlib.import_module(module)


def prepare(
    project: model.Project,
    root: Path,
    out: Path,
    shown: str,
    only: Collection[str] | None = None,
    afresh: bool = False,
    spotless: bool = False,
) -> Build:
    """Everything rendered and compared with `out`, in memory.

    `only`: these services; None for all. `afresh`: render everything and never trust the cache, as
    `--check` must. `spotless`: the check found nothing, warnings included.
    """
    state = root / conventions.STATE
    services = [each for each in project.services if only is None or each.name in only]
    known = cache.Cache.load(state / cache.NAME)
    code = cache.code_digest()
    keys = {each.name: fingerprints.service(each, code) for each in services}
    unchanged = frozenset() if afresh else _unchanged(known, keys, out)
    todo = [each for each in services if each.name not in unchanged]
    wanted = _render(todo)
    plan = output.plan(
        out,
        wanted,
        services=only,
        unchanged=unchanged,
        proven=output.Journal.load(state, out),
        shown=shown,
    )
    if diagnostics.has_errors(plan.diagnostics):
        # What looks wrong may be another build's half-written tree.
        output.demand_idle(state)
    for name, files in wanted.items():
        known = known.with_(name, keys[name], files)
    # Of a pin that expires, another day tells something else.
    is_timeless = all(each.pin is None or each.pin.expires is None for each in project.services)
    is_settled = spotless and only is None and is_timeless and not (plan.diagnostics or plan.foreign)
    known = known.settle(_provable(project, root, code) if is_settled else None)
    return Build(
        plan=plan,
        services=tuple(each.name for each in services),
        removals=removal.commands(plan),
        state=state,
        cache=known.only({each.name for each in project.services}),
    )


def _provable(project: model.Project, root: Path, code: str) -> cache.Settled | None:
    """The raw input as it was read, if the next build can find it so: else that one would look ahead for
    nothing."""
    read = fingerprints.project(project, code)
    return read if fingerprints.is_settled(read, root / project.path, code) else None


def _unchanged(known: cache.Cache, keys: Mapping[str, str], out: Path) -> frozenset[str]:
    return frozenset(name for name, key in keys.items() if known.fresh(name, key, out))


def _render(services: list[model.Service]) -> dict[str, dict[str, bytes]]:
    if not services:
        return {}
    # Node has to start and the schemas have to be compiled: half a second that a build with nothing to do
    # must not cost.
    from generator import runbook, verification  # noqa: PLC0415
    from generator.charts import tree  # noqa: PLC0415

    rendered = tree.render(services)
    verification.demand_valid(rendered)
    return {
        each.name: {**rendered[each.name], conventions.RUNBOOK: runbook.render(each)} for each in services
    }


def write(build: Build) -> None:
    """Does what the plan says."""
    output.apply(build.plan, build.state)
    build.cache.save()
