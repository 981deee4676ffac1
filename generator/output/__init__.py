"""A tree of files in memory, brought to `out/` whole or not at all, and what it would change there.

    plan = output.plan(out, wanted, proven=output.Journal.load(state, out))
    output.apply(plan, state)

`state` is `.gen/` beside services.yaml: the lock, the journal of a running build, the cache.
"""

from generator.output.difference import diff
from generator.output.journal import Journal
from generator.output.planning import plan
from generator.output.plans import Change, Directory, Plan, Request
from generator.output.state import demand_idle, locked
from generator.output.writing import apply

__all__ = [
    "Change",
    "Directory",
    "Journal",
    "Plan",
    "Request",
    "apply",
    "demand_idle",
    "diff",
    "locked",
    "plan",
]
