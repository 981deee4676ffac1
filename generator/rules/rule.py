"""What a rule is: a module with a `check` that reads the model and yields diagnostics.

A rule's id is its module's name with `-` for `_`, its page is docs/rules/<id>.md, its bad case is
tests/cases/build/bad/<id>…. Rules do no I/O.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from generator import model
from generator.diagnostics import Diagnostic


class Rule(Protocol):
    def check(self, project: model.Project) -> Iterator[Diagnostic]: ...
