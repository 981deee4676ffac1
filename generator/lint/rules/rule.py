"""What a lint rule of gen's own is: a module with a `check` that reads one migration and yields diagnostics.

A rule's id is `lint-` and its module's name with `-` for `_`; its page is docs/rules/<id>.md, its bad case
tests/cases/build/bad/<id>…. It knows nothing of levels and suppressions: `checking` applies them. Rules do
no I/O.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from generator.diagnostics import Diagnostic
from generator.lint.commands import Script
from generator.model import Service


class Rule(Protocol):
    def check(self, service: Service, script: Script) -> Iterator[Diagnostic]: ...
